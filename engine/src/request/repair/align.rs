//! Which field is which, where there are too few or too many of them.

use crate::request::asked::{Field, LAYOUTS, layout, subtype};
use crate::request::plain;
use crate::request::repair::{kind, value};
use crate::time::Date;

/// Fields after the word.
const FIELDS: usize = 9;
/// So many fields too few or too many are still looked into.
const STRAY_MAX: usize = 5;

/// One way to read the fields of a message.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) fields: &'static [Field; FIELDS],
    /// As they were written; what was left out is empty.
    pub(super) values: Vec<String>,
    /// Whether it was found out which field is which. Such a reading is possible even where its
    /// values are wrong.
    pub(super) is_guess: bool,
    /// Whether the type is not said, but shown by the other fields.
    pub(super) shows_type: bool,
}

/// Every way to read the fields behind the word that makes sense.
pub(super) fn readings(given: &[String], today: Date) -> Vec<Reading> {
    if given.len() == FIELDS {
        return complete(given, today);
    }
    let aligned = |given: &[String]| {
        let mut found = Vec::new();
        if let Some(fields) = given.first().and_then(|text| layout_of(text)) {
            Search { given, fields, today, found: &mut found }.step(Vec::new(), 0);
        }
        found
    };
    let found = aligned(given);
    if !found.is_empty() || given.len() + 1 != FIELDS {
        return found;
    }
    // One field is missing, and it is none that may be empty: perhaps the type, which the other
    // fields show, perhaps the kind of document, which nothing does.
    if value::one_digit(&given[1]).is_some() {
        // Both the type and the kind of document seem to be there.
        return found;
    }
    let mut found = shown_types(&[&[String::new()], given].concat(), today);
    if let Some(fields) = layout_of(&given[0]) {
        let mut values = given.to_vec();
        values.insert(1, String::new());
        if (2..FIELDS).all(|at| {
            ["1", "2"].iter().any(|kind| kind::fits(fields[at], &values[at], kind == &"1", today))
        }) {
            found.push(Reading { fields, values, is_guess: true, shows_type: false });
        }
    }
    found
}

/// Nine fields, each in its place unless that makes no sense.
fn complete(given: &[String], today: Date) -> Vec<Reading> {
    let Some(fields) = layout_of(&given[0]) else {
        return if given[0].is_empty() { shown_types(given, today) } else { Vec::new() };
    };
    let values = given.to_vec();
    let reading = Reading { fields, values, is_guess: false, shows_type: false };
    let shifted = given[FIELDS - 1].is_empty() && value::fixed(&reading, today).is_none();
    if shifted { readings(&given[..FIELDS - 1], today) } else { vec![reading] }
}

/// The reading in which the INN is the Troika card: ten digits may be one, and by chance the other.
pub(super) fn with_card(reading: &Reading) -> Option<Reading> {
    let place = |wanted: Field| reading.fields.iter().position(|field| *field == wanted);
    let (troika, inn) = (place(Field::Troika)?, place(Field::Inn)?);
    let mut other = reading.clone();
    other.values.swap(troika, inn);
    let card = &reading.values[troika];
    let may_be = card.is_empty() || plain::is_inn(card);
    (may_be && !reading.values[inn].is_empty()).then_some(other)
}

/// The readings of nine fields whose first, the type, is not said.
fn shown_types(given: &[String], today: Date) -> Vec<Reading> {
    let passport = value::one_digit(&given[1]) == Some('1');
    // The kind of document may stand right before the series; then the type is not what is missing.
    if !passport && given[2].len() > 1 && given[2].starts_with(['1', '2', '3']) {
        return Vec::new();
    }
    let kinds = LAYOUTS.iter().zip(["1", "2", "3"]);
    let fitting = kinds.filter(|(fields, _)| {
        let mut rest = fields.iter().zip(given).skip(1);
        rest.all(|(field, text)| kind::fits(*field, text, passport, today))
    });
    fitting
        .map(|(fields, kind)| {
            let mut values = given.to_vec();
            kind.clone_into(&mut values[0]);
            Reading { fields, values, is_guess: true, shows_type: true }
        })
        .collect()
}

fn layout_of(text: &str) -> Option<&'static [Field; FIELDS]> {
    let kind = value::one_digit(text)?;
    subtype(kind.encode_utf8(&mut [0; 4])).map(layout)
}

/// Goes through all ways to leave out fields that may be empty, or to drop empty ones.
struct Search<'s> {
    given: &'s [String],
    fields: &'static [Field; FIELDS],
    today: Date,
    found: &'s mut Vec<Reading>,
}

impl Search<'_> {
    /// `values` are those of the first fields; `next` is the next that was given.
    fn step(&mut self, values: Vec<String>, next: usize) {
        let (missing, left) = (FIELDS - values.len(), self.given.len() - next);
        if missing.abs_diff(left) > STRAY_MAX {
            return;
        }
        if missing == 0 && left == 0 {
            let fields = self.fields;
            self.found.push(Reading { fields, values, is_guess: true, shows_type: false });
            return;
        }
        let passport = values.get(1).and_then(|text| value::one_digit(text)) == Some('1');
        if let Some(text) = self.given.get(next) {
            if let Some(field) = self.fields.get(values.len())
                && kind::fits(*field, text, passport, self.today)
            {
                self.step([&values[..], std::slice::from_ref(text)].concat(), next + 1);
            }
            if text.is_empty() && left > missing {
                self.step(values.clone(), next + 1);
            }
        }
        if missing > left
            && let Some(field) = self.fields.get(values.len())
            && may_be_empty(*field, passport)
        {
            self.step([&values[..], &[String::new()]].concat(), next);
        }
    }
}

/// Whether a field of a message can be left empty.
pub(super) fn may_be_empty(field: Field, passport: bool) -> bool {
    match field {
        Field::DocSeries => !passport,
        Field::Plate | Field::Troika | Field::Strelka | Field::Inn => true,
        _ => false,
    }
}
