//! After a group's secrets are destroyed, copies of its files that somebody kept are noise: they give
//! no answer under what is left of the key file, and their keys and details look like random bytes.
//! The other groups live on.

mod harness;
mod model;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use model::World;
use propusk_engine::error::StoreError;
use propusk_engine::format::{Header, HolderRow, Section};
use propusk_engine::policy::Policy;
use propusk_engine::record::Group;
use propusk_engine::secret::{Keys, destroy_group};
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::{Kind, Verdict};
use propusk_engine::verify::Query;
use propusk_engine::writer::Writer;
use zerocopy::FromBytes as _;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the store") {
        let path = entry.expect("a file").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
    }
}

fn files(root: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).expect("the store").map(|entry| entry.expect("a file").path());
    entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

/// How far counts of byte values are from those of random bytes, in standard deviations.
fn strangeness(bytes: &[u8]) -> f64 {
    let mut counts = [0u64; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let expected = bytes.len() as f64 / 256.0;
    let squares: f64 =
        counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    (squares - 255.0) / 510f64.sqrt()
}

fn section(bytes: &[u8], section: Section) -> &[u8] {
    let (header, _) = Header::read_from_prefix(bytes).expect("a header");
    let extent = header.sections[section as usize];
    &bytes[extent.offset.get() as usize..][..extent.bytes.get() as usize]
}

fn codes(world: &World) -> Vec<(Kind, String)> {
    let permits = world.permits.iter().map(|row| (Kind::Permit, row["code"].clone()));
    let tokens = world.certificates.iter().map(|row| (Kind::Certificate, row["token"].clone()));
    let cards =
        world.cards.iter().map(|row| (Kind::Card, format!("{}{}", row["series"], row["number"])));
    permits.chain(tokens).chain(cards).collect()
}

#[test]
fn what_is_left_of_a_group_is_noise() {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
    let world = World::load(&examples);
    let folder = tempfile::tempdir().expect("a folder");
    let (root, kept) = (folder.path().join("store"), folder.path().join("kept"));
    let (key, policy) = (folder.path().join("key"), Policy::default());
    let keys = Keys::random().expect("random bytes");
    keys.write_new(&key).expect("a key file");
    harness::seal(&root, &world, &keys);
    copy(&root, &kept);
    let at = Instant::parse("2021-12-19T12:00:00+03:00").expect("an instant");
    let before = Store::open(&root, &keys).expect("a store").snapshot().expect("a snapshot");

    assert!(destroy_group(&key, Group::Permits).expect("destroyed"));
    let left = Keys::read(&key).expect("the other groups' secrets");
    let writer = Writer::open(&root, &left, &policy).expect("a writer");
    let destroyed = writer.destroy(Group::Permits, at).expect("destroyed");
    assert_eq!((destroyed.rows, destroyed.files), (world.permits.len() as u64, 2));
    assert!(
        files(&root, "permits.segment").is_empty() && files(&root, "permits.details").is_empty()
    );

    // The others answer as before; of permits nothing is known.
    let after = Store::open(&root, &left).expect("a store").snapshot().expect("a snapshot");
    let mut known = 0;
    for (kind, code) in codes(&world) {
        let query = Query::new(code.as_bytes(), at);
        let [was, is] =
            [&before, &after].map(|snapshot| snapshot.verify(&query, &policy).expect("an answer"));
        if kind == Kind::Permit {
            assert_eq!(is.judged.verdict, Verdict::Unknown);
        } else {
            assert_eq!(was, is);
            known += usize::from(is.judged.verdict != Verdict::Unknown);
        }
    }
    assert!(known > 200);
    after.check().expect("the others are whole");

    // The copy that somebody kept.
    let copy = Store::open(&kept, &left).expect("the others are there");
    let snapshot = copy.snapshot().expect("a snapshot");
    for (_, code) in codes(&world).iter().filter(|(kind, _)| *kind == Kind::Permit) {
        let answer = snapshot.verify(&Query::new(code.as_bytes(), at), &policy);
        assert!(matches!(answer, Err(StoreError::NoSecret { .. })), "{code}");
    }
    let details = fs::read(&files(&kept, "permits.details")[0]).expect("its bytes");
    let segment = fs::read(&files(&kept, "permits.segment")[0]).expect("its bytes");
    let holders = section(&segment, Section::Holders);
    // Who has two permits has one key in both; what the key stands for cannot be told.
    let documents = holders.chunks(size_of::<HolderRow>()).map(|row| &row[..8]);
    let distinct: BTreeSet<&[u8]> = documents.filter(|key| **key != [0; 8]).collect();
    let holders = distinct.into_iter().flatten().copied().collect::<Vec<u8>>();
    for (what, bytes) in [
        ("details", &details[8..]),
        ("keys", section(&segment, Section::Keys)),
        ("holders", &holders),
    ] {
        let strange = strangeness(bytes);
        assert!(bytes.len() >= 400 && strange.abs() < 5.0, "{what}: {strange} of {}", bytes.len());
    }
    // Text is strange, so that the measure would tell.
    let text = fs::read(examples.join("permits.csv")).expect("the rows");
    assert!(strangeness(&text) > 100.0);
}

#[test]
fn other_secrets_give_other_keys_for_the_same_codes() {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
    let world = World::load(&examples);
    let folder = tempfile::tempdir().expect("a folder");
    let keys_of = |name: &str| {
        let (root, keys) = (folder.path().join(name), Keys::random().expect("random bytes"));
        harness::seal(&root, &world, &keys);
        let mut keys = Vec::new();
        for path in files(&root, ".segment") {
            let bytes = fs::read(&path).expect("its bytes");
            let found = section(&bytes, Section::Keys).chunks(8).map(<[u8]>::to_vec);
            keys.extend(found);
            let holders = section(&bytes, Section::Holders).chunks(size_of::<HolderRow>());
            keys.extend(holders.map(|row| row[..8].to_vec()));
        }
        keys.retain(|key| *key != [0; 8]);
        keys
    };
    let (first, second) = (keys_of("first"), keys_of("second"));
    let first: std::collections::HashSet<_> = first.into_iter().collect();
    assert!(first.len() > 1000 && second.iter().all(|key| !first.contains(key)));
}
