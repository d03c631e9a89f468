//! What a value can be nothing else than.

use crate::identity::{document, plate};
use crate::request::asked::Field;
use crate::request::repair::align::may_be_empty;
use crate::request::repair::date;
use crate::request::repair::split::STRANGE;
use crate::request::repair::value::{
    CARD, INN, PASSPORT, fix, is_between, is_mobile, is_nothing, one_digit, without_label,
};
use crate::request::script::digit;
use crate::time::Date;

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
                && !has_letter_behind_digit(text)
                && !begins_like_digit(text)
        }
        Field::BirthDate => date::is_like(text),
        Field::Plate => {
            let letters = plate::canonical(text).is_ok_and(|plate| {
                plate.len() <= 9 && plate.bytes().any(|byte| byte.is_ascii_uppercase())
            });
            let run_together = has_russian_plate(text) && !is_russian_plate(text);
            letters
                && has(char::is_ascii_digit) > 0
                && !has_letter_for_digit(text)
                && !run_together
                && !is_labelled(text)
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
pub(super) fn is_text(text: &str) -> bool {
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
    let digits = word.chars().filter(char::is_ascii_digit).count();
    // Three digits are rather a number, or a plate, that has lost what parted it from the text.
    digits < 3
        && word.contains(char::is_alphabetic)
        && !is_nothing(word)
        && !is_series_of_letters(word)
}

/// Whether this can be the series of a document and nothing else: two letters that look like Latin
/// ones, or Roman digits before them.
pub(super) fn is_series_of_letters(text: &str) -> bool {
    let letters = text.trim_start_matches(['I', 'V', 'X', 'L', 'C']).trim_start_matches('-');
    let alike = |each| "АВЕКМНОРСТУХ".contains(each);
    letters.chars().count() <= 2 && letters.chars().all(alike) || is_series_behind_roman(text)
}

/// Whether this is the series of a birth certificate: Roman digits, two letters of any kind.
fn is_series_behind_roman(text: &str) -> bool {
    text.split_once('-').is_some_and(|(roman, letters)| {
        let roman = document::squeezed(roman);
        !roman.is_empty()
            && roman.chars().all(|each| "IVXLC".contains(each))
            && letters.chars().count() == 2
            && letters.chars().all(char::is_alphabetic)
    })
}

/// Whether a text begins with two digits, which may be the series of a document that has lost what
/// parted it from the text.
pub(super) fn begins_with_two_digits(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 2 && text.contains(char::is_alphabetic)
}

/// Whether the same words stand there twice.
fn is_said_twice(text: &str) -> bool {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches([',', '.', ';'])).collect();
    let (first, second) = words.split_at(words.len() / 2);
    first == second
}

/// Whether a letter stands behind a digit, where it may be meant for another digit.
fn has_letter_behind_digit(text: &str) -> bool {
    let behind = text.trim_start_matches(|each: char| !each.is_ascii_digit());
    behind.contains(char::is_alphabetic)
}

/// Whether the last letter in front of a number's digits may be meant for one more: it stands alone, or
/// is a small one behind a capital.
fn begins_like_digit(text: &str) -> bool {
    let before = text.split(|each: char| each.is_ascii_digit()).next().unwrap_or_default();
    let letters: Vec<char> = before.chars().filter(|each| each.is_alphabetic()).collect();
    match letters[..] {
        [] => false,
        [only] => digit(only).is_some(),
        [.., other, last] => digit(last).is_some() && other.is_uppercase() && last.is_lowercase(),
    }
}

/// Whether this is the plate of a Russian vehicle but for letters where digits stand that they look
/// like.
fn has_letter_for_digit(text: &str) -> bool {
    let plate = plate::canonical(text).unwrap_or_default();
    let digits = |(place, symbol)| match (place, symbol) {
        (1..=3 | 6.., 'O') => '0',
        (1..=3 | 6.., 'I' | 'L') => '1',
        (1..=3 | 6.., 'B') => '8',
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
        || word.split(|each: char| !each.is_alphanumeric()).any(|part| {
            has_russian_plate(part) || begins_russian_plate(part) || has_letter_for_digit(part)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_a_word_and_not_with_the_end_of_another_field() {
        for word in ["врачу", "к", "10-й", "№12а", "дом"] {
            assert!(is_word_of_text(word), "{word}");
        }
        // A number, a plate, a word for nothing, a series.
        for word in ["12", "4509", "А123ВС777", "в123", "-", "нет", "МУ", "IV-МЮ"] {
            assert!(!is_word_of_text(word), "{word}");
        }
    }
}
