//! Whoever can end the process that identifies phones, or make its calls fail, gains neither codes nor
//! tries: what was answered counts in the next process, and at most one thing more.

mod conversation;
mod faults;
mod program;

use std::fs;

use conversation::{converse, examine, prepare};
use faults::{Fault, copy, counted};

/// The process ends before a call or within a write, or one call fails, or all from there on.
const KINDS: [&str; 6] = ["kill", "torn", "enospc", "eio", "enospc+", "eio+"];

#[test]
fn every_call_may_be_the_last_or_fail() {
    let begins = tempfile::tempdir().unwrap();
    prepare(begins.path());
    let count = || {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        copy(begins.path(), &work);
        let ended = converse(&work, None);
        assert_eq!((ended.status.code(), ended.answered), (Some(0), 9), "{}", ended.errors);
        counted(&work)
    };
    let calls = count();
    assert!(calls > 30, "{calls} calls");
    for at in 1..=calls {
        for kind in KINDS {
            let folder = tempfile::tempdir().unwrap();
            let work = folder.path().join("work");
            copy(begins.path(), &work);
            let fault = Fault { kind, at };
            let ended = converse(&work, Some(fault));
            examine(&work, fault, &ended);
        }
    }
    println!("{} faults at {calls} calls", calls * KINDS.len() as u64);
}

/// What the fault proof would not notice is noticed: tries that a restart forgets.
#[test]
#[should_panic(expected = "not of")]
fn a_forgotten_try_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let ended = converse(folder.path(), None);
    // The last record of the book is that of the last try.
    let book = folder.path().join("store/CHALLENGES");
    let bytes = fs::read(&book).unwrap();
    fs::write(&book, &bytes[..bytes.len() - 128]).unwrap();
    examine(folder.path(), Fault { kind: "none", at: 0 }, &ended);
}
