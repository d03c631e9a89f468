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
