//! By vectors of 64 bytes: four permits at a time.

use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmple_epu16_mask, _mm512_cmplt_epu8_mask,
    _mm512_cmplt_epu16_mask, _mm512_maddubs_epi16, _mm512_mask_sub_epi8, _mm512_set1_epi8,
    _mm512_set1_epi16, _mm512_shuffle_epi8, _mm512_sub_epi8, _mm512_sub_epi16,
};

use zerocopy::transmute;

/// The first four symbols of each permit, which are digits.
const DIGITS: u64 = 0x000f_000f_000f_000f;
/// Words: the day and the month of each permit.
const DAYS: u32 = 0x0101_0101;
const MONTHS: u32 = 0x0202_0202;

/// Four permits folded; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn four_permits(texts: [[u8; 16]; 4]) -> ([[u8; 16]; 4], u32) {
    let symbols = transmute!(texts);
    let splat = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
    let from = |first: u8, symbols| _mm512_sub_epi8(symbols, splat(first));
    let small = _mm512_cmplt_epu8_mask(from(b'a', symbols), splat(26));
    let folded = _mm512_mask_sub_epi8(symbols, small, symbols, splat(0x20));
    let digits = _mm512_cmplt_epu8_mask(from(b'0', folded), splat(10));
    let letters = _mm512_cmplt_epu8_mask(from(b'A', folded), splat(26));
    let right = (digits | letters) & (digits | !DIGITS);
    // The low halves of digits are their values; two of them are joined to a number.
    let values = _mm512_and_si512(folded, splat(0x0f));
    let numbers = _mm512_maddubs_epi16(values, _mm512_set1_epi16(0x010a));
    // One less than a month, or many more for 0.
    let months = _mm512_sub_epi16(numbers, _mm512_set1_epi16(1));
    let in_year = _mm512_cmplt_epu16_mask(months, _mm512_set1_epi16(12));
    // The days of the month that a word says stand in the word before it.
    let days_of: [u8; 16] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0, 0];
    let days_of: [[u8; 16]; 4] = [days_of; 4];
    let most = _mm512_shuffle_epi8(transmute!(days_of), months);
    let most = shifted(most);
    let in_month = _mm512_cmple_epu16_mask(numbers, most)
        & !_mm512_cmplt_epu16_mask(numbers, _mm512_set1_epi16(1));
    let dates = (in_month & DAYS) << 1 & in_year & MONTHS;
    // Nearly all are right.
    if right == u64::MAX && dates == MONTHS {
        return (transmute!(folded), 0b1111);
    }
    let mut sound = 0;
    for permit in 0..4 {
        let symbols = right >> (16 * permit) & 0xffff == 0xffff;
        let date = dates >> (8 * permit) & 2 != 0;
        sound |= u32::from(symbols & date) << permit;
    }
    (transmute!(folded), sound)
}

/// The low byte of every second word, as the word before it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn shifted(words: __m512i) -> __m512i {
    use core::arch::x86_64::_mm512_srli_epi32;
    let low = _mm512_and_si512(words, _mm512_set1_epi16(0xff));
    _mm512_srli_epi32::<16>(low)
}
