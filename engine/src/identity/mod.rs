//! Identity: the same person, document or vehicle in the same canonical form wherever written
//! down. Each form is idempotent; each fault is one of the contract's reasons.

pub mod birth_date;
pub mod document;
pub mod inn;
pub mod name;
pub mod phone;
pub mod plate;
mod script;
pub(crate) mod short;
pub mod snils;
#[cfg(test)]
mod tests;
pub mod transliteration;
pub mod transport;

/// Whether a value has nothing in it but White_Space.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Exactly so many ASCII digits, as numbers.
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}
