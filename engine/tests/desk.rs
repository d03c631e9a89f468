//! Rows issued from many threads at once: each is answered, durable when it is, and none takes
//! another's code.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use propusk_engine::change::Change;
use propusk_engine::desk::{Desk, Issued};
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::{PERMITS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Verdict;
use propusk_engine::verify::Query;
use propusk_engine::writer::Writer;

const THREADS: usize = 8;
const EACH: usize = 40;

fn permit(code: &str, number: &str) -> Row<'static> {
    let mut row = Row::empty(&PERMITS);
    for (column, value) in [
        ("code", code),
        ("type", "2"),
        ("issued_at", "2020-05-04T09:00:00+03:00"),
        ("valid_from", "2020-05-04"),
        ("valid_to", "2020-05-04"),
        ("doc_number", number),
    ] {
        row.set(column, value.to_owned());
    }
    row
}

fn noon() -> Instant {
    Instant::parse("2020-05-04T12:00:00+03:00").unwrap()
}

fn desk(root: &Path, keys: &Keys) -> Desk {
    let writer = Writer::open(root, keys, &Policy::default()).unwrap();
    Desk::new(Arc::new(writer), Register::Permits)
}

fn verdict(store: &Store, code: &str) -> Verdict {
    let query = Query::new(code.as_bytes(), noon());
    store.snapshot().unwrap().verify(&query, &Policy::default()).unwrap().judged.verdict
}

#[test]
fn what_many_threads_issue_is_durable_when_answered() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = desk(folder.path(), &keys);
    let store = Store::open(folder.path(), &keys).unwrap();
    let code = |thread: usize, each: usize| format!("0405{thread:04}{each:08}");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (desk, store) = (&desk, &store);
            scope.spawn(move || {
                for each in 0..EACH {
                    let row = permit(&code(thread, each), &format!("{thread}{each}1"));
                    let issued = desk.issue(vec![row], noon()).unwrap();
                    assert!(matches!(issued[..], [Issued::Done { .. }]), "{issued:?}");
                    assert_eq!(verdict(store, &code(thread, each)), Verdict::Valid);
                }
            });
        }
    });
    let generations = store.snapshot().unwrap().generation();
    assert!(generations <= (THREADS * EACH) as u64);
    drop((desk, store));
    let store = Store::open(folder.path(), &keys).unwrap();
    for thread in 0..THREADS {
        for each in 0..EACH {
            assert_eq!(verdict(&store, &code(thread, each)), Verdict::Valid);
        }
    }
    assert_eq!(store.snapshot().unwrap().check().unwrap(), (THREADS * EACH) as u64);
}

#[test]
fn a_code_is_given_once_whatever_became_of_it() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = desk(folder.path(), &keys);
    let (one, other) = ("04050000000000AA", "04050000000000BB");
    let first = desk.issue(vec![permit(one, "11"), permit(one, "12"), permit(one, "11")], noon());
    let first = first.unwrap();
    assert!(matches!(first[..], [Issued::Done { generation: 1 }, Issued::Taken, Issued::Same]));
    let second = desk.issue(vec![permit(one, "13"), permit(one, "11")], noon()).unwrap();
    assert_eq!(second, [Issued::Taken, Issued::Same]);
    assert_eq!(desk.writer().snapshot().generation(), 1, "nothing to publish, nothing published");

    let removed = Change::read(one, "removed", None, None, &Policy::default()).unwrap();
    desk.writer().apply(&[removed], noon()).unwrap();
    let mut bad = permit(other, "15");
    bad.set("valid_to", "2020-05-05");
    let third = desk.issue(vec![permit(one, "14"), bad, permit(other, "15")], noon()).unwrap();
    assert!(
        matches!(third[..], [Issued::Taken, Issued::Refused(fault), Issued::Done { generation: 3 }]
            if fault.column == "valid_to"),
        "{third:?}"
    );
}

#[test]
fn where_a_secret_is_missing_nothing_is_issued() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::default());
    let desk = desk(folder.path(), &keys);
    assert!(desk.issue(vec![permit("04050000000000AA", "11")], noon()).is_err());
    assert_eq!(desk.writer().snapshot().generation(), 0);
    assert!(desk.issue(Vec::new(), noon()).unwrap().is_empty());
}
