//! Phones of Russian mobile operators.

use super::digits;

/// The ten digits after the country's code.
///
/// # Errors
///
/// `phone`
pub fn canonical(text: &str) -> Result<String, &'static str> {
    let ignored = |each: char| each.is_whitespace() || matches!(each, '(' | ')' | '-');
    let number: String = text.chars().filter(|each| !ignored(*each)).collect();
    let ten = match number.len() {
        10 => Some(number.as_str()),
        11 => number.strip_prefix(['7', '8']),
        12 => number.strip_prefix("+7"),
        _ => None,
    };
    let ten = ten.filter(|ten| ten.starts_with('9') && digits::<10>(ten).is_some());
    ten.map(str::to_owned).ok_or("phone")
}

/// The ten digits in place, of a phone with no other white space than spaces; `None` for all else,
/// whatever it may be.
pub(crate) fn short(text: &str) -> Option<[u8; 10]> {
    let (mut number, mut length) = ([0; 12], 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'(' | b')' | b'-')) {
        *number.get_mut(length)? = byte;
        length += 1;
    }
    let ten = match &number[..length] {
        ten @ [b'9', ..] if length == 10 => ten,
        [b'7' | b'8', ten @ ..] if length == 11 => ten,
        [b'+', b'7', ten @ ..] if length == 12 => ten,
        _ => return None,
    };
    let ten: [u8; 10] = ten.try_into().ok()?;
    (ten[0] == b'9' && ten.iter().all(u8::is_ascii_digit)).then_some(ten)
}
