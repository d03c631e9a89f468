//! The same for any processor, by the tables of each kind: the reference of the vectors.

use super::{FIRST, padded};
use crate::code::fold::ALPHANUMERIC;
use crate::code::{card, certificate, permit};

/// A permit of 16 symbols.
#[inline(always)]
pub(crate) fn permit(text: &[u8; permit::LENGTH]) -> ([u8; 16], bool) {
    let folded = text.map(fold);
    let whole = folded.iter().all(|symbol| *symbol != 0);
    (folded, whole && permit::has_date(&folded))
}

/// A card of 9 symbols.
#[inline(always)]
pub(crate) fn card(text: &[u8; card::LENGTH]) -> ([u8; 16], bool) {
    let mut folded = [0; 16];
    let mut right = true;
    for (place, symbol) in text.iter().enumerate() {
        folded[place] = fold(*symbol);
        right &= match place {
            ..card::SERIES => folded[place].is_ascii_uppercase(),
            _ => folded[place].is_ascii_digit(),
        };
    }
    (folded, right)
}

/// A token of 26 symbols.
#[inline(always)]
pub(crate) fn token(text: &[u8; certificate::LENGTH]) -> ([u8; 16], bool) {
    let values = padded(text).map(certificate::value);
    let bits = values.iter().fold(0u128, |bits, value| bits << 5 | u128::from(value & 31));
    let right = values.iter().all(|value| *value < 32) && values[FIRST] <= certificate::FIRST_MOST;
    (bits.to_be_bytes(), right)
}

/// A symbol byte beyond ASCII is no symbol of a plain text.
fn fold(symbol: u8) -> u8 {
    if symbol.is_ascii() { ALPHANUMERIC[usize::from(symbol)] } else { 0 }
}
