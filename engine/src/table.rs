//! The hot table: one line of 64 bytes answers for a key.
//!
//! A key's low half gives its home line, its high half the tag and the filter bit. Rows stand in
//! the order of their home lines; what does not fit a full line goes to the next, and leaves its
//! filter bit in every line that it passed, so that a miss ends where it began.

use std::collections::VecDeque;

use zerocopy::little_endian::U32;

use crate::error::StoreError;
use crate::filter::Probe;
use crate::format::{HOT_EPOCH, LINE_ENTRIES, Line, SPAN_SECONDS_MAX, Section};
use crate::probe::prefetch;
use crate::segment::Segment;
use crate::time::Instant;

/// What a hot entry says of a code's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active = 0,
    /// Revoked from the beginning.
    Revoked = 1,
    /// Suspended from the beginning.
    Suspended = 2,
    /// The cold row knows.
    Cold = 3,
}

/// A hot entry, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// 1 to 3; 0 is an empty place.
    pub subtype: u8,
    pub state: State,
    pub valid_from: Instant,
    pub valid_until: Instant,
}

/// A key's entry and where it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub entry: Entry,
    pub line: usize,
    pub place: usize,
}

impl Entry {
    /// Whether both instants fit a hot entry.
    pub(crate) fn fits(valid_from: Instant, valid_until: Instant) -> bool {
        let end = valid_until.unix().checked_sub(HOT_EPOCH);
        let span = valid_until.unix().checked_sub(valid_from.unix());
        end.is_some_and(|end| u32::try_from(end).is_ok())
            && span.is_some_and(|span| (1..=SPAN_SECONDS_MAX).contains(&span))
    }

    /// The end and the span as a line holds them; of a cold entry the place of its cold row.
    pub(crate) fn pack(self, cold: u32) -> (u32, u32) {
        let traits = (self.state as u32) << 2 | u32::from(self.subtype);
        if self.state == State::Cold {
            return (cold, traits);
        }
        let end = (self.valid_until.unix() - HOT_EPOCH) as u32;
        let span = (self.valid_until.unix() - self.valid_from.unix()) as u32;
        (end, span << 4 | traits)
    }

    #[inline]
    pub(crate) fn unpack(end: u32, span: u32) -> Self {
        let state = match span >> 2 & 3 {
            0 => State::Active,
            1 => State::Revoked,
            2 => State::Suspended,
            _ => State::Cold,
        };
        let until = HOT_EPOCH + i64::from(end);
        Entry {
            subtype: (span & 3) as u8,
            state,
            valid_from: Instant::from_unix(until - i64::from(span >> 4)),
            valid_until: Instant::from_unix(until),
        }
    }
}

impl Entry {
    /// The place of a cold entry's cold row.
    pub(crate) fn cold_place(&self) -> usize {
        (self.valid_until.unix() - HOT_EPOCH) as usize
    }
}

/// The order of rows: by home line, whatever their number.
pub(crate) fn order(key: u128) -> u128 {
    key.rotate_left(64)
}

/// The line where a key's look-up begins.
#[inline]
pub(crate) fn home(key: u128, home_lines: u64) -> usize {
    ((u128::from(key as u64) * u128::from(home_lines)) >> 64) as usize
}

#[inline]
fn tag(key: u128) -> u64 {
    (key >> 64) as u64 & !0xff
}

/// The place of a key's bit in the 32 filter bits: word and bit.
#[inline]
pub(crate) fn filter(key: u128) -> (usize, u64) {
    let bit = (key >> 64) as usize & 31;
    (bit / 8, 1 << (bit % 8))
}

/// Lays out hot lines in one pass. Only the lines that a key may still change are kept: those
/// between its home and where it came to stand.
pub(crate) struct LineBuilder {
    home_lines: u64,
    /// Lines from number `flushed` on.
    window: VecDeque<Line>,
    flushed: usize,
    /// The line that is being filled, and how many entries it has.
    cursor: usize,
    used: usize,
    displacement_max: usize,
    rows: u32,
    bases: Vec<U32>,
}

impl LineBuilder {
    /// For so many rows.
    pub(crate) fn new(rows: usize) -> Self {
        let home_lines = home_lines(rows);
        LineBuilder {
            home_lines: home_lines as u64,
            window: VecDeque::new(),
            flushed: 0,
            cursor: 0,
            used: 0,
            displacement_max: 0,
            rows: 0,
            bases: Vec::with_capacity(home_lines),
        }
    }

    /// Places the next key in [`order`]; each key comes once. `cold` is the place of its cold row.
    /// Lines that no later key changes go to `emit`.
    pub(crate) fn push<E>(
        &mut self,
        key: u128,
        entry: Entry,
        cold: u32,
        emit: &mut impl FnMut(&Line) -> Result<(), E>,
    ) -> Result<(), E> {
        let home = home(key, self.home_lines);
        while self.flushed < home {
            self.flush(emit)?;
        }
        if home > self.cursor {
            (self.cursor, self.used) = (home, 0);
        }
        if self.used == LINE_ENTRIES {
            (self.cursor, self.used) = (self.cursor + 1, 0);
        }
        let last = self.cursor - self.flushed;
        if self.window.len() <= last {
            self.window.resize(last + 1, Line::default());
        }
        let (word, bit) = filter(key);
        for passed in self.window.range_mut(..last) {
            passed.words[word] = (passed.words[word].get() | bit).into();
        }
        self.displacement_max = self.displacement_max.max(self.cursor - home);
        let line = &mut self.window[last];
        let (end, span) = entry.pack(cold);
        line.words[self.used] = (line.words[self.used].get() | tag(key)).into();
        line.ends[self.used] = end.into();
        line.spans[self.used] = span.into();
        self.used += 1;
        Ok(())
    }

    /// Emits the lines that are left: the number of all lines, their bases and the largest
    /// displacement.
    pub(crate) fn finish<E>(
        mut self,
        emit: &mut impl FnMut(&Line) -> Result<(), E>,
    ) -> Result<(usize, Vec<U32>, u32), E> {
        let lines = self.home_lines as usize + self.displacement_max;
        while self.flushed < lines {
            self.flush(emit)?;
        }
        Ok((lines, self.bases, self.displacement_max as u32))
    }

    fn flush<E>(&mut self, emit: &mut impl FnMut(&Line) -> Result<(), E>) -> Result<(), E> {
        let line = self.window.pop_front().unwrap_or_default();
        self.bases.push(self.rows.into());
        self.rows += line.spans.iter().filter(|span| span.get() & 3 != 0).count() as u32;
        self.flushed += 1;
        emit(&line)
    }
}

fn home_lines(rows: usize) -> usize {
    rows.div_ceil(LINE_ENTRIES / 2).max(1)
}

impl<B: AsRef<[u8]>> Segment<B> {
    pub(crate) fn home_lines(&self) -> u64 {
        // Opening proved that this does not wrap.
        self.header().lines.get() - u64::from(self.header().displacement_max.get())
    }

    /// Asks for the line where a key's look-up begins.
    #[inline]
    pub(crate) fn prefetch_key(&self, key: u128) {
        prefetch(self.lines(), home(key, self.home_lines()) * size_of::<Line>());
    }

    /// The entry of a key. Touches one line, a few more where lines overflowed, and never more
    /// than the header's displacement.
    #[inline]
    pub(crate) fn find(&self, key: u128) -> Result<Option<Found>, StoreError> {
        let lines = self.lines();
        let home = home(key, self.home_lines());
        let (word, bit) = filter(key);
        let last = home + self.header().displacement_max.get() as usize;
        for line in home..=last {
            let from = line * size_of::<Line>();
            self.check_range(Section::Lines, from, size_of::<Line>())?;
            let bytes = lines.get(from..from + size_of::<Line>()).unwrap_or_default();
            let Ok(read) = <Line as zerocopy::FromBytes>::ref_from_bytes(bytes) else { break };
            let mut matched = LINE_ENTRIES;
            for place in (0..LINE_ENTRIES).rev() {
                let same = (read.words[place].get() ^ tag(key)) >> 8 == 0;
                let used = read.spans[place].get() & 3 != 0;
                matched = if same & used { place } else { matched };
            }
            if matched < LINE_ENTRIES {
                let entry = Entry::unpack(read.ends[matched].get(), read.spans[matched].get());
                return Ok(Some(Found { entry, line, place: matched }));
            }
            if read.words[word].get() & bit == 0 {
                break;
            }
        }
        Ok(None)
    }

    /// The row of what was found.
    pub(crate) fn row(&self, found: &Found) -> Result<usize, StoreError> {
        let base: U32 = self.item(Section::Bases, found.line)?;
        let row = base.get() as usize + found.place;
        if row < self.rows() {
            Ok(row)
        } else {
            Err(self.damaged(Section::Bases, "it names a row that is not there"))
        }
    }

    /// Whether a key may be here, by the filter; always where there is none.
    #[inline]
    pub(crate) fn may_hold(&self, key: u128) -> Result<bool, StoreError> {
        Ok(Probe::new(key).passes(self.filter()?))
    }

    /// The whole key of a row.
    pub(crate) fn key(&self, row: usize) -> Result<u128, StoreError> {
        self.item::<zerocopy::little_endian::U128>(Section::Keys, row).map(zerocopy::U128::get)
    }
}
