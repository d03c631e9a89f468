//! Codes, documents and numbers that cannot collide: each is an injective image of an index.

use propusk_engine::time::Date;

use crate::rng::{mix, permute};

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BASE36: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BIRTH_LETTERS: [char; 32] = [
    'А', 'Б', 'В', 'Г', 'Д', 'Е', 'Ж', 'З', 'И', 'Й', 'К', 'Л', 'М', 'Н', 'О', 'П', 'Р', 'С', 'Т',
    'У', 'Ф', 'Х', 'Ц', 'Ч', 'Ш', 'Щ', 'Ъ', 'Ы', 'Ь', 'Э', 'Ю', 'Я',
];

/// What an index is used for: the same index gives different codes in each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Space {
    /// A record of the register.
    Real,
    /// A row that a loader must reject.
    Dirty,
    /// A card that replaced another and is in no register yet.
    Replacement,
    /// A code that was never issued.
    Never,
}

const fn slot(space: Space, index: u64) -> u64 {
    index * 4 + space as u64
}

/// A certificate's token.
pub(crate) fn token(seed: u64, space: Space, index: u64) -> String {
    let high = mix(slot(space, index) ^ mix(seed ^ 1));
    let low = mix(high ^ mix(seed ^ 2));
    let value = (u128::from(high) << 64) | u128::from(low);
    (0..26).rev().map(|place| CROCKFORD[(value >> (5 * place)) as usize & 31] as char).collect()
}

/// A permit's code for its last day.
pub(crate) fn permit(seed: u64, space: Space, index: u64, valid_to: Date) -> String {
    let (_, month, day) = valid_to.ymd();
    let mut code = String::with_capacity(16);
    push_digits(&mut code, u64::from(day), 2);
    push_digits(&mut code, u64::from(month), 2);
    let mut value = permute(slot(space, index), 62, mix(seed ^ 3));
    for _ in 0..12 {
        code.push(BASE36[(value % 36) as usize] as char);
        value /= 36;
    }
    code
}

/// An e-card's series and number.
pub(crate) fn card(seed: u64, space: Space, index: u64) -> (String, String) {
    let value = permute(slot(space, index) & 0xFFFF_FFFF, 32, mix(seed ^ 4));
    letters_and_digits(value)
}

fn letters_and_digits(value: u64) -> (String, String) {
    let letters = value / 10_000_000;
    let series = [letters / 26, letters % 26].map(|letter| (b'A' + letter as u8) as char);
    (series.iter().collect(), digits(value % 10_000_000, 7))
}

/// A Russian passport: four digits and six.
pub(crate) fn passport(seed: u64, index: u64) -> (String, String) {
    let value = permute(index, 33, mix(seed ^ 5)) + 1;
    (digits(value / 1_000_000, 4), digits(value % 1_000_000, 6))
}

/// A foreign passport: two Latin letters and seven digits.
pub(crate) fn foreign_passport(seed: u64, index: u64) -> (String, String) {
    letters_and_digits(permute(index, 32, mix(seed ^ 6)))
}

/// A birth certificate: a Roman number, two Cyrillic letters and six digits.
pub(crate) fn birth_certificate(seed: u64, index: u64) -> (String, String) {
    let value = permute(index, 32, mix(seed ^ 7));
    let (letters, roman) = (value / 1_000_000 % 1024, value / 1_024_000_000);
    let mut series = String::from(["I", "II", "III", "IV", "V"][roman as usize]);
    series.push(BIRTH_LETTERS[(letters / 32) as usize]);
    series.push(BIRTH_LETTERS[(letters % 32) as usize]);
    (series, digits(value % 1_000_000, 6))
}

/// Eleven digits of a SNILS with the right check number.
pub(crate) fn snils(random: u64) -> String {
    let base = 2_000_000 + random % 990_000_000;
    let mut text = digits(base, 9);
    let sum: u64 = text
        .bytes()
        .zip((1..=9).rev())
        .map(|(digit, weight)| u64::from(digit - b'0') * weight)
        .sum();
    push_digits(&mut text, sum % 101 % 100, 2);
    text
}

/// An organisation's INN with the right check digit.
pub(crate) fn inn(random: u64) -> String {
    let mut text = digits(770_000_000 + random % 100_000_000 % 99_999_999, 9);
    let weights = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    let sum: u64 =
        text.bytes().zip(weights).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    push_digits(&mut text, sum % 11 % 10, 1);
    text
}

/// A number with leading zeros.
pub(crate) fn digits(value: u64, width: u32) -> String {
    let mut text = String::with_capacity(width as usize);
    push_digits(&mut text, value, width);
    text
}

/// Writes a number with leading zeros.
pub(crate) fn push_digits(text: &mut String, value: u64, width: u32) {
    for place in (0..width).rev() {
        text.push((b'0' + (value / 10_u64.pow(place) % 10) as u8) as char);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_right() {
        // 112-233-445 has the published check number 95.
        assert_eq!(snils(112_233_445 - 2_000_000), "11223344595");
        assert_eq!(inn(0).len(), 10);
    }

    #[test]
    fn tokens_hold_no_more_than_128_bits() {
        assert!((0..100).all(|index| token(1, Space::Real, index).as_bytes()[0] <= b'7'));
    }
}
