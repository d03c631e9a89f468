//! Damaged bytes are noticed or harmless: a byte is changed in every block of every file of a
//! store, and every file is cut at many lengths. The store then gives an error that names the file,
//! or the right answers; it never panics and never says anything else.

mod harness;
mod model;

use std::path::{Path, PathBuf};

use model::World;
use propusk_engine::error::StoreError;
use propusk_engine::matching::MatchRole;
use propusk_engine::policy::Policy;
use propusk_engine::row::REGISTRATIONS;
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Role;
use propusk_engine::verify::Query;

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
        // A venue's answer opens the details as an official's does, and leaves no note of it.
        let query = Query { role: Role::Venue, ..Query::new(code.as_bytes(), at) };
        told.push_str(&format!("{:?}\n", snapshot.verify(&query, &policy)?));
    }
    let row = harness::row(&REGISTRATIONS, form);
    let matched = snapshot.match_registration(&row, MatchRole::Laboratory, &policy)?;
    told.push_str(&format!("{matched:?}\n"));
    snapshot.revalidate(at, at.plus_seconds(86_400 * 30), &policy, &policy, &mut |change| {
        told.push_str(&format!("{change:?}\n"));
    })?;
    Ok(told)
}

fn codes(world: &World) -> Vec<String> {
    let mut codes: Vec<String> =
        world.permits.iter().map(|row| row["code"].clone()).take(10).collect();
    codes.extend(world.certificates.iter().map(|row| row["token"].clone()).take(10));
    codes
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
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("store");
        let keys = Keys::random().expect("random bytes");
        harness::seal(&root, &world, &keys);
        let form = model::table(&examples.join("registrations.csv")).swap_remove(1);
        let whole = answers(&root, &keys, &world, &form).expect("a whole store");
        Damage { _folder: folder, root, keys, world, form, whole }
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.root).expect("the store");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        files
    }

    /// Asks with the file changed (as a new file: living mappings are never written to).
    fn ask_with(&self, path: &Path, bytes: &[u8]) -> bool {
        let kept = path.with_extension("kept");
        std::fs::rename(path, &kept).expect("kept aside");
        std::fs::write(path, bytes).expect("written");
        let answer = answers(&self.root, &self.keys, &self.world, &self.form);
        std::fs::rename(&kept, path).expect("put back");
        match answer {
            Ok(told) => assert_eq!(told, self.whole, "{}", path.display()),
            Err(
                StoreError::Damaged { path: named, .. }
                | StoreError::Format { path: named, .. }
                | StoreError::Signature { path: named },
            ) => {
                assert_eq!(named.file_name(), path.file_name());
                return true;
            }
            Err(StoreError::Io { .. } | StoreError::WrongKey { .. }) => return true,
            Err(other) => panic!("{}: {other}", path.display()),
        }
        false
    }
}

#[test]
fn changed_bytes() {
    let damage = Damage::new();
    let mut noticed = 0;
    for path in damage.files() {
        let whole = std::fs::read(&path).expect("a file");
        for place in (0..whole.len()).filter(|place| place % 4096 < 600 || place % 7 == 0) {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            noticed += usize::from(damage.ask_with(&path, &bytes));
        }
    }
    assert!(noticed > 100, "only {noticed} changes were noticed");
}

#[test]
fn cut_files() {
    let damage = Damage::new();
    for path in damage.files() {
        let whole = std::fs::read(&path).expect("a file");
        for length in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            damage.ask_with(&path, &whole[..length]);
        }
    }
}
