//! AES-128 by the processor's own instructions, with the round keys at hand: what a look-up does for
//! every code takes no step that is not the cipher's.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_aeskeygenassist_si128,
    _mm_shuffle_epi32, _mm_slli_si128, _mm_xor_si128, _mm256_aesenc_epi128,
    _mm256_aesenclast_epi128, _mm256_broadcastsi128_si256, _mm256_xor_si256, _mm512_aesenc_epi128,
    _mm512_aesenclast_epi128, _mm512_broadcast_i32x4, _mm512_xor_si512,
};
use std::arch::is_x86_feature_detected as has;

use zerocopy::transmute;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::probe::Width;

/// Rounds of AES-128, and one key more.
const KEYS: usize = 11;
/// How many blocks go along at once: an instruction takes four cycles and can begin in each.
pub(super) const TOGETHER: usize = 16;

type Block = [u8; 16];

/// The round keys of one key; wiped when dropped.
#[derive(Clone)]
pub(super) struct Rounds {
    keys: [Block; KEYS],
    ways: Ways,
}

/// How many blocks an instruction takes.
#[derive(Clone, Copy)]
enum Ways {
    One,
    Two,
    Four,
}

impl Rounds {
    /// Where the machine has the instructions.
    pub(super) fn new(key: &Block) -> Option<Self> {
        let ways = if Width::widest().is_avx512() {
            Ways::Four
        } else if has!("avx2") && has!("vaes") {
            Ways::Two
        } else {
            Ways::One
        };
        // SAFETY: the machine was just asked for them.
        has!("aes").then(|| Rounds { keys: unsafe { expand(key) }, ways })
    }

    #[inline]
    pub(super) fn encrypt_one(&self, block: Block) -> Block {
        // SAFETY: these keys are there only where the machine has the instructions.
        unsafe { one(&self.keys, block) }
    }

    #[inline(always)]
    pub(super) fn encrypt(&self, blocks: &mut [Block]) {
        let (whole, rest) = blocks.as_chunks_mut();
        // SAFETY: these keys are there only where the machine has the instructions, and `ways` says
        // for how many blocks it has them.
        whole.iter_mut().for_each(|blocks| unsafe { self.encrypt_together(blocks) });
        if !rest.is_empty() {
            let mut padded = [[0; 16]; TOGETHER];
            padded[..rest.len()].copy_from_slice(rest);
            // SAFETY: as above.
            unsafe { self.encrypt_together(&mut padded) };
            rest.copy_from_slice(&padded[..rest.len()]);
        }
    }

    /// # Safety
    /// The machine has AES for so many blocks as `ways` says.
    #[inline(always)]
    unsafe fn encrypt_together(&self, blocks: &mut [Block; TOGETHER]) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.ways {
                Ways::One => by_blocks(&self.keys, blocks),
                Ways::Two => by_twos(&self.keys, blocks),
                Ways::Four => by_fours(&self.keys, blocks),
            }
        }
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.keys.zeroize();
    }
}

impl ZeroizeOnDrop for Rounds {}

/// The key schedule of FIPS 197.
#[target_feature(enable = "aes")]
fn expand(key: &Block) -> [Block; KEYS] {
    #[inline]
    #[target_feature(enable = "aes")]
    fn next<const CONSTANT: i32>(last: __m128i) -> __m128i {
        let assist = _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<CONSTANT>(last));
        let mut words = _mm_xor_si128(last, _mm_slli_si128::<4>(last));
        words = _mm_xor_si128(words, _mm_slli_si128::<8>(words));
        _mm_xor_si128(words, assist)
    }
    let mut keys = [transmute!(*key); KEYS];
    keys[1] = next::<0x01>(keys[0]);
    keys[2] = next::<0x02>(keys[1]);
    keys[3] = next::<0x04>(keys[2]);
    keys[4] = next::<0x08>(keys[3]);
    keys[5] = next::<0x10>(keys[4]);
    keys[6] = next::<0x20>(keys[5]);
    keys[7] = next::<0x40>(keys[6]);
    keys[8] = next::<0x80>(keys[7]);
    keys[9] = next::<0x1b>(keys[8]);
    keys[10] = next::<0x36>(keys[9]);
    transmute!(keys)
}

#[inline]
#[target_feature(enable = "aes")]
fn one(keys: &[Block; KEYS], block: Block) -> Block {
    let keys: [__m128i; KEYS] = transmute!(*keys);
    let mut state = _mm_xor_si128(transmute!(block), keys[0]);
    for key in &keys[1..KEYS - 1] {
        state = _mm_aesenc_si128(state, *key);
    }
    transmute!(_mm_aesenclast_si128(state, keys[KEYS - 1]))
}

/// One block in each vector, all of them a round at a time.
#[inline]
#[target_feature(enable = "aes")]
fn by_blocks(keys: &[Block; KEYS], blocks: &mut [Block; TOGETHER]) {
    let keys: [__m128i; KEYS] = transmute!(*keys);
    // As many as there are registers for.
    for blocks in blocks.as_chunks_mut::<8>().0 {
        let mut states: [__m128i; 8] = transmute!(*blocks);
        for state in &mut states {
            *state = _mm_xor_si128(*state, keys[0]);
        }
        for key in &keys[1..KEYS - 1] {
            for state in &mut states {
                *state = _mm_aesenc_si128(*state, *key);
            }
        }
        for state in &mut states {
            *state = _mm_aesenclast_si128(*state, keys[KEYS - 1]);
        }
        *blocks = transmute!(states);
    }
}

/// Two blocks in each vector.
#[inline]
#[target_feature(enable = "avx2,vaes")]
fn by_twos(keys: &[Block; KEYS], blocks: &mut [Block; TOGETHER]) {
    let key = |round: usize| _mm256_broadcastsi128_si256(transmute!(keys[round]));
    let mut states: [__m256i; TOGETHER / 2] = transmute!(*blocks);
    for state in &mut states {
        *state = _mm256_xor_si256(*state, key(0));
    }
    for round in 1..KEYS - 1 {
        for state in &mut states {
            *state = _mm256_aesenc_epi128(*state, key(round));
        }
    }
    for state in &mut states {
        *state = _mm256_aesenclast_epi128(*state, key(KEYS - 1));
    }
    *blocks = transmute!(states);
}

/// Four blocks in each vector.
#[inline]
#[target_feature(enable = "avx512f,vaes")]
fn by_fours(keys: &[Block; KEYS], blocks: &mut [Block; TOGETHER]) {
    let key = |round: usize| _mm512_broadcast_i32x4(transmute!(keys[round]));
    let mut states: [__m512i; TOGETHER / 4] = transmute!(*blocks);
    for state in &mut states {
        *state = _mm512_xor_si512(*state, key(0));
    }
    for round in 1..KEYS - 1 {
        for state in &mut states {
            *state = _mm512_aesenc_epi128(*state, key(round));
        }
    }
    for state in &mut states {
        *state = _mm512_aesenclast_epi128(*state, key(KEYS - 1));
    }
    *blocks = transmute!(states);
}

#[cfg(test)]
mod tests {
    use aes::Aes128;
    use aes::cipher::{Block, BlockCipherEncrypt as _, KeyInit as _};

    use super::*;

    impl Ways {
        /// This one, and all that a machine with it has too.
        fn down(self) -> &'static [Ways] {
            match self {
                Ways::One => &[Ways::One],
                Ways::Two => &[Ways::Two, Ways::One],
                Ways::Four => &[Ways::Four, Ways::Two, Ways::One],
            }
        }
    }

    /// One at a time, many by each way, and every number of them, against a library.
    #[test]
    fn instructions_encrypt_as_the_library_does() {
        let Some(_) = Rounds::new(&[0; 16]) else { return };
        let mut number = 7u128;
        let mut random = || {
            number = number.wrapping_mul(0x2d99_7879_26d4_6932_a4c1_f326_80f7_0c55).wrapping_add(1);
            (number ^ number >> 67).to_le_bytes()
        };
        for count in 0..100 {
            let key = random();
            let blocks: Vec<[u8; 16]> = (0..count).map(|_| random()).collect();
            let library = Aes128::new((&key).into());
            let expected: Vec<[u8; 16]> = blocks
                .iter()
                .map(|block| {
                    let mut block = Block::<Aes128>::from(*block);
                    library.encrypt_block(&mut block);
                    block.into()
                })
                .collect();
            let mut rounds = Rounds::new(&key).unwrap();
            let one_by_one: Vec<_> =
                blocks.iter().map(|block| rounds.encrypt_one(*block)).collect();
            assert_eq!(one_by_one, expected);
            for ways in rounds.ways.down() {
                rounds.ways = *ways;
                let mut together = blocks.clone();
                rounds.encrypt(&mut together);
                assert_eq!(together, expected);
            }
        }
    }
}
