//! Ends as they were before a rule took over older records.
//!
//! A hot entry has the end that holds at last. At an earlier instant an older record's may be another,
//! and nearly always the end that was sealed tells which: lengths in months move a date, and those in
//! hours move an instant, so ends of one day were moved by the same time. Where records that ended
//! otherwise have come to end on the same day, the times behind the entry are read.

use core::fmt;

use super::{ENDED, GROUP, Glance, Glances};
use crate::format::HOT_EPOCH;
use crate::time::Instant;

const DAY_SECONDS: i64 = 86_400;
/// The shift of an end that does not tell.
const UNTOLD: i32 = i32::MIN;
/// Subtypes of an entry, 0 of an empty place among them.
const SUBTYPES: usize = 4;

/// By the day of an end as it was sealed, so many seconds to what it was.
#[derive(Clone)]
pub(crate) struct Shifts(Box<[i32]>);

/// The shifts that hold at an instant, by subtype.
#[derive(Clone, Debug)]
pub(crate) struct Earlier([Shifts; SUBTYPES]);

/// The day of an end, from [`HOT_EPOCH`] on.
pub(crate) fn day_of(end: Instant) -> i64 {
    end.unix().saturating_sub(HOT_EPOCH).div_euclid(DAY_SECONDS)
}

impl Shifts {
    /// Every end was as it was sealed.
    pub(crate) fn none() -> Self {
        Shifts([0].into())
    }

    /// No end tells what it was.
    pub(crate) fn untold() -> Self {
        Shifts([UNTOLD].into())
    }

    /// Those of each day from [`HOT_EPOCH`] on, `None` where the end does not tell; what ends later was
    /// as it was sealed.
    pub(crate) fn of_days(days: &[Option<i64>]) -> Self {
        let shift = |day: &Option<i64>| day.and_then(|shift| shift.try_into().ok());
        let shifts = days.iter().map(|day| shift(day).unwrap_or(UNTOLD));
        Shifts(shifts.chain([0]).collect())
    }

    #[inline(always)]
    fn of_end(&self, until: i64) -> i32 {
        // What ended before the first day is no hot entry, and has the place of a far day.
        let day = until.wrapping_sub(HOT_EPOCH).cast_unsigned() / DAY_SECONDS.cast_unsigned();
        let last = self.0.len().saturating_sub(1);
        self.0.get(last.min(day as usize)).copied().unwrap_or(UNTOLD)
    }
}

impl fmt::Debug for Shifts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shifts of {} days", self.0.len() - 1)
    }
}

impl Earlier {
    /// Of subtypes from 1 on; the others' ends were as they were sealed.
    pub(crate) fn new(of_subtypes: impl Iterator<Item = Shifts>) -> Self {
        let mut of_subtypes = core::iter::once(Shifts::none()).chain(of_subtypes);
        Earlier(core::array::from_fn(|_| of_subtypes.next().unwrap_or_else(Shifts::none)))
    }

    /// The end that a subtype's sealed end was, where that tells.
    #[cfg(test)]
    pub(crate) fn end(&self, subtype: u8, until: Instant) -> Option<Instant> {
        let shift = self.0[usize::from(subtype)].of_end(until.unix());
        (shift != UNTOLD).then(|| until.plus_seconds(shift.into()))
    }

    /// What a meaning and an end become, so many seconds after [`HOT_EPOCH`], and whether the end tells.
    #[inline(always)]
    fn told(&self, at: i64, meaning: u64, until: i64) -> (u64, i64, bool) {
        let shift = self.0[(meaning >> 2) as usize % SUBTYPES].of_end(until);
        let end = until + i64::from(shift);
        let ended = if at >= end - HOT_EPOCH { u64::from(ENDED) } else { 0 };
        let moved = meaning & !u64::from(ENDED) | ended;
        (if shift == 0 { meaning } else { moved }, end, shift != UNTOLD)
    }

    /// A glance as it would have been.
    #[inline]
    pub(super) fn glance(&self, at: i64, glance: Glance) -> Glance {
        let (meaning, until, is_told) = self.told(at, glance.meaning as u64, glance.until);
        Glance { meaning: meaning as usize, until, rare: glance.rare | !is_told, ..glance }
    }

    /// A group of them.
    #[inline]
    pub(super) fn glances(&self, at: i64, glances: Glances) -> Glances {
        let mut earlier = glances;
        for lane in 0..GROUP {
            let [from, until] = earlier.validity[lane];
            let (meaning, until, is_told) = self.told(at, earlier.meanings[lane], until);
            earlier.meanings[lane] = meaning;
            earlier.validity[lane] = [from, until];
            earlier.unsaid |= u32::from(!is_told) << lane;
        }
        earlier
    }
}
