//! Damaged bytes are noticed or harmless: a byte is changed in every block of every file of a
//! store of several generations, and every file is cut at many lengths. The store then gives an error
//! that names the file, or the right answers; it never panics and never says anything else.
//!
//! With `PROPUSK_DAMAGE=all` every byte is changed, and every file is cut at every length.

mod harness;
mod model;

use std::path::{Path, PathBuf};

use model::World;
use propusk_engine::change::Change;
use propusk_engine::error::StoreError;
use propusk_engine::matching::MatchRole;
use propusk_engine::policy::Policy;
use propusk_engine::row::REGISTRATIONS;
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Role;
use propusk_engine::verify::{Carrier, Query};
use propusk_engine::writer::Writer;

/// Questions that touch every section, and their answers as text.
fn answers(
    root: &Path,
    keys: &Keys,
    world: &World,
    form: &model::Row,
) -> Result<String, StoreError> {
    let (store, policy) = (Store::open(root, keys)?, Policy::default());
    let (snapshot, mut told) = (store.snapshot()?, String::new());
    let at = Instant::parse("2021-12-19T12:00:00+03:00").expect("an instant");
    for code in codes(world) {
        // A venue is told initials and a date of birth: they come from the details.
        let query = Query { role: Role::Venue, ..Query::new(code.as_bytes(), at) };
        told.push_str(&format!("{:?}\n", snapshot.verify(&query, &policy)?));
    }
    let plate = Query { role: Role::Taxi, ..Query::new(PLATE.as_bytes(), at) };
    told.push_str(&format!("{:?}\n", snapshot.verify_carrier(Carrier::Plate, &plate, &policy)?));
    let row = harness::row(&REGISTRATIONS, form);
    let matched = snapshot.match_registration(&row, MatchRole::Laboratory, &policy)?;
    told.push_str(&format!("{matched:?}\n"));
    snapshot.revalidate(at, at.plus_seconds(86_400 * 30), &policy, &policy, &mut |change| {
        told.push_str(&format!("{change:?}\n"));
    })?;
    Ok(told)
}

/// A plate that a permit of the store carries.
const PLATE: &str = "А123ВС777";

fn codes(world: &World) -> Vec<String> {
    let mut codes: Vec<String> =
        world.permits.iter().map(|row| row["code"].clone()).take(10).collect();
    codes.extend(world.certificates.iter().map(|row| row["token"].clone()).take(10));
    codes
}

/// Lays later statuses over the loaded records, in two generations.
fn revoke_some(root: &Path, world: &World, keys: &Keys) {
    let policy = Policy::default();
    let writer = Writer::open(root, keys, &policy).expect("a writer");
    let codes = codes(world);
    for codes in [&codes[..4], &codes[8..14]] {
        let revoke = |code: &String| {
            let on = Some("2020-04-01T00:00:00+03:00");
            Change::read(code, "revoked", on, None, &policy).expect("a change")
        };
        let changes: Vec<Change> = codes.iter().map(revoke).collect();
        writer.apply(&changes, Instant::from_unix(1_700_000_001)).expect("applied");
    }
}

/// Whether everything is to be damaged, and not only a sample.
fn all() -> bool {
    std::env::var("PROPUSK_DAMAGE").is_ok_and(|what| what == "all")
}

fn files(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).expect("the store");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

struct Damage {
    _folder: tempfile::TempDir,
    root: PathBuf,
    keys: Keys,
    world: World,
    form: model::Row,
    whole: String,
}

impl Damage {
    fn new() -> Self {
        let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
        let mut world = World::load(&examples);
        world.results.truncate(40);
        world.certificates.truncate(40);
        world.permits.truncate(40);
        world.cards.truncate(40);
        world.permits[0].insert("plate".to_owned(), PLATE.to_owned());
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("store");
        let keys = Keys::random().expect("random bytes");
        harness::seal(&root, &world, &keys);
        revoke_some(&root, &world, &keys);
        let form = model::table(&examples.join("registrations.csv")).swap_remove(1);
        let whole = answers(&root, &keys, &world, &form).expect("a whole store");
        Damage { _folder: folder, root, keys, world, form, whole }
    }

    /// A copy of the store, for a thread of its own.
    fn copy(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for path in files(&self.root) {
            let name = path.file_name().expect("a name");
            std::fs::copy(&path, folder.path().join(name)).expect("copied");
        }
        folder
    }

    /// Asks the store that a file lies in, with the file changed (as a new file: living mappings are
    /// never written to).
    fn ask_with(&self, path: &Path, bytes: &[u8]) -> bool {
        let root = path.parent().expect("a folder");
        let kept = path.with_extension("kept");
        std::fs::rename(path, &kept).expect("kept aside");
        std::fs::write(path, bytes).expect("written");
        let answer = answers(root, &self.keys, &self.world, &self.form);
        std::fs::rename(&kept, path).expect("put back");
        match answer {
            Ok(told) => assert_eq!(told, self.whole, "{}", path.display()),
            Err(
                StoreError::Damaged { path: named, .. } | StoreError::Format { path: named, .. },
            ) => {
                assert_eq!(named.file_name(), path.file_name());
                return true;
            }
            Err(
                StoreError::Io { path: named, .. }
                | StoreError::WrongKey { path: named }
                | StoreError::Signature { path: named },
            ) => {
                assert_eq!(named.file_name(), path.file_name());
                return true;
            }
            Err(other) => panic!("{}: {other}", path.display()),
        }
        false
    }
}

/// Makes every change that `cases` lists for a file of a given length, and asks each time: every thread
/// with a copy of the store, and its part of the cases. Returns how many changes were made, and how many
/// were noticed.
fn damage_all(
    cases: impl Fn(usize) -> Vec<usize> + Sync,
    harm: impl Fn(&mut Vec<u8>, usize) + Sync,
) -> (usize, usize) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let damage = Damage::new();
    let part = |thread: usize| {
        let store = damage.copy();
        let (mut made, mut noticed) = (0, 0);
        for path in files(store.path()) {
            let whole = std::fs::read(&path).expect("a file");
            for case in cases(whole.len()).into_iter().skip(thread).step_by(threads) {
                let mut bytes = whole.clone();
                harm(&mut bytes, case);
                made += 1;
                noticed += usize::from(damage.ask_with(&path, &bytes));
            }
        }
        (made, noticed)
    };
    std::thread::scope(|scope| {
        let part = &part;
        let parts: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
        parts
            .into_iter()
            .map(|part| part.join().expect("a thread's part"))
            .fold((0, 0), |(made, noticed), part| (made + part.0, noticed + part.1))
    })
}

#[test]
fn changed_bytes() {
    let sampled = |place: &usize| {
        all() || place % 4096 < 400 && place.is_multiple_of(3) || place.is_multiple_of(97)
    };
    let (made, noticed) = damage_all(
        |length| (0..length).filter(sampled).collect(),
        |bytes, place| bytes[place] ^= 1 << (place % 8),
    );
    println!("{made} bytes changed: {noticed} noticed, the others harmless");
    assert!(noticed > 100 && made > 1000, "only {noticed} of {made} changes were noticed");
}

#[test]
fn cut_files() {
    let (made, noticed) = damage_all(
        |length| (0..length).step_by(if all() { 1 } else { length / 40 + 1 }).collect(),
        Vec::truncate,
    );
    println!("{made} files cut: {noticed} noticed, the others harmless");
    assert!(noticed * 2 > made);
}
