//! Writing lines of postings and their directory.

use zerocopy::little_endian::U32;

use super::{NO_ROW, entry, upper};
use crate::format::{LINE_PAIRS, PostingsLine, directory_entries};

/// Makes lines and a directory of ascending pairs.
pub(crate) struct Builder {
    line: PostingsLine,
    /// Pairs in the line.
    filled: usize,
    last: u128,
    /// Pairs so far.
    pairs: u32,
    entries: usize,
    directory: Vec<U32>,
}

impl Builder {
    /// For so many pairs. There are no more than rows, and so fewer than 2^32.
    pub(crate) fn new(pairs: usize) -> Self {
        let entries = directory_entries(pairs.div_ceil(LINE_PAIRS) as u64) as usize;
        let directory = Vec::with_capacity(entries);
        Builder { line: line_after(0), filled: 0, last: 0, pairs: 0, entries, directory }
    }

    /// One pair more; the line that it fills.
    pub(crate) fn push(&mut self, key: u128, row: u32) -> Option<PostingsLine> {
        self.name_up_to(entry(key, self.entries).0);
        self.line.keys[self.filled] = key.into();
        self.line.rows[self.filled] = row.into();
        self.filled += 1;
        self.pairs += 1;
        self.last = key;
        (self.filled == LINE_PAIRS).then(|| self.take_line())
    }

    /// The last line, if it is not written yet, and the directory.
    pub(crate) fn finish(mut self) -> (Option<PostingsLine>, Vec<U32>) {
        let line = (self.filled > 0).then(|| self.take_line());
        if let Some(last) = self.entries.checked_sub(1) {
            self.name_up_to(last);
        }
        (line, self.directory)
    }

    /// Says of all entries up to that one, which have none, that their keys begin here.
    fn name_up_to(&mut self, entry: usize) {
        while self.directory.len() <= entry {
            self.directory.push(self.pairs.into());
        }
    }

    fn take_line(&mut self) -> PostingsLine {
        self.filled = 0;
        core::mem::replace(&mut self.line, line_after(upper(self.last)))
    }
}

/// A line without pairs.
fn line_after(before: u32) -> PostingsLine {
    PostingsLine {
        keys: [u128::MAX.into(); LINE_PAIRS],
        rows: [NO_ROW.into(); LINE_PAIRS],
        before: before.into(),
    }
}
