//! What the newest segment says of a key: buckets of a line of memory, each with places for four keys.
//!
//! A bucket is filled from its front, and what is in it stays, but for newer stamps and answers.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::filter::Probe;
use crate::map::PrivateWords;
use crate::probe::{Homes, LINE_BYTES};
use crate::table::{Entry, State};

/// Keys for each bucket when the room is used up: then one in thirty finds its bucket full, and one in
/// three hundred when half of it is.
const KEYS_A_BUCKET: usize = 2;
/// Places of a bucket.
const PLACES: usize = 4;
/// Words of a bucket: those of the tags, then those of the answers.
const WORDS: usize = 2 * PLACES;
/// The bits of a tag's word that hold the stamp of a segment; the others are of the key.
const STAMP: u64 = 0xfff;
/// The stamp that no segment has. With any other than 0 a place that is taken is never all zeros.
pub(super) const NO_STAMP: u16 = STAMP as u16;
/// The highest stamp of a segment; the lowest is 1.
pub(super) const STAMP_MAX: usize = NO_STAMP as usize - 1;

/// Tags with stamps, and answers.
type Bucket = [[AtomicU64; PLACES]; 2];

const _: () = assert!(size_of::<Bucket>() == LINE_BYTES);

/// Stamps and answers by keys.
pub(super) struct Index(PrivateWords);

/// What a segment says of a key, as its hot entry does; nothing where it does not say all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer(u64);

/// What an index says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No segment holds it.
    Nowhere,
    /// The segment of this stamp is the newest one that may, and says this.
    By(u16, Answer),
    /// There was no room for all keys, so any may.
    Anywhere,
}

impl Answer {
    /// Of a key whose segment is to be asked.
    pub(crate) const NONE: Self = Answer(0);

    /// That of a hot entry.
    pub(super) fn of(entry: Entry) -> Self {
        if entry.state == State::Cold {
            return Answer::NONE;
        }
        let (end, span) = entry.pack(0);
        Answer(u64::from(span) << 32 | u64::from(end))
    }

    #[cfg(test)]
    pub(super) fn marked(number: u16) -> Self {
        Answer(number.into())
    }

    /// The end and the span of the hot entry, where it says all.
    #[inline(always)]
    pub(crate) fn entry(self) -> Option<(u32, u32)> {
        (self.0 != 0).then_some((self.0 as u32, (self.0 >> 32) as u32))
    }
}

impl Index {
    /// Without keys, with room for so many.
    pub(super) fn empty(keys: usize) -> io::Result<Self> {
        PrivateWords::zeroed((keys / KEYS_A_BUCKET).max(1) * WORDS).map(Index)
    }

    #[inline(always)]
    fn buckets(&self) -> Option<Homes<'_, Bucket>> {
        let (places, _) = self.0.words().as_chunks();
        let (buckets, _) = places.as_chunks();
        Homes::new(buckets, buckets.len() as u64)
    }

    /// Asks for the bucket of a key.
    #[inline(always)]
    pub(super) fn prefetch(&self, key: u128) {
        if let Some(buckets) = self.buckets() {
            buckets.prefetch(Probe::new(key).number());
        }
    }

    /// Finds a key.
    #[inline(always)]
    pub(super) fn find(&self, key: u128) -> Found {
        let Some(buckets) = self.buckets() else { return Found::Anywhere };
        let [tags, answers] = buckets.of(Probe::new(key).number());
        // Relaxed: who knows a stamp got the snapshot after it was set, by its pin.
        let held = tags.each_ref().map(|tag| tag.load(Ordering::Relaxed));
        // Chosen, not branched on, as nobody can foresee it: the first place of that tag, which may be
        // the tag of empty ones too.
        let is_tag = |number: usize| held[number] & !STAMP == tag(key);
        let number = (0..PLACES)
            .rev()
            .fold(PLACES, |found, number| if is_tag(number) { number } else { found });
        match tags.get(number).zip(answers.get(number)) {
            Some((tag, answer)) if held[number] != 0 => {
                let answer = Place { tag, answer }.answer_beside(held[number]);
                Found::By((held[number] & STAMP) as u16, answer)
            }
            // A bucket is filled from its front.
            _ if held[PLACES - 1] == 0 => Found::Nowhere,
            _ => Found::Anywhere,
        }
    }

    /// Notes a stamp and an answer for a key, if `gives_way` says so of the stamp that is there; whether
    /// that took a place. One thread at a time may call it.
    pub(super) fn put(
        &self,
        key: u128,
        stamp: u16,
        answer: Answer,
        gives_way: impl Fn(u16) -> bool,
    ) -> bool {
        let Some(buckets) = self.buckets() else { return false };
        for place in places(buckets.of(Probe::new(key).number())) {
            let held = place.tag.load(Ordering::Relaxed);
            if held == 0 {
                place.set(tag(key), stamp, answer);
                return true;
            }
            if held & !STAMP == tag(key) {
                if gives_way((held & STAMP) as u16) {
                    place.set(tag(key), stamp, answer);
                }
                return false;
            }
        }
        false
    }
}

#[inline(always)]
fn places([tags, answers]: &Bucket) -> impl Iterator<Item = Place<'_, AtomicU64>> {
    tags.iter().zip(answers).map(|(tag, answer)| Place { tag, answer })
}

/// A place of a bucket: two words, of which many threads read and one writes.
struct Place<'b, W> {
    /// The tag of a key and the stamp of a segment.
    tag: &'b W,
    answer: &'b W,
}

/// A word that threads share; also that of a model checker.
trait Word {
    fn load(&self, ordering: Ordering) -> u64;
    fn store(&self, value: u64, ordering: Ordering);
}

impl Word for AtomicU64 {
    #[inline(always)]
    fn load(&self, ordering: Ordering) -> u64 {
        AtomicU64::load(self, ordering)
    }

    #[inline(always)]
    fn store(&self, value: u64, ordering: Ordering) {
        AtomicU64::store(self, value, ordering);
    }
}

impl<W: Word> Place<'_, W> {
    /// The answer that stands beside a tag and a stamp; none where another is just being put there.
    #[inline(always)]
    fn answer_beside(&self, held: u64) -> Answer {
        // Acquire: with an answer that came meanwhile comes the stamp that was set before it.
        let answer = self.answer.load(Ordering::Acquire);
        let is_still_there = self.tag.load(Ordering::Relaxed) == held;
        if is_still_there { Answer(answer) } else { Answer::NONE }
    }

    fn set(&self, tag: u64, stamp: u16, answer: Answer) {
        self.tag.store(tag | u64::from(stamp), Ordering::Relaxed);
        // Release: who sees this answer sees that stamp.
        self.answer.store(answer.0, Ordering::Release);
    }
}

/// What of a key stands in the index.
#[inline(always)]
fn tag(key: u128) -> u64 {
    key as u64 & !STAMP
}

#[cfg(test)]
mod tests {
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicU64 as Checked;

    use super::*;

    impl Word for Checked {
        fn load(&self, ordering: Ordering) -> u64 {
            Checked::load(self, ordering)
        }

        fn store(&self, value: u64, ordering: Ordering) {
            Checked::store(self, value, ordering);
        }
    }

    const TAG: u64 = 5 << 12;

    fn place(words: &[Checked; 2]) -> Place<'_, Checked> {
        Place { tag: &words[0], answer: &words[1] }
    }

    /// Of a snapshot that knows the first two stamps, while newer segments are taken in: it never gets the
    /// answer of another segment than the stamp's, and the stamps it knows have theirs.
    #[test]
    fn an_answer_is_never_another_segments() {
        loom::model(|| {
            let words = Arc::new([Checked::new(0), Checked::new(0)]);
            place(&words).set(TAG, 1, Answer(11));
            place(&words).set(TAG, 2, Answer(12));
            let reader = {
                let words = Arc::clone(&words);
                loom::thread::spawn(move || {
                    let held = words[0].load(Ordering::Relaxed);
                    (held & STAMP, place(&words).answer_beside(held))
                })
            };
            place(&words).set(TAG, 3, Answer(13));
            place(&words).set(TAG, 4, Answer(14));
            let (stamp, answer) = reader.join().unwrap();
            let known = stamp <= 2;
            assert!(stamp >= 2);
            assert!(!known || answer == Answer::NONE || answer == Answer(10 + stamp));
        });
    }
}
