//! Words of a filter asked for the bits of eight keys at once.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m512i, _mm512_bitshuffle_epi64_mask, _mm512_multishift_epi64_epi8, _mm512_permutex2var_epi64,
};

use zerocopy::transmute;

use super::{GROUP, Group};
use crate::filter::SHIFTS;

/// [`pass`], only to be called where [`crate::probe::Machine::HAS_AVX512`] says so.
#[inline(always)]
pub(super) fn pass_where_there(keys: &Group, words: [u64; GROUP]) -> u8 {
    // SAFETY: a machine of which that is said was asked for all of it.
    unsafe { pass(keys, words) }
}

/// A bit for each key whose word has all its bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bitalg,avx512vbmi,bmi2")]
fn pass(keys: &Group, words: [u64; GROUP]) -> u8 {
    let [front, back]: [__m512i; 2] = transmute!(*keys);
    let even: [u64; GROUP] = [0, 2, 4, 6, 8, 10, 12, 14];
    let lows = _mm512_permutex2var_epi64(front, transmute!(even), back);
    // Where the bits stand, each twice: eight numbers of six bits, and what is above them is not read.
    let [a, b, c, d] = SHIFTS.map(|shift| shift as u8);
    let shifts = [[a, b, c, d, a, b, c, d]; GROUP];
    let places = _mm512_multishift_epi64_epi8(transmute!(shifts), lows);
    let bits = _mm512_bitshuffle_epi64_mask(transmute!(words), places);
    let halves = bits & bits >> 2;
    core::arch::x86_64::_pext_u64(halves & halves >> 1, 0x0101_0101_0101_0101) as u8
}
