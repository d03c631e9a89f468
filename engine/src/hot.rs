//! The hot table as a batch reads it: what is the same for every key is found once, and a look-up
//! takes the same steps whatever it finds.

use zerocopy::FromBytes as _;

use crate::format::{HOT_EPOCH, LINE_ENTRIES, Line, Section};
use crate::map::MappedFile;
use crate::probe::prefetch;
use crate::segment::Segment;
use crate::table::{self, State};
use crate::time::Instant;

/// The hot lines of one segment.
pub(crate) struct HotTable<'s> {
    segment: &'s Segment<MappedFile>,
    lines: &'s [Line],
    home_lines: u64,
    /// Seconds from [`HOT_EPOCH`] to the instant that is asked for.
    at: i64,
}

/// What the home line of a key says, at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Glance {
    /// Whether the line does not say all: then the answer is found as for a single code.
    pub(crate) rare: bool,
    /// Whether the key is here.
    pub(crate) held: bool,
    /// The number of the subtype; 0 where the key is not here.
    pub(crate) subtype: u8,
    /// An index into a table of verdicts, below [`VERDICTS`].
    pub(crate) verdict: usize,
    /// Unix seconds.
    pub(crate) from: i64,
    /// Unix seconds.
    pub(crate) until: i64,
}

/// How many values [`Glance::verdict`] has: bit 4 says that the key is not here, bits 2 and 3 are the
/// state, bit 1 says that the end has come, bit 0 that the beginning has not.
pub(crate) const VERDICTS: usize = 32;
/// The bit of a key that is not here.
pub(crate) const ABSENT: usize = 16;
/// The bit of an end that has come.
pub(crate) const ENDED: usize = 2;
/// The bit of a beginning that has not.
pub(crate) const BEFORE: usize = 1;

impl Glance {
    /// Of a key that no line was looked at for.
    pub(crate) const NOTHING: Self =
        Glance { rare: true, held: false, subtype: 0, verdict: ABSENT, from: 0, until: 0 };
}

impl<'s> HotTable<'s> {
    /// Of a segment with lines, at an instant.
    pub(crate) fn new(segment: &'s Segment<MappedFile>, at: Instant) -> Option<Self> {
        let lines = <[Line]>::ref_from_bytes(segment.raw(Section::Lines)).ok()?;
        let home_lines = segment.home_lines();
        Some(HotTable { segment, lines, home_lines, at: at.unix().saturating_sub(HOT_EPOCH) })
    }

    /// Asks for the home line of a key.
    #[inline]
    pub(crate) fn prefetch(&self, key: u128) {
        prefetch(self.lines, table::home(key, self.home_lines));
    }

    /// Reads the home line of a key.
    #[inline]
    pub(crate) fn look(&self, key: u128) -> Glance {
        let home = table::home(key, self.home_lines);
        let line = &self.lines[home];
        let high = (key >> 64) as u64;
        let mut places = 0;
        for place in 0..LINE_ENTRIES {
            let same = (line.words[place].get() ^ high) >> 8 == 0;
            places |= u32::from(same) << place;
        }
        let held = places != 0;
        // Some place in any case: what it says is masked where the key is not here.
        let place = places.trailing_zeros() as usize % LINE_ENTRIES;
        let (end, span) = (i64::from(line.ends[place].get()), line.spans[place].get());
        let begin = end - i64::from(span >> 4);
        let (word, bit) = table::filter(key);
        let overflows = line.words[word].get() & bit != 0;
        let (subtype, state) = (span & 3, span >> 2 & 3);
        // Read after the line: nothing waits for it.
        let proved = self.segment.is_proved(Section::Lines, home * size_of::<Line>());
        let unclear = (state == State::Cold as u32) | (subtype == 0);
        let life = state as usize * 4
            + usize::from(self.at >= end) * ENDED
            + usize::from(self.at < begin) * BEFORE;
        Glance {
            rare: !proved | (held & unclear) | (!held & overflows),
            held,
            subtype: subtype as u8 * u8::from(held),
            verdict: if held { life } else { ABSENT },
            from: begin + HOT_EPOCH,
            until: end + HOT_EPOCH,
        }
    }
}
