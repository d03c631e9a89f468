//! Many-valued keys: from a plate or a document to the rows that name it.
//!
//! A section holds the keys in ascending order (16 bytes each), then their rows (4 bytes each).

use crate::error::StoreError;
use crate::format::Section;
use crate::probe::prefetch;
use crate::segment::Segment;

/// Bytes of a key and its row.
const PAIR_BYTES: usize = 20;
/// Keys that stand in one line of memory: sections begin at lines.
const LINE_KEYS: usize = 4;
/// Reads that guess. A key is found in five or six; whoever forges a section gains no more.
const GUESSES_MAX: u32 = 16;

/// The rows under a key, ascending. Takes O(log n) touches, and about log log n where the keys are
/// spread as HMACs are.
pub(crate) fn rows<B: AsRef<[u8]>>(
    segment: &Segment<B>,
    section: Section,
    key: u128,
) -> Result<Vec<u32>, StoreError> {
    let postings = Postings::new(segment, section)?;
    let mut search = postings.search(key);
    while postings.step(&mut search)? {}
    let mut rows = Vec::new();
    postings.found(&search, |row| rows.push(row))?;
    Ok(rows)
}

/// A section of postings.
pub(crate) struct Postings<'s, B> {
    segment: &'s Segment<B>,
    section: Section,
    keys: &'s [u8],
    rows: &'s [u8],
}

/// A search for the first place of a key in a section, step by step: between steps a caller can ask
/// for the memory that the next one reads.
pub(crate) struct Search {
    key: u128,
    /// All keys before the first of these places are smaller, none from the second on is.
    ends: [usize; 2],
    /// The upper halves of the last key before the first place, and of the key at the second.
    uppers: [u64; 2],
    /// The place that is read next.
    next: usize,
    reads: u32,
}

impl<'s, B: AsRef<[u8]>> Postings<'s, B> {
    /// A section of a segment.
    pub(crate) fn new(segment: &'s Segment<B>, section: Section) -> Result<Self, StoreError> {
        let bytes = segment.raw(section);
        if !bytes.len().is_multiple_of(PAIR_BYTES) {
            return Err(segment.damaged(section, "its length is no multiple"));
        }
        let (keys, rows) = bytes.split_at(bytes.len() / PAIR_BYTES * 16);
        Ok(Postings { segment, section, keys, rows })
    }

    /// Begins to search for a key.
    #[inline(always)]
    pub(crate) fn search(&self, key: u128) -> Search {
        let (ends, uppers) = ([0, self.keys.len() / 16], [0, u64::MAX]);
        let mut search = Search { key, ends, uppers, next: 0, reads: 0 };
        search.next = search.guess();
        search
    }

    /// Asks for what the next step reads, or for the row of a key that was found.
    #[inline(always)]
    pub(crate) fn prefetch(&self, search: &Search) {
        if search.ends[0] < search.ends[1] {
            prefetch(self.keys, search.next * 16);
        } else {
            prefetch(self.rows, search.ends[0] * 4);
        }
    }

    /// Reads keys, all in one line of memory; whether there is another to read.
    #[inline(always)]
    pub(crate) fn step(&self, search: &mut Search) -> Result<bool, StoreError> {
        let line = search.next / LINE_KEYS;
        while search.ends[0] < search.ends[1] {
            if search.next / LINE_KEYS != line {
                return Ok(true);
            }
            let key = self.key_at(search.next)?;
            // Which end moves is anybody's guess, so no branch is made of it.
            let end = usize::from(key >= search.key);
            search.ends[end] = search.next + 1 - end;
            search.uppers[end] = (key >> 64) as u64;
            search.reads += 1;
            search.next = search.guess();
        }
        Ok(false)
    }

    /// The rows of the key, once there is nothing more to read.
    #[inline(always)]
    pub(crate) fn found(
        &self,
        search: &Search,
        mut each: impl FnMut(u32),
    ) -> Result<(), StoreError> {
        for place in search.ends[0]..self.keys.len() / 16 {
            if self.key_at(place)? != search.key {
                break;
            }
            self.prove(self.keys.len() + place * 4, 4)?;
            let mut row = [0; 4];
            row.copy_from_slice(&self.rows[place * 4..][..4]);
            let row = u32::from_le_bytes(row);
            if row as usize >= self.segment.rows() {
                return Err(self.segment.damaged(self.section, "it names a row that is not there"));
            }
            each(row);
        }
        Ok(())
    }

    #[inline(always)]
    fn key_at(&self, place: usize) -> Result<u128, StoreError> {
        self.prove(place * 16, 16)?;
        let mut key = [0; 16];
        key.copy_from_slice(&self.keys[place * 16..][..16]);
        Ok(u128::from_le_bytes(key))
    }

    /// Checks the block of an item; none stands in two blocks, as sections begin at blocks.
    #[inline(always)]
    fn prove(&self, from: usize, bytes: usize) -> Result<(), StoreError> {
        if self.segment.is_proved(self.section, from) {
            return Ok(());
        }
        self.segment.check_range(self.section, from, bytes)
    }
}

impl Search {
    /// Where the key would stand if the keys between the two known ones were spread evenly; after
    /// many reads the middle.
    #[inline(always)]
    fn guess(&self) -> usize {
        let [low, high] = self.ends;
        let span = high - low;
        if self.reads >= GUESSES_MAX || span < 2 {
            return low + span / 2;
        }
        // Without their last bits the numbers are signed ones, which turn into floats in one step.
        let half = |number: u64| (number >> 1).cast_signed() as f64;
        let wanted = (self.key >> 64) as u64;
        let part = half(wanted.saturating_sub(self.uppers[0]));
        let whole = half(self.uppers[1].saturating_sub(self.uppers[0])) + 1.0;
        let guess = (span.cast_signed() as f64 * (part / whole)) as isize;
        low + guess.cast_unsigned().min(span - 1)
    }
}

/// Every pair of key and row, ascending.
pub(crate) fn pairs<B: AsRef<[u8]>>(
    segment: &Segment<B>,
    section: Section,
) -> Result<impl Iterator<Item = (u128, u32)> + '_, StoreError> {
    let bytes = segment.section(section)?;
    if !bytes.len().is_multiple_of(PAIR_BYTES) {
        return Err(segment.damaged(section, "its length is no multiple"));
    }
    let (keys, rows) = bytes.split_at(bytes.len() / PAIR_BYTES * 16);
    let keys = keys.chunks_exact(16).filter_map(|key| key.try_into().ok().map(u128::from_le_bytes));
    let rows = rows.chunks_exact(4).filter_map(|row| row.try_into().ok().map(u32::from_le_bytes));
    Ok(keys.zip(rows))
}
