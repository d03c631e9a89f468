//! Searching postings, step by step: between steps a caller can ask for the memory that the next one
//! reads.

use zerocopy::FromBytes as _;
use zerocopy::little_endian::U32;

use super::{entry, upper};
use crate::error::StoreError;
use crate::format::{LINE_PAIRS, PostingsLine, Section, directory_entries, directory_of};
use crate::probe::{LINE_BYTES, prefetch};
use crate::segment::Segment;

/// Lines that are read one beside the other. Nearly all keys are found so; whoever forges a section
/// gains no more, for the others are found by halving.
const NEIGHBOURS: u32 = 3;

/// Entries of a directory in a line of memory: sections begin at lines.
const DIRECTORY_LINE: usize = LINE_BYTES / size_of::<U32>();

/// A section of postings, and its directory.
pub(crate) struct Postings<'s, B> {
    segment: &'s Segment<B>,
    sections: [Section; 2],
    lines: &'s [PostingsLine],
    directory: &'s [U32],
}

/// A search for the first place of a key in a section.
pub(crate) struct Search {
    key: u128,
    /// The entry of the directory, and where in its part the key stands.
    entry: (usize, u64),
    /// Steps that were taken: the first one reads the directory, the others a line each.
    steps: u32,
    /// The first place of the key is in none of the lines before the first of these, and where it is in
    /// none between the two it is at `first`.
    lines: [usize; 2],
    /// The line that is read next.
    next: usize,
    first: usize,
    /// The end of the places that may be the key's.
    end: usize,
}

impl<'s, B: AsRef<[u8]>> Postings<'s, B> {
    /// A section of a segment.
    pub(crate) fn new(segment: &'s Segment<B>, section: Section) -> Result<Self, StoreError> {
        let directory = directory_of(section);
        let wrong = |section| segment.damaged(section, "its length is wrong");
        let lines = <[PostingsLine]>::ref_from_bytes(segment.raw(section));
        let entries = <[U32]>::ref_from_bytes(segment.raw(directory));
        let (Ok(lines), Ok(entries)) = (lines, entries) else { return Err(wrong(section)) };
        if entries.len() as u64 != directory_entries(lines.len() as u64) {
            return Err(wrong(directory));
        }
        Ok(Postings { segment, sections: [section, directory], lines, directory: entries })
    }

    /// Begins to search for a key.
    #[inline(always)]
    pub(crate) fn search(&self, key: u128) -> Search {
        let entry = entry(key, self.directory.len());
        Search { key, entry, steps: 0, lines: [0; 2], next: 0, first: 0, end: 0 }
    }

    /// Asks for what the next step reads.
    #[inline(always)]
    pub(crate) fn prefetch(&self, search: &Search) {
        if search.steps == 0 {
            prefetch(self.directory, search.entry.0);
            if (search.entry.0 + 1).is_multiple_of(DIRECTORY_LINE) {
                prefetch(self.directory, search.entry.0 + 1);
            }
        } else {
            prefetch(self.lines, search.next);
        }
    }

    /// Reads one line of memory, seldom two of the directory; whether there is another to read.
    #[inline(always)]
    pub(crate) fn step(&self, search: &mut Search) -> Result<bool, StoreError> {
        if search.steps == 0 {
            self.enter(search)?;
        } else {
            self.read(search)?;
        }
        search.steps += 1;
        Ok(search.lines[0] < search.lines[1])
    }

    /// The rows of the key, once there is nothing more to read.
    #[inline(always)]
    pub(crate) fn found(
        &self,
        search: &Search,
        mut each: impl FnMut(u32),
    ) -> Result<(), StoreError> {
        for place in search.first..search.end {
            let line = self.line(place / LINE_PAIRS)?;
            if line.keys[place % LINE_PAIRS] != search.key {
                break;
            }
            let row = line.rows[place % LINE_PAIRS].get();
            if row as usize >= self.segment.rows() {
                let reason = "it names a row that is not there";
                return Err(self.segment.damaged(self.sections[0], reason));
            }
            each(row);
        }
        Ok(())
    }

    /// Reads where the keys with the upper part of the key stand, and guesses where among them.
    #[inline(always)]
    fn enter(&self, search: &mut Search) -> Result<(), StoreError> {
        let (entry, within) = search.entry;
        let Some([from, to]) = self.directory.get(entry..entry + 2) else { return Ok(()) };
        self.prove_entries(entry)?;
        let [from, to] = [from.get() as usize, to.get() as usize];
        if from > to || to > self.lines.len() * LINE_PAIRS {
            let reason = "it names places that are not there";
            return Err(self.segment.damaged(self.sections[1], reason));
        }
        if from < to {
            let guess = (within as u128 * (to - from) as u128) >> 64;
            search.lines = [from / LINE_PAIRS, to.div_ceil(LINE_PAIRS)];
            search.next = (from + guess as usize) / LINE_PAIRS;
            search.end = to;
        }
        Ok(())
    }

    /// Reads a line.
    #[inline(always)]
    fn read(&self, search: &mut Search) -> Result<(), StoreError> {
        let [low, high] = search.lines;
        let (next, line) = (search.next, self.line(search.next)?);
        let smaller = line.keys.iter().map(|key| usize::from(key.get() < search.key)).sum();
        search.first = next * LINE_PAIRS + smaller;
        // A key that none in the line is smaller than may stand before the line too.
        let is_before = smaller == 0 && line.before.get() >= upper(search.key);
        search.lines = match smaller {
            LINE_PAIRS => [next + 1, high],
            0 if is_before => [low, next],
            _ => [next, next],
        };
        search.next = if search.steps > NEIGHBOURS {
            search.lines[0].midpoint(search.lines[1])
        } else if is_before {
            next.saturating_sub(1)
        } else {
            next + 1
        };
        Ok(())
    }

    /// A line, its block checked if this is the first touch.
    #[inline(always)]
    fn line(&self, place: usize) -> Result<&'s PostingsLine, StoreError> {
        let (section, byte) = (self.sections[0], place * size_of::<PostingsLine>());
        let line = self.lines.get(place);
        let line = line.ok_or_else(|| self.segment.damaged(section, "it has no such place"))?;
        // It stands in one block, as sections begin at blocks.
        if !self.segment.is_proved(section, byte) {
            self.segment.check_range(section, byte, size_of::<PostingsLine>())?;
        }
        Ok(line)
    }

    /// Checks the blocks of an entry and the one behind it.
    #[inline(always)]
    fn prove_entries(&self, entry: usize) -> Result<(), StoreError> {
        let (section, byte) = (self.sections[1], entry * size_of::<U32>());
        let is_proved = |byte| self.segment.is_proved(section, byte);
        if is_proved(byte) && is_proved(byte + size_of::<U32>()) {
            return Ok(());
        }
        self.segment.check_range(section, byte, 2 * size_of::<U32>())
    }
}
