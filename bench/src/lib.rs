//! Workloads: a store of synthetic permits, the same permits in a hash map, and queries for both.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use propusk_engine::change::Change;
use propusk_engine::code;
use propusk_engine::format::FORMAT_VERSION;
use propusk_engine::policy::Policy;
use propusk_engine::record::{Register, Status};
use propusk_engine::row::{PERMITS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::{Date, Instant};
use propusk_engine::writer::Writer;
use tempfile::TempDir;

/// The text of a permit's code.
pub type Text = [u8; 16];
/// From when to when (exclusive) a permit is valid, Unix seconds.
pub type Times = (u32, u32);

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
/// The most permits that are loaded at once.
const LOAD_PERMITS_MAX: usize = 10_000_000;
const LOW_60_BITS: u64 = (1 << 60) - 1;

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
    /// An instant at which half of the permits are valid.
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

/// The code of permit `number`; no two have the same.
#[must_use]
pub fn text(number: u64) -> Text {
    // Odd factors and shifts to the right can be undone, so this is a permutation of 60 bits.
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) & LOW_60_BITS;
    bits ^= bits >> 31;
    bits = bits.wrapping_mul(0xbf58_476d_1ce4_e5b9) & LOW_60_BITS;
    bits ^= bits >> 29;
    let mut text =
        if number.is_multiple_of(2) { *b"3004............" } else { *b"1005............" };
    for (place, symbol) in text[4..].iter_mut().enumerate() {
        *symbol = SYMBOLS[(bits >> (5 * place)) as usize & 31];
    }
    text
}

/// First and last day of permit `number`.
fn days(number: u64) -> (&'static str, &'static str) {
    if number.is_multiple_of(2) {
        ("2020-04-28", "2020-04-30")
    } else {
        ("2020-05-01", "2020-05-10")
    }
}

/// The times of permit `number` as a program that keeps plain numbers would have them.
#[must_use]
pub fn times(number: u64) -> Times {
    let (from, to) = days(number);
    let date = |text| Date::parse(text).expect("a date");
    (date(from).start().unix() as u32, date(to).end().unix() as u32)
}

impl World {
    /// Loads that many permits into a new store and opens it. Where `PROPUSK_BENCH_STORES` names a
    /// folder, stores are kept there, and one that is there is taken as it is.
    ///
    /// # Errors
    /// When the store cannot be written or opened.
    pub fn build(permits: u64) -> Result<Self, Box<dyn Error>> {
        let at = Instant::parse("2020-05-04T08:00:00+03:00").ok_or("not an instant")?;
        let Some(stores) = std::env::var_os("PROPUSK_BENCH_STORES").map(PathBuf::from) else {
            let folder = TempDir::new()?;
            let keys = fill(folder.path(), permits, at)?;
            return Closed { keys, permits, at, folder }.open();
        };
        let kept = stores.join(format!("format-{FORMAT_VERSION}-permits-{permits}"));
        let key = kept.with_extension("key");
        if !key.exists() {
            fs::create_dir_all(&kept)?;
            fill(&kept, permits, at)?.write_new(&key)?;
        }
        let folder = TempDir::new_in(&stores)?;
        link_files(&kept, folder.path())?;
        Closed { keys: Keys::read(&key)?, permits, at, folder }.open()
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

    /// The same permits in the hash map of the standard library, under their decoded codes.
    #[must_use]
    pub fn hash_map(&self) -> HashMap<u128, Times> {
        let (even, odd) = (times(0), times(1));
        let of = |number: u64| if number.is_multiple_of(2) { even } else { odd };
        (0..self.permits).map(|number| (decoded(&text(number)), of(number))).collect()
    }

    /// So many random codes, nine of ten held by the store.
    #[must_use]
    pub fn queries(&self, count: usize, seed: u64) -> Vec<Text> {
        let mut random = Random::new(seed);
        let mut query = || {
            let known = !random.next().is_multiple_of(10);
            let number = random.next() % self.permits;
            text(if known { number } else { self.permits + number })
        };
        (0..count).map(|_| query()).collect()
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

/// Loads that many permits into a new store; its secrets.
fn fill(root: &Path, permits: u64, at: Instant) -> Result<Keys, Box<dyn Error>> {
    let keys = Keys::random()?;
    let writer = Writer::open(root, &keys, &Policy::default())?;
    // A load keeps its rows in memory: many are loaded in parts, and merged from their files.
    for part in (0..permits).step_by(LOAD_PERMITS_MAX) {
        let end = permits.min(part + LOAD_PERMITS_MAX as u64);
        load_permits(&writer, part..end, at)?;
    }
    writer.compact_tiers(at)?;
    Ok(keys)
}

/// A second store of the same sealed files, which nobody writes to; the others are copied.
fn link_files(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
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
    let mut load = writer.load();
    let (intake, mut collector) = load.begin(Register::Permits)?;
    for number in numbers {
        let text = text(number);
        let (from, to) = days(number);
        let document = format!("{number:010}");
        let document = if number == 0 { "9999999999" } else { &document };
        let mut row = Row::empty(&PERMITS);
        row.set("code", std::str::from_utf8(&text)?);
        row.set("type", "1");
        row.set("issued_at", "2020-04-27T12:00:00+03:00");
        row.set("valid_from", from);
        row.set("valid_to", to);
        row.set("doc_number", document);
        let prepared = intake.prepare(&row).map_err(|fault| format!("{fault:?}"))?;
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

/// The middle one of an odd number of values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The key that a hash map is given: the canonical bytes of a code.
///
/// # Panics
/// For a text that is no code.
#[must_use]
pub fn decoded(text: &Text) -> u128 {
    u128::from_le_bytes(code::decode(text, &[]).expect("a permit").bytes)
}

/// How many of these codes are valid at `at`, by a hash map.
#[must_use]
pub fn valid_in(map: &HashMap<u128, Times>, keys: &[u128], at: Instant) -> usize {
    let at = at.unix() as u32;
    keys.iter()
        .filter(|key| map.get(key).is_some_and(|(from, to)| (*from..*to).contains(&at)))
        .count()
}

/// The limit of any table in memory: one random line of 64 bytes for each query.
pub struct RandomLines {
    words: Vec<u64>,
    places: Vec<u32>,
}

impl RandomLines {
    /// Memory of the size that the hot lines of so many permits take, and places in it.
    #[must_use]
    pub fn new(permits: u64, queries: usize, seed: u64) -> Self {
        let lines = permits.div_ceil(2).max(1);
        let mut random = Random::new(seed);
        let words = (0..lines * 8).collect();
        let places = (0..queries).map(|_| (random.next() % lines) as u32).collect();
        RandomLines { words, places }
    }

    /// Reads a word of every line asked for. No load waits for another.
    #[must_use]
    pub fn gather(&self) -> u64 {
        let read = |place: &u32| black_box(&self.words)[*place as usize * 8];
        self.places.iter().map(read).fold(0, u64::wrapping_add)
    }
}

/// Numbers that look random: SplitMix64.
pub struct Random(u64);

impl Random {
    /// Numbers that follow from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next one.
    #[expect(clippy::should_implement_trait, reason = "they never end")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use propusk_engine::verdict::Verdict;

    #[test]
    fn store_and_hash_map_agree_on_every_query() {
        let world = World::build(2_000).unwrap();
        let map = world.hash_map();
        assert_eq!(map.len(), 2_000);
        let queries = world.queries(5_000, 1);
        let mut verdicts = Vec::new();
        let snapshot = world.store.snapshot().unwrap();
        snapshot.verify_batch(&queries, world.at, &world.policy, &mut verdicts).unwrap();
        let valid = verdicts.iter().filter(|judged| judged.verdict == Verdict::Valid).count();
        let unknown = verdicts.iter().filter(|judged| judged.verdict == Verdict::Unknown).count();
        let keys: Vec<_> = queries.iter().map(decoded).collect();
        assert_eq!(valid, valid_in(&map, &keys, world.at));
        assert_eq!(unknown, keys.iter().filter(|key| !map.contains_key(key)).count());
        assert!(valid > 1_500 && unknown > 300);
    }
}
