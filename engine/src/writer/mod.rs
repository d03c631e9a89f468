//! The one writer of a store: loads, changes, merges, each published as a new generation. What many
//! threads ask for while one is published goes into the next one.

mod edit;
mod folder;
mod prove;
mod publish;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use arc_swap::ArcSwap;

pub(crate) use edit::{Edit, Note};
pub(crate) use folder::{details_file, lock, segment_file};

use folder::{LOCK, begin, remove_unnamed};
use prove::prove;

use crate::audit::{AuditEvent, AuditLog};
use crate::change::{Change, Changed, Pending, Statuses};
use crate::error::StoreError;
use crate::format::ROWS_CHANGES;
use crate::manifest::{Manifest, Named};
use crate::map::SharedWord;
use crate::policy::Policy;
use crate::record::{Group, Register};
use crate::rows::{self, Rows};
use crate::secret::{Keys, Secret};
use crate::stack::{OpenSegment, key_identifier};
use crate::store::{AUDIT, GENERATION, Snapshot};
use crate::time::Instant;

/// The one writer of a store. Any number of threads use it at once; no other process writes to the
/// store while it is there.
pub struct Writer {
    pub(crate) root: PathBuf,
    pub(crate) keys: Keys,
    pub(crate) policy: Policy,
    proves: bool,
    state: Mutex<State>,
    queue: Mutex<Queue>,
    /// Told after every publish.
    published: Condvar,
    current: ArcSwap<Snapshot>,
    next_number: AtomicU64,
    word: SharedWord,
    /// One load, merge or the like at a time.
    pub(crate) loading: Mutex<()>,
    /// Merges go on beside each other, and nothing that must not meet one beside them.
    compacting: RwLock<()>,
    /// The numbers of segments that are being merged.
    pub(crate) merging: Mutex<HashSet<u64>>,
    /// The number at which a load began: merges keep to one side of it.
    barrier: AtomicU64,
    /// The kernel holds it for as long as this is open.
    _lock: File,
}

struct State {
    manifest: Manifest,
    audit: AuditLog,
    /// Whether the log may lack lines that the manifest has.
    audit_lags: bool,
    /// A manifest that may be in force or not: its publish failed, and then it could not be read.
    unsettled: Option<Manifest>,
}

#[derive(Default)]
struct Queue {
    next_ticket: u64,
    waiting: Vec<Waiting>,
    done: HashMap<u64, Result<Receipt, StoreError>>,
}

struct Waiting {
    ticket: u64,
    work: Work,
    now: Instant,
}

/// What waits for the next publish.
enum Work {
    Changes(Vec<Change>),
    Edit(Edit),
}

/// What was published: durable, and seen by every reader that pins from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The generation that holds it.
    pub generation: u64,
    /// What became of each change, in their order.
    pub changed: Vec<Changed>,
}

impl Writer {
    /// Opens a store for writing; makes the folder where there is none. Removes what an
    /// interrupted write left.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another process writes; when the folder cannot be made, or the
    /// store is damaged.
    pub fn open(root: &Path, keys: &Keys, policy: &Policy) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: root.to_owned(), source };
        fs::create_dir_all(root).map_err(io)?;
        let lock = lock(root, LOCK)?;
        let manifest = begin(root, keys)?;
        remove_unnamed(root, &manifest).map_err(io)?;
        let mut audit = AuditLog::open(&root.join(AUDIT))?;
        audit.repair(&manifest.audit)?;
        let word = SharedWord::create(&root.join(GENERATION)).map_err(io)?;
        word.store(manifest.generation);
        let snapshot = Snapshot::of_manifest(root, keys, manifest.clone(), None)?;
        Ok(Writer {
            root: root.to_owned(),
            keys: keys.clone(),
            policy: policy.clone(),
            proves: true,
            next_number: manifest.next_number.into(),
            state: Mutex::new(State { manifest, audit, audit_lags: false, unsettled: None }),
            queue: Mutex::default(),
            published: Condvar::new(),
            current: ArcSwap::from_pointee(snapshot),
            word,
            loading: Mutex::default(),
            compacting: RwLock::default(),
            merging: Mutex::default(),
            barrier: u64::MAX.into(),
            _lock: lock,
        })
    }

    /// Whether each new segment is opened again and asked for every key before it counts; it is,
    /// unless told otherwise.
    pub fn set_proves(&mut self, proves: bool) {
        self.proves = proves;
    }

    /// What the store holds now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Changes statuses, and returns when that is durable and visible to every reader. Calls from
    /// many threads share one publish. A change of what the store does not hold changes nothing,
    /// and publishes nothing.
    ///
    /// # Errors
    /// When it cannot be written: none of the changes then holds, but where the very last sync
    /// failed they may; each can be asked for again.
    pub fn apply(&self, changes: &[Change], now: Instant) -> Result<Receipt, StoreError> {
        self.submit(Work::Changes(changes.to_vec()), now)
    }

    /// Publishes an edit together with whatever else waits.
    pub(crate) fn apply_edit(&self, edit: Edit, now: Instant) -> Result<u64, StoreError> {
        self.submit(Work::Edit(edit), now).map(|receipt| receipt.generation)
    }

    /// Waits for its turn; who comes first publishes for all who came meanwhile.
    fn submit(&self, work: Work, now: Instant) -> Result<Receipt, StoreError> {
        let ticket = {
            let mut queue = unpoisoned(&self.queue);
            queue.next_ticket += 1;
            let ticket = queue.next_ticket;
            queue.waiting.push(Waiting { ticket, work, now });
            ticket
        };
        let mut state = unpoisoned(&self.state);
        let waiting = {
            let mut queue = unpoisoned(&self.queue);
            if let Some(done) = queue.done.remove(&ticket) {
                return done;
            }
            std::mem::take(&mut queue.waiting)
        };
        let outcomes = self.apply_all(&mut state, waiting);
        let mut queue = unpoisoned(&self.queue);
        queue.done.extend(outcomes);
        queue.done.remove(&ticket).unwrap_or_else(|| unreachable!("its turn was just done"))
    }

    /// One publish for all who wait.
    fn apply_all(
        &self,
        state: &mut State,
        waiting: Vec<Waiting>,
    ) -> Vec<(u64, Result<Receipt, StoreError>)> {
        let now = waiting.iter().map(|each| each.now).max().unwrap_or(Instant::MIN);
        if let Err(error) = self.settle(state) {
            let told = waiting.iter().map(|each| (each.ticket, Err(error.again())));
            return told.collect();
        }
        let (mut pending, mut edit) = (Pending::default(), Edit::default());
        let snapshot = self.snapshot();
        let mut changed = Vec::with_capacity(waiting.len());
        for Waiting { ticket, work, .. } in waiting {
            let outcome = match work {
                Work::Changes(changes) => changes
                    .iter()
                    .map(|change| pending.change(&snapshot, change, &self.policy))
                    .collect(),
                Work::Edit(more) => {
                    edit.append(more);
                    Ok(Vec::new())
                }
            };
            changed.push((ticket, outcome));
        }
        let published = self.seal_statuses(pending.into_rows()).and_then(|statuses| {
            for named in statuses {
                let register = Register::parse(&named.register);
                let (event, rows) = (AuditEvent::Change, Some(named.rows));
                edit.notes.push(Note { event, register, group: None, rows });
                edit.segments.push((named, None));
            }
            if edit.is_empty() {
                return Ok(state.manifest.generation);
            }
            self.publish(state, edit, now)
        });
        let receipt = |changed: Result<Vec<Changed>, StoreError>| {
            let generation = published.as_ref().map_err(StoreError::again)?;
            changed.map(|changed| Receipt { generation: *generation, changed })
        };
        changed.into_iter().map(|(ticket, changed)| (ticket, receipt(changed))).collect()
    }

    /// Seals later statuses, a segment a register.
    pub(crate) fn seal_statuses(
        &self,
        registers: Vec<(Register, Statuses)>,
    ) -> Result<Vec<Named>, StoreError> {
        registers
            .into_iter()
            .map(|(register, rows)| {
                let number = self.number();
                self.seal_rows(register, ROWS_CHANGES, number, &rows, true)
            })
            .collect()
    }

    /// Seals rows into a segment file and proves it.
    pub(crate) fn seal_rows(
        &self,
        register: Register,
        rows_are: u32,
        number: u64,
        rows: &dyn Rows,
        beneath: bool,
    ) -> Result<Named, StoreError> {
        let identifier = self.key_identifier(register)?;
        let header = rows::header(register, rows_are, number, identifier, &self.policy);
        let file = segment_file(number, register);
        let path = self.root.join(&file);
        let sealed = rows::seal_file(&path, header, rows, beneath)?;
        let named = Named {
            rows: rows.len() as u64,
            changes: rows_are == ROWS_CHANGES,
            ..Named::new(register, number, file, &sealed)
        };
        if self.proves {
            prove(&OpenSegment::open(&self.root, &named)?, &path, rows)?;
        }
        Ok(named)
    }

    /// Works on what is in force while nothing else is loaded, merged or published.
    pub(crate) fn while_nothing_is_published<T>(
        &self,
        work: impl FnOnce(&Snapshot) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _loads = unpoisoned(&self.loading);
        let _merges = self.without_merges();
        let _state = unpoisoned(&self.state);
        work(&self.snapshot())
    }

    /// Waits until no merge goes on, and keeps others from beginning.
    pub(crate) fn without_merges(&self) -> RwLockWriteGuard<'_, ()> {
        self.compacting.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until merges may go on.
    pub(crate) fn beside_merges(&self) -> RwLockReadGuard<'_, ()> {
        self.compacting.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something was published after `generation`, or for that long.
    pub(crate) fn wait_for_newer(&self, generation: u64, at_most: std::time::Duration) {
        let state = unpoisoned(&self.state);
        let _ = self
            .published
            .wait_timeout_while(state, at_most, |state| state.manifest.generation <= generation);
    }

    /// The number at which a load begins, and what is in force then.
    pub(crate) fn raise_barrier(&self) -> (u64, Arc<Snapshot>) {
        // Under the lock: what is published has a lower number, what comes a higher one.
        let _state = unpoisoned(&self.state);
        let number = self.number();
        self.barrier.store(number, Ordering::SeqCst);
        (number, self.snapshot())
    }

    pub(crate) fn lower_barrier(&self) {
        self.barrier.store(u64::MAX, Ordering::SeqCst);
    }

    pub(crate) fn barrier(&self) -> u64 {
        self.barrier.load(Ordering::SeqCst)
    }

    /// A number for a new file.
    pub(crate) fn number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn key_identifier(&self, register: Register) -> Result<[u8; 8], StoreError> {
        let code = self.keys.group(register.group()).code.as_ref();
        Ok(key_identifier(need(register.group(), "code", code)?))
    }
}

/// A mutex whose holder's panic left nothing half done: every state is replaced in one step.
pub(crate) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn need<'s>(
    group: Group,
    secret: &'static str,
    found: Option<&'s Secret>,
) -> Result<&'s Secret, StoreError> {
    found.ok_or(StoreError::NoSecret { group: group.as_str(), secret })
}
