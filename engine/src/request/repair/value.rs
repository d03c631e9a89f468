//! Values that were written in another way than they should be.

use crate::identity::{document, plate};
use crate::request::asked::Field;
use crate::request::check::{SHORT_MAX, TEXT_MAX};
use crate::request::plain;
use crate::request::repair::align::{Reading, may_be_empty};
use crate::request::repair::split::STRANGE;
use crate::request::repair::{date, kind};
use crate::request::script::{as_cyrillic, digit, is_enclosing, small};
use crate::time::Date;

/// Words for a field that has nothing in it, beside those that every field knows.
const NOTHING: [&str; 9] =
    ["пусто", "без", "нет данных", "не указано", "no", "null", "nil", "такси", "taxi"];
/// What people write in front of the numbers of a passport.
pub(super) const PASSPORT: &[&str] = &["серия", "номер", "паспорт", "series", "number", "passport"];
/// In front of the number of a card, until it is known which card it is.
pub(super) const CARD: &[&str] =
    &["карта", "тройка", "стрелка", "номер", "card", "troika", "strelka", "number"];
const TROIKA: &[&str] = &["карта", "тройка", "номер", "card", "troika", "number"];
const STRELKA: &[&str] = &["карта", "стрелка", "номер", "card", "strelka", "number"];
pub(super) const INN: &[&str] = &["инн", "номер", "inn", "number"];

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
        if let Some(both) = digits(written, &[10], PASSPORT) {
            let groups = written.split(|each: char| !each.is_ascii_digit());
            let last = groups.map(str::len).rfind(|length| *length > 0);
            // Where the last group has four digits, it may be the series.
            if last != Some(4) {
                (*series, *number) = (both[..4].to_owned(), both[4..].to_owned());
            }
        }
    } else if digits(series, &[6], PASSPORT).is_some() && digits(number, &[4], PASSPORT).is_some() {
        std::mem::swap(series, number);
    }
}

/// Transport cards, each written in the other's field.
fn exchange_cards(fields: &[Field; 9], values: &mut [String]) {
    let place = |wanted: Field| fields.iter().position(|field| *field == wanted);
    let (Some(troika), Some(strelka)) = (place(Field::Troika), place(Field::Strelka)) else {
        return;
    };
    let is_card = |place: usize, count| digits(&values[place], &[count], CARD).is_some();
    if is_card(troika, 11) && is_card(strelka, 10) {
        values.swap(troika, strelka);
    }
}

pub(super) fn fix(field: Field, text: &str, passport: bool, today: Date) -> Option<String> {
    if may_be_empty(field, passport) && is_nothing(text) {
        // A series of zeros may be one: without it the document would be another.
        let may_be_series = field == Field::DocSeries && text.contains('0');
        return (!may_be_series).then(String::new);
    }
    match field {
        Field::Type | Field::DocType => one_digit(text).map(String::from),
        Field::DocSeries if passport => digits(text, &[4], PASSPORT),
        Field::DocNumber if passport => digits(text, &[6], PASSPORT),
        // A mark within a series or number may part it from another field.
        Field::DocSeries | Field::DocNumber => {
            document_part(text).filter(|part| text.contains(part.as_str()))
        }
        Field::BirthDate => date::fixed(text, today),
        Field::Plate => plate_of(text),
        Field::Troika => digits(text, &[10], TROIKA).filter(|card| !is_phone(text, card)),
        Field::Strelka => digits(text, &[11], STRELKA).filter(|card| !is_phone(text, card)),
        Field::Inn => digits(text, &[10, 12], INN),
        Field::Organisation | Field::Purpose => written(text, SHORT_MAX),
        _ => written(text, TEXT_MAX),
    }
}

/// Whether this says that there is nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let small: String = text.trim().chars().map(small).collect();
    // A word with Latin look-alikes in it is still that word.
    let alike = as_cyrillic(&small);
    let mark = |each: char| !each.is_alphanumeric();
    [&small, &alike]
        .iter()
        .any(|word| plain::is_placeholder(word) || NOTHING.contains(&word.as_str()))
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

/// Digits alone, as many as one of the lengths says, behind one of the labels or none.
fn digits(text: &str, lengths: &[usize], labels: &[&str]) -> Option<String> {
    let mut digits = String::new();
    let mut own = 0;
    for each in without_label(text, labels).chars() {
        if is_between(each) {
            continue;
        }
        digits.push(digit(each)?);
        own += usize::from(each.is_ascii_digit());
    }
    (lengths.contains(&digits.len()) && own * 2 >= digits.len()).then_some(digits)
}

/// What people write between the digits of a number.
pub(super) fn is_between(each: char) -> bool {
    each.is_whitespace() || is_enclosing(each) || "№.:_-‐‑‒–—−".contains(each)
}

pub(super) fn without_label<'t>(text: &'t str, labels: &[&str]) -> &'t str {
    let label = text.find(|each: char| !each.is_alphabetic()).map(|end| text.split_at(end));
    match label {
        Some((label, rest)) if !label.is_empty() => {
            let label: String = label.chars().map(small).collect();
            if labels.contains(&label.as_str()) { rest } else { text }
        }
        _ => text,
    }
}

/// Whether a number of a card was written as telephone numbers are.
fn is_phone(text: &str, digits: &str) -> bool {
    text != digits && is_mobile(digits)
}

/// Whether ten or eleven digits may be those of a mobile phone.
pub(super) fn is_mobile(digits: &str) -> bool {
    let ten = if digits.len() == 11 { digits.strip_prefix(['7', '8']) } else { Some(digits) };
    ten.is_some_and(|ten| ten.starts_with('9'))
}

/// The series or number of a document that is no Russian passport.
fn document_part(text: &str) -> Option<String> {
    let text = without_label(text, PASSPORT).trim_start_matches(is_between);
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

/// A text in the applicant's own words, without what nobody meant to write.
fn written(text: &str, characters_max: usize) -> Option<String> {
    // Where a line ends, a field may.
    if text.contains('\n') {
        return None;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pairs = [('<', '>'), ('[', ']'), ('{', '}')];
    let inner =
        pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    let stray = |each: char| STRANGE.contains(&each) || each.is_whitespace();
    let text = inner.unwrap_or(&text).trim_matches(stray).to_owned();
    (kind::is_text(&text) && text.chars().count() <= characters_max).then_some(text)
}
