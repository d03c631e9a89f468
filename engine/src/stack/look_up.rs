//! Look-ups in all segments of a register, the newest first.

use super::OpenRegister;
use crate::error::StoreError;
use crate::format::{CertificateRow, Section};
use crate::life::Life;
use crate::policy::Policy;
use crate::postings;
use crate::table::Found;
use crate::time::Instant;
use crate::verdict::Verdict;

/// Where a key was found: the segment by its place in the stack, and the entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub segment: usize,
    pub found: Found,
}

/// A whole row: the segment by its place in the stack, and the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole {
    pub segment: usize,
    pub row: usize,
}

/// Takes a record's newest row, and what reads its key.
pub(crate) type EachNewest<'e> =
    dyn FnMut(Hit, &dyn Fn() -> Result<u128, StoreError>) -> Result<(), StoreError> + 'e;

impl OpenRegister {
    /// The newest entry whose tag is the key's; no segment before `first` holds the key.
    #[inline]
    pub(crate) fn find_from(&self, first: usize, key: u128) -> Result<Option<Hit>, StoreError> {
        for (place, open) in self.segments.iter().enumerate().skip(first) {
            if open.segment.may_hold(key)?
                && let Some(found) = open.segment.find(key)?
            {
                return Ok(Some(Hit { segment: place, found }));
            }
        }
        Ok(None)
    }

    /// The newest entry whose whole key is this one, and its row.
    pub(crate) fn find_exact(&self, key: u128) -> Result<Option<(Hit, usize)>, StoreError> {
        self.find_exact_from(0, key)
    }

    fn find_exact_from(&self, from: usize, key: u128) -> Result<Option<(Hit, usize)>, StoreError> {
        for (place, open) in self.segments.iter().enumerate().skip(from) {
            if open.segment.may_hold(key)?
                && let Some(found) = open.segment.find(key)?
            {
                let row = open.segment.row(&found)?;
                if open.segment.key(row)? == key {
                    return Ok(Some((Hit { segment: place, found }, row)));
                }
            }
        }
        Ok(None)
    }

    /// The newest whole row of a key; `None` where there is none, or it was removed since.
    pub(crate) fn whole(&self, key: u128) -> Result<Option<Whole>, StoreError> {
        let mut from = 0;
        while let Some((hit, row)) = self.find_exact_from(from, key)? {
            let open = &self.segments[hit.segment];
            if open.segment.is_whole() {
                return Ok(Some(Whole { segment: hit.segment, row }));
            }
            if open.life(&hit.found.entry)?.status.is_none() {
                return Ok(None);
            }
            from = hit.segment + 1;
        }
        Ok(None)
    }

    /// The life of a hit as it was sealed.
    pub(crate) fn life(&self, hit: &Hit) -> Result<Life, StoreError> {
        self.segments[hit.segment].life(&hit.found.entry)
    }

    /// What judging a certificate anew needs, from the row of a hit.
    pub(crate) fn columns(&self, hit: &Hit, row: usize) -> Result<CertificateRow, StoreError> {
        self.segments[hit.segment].segment.item(Section::Rows, row)
    }

    /// The whole rows under a key of a postings section that no newer row hides, with their keys.
    pub(crate) fn posted(
        &self,
        section: Section,
        posting: u128,
    ) -> Result<Vec<(Whole, u128)>, StoreError> {
        let mut rows = Vec::new();
        for (place, open) in self.segments.iter().enumerate() {
            for row in postings::rows(&open.segment, section, posting)? {
                let at = Whole { segment: place, row: row as usize };
                let key = open.segment.key(at.row)?;
                if self.segments.len() == 1 || self.whole(key)? == Some(at) {
                    rows.push((at, key));
                }
            }
        }
        Ok(rows)
    }

    /// Every record once, by its newest row; `key` is read only where it is asked for.
    pub(crate) fn each_newest(&self, each: &mut EachNewest<'_>) -> Result<(), StoreError> {
        for (place, open) in self.segments.iter().enumerate() {
            for (row, found) in open.entries()?.enumerate() {
                let key = || open.segment.key(row);
                if place > 0 && self.is_hidden(place, key()?)? {
                    continue;
                }
                each(Hit { segment: place, found }, &key)?;
            }
        }
        Ok(())
    }

    /// Whether a newer segment than the one at `place` has the key.
    fn is_hidden(&self, place: usize, key: u128) -> Result<bool, StoreError> {
        for open in &self.segments[..place] {
            if open.segment.may_hold(key)?
                && let Some(found) = open.segment.find(key)?
                && open.segment.key(open.segment.row(&found)?)? == key
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The verdict at `at` under the rules that were in force at `rules_at`.
    pub(crate) fn judge_by_rules_of(
        &self,
        hit: &Hit,
        rules_at: Instant,
        at: Instant,
        policy: &Policy,
    ) -> Result<Verdict, StoreError> {
        let life = self.segments[hit.segment].life_by_rules_of(&hit.found, rules_at, policy)?;
        Ok(life.judge(at, policy).0)
    }

    /// The key of a whole row.
    pub(crate) fn key(&self, at: Whole) -> Result<u128, StoreError> {
        self.segments[at.segment].segment.key(at.row)
    }

    /// An item of a whole row's columns.
    pub(crate) fn item<T>(&self, section: Section, at: Whole) -> Result<T, StoreError>
    where
        T: zerocopy::FromBytes + zerocopy::KnownLayout + zerocopy::Immutable + zerocopy::Unaligned,
    {
        self.segments[at.segment].segment.item(section, at.row)
    }

    /// A damage of a segment.
    pub(crate) fn damaged(
        &self,
        segment: usize,
        section: Section,
        reason: &'static str,
    ) -> StoreError {
        self.segments[segment].segment.damaged(section, reason)
    }
}
