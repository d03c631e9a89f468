//! A group judged by vectors of 64 bytes: a line is one, and so is any word of eight lines.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmpge_epi64_mask, _mm512_cmplt_epi64_mask,
    _mm512_mask_blend_epi64, _mm512_mask_mov_epi64, _mm512_mask_or_epi64, _mm512_mask_srli_epi64,
    _mm512_maskz_add_epi64, _mm512_permutex2var_epi64, _mm512_set1_epi64, _mm512_shuffle_i64x2,
    _mm512_slli_epi64, _mm512_srli_epi64, _mm512_srlv_epi64, _mm512_sub_epi64,
    _mm512_test_epi64_mask, _mm512_testn_epi64_mask, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
    _mm512_xor_si512,
};

use zerocopy::transmute;

use super::{ABSENT, BEFORE, ENDED, GROUP, Glances, Group, UNCLEAR};
use crate::format::{HOT_EPOCH, Line};

/// [`look`], only to be called where [`crate::probe::Machine::HAS_AVX512`] says so.
#[inline(always)]
pub(super) fn look_where_there(at: i64, keys: &Group, lines: [&Line; GROUP]) -> Glances {
    // SAFETY: a machine of which that is said was asked for all of it.
    unsafe { look(at, keys, lines) }
}

/// Judges what the home lines of keys hold, at so many seconds since [`HOT_EPOCH`].
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn look(at: i64, keys: &Group, lines: [&Line; GROUP]) -> Glances {
    let splat = |value: i64| _mm512_set1_epi64(value);
    let load = |values: [u64; GROUP]| -> __m512i { transmute!(values) };
    let [first, second, third, fourth, first_ends, last_ends, first_spans, last_spans] =
        turned(lines);

    let halves: [[u64; GROUP]; 2] = transmute!(*keys);
    let odd: [u64; GROUP] = [1, 3, 5, 7, 9, 11, 13, 15];
    let highs = _mm512_permutex2var_epi64(load(halves[0]), load(odd), load(halves[1]));
    let tag = splat(!0xff);
    let here = |word| _mm512_testn_epi64_mask(_mm512_xor_si512(word, highs), tag);
    let (at_first, at_second) = (here(first), here(second));
    let (at_third, at_fourth) = (here(third), here(fourth));

    // The first place that holds a key is the one that counts.
    let in_front = at_first | at_second;
    let held = in_front | at_third | at_fourth;
    let is_odd = at_second & !at_first | at_fourth & !at_third & !in_front;
    let half = |front, back| {
        let both = _mm512_mask_blend_epi64(in_front, back, front);
        let one = _mm512_mask_srli_epi64::<32>(both, is_odd, both);
        _mm512_and_si512(one, splat(0xffff_ffff))
    };
    let (ends, spans) = (half(first_ends, last_ends), half(first_spans, last_spans));

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

    // The word that has a key's filter bit.
    let is_odd = _mm512_test_epi64_mask(highs, splat(8));
    let is_behind = _mm512_test_epi64_mask(highs, splat(16));
    let front = _mm512_mask_blend_epi64(is_odd, first, second);
    let back = _mm512_mask_blend_epi64(is_odd, third, fourth);
    let words = _mm512_mask_blend_epi64(is_behind, front, back);
    let bits = _mm512_srlv_epi64(words, _mm512_and_si512(highs, splat(7)));

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

/// The lines as rows turned into columns: each word of all lines.
#[inline]
#[target_feature(enable = "avx512f")]
fn turned(lines: [&Line; GROUP]) -> [__m512i; 8] {
    let load = |line: &Line| -> __m512i { transmute!(*line) };
    let [a, b, c, d, e, f, g, h] = lines;
    let (a, b, c, d) = (load(a), load(b), load(c), load(d));
    let (e, f, g, h) = (load(e), load(f), load(g), load(h));
    let quarter = |ab, cd, ef, gh| {
        // Words of two lines, then of four, then of eight.
        let (abcd, efgh) =
            (_mm512_shuffle_i64x2::<0x88>(ab, cd), _mm512_shuffle_i64x2::<0x88>(ef, gh));
        let (abcd_next, efgh_next) =
            (_mm512_shuffle_i64x2::<0xdd>(ab, cd), _mm512_shuffle_i64x2::<0xdd>(ef, gh));
        [
            _mm512_shuffle_i64x2::<0x88>(abcd, efgh),
            _mm512_shuffle_i64x2::<0x88>(abcd_next, efgh_next),
            _mm512_shuffle_i64x2::<0xdd>(abcd, efgh),
            _mm512_shuffle_i64x2::<0xdd>(abcd_next, efgh_next),
        ]
    };
    let [zero, two, four, six] = quarter(
        _mm512_unpacklo_epi64(a, b),
        _mm512_unpacklo_epi64(c, d),
        _mm512_unpacklo_epi64(e, f),
        _mm512_unpacklo_epi64(g, h),
    );
    let [one, three, five, seven] = quarter(
        _mm512_unpackhi_epi64(a, b),
        _mm512_unpackhi_epi64(c, d),
        _mm512_unpackhi_epi64(e, f),
        _mm512_unpackhi_epi64(g, h),
    );
    [zero, one, two, three, four, five, six, seven]
}
