//! The one writer of a store: loads, changes, merges, each published as a new generation.
//!
//! A publish seals and syncs its new files, replaces the manifest by rename, syncs the folder, and
//! then tells the shared number. What many threads ask for meanwhile goes into the next one.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

use arc_swap::ArcSwap;

use crate::audit::{AuditEvent, AuditLog, Entry};
use crate::change::{Change, Changed, Pending, Statuses};
use crate::error::StoreError;
use crate::format::ROWS_CHANGES;
use crate::manifest::{MANIFEST, Manifest, NEW_MANIFEST, Named, Rejects};
use crate::map::SharedWord;
use crate::policy::Policy;
use crate::record::{Group, Register};
use crate::rows::{self, Rows};
use crate::secret::{Keys, Secret};
use crate::stack::{OpenSegment, key_identifier};
use crate::store::{AUDIT, GENERATION, Snapshot};
use crate::time::Instant;

const LOCK: &str = "LOCK";

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

/// What a publish does beside changes.
#[derive(Default)]
pub(crate) struct Edit {
    /// Segments that go away.
    pub(crate) removed: Vec<u64>,
    /// Registers that go away, with all that they have.
    pub(crate) dropped: Vec<Register>,
    /// New segments, each with the number of the segment before which it stands; on top without.
    pub(crate) segments: Vec<(Named, Option<u64>)>,
    pub(crate) details: Vec<Named>,
    pub(crate) rejects: Vec<Rejects>,
    /// What the audit log says of it.
    pub(crate) notes: Vec<Note>,
}

/// A line of the audit log to be.
pub(crate) struct Note {
    pub(crate) event: AuditEvent,
    pub(crate) register: Option<Register>,
    pub(crate) group: Option<Group>,
    pub(crate) rows: Option<u64>,
}

impl Note {
    pub(crate) fn of(event: AuditEvent, register: Register, rows: u64) -> Self {
        Note { event, register: Some(register), group: None, rows: Some(rows) }
    }
}

impl Edit {
    fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.dropped.is_empty() && self.segments.is_empty()
    }

    fn append(&mut self, other: Edit) {
        self.removed.extend(other.removed);
        self.dropped.extend(other.dropped);
        self.segments.extend(other.segments);
        self.details.extend(other.details);
        self.rejects.extend(other.rejects);
        self.notes.extend(other.notes);
    }
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

    /// Publishes an edit that depends on what is in force: `edit` sees it, and nothing else is
    /// published meanwhile.
    pub(crate) fn publish_with(
        &self,
        now: Instant,
        edit: impl FnOnce(&Snapshot) -> Result<Edit, StoreError>,
    ) -> Result<u64, StoreError> {
        let mut state = unpoisoned(&self.state);
        self.settle(&mut state)?;
        let edit = edit(&self.snapshot())?;
        self.publish(&mut state, edit, now)
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

    /// Makes an edit durable, then visible.
    fn publish(&self, state: &mut State, mut edit: Edit, now: Instant) -> Result<u64, StoreError> {
        if state.audit_lags {
            state.audit.repair(&state.manifest.audit)?;
            state.audit_lags = false;
        }
        let notes = std::mem::take(&mut edit.notes);
        let mut next = edited(&state.manifest, edit);
        next.generation += 1;
        next.published_at = next.published_at.max(now.unix());
        next.next_number = self.next_number.load(Ordering::Relaxed);
        let before = self.snapshot();
        // Opened before the manifest names them: what cannot be read is not published.
        let opened = Snapshot::of_manifest(&self.root, &self.keys, next.clone(), Some(&before));
        let published = opened.and_then(|snapshot| {
            next = snapshot.with_live_details(next.clone())?;
            let entry = |note: Note| Entry {
                at: Instant::from_unix(next.published_at),
                event: note.event,
                register: note.register,
                group: note.group,
                generation: Some(next.generation),
                rows: note.rows,
            };
            let entries: Vec<Entry> = notes.into_iter().map(entry).collect();
            state.audit.append_recorded(&entries, |lines| {
                lines.clone_into(&mut next.audit);
                next.write(&self.root, &self.keys)
            })?;
            Ok(snapshot.named_by(next.clone()))
        });
        match published {
            Ok(snapshot) => {
                self.adopt(state, next, snapshot);
                Ok(state.manifest.generation)
            }
            Err(error) => {
                // The first error says what happened; a second one is told by the next publish.
                let _ = self.recover(state, next);
                Err(error)
            }
        }
    }

    /// Takes a published manifest as the one in force.
    fn adopt(&self, state: &mut State, next: Manifest, snapshot: Snapshot) {
        let generation = next.generation;
        let before = std::mem::replace(&mut state.manifest, next);
        self.current.store(Arc::new(snapshot));
        self.word.store(generation);
        let names: HashSet<&str> = state.manifest.files().collect();
        for file in before.files().filter(|file| !names.contains(file)) {
            // Who has it mapped keeps it; what cannot be removed now is removed at the next opening.
            let _ = fs::remove_file(self.root.join(file));
        }
        self.published.notify_all();
    }

    /// After a failed publish: where the rename was done and only its sync failed, the new manifest
    /// is what everybody reads, so it is the one to build on. Else its new files go away. Where it
    /// cannot be read which of the two holds, nothing goes away, and nothing is published until it can.
    fn recover(&self, state: &mut State, failed: Manifest) -> Result<(), StoreError> {
        let on_disk = match Manifest::read(&self.root, &self.keys) {
            Ok(on_disk) => on_disk,
            Err(error) => {
                state.unsettled = Some(failed);
                return Err(error);
            }
        };
        if on_disk.generation == failed.generation {
            let before = self.snapshot();
            let opened =
                Snapshot::of_manifest(&self.root, &self.keys, on_disk.clone(), Some(&before));
            match opened {
                Ok(snapshot) => self.adopt(state, on_disk, snapshot),
                Err(error) => {
                    state.unsettled = Some(failed);
                    return Err(error);
                }
            }
            state.audit_lags = true;
            return Ok(());
        }
        let names: HashSet<&str> = state.manifest.files().collect();
        for file in failed.files().filter(|file| !names.contains(file)) {
            // What cannot be removed now is removed at the next opening.
            let _ = fs::remove_file(self.root.join(file));
        }
        Ok(())
    }

    /// Finds out what became of a publish that failed.
    fn settle(&self, state: &mut State) -> Result<(), StoreError> {
        state.unsettled.take().map_or(Ok(()), |failed| self.recover(state, failed))
    }

    /// Removes files that were never published; those that a manifest names, or may name, stay.
    pub(crate) fn discard(&self, files: &[PathBuf]) {
        let state = unpoisoned(&self.state);
        let manifests = [Some(&state.manifest), state.unsettled.as_ref()];
        let named: HashSet<&str> =
            manifests.into_iter().flatten().flat_map(Manifest::files).collect();
        let name = |file: &Path| file.file_name().and_then(|name| name.to_str().map(str::to_owned));
        for file in files.iter().filter(|f| name(f).is_none_or(|name| !named.contains(&*name))) {
            // What cannot be removed now is removed at the next opening.
            let _ = fs::remove_file(file);
        }
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

/// Takes the lock that the kernel gives to one process at a time, and takes back when it ends.
pub(crate) fn lock(root: &Path, name: &str) -> Result<File, StoreError> {
    let path = root.join(name);
    let opened = File::options().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|source| StoreError::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: root.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { path, source }),
    }
}

/// The manifest in force. A new store gets an empty one before anything else, so that a store whose
/// manifest was lost is never taken for a new one.
fn begin(root: &Path, keys: &Keys) -> Result<Manifest, StoreError> {
    let io = |source| StoreError::Io { path: root.to_owned(), source };
    if root.join(MANIFEST).exists() {
        return Manifest::read(root, keys);
    }
    for entry in fs::read_dir(root).map_err(io)? {
        let name = entry.map_err(io)?.file_name();
        if name.to_str().is_some_and(|name| is_ours(name) && name != NEW_MANIFEST) {
            let (path, place) = (root.join(MANIFEST), "manifest");
            let reason = "it is missing, and sealed files are here";
            return Err(StoreError::Damaged { path, place, reason });
        }
    }
    let empty = Manifest::empty();
    empty.write(root, keys)?;
    Ok(empty)
}

/// The manifest after an edit.
fn edited(before: &Manifest, edit: Edit) -> Manifest {
    let mut next = before.clone();
    let dropped = |named: &Named| edit.dropped.iter().any(|register| named.is_of(*register));
    next.segments.retain(|named| !dropped(named));
    next.details.retain(|named| !dropped(named));
    next.rejects.retain(|rejects| {
        edit.dropped.iter().all(|register| rejects.register != register.as_str())
    });
    for (named, before) in edit.segments {
        let place =
            before.and_then(|number| next.segments.iter().position(|other| other.number == number));
        next.segments.insert(place.unwrap_or(next.segments.len()), named);
    }
    next.segments.retain(|named| !edit.removed.contains(&named.number));
    next.details.extend(edit.details);
    for rejects in edit.rejects {
        if !next.rejects.contains(&rejects) {
            next.rejects.push(rejects);
        }
    }
    next
}

/// Removes sealed files that the manifest does not name: what an interrupted write left, and what
/// could not be removed in its time.
fn remove_unnamed(root: &Path, manifest: &Manifest) -> std::io::Result<()> {
    let names: HashSet<&str> = manifest.files().collect();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if is_ours(name) && !names.contains(name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a name is one that the writer gives to sealed files.
fn is_ours(name: &str) -> bool {
    let digits = name.split('-').next().unwrap_or_default();
    let numbered = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let sealed = name.ends_with(".segment") || name.ends_with(".details");
    name == NEW_MANIFEST || (numbered && sealed)
}

pub(crate) fn segment_file(number: u64, register: Register) -> String {
    format!("{number:08}-{register}.segment")
}

pub(crate) fn details_file(number: u64, register: Register) -> String {
    format!("{number:08}-{register}.details")
}

pub(crate) fn need<'s>(
    group: Group,
    secret: &'static str,
    found: Option<&'s Secret>,
) -> Result<&'s Secret, StoreError> {
    found.ok_or(StoreError::NoSecret { group: group.as_str(), secret })
}

/// Asks a new segment, opened from its file, for every key that went into it.
fn prove(open: &OpenSegment, path: &Path, rows: &dyn Rows) -> Result<(), StoreError> {
    let unproved = |reason| StoreError::Unproved { path: path.to_owned(), reason };
    let mut row = 0;
    rows.each(&mut |key, entry, cold| {
        let segment = &open.segment;
        if !segment.may_hold(key)? {
            return Err(unproved("its filter denies a key"));
        }
        let found = segment.find(key)?.ok_or_else(|| unproved("a key is not found"))?;
        if segment.row(&found)? != row || segment.key(row)? != key {
            return Err(unproved("a key is found in another row"));
        }
        let kept = match cold {
            None => found.entry.state == entry.state && found.entry.subtype == entry.subtype,
            Some(cold) => open.cold_row(&found.entry)?.status == cold.status,
        };
        if !kept {
            return Err(unproved("a row has another status"));
        }
        row += 1;
        Ok(())
    })
}
