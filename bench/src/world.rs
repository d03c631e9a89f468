//! A store of synthetic records of one kind: built, kept, copied, opened and changed.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use propusk_engine::change::Change;
use propusk_engine::code;
use propusk_engine::format::FORMAT_VERSION;
use propusk_engine::policy::Policy;
use propusk_engine::record::Status;
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::{Date, Instant};
use propusk_engine::verdict::Kind;
use propusk_engine::writer::Writer;
use tempfile::TempDir;

use crate::kinds::{register, row};
use crate::queries::text;

/// The most permits that are loaded at once.
const LOAD_PERMITS_MAX: usize = 10_000_000;

/// A store of permits, open, in a folder that goes with it.
pub struct World {
    /// The store, as a reader has it.
    pub store: Store,
    /// Its writer.
    pub writer: Arc<Writer>,
    /// Its secrets.
    pub keys: Keys,
    /// The policy that it was sealed under.
    pub policy: Policy,
    /// How many permits it holds.
    pub permits: u64,
    /// An instant at which half of the records are valid.
    pub at: Instant,
    folder: TempDir,
}

/// The same while nobody has it open, so that nothing of it is mapped.
pub struct Closed {
    /// Its secrets.
    pub keys: Keys,
    /// How many permits it holds.
    pub permits: u64,
    at: Instant,
    folder: TempDir,
}

impl World {
    /// Loads that many permits into a new store and opens it. Where `PROPUSK_BENCH_STORES` names a
    /// folder, stores are kept there, and one that is there is taken as it is.
    ///
    /// # Errors
    /// When the store cannot be written or opened.
    pub fn build(permits: u64) -> Result<Self, Box<dyn Error>> {
        World::build_of(Kind::Permit, permits)
    }

    /// The same with records of any kind; half of them are valid. Permits stand for the others in names.
    ///
    /// # Errors
    /// When the store cannot be written or opened.
    pub fn build_of(kind: Kind, permits: u64) -> Result<Self, Box<dyn Error>> {
        let at = at(kind);
        let Some(stores) = std::env::var_os("PROPUSK_BENCH_STORES").map(PathBuf::from) else {
            let folder = TempDir::new()?;
            let keys = fill(folder.path(), kind, permits, at)?;
            return Closed { keys, permits, at, folder }.open();
        };
        let kept = stores.join(format!("format-{FORMAT_VERSION}-{}-{permits}", register(kind)));
        let key = kept.with_extension("key");
        if !key.exists() {
            fs::create_dir_all(&kept)?;
            fill(&kept, kind, permits, at)?.write_new(&key)?;
        }
        let folder = TempDir::new_in(&stores)?;
        link_files(&kept, folder.path())?;
        Closed { keys: Keys::read(&key)?, permits, at, folder }.open()
    }

    /// Loads that many permits into a new store below a folder and opens it.
    ///
    /// # Errors
    /// When the store cannot be written or opened.
    pub fn build_in(folder: &Path, permits: u64) -> Result<Self, Box<dyn Error>> {
        let (folder, at) = (TempDir::new_in(folder)?, at(Kind::Permit));
        let keys = fill(folder.path(), Kind::Permit, permits, at)?;
        Closed { keys, permits, at, folder }.open()
    }

    /// Closes it for readers and the writer.
    #[must_use]
    pub fn close(self) -> Closed {
        let World { keys, permits, at, folder, .. } = self;
        Closed { keys, permits, at, folder }
    }

    /// The same store, closed, in a folder of its own: no file is shared. It has no details.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn copied(&self) -> Result<Closed, Box<dyn Error>> {
        let folder = match self.root().parent() {
            None => TempDir::new()?,
            Some(parent) => TempDir::new_in(parent)?,
        };
        for entry in fs::read_dir(self.root())? {
            let path = entry?.path();
            let target = folder.path().join(path.file_name().ok_or("a file without a name")?);
            if path.extension().is_none_or(|ending| ending != "details") {
                fs::copy(&path, &target)?;
                // What is not on the disk yet cannot be dropped from memory.
                fs::File::open(&target)?.sync_all()?;
            }
        }
        let Self { keys, permits, at, .. } = self;
        Ok(Closed { keys: keys.clone(), permits: *permits, at: *at, folder })
    }

    /// The folder of the store.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.path()
    }
}

impl Closed {
    /// The folder of the store.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(self) -> Result<World, Box<dyn Error>> {
        let Closed { keys, permits, at, folder } = self;
        let policy = Policy::default();
        let writer = Arc::new(Writer::open(folder.path(), &keys, &policy)?);
        let store = Store::open(folder.path(), &keys)?;
        Ok(World { store, writer, keys, policy, permits, at, folder })
    }
}

/// An instant at which half of the records are valid: of certificates and cards one at which the last rule
/// of the policy has taken over.
pub(crate) fn at(kind: Kind) -> Instant {
    let day = if kind == Kind::Permit { "2020-05-04" } else { "2021-12-21" };
    Date::parse(day).expect("a date").start().plus_seconds(8 * 3600)
}

/// An instant before that, at which the same certificates and cards are valid.
///
/// # Panics
/// Never: it is an instant.
#[must_use]
pub fn before_takeover() -> Instant {
    Instant::parse("2021-12-19T23:00:00+03:00").expect("an instant")
}

/// Loads that many permits into a new store; its secrets.
fn fill(root: &Path, kind: Kind, permits: u64, at: Instant) -> Result<Keys, Box<dyn Error>> {
    let keys = Keys::random()?;
    let writer = Writer::open(root, &keys, &Policy::default())?;
    // A load keeps its rows in memory: many are loaded in parts, and merged from their files.
    for part in (0..permits).step_by(LOAD_PERMITS_MAX) {
        let end = permits.min(part + LOAD_PERMITS_MAX as u64);
        load_records(&writer, kind, part..end, at)?;
    }
    writer.compact_tiers(at)?;
    Ok(keys)
}

/// A second store of the same sealed files, which nobody writes to; the others are copied.
pub(crate) fn link_files(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().ok_or("a file without a name")?);
        let is_sealed =
            path.extension().is_some_and(|ending| ending == "segment" || ending == "details");
        if is_sealed {
            fs::hard_link(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// Loads the permits of these numbers into a store.
///
/// # Errors
/// When the store cannot be written.
pub fn load_permits(
    writer: &Writer,
    numbers: Range<u64>,
    now: Instant,
) -> Result<(), Box<dyn Error>> {
    load_records(writer, Kind::Permit, numbers, now)
}

fn load_records(
    writer: &Writer,
    kind: Kind,
    numbers: Range<u64>,
    now: Instant,
) -> Result<(), Box<dyn Error>> {
    let mut load = writer.load();
    let (intake, mut collector) = load.begin(register(kind))?;
    for number in numbers {
        let prepared = intake.prepare(&row(kind, number)).map_err(|fault| format!("{fault:?}"))?;
        collector.push(prepared)?;
    }
    load.seal(collector)?;
    load.publish(now)?;
    Ok(())
}

/// The change that suspends a permit, or lets it hold again.
#[must_use]
pub fn change(number: u64, suspends: bool) -> Change {
    let code = code::decode(&text(number), &[]).expect("a permit");
    let status = if suspends { Status::Suspended } else { Status::Active };
    Change { code, status: Some(status), on: Instant::MIN, replaced_by: None }
}

/// Asks the system to forget the pages of the files in a folder; what is mapped stays.
///
/// # Errors
/// When the folder cannot be read, or `dd` is missing.
pub fn drop_cached(root: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(root)? {
        let file = format!("if={}", entry?.path().display());
        Command::new("dd").args([&*file, "iflag=nocache", "count=0", "status=none"]).status()?;
    }
    Ok(())
}
