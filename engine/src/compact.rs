//! Merging: many segments into one, beside everything else that goes on.
//!
//! Segments stand in the order of their publishing. A merge takes neighbours: later statuses into
//! later statuses, whole records into whole records, or all segments of a register into one of
//! whole records, and only then are records dropped whose time to be kept is over.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::audit::AuditEvent;
use crate::background::give_way;
use crate::error::StoreError;
use crate::format::{ROWS_CHANGES, ROWS_WHOLE};
use crate::manifest::Named;
use crate::merge::Merge;
use crate::record::Register;
use crate::tiers::Run;
use crate::time::Instant;
use crate::writer::{Edit, Note, Writer, details_file};

/// The most rows that each thread of the background merges at once: a merge of millions takes a while,
/// and what is published meanwhile must not pile up behind it. Beside each, how far it gives way to others.
const LANES: [(u64, i32); 3] = [(1 << 17, 0), (1 << 21, 5), (u64::MAX, 10)];
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

impl Writer {
    /// Merges every register into one segment of whole records each, drops what the policy keeps
    /// no longer, and seals the details of what is left anew, where their secret is here: nothing
    /// of dropped or replaced records stays in any file. Readers and other writers go on meanwhile.
    ///
    /// # Errors
    /// When files cannot be read or written; the store is then as it was.
    pub fn compact(&self, now: Instant) -> Result<Compacted, StoreError> {
        let _turn = self.without_merges();
        let mut done = Compacted::default();
        for register in Register::ALL.iter().filter(|each| **each != Register::Sources) {
            if let Some(run) = self.whole_run(*register) {
                self.merge(&run, true, now, &mut done)?;
            }
        }
        Ok(done)
    }

    /// Merges where a tier is full, until none is; `None` where nothing had to be done. Merges of other
    /// threads go on beside.
    ///
    /// # Errors
    /// When files cannot be read or written; the store is then as it was.
    pub fn compact_tiers(&self, now: Instant) -> Result<Option<Compacted>, StoreError> {
        self.compact_up_to(u64::MAX, now)
    }

    /// The same of no more rows at once than that.
    fn compact_up_to(&self, most: u64, now: Instant) -> Result<Option<Compacted>, StoreError> {
        let mut done = Compacted::default();
        loop {
            // Let go after each, so that whoever waits for the end of all merges has a turn.
            let _turn = self.beside_merges();
            let run = |register: &Register| self.claim(*register, most);
            let Some(claimed) = Register::ALL.iter().find_map(run) else { break };
            self.merge(&claimed.run, false, now, &mut done)?;
        }
        Ok((done.merges > 0).then_some(done))
    }

    /// Merges in threads of its own for as long as the writer is there, small runs beside large ones;
    /// `clock` tells the time. The handle gives what was done, or the first error, after which all
    /// stopped.
    pub fn compact_in_background(
        self: &Arc<Self>,
        clock: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> JoinHandle<Result<Compacted, StoreError>> {
        let writer = Arc::downgrade(self);
        std::thread::spawn(move || {
            std::thread::scope(|scope| {
                let (mut wakers, mut lanes) = (Vec::new(), Vec::new());
                for (most, steps) in LANES {
                    let (waker, wakes) = sync_channel(1);
                    let lane = Lane { writer: Weak::clone(&writer), most, steps, clock: &clock };
                    lanes.push(scope.spawn(move || lane.merge_when_woken(wakes)));
                    wakers.push(waker);
                }
                wake(&writer, &wakers);
                // Who sleeps hears that nobody will wake it again.
                drop(wakers);
                let mut all = Compacted::default();
                for lane in lanes {
                    // A panic goes on in whoever waits for the end.
                    all.add(&lane.join().unwrap_or_else(|panic| resume_unwind(panic))?);
                }
                Ok(all)
            })
        })
    }

    fn merge(
        &self,
        run: &Run,
        anew: bool,
        now: Instant,
        done: &mut Compacted,
    ) -> Result<(), StoreError> {
        let Run { register, ref segments, all } = *run;
        let numbers: Vec<u64> = segments.iter().map(|open| open.named.number).collect();
        let rows_are = if segments.iter().all(|open| open.named.changes) && !all {
            ROWS_CHANGES
        } else {
            ROWS_WHOLE
        };
        let snapshot = self.snapshot();
        let open = snapshot.register(register);
        let mut merge = Merge::new(register, segments, all, &self.policy, now)?;
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

/// A thread that merges runs of up to so many rows.
struct Lane<'c, C> {
    writer: Weak<Writer>,
    most: u64,
    /// How far it gives way to other threads.
    steps: i32,
    clock: &'c C,
}

impl<C: Fn() -> Instant> Lane<'_, C> {
    /// Looks for something to merge whenever it is woken, until that ends, the writer is gone or a merge
    /// failed.
    fn merge_when_woken(self, wakes: Receiver<()>) -> Result<Compacted, StoreError> {
        give_way(self.steps);
        let mut all = Compacted::default();
        for () in wakes {
            // Let go before it sleeps: the writer goes when nobody else has it.
            let Some(writer) = self.writer.upgrade() else { break };
            if let Some(done) = writer.compact_up_to(self.most, (self.clock)())? {
                all.add(&done);
            }
        }
        Ok(all)
    }
}

/// Wakes all lanes after every publish, and every so often, until the writer is gone or one of them is.
fn wake(writer: &Weak<Writer>, lanes: &[SyncSender<()>]) {
    while let Some(writer) = writer.upgrade() {
        let generation = writer.snapshot().generation();
        for lane in lanes {
            // One that was told and has not looked yet will see what is new now.
            if let Err(TrySendError::Disconnected(())) = lane.try_send(()) {
                return;
            }
        }
        writer.wait_for_newer(generation, LOOK_EVERY);
    }
}

impl Compacted {
    fn add(&mut self, other: &Compacted) {
        self.merges += other.merges;
        self.rows_read += other.rows_read;
        self.rows_written += other.rows_written;
        self.bytes_written += other.bytes_written;
    }
}
