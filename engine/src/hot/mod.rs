//! The hot table as a batch reads it: what is the same for every key is found once, and a look-up
//! takes the same steps whatever it finds.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod earlier;
mod plain;

pub(crate) use earlier::{Earlier, Shifts, day_of};

use zerocopy::FromBytes as _;

use crate::format::{HOT_EPOCH, LINE_ENTRIES, Line, Section};
use crate::map::MappedFile;
use crate::probe::{Homes, Machine, equal_but_low_byte, prefetch};
use crate::segment::Segment;
use crate::table::{self, State};
use crate::time::Instant;

/// Bytes of lines beyond which their pages take longer to find than the lines take to come: the entries
/// that tell where the pages are fill the second cache several times over.
const FAR_BYTES: usize = 1 << 30;

/// The hot lines of one segment.
pub(crate) struct HotTable<'s> {
    /// The segment, while some of its lines were never proved.
    unproved: Option<&'s Segment<MappedFile>>,
    /// By the low halves of keys.
    lines: Homes<'s, Line>,
    /// Seconds from [`HOT_EPOCH`] to the instant that is asked for.
    at: i64,
    /// What ends were at that instant, where a rule had yet to take over.
    earlier: Option<&'s Earlier>,
}

/// What the home line of a key says, at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Glance {
    /// Whether the line does not say all: then the answer is found as for a single code.
    pub(crate) rare: bool,
    /// Whether the key may be in the next line.
    pub(crate) beyond: bool,
    /// Whether the key is here.
    pub(crate) held: bool,
    /// What it says, as a number below [`MEANINGS`].
    pub(crate) meaning: usize,
    /// Unix seconds.
    pub(crate) from: i64,
    /// Unix seconds.
    pub(crate) until: i64,
}

/// How many keys are looked up at once.
pub(crate) const GROUP: usize = 8;
/// Keys that are looked up at once, little-endian.
pub(crate) type Group = [[u8; 16]; GROUP];

/// How many values [`Glance::meaning`] has: bits 2 to 5 are the entry's state and subtype, bit 1 says
/// that the end has come, bit 0 that the beginning has not.
pub(crate) const MEANINGS: usize = 64;
/// Of a key that is not here: a subtype of 0 is an empty place's.
pub(crate) const ABSENT: usize = (State::Revoked as usize) << 4;
/// The bit of an end that has come.
const ENDED: u32 = 2;
/// The bit of a beginning that has not.
const BEFORE: u32 = 1;
/// A bit for each meaning of an entry that does not say all: a cold one, and an empty place.
const UNCLEAR: u64 = 0xffff << (State::Cold as u32 * 16) | 0xf;

impl Glance {
    /// Of a key that no line was looked at for.
    pub(crate) const NOTHING: Self =
        Glance { rare: true, beyond: false, held: false, meaning: ABSENT, from: 0, until: 0 };
}

impl<'s> HotTable<'s> {
    /// Of a segment with lines, at an instant, with what ends were then.
    #[inline(always)]
    pub(crate) fn new(
        segment: &'s Segment<MappedFile>,
        at: Instant,
        earlier: Option<&'s Earlier>,
    ) -> Option<Self> {
        let lines = <[Line]>::ref_from_bytes(segment.lines()).ok()?;
        let lines = Homes::new(lines, segment.home_lines())?;
        let unproved = (!segment.are_lines_proved()).then_some(segment);
        Some(HotTable { unproved, lines, at: at.unix().saturating_sub(HOT_EPOCH), earlier })
    }

    /// Asks for the home line of a key.
    #[inline(always)]
    pub(crate) fn prefetch(&self, key: u128) {
        self.lines.prefetch(key as u64);
    }

    /// Whether its pages are so many that lines are best asked for all at once. A request waits until its
    /// page was found, and keeps what comes after it waiting: where that takes long, all had better
    /// wait together.
    #[inline(always)]
    pub(crate) fn has_far_pages(&self) -> bool {
        size_of_val(self.lines.items()) > FAR_BYTES
    }

    /// Asks for the home lines of keys, little-endian.
    #[inline(always)]
    pub(crate) fn prefetch_all(&self, keys: &[[u8; 16]]) {
        keys.iter().for_each(|key| self.prefetch(u128::from_le_bytes(*key)));
    }

    /// Asks for the line behind the home line of a key.
    #[inline(always)]
    pub(crate) fn prefetch_next(&self, key: u128) {
        prefetch(self.lines.items(), self.lines.place(key as u64) + 1);
    }

    /// Reads the home line of a key.
    #[inline(always)]
    pub(crate) fn look(&self, key: u128) -> Glance {
        self.look_at(key, self.lines.place(key as u64))
    }

    /// Reads the line behind the home line of a key.
    #[inline(always)]
    pub(crate) fn look_next(&self, key: u128) -> Glance {
        self.look_at(key, self.lines.place(key as u64) + 1)
    }

    /// What a hot entry of another segment says, by its end and span; nothing where ends were others at
    /// that instant.
    #[inline(always)]
    pub(crate) fn glance_of(&self, end: u32, span: u32) -> Glance {
        if self.is_earlier() { Glance::NOTHING } else { self.said(end, span) }
    }

    /// What the end and the span of an entry say.
    #[inline(always)]
    fn said(&self, end: u32, span: u32) -> Glance {
        let end = i64::from(end);
        let begin = end - i64::from(span >> 4);
        let ended = if self.at >= end { ENDED } else { 0 };
        let before = if self.at < begin { BEFORE } else { 0 };
        let meaning = (span & 15) << 2 | ended | before;
        Glance {
            rare: UNCLEAR >> meaning & 1 != 0,
            beyond: false,
            held: true,
            meaning: meaning as usize,
            from: begin + HOT_EPOCH,
            until: end + HOT_EPOCH,
        }
    }

    #[inline(always)]
    fn look_at(&self, key: u128, number: usize) -> Glance {
        let Some(line) = self.lines.items().get(number) else { return Glance::NOTHING };
        let high = (key >> 64) as u64;
        let places = equal_but_low_byte(&line.words, high);
        let held = places != 0;
        // Some place in any case: what it says is masked where the key is not here.
        let place = places.trailing_zeros() as usize / 2 % LINE_ENTRIES;
        let said = self.said(line.ends[place].get(), line.spans[place].get());
        let (word, bit) = table::filter(key);
        let overflows = !held & (line.words[word].get() & bit != 0);
        let unproved = self.unproved.is_some_and(|segment| {
            // Read after the line: nothing waits for it.
            !segment.is_proved(Section::Lines, number * size_of::<Line>())
        });
        let meaning = if held { said.meaning } else { ABSENT };
        let glance = Glance {
            rare: (UNCLEAR >> meaning & 1 != 0) | unproved,
            beyond: overflows,
            held,
            meaning,
            from: if held { said.from } else { 0 },
            until: if held { said.until } else { 0 },
        };
        match self.earlier {
            None => glance,
            Some(earlier) => earlier.glance(self.at, glance),
        }
    }
}

/// What the home lines of a group of keys say, as [`Glance`] does of one.
pub(crate) struct Glances {
    /// A bit for each key of which its line does not say all,
    pub(crate) unsaid: u32,
    /// and for each that may be in the next line.
    pub(crate) beyond: u32,
    pub(crate) meanings: [u64; GROUP],
    /// From when, and until when, in Unix seconds.
    pub(crate) validity: [[i64; 2]; GROUP],
}

impl HotTable<'_> {
    /// Whether ends were others at that instant, and [`HotTable::look_at_earlier`] is to be asked.
    #[inline(always)]
    pub(crate) fn is_earlier(&self) -> bool {
        self.earlier.is_some()
    }

    /// Reads the home lines of a group of keys, and judges what they hold.
    #[inline(always)]
    pub(crate) fn look_at_all<M: Machine>(&self, keys: &Group) -> Glances {
        self.but_unproved(keys, self.look_at_proved::<M>(keys))
    }

    /// The same where ends were others.
    #[inline(always)]
    pub(crate) fn look_at_earlier<M: Machine>(&self, keys: &Group) -> Glances {
        let glances = self.look_at_proved::<M>(keys);
        let glances = match self.earlier {
            None => glances,
            Some(earlier) => earlier.glances(self.at, glances),
        };
        self.but_unproved(keys, glances)
    }

    /// The same without what unproved lines say.
    #[inline(always)]
    fn but_unproved(&self, keys: &Group, mut glances: Glances) -> Glances {
        if let Some(segment) = self.unproved {
            glances.unsaid |= self.unproved_lanes(segment, keys);
            glances.beyond &= !glances.unsaid;
        }
        glances
    }

    #[inline(always)]
    fn look_at_proved<M: Machine>(&self, keys: &Group) -> Glances {
        let line = |lane: usize| self.lines.of(u128::from_le_bytes(keys[lane]) as u64);
        let lines = [line(0), line(1), line(2), line(3), line(4), line(5), line(6), line(7)];
        look_at_lines::<M>(self.at, keys, lines)
    }

    #[cold]
    #[inline(never)]
    fn unproved_lanes(&self, segment: &Segment<MappedFile>, keys: &Group) -> u32 {
        let mut unproved = 0;
        for (lane, key) in keys.iter().enumerate() {
            let home = self.lines.place(u128::from_le_bytes(*key) as u64);
            let proved = segment.is_proved(Section::Lines, home * size_of::<Line>());
            unproved |= u32::from(!proved) << lane;
        }
        unproved
    }
}

/// Judges what the home lines of keys hold, at so many seconds since [`HOT_EPOCH`].
#[inline(always)]
fn look_at_lines<M: Machine>(at: i64, keys: &Group, lines: [&Line; GROUP]) -> Glances {
    #[cfg(target_arch = "x86_64")]
    if M::HAS_AVX512 {
        return avx512::look_where_there(at, keys, lines);
    }
    #[cfg(target_arch = "x86_64")]
    if M::HAS_AVX2 {
        return avx2::look_where_there(at, keys, lines);
    }
    plain::look::<M>(at, keys, lines)
}

/// The state, the subtype, and whether the end has come and the beginning has not, of a meaning.
pub(crate) const fn parts(meaning: usize) -> (usize, u8, bool, bool) {
    let time = meaning as u32;
    let (ended, before) = (time & ENDED != 0, time & BEFORE != 0);
    (meaning >> 4, (meaning >> 2 & 3) as u8, ended, before)
}

#[cfg(test)]
#[path = "widths_tests.rs"]
mod tests;
