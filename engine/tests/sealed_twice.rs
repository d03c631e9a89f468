//! The same rows, numbers and secrets give the same bytes, details aside: each file of them has a
//! salt, and so a key, of its own, however often the store was opened, changed and merged.

mod harness;
mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use model::World;
use propusk_engine::policy::Policy;
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

fn bytes(root: &Path, ending: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(root).expect("the store") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(ending) {
            files.insert(name, fs::read(&path).expect("its bytes"));
        }
    }
    files
}

/// The salt at the head of a file of details.
fn salt(bytes: &[u8]) -> Vec<u8> {
    bytes[8..40].to_vec()
}

#[test]
fn segments_are_the_same_and_details_never() {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
    let world = World::load(&examples);
    let folder = tempfile::tempdir().expect("a folder");
    let (keys, policy) = (Keys::random().expect("random bytes"), Policy::default());
    let mut salts = BTreeSet::new();
    let mut count = 0;
    let mut note = |root: &Path| {
        for (name, bytes) in bytes(root, ".details") {
            count += 1;
            assert!(salts.insert(salt(&bytes)), "{name} has a key that another file has");
        }
    };
    let roots = ["first", "second"].map(|name| folder.path().join(name));
    for root in &roots {
        harness::seal(root, &world, &keys);
        note(root);
    }
    let [first, second] = roots.each_ref().map(|root| bytes(root, ".segment"));
    assert!(first.len() == 5 && first == second);

    for _ in 0..3 {
        let writer = Writer::open(&roots[0], &keys, &policy).expect("a writer");
        writer.compact(Instant::from_unix(1_500_000_000)).expect("merged");
        drop(writer);
        note(&roots[0]);
    }
    assert_eq!(count, salts.len());
    assert_eq!(count, 4 * 2 + 4 * 3);
}
