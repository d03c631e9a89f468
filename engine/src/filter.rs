//! Which keys are not in a segment: one word of a Bloom filter answers.
//!
//! A key sets four bits of one word of 64, and a segment has a word for every two keys: a key that is
//! not there passes once in about a thousand times, and each answer touches one word.

use zerocopy::little_endian::U64;

/// Keys for each word.
const KEYS_A_WORD: usize = 2;

/// Where the places of a key's bits begin in its lower half, six bits each.
pub(crate) const SHIFTS: [u32; 4] = [0, 6, 12, 18];

/// An empty filter for so many keys.
pub(crate) fn empty(keys: usize) -> Vec<U64> {
    vec![U64::ZERO; keys.div_ceil(KEYS_A_WORD).max(1)]
}

/// Sets a key's bits.
pub(crate) fn insert(words: &mut [U64], key: u128) {
    let probe = Probe::new(key);
    let word = &mut words[probe.word(words.len())];
    *word = (word.get() | probe.bits).into();
}

/// A key as any filter is asked for it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Probe {
    high: u64,
    /// The bits that the key's word must have.
    pub(crate) bits: u64,
}

impl Probe {
    /// The high end of a key picks the word, the low end the bits: the hot line takes what lies
    /// between.
    #[inline]
    pub(crate) fn new(key: u128) -> Self {
        let low = key as u64;
        let [a, b, c, d] = SHIFTS.map(|shift| 1u64 << (low >> shift & 63));
        Probe { high: (key >> 64) as u64, bits: a | b | c | d }
    }

    /// Whether the key's word has all its bits; a filter without words lets every key pass.
    #[inline]
    pub(crate) fn passes(&self, words: &[U64]) -> bool {
        words.get(self.word(words.len())).is_none_or(|word| word.get() & self.bits == self.bits)
    }

    /// A number by which [`crate::probe::Homes`] finds a word.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        self.high
    }

    /// The place of the key's word.
    #[inline]
    pub(crate) fn word(&self, words: usize) -> usize {
        // A segment has fewer words than there are numbers of 32 bits.
        (((self.high >> 32) * words as u64) >> 32) as usize
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Some key, as evenly spread as those of codes.
    pub(crate) fn key(number: u64) -> u128 {
        let half = |salt: u64| xxhash_rust::xxh3::xxh3_64_with_seed(&number.to_le_bytes(), salt);
        u128::from(half(1)) << 64 | u128::from(half(2))
    }

    #[test]
    fn every_key_passes_and_few_others_do() {
        let mut words = empty(10_000);
        (0..10_000).for_each(|number| insert(&mut words, key(number)));
        let asks = |number| Probe::new(key(number)).passes(&words);
        assert!((0..10_000).all(asks));
        let others = (10_000..110_000).filter(|number| asks(*number)).count();
        assert!(others < 200, "{others} of 100,000 keys that are not there pass");
    }
}
