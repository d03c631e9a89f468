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
    let (body, check) = values.split_at(9);
    let value = body.iter().fold(0, |value, digit| value * 10 + u32::from(*digit));
    let weighted = body.iter().zip((1..=9).rev());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(*digit) * weight).sum();
    // A remainder of 100 has no two digits, and is written 00.
    let expected = sum % 101 % 100;
    let right = u32::from(check[0] * 10 + check[1]) == expected;
    if right || value <= LAST_UNCHECKED { Ok(number) } else { Err("snils") }
}
