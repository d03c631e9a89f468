//! Numbers of e-cards. The real format is not public: this file is all that knows it.

use super::fold::ALPHANUMERIC;
use crate::verdict::CodeFault;

/// Symbols of a card's number, without the separator.
pub(super) const LENGTH: usize = 9;
/// So many letters come first; the rest are digits.
pub(super) const SERIES: usize = 2;

/// The nine symbols, if the text has the shape of a card's number: series and number, with or
/// without one space between.
pub(super) fn shape(symbols: &[u8]) -> Option<[u8; LENGTH]> {
    if let Ok(unbroken) = symbols.try_into() {
        return Some(unbroken);
    }
    if symbols.len() != LENGTH + 1 || symbols[SERIES] != b' ' {
        return None;
    }
    let mut joined = [0; LENGTH];
    joined[..SERIES].copy_from_slice(&symbols[..SERIES]);
    joined[SERIES..].copy_from_slice(&symbols[SERIES + 1..]);
    Some(joined)
}

/// Folds the symbols to their canonical form, followed by zero bytes.
pub(super) fn decode(symbols: &[u8; LENGTH]) -> Result<[u8; 16], CodeFault> {
    let mut bytes = [0; 16];
    for (place, symbol) in symbols.iter().enumerate() {
        let folded = ALPHANUMERIC[usize::from(*symbol)];
        let right =
            if place < SERIES { folded.is_ascii_uppercase() } else { folded.is_ascii_digit() };
        if !right {
            return Err(CodeFault::Symbol);
        }
        bytes[place] = folded;
    }
    Ok(bytes)
}

/// The nine symbols again.
pub(super) fn encode(bytes: [u8; 16]) -> String {
    bytes[..LENGTH].iter().map(|byte| char::from(*byte)).collect()
}
