//! SNILS, the number of a person's pension insurance.

use super::digits;

/// Check numbers are right above this number; the first ones were given without.
const LAST_UNCHECKED: u32 = 1_001_998;

/// The eleven digits.
///
/// # Errors
///
/// `snils`
pub fn canonical(text: &str) -> Result<String, &'static str> {
    let ignored =
        |each: char| each.is_whitespace() || matches!(each, '-' | '\u{2010}' | '\u{2011}');
    let number: String = text.chars().filter(|each| !ignored(*each)).collect();
    let values = digits::<11>(&number).ok_or("snils")?;
    if is_checked(&values) { Ok(number) } else { Err("snils") }
}

/// The eleven digits in place, of a SNILS with spaces and plain hyphens alone between; `None` for all
/// else, whatever it may be.
pub(crate) fn short(text: &str) -> Option<[u8; 11]> {
    let (mut number, mut length) = ([0; 11], 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
        *number.get_mut(length)? = byte;
        length += 1;
    }
    let is_number = length == number.len() && number.iter().all(u8::is_ascii_digit);
    (is_number && is_checked(&number.map(|digit| digit.wrapping_sub(b'0')))).then_some(number)
}

/// Whether the check number is right, or not asked for.
fn is_checked(values: &[u8; 11]) -> bool {
    let (body, check) = values.split_at(9);
    let value = body.iter().fold(0, |value, digit| value * 10 + u32::from(*digit));
    let weighted = body.iter().zip((1..=9).rev());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(*digit) * weight).sum();
    // A remainder of 100 has no two digits, and is written 00.
    let expected = sum % 101 % 100;
    u32::from(check[0] * 10 + check[1]) == expected || value <= LAST_UNCHECKED
}
