//! By vectors of 64 bytes: four permits at a time.

use core::arch::x86_64::{
    _mm512_add_epi16, _mm512_maddubs_epi16, _mm512_mask_cmpgt_epi16_mask,
    _mm512_mask_cmpgt_epu8_mask, _mm512_mask_cmpgt_epu16_mask, _mm512_movepi8_mask,
    _mm512_permutex2var_epi8, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_shuffle_epi8,
    _mm512_srli_epi32, _mm512_sub_epi8, _mm512_testn_epi8_mask,
};

use zerocopy::transmute;

use crate::code::fold::ALPHANUMERIC;

/// The first four symbols of each permit, which are digits.
const DIGITS: u64 = 0x000f_000f_000f_000f;
/// The words of each permit that are its day and its month.
const DAYS: u32 = 0x0101_0101;
const MONTHS: u32 = 0x0202_0202;
/// The last day of each month, counted from 0; then what no month has.
const LAST_DAYS: [u8; 16] = [30, 28, 30, 29, 30, 29, 30, 30, 29, 30, 29, 30, 0, 0, 0, 0];

/// What an ASCII character means, as two vectors.
static MEANINGS: [[u8; 64]; 2] = meanings();

const fn meanings() -> [[u8; 64]; 2] {
    let mut meanings = [[0; 64]; 2];
    let mut byte = 0;
    while byte < 128 {
        meanings[byte / 64][byte % 64] = ALPHANUMERIC[byte];
        byte += 1;
    }
    meanings
}

/// Four permits folded; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn four_permits(texts: [[u8; 16]; 4]) -> ([[u8; 16]; 4], u32) {
    let symbols = transmute!(texts);
    let [low, high] = MEANINGS;
    let folded = _mm512_permutex2var_epi8(transmute!(low), symbols, transmute!(high));
    let no_symbols = _mm512_testn_epi8_mask(folded, folded) | _mm512_movepi8_mask(symbols);
    let values = _mm512_sub_epi8(folded, _mm512_set1_epi8(b'0'.cast_signed()));
    let no_digits = _mm512_mask_cmpgt_epu8_mask(DIGITS, values, _mm512_set1_epi8(9));
    // Two digits are joined to a number.
    let numbers = _mm512_maddubs_epi16(values, _mm512_set1_epi16(0x010a));
    // One less; the high bit is that of no month, and it keeps the high bytes out of the table.
    let months = _mm512_add_epi16(numbers, _mm512_set1_epi16(0x7fff));
    let most = _mm512_set1_epi16(0x800bu16.cast_signed());
    let no_months = _mm512_mask_cmpgt_epi16_mask(MONTHS, months, most);
    let days = _mm512_add_epi16(numbers, _mm512_set1_epi16(-1));
    let last_days = [LAST_DAYS; 4];
    // What belongs to a month is put beside its day.
    let last = _mm512_srli_epi32::<16>(_mm512_shuffle_epi8(transmute!(last_days), months));
    let no_days = _mm512_mask_cmpgt_epu16_mask(DAYS, days, last);
    let (wrong, no_dates) = (no_symbols | no_digits, no_months | no_days);
    // Nearly all are right.
    if wrong == 0 && no_dates == 0 {
        return (transmute!(folded), 0b1111);
    }
    let mut sound = 0;
    for permit in 0..4 {
        let symbols = wrong >> (16 * permit) & 0xffff == 0;
        let date = no_dates >> (8 * permit) & 0b11 == 0;
        sound |= u32::from(symbols & date) << permit;
    }
    (transmute!(folded), sound)
}
