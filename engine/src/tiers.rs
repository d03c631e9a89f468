//! Which segments are merged, and when.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use crate::record::Register;
use crate::stack::OpenSegment;
use crate::writer::{Writer, unpoisoned};

/// How many segments of one size are merged into one of the next.
const FAN_IN: usize = 4;
/// All segments are merged where those above the oldest hold an eighth of its rows.
const ALL_SHARE: u64 = 8;
/// What stands above the oldest is merged into one where the small ones hold so much of the large
/// one: a key that is there is then looked for in few segments, and a row is written again about so
/// many times.
const LARGE_SHARE: u64 = 8;
/// But not before the small ones hold so many rows.
const SMALL_ROWS_MIN: u64 = 1 << 19;

/// A run of neighbours to merge, and whether nothing stands beneath it.
pub(crate) struct Run {
    pub(crate) register: Register,
    /// The newest first.
    pub(crate) segments: Vec<Arc<OpenSegment>>,
    pub(crate) all: bool,
}

/// A run that nobody else merges for as long as this is there.
pub(crate) struct Claimed<'w> {
    pub(crate) run: Run,
    merging: &'w Mutex<HashSet<u64>>,
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        let mut merging = unpoisoned(self.merging);
        for open in &self.run.segments {
            merging.remove(&open.named.number);
        }
    }
}

impl Writer {
    /// All segments of a register.
    pub(crate) fn whole_run(&self, register: Register) -> Option<Run> {
        let snapshot = self.snapshot();
        let open = snapshot.register(register)?;
        let barrier = self.barrier();
        let kept = open.segments().iter().filter(|open| open.named.newest <= barrier);
        let segments: Vec<_> = kept.map(Arc::clone).collect();
        (!segments.is_empty()).then_some(Run { register, segments, all: true })
    }

    /// Neighbours of a register that have to be merged now, of no more rows than that and not claimed
    /// by anybody else.
    pub(crate) fn claim(&self, register: Register, most: u64) -> Option<Claimed<'_>> {
        if register == Register::Sources {
            return None;
        }
        let mut merging = unpoisoned(&self.merging);
        // Under the lock: whoever let go of segments has published before what came of them.
        let snapshot = self.snapshot();
        let segments = snapshot.register(register)?.segments();
        let is_claimed = |open: &Arc<OpenSegment>| merging.contains(&open.named.number);
        // The last gap between claims reaches down to the oldest segment, where that is free.
        let gaps: Vec<_> = segments.split(is_claimed).collect();
        let (last, gaps) = gaps.split_last()?;
        let run = due(last, true, self.barrier(), most);
        let run =
            run.or_else(|| gaps.iter().find_map(|free| due(free, false, self.barrier(), most)));
        let (run, all) = run?;
        merging.extend(run.iter().map(|open| open.named.number));
        let run = Run { register, segments: run.to_vec(), all };
        Some(Claimed { run, merging: &self.merging })
    }
}

/// What of free neighbours has to be merged, and whether that is all down to the oldest segment, which
/// is the last of them where `has_oldest`.
fn due(
    free: &[Arc<OpenSegment>],
    has_oldest: bool,
    barrier: u64,
    most: u64,
) -> Option<(&[Arc<OpenSegment>], bool)> {
    let older = free.iter().position(|open| open.named.newest <= barrier);
    let (newer, older) = free.split_at(older.unwrap_or(free.len()));
    let is_small = |run: &&[Arc<OpenSegment>]| rows(run) <= most;
    let mut above = older;
    if has_oldest && let Some((oldest, rest)) = older.split_last() {
        above = rest;
        if rows(above) * ALL_SHARE > oldest.named.rows && is_small(&older) {
            return Some((older, true));
        }
    }
    let level = full_level(above).filter(is_small);
    let run = level.or_else(|| full_tier(above, most)).or_else(|| full_tier(newer, most))?;
    Some((run, false))
}

fn rows(segments: &[Arc<OpenSegment>]) -> u64 {
    segments.iter().map(|open| open.named.rows).sum()
}

/// All segments above the oldest, where they are of one sort and those that are small hold too much.
fn full_level(above: &[Arc<OpenSegment>]) -> Option<&[Arc<OpenSegment>]> {
    let (bottom, rest) = above.split_last()?;
    if rest.iter().any(|open| open.named.changes != bottom.named.changes) {
        return None;
    }
    (rows(rest) > SMALL_ROWS_MIN.max(bottom.named.rows / LARGE_SHARE)).then_some(above)
}

/// The newest segments of one tier, where there are enough: neighbours of one sort and about one
/// size, of no more rows than that.
fn full_tier(segments: &[Arc<OpenSegment>], most: u64) -> Option<&[Arc<OpenSegment>]> {
    let tier =
        |open: &Arc<OpenSegment>| (open.named.changes, open.named.rows.max(1).ilog(FAN_IN as u64));
    let mut from = 0;
    while from < segments.len() {
        // A segment that is smaller than an older neighbour's tier goes along with it.
        let sort = tier(&segments[from]);
        let same = segments[from..].iter().take_while(|open| {
            let other = tier(open);
            other.0 == sort.0 && other.1 <= sort.1
        });
        let run = &segments[from..from + same.count()];
        if run.len() >= FAN_IN && rows(run) <= most {
            return Some(run);
        }
        from += run.len();
    }
    None
}
