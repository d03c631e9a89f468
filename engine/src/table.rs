//! The hot table: one line of 64 bytes answers for a key.
//!
//! A key's low half gives its home line, its high half the tag and the filter bit. Rows stand in
//! the order of their home lines; what does not fit a full line goes to the next, and leaves its
//! filter bit in every line that it passed, so that a miss ends where it began.

use zerocopy::IntoBytes;
use zerocopy::little_endian::U32;

use crate::error::StoreError;
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

    fn pack(self) -> (u32, u32) {
        let traits = (self.state as u32) << 2 | u32::from(self.subtype);
        if self.state == State::Cold {
            return (0, traits);
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

/// The order of rows: by home line, whatever their number.
pub(crate) fn order(key: u128) -> u128 {
    key.rotate_left(64)
}

#[inline]
fn home(key: u128, home_lines: u64) -> usize {
    ((u128::from(key as u64) * u128::from(home_lines)) >> 64) as usize
}

#[inline]
fn tag(key: u128) -> u64 {
    (key >> 64) as u64 & !0xff
}

/// The place of a key's bit in the 32 filter bits: word and bit.
#[inline]
fn filter(key: u128) -> (usize, u64) {
    let bit = (key >> 64) as usize & 31;
    (bit / 8, 1 << (bit % 8))
}

/// Lines, bases and the largest displacement of entries in [`order`], each key once.
pub(crate) fn build(entries: &[(u128, Entry)]) -> (Vec<Line>, Vec<U32>, u32) {
    let home_lines = entries.len().div_ceil(LINE_ENTRIES / 2).max(1);
    let mut lines = vec![Line::default(); home_lines];
    let (mut cursor, mut used, mut displacement_max) = (0, 0, 0);
    for (key, entry) in entries {
        let home = home(*key, home_lines as u64);
        if home > cursor {
            (cursor, used) = (home, 0);
        }
        if used == LINE_ENTRIES {
            (cursor, used) = (cursor + 1, 0);
        }
        if cursor == lines.len() {
            lines.push(Line::default());
        }
        for passed in &mut lines[home..cursor] {
            let (word, bit) = filter(*key);
            passed.words[word] = (passed.words[word].get() | bit).into();
        }
        displacement_max = displacement_max.max(cursor - home);
        let line = &mut lines[cursor];
        let (end, span) = entry.pack();
        line.words[used] = (line.words[used].get() | tag(*key)).into();
        line.ends[used] = end.into();
        line.spans[used] = span.into();
        used += 1;
    }
    lines.resize(home_lines + displacement_max, Line::default());
    let mut rows = 0;
    let bases = lines.iter().map(|line| {
        let base = U32::new(rows);
        rows += line.spans.iter().filter(|span| span.get() & 3 != 0).count() as u32;
        base
    });
    let bases = bases.collect();
    (lines, bases, displacement_max as u32)
}

/// The bytes of a slice of format items.
pub(crate) fn bytes<T: IntoBytes + zerocopy::Immutable>(items: &[T]) -> Vec<u8> {
    items.as_bytes().to_vec()
}

impl<B: AsRef<[u8]>> Segment<B> {
    fn home_lines(&self) -> u64 {
        // Opening proved that this does not wrap.
        self.header().lines.get() - u64::from(self.header().displacement_max.get())
    }

    /// Asks for the line where a key's look-up begins.
    #[inline]
    pub(crate) fn prefetch_key(&self, key: u128) {
        prefetch(self.raw(Section::Lines), home(key, self.home_lines()) * size_of::<Line>());
    }

    /// The entry of a key. Touches one line, a few more where lines overflowed, and never more
    /// than the header's displacement.
    #[inline]
    pub(crate) fn find(&self, key: u128) -> Result<Option<Found>, StoreError> {
        let lines = self.raw(Section::Lines);
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

    /// The whole key of a row.
    pub(crate) fn key(&self, row: usize) -> Result<u128, StoreError> {
        self.item::<zerocopy::little_endian::U128>(Section::Keys, row).map(zerocopy::U128::get)
    }
}
