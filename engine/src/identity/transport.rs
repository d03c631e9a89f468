//! Cards of public transport.

use super::digits;

/// The ten digits of a Troika card.
///
/// # Errors
///
/// `troika`
pub fn troika(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    digits::<10>(text).map(|_| text.to_owned()).ok_or("troika")
}

/// The eleven digits of a Strelka card.
///
/// # Errors
///
/// `strelka`
pub fn strelka(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    digits::<11>(text).map(|_| text.to_owned()).ok_or("strelka")
}
