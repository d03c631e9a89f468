//! Number plates of vehicles.

use super::document;

/// The canonical form: as a document, 4 to 12 of `0-9A-Z`.
///
/// # Errors
///
/// `plate`
pub fn canonical(text: &str) -> Result<String, &'static str> {
    let plate = document::licence(text).map_err(|_| "plate")?;
    if plate.is_ascii() && (4..=12).contains(&plate.len()) { Ok(plate) } else { Err("plate") }
}
