//! A group judged by vectors of 64 bytes.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmpge_epi64_mask, _mm512_cmplt_epi64_mask,
    _mm512_mask_mov_epi64, _mm512_mask_or_epi64, _mm512_maskz_add_epi64, _mm512_permutex2var_epi64,
    _mm512_set1_epi64, _mm512_slli_epi64, _mm512_srli_epi64, _mm512_srlv_epi64, _mm512_sub_epi64,
    _mm512_test_epi64_mask,
};

use zerocopy::transmute;

use super::{ABSENT, BEFORE, ENDED, GROUP, Glances, Group, Seen, UNCLEAR};
use crate::format::HOT_EPOCH;

/// [`judge`], only to be called where [`crate::probe::Machine::HAS_AVX512`] says so.
#[inline(always)]
pub(super) fn judge_where_there(at: i64, keys: &Group, seen: &Seen) -> Glances {
    // SAFETY: a machine of which that is said was asked for all of it.
    unsafe { judge(at, keys, seen) }
}

/// Judges what was seen, at so many seconds since [`HOT_EPOCH`].
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn judge(at: i64, keys: &Group, seen: &Seen) -> Glances {
    let splat = |value: i64| _mm512_set1_epi64(value);
    let load = |values: [u64; GROUP]| -> __m512i { transmute!(values) };
    let (ends, spans) = (load(seen.ends), load(seen.spans));
    let held = load(seen.held);
    let held = _mm512_test_epi64_mask(held, held);
    let begins = _mm512_sub_epi64(ends, _mm512_srli_epi64::<4>(spans));
    let at = splat(at);
    let ended = _mm512_cmpge_epi64_mask(at, ends);
    let before = _mm512_cmplt_epi64_mask(at, begins);
    let known = _mm512_slli_epi64::<2>(_mm512_and_si512(spans, splat(15)));
    let known = _mm512_mask_or_epi64(known, ended, known, splat(i64::from(ENDED)));
    let known = _mm512_mask_or_epi64(known, before, known, splat(i64::from(BEFORE)));
    let meanings = _mm512_mask_mov_epi64(splat(ABSENT as i64), held, known);
    let one = splat(1);
    let unclear = _mm512_srlv_epi64(splat(UNCLEAR.cast_signed()), meanings);
    let halves: [[u64; GROUP]; 2] = transmute!(*keys);
    let odd: [u64; GROUP] = [1, 3, 5, 7, 9, 11, 13, 15];
    let highs = _mm512_permutex2var_epi64(load(halves[0]), load(odd), load(halves[1]));
    let bits = _mm512_srlv_epi64(load(seen.words), _mm512_and_si512(highs, splat(7)));
    let epoch = splat(HOT_EPOCH);
    let from = _mm512_maskz_add_epi64(held, begins, epoch);
    let until = _mm512_maskz_add_epi64(held, ends, epoch);
    let first: [u64; GROUP] = [0, 8, 1, 9, 2, 10, 3, 11];
    let last: [u64; GROUP] = [4, 12, 5, 13, 6, 14, 7, 15];
    let validity = [
        _mm512_permutex2var_epi64(from, load(first), until),
        _mm512_permutex2var_epi64(from, load(last), until),
    ];
    Glances {
        unsaid: u32::from(_mm512_test_epi64_mask(unclear, one)),
        beyond: u32::from(_mm512_test_epi64_mask(bits, one) & !held),
        meanings: transmute!(meanings),
        validity: transmute!(validity),
    }
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;

    #[test]
    fn vectors_judge_as_loops_do() {
        if !(std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512dq"))
        {
            return;
        }
        let mut number = 1u64;
        let mut random = || {
            number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            number ^ number >> 29
        };
        for round in 0..20_000 {
            let at = (random() % (1 << 33)) as i64 - (1 << 31);
            let keys: Group = core::array::from_fn(|_| (u128::from(random()) << 64).to_le_bytes());
            let near = |random: &mut dyn FnMut() -> u64| {
                at.wrapping_add((random() % 8) as i64 - 4).clamp(0, u32::MAX.into()) as u64
            };
            let seen = Seen {
                held: core::array::from_fn(|_| random() & random() & 15),
                ends: core::array::from_fn(|_| {
                    if round % 2 == 0 { near(&mut random) } else { random() >> 32 }
                }),
                spans: core::array::from_fn(|_| random() >> (32 + random() % 30)),
                words: core::array::from_fn(|_| random()),
            };
            // SAFETY: the machine was just asked for it.
            let by_vectors = unsafe { judge(at, &keys, &seen) };
            let by_loops = plain::judge(at, &keys, &seen);
            assert_eq!(by_vectors.meanings, by_loops.meanings);
            assert_eq!(by_vectors.validity, by_loops.validity);
            assert_eq!(by_vectors.unsaid, by_loops.unsaid);
            assert_eq!(by_vectors.beyond, by_loops.beyond);
        }
    }
}
