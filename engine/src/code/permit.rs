//! Digital travel permits: 16 symbols, `DDMM` of the last day, then 12 of `0-9A-Z`.

use super::fold::ALPHANUMERIC;
use crate::verdict::CodeFault;

/// Symbols of a permit, without separators.
pub(super) const LENGTH: usize = 16;
const GROUPED_LENGTH: usize = 19;
/// For each number of a month a bit for each day of it; 29 February is a date of some year.
static DATES: [u32; 256] = dates();

const fn dates() -> [u32; 256] {
    const DAYS: [u8; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut dates = [0; 256];
    let mut month = 1;
    while month < DAYS.len() {
        // Bits 1 to the number of days.
        dates[month] = (((1u64 << DAYS[month]) - 1) << 1) as u32;
        month += 1;
    }
    dates
}

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
    let [first, second, third, fourth, ..] = *folded;
    is_date(u32::from_le_bytes([first, second, third, fourth]))
}

/// Whether four digits or capitals, the first one lowest, are a day and a month of some year.
#[inline(always)]
pub(super) fn is_date(symbols: u32) -> bool {
    let digits = symbols & 0xf0f0_f0f0 == 0x3030_3030;
    // Of digits, the low halves are the values; each is joined with the one behind it.
    let values = symbols & 0x0f0f_0f0f;
    let joined = values * 10 + (values >> 8);
    let (day, month) = (joined & 0xff, joined >> 16 & 0xff);
    digits & (day < 32) & (DATES[month as usize] >> (day & 31) & 1 != 0)
}
