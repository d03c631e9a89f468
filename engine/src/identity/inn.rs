//! INN, the number of a taxpayer: 10 digits of a firm, 12 of a person.

use super::digits;

/// The weights of the last check digit of 12; every other check digit uses an end of them.
const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/// The ten or twelve digits.
///
/// # Errors
///
/// `inn`
pub fn canonical(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if is_right(text) { Ok(text.to_owned()) } else { Err("inn") }
}

/// Whether these are ten or twelve digits whose check digits are right.
pub(crate) fn is_right(text: &str) -> bool {
    match (digits::<10>(text), digits::<12>(text)) {
        (Some(values), _) => is_checked(&values),
        (_, Some(values)) => is_checked(&values[..11]) && is_checked(&values),
        _ => false,
    }
}

/// Whether the last digit is the check digit of those before it.
fn is_checked(values: &[u8]) -> bool {
    let Some((check, body)) = values.split_last() else { return false };
    let weights = &WEIGHTS[WEIGHTS.len() - body.len()..];
    let sum: u32 = body.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    sum % 11 % 10 == u32::from(*check)
}
