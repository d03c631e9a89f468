//! SHA-256 of two messages at once, by the processor's own instructions: each waits for the one before
//! it, and while one message waits there is time for the other.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_set_epi64x, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
};
use std::arch::is_x86_feature_detected as has;

use zerocopy::transmute;

use super::lanes::ROUNDS;

type State = [u32; 8];
type Block = [u8; 64];
/// One word of vectors of each message.
type Both = [__m128i; 2];

/// A machine that has the instructions.
#[derive(Clone, Copy)]
pub(super) struct Two(());

impl Two {
    /// This machine.
    #[inline]
    pub(super) fn new() -> Option<Self> {
        (has!("sha") && has!("sse4.1")).then_some(Two(()))
    }

    /// Takes as many blocks into each state as both have.
    #[inline]
    pub(super) fn compress(self, states: &mut [State; 2], blocks: [&[Block]; 2]) {
        // SAFETY: the machine was asked for them when this was made.
        unsafe { compress(states, blocks) }
    }
}

#[target_feature(enable = "sha,sse4.1")]
fn compress(states: &mut [State; 2], [first, second]: [&[Block]; 2]) {
    let mut vectors: [[__m128i; 2]; 2] = transmute!(*states);
    // The instructions want the words A, B, E and F in one vector, and C, D, G and H in the other.
    for [one, other] in &mut vectors {
        let (cdab, efgh) = (_mm_shuffle_epi32::<0xB1>(*one), _mm_shuffle_epi32::<0x1B>(*other));
        *one = _mm_alignr_epi8::<8>(cdab, efgh);
        *other = _mm_blend_epi16::<0xF0>(efgh, cdab);
    }
    let [[a, b], [c, d]] = vectors;
    let (mut abef, mut cdgh) = ([a, c], [b, d]);
    for (first, second) in first.iter().zip(second) {
        let before = (abef, cdgh);
        take(&mut abef, &mut cdgh, [first, second]);
        for lane in 0..2 {
            abef[lane] = _mm_add_epi32(abef[lane], before.0[lane]);
            cdgh[lane] = _mm_add_epi32(cdgh[lane], before.1[lane]);
        }
    }
    for lane in 0..2 {
        let (feba, dchg) =
            (_mm_shuffle_epi32::<0x1B>(abef[lane]), _mm_shuffle_epi32::<0xB1>(cdgh[lane]));
        let dcba = _mm_blend_epi16::<0xF0>(feba, dchg);
        states[lane] = transmute!([dcba, _mm_alignr_epi8::<8>(dchg, feba)]);
    }
}

/// The rounds of one block of each message.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn take(abef: &mut Both, cdgh: &mut Both, blocks: [&Block; 2]) {
    let constants: [[__m128i; 4]; 4] = transmute!(ROUNDS);
    // Numbers stand with their greatest byte first.
    let turned = _mm_set_epi64x(0x0C0D_0E0F_0809_0A0B, 0x0405_0607_0001_0203);
    let mut words = [[_mm_set_epi64x(0, 0); 2]; 4];
    for lane in 0..2 {
        let parts: [__m128i; 4] = transmute!(*blocks[lane]);
        for part in 0..4 {
            words[part][lane] = _mm_shuffle_epi8(parts[part], turned);
        }
    }
    rounds::<false>(abef, cdgh, &mut words, &constants[0]);
    rounds::<true>(abef, cdgh, &mut words, &constants[1]);
    rounds::<true>(abef, cdgh, &mut words, &constants[2]);
    rounds::<true>(abef, cdgh, &mut words, &constants[3]);
}

/// Sixteen rounds of each message, of which every four take a vector of words: the block's, or the
/// ones that follow from those before.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn rounds<const FOLLOW: bool>(
    abef: &mut Both,
    cdgh: &mut Both,
    words: &mut [Both; 4],
    constants: &[__m128i; 4],
) {
    for (at, constant) in constants.iter().enumerate() {
        for lane in 0..2 {
            if FOLLOW {
                let [first, second, third, last] =
                    [0, 1, 2, 3].map(|ahead| words[(at + ahead) % 4][lane]);
                let early = _mm_sha256msg1_epu32(first, second);
                let sum = _mm_add_epi32(early, _mm_alignr_epi8::<4>(last, third));
                words[at][lane] = _mm_sha256msg2_epu32(sum, last);
            }
            let word = _mm_add_epi32(words[at][lane], *constant);
            cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], word);
            let upper = _mm_shuffle_epi32::<0x0E>(word);
            abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_is_sha_256() {
        let Some(two) = Two::new() else { return };
        let mut word = 1u32;
        let mut next = || {
            word = word.wrapping_mul(0x9e37_79b1).rotate_left(7) ^ 0x1234_5678;
            word
        };
        for count in 0..20 {
            let blocks: [Vec<Block>; 2] = core::array::from_fn(|_| {
                (0..count % 4).map(|_| core::array::from_fn(|_| next() as u8)).collect()
            });
            let before: [State; 2] = core::array::from_fn(|_| core::array::from_fn(|_| next()));
            let (mut together, mut alone) = (before, before);
            two.compress(&mut together, [&blocks[0], &blocks[1]]);
            for (state, blocks) in alone.iter_mut().zip(&blocks) {
                sha2::block_api::compress256(state, blocks);
            }
            assert_eq!(together, alone);
        }
    }
}
