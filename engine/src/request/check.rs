//! The rules of permits, for messages and forms alike. A good request is checked without a single
//! allocation, names aside.

use crate::identity::{birth_date, document, inn, name, phone, plate, transport};
use crate::policy::Policy;
use crate::request::asked::{Asked, FORM, Field, layout};
use crate::request::grammar;
use crate::request::mistake::{Mistake, Reason, mistake};
use crate::request::plain;
use crate::request::script::is_invisible;
use crate::time::{Date, Instant};
use crate::verdict::Subtype;

/// An employer and a purpose have at most so many characters.
pub(crate) const SHORT_MAX: usize = 20;
/// Other texts have at most so many.
pub(crate) const TEXT_MAX: usize = 255;
/// How many days before the trip a permit can be asked for.
pub(crate) const DAYS_AHEAD_MAX: i32 = 30;

/// What is to be done with a request in which nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a good request is read without an allocation")]
pub enum Decision<'a> {
    /// A permit is due.
    Issue(Due<'a>),
    /// The holder is too young to need one.
    NotRequired,
}

/// A permit that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due<'a> {
    /// What was asked for.
    pub asked: Asked<'a>,
    /// Its type.
    pub subtype: Subtype,
    /// Its first day.
    pub valid_from: Date,
    /// Its last day.
    pub valid_to: Date,
}

/// Reads a message that arrived at an instant. The day of the trip is that day.
///
/// # Errors
/// The first mistake.
pub fn read_message<'a>(
    text: &'a str,
    received_at: Instant,
    policy: &Policy,
) -> Result<Decision<'a>, Mistake> {
    let asked = grammar::parse(text)?;
    let fields = asked.subtype().map(layout).map_or(FORM, |fields| &fields[..]);
    decide(asked, fields, received_at, policy)
}

/// Reads a form that was handed in at an instant. Without a day of the trip it is that day.
///
/// # Errors
/// The first mistake, in the order of the columns.
pub fn read_form<'a>(
    mut asked: Asked<'a>,
    received_at: Instant,
    policy: &Policy,
) -> Result<Decision<'a>, Mistake> {
    for field in FORM {
        asked.set(*field, asked.value(*field).trim());
    }
    decide(asked, FORM, received_at, policy)
}

fn decide<'a>(
    asked: Asked<'a>,
    fields: &[Field],
    received_at: Instant,
    policy: &Policy,
) -> Result<Decision<'a>, Mistake> {
    let today = received_at.date();
    let dates = Dates { travel: travel_date(&asked, today), born: born(&asked, today) };
    // Who needs no permit is told so, whatever else is wrong.
    if let (Ok(Some(born)), Ok(travel)) = (dates.born, dates.travel)
        && is_younger(born, policy.permit_age_years_min, travel)
    {
        return Ok(Decision::NotRequired);
    }
    for field in fields {
        value(&asked, *field, &dates)?;
    }
    let (travel, subtype) = (dates.travel?, asked.subtype());
    let Some(subtype) = subtype else { return mistake(Field::Type, Reason::Word) };
    let (valid_from, valid_to) = match subtype {
        Subtype::Work if travel > policy.work_last_day => {
            return mistake(Field::Type, Reason::Ended);
        }
        Subtype::Work => (today, policy.work_last_day),
        _ => (travel, travel),
    };
    Ok(Decision::Issue(Due { asked, subtype, valid_from, valid_to }))
}

/// The dates of a request, or what is wrong with them.
struct Dates {
    travel: Result<Date, Mistake>,
    born: Result<Option<Date>, Mistake>,
}

/// Whether somebody has not reached an age on a day.
fn is_younger(born: Date, years: u32, day: Date) -> bool {
    /// More days than any year has: who lived so many times longer needs no calendar.
    const YEAR_DAYS: i64 = 367;
    let lived = i64::from(day.days()) - i64::from(born.days());
    lived <= i64::from(years) * YEAR_DAYS && born.plus_months(years * 12) > day
}

/// The day of the trip.
fn travel_date(asked: &Asked<'_>, today: Date) -> Result<Date, Mistake> {
    let text = asked.value(Field::TravelDate);
    if text.is_empty() {
        return Ok(today);
    }
    let date = Date::parse(text).or_else(|| Date::parse_dotted(text));
    match date {
        None => mistake(Field::TravelDate, Reason::Date),
        Some(date) if date < today => mistake(Field::TravelDate, Reason::Past),
        Some(date) if date > today.plus_days(DAYS_AHEAD_MAX) => {
            mistake(Field::TravelDate, Reason::TooFar)
        }
        Some(date) => Ok(date),
    }
}

/// The date of birth, if one is given.
fn born(asked: &Asked<'_>, today: Date) -> Result<Option<Date>, Mistake> {
    let text = asked.value(Field::BirthDate);
    if text.is_empty() {
        return Ok(None);
    }
    match birth_date::canonical(text) {
        Ok(born) if born <= today => Ok(Some(born)),
        _ => mistake(Field::BirthDate, Reason::Date),
    }
}

/// Whether a type cannot do without a field.
pub(crate) fn is_required(field: Field, subtype: Option<Subtype>) -> bool {
    match field {
        Field::Type | Field::DocType | Field::DocNumber => true,
        Field::Organisation => subtype == Some(Subtype::Work),
        Field::BirthDate | Field::Institution => subtype == Some(Subtype::Medical),
        Field::Purpose | Field::Destination => subtype == Some(Subtype::Other),
        _ => false,
    }
}

fn value(asked: &Asked<'_>, field: Field, dates: &Dates) -> Result<(), Mistake> {
    let text = asked.value(field);
    if field == Field::DocSeries {
        return series(asked);
    }
    if text.is_empty() {
        let required = is_required(field, asked.subtype());
        return if required { mistake(field, Reason::Empty) } else { Ok(()) };
    }
    let canonical = match field {
        Field::Type => return word(field, asked.subtype().is_some()),
        Field::DocType => return word(field, matches!(text, "1" | "2" | "3")),
        Field::DocNumber => return number(asked),
        Field::BirthDate => return dates.born.map(|_| ()),
        Field::TravelDate => return dates.travel.map(|_| ()),
        Field::Organisation | Field::Purpose => return written(field, text, SHORT_MAX),
        Field::Institution | Field::Departure | Field::Destination => {
            return written(field, text, TEXT_MAX);
        }
        Field::Plate if plain::is_placeholder(text) => {
            return mistake(field, Reason::Placeholder);
        }
        Field::Plate if plain::is_plate(text) => return Ok(()),
        Field::Troika if plain::is_digits(text, 10) => return Ok(()),
        Field::Strelka if plain::is_digits(text, 11) => return Ok(()),
        Field::Inn if plain::is_inn(text) => return Ok(()),
        Field::Plate => plate::canonical(text),
        Field::Troika => transport::troika(text),
        Field::Strelka => transport::strelka(text),
        Field::Inn => inn::canonical(text),
        Field::Phone => phone::canonical(text),
        Field::Patronymic => name::patronymic(Some(text)).map(Option::unwrap_or_default),
        _ => name::canonical(text),
    };
    match canonical {
        Ok(_) => Ok(()),
        Err(reason) => mistake(field, Reason::parse(reason).unwrap_or(Reason::Symbol)),
    }
}

fn word(field: Field, known: bool) -> Result<(), Mistake> {
    if known { Ok(()) } else { mistake(field, Reason::Word) }
}

/// A text in the applicant's own words.
fn written(field: Field, text: &str, characters_max: usize) -> Result<(), Mistake> {
    let (mut characters, mut has_words, mut has_unseen) = (0, false, false);
    for character in text.chars() {
        characters += 1;
        // Nearly every character is one of these.
        match character {
            'А'..='я' | 'a'..='z' | 'A'..='Z' | '0'..='9' => has_words = true,
            ' '..='~' => {}
            other => {
                has_words |= other.is_alphanumeric();
                has_unseen |= is_invisible(other);
            }
        }
    }
    if has_unseen {
        mistake(field, Reason::Control)
    } else if !has_words {
        mistake(field, Reason::Empty)
    } else if characters > characters_max {
        mistake(field, Reason::Length)
    } else {
        Ok(())
    }
}

/// Whether the document is a Russian passport, which has a series and a number of fixed lengths.
fn is_passport(asked: &Asked<'_>) -> bool {
    asked.value(Field::DocType) == "1"
}

fn series(asked: &Asked<'_>) -> Result<(), Mistake> {
    let text = asked.value(Field::DocSeries);
    if !is_passport(asked) {
        let placeholder = plain::is_placeholder(text);
        return if placeholder { mistake(Field::DocSeries, Reason::Placeholder) } else { Ok(()) };
    }
    if text.is_empty() {
        return mistake(Field::DocSeries, Reason::Empty);
    }
    if plain::is_digits(text, 4) || plain::is_digits(&document::squeezed(text), 4) {
        return Ok(());
    }
    mistake(Field::DocSeries, Reason::Passport)
}

fn number(asked: &Asked<'_>) -> Result<(), Mistake> {
    let (series, text) = (asked.value(Field::DocSeries), asked.value(Field::DocNumber));
    let plain = plain::is_digits(text, 6);
    if is_passport(asked) && !plain && !plain::is_digits(&document::squeezed(text), 6) {
        return mistake(Field::DocNumber, Reason::Passport);
    }
    if plain::is_document(series, text) {
        return Ok(());
    }
    match document::canonical(Some(series), Some(text)) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => mistake(Field::DocNumber, Reason::Empty),
        Err(reason) => mistake(Field::DocNumber, Reason::parse(reason).unwrap_or(Reason::Symbol)),
    }
}
