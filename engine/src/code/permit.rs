//! Digital travel permits: 16 symbols, `DDMM` of the last day, then 12 of `0-9A-Z`.

use super::fold::ALPHANUMERIC;
use crate::verdict::CodeFault;

/// Symbols of a permit, without separators.
pub(super) const LENGTH: usize = 16;
const GROUPED_LENGTH: usize = 19;
/// The longest month of each number; 29 February is a date of some year.
const DAYS: [u8; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The 16 symbols, if the text has the shape of a permit: unbroken, or four groups of four with
/// one space or hyphen at all three places.
pub(super) fn shape(symbols: &[u8]) -> Option<[u8; LENGTH]> {
    if let Ok(unbroken) = symbols.try_into() {
        return Some(unbroken);
    }
    let separator = |at: usize| matches!(symbols[at], b' ' | b'-');
    if symbols.len() != GROUPED_LENGTH || !(separator(4) && separator(9) && separator(14)) {
        return None;
    }
    let mut joined = [0; LENGTH];
    for (group, target) in joined.chunks_exact_mut(4).enumerate() {
        target.copy_from_slice(&symbols[group * 5..group * 5 + 4]);
    }
    Some(joined)
}

/// Folds the symbols to their canonical form and proves the date.
#[inline]
pub(super) fn decode(symbols: &[u8; LENGTH]) -> Result<[u8; 16], CodeFault> {
    let mut folded = [0; LENGTH];
    let mut wrong = false;
    for (target, symbol) in folded.iter_mut().zip(symbols) {
        *target = ALPHANUMERIC[usize::from(*symbol)];
        wrong |= *target == 0;
    }
    if wrong || !folded[..4].iter().all(u8::is_ascii_digit) {
        return Err(CodeFault::Symbol);
    }
    if has_date(&folded) { Ok(folded) } else { Err(CodeFault::ExpiryDate) }
}

/// Whether digits and capitals begin with a day and a month of some year.
#[inline]
pub(super) fn has_date(folded: &[u8; LENGTH]) -> bool {
    let date = u32::from_le_bytes([folded[0], folded[1], folded[2], folded[3]]);
    let digits = date & 0xf0f0_f0f0 == 0x3030_3030;
    // Of digits, the low halves are the values.
    let value = |place: u32| date >> (8 * place) & 15;
    let (day, month) = (value(0) * 10 + value(1), value(2) * 10 + value(3));
    let days = DAYS.get(month as usize).copied().unwrap_or(0);
    digits & (day > 0) & (day <= u32::from(days))
}
