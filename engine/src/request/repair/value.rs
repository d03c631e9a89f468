//! Values that were written in another way than they should be.

use crate::identity::{document, plate};
use crate::request::asked::Field;
use crate::request::check::{SHORT_MAX, TEXT_MAX};
use crate::request::plain;
use crate::request::repair::align::{Reading, may_be_empty};
use crate::request::repair::date;
use crate::request::repair::split::STRANGE;
use crate::request::script::{digit, is_enclosing, small};
use crate::time::Date;

/// Words for a field that has nothing in it, beside those that every field knows.
const NOTHING: [&str; 9] =
    ["пусто", "без", "нет данных", "не указано", "no", "null", "nil", "такси", "taxi"];
/// What people write in front of a number.
const LABELS: [&str; 14] = [
    "серия",
    "номер",
    "паспорт",
    "карта",
    "тройка",
    "стрелка",
    "инн",
    "series",
    "number",
    "passport",
    "card",
    "troika",
    "strelka",
    "inn",
];

/// Every value of a reading as it should be written; `None` where one cannot be told.
pub(super) fn fixed(reading: &Reading, today: Date) -> Option<Vec<String>> {
    let mut values = reading.values.clone();
    let passport = one_digit(values.get(1)?) == Some('1');
    if passport {
        mend_passport(&mut values[2..4]);
    }
    exchange_cards(reading.fields, &mut values);
    let fields = reading.fields.iter().zip(&values);
    fields.map(|(field, text)| fix(*field, text, passport, today)).collect()
}

/// A Russian passport written in one field, or the wrong way round.
fn mend_passport(values: &mut [String]) {
    let [series, number] = values else { return };
    let written = if series.is_empty() { &*number } else { &*series };
    if series.is_empty() != number.is_empty() {
        if let Some(both) = digits(written, &[10]) {
            (*series, *number) = (both[..4].to_owned(), both[4..].to_owned());
        }
    } else if digits(series, &[6]).is_some() && digits(number, &[4]).is_some() {
        std::mem::swap(series, number);
    }
}

/// Transport cards, each written in the other's field.
fn exchange_cards(fields: &[Field; 9], values: &mut [String]) {
    let place = |wanted: Field| fields.iter().position(|field| *field == wanted);
    let (Some(troika), Some(strelka)) = (place(Field::Troika), place(Field::Strelka)) else {
        return;
    };
    if digits(&values[troika], &[11]).is_some() && digits(&values[strelka], &[10]).is_some() {
        values.swap(troika, strelka);
    }
}

fn fix(field: Field, text: &str, passport: bool, today: Date) -> Option<String> {
    if may_be_empty(field, passport) && is_nothing(text) {
        // A series of zeros may be one: without it the document would be another.
        let may_be_series = field == Field::DocSeries && text.contains('0');
        return (!may_be_series).then(String::new);
    }
    match field {
        Field::Type | Field::DocType => one_digit(text).map(String::from),
        Field::DocSeries if passport => digits(text, &[4]),
        Field::DocNumber if passport => digits(text, &[6]),
        Field::DocSeries | Field::DocNumber => document_part(text),
        Field::BirthDate => date::fixed(text, today),
        Field::Plate => plate_of(text),
        Field::Troika => digits(text, &[10]).filter(|card| !is_phone(text, card)),
        Field::Strelka => digits(text, &[11]).filter(|card| !is_phone(text, card)),
        Field::Inn => digits(text, &[10, 12]),
        Field::Organisation | Field::Purpose => written(text, SHORT_MAX),
        _ => written(text, TEXT_MAX),
    }
}

/// Whether a value is nothing but what this field holds; where fields were lost, this says which is
/// which.
pub(super) fn fits(field: Field, text: &str, passport: bool, today: Date) -> bool {
    if text.is_empty() {
        return may_be_empty(field, passport);
    }
    let has = |kind: fn(&char) -> bool| text.chars().filter(kind).count();
    match field {
        Field::DocSeries if !passport => is_document(text) && is_series(&document::squeezed(text)),
        Field::DocNumber if !passport => {
            let symbols = document::squeezed(text).chars().count();
            // Ten digits are rather a card.
            is_document(text)
                && (5..=10).contains(&symbols)
                && (4..10).contains(&has(char::is_ascii_digit))
        }
        Field::BirthDate => date::is_like(text),
        Field::Plate => {
            let letters = plate::canonical(text).is_ok_and(|plate| {
                plate.len() <= 9 && plate.bytes().any(|byte| byte.is_ascii_uppercase())
            });
            letters && has(char::is_ascii_digit) > 0
        }
        Field::Organisation | Field::Institution | Field::Purpose | Field::Destination => {
            is_text(text)
        }
        // A phone is no card; ten digits stay in doubt, for they may be a card or an INN too.
        Field::Strelka => fix(field, text, passport, today)
            .is_some_and(|card| !card.is_empty() && !is_mobile(&card)),
        _ => fix(field, text, passport, today).is_some_and(|fixed| !fixed.is_empty()),
    }
}

/// A document that can be nothing else.
fn is_document(text: &str) -> bool {
    let plain = document::canonical(None, Some(text)).is_ok();
    plain && !text.contains(char::is_whitespace) && !is_russian_plate(text) && !is_nothing(text)
}

/// Whether this says that there is nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let small: String = text.trim().chars().map(small).collect();
    let mark = |each: char| !each.is_alphanumeric();
    plain::is_placeholder(&small)
        || NOTHING.contains(&small.as_str())
        || small.len() <= 3 && small.chars().all(|each| mark(each) || each == '0')
}

/// A digit from 1 to 3, whatever stands around it.
pub(super) fn one_digit(text: &str) -> Option<char> {
    let bare = text.trim_matches(|each: char| {
        each.is_whitespace() || is_enclosing(each) || "№#.,:;-–—_".contains(each)
    });
    let mut letters = bare.chars();
    let only = letters.next().and_then(digit).filter(|only| ('1'..='3').contains(only));
    only.filter(|_| letters.next().is_none())
}

/// Digits alone, as many as one of the lengths says.
fn digits(text: &str, lengths: &[usize]) -> Option<String> {
    let mut digits = String::new();
    let mut own = 0;
    for each in without_label(text).chars() {
        if is_between(each) {
            continue;
        }
        digits.push(digit(each)?);
        own += usize::from(each.is_ascii_digit());
    }
    (lengths.contains(&digits.len()) && own * 2 >= digits.len()).then_some(digits)
}

/// What people write between the digits of a number.
fn is_between(each: char) -> bool {
    each.is_whitespace() || is_enclosing(each) || "№.:_-‐‑‒–—−".contains(each)
}

fn without_label(text: &str) -> &str {
    let label = text.find(|each: char| !each.is_alphabetic()).map(|end| text.split_at(end));
    match label {
        Some((label, rest)) if !label.is_empty() => {
            let label: String = label.chars().map(small).collect();
            if LABELS.contains(&label.as_str()) { rest } else { text }
        }
        _ => text,
    }
}

/// Whether a number of a card was written as telephone numbers are.
fn is_phone(text: &str, digits: &str) -> bool {
    text != digits && is_mobile(digits)
}

/// Whether ten or eleven digits may be those of a mobile phone.
fn is_mobile(digits: &str) -> bool {
    let ten = if digits.len() == 11 { digits.strip_prefix(['7', '8']) } else { Some(digits) };
    ten.is_some_and(|ten| ten.starts_with('9'))
}

/// The series or number of a document that is no Russian passport.
fn document_part(text: &str) -> Option<String> {
    if text.is_empty() || document::canonical(None, Some(text)).is_ok() {
        return Some(text.to_owned());
    }
    let kept: String =
        text.chars().filter(|each| !is_enclosing(*each) && !"№.:_,#".contains(*each)).collect();
    document::canonical(None, Some(&kept)).is_ok().then(|| kept.trim().to_owned())
}

fn plate_of(text: &str) -> Option<String> {
    if plate::canonical(text).is_ok() {
        return Some(text.to_owned());
    }
    let kept: String =
        text.chars().filter(|each| !is_enclosing(*each) && !"№.:_,/|".contains(*each)).collect();
    // Without a letter it is rather a date, of a message of another type.
    let is_plate = plate::canonical(&kept).is_ok() && kept.contains(char::is_alphabetic);
    is_plate.then(|| kept.trim().to_owned())
}

/// Whether this can be nothing but the number plate of a Russian vehicle: a letter, three digits,
/// two letters, the region.
fn is_russian_plate(text: &str) -> bool {
    matches!(plate_shape(text).as_str(), "A000AA00" | "A000AA000")
}

/// Whether this is such a plate, or its beginning: a message that was cut off, or no region.
fn begins_russian_plate(text: &str) -> bool {
    let shape = plate_shape(text);
    shape.len() >= "A000A".len() && "A000AA000".starts_with(&shape)
}

/// A plate with `A` for each letter and `0` for each digit; nothing where it is none.
fn plate_shape(text: &str) -> String {
    let plate = plate::canonical(text).unwrap_or_default();
    plate.chars().map(|symbol| if symbol.is_ascii_digit() { '0' } else { 'A' }).collect()
}

/// Whether this can be the series of a document, and no word: few letters, Roman digits before them.
fn is_series(squeezed: &str) -> bool {
    let behind_roman = squeezed.trim_start_matches(['I', 'V', 'X', 'L', 'C']);
    squeezed.len() <= 6 && behind_roman.chars().filter(|each| each.is_alphabetic()).count() <= 3
}

/// Whether this is a text in words, and not another field or run together with one.
fn is_text(text: &str) -> bool {
    text.chars().filter(|letter| letter.is_alphabetic()).count() >= 2
        && !is_nothing(text)
        && !text.split_whitespace().any(is_other_value)
}

/// Whether a word of a text is rather another field, run together with it.
fn is_other_value(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= 6 || begins_russian_plate(word)
}

/// A text in the applicant's own words, without what nobody meant to write.
fn written(text: &str, characters_max: usize) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pairs = [('<', '>'), ('[', ']'), ('{', '}')];
    let inner =
        pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    let stray = |each: char| STRANGE.contains(&each) || each.is_whitespace();
    let text = inner.unwrap_or(&text).trim_matches(stray).to_owned();
    (is_text(&text) && text.chars().count() <= characters_max).then_some(text)
}
