//! Merging: many segments into one, beside everything else that goes on.
//!
//! Segments stand in the order of their publishing. A merge takes neighbours: later statuses into
//! later statuses, whole records into whole records, or all segments of a register into one of
//! whole records, and only then are records dropped whose time to be kept is over.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::audit::AuditEvent;
use crate::error::StoreError;
use crate::format::{ROWS_CHANGES, ROWS_WHOLE};
use crate::manifest::Named;
use crate::merge::Merge;
use crate::record::Register;
use crate::stack::OpenSegment;
use crate::time::Instant;
use crate::writer::{Edit, Note, Writer, details_file, unpoisoned};

/// How many segments of one size are merged into one of the next.
const FAN_IN: usize = 4;
/// All segments are merged where those above the oldest hold a quarter of its rows.
const ALL_SHARE: u64 = 4;
/// What stands above the oldest is merged into one where the small ones hold so much of the large
/// one: a key that is there is then looked for in few segments, and a row is written again about so
/// many times.
const LARGE_SHARE: u64 = 8;
/// But not before the small ones hold so many rows.
const SMALL_ROWS_MIN: u64 = 1 << 19;
/// How long the background thread sleeps at the most before it looks again.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What a merge did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Merges.
    pub merges: u64,
    /// Rows read.
    pub rows_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Bytes of segments and details written.
    pub bytes_written: u64,
}

/// A run of neighbours to merge, and whether it is all of the register.
struct Run {
    register: Register,
    /// The newest first.
    segments: Vec<Arc<OpenSegment>>,
    all: bool,
}

impl Writer {
    /// Merges every register into one segment of whole records each, drops what the policy keeps
    /// no longer, and seals the details of what is left anew, where their secret is here: nothing
    /// of dropped or replaced records stays in any file. Readers and other writers go on meanwhile.
    ///
    /// # Errors
    /// When files cannot be read or written; the store is then as it was.
    pub fn compact(&self, now: Instant) -> Result<Compacted, StoreError> {
        let _turn = unpoisoned(&self.compacting);
        let mut done = Compacted::default();
        for register in Register::ALL.iter().filter(|each| **each != Register::Sources) {
            if let Some(run) = self.whole_run(*register) {
                self.merge(run, true, now, &mut done)?;
            }
        }
        Ok(done)
    }

    /// Merges where a tier is full, until none is; `None` where nothing had to be done.
    ///
    /// # Errors
    /// When files cannot be read or written; the store is then as it was.
    pub fn compact_tiers(&self, now: Instant) -> Result<Option<Compacted>, StoreError> {
        let _turn = unpoisoned(&self.compacting);
        let mut done = Compacted::default();
        while let Some(run) = Register::ALL.iter().find_map(|each| self.tier_run(*each)) {
            self.merge(run, false, now, &mut done)?;
        }
        Ok((done.merges > 0).then_some(done))
    }

    /// Merges in a thread of its own for as long as the writer is there; `clock` tells the time.
    /// The handle gives what was done, or the first error, after which it stopped.
    pub fn compact_in_background(
        self: &Arc<Self>,
        clock: impl Fn() -> Instant + Send + 'static,
    ) -> JoinHandle<Result<Compacted, StoreError>> {
        let writer = Arc::downgrade(self);
        std::thread::spawn(move || {
            let mut all = Compacted::default();
            loop {
                let Some(writer) = writer.upgrade() else { return Ok(all) };
                let generation = writer.snapshot().generation();
                if let Some(done) = writer.compact_tiers(clock())? {
                    all.add(&done);
                }
                writer.wait_for_newer(generation, LOOK_EVERY);
            }
        })
    }

    /// All segments of a register.
    fn whole_run(&self, register: Register) -> Option<Run> {
        let snapshot = self.snapshot();
        let open = snapshot.register(register)?;
        let barrier = self.barrier();
        let kept = open.segments().iter().filter(|open| open.named.newest <= barrier);
        let segments: Vec<_> = kept.map(Arc::clone).collect();
        (!segments.is_empty()).then_some(Run { register, segments, all: true })
    }

    /// The neighbours of a register that have to be merged now.
    fn tier_run(&self, register: Register) -> Option<Run> {
        if register == Register::Sources {
            return None;
        }
        let snapshot = self.snapshot();
        let segments = snapshot.register(register)?.segments();
        let barrier = self.barrier();
        let older = segments.iter().position(|open| open.named.newest <= barrier);
        let (newer, older) = segments.split_at(older.unwrap_or(segments.len()));
        if let Some((oldest, above)) = older.split_last() {
            let rows: u64 = above.iter().map(|open| open.named.rows).sum();
            if rows * ALL_SHARE > oldest.named.rows {
                return Some(Run { register, segments: older.to_vec(), all: true });
            }
            if let Some(run) = full_level(above).or_else(|| full_tier(above)) {
                return Some(Run { register, segments: run.to_vec(), all: false });
            }
        }
        let run = full_tier(newer)?;
        Some(Run { register, segments: run.to_vec(), all: false })
    }

    fn merge(
        &self,
        run: Run,
        anew: bool,
        now: Instant,
        done: &mut Compacted,
    ) -> Result<(), StoreError> {
        let Run { register, segments, all } = run;
        let numbers: Vec<u64> = segments.iter().map(|open| open.named.number).collect();
        let rows_are = if segments.iter().all(|open| open.named.changes) && !all {
            ROWS_CHANGES
        } else {
            ROWS_WHOLE
        };
        let snapshot = self.snapshot();
        let open = snapshot.register(register);
        let mut merge = Merge::new(register, &segments, all, &self.policy, now)?;
        let number = self.number();
        let mut edit = Edit { removed: numbers.clone(), ..Edit::default() };
        let secret = self.keys.group(register.group()).details.as_ref();
        if let (true, Some(secret), Some(open)) = (anew || merge.has_too_many_files(), secret, open)
        {
            let file = details_file(number, register);
            let path = self.root.join(&file);
            if let Some(sealed) = merge.seal_details_anew(open, &path, secret, number)? {
                let details = Named::new(register, number, file, &sealed);
                done.bytes_written += details.bytes;
                edit.details.push(Named { rows: merge.len() as u64, ..details });
            }
        }
        if merge.has_too_many_files() {
            return Err(StoreError::NoSecret {
                group: register.group().as_str(),
                secret: "details",
            });
        }
        // Where nothing is left, an empty segment still says that the register was loaded.
        let newest = segments.iter().map(|open| open.named.newest).max().unwrap_or(number);
        let named = self.seal_rows(register, rows_are, number, &merge, !all)?;
        done.merges += 1;
        done.rows_read += segments.iter().map(|open| open.named.rows).sum::<u64>();
        done.rows_written += named.rows;
        done.bytes_written += named.bytes;
        let oldest = numbers.last().copied();
        edit.notes.push(Note::of(AuditEvent::Compact, register, named.rows));
        edit.segments.push((Named { newest, ..named }, oldest));
        self.apply_edit(edit, now)?;
        Ok(())
    }
}

/// All segments above the oldest, where they are of one sort and those that are small hold too much.
fn full_level(above: &[Arc<OpenSegment>]) -> Option<&[Arc<OpenSegment>]> {
    let (bottom, rest) = above.split_last()?;
    if rest.iter().any(|open| open.named.changes != bottom.named.changes) {
        return None;
    }
    let rows: u64 = rest.iter().map(|open| open.named.rows).sum();
    let most = SMALL_ROWS_MIN.max(bottom.named.rows / LARGE_SHARE);
    (rows > most).then_some(above)
}

/// The newest segments of one tier, where there are enough: neighbours of one sort and about one
/// size.
fn full_tier(segments: &[Arc<OpenSegment>]) -> Option<&[Arc<OpenSegment>]> {
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
        let count = same.count();
        if count >= FAN_IN {
            return Some(&segments[from..from + count]);
        }
        from += count;
    }
    None
}

impl Compacted {
    fn add(&mut self, other: &Compacted) {
        self.merges += other.merges;
        self.rows_read += other.rows_read;
        self.rows_written += other.rows_written;
        self.bytes_written += other.bytes_written;
    }
}
