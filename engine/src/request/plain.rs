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
    let (mut symbols, mut zeros) = (0, 0);
    for letter in text.chars() {
        if !letter.is_ascii_alphanumeric() && !is_look_alike(letter) {
            return false;
        }
        symbols += 1;
        zeros += usize::from(letter == '0');
    }
    (4..=12).contains(&symbols) && zeros < symbols
}

/// The letters from А to я that look like Latin ones, a bit for each.
const LOOK_ALIKE_BITS: u64 = look_alike_bits();

const fn look_alike_bits() -> u64 {
    let (mut bits, mut pair) = (0, 0);
    while pair < LOOK_ALIKES.len() {
        let capital = 1 << (LOOK_ALIKES[pair].0 as u32 - 'А' as u32);
        bits |= capital | capital << 0x20;
        pair += 1;
    }
    bits
}

/// A Cyrillic letter, small or not, that looks like a Latin one.
fn is_look_alike(letter: char) -> bool {
    matches!(letter, 'А'..='я') && LOOK_ALIKE_BITS >> (letter as u32 - 'А' as u32) & 1 == 1
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_alikes_are_twelve_letters_and_their_small_ones() {
        for letter in '\u{0}'..=char::MAX {
            let expected = "АВЕКМНОРСТУХавекмнорстух".contains(letter);
            assert_eq!(is_look_alike(letter), expected, "{letter:?}");
        }
    }
}
