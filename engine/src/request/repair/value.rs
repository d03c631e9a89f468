//! Values that were written in another way than they should be.

use crate::identity::{document, plate};
use crate::request::asked::Field;
use crate::request::check::{SHORT_MAX, TEXT_MAX};
use crate::request::plain;
use crate::request::repair::align::{Reading, may_be_empty};
use crate::request::repair::date;
use crate::request::repair::split::STRANGE;
use crate::request::script::{as_cyrillic, digit, is_enclosing, small};
use crate::time::Date;

/// Words for a field that has nothing in it, beside those that every field knows.
const NOTHING: [&str; 9] =
    ["пусто", "без", "нет данных", "не указано", "no", "null", "nil", "такси", "taxi"];
/// What people write in front of the numbers of a passport.
const PASSPORT: &[&str] = &["серия", "номер", "паспорт", "series", "number", "passport"];
/// In front of the number of a card, until it is known which card it is.
const CARD: &[&str] =
    &["карта", "тройка", "стрелка", "номер", "card", "troika", "strelka", "number"];
const TROIKA: &[&str] = &["карта", "тройка", "номер", "card", "troika", "number"];
const STRELKA: &[&str] = &["карта", "стрелка", "номер", "card", "strelka", "number"];
const INN: &[&str] = &["инн", "номер", "inn", "number"];

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
            let last = groups.map(str::len).filter(|length| *length > 0).last();
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

fn fix(field: Field, text: &str, passport: bool, today: Date) -> Option<String> {
    if may_be_empty(field, passport) && is_nothing(text) {
        // A series of zeros may be one: without it the document would be another.
        let may_be_series = field == Field::DocSeries && text.contains('0');
        return (!may_be_series).then(String::new);
    }
    match field {
        Field::Type | Field::DocType => one_digit(text).map(String::from),
        Field::DocSeries if passport => digits(text, &[4], PASSPORT),
        Field::DocNumber if passport => digits(text, &[6], PASSPORT),
        Field::DocSeries | Field::DocNumber => document_part(text),
        Field::BirthDate => date::fixed(text, today),
        Field::Plate => plate_of(text),
        Field::Troika => digits(text, &[10], TROIKA).filter(|card| !is_phone(text, card)),
        Field::Strelka => digits(text, &[11], STRELKA).filter(|card| !is_phone(text, card)),
        Field::Inn => digits(text, &[10, 12], INN),
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
            // Ten digits are rather a card, many letters a word.
            is_document(text)
                && has(|letter| letter.is_alphabetic()) <= 3
                && (5..=10).contains(&symbols)
                && (4..10).contains(&has(char::is_ascii_digit))
                && !has_letter_among_digits(text)
        }
        Field::BirthDate => date::is_like(text),
        Field::Plate => {
            let letters = plate::canonical(text).is_ok_and(|plate| {
                plate.len() <= 9 && plate.bytes().any(|byte| byte.is_ascii_uppercase())
            });
            let run_together = has_russian_plate(text) && !is_russian_plate(text);
            letters && has(char::is_ascii_digit) > 0 && !has_letter_for_zero(text) && !run_together
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
fn is_between(each: char) -> bool {
    each.is_whitespace() || is_enclosing(each) || "№.:_-‐‑‒–—−".contains(each)
}

fn without_label<'t>(text: &'t str, labels: &[&str]) -> &'t str {
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

/// Whether this can be nothing but the number plate of a Russian vehicle: a letter, three digits,
/// two letters, the region.
fn is_russian_plate(text: &str) -> bool {
    matches!(plate_shape(text).as_str(), "A000AA00" | "A000AA000")
}

/// Whether such a plate stands in a word, with other letters or digits around it.
fn has_russian_plate(word: &str) -> bool {
    word.char_indices().any(|(at, _)| {
        let plate: String = word[at..].chars().take("A000AA00".len()).collect();
        is_russian_plate(&plate)
    })
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
/// One digit is rather the kind of the document, said twice; a letter beside digits rather one of
/// them.
fn is_series(squeezed: &str) -> bool {
    let has_digit = squeezed.contains(|each: char| each.is_ascii_digit());
    if one_digit(squeezed).is_some() || has_digit && squeezed.contains(char::is_alphabetic) {
        return false;
    }
    let behind_roman = squeezed.trim_start_matches(['I', 'V', 'X', 'L', 'C']);
    squeezed.len() <= 6 && behind_roman.chars().filter(|each| each.is_alphabetic()).count() <= 3
}

/// Whether this is a text in words, and not another field or run together with one.
fn is_text(text: &str) -> bool {
    text.chars().filter(|letter| letter.is_alphabetic()).count() >= 2
        && !is_nothing(text)
        && !text.split_whitespace().any(is_other_value)
        && !is_labelled(text)
        && !is_series_of_letters(text)
        && !text.contains(STRANGE)
        && !is_said_twice(text)
}

/// Whether a text can begin with this word, which stands between spaces alone: it is no value of a
/// field before.
pub(super) fn is_word_of_text(word: &str) -> bool {
    word.contains(char::is_alphabetic) && !is_nothing(word) && !is_series_of_letters(word)
}

/// Whether this can be the series of a document and nothing else: two letters that look like Latin
/// ones, or Roman digits before them.
fn is_series_of_letters(text: &str) -> bool {
    let letters = text.trim_start_matches(['I', 'V', 'X', 'L', 'C']).trim_start_matches('-');
    letters.chars().count() <= 2 && letters.chars().all(|each| "АВЕКМНОРСТУХ".contains(each))
}

/// Whether the same words stand there twice.
fn is_said_twice(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (first, second) = words.split_at(words.len() / 2);
    first == second
}

/// Whether a letter that is taken for a digit stands between digits, where it may be either.
fn has_letter_among_digits(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters.windows(3).any(|three| {
        let [before, each, behind] = three else { return false };
        before.is_ascii_digit() && each.is_alphabetic() && behind.is_ascii_digit()
    })
}

/// Whether this is the plate of a Russian vehicle but for the letter O where a zero stands.
fn has_letter_for_zero(text: &str) -> bool {
    let plate = plate::canonical(text).unwrap_or_default();
    let digits = |(place, symbol)| match (place, symbol) {
        (1..=3 | 6.., 'O') => '0',
        _ => symbol,
    };
    let meant: String = plate.chars().enumerate().map(digits).collect();
    meant != plate && is_russian_plate(&meant)
}

/// Whether this is a number behind the name of another field, or its beginning.
fn is_labelled(text: &str) -> bool {
    let labels = [PASSPORT, CARD, INN].concat();
    let number = without_label(text, &labels);
    number.len() < text.len()
        && number.chars().all(|each| each.is_ascii_digit() || is_between(each))
}

/// Whether a word of a text is rather another field, run together with it.
fn is_other_value(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= 6
        || begins_russian_plate(word)
        || word
            .split(|each: char| !each.is_alphanumeric())
            .any(|part| has_russian_plate(part) || begins_russian_plate(part))
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
