//! What nearly every value is, told without a copy of it. What is not so plain may still be right:
//! then its canonical form says.

use crate::code::fold::LOOK_ALIKES;
use crate::identity::inn;
use crate::request::script::small;

/// Exactly so many ASCII digits.
pub(crate) fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number plate of letters and digits without separators.
pub(crate) fn is_plate(text: &str) -> bool {
    let symbol = |letter: char| letter.is_ascii_alphanumeric() || is_look_alike(letter);
    (4..=12).contains(&text.chars().count())
        && text.chars().all(symbol)
        && text.bytes().any(|byte| byte != b'0')
}

/// A Cyrillic letter, small or not, that looks like a Latin one.
fn is_look_alike(letter: char) -> bool {
    let capital = match letter {
        'а'..='я' => char::from_u32(letter as u32 - 0x20).unwrap_or(letter),
        other => other,
    };
    LOOK_ALIKES.iter().any(|(cyrillic, _)| *cyrillic == capital)
}

/// An INN whose check digits are right.
pub(crate) fn is_inn(text: &str) -> bool {
    inn::is_right(text)
}

/// A document of ASCII letters and digits.
pub(crate) fn is_document(series: &str, number: &str) -> bool {
    let bytes = || series.bytes().chain(number.bytes());
    !number.is_empty()
        && series.len() + number.len() <= 20
        && bytes().all(|byte| byte.is_ascii_alphanumeric())
        && bytes().any(|byte| byte != b'0')
}

/// A word that people write for nothing.
pub(crate) fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 5] = ["нет", "нету", "none", "отсутствует", "n/a"];
    let small = |word: &&str| text.chars().map(small).eq(word.chars());
    (3..=22).contains(&text.len()) && WORDS.iter().any(small)
}
