//! Wherever hot lines lie in memory, answers are the same, and so are those of many threads at once.

use std::path::Path;
use std::sync::Arc;

use propusk_engine::change::Change;
use propusk_engine::desk::Desk;
use propusk_engine::error::StoreError;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::{PERMITS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::{Follow, Memory, Store};
use propusk_engine::time::Instant;
use propusk_engine::verdict::Verdict;
use propusk_engine::verify::{Judged, Query};
use propusk_engine::writer::Writer;

/// More than a thread takes at a time, and no multiple of it.
const PERMITS_COUNT: usize = 9_001;

fn code(number: usize) -> String {
    format!("0405{number:012}")
}

fn permit(number: usize) -> Row<'static> {
    let mut row = Row::empty(&PERMITS);
    for (column, value) in [
        ("code", code(number)),
        ("type", "2".to_owned()),
        ("issued_at", "2020-05-04T09:00:00+03:00".to_owned()),
        ("valid_from", "2020-05-04".to_owned()),
        ("valid_to", "2020-05-04".to_owned()),
        ("doc_number", number.to_string()),
    ] {
        row.set(column, value);
    }
    row
}

fn noon() -> Instant {
    Instant::parse("2020-05-04T12:00:00+03:00").unwrap()
}

fn writer(root: &Path, keys: &Keys) -> Arc<Writer> {
    let writer = Arc::new(Writer::open(root, keys, &Policy::default()).unwrap());
    let rows = (0..PERMITS_COUNT).map(permit).collect();
    Desk::new(Arc::clone(&writer), Register::Permits).issue(rows, noon()).unwrap();
    writer
}

/// Known codes, unknown ones, and what is no code.
fn asked() -> Vec<String> {
    let asked = (0..2 * PERMITS_COUNT).map(|number| match number % 97 {
        96 => format!("no code {number}"),
        _ => code(number),
    });
    asked.collect()
}

fn answers(store: &Store, asked: &[String]) -> [Vec<Judged>; 3] {
    let (snapshot, policy) = (store.snapshot().unwrap(), Policy::default());
    let (mut together, mut by_threads) = (Vec::new(), Vec::new());
    snapshot.verify_batch(asked, noon(), &policy, &mut together).unwrap();
    snapshot.par_verify_batch(asked, noon(), &policy, &mut by_threads).unwrap();
    let alone = |code: &String| {
        snapshot.verify(&Query::new(code.as_bytes(), noon()), &policy).unwrap().judged
    };
    [together, by_threads, asked.iter().map(alone).collect()]
}

#[test]
fn wherever_lines_lie_the_answers_are_the_same() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let writer = writer(folder.path(), &keys);
    let open = |memory| Store::open_in(folder.path(), &keys, Follow::Number, memory).unwrap();
    let stores: Vec<_> = Memory::ALL.iter().map(|memory| open(*memory)).collect();
    let asked = asked();
    let revoked = |number: usize| {
        Change::read(
            &code(number),
            "revoked",
            Some("2020-05-04T11:00:00+03:00"),
            None,
            &Policy::default(),
        )
        .unwrap()
    };
    for generation in 0..3 {
        let [expected, ..] = answers(&stores[0], &asked);
        let valid = expected.iter().filter(|judged| judged.verdict == Verdict::Valid).count();
        assert!(valid + generation * 100 > PERMITS_COUNT * 9 / 10, "{valid}");
        for (store, memory) in stores.iter().zip(Memory::ALL) {
            for (way, judged) in answers(store, &asked).iter().enumerate() {
                assert!(*judged == expected, "{memory:?}, way {way}, generation {generation}");
            }
        }
        let changes: Vec<_> = (0..100).map(|each| revoked(each * 80 + generation)).collect();
        writer.apply(&changes, noon()).unwrap();
    }
}

#[test]
fn lines_that_are_damaged_are_not_kept() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    drop(writer(folder.path(), &keys));
    let segment = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let segment =
        segment.into_iter().find(|path| path.to_str().unwrap().ends_with("permits.segment"));
    let segment = segment.unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    // The lines are the first section behind the header's block.
    bytes[4096 + 7 * 64] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    for memory in Memory::ALL {
        let opened = Store::open_in(folder.path(), &keys, Follow::Number, *memory);
        match memory {
            Memory::Mapped => assert!(opened.is_ok()),
            _ => assert!(
                matches!(opened, Err(StoreError::Damaged { place: "hot lines", .. })),
                "{memory:?}: {:?}",
                opened.err()
            ),
        }
    }
}
