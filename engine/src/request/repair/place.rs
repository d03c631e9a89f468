//! Whether values stand where they belong.
//!
//! What stands in another field is often a good value there too: an INN has as many digits as a
//! Troika card, and nearly every number can be that of some document. Such a message is not
//! suggested, for its sender may have meant the other field.

use crate::identity::document;
use crate::request::asked::Field;
use crate::request::plain;
use crate::request::repair::align::Reading;
use crate::request::repair::{kind, value};
use crate::time::Date;

/// Whether no value of a reading, written as it should be, is rather that of another field.
pub(super) fn is_sure(reading: &Reading, values: &[String], today: Date) -> bool {
    let fields = reading.fields;
    let value = |wanted: Field| {
        let place = fields.iter().position(|field| *field == wanted);
        place.map_or("", |place| values[place].as_str())
    };
    let passport = value(Field::DocType) == "1";
    let fits = |(field, text): (&Field, &String)| {
        text.is_empty() || kind::fits(*field, text, passport, today)
    };
    let (troika, inn) = (value(Field::Troika), value(Field::Inn));
    let is_phone = value::is_mobile(troika) || reading.is_guess && value::is_mobile(inn);
    // Such numbers are those of a Russian passport, so the kind of document may be wrong.
    let is_passport = !passport
        && plain::is_digits(value(Field::DocSeries), 4)
        && plain::is_digits(value(Field::DocNumber), 6);
    // An INN begins with the number of a region, a card mostly with a zero.
    let is_card = inn.starts_with("00");
    let is_inn = fields.contains(&Field::Inn)
        && (inn.is_empty() || are_cards_exchanged(reading))
        && plain::is_inn(troika)
        && !troika.starts_with('0');
    let is_address = has_digit(value(Field::Purpose)) && !has_digit(value(Field::Destination));
    // The type, run together with a text.
    let is_type = |text: &String| {
        let behind = text.strip_prefix(['1', '2', '3']).unwrap_or_default();
        behind.starts_with(char::is_alphabetic)
    };
    let is_type = reading.is_guess && values[4..].iter().any(is_type)
        || reading.shows_type && is_type_elsewhere(fields, values, passport, today);
    fields.iter().zip(values).all(fits)
        && !(is_phone || is_passport || is_card || is_inn || is_address || is_type)
        && !has_twice(&values[2..])
        && !has_twice(&reading.values[2..])
        && (passport || !is_document_elsewhere(reading, values))
}

/// Whether a type that is not said may have run together with a field, which then ends or begins with
/// its digit and is as good without.
fn is_type_elsewhere(fields: &[Field], values: &[String], passport: bool, today: Date) -> bool {
    let is_good = |field: Field, rest: &str| {
        let rest = rest.trim_matches(|each: char| !each.is_alphanumeric());
        !rest.is_empty()
            && kind::fits(field, rest, passport, today)
            && value::fix(field, rest, passport, today).is_some()
    };
    let kind = values[0].as_str();
    fields.iter().zip(values).skip(2).any(|(field, text)| {
        let without = [text.strip_suffix(kind), text.strip_prefix(kind)];
        without.into_iter().flatten().any(|rest| is_good(*field, rest))
    })
}

/// Whether the Troika card is taken from the field of the Strelka card.
fn are_cards_exchanged(reading: &Reading) -> bool {
    let place = reading.fields.iter().position(|field| *field == Field::Troika);
    let given = place.map_or("", |place| reading.values[place].as_str());
    given.chars().filter(char::is_ascii_digit).count() == 11
}

/// Whether the series of a document that is no Russian passport stands in its number, among the cards
/// or in a text.
fn is_document_elsewhere(reading: &Reading, values: &[String]) -> bool {
    let (series, number) = (&values[2], &values[3]);
    if !series.is_empty() {
        return number.contains(char::is_alphabetic);
    }
    // Where fields were lost, so may be the series of so short a number, wherever it went.
    if reading.is_guess && (is_short_number(number) || has_series_behind(number)) {
        return true;
    }
    let zeros = |text: &String| text.len() > 1 && text.bytes().all(|each| each == b'0');
    let words = |text: &String| {
        let mut words = text.split(|each: char| !(each.is_alphanumeric() || each == '-'));
        words.any(|word| !word.is_empty() && kind::is_series_of_letters(word))
    };
    let is_text = |text: &String| words(text) || kind::begins_with_two_digits(text);
    reading.values[4..].iter().any(zeros) || values[4..].iter().any(is_text)
}

/// Whether a number is one that documents with a series have: digits alone, and few of them. What has
/// none begins with letters or is longer.
fn is_short_number(number: &str) -> bool {
    let number = document::squeezed(number);
    number.len() < 9 && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether a number is in parts of which the last may be the series, which belongs in front.
fn has_series_behind(number: &str) -> bool {
    let parts = number.split(|each: char| !each.is_alphanumeric()).map(|part| part.chars().count());
    let parts: Vec<_> = parts.filter(|length| *length > 0).collect();
    parts.last() < parts.iter().max()
}

fn has_digit(text: &str) -> bool {
    text.contains(|each: char| each.is_ascii_digit())
}

/// Whether the same stands in two fields: one of them had something else, or nothing.
fn has_twice(values: &[String]) -> bool {
    let said = values.iter().filter(|text| !value::is_nothing(text));
    let mut seen: Vec<_> = said.map(|text| document::squeezed(text)).collect();
    seen.retain(|text| !text.is_empty());
    seen.sort_unstable();
    seen.windows(2).any(|two| two[0] == two[1])
}
