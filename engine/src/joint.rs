//! The filters of all newer segments as one.
//!
//! A stream of changes leaves many segments, and to ask the filter of each for every code would cost
//! more than the look-up. Their keys go into one filter in memory, that only ever gains keys: snapshots
//! share it, and a key of a segment that one of them does not have makes it pass a little more, but none
//! that it has is ever denied. So every code costs one word, which was asked for before.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use zerocopy::little_endian::U128;

use crate::code::{Places, TOGETHER};
use crate::error::StoreError;
use crate::filter::Probe;
use crate::format::Section;
use crate::map::{MappedFile, PrivateWords};
use crate::probe::Homes;
use crate::segment::Segment;

/// The fewest words of 64 bits: 1 MiB, half of a large page.
const WORDS_MIN: usize = 1 << 17;
/// Rows for each word of a filter that is begun.
const ROWS_A_WORD: usize = 2;
/// The most keys for each word that go in over time; then a new one is begun. At four keys a word an
/// absent key passes once in about three hundred times, at eight once in forty.
const KEYS_A_WORD_MAX: usize = 8;

/// A filter over the keys of several segments, and the numbers of those segments.
pub(crate) struct Joint {
    words: Arc<Words>,
    members: HashSet<u64>,
}

struct Words {
    words: PrivateWords,
    keys: AtomicUsize,
}

impl Joint {
    /// Over those segments; what `before` holds of them already is not read again.
    pub(crate) fn over<'s>(
        root: &Path,
        segments: impl Iterator<Item = &'s Segment<MappedFile>>,
        before: Option<&Joint>,
    ) -> Result<Option<Self>, StoreError> {
        let segments: Vec<_> = segments.collect();
        if segments.is_empty() {
            return Ok(None);
        }
        let rows = |segments: &[&Segment<MappedFile>]| segments.iter().map(|s| s.rows()).sum();
        let mut new = segments.clone();
        let words = match before {
            Some(before) => {
                new.retain(|segment| !before.members.contains(&number(segment)));
                Some(&before.words).filter(|words| words.have_room(rows(&new)))
            }
            None => None,
        };
        let words = match words {
            Some(words) => Arc::clone(words),
            None => {
                new.clone_from(&segments);
                Arc::new(Words::empty(root, rows(&segments))?)
            }
        };
        new.into_iter().try_for_each(|segment| words.insert(segment))?;
        Ok(Some(Joint { words, members: segments.into_iter().map(number).collect() }))
    }

    /// Asks for the words of keys.
    #[inline(always)]
    pub(crate) fn ask(&self, keys: &Places, asked: &mut Asked) {
        // Loops without branches or calls, which compilers make vectors of.
        for ((number, bits), key) in asked.numbers.iter_mut().zip(&mut asked.bits).zip(keys) {
            let probe = Probe::new(u128::from_le_bytes(*key));
            (*number, *bits) = (probe.number(), probe.bits);
        }
        if let Some(words) = self.words.homes() {
            asked.numbers.iter().for_each(|number| words.prefetch(*number));
        }
    }

    /// A bit for each key that may be in one of the segments.
    #[inline(always)]
    pub(crate) fn pass(&self, asked: &Asked) -> u64 {
        let Some(words) = self.words.homes() else { return u64::MAX };
        let mut pass = 0;
        for (lane, (number, bits)) in asked.numbers.iter().zip(&asked.bits).enumerate() {
            let word = words.of(*number).load(Ordering::Relaxed);
            pass |= u64::from(bits & !word == 0) << lane;
        }
        pass
    }
}

/// Keys that a joint filter was asked for: numbers that find their words, and the bits that these must
/// have.
pub(crate) struct Asked {
    numbers: [u64; TOGETHER],
    bits: [u64; TOGETHER],
}

impl Asked {
    pub(crate) const NOTHING: Self = Asked { numbers: [0; TOGETHER], bits: [0; TOGETHER] };
}

impl Words {
    /// Without keys, for so many rows at first.
    fn empty(path: &Path, rows: usize) -> Result<Self, StoreError> {
        let words = PrivateWords::zeroed((rows / ROWS_A_WORD).max(WORDS_MIN));
        let words = words.map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
        Ok(Words { words, keys: 0.into() })
    }

    #[inline(always)]
    fn homes(&self) -> Option<Homes<'_, AtomicU64>> {
        let words = self.words.words();
        Homes::new(words, words.len() as u64)
    }

    fn have_room(&self, rows: usize) -> bool {
        let most = self.words.words().len() * KEYS_A_WORD_MAX;
        self.keys.load(Ordering::Relaxed) + rows <= most
    }

    fn insert(&self, segment: &Segment<MappedFile>) -> Result<(), StoreError> {
        let keys: &[U128] = segment.items(Section::Keys)?;
        let Some(words) = self.homes() else { return Ok(()) };
        for keys in keys.chunks(TOGETHER) {
            keys.iter().for_each(|key| words.prefetch(Probe::new(key.get()).number()));
            for key in keys {
                let probe = Probe::new(key.get());
                // Relaxed: who reads the bits got the snapshot after they were set, by its pin.
                words.of(probe.number()).fetch_or(probe.bits, Ordering::Relaxed);
            }
        }
        self.keys.fetch_add(keys.len(), Ordering::Relaxed);
        Ok(())
    }
}

fn number(segment: &Segment<MappedFile>) -> u64 {
    segment.header().number.get()
}
