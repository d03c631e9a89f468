//! Whether values stand where they belong.
//!
//! What stands in another field is often a good value there too: an INN has as many digits as a
//! Troika card, and nearly every number can be that of some document. Such a message is not
//! suggested, for its sender may have meant the other field.

use crate::identity::document;
use crate::request::asked::Field;
use crate::request::plain;
use crate::request::repair::align::Reading;
use crate::request::repair::value;
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
        text.is_empty() || value::fits(*field, text, passport, today)
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
        && inn.is_empty()
        && plain::is_inn(troika)
        && !troika.starts_with('0');
    let is_address = has_digit(value(Field::Purpose)) && !has_digit(value(Field::Destination));
    fields.iter().zip(values).all(fits)
        && !(is_phone || is_passport || is_card || is_inn || is_address)
        && !has_twice(&values[2..])
}

fn has_digit(text: &str) -> bool {
    text.contains(|each: char| each.is_ascii_digit())
}

/// Whether the same stands in two fields: one of them had something else, or nothing.
fn has_twice(values: &[String]) -> bool {
    let mut seen: Vec<_> = values.iter().map(|text| document::squeezed(text)).collect();
    seen.retain(|text| !text.is_empty());
    seen.sort_unstable();
    seen.windows(2).any(|two| two[0] == two[1])
}
