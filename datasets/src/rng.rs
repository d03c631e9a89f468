//! A small splittable generator: every person has streams of her own, drawn from (seed, stream,
//! index), so that nothing has to be kept in memory.

/// `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

/// The finaliser of `SplitMix64`: a bijection of 64-bit words.
pub(crate) const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// A bijection of the words of `bits` bits, chosen by `key`.
pub(crate) const fn permute(word: u64, bits: u32, key: u64) -> u64 {
    let mask = u64::MAX >> (64 - bits);
    let half = bits / 2;
    let mut word = word.wrapping_add(key) & mask;
    let mut round = 0;
    while round < 3 {
        word ^= word >> half;
        word = word.wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(mix(key ^ round)) & mask;
        round += 1;
    }
    word ^ (word >> half)
}

impl Rng {
    /// The stream of one index.
    pub(crate) const fn new(seed: u64, stream: u64, index: u64) -> Self {
        Rng(mix(mix(mix(seed) ^ stream) ^ index))
    }

    /// The next 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `limit`.
    pub(crate) const fn below(&mut self, limit: u64) -> u64 {
        ((self.next() as u128 * limit as u128) >> 64) as u64
    }

    /// A number from `low` to `high`, both inclusive.
    pub(crate) const fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// Whether an event of so many per thousand happens.
    pub(crate) const fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of them.
    pub(crate) const fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// One of them, the earlier ones more often.
    pub(crate) fn pick_skewed<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let first = self.below(items.len() as u64);
        let second = self.below(items.len() as u64);
        &items[first.min(second) as usize]
    }

    /// A rank below `count`, drawn after Zipf's law with the exponent 1 (integers alone, so that
    /// every machine draws the same).
    pub(crate) fn zipf(&mut self, count: u64) -> u64 {
        let bits = u64::from(64 - count.max(1).leading_zeros());
        loop {
            let octave = self.below(bits);
            let rank = (1 << octave) + self.below(1 << octave) - 1;
            if rank < count {
                return rank;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_injective() {
        for bits in [10, 11] {
            let mut seen = vec![false; 1 << bits];
            for word in 0..1 << bits {
                let image = permute(word, bits, 77) as usize;
                assert!(!seen[image]);
                seen[image] = true;
            }
        }
    }

    #[test]
    fn ranks_stay_below_the_count() {
        let mut rng = Rng::new(1, 2, 3);
        assert!((0..1000).all(|_| rng.zipf(5) < 5));
    }
}
