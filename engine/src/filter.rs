//! Which keys are not in a segment: one word of a Bloom filter answers.
//!
//! A key sets four bits of one word of 64, and a segment has a word for every four keys: a key that
//! is not there passes once in about a hundred and fifty times, and each answer touches one word.

use zerocopy::little_endian::U64;

/// Keys for each word.
const KEYS_A_WORD: usize = 4;

/// An empty filter for so many keys.
pub(crate) fn empty(keys: usize) -> Vec<U64> {
    vec![U64::ZERO; keys.div_ceil(KEYS_A_WORD).max(1)]
}

/// Sets a key's bits.
pub(crate) fn insert(words: &mut [U64], key: u128) {
    let (word, bits) = place(key, words.len());
    words[word] = (words[word].get() | bits).into();
}

/// Whether the word of a key has all its bits.
#[inline]
pub(crate) fn passes(word: u64, bits: u64) -> bool {
    word & bits == bits
}

/// A key's word and its bits in it. The high half picks the word, the low end of the low half the
/// bits: the hot line takes the high end of the low half.
#[inline]
pub(crate) fn place(key: u128, words: usize) -> (usize, u64) {
    let (low, high) = (key as u64, key >> 64);
    let bit = |shift: u32| 1u64 << (low >> shift & 63);
    (((high * words as u128) >> 64) as usize, bit(0) | bit(6) | bit(12) | bit(18))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> u128 {
        let half = |salt: u64| xxhash_rust::xxh3::xxh3_64_with_seed(&number.to_le_bytes(), salt);
        u128::from(half(1)) << 64 | u128::from(half(2))
    }

    #[test]
    fn every_key_passes_and_few_others_do() {
        let mut words = empty(10_000);
        (0..10_000).for_each(|number| insert(&mut words, key(number)));
        let asks = |number| {
            let (word, bits) = place(key(number), words.len());
            passes(words[word].get(), bits)
        };
        assert!((0..10_000).all(asks));
        let others = (10_000..110_000).filter(|number| asks(*number)).count();
        assert!(others < 1_500, "{others} of 100,000 keys that are not there pass");
    }
}
