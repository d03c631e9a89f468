//! A group judged by vectors of 32 bytes: a line is two, and any word of four lines is one.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_and_si256, _mm256_andnot_si256, _mm256_blendv_epi8,
    _mm256_blendv_pd, _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_cmpeq_epi64,
    _mm256_cmpgt_epi64, _mm256_movemask_pd, _mm256_or_si256, _mm256_permute2x128_si256,
    _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_srlv_epi64, _mm256_sub_epi64, _mm256_unpackhi_epi64, _mm256_unpacklo_epi64,
    _mm256_xor_si256,
};

use zerocopy::{transmute, transmute_ref};

use super::{ABSENT, BEFORE, ENDED, GROUP, Glances, Group, UNCLEAR};
use crate::format::{HOT_EPOCH, Line};

/// Keys that are judged at once.
const LANES: usize = 4;

/// [`look`], only to be called where [`crate::probe::Machine::HAS_AVX2`] says so.
#[inline(always)]
pub(super) fn look_where_there(at: i64, keys: &Group, lines: [&Line; GROUP]) -> Glances {
    // SAFETY: a machine of which that is said was asked for it.
    unsafe { look(at, keys, lines) }
}

/// Judges what the home lines of keys hold, at so many seconds since [`HOT_EPOCH`].
#[inline]
#[target_feature(enable = "avx2")]
fn look(at: i64, keys: &Group, lines: [&Line; GROUP]) -> Glances {
    let [a, b, c, d, e, f, g, h] = lines;
    let [keys, more_keys]: [[[u8; 16]; LANES]; 2] = transmute!(*keys);
    let (front, back) =
        (look_at_four(at, keys, [a, b, c, d]), look_at_four(at, more_keys, [e, f, g, h]));
    Glances {
        unsaid: front.unsaid | back.unsaid << LANES,
        beyond: front.beyond | back.beyond << LANES,
        meanings: transmute!([front.meanings, back.meanings]),
        validity: transmute!([front.validity, back.validity]),
    }
}

/// [`Glances`] of four keys.
struct Four {
    unsaid: u32,
    beyond: u32,
    meanings: __m256i,
    validity: [__m256i; 2],
}

#[inline]
#[target_feature(enable = "avx2")]
fn look_at_four(at: i64, keys: [[u8; 16]; LANES], lines: [&Line; LANES]) -> Four {
    let splat = |value: i64| _mm256_set1_epi64x(value);
    let and = |a, b| _mm256_and_si256(a, b);
    let without = |a, b| _mm256_andnot_si256(b, a);
    let or = |a, b| _mm256_or_si256(a, b);
    // The second where the mask says so.
    let either = |first, second, mask| _mm256_blendv_epi8(first, second, mask);
    // The second where the mask's highest bit is set.
    let by_sign = |first, second, mask| {
        let [first, second, mask] = [first, second, mask].map(|words| _mm256_castsi256_pd(words));
        _mm256_castpd_si256(_mm256_blendv_pd(first, second, mask))
    };
    let lowest = |words| {
        let signs = _mm256_slli_epi64::<63>(words);
        _mm256_movemask_pd(_mm256_castsi256_pd(signs)).cast_unsigned()
    };

    let [[first, second, third, fourth], [first_ends, last_ends, first_spans, last_spans]] =
        turned(lines);
    let [a, b, c, d]: [[u64; 2]; LANES] = transmute!(keys);
    let highs = _mm256_unpackhi_epi64(transmute!([a, c]), transmute!([b, d]));

    let tag = splat(!0xff);
    let here = |word| {
        let differs = and(_mm256_xor_si256(word, highs), tag);
        _mm256_cmpeq_epi64(differs, _mm256_setzero_si256())
    };
    let (at_first, at_second) = (here(first), here(second));
    let (at_third, at_fourth) = (here(third), here(fourth));

    // The first place that holds a key is the one that counts.
    let in_front = or(at_first, at_second);
    let held = or(in_front, or(at_third, at_fourth));
    let in_back = without(without(at_fourth, at_third), in_front);
    let shift = and(or(without(at_second, at_first), in_back), splat(32));
    let half = |front, back| {
        let both = either(back, front, in_front);
        and(_mm256_srlv_epi64(both, shift), splat(0xffff_ffff))
    };
    let (ends, spans) = (half(first_ends, last_ends), half(first_spans, last_spans));

    let begins = _mm256_sub_epi64(ends, _mm256_srli_epi64::<4>(spans));
    let at = splat(at);
    let ended = without(splat(i64::from(ENDED)), _mm256_cmpgt_epi64(ends, at));
    let before = and(_mm256_cmpgt_epi64(begins, at), splat(i64::from(BEFORE)));
    let known = _mm256_slli_epi64::<2>(and(spans, splat(15)));
    let meanings = either(splat(ABSENT as i64), or(known, or(ended, before)), held);
    let unclear = _mm256_srlv_epi64(splat(UNCLEAR.cast_signed()), meanings);

    // The word that has a key's filter bit: bits 3 and 4 of the key's upper half name it.
    let is_odd = _mm256_slli_epi64::<60>(highs);
    let is_behind = _mm256_slli_epi64::<59>(highs);
    let front = by_sign(first, second, is_odd);
    let back = by_sign(third, fourth, is_odd);
    let word = by_sign(front, back, is_behind);
    let bits = without(_mm256_srlv_epi64(word, and(highs, splat(7))), held);

    let epoch = splat(HOT_EPOCH);
    let from = and(_mm256_add_epi64(begins, epoch), held);
    let until = and(_mm256_add_epi64(ends, epoch), held);
    let (even, odd) = (_mm256_unpacklo_epi64(from, until), _mm256_unpackhi_epi64(from, until));
    Four {
        unsaid: lowest(unclear),
        beyond: lowest(bits),
        meanings,
        validity: [
            _mm256_permute2x128_si256::<0x20>(even, odd),
            _mm256_permute2x128_si256::<0x31>(even, odd),
        ],
    }
}

/// The lines as rows turned into columns: each word of all lines, by halves of the lines.
#[inline]
#[target_feature(enable = "avx2")]
fn turned(lines: [&Line; LANES]) -> [[__m256i; 4]; 2] {
    /// Words of a line, in pairs.
    type Pairs = [[u8; 16]; 4];
    let [a, b, c, d] = lines.map(|line| -> &Pairs { transmute_ref!(line) });
    let columns = |pair: usize| -> [__m256i; 2] {
        // Each pair of words goes to the half of the vector where its line belongs.
        let (even, odd) = (transmute!([a[pair], c[pair]]), transmute!([b[pair], d[pair]]));
        [_mm256_unpacklo_epi64(even, odd), _mm256_unpackhi_epi64(even, odd)]
    };
    let half = |pair: usize| -> [__m256i; 4] {
        let ([first, second], [third, fourth]) = (columns(pair), columns(pair + 1));
        [first, second, third, fourth]
    };
    [half(0), half(2)]
}
