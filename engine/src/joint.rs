//! The filters of many small segments as one, which stays near the processor.
//!
//! A stream of small changes leaves many small segments, and to ask the filter of each for every
//! code would cost more than the look-up. Their keys go into one filter in memory, that only ever
//! gains keys: snapshots share it, and a key of a segment that one of them does not have makes it
//! pass a little more, but none that it has is ever denied.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use zerocopy::little_endian::U128;

use crate::error::StoreError;
use crate::filter::Probe;
use crate::format::Section;
use crate::map::{MappedFile, PrivateWords};
use crate::segment::Segment;

/// Words of 64 bits: 1 MiB, half of a large page.
const WORDS: usize = 1 << 17;
/// The most rows of the segments that go in together.
pub(crate) const ROWS_TOGETHER_MAX: u64 = 1 << 19;
/// The most keys that go in over time; then a new one is begun. At four keys a word an absent key
/// passes once in about three hundred times, at eight once in forty.
const KEYS_MAX: usize = 8 * WORDS;

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
    /// Over those of the segments that are small enough together, smallest first; what `before`
    /// holds of them already is not read again.
    pub(crate) fn over<'s>(
        root: &Path,
        segments: impl Iterator<Item = &'s Segment<MappedFile>>,
        before: Option<&Joint>,
    ) -> Result<Option<Self>, StoreError> {
        let mut small: Vec<_> = segments.collect();
        small.sort_by_key(|segment| segment.rows());
        let mut rows = 0;
        small.retain(|segment| {
            rows += segment.rows() as u64;
            rows <= ROWS_TOGETHER_MAX
        });
        if small.is_empty() {
            return Ok(None);
        }
        let known = |segment: &&&Segment<MappedFile>| {
            before.is_some_and(|before| before.members.contains(&number(segment)))
        };
        let new: usize = small.iter().filter(|each| !known(each)).map(|each| each.rows()).sum();
        let words = match before {
            Some(before) if before.words.keys.load(Ordering::Relaxed) + new <= KEYS_MAX => {
                let words = Arc::clone(&before.words);
                small.iter().filter(|each| !known(each)).try_for_each(|each| words.insert(each))?;
                words
            }
            _ => {
                let words = Arc::new(Words::empty(root)?);
                small.iter().try_for_each(|each| words.insert(each))?;
                words
            }
        };
        Ok(Some(Joint { words, members: small.into_iter().map(number).collect() }))
    }

    /// Whether a segment's keys are in.
    pub(crate) fn has(&self, segment: &Segment<MappedFile>) -> bool {
        self.members.contains(&number(segment))
    }

    /// Whether a key may be in one of the segments.
    #[inline(always)]
    pub(crate) fn passes(&self, probe: &Probe) -> bool {
        let word = self.words.words.words()[probe.word(WORDS)].load(Ordering::Relaxed);
        word & probe.bits == probe.bits
    }
}

impl Words {
    fn empty(path: &Path) -> Result<Self, StoreError> {
        let words = PrivateWords::zeroed(WORDS);
        let words = words.map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
        Ok(Words { words, keys: 0.into() })
    }

    fn insert(&self, segment: &Segment<MappedFile>) -> Result<(), StoreError> {
        let keys: &[U128] = segment.items(Section::Keys)?;
        let words = self.words.words();
        for key in keys {
            let probe = Probe::new(key.get());
            // Relaxed: who reads the bits got the snapshot after they were set, by its pin.
            words[probe.word(WORDS)].fetch_or(probe.bits, Ordering::Relaxed);
        }
        self.keys.fetch_add(keys.len(), Ordering::Relaxed);
        Ok(())
    }
}

fn number(segment: &Segment<MappedFile>) -> u64 {
    segment.header().number.get()
}
