//! The limit of any table in memory.

use std::hint::black_box;

use crate::random::Random;

/// The limit of any table in memory: one random line of 64 bytes for each query.
pub struct RandomLines {
    words: Vec<u64>,
    places: Vec<u32>,
}

impl RandomLines {
    /// Memory of the size that the hot lines of so many permits take, and places in it.
    #[must_use]
    pub fn new(permits: u64, queries: usize, seed: u64) -> Self {
        let lines = permits.div_ceil(2).max(1);
        let mut random = Random::new(seed);
        let words = (0..lines * 8).collect();
        let places = (0..queries).map(|_| (random.next() % lines) as u32).collect();
        RandomLines { words, places }
    }

    /// Reads a word of every line asked for. No load waits for another.
    #[must_use]
    pub fn gather(&self) -> u64 {
        let read = |place: &u32| black_box(&self.words)[*place as usize * 8];
        self.places.iter().map(read).fold(0, u64::wrapping_add)
    }
}
