//! A store open for reading: a folder of sealed segments, and a manifest that names those that
//! count.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::error::StoreError;
use crate::format::Section;
use crate::manifest::Manifest;
pub use crate::map::Memory;
use crate::map::SharedWord;
use crate::pin::{self, Slot, Word};
use crate::record::Register;
use crate::register::SourceRecord;
use crate::secret::Keys;
pub use crate::stack::OpenRegister;
use crate::time::Instant;

/// The file of the shared number of the newest generation.
pub(crate) const GENERATION: &str = "GENERATION";
/// The file of the audit log.
pub const AUDIT: &str = "AUDIT";
/// How often a store without that file looks for a new manifest.
pub const POLL_DEFAULT: Duration = Duration::from_secs(1);
/// How often opening is tried again after losing the race with a writer that removes old files.
const RACES_MAX: usize = 100;

/// What a store held at one generation; it never changes.
pub struct Snapshot {
    manifest: Manifest,
    /// By the register's place in its enum: a look-up for every code must cost nothing.
    registers: [Option<OpenRegister>; Register::ALL.len()],
    pub(crate) sources: Vec<SourceRecord>,
}

/// How a store learns of new generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// By the shared number, which must be visible here as soon as it is written: any mount on the
    /// machine of the writer. Without its file as [`Follow::Poll`] every [`POLL_DEFAULT`].
    Number,
    /// By looking at the manifest that often, in a thread of its own: for copies and for folders
    /// mounted from elsewhere. What was published is seen after that time at the latest.
    Poll(Duration),
}

/// A store open for reading. Any number of threads ask it at once.
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    keys: Keys,
    snapshot: ArcSwap<Snapshot>,
    turn: Mutex<()>,
    word: Option<SharedWord>,
    memory: Memory,
}

impl Store {
    /// Opens the newest generation, and follows newer ones by [`Follow::Number`]. The time does
    /// not depend on the number of records.
    ///
    /// # Errors
    /// When files are missing, damaged, or sealed under other secrets.
    pub fn open(root: &Path, keys: &Keys) -> Result<Self, StoreError> {
        Store::open_following(root, keys, Follow::Number)
    }

    /// Opens the newest generation, and follows newer ones as told.
    ///
    /// # Errors
    /// When files are missing, damaged, or sealed under other secrets.
    pub fn open_following(root: &Path, keys: &Keys, follow: Follow) -> Result<Self, StoreError> {
        Store::open_in(root, keys, follow, Memory::Mapped)
    }

    /// Opens the newest generation, follows newer ones as told, and has the hot lines of permits,
    /// certificates and cards lie in memory as told. But for [`Memory::Mapped`], that takes as long as
    /// reading them does.
    ///
    /// # Errors
    /// When files are missing, damaged, or sealed under other secrets; when the system does not give the
    /// memory.
    pub fn open_in(
        root: &Path,
        keys: &Keys,
        follow: Follow,
        memory: Memory,
    ) -> Result<Self, StoreError> {
        let word = match follow {
            Follow::Poll(_) => None,
            Follow::Number => {
                let path = root.join(GENERATION);
                SharedWord::open(&path).map_err(|source| StoreError::Io { path, source })?
            }
        };
        let snapshot = Snapshot::open(root, keys, None)?;
        snapshot.keep_lines(memory)?;
        let inner = Arc::new(Inner {
            root: root.to_owned(),
            keys: keys.clone(),
            snapshot: ArcSwap::from_pointee(snapshot),
            turn: Mutex::new(()),
            word,
            memory,
        });
        if inner.word.is_none() {
            let every = if let Follow::Poll(every) = follow { every } else { POLL_DEFAULT };
            poll(Arc::downgrade(&inner), every);
        }
        Ok(Store { inner })
    }

    /// Pins the newest snapshot: two atomic loads while nothing new was published. It stays whole
    /// for as long as it is held, whatever is published, merged or removed meanwhile.
    ///
    /// # Errors
    /// When a newer generation was published and cannot be opened: an older one would not know of
    /// what was revoked since.
    #[inline]
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.inner.pin()
    }

    /// Looks for a newer manifest now, whatever the shared number says.
    ///
    /// # Errors
    /// When there is one that cannot be opened.
    pub fn refresh(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.inner.refresh()
    }
}

impl Inner {
    #[inline]
    fn pin(&self) -> Result<Arc<Snapshot>, StoreError> {
        let Some(word) = &self.word else { return Ok(self.snapshot.load_full()) };
        pin::pin(word, self, |pinned| pinned.generation(), |pinned| self.renewed(pinned))
    }

    fn refresh(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.in_turn(|| {
            let pinned = self.snapshot.load_full();
            let renewed = self.renewed(&pinned)?;
            if renewed.generation() > pinned.generation() {
                self.store(Arc::clone(&renewed));
                return Ok(renewed);
            }
            Ok(pinned)
        })
    }

    fn renewed(&self, pinned: &Arc<Snapshot>) -> Result<Arc<Snapshot>, StoreError> {
        let renewed = Snapshot::open(&self.root, &self.keys, Some(pinned))?;
        renewed.keep_lines(self.memory)?;
        Ok(Arc::new(renewed))
    }
}

impl Word for SharedWord {
    #[inline]
    fn load(&self) -> u64 {
        SharedWord::load(self)
    }
}

impl Slot<Arc<Snapshot>> for Inner {
    #[inline]
    fn load(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    fn store(&self, pinned: Arc<Snapshot>) {
        self.snapshot.store(pinned);
    }

    fn in_turn<R>(&self, renew: impl FnOnce() -> R) -> R {
        // A panic in another thread left nothing half done: the slot is replaced in one step.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        renew()
    }
}

/// Looks at the manifest every so often, for as long as the store is there. A manifest that cannot
/// be opened leaves the snapshot in force, whose age tells.
fn poll(inner: Weak<Inner>, every: Duration) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(every);
            let Some(inner) = inner.upgrade() else { return };
            let _ = inner.refresh();
        }
    });
}

impl Snapshot {
    /// Opens the newest generation; what `before` has open already is shared.
    pub(crate) fn open(
        root: &Path,
        keys: &Keys,
        before: Option<&Snapshot>,
    ) -> Result<Self, StoreError> {
        let mut manifest = Manifest::read(root, keys)?;
        for _ in 0..RACES_MAX {
            let error = match Snapshot::of_manifest(root, keys, manifest.clone(), before) {
                Err(error) if is_missing(&error) => error,
                opened => return opened,
            };
            // A writer may have merged the files away since: then there is a newer manifest.
            let newer = Manifest::read(root, keys)?;
            if newer.generation == manifest.generation {
                return Err(error);
            }
            manifest = newer;
        }
        Snapshot::of_manifest(root, keys, manifest, before)
    }

    pub(crate) fn of_manifest(
        root: &Path,
        keys: &Keys,
        manifest: Manifest,
        before: Option<&Snapshot>,
    ) -> Result<Self, StoreError> {
        let mut registers = [const { None }; Register::ALL.len()];
        for register in Register::ALL {
            let secrets = keys.group(register.group());
            let known = before.and_then(|before| before.register(*register));
            registers[*register as usize] =
                OpenRegister::open(root, &manifest, *register, secrets, known)?;
        }
        let sources = match &registers[Register::Sources as usize] {
            None => Vec::new(),
            Some(open) => sources(open)?,
        };
        Ok(Snapshot { manifest, registers, sources })
    }

    /// Has the hot lines lie in memory as told.
    fn keep_lines(&self, memory: Memory) -> Result<(), StoreError> {
        for open in self.registers.iter().flatten() {
            open.segments().iter().try_for_each(|open| open.segment.keep_lines(memory))?;
        }
        Ok(())
    }

    /// One register, if it was loaded.
    #[must_use]
    #[inline]
    pub fn register(&self, register: Register) -> Option<&OpenRegister> {
        self.registers[register as usize].as_ref()
    }

    /// The number of this generation, from 1.
    #[must_use]
    #[inline]
    pub fn generation(&self) -> u64 {
        self.manifest.generation
    }

    /// When it was published.
    #[must_use]
    pub fn published_at(&self) -> Instant {
        Instant::from_unix(self.manifest.published_at)
    }

    /// The manifest without the files of details that no row names any more.
    pub(crate) fn with_live_details(&self, mut manifest: Manifest) -> Result<Manifest, StoreError> {
        let mut live = HashSet::new();
        for open in self.registers.iter().flatten() {
            for segment in open.segments() {
                let numbers = segment.details_files()?.iter().map(|number| number.get());
                live.extend(numbers.map(|number| (open.register(), number)));
            }
        }
        manifest.details.retain(|named| {
            live.iter().any(|(register, number)| named.is_of(*register) && named.number == *number)
        });
        Ok(manifest)
    }

    /// The same snapshot under a manifest that names the same segments.
    pub(crate) fn named_by(mut self, manifest: Manifest) -> Self {
        self.manifest = manifest;
        self
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Refuses a snapshot that is older than the caller allows.
    ///
    /// # Errors
    /// [`StoreError::Stale`].
    pub fn fresh_at(&self, now: Instant, limit_seconds: i64) -> Result<(), StoreError> {
        let age_seconds = now.unix().saturating_sub(self.manifest.published_at);
        if age_seconds > limit_seconds {
            return Err(StoreError::Stale { age_seconds, limit_seconds });
        }
        Ok(())
    }

    /// Proves every byte of every segment and file of details that is here, against its own
    /// checksums and the digests in the manifest, and that every row's details open where the
    /// secret is here. Answers how many rows the segments hold.
    ///
    /// # Errors
    /// The first damage.
    pub fn check(&self) -> Result<u64, StoreError> {
        self.registers.iter().flatten().map(OpenRegister::check).sum()
    }
}

/// Whether the error may come from a file that was removed since.
fn is_missing(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
}

/// The register of sources: one segment of JSON.
fn sources(open: &OpenRegister) -> Result<Vec<SourceRecord>, StoreError> {
    let segment = &open.segments()[0].segment;
    serde_json::from_slice(segment.section(Section::Rows)?)
        .map_err(|_| segment.damaged(Section::Rows, "they are no sources"))
}
