//! A block of codes on its way from texts to verdicts.

use crate::code::{TOGETHER, Together};
use crate::error::StoreError;
use crate::hot::GROUP;
use crate::verdict::Kind;

/// Some codes that go from step to step together.
pub(super) struct Block {
    /// How many; what stands in further lanes means nothing.
    pub(super) len: usize,
    /// The codes, then their keys.
    pub(super) codes: Together,
    /// The newest segment that may hold each key, for lanes above the oldest.
    pub(super) firsts: [u8; TOGETHER],
    /// A bit for each lane that a segment above the oldest may hold.
    pub(super) above: u64,
    /// A bit for each lane whose key may be in the line behind its home line.
    pub(super) beyond: u64,
    /// A bit for each lane of which a look at its home line did not say all.
    pub(super) unsaid: u64,
}

impl Block {
    pub(super) fn new() -> Self {
        Block {
            len: 0,
            codes: Together::new(),
            firsts: [0; TOGETHER],
            above: 0,
            beyond: 0,
            unsaid: 0,
        }
    }

    /// Puts a key in further lanes that another lane has: what stands there is asked for too.
    #[inline(always)]
    pub(super) fn fill(&mut self) {
        let first = self.codes.places[0];
        self.codes.places[self.len.min(TOGETHER)..].fill(first);
    }

    /// The kind of a lane.
    #[inline(always)]
    pub(super) fn kind(&self, lane: usize) -> Kind {
        self.codes.kind.unwrap_or(self.codes.kinds[lane % TOGETHER])
    }

    /// The key of a lane.
    #[inline(always)]
    pub(super) fn key(&self, lane: usize) -> u128 {
        u128::from_le_bytes(self.codes.places[lane % TOGETHER])
    }

    /// The keys of a group of lanes.
    #[inline(always)]
    pub(super) fn group(&self, group: usize) -> &[[u8; 16]] {
        self.codes.places.get(GROUP * group..self.len.min(GROUP * (group + 1))).unwrap_or_default()
    }

    /// A bit for each lane that holds a code or a malformed text.
    #[inline(always)]
    pub(super) fn lanes(&self) -> u64 {
        u64::MAX >> (TOGETHER - self.len.clamp(1, TOGETHER))
    }
}

/// Does something for the place of each bit that is set, until it fails.
#[inline(always)]
pub(super) fn try_each_bit(
    mut bits: u64,
    mut each: impl FnMut(usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    while bits != 0 {
        each(bits.trailing_zeros() as usize % TOGETHER)?;
        bits &= bits - 1;
    }
    Ok(())
}

/// Does something for the place of each bit that is set.
#[inline(always)]
pub(super) fn each_bit(mut bits: u64, mut each: impl FnMut(usize)) {
    while bits != 0 {
        each(bits.trailing_zeros() as usize % TOGETHER);
        bits &= bits - 1;
    }
}
