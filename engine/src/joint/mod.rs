//! Where the newest row of a key stands, of all segments above the oldest, without asking each.
//!
//! A stream of changes leaves many segments, and to ask the filter of each for every code would cost
//! more than the look-up. Their keys go into one filter in memory, one word of which every code asks,
//! and into one index, which those codes ask that pass: it tells the newest segment that may hold the
//! key, and what its hot entry there says. Both only ever gain: snapshots share them. A key of a segment
//! that one of them does not have makes it pass a little more and look in more places, but none that it
//! has is ever denied.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod index;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, AtomicUsize, Ordering};

use zerocopy::little_endian::U128;

pub(crate) use index::Answer;

use index::{Found, Index, NO_STAMP, STAMP_MAX};

use crate::code::{Places, TOGETHER};
use crate::error::StoreError;
use crate::filter::Probe;
use crate::format::Section;
use crate::hot::{GROUP, Group};
use crate::map::{MappedFile, PrivateWords};
use crate::probe::{Homes, Machine};
use crate::segment::Segment;

/// The fewest keys that there is room for: a filter of 64 KiB, and an index of 2 MiB, which is a large
/// page.
const ROOM_MIN: usize = 1 << 16;
/// Room for each row at first; where it is used up, all is begun anew.
const ROOM_A_ROW: usize = 2;
/// Keys for each word of the filter when the room is used up: then an absent key passes once in about
/// forty times, while half of it is in three hundred.
const KEYS_A_WORD: usize = 8;
/// All is begun anew where so many times more keys are there than rows: most are of segments that are
/// gone.
const STALE: usize = 4;
/// The place of a segment that is not in the stack.
const GONE: u8 = u8::MAX;
/// The last place, and all behind it.
const LAST: u8 = GONE - 1;

/// A filter and an index over the keys of several segments.
pub(crate) struct Joint {
    shared: Arc<Shared>,
    /// The stamps of the segments, by their numbers.
    stamps: HashMap<u64, u16>,
    /// By stamp, the place of the segment in the stack, [`LAST`] at most.
    places: Vec<u8>,
}

/// What snapshots share; one thread at a time adds to it.
struct Shared {
    filter: PrivateWords,
    index: Index,
    room: usize,
    keys: AtomicUsize,
    next_stamp: AtomicU16,
}

impl Joint {
    /// Over those segments, the newest first; what `before` holds of them already is not read again.
    pub(crate) fn over<'s>(
        root: &Path,
        segments: impl Iterator<Item = &'s Segment<MappedFile>>,
        before: Option<&Joint>,
    ) -> Result<Option<Self>, StoreError> {
        let segments: Vec<_> = segments.collect();
        if segments.is_empty() {
            return Ok(None);
        }
        let mut joint = match before.and_then(|before| before.going_on(&segments)) {
            Some(joint) => joint,
            None => Joint::empty(root, segments.iter().map(|segment| segment.rows()).sum())?,
        };
        joint.places.resize(usize::from(joint.shared.next_stamp.load(Ordering::Relaxed)), GONE);
        for (place, segment) in segments.iter().enumerate() {
            if let Some(stamp) = joint.stamps.get(&number(segment)) {
                joint.places[usize::from(*stamp)] = place_byte(place);
            }
        }
        // The newest one last: of two that hold a key it is the one to be found.
        for (place, segment) in segments.iter().enumerate().rev() {
            if !joint.stamps.contains_key(&number(segment)) {
                joint.insert(place_byte(place), segment)?;
            }
        }
        Ok(Some(joint))
    }

    fn empty(root: &Path, rows: usize) -> Result<Self, StoreError> {
        let joint = Joint::with_room((rows * ROOM_A_ROW).max(ROOM_MIN));
        joint.map_err(|source| StoreError::Io { path: root.to_owned(), source })
    }

    fn with_room(room: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::empty(room)?);
        Ok(Joint { shared, stamps: HashMap::new(), places: Vec::new() })
    }

    /// What is left of this of a newer stack; `None` where it is better begun anew.
    fn going_on(&self, segments: &[&Segment<MappedFile>]) -> Option<Self> {
        let stamp = |segment: &&Segment<MappedFile>| self.stamps.get(&number(segment)).copied();
        let (kept, new): (Vec<_>, Vec<_>) =
            segments.iter().map(|segment| (*segment, stamp(segment))).partition(|s| s.1.is_some());
        let rows = |segments: &[(&Segment<MappedFile>, Option<u16>)]| {
            segments.iter().map(|(segment, _)| segment.rows()).sum::<usize>()
        };
        let keys = self.shared.keys.load(Ordering::Relaxed);
        let stamps = usize::from(self.shared.next_stamp.load(Ordering::Relaxed)) + new.len();
        let has_room = keys + rows(&new) <= self.shared.room && stamps <= STAMP_MAX;
        let is_stale = keys > ROOM_MIN.max((rows(&kept) + rows(&new)) * STALE);
        (has_room && !is_stale).then(|| Joint {
            shared: Arc::clone(&self.shared),
            stamps: kept.iter().filter_map(|(s, stamp)| Some((number(s), (*stamp)?))).collect(),
            places: Vec::new(),
        })
    }

    /// Takes in the keys of the segment at that place.
    fn insert(&mut self, place: u8, segment: &Segment<MappedFile>) -> Result<(), StoreError> {
        let keys: &[U128] = segment.items(Section::Keys)?;
        let stamp = self.shared.take_stamp();
        let Some(filter) = self.shared.filter() else { return Ok(()) };
        let mut gained = 0;
        for keys in keys.chunks(TOGETHER) {
            for key in keys {
                filter.prefetch(Probe::new(key.get()).number());
                self.shared.index.prefetch(key.get());
            }
            for key in keys {
                let key = key.get();
                let found = segment.find(key)?;
                let answer = found.map_or(Answer::NONE, |found| Answer::of(found.entry));
                gained += usize::from(self.put(key, stamp, place, answer));
            }
        }
        self.shared.keys.fetch_add(gained, Ordering::Relaxed);
        if stamp != NO_STAMP {
            self.stamps.insert(number(segment), stamp);
            self.places.resize(usize::from(stamp) + 1, GONE);
            self.places[usize::from(stamp)] = place;
        }
        Ok(())
    }

    /// Notes that a segment holds a key, and what it says of it; whether that took room.
    fn put(&self, key: u128, stamp: u16, place: u8, answer: Answer) -> bool {
        let Some(filter) = self.shared.filter() else { return false };
        let probe = Probe::new(key);
        // Relaxed: who reads them got the snapshot after they were set, by its pin.
        filter.of(probe.number()).fetch_or(probe.bits, Ordering::Relaxed);
        // One that is gone stands nowhere, behind all others.
        let place_of = |stamp| self.places.get(usize::from(stamp)).copied().unwrap_or(GONE);
        self.shared.index.put(key, stamp, answer, |held| place_of(held) > place)
    }

    /// Asks for the words of keys.
    #[inline(always)]
    pub(crate) fn ask(&self, keys: &Places) {
        if let Some(filter) = self.shared.filter() {
            keys.iter().for_each(|key| filter.prefetch(probe(key).number()));
        }
    }

    /// A bit for each key that may be in one of the segments.
    #[inline(always)]
    pub(crate) fn pass<M: Machine>(&self, keys: &Places) -> u64 {
        let Some(filter) = self.shared.filter() else { return u64::MAX };
        let (groups, _) = keys.as_chunks::<GROUP>();
        groups.iter().enumerate().fold(0, |pass, (place, keys)| {
            let word = |key: &[u8; 16]| filter.of(probe(key).number()).load(Ordering::Relaxed);
            pass | u64::from(passing::<M>(keys, keys.each_ref().map(word))) << (GROUP * place)
        })
    }

    /// Whether a key may be in one of the segments.
    #[inline]
    pub(crate) fn passes(&self, key: u128) -> bool {
        let Some(filter) = self.shared.filter() else { return true };
        let probe = Probe::new(key);
        probe.bits & !filter.of(probe.number()).load(Ordering::Relaxed) == 0
    }

    /// Asks for what says which segment may hold a key.
    #[inline(always)]
    pub(crate) fn prefetch(&self, key: u128) {
        self.shared.index.prefetch(key);
    }

    /// The place of the newest segment that may hold a key, none before it does, and what that one says,
    /// where the index has it. `None` where none of them does.
    #[inline(always)]
    pub(crate) fn first(&self, key: u128) -> Option<(usize, Answer)> {
        const ANYWHERE: Option<(usize, Answer)> = Some((0, Answer::NONE));
        match self.shared.index.find(key) {
            Found::Nowhere => None,
            Found::Anywhere => ANYWHERE,
            Found::By(stamp, answer) => match self.places.get(usize::from(stamp)) {
                // A newer snapshot may have found it where this one does not look.
                None | Some(&GONE) => ANYWHERE,
                // There may stand several.
                Some(&LAST) => Some((usize::from(LAST), Answer::NONE)),
                Some(place) => Some((usize::from(*place), answer)),
            },
        }
    }
}

/// A bit for each key whose word has all its bits.
#[inline(always)]
fn passing<M: Machine>(keys: &Group, words: [u64; GROUP]) -> u8 {
    #[cfg(target_arch = "x86_64")]
    if M::HAS_AVX512 {
        return avx512::pass_where_there(keys, words);
    }
    #[cfg(target_arch = "x86_64")]
    if M::HAS_AVX2 {
        return avx2::pass_where_there(keys, words);
    }
    passing_by_words(keys, words)
}

/// The reference of the vectors.
#[inline(always)]
fn passing_by_words(keys: &Group, words: [u64; GROUP]) -> u8 {
    let lanes = keys.iter().zip(words).enumerate();
    lanes.fold(0, |pass, (lane, (key, word))| pass | u8::from(probe(key).bits & !word == 0) << lane)
}

/// A key as a filter is asked for it.
#[inline(always)]
fn probe(key: &[u8; 16]) -> Probe {
    Probe::new(u128::from_le_bytes(*key))
}

impl Shared {
    /// Without keys, with room for so many.
    fn empty(room: usize) -> std::io::Result<Self> {
        Ok(Shared {
            filter: PrivateWords::zeroed(room / KEYS_A_WORD)?,
            index: Index::empty(room)?,
            room,
            keys: 0.into(),
            next_stamp: 1.into(),
        })
    }

    /// The stamp of a new segment; [`NO_STAMP`] where all are taken, and its keys are looked for
    /// everywhere.
    fn take_stamp(&self) -> u16 {
        let next = self.next_stamp.load(Ordering::Relaxed);
        if usize::from(next) > STAMP_MAX {
            return NO_STAMP;
        }
        self.next_stamp.store(next + 1, Ordering::Relaxed);
        next
    }

    #[inline(always)]
    fn filter(&self) -> Option<Homes<'_, AtomicU64>> {
        let words = self.filter.words();
        Homes::new(words, words.len() as u64)
    }
}

fn place_byte(place: usize) -> u8 {
    place.min(usize::from(LAST)) as u8
}

fn number(segment: &Segment<MappedFile>) -> u64 {
    segment.header().number.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::tests::key;
    use crate::probe::{Vectored, Width};

    /// More keys than there is room for, in segments that stand one above the other: stamps 1 to 9 are
    /// the oldest to the newest, each with the multiples of its number.
    #[test]
    fn no_key_is_denied_and_none_is_looked_for_behind_its_newest_segment() {
        let mut joint = Joint::with_room(1024).unwrap();
        joint.places = vec![GONE; 10];
        for stamp in 1..10u16 {
            joint.places[usize::from(stamp)] = 9 - stamp as u8;
        }
        for order in [false, true] {
            for step in 1..10u16 {
                // A segment may be put in after a newer one.
                let stamp = if order { 10 - step } else { step };
                for number in (0..6_000).filter(|number| number % u64::from(stamp) == 0) {
                    joint.put(key(number), stamp, 9 - stamp as u8, Answer::marked(stamp));
                }
            }
        }
        let (mut exact, mut full) = (0, 0);
        for number in 0..6_000 {
            let newest = (1..10).rev().find(|stamp| number % stamp == 0).unwrap() as usize;
            let (first, answer) = joint.first(key(number)).expect("it is there");
            assert!(first <= 9 - newest, "{number}");
            let said = if first == 9 - newest && answer != Answer::NONE { newest } else { 0 };
            assert_eq!(answer, Answer::marked(said as u16), "{number}");
            exact += usize::from(first == 9 - newest);
            full += usize::from(first == 0 && newest != 9);
        }
        assert!(exact > 1_500 && full > 1_000, "{exact} {full}");
        let absent = (6_000..10_000).filter(|number| joint.first(key(*number)).is_none()).count();
        assert!(absent < 60, "nearly all buckets are full: {absent}");
    }

    /// Keys that are asked of their words.
    struct Passing<'k>(&'k Group, [u64; GROUP]);

    impl Vectored for Passing<'_> {
        type Output = u8;

        fn run<M: Machine>(self) -> u8 {
            passing::<M>(self.0, self.1)
        }
    }

    /// Words that have all bits of a key, all but one, or some.
    #[test]
    fn every_width_passes_what_words_do() {
        let mut passed = 0;
        for round in 0..20_000u64 {
            let keys: Group = core::array::from_fn(|l| key(8 * round + l as u64).to_le_bytes());
            let words = core::array::from_fn(|lane| {
                let (bits, number) = (probe(&keys[lane]).bits, round * 8 + lane as u64);
                match number % 5 {
                    0 => bits,
                    1 => !0,
                    2 => bits & (bits - 1),
                    3 => bits & !(1 << bits.ilog2()),
                    _ => key(number + 1) as u64 >> (number % 3),
                }
            });
            let by_words = passing_by_words(&keys, words);
            for width in Width::all() {
                assert_eq!(width.run(Passing(&keys, words)), by_words, "{width:?}");
            }
            passed += by_words.count_ones();
        }
        assert!(passed > 64_000 && passed < 80_000, "{passed}");
    }

    #[test]
    fn where_stamps_are_used_up_keys_are_looked_for_everywhere() {
        let joint = Joint::with_room(1024).unwrap();
        let taken: Vec<u16> = (0..STAMP_MAX + 3).map(|_| joint.shared.take_stamp()).collect();
        assert!(
            taken[..STAMP_MAX].iter().all(|stamp| (1..=STAMP_MAX).contains(&usize::from(*stamp)))
        );
        assert_eq!(taken[STAMP_MAX..], [NO_STAMP; 3]);
        assert!(joint.put(key(1), NO_STAMP, 0, Answer::marked(7)));
        assert_eq!(joint.first(key(1)), Some((0, Answer::NONE)));
    }

    /// The tag of an empty place is that of some keys.
    #[test]
    fn a_key_whose_tag_is_zero_is_found() {
        for stamp in [1, NO_STAMP] {
            let mut joint = Joint::with_room(1024).unwrap();
            joint.places = vec![GONE, 3];
            let key = 7 << 64;
            assert_eq!(joint.first(key), None);
            assert!(joint.put(key, stamp, 3, Answer::marked(7)));
            let anywhere = Some((0, Answer::NONE));
            let told = if stamp == 1 { Some((3, Answer::marked(7))) } else { anywhere };
            assert_eq!(joint.first(key), told);
        }
    }

    #[test]
    fn behind_the_last_place_that_is_told_apart_any_segment_may_say_it() {
        let mut joint = Joint::with_room(1024).unwrap();
        joint.places = [GONE].into_iter().chain((0..300).map(place_byte)).collect();
        for (number, stamp) in [(1, 200), (2, 256), (3, 300)] {
            joint.put(key(number), stamp, joint.places[usize::from(stamp)], Answer::marked(stamp));
        }
        assert_eq!(joint.first(key(1)), Some((199, Answer::marked(200))));
        assert_eq!(joint.first(key(2)), Some((254, Answer::NONE)));
        assert_eq!(joint.first(key(3)), Some((254, Answer::NONE)));
    }

    #[test]
    fn a_stamp_that_a_snapshot_does_not_know_is_looked_for_everywhere() {
        let mut joint = Joint::with_room(1024).unwrap();
        joint.places = vec![GONE, 3, GONE];
        let [older, newer] = [Answer::marked(7), Answer::marked(8)];
        assert!(joint.put(key(1), 1, 3, older));
        assert_eq!(joint.first(key(1)), Some((3, older)));
        assert_eq!(joint.first(key(2)), None);
        // By a newer snapshot, whose segment stands above.
        assert!(!joint.put(key(1), 3, 1, newer));
        assert_eq!(joint.first(key(1)), Some((0, Answer::NONE)));
        // The segment of that stamp is gone, and an older one counts.
        assert!(!joint.put(key(1), 1, 3, older));
        assert_eq!(joint.first(key(1)), Some((3, older)));
    }
}
