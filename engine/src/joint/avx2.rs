//! Words of a filter asked for the bits of four keys at once.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    _mm256_and_si256, _mm256_castsi256_pd, _mm256_movemask_pd, _mm256_set_epi64x,
    _mm256_set1_epi64x, _mm256_slli_epi64, _mm256_srli_epi64, _mm256_srlv_epi64,
    _mm256_unpacklo_epi64,
};

use zerocopy::{transmute, transmute_ref};

use super::{GROUP, Group};
use crate::filter::SHIFTS;

/// Keys that are asked for at once.
const LANES: usize = 4;

/// [`pass`], only to be called where [`crate::probe::Machine::HAS_AVX2`] says so.
#[inline(always)]
pub(super) fn pass_where_there(keys: &Group, words: [u64; GROUP]) -> u8 {
    // SAFETY: a machine of which that is said was asked for it.
    unsafe { pass(keys, words) }
}

/// A bit for each key whose word has all its bits.
#[inline]
#[target_feature(enable = "avx2")]
fn pass(keys: &Group, words: [u64; GROUP]) -> u8 {
    // By reference: a copy would be read before it is whole.
    let [front, back]: &[[[u8; 16]; LANES]; 2] = transmute_ref!(keys);
    let [front_words, back_words]: [[u64; LANES]; 2] = transmute!(words);
    (pass_four(front, front_words) | pass_four(back, back_words) << LANES) as u8
}

#[inline]
#[target_feature(enable = "avx2")]
fn pass_four(keys: &[[u8; 16]; LANES], words: [u64; LANES]) -> u32 {
    const A: i32 = SHIFTS[0] as i32;
    const B: i32 = SHIFTS[1] as i32;
    const C: i32 = SHIFTS[2] as i32;
    const D: i32 = SHIFTS[3] as i32;
    let [a, b, c, d] = keys;
    let lows = _mm256_unpacklo_epi64(transmute!([*a, *c]), transmute!([*b, *d]));
    let [e, f, g, h] = words.map(u64::cast_signed);
    // By registers: a vector that is read where single words were just written waits for them.
    let words = _mm256_set_epi64x(h, g, f, e);
    // The bit of a place comes to the front.
    let bit = |places| {
        let place = _mm256_and_si256(places, _mm256_set1_epi64x(63));
        _mm256_srlv_epi64(words, place)
    };
    let front =
        _mm256_and_si256(bit(_mm256_srli_epi64::<A>(lows)), bit(_mm256_srli_epi64::<B>(lows)));
    let back =
        _mm256_and_si256(bit(_mm256_srli_epi64::<C>(lows)), bit(_mm256_srli_epi64::<D>(lows)));
    let signs = _mm256_slli_epi64::<63>(_mm256_and_si256(front, back));
    _mm256_movemask_pd(_mm256_castsi256_pd(signs)).cast_unsigned()
}
