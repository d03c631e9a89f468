//! Where the nearest result differs from a form with which nothing coincides.

use super::disclosure::may_be_told_of;
use super::lookup::{self, Column, KEYS, RESULTS};
use super::{MatchRole, Relation};
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::identity::transliteration::{Explanation, explain};
use crate::key::{Begun, Purpose};
use crate::register::{Person, Registration, ResultRecord};
use crate::stack::{OpenRegister, Whole};
use crate::time::Date;

/// A field that differs: how, and what makes it equivalent if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    place: usize,
    pub(super) relation: Relation,
    pub(super) explanation: Option<Explanation>,
}

/// The fields that may differ, in the order of the contract; the last two only where both sides have
/// them.
const FIELDS: [&str; 8] = [
    "surname",
    "first_name",
    "patronymic",
    "birth_date",
    "document",
    "phone",
    "snils",
    "work_licence",
];
/// How many fields differ also where one side lacks them.
const ALWAYS: usize = 6;

impl Difference {
    /// The name of the field.
    pub(super) fn field(&self) -> &'static str {
        FIELDS[self.place]
    }
}

/// Where the details of rows stand.
const DETAILS: Column = (Section::DetailsAt, 8);

/// How candidates are found: they share the document, phone and birth date, or all three names and
/// birth date.
const WAYS: [(Section, Purpose); 3] = [
    (Section::PostingsB, Purpose::Document),
    (Section::PostingsC, Purpose::PhoneAndBirth),
    (Section::PostingsD, Purpose::NamesAndBirth),
];

/// Where the nearest result to each form differs that the role may be told of: the one with the fewest
/// differing fields, of several the one reported last; of several of those the first in the order of
/// fields and relations, so that the answer does not hang on where a row stands. Protected persons'
/// results are never candidates.
pub(super) fn nearest(
    results: &OpenRegister,
    forms: &[Registration],
    role: MatchRole,
) -> Result<Vec<Vec<Difference>>, StoreError> {
    if forms.is_empty() {
        return Ok(Vec::new());
    }
    let candidates = candidates(results, forms, role)?;
    let mut candidates = &candidates[..];
    let of_form = |(place, form): (usize, &Registration)| {
        let own = candidates.partition_point(|(of, _)| *of == place);
        let (of_form, others) = candidates.split_at(own);
        candidates = others;
        nearest_among(results, form, of_form.iter().map(|(_, at)| *at), role)
    };
    forms.iter().enumerate().map(of_form).collect()
}

fn nearest_among(
    results: &OpenRegister,
    form: &Registration,
    candidates: impl Iterator<Item = Whole>,
    role: MatchRole,
) -> Result<Vec<Difference>, StoreError> {
    let mut nearest: Option<(usize, core::cmp::Reverse<i64>, Vec<Difference>)> = None;
    for at in candidates {
        let result: ResultRow = results.item(Section::Rows, at)?;
        if result.traits.get() >> 4 & 1 == 1 {
            continue;
        }
        // Without the details nothing can be told apart, so nothing is told.
        let plain = match results.plain_details(at) {
            Err(StoreError::NoSecret { .. } | StoreError::NoDetails { .. }) => {
                return Ok(Vec::new());
            }
            plain => plain?,
        };
        let stored = ResultRecord::read(&results.row_of(at, &plain)?).map_err(|_| {
            results.damaged(at.segment, Section::DetailsAt, "details break the rules")
        })?;
        if !may_be_told_of(role, form, &stored) {
            continue;
        }
        let differs = differing(form, &stored);
        let reported_at = core::cmp::Reverse(result.reported_at.get());
        let candidate = (differs.len(), reported_at, differs);
        if nearest.as_ref().is_none_or(|nearest| candidate < *nearest) {
            nearest = Some(candidate);
        }
    }
    Ok(nearest.map_or_else(Vec::new, |(_, _, differs)| differs))
}

/// The candidates of each form, with its place, in the order of the places. An applicant is told of none
/// that the first two ways do not find, so the third is not asked for one. Asks for the memory that is
/// read next, of all forms at once.
fn candidates(
    results: &OpenRegister,
    forms: &[Registration],
    role: MatchRole,
) -> Result<Vec<(usize, Whole)>, StoreError> {
    let keys = results.identity()?;
    let birth = |form: &Registration| form.person.birth_date.map(|date| date.to_string());
    let births: Vec<_> = forms.iter().map(birth).collect();
    let ways = &WAYS[..if role == MatchRole::Laboratory { 3 } else { 2 }];
    let (mut fields, mut computed) = (Begun::default(), Vec::new());
    let (mut places, mut found, mut candidates) = (Vec::new(), Vec::new(), Vec::new());
    for (section, purpose) in ways {
        fields.truncate(0);
        places.clear();
        for (place, (form, birth)) in forms.iter().zip(&births).enumerate() {
            let Person { surname, first_name, patronymic, document, .. } = &form.person;
            let shared: &[_] = match purpose {
                Purpose::Document if document.is_none() => continue,
                Purpose::Document => &[bytes(document)],
                Purpose::PhoneAndBirth => &[Some(form.phone.as_bytes()), bytes(birth)],
                _ => &[bytes(surname), bytes(first_name), bytes(patronymic), bytes(birth)],
            };
            let message = fields.begin(keys, *purpose);
            shared.iter().for_each(|field| message.field(*field));
            places.push(place);
        }
        fields.keys(&mut computed);
        let keys = places.iter().copied().zip(computed.iter().copied());
        lookup::rows(results, *section, keys, &[KEYS, RESULTS, DETAILS], &mut found)?;
        candidates.append(&mut found);
    }
    candidates.sort_unstable();
    candidates.dedup();
    candidates.iter().for_each(|(_, at)| results.prefetch_details(*at));
    Ok(candidates)
}

/// A field as a key takes it.
fn bytes(field: &Option<String>) -> Option<&[u8]> {
    field.as_deref().map(str::as_bytes)
}

/// The fields that differ, in the order of the contract.
fn differing(form: &Registration, stored: &ResultRecord) -> Vec<Difference> {
    let (one, other) = (&form.person, &stored.person);
    // Dates that are equal need not be written out.
    let differ = one.birth_date != other.birth_date;
    let birth = |date: Option<Date>| date.filter(|_| differ).map(|date| date.to_string());
    let (born, other_born) = (birth(one.birth_date), birth(other.birth_date));
    let pairs = [
        (one.surname.as_deref(), other.surname.as_deref()),
        (one.first_name.as_deref(), other.first_name.as_deref()),
        (one.patronymic.as_deref(), other.patronymic.as_deref()),
        (born.as_deref(), other_born.as_deref()),
        (one.document.as_deref(), other.document.as_deref()),
        (Some(form.phone.as_str()), Some(stored.phone.as_str())),
        (one.snils.as_deref(), other.snils.as_deref()),
        (form.work_licence.as_deref(), stored.work_licence.as_deref()),
    ];
    let differing = pairs.into_iter().enumerate().filter(|(place, (one, other))| {
        one != other && (*place < ALWAYS || (one.is_some() && other.is_some()))
    });
    let related = |(place, pair): (usize, (Option<&str>, Option<&str>))| {
        let explanation = match pair {
            (Some(one), Some(other)) => explain(one, other),
            _ => None,
        };
        let relation = match (pair, explanation) {
            ((None, _) | (_, None), _) => Relation::Omitted,
            (_, Some(_)) => Relation::Equivalent,
            (_, None) => Relation::Contradicted,
        };
        Difference { place, relation, explanation }
    };
    differing.map(related).collect()
}
