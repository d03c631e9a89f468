//! Vocabulary: every word that the engine can answer with stands in some row of some table, so that a
//! new word does not come in without one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use propusk_engine::matching::{Outcome, Relation};
use propusk_engine::record::Status;
use propusk_engine::verdict::{CodeFault, Kind, Notice, Role, Subtype, Verdict};

use crate::{codes, disclosure, identity, matching, precedence, registers, verdicts};

/// Where reasons for rejecting a row are written, below `src`.
const PLACES: &[&str] = &["identity", "register", "intake.rs"];

/// What stands before a reason.
const MARKS: &[&str] = &["reason: \"", "Err(\"", "ok_or(\"", "|_| \""];

/// Told of no row: a load that cannot read what is beneath it is never published.
const NEVER_TOLD: &str = "store";

#[track_caller]
fn all_stand_in(words: impl Iterator<Item = &'static str>, rows: &BTreeSet<&str>) {
    for word in words {
        assert!(rows.contains(word), "no row names {word}");
    }
}

#[test]
fn every_word_of_an_answer() {
    let mut rows = verdicts::named();
    rows.extend(precedence::named());
    all_stand_in(Verdict::ALL.iter().map(|word| word.as_str()), &rows);
    all_stand_in(Notice::ALL.iter().map(|word| word.as_str()), &rows);
    all_stand_in(Kind::ALL.iter().map(|word| word.as_str()), &rows);
    all_stand_in(Subtype::ALL.iter().map(|word| word.as_str()), &rows);
    let rows = codes::reasons().into_iter().map(CodeFault::as_str).collect();
    all_stand_in(CodeFault::ALL.iter().map(|word| word.as_str()), &rows);
    let rows = disclosure::roles().into_iter().map(Role::as_str).collect();
    all_stand_in(Role::ALL.iter().map(|word| word.as_str()), &rows);
    let rows = matching::named();
    all_stand_in(Outcome::ALL.iter().map(|word| word.as_str()), &rows);
    all_stand_in(Relation::ALL.iter().map(|word| word.as_str()), &rows);
    all_stand_in(Status::ALL.iter().map(|word| word.as_str()), &registers::statuses());
}

/// The texts of the files in a place and below it, without their tests.
fn texts(place: &Path) -> Vec<String> {
    if place.is_file() {
        return vec![fs::read_to_string(place).expect("a source")];
    }
    let entries = fs::read_dir(place).expect("a folder").map(|entry| entry.expect("a file").path());
    let sources = entries.filter(|path| !path.to_string_lossy().ends_with("tests.rs"));
    sources.flat_map(|path| texts(&path)).collect()
}

/// The reasons in a source: what stands behind a mark, and the last word of a `fault`.
fn reasons_of(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().expect("a part");
    let word = |text: &str| text.split('"').next().expect("a part").to_owned();
    let behind = |mark: &'static str| {
        code.match_indices(mark).map(move |(place, _)| word(&code[place + mark.len()..]))
    };
    let calls = code.match_indices("fault(").filter_map(|(place, _)| {
        let call = code[place..].split(')').next().expect("a part");
        let (_, reason) = call.split_once(", \"")?;
        Some(word(reason))
    });
    MARKS.iter().flat_map(|mark| behind(mark)).chain(calls).collect()
}

#[test]
fn every_reason_of_a_row() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let texts = PLACES.iter().flat_map(|place| texts(&sources.join(place)));
    let mut reasons: BTreeSet<String> = texts.flat_map(|text| reasons_of(&text)).collect();
    assert!(reasons.remove(NEVER_TOLD));
    assert!(reasons.len() >= 25, "the sources say their reasons in another way: {reasons:?}");
    let of_forms = identity::reasons();
    let of_rows = registers::reasons();
    for reason in &reasons {
        assert!(of_rows.contains(reason.as_str()), "no row is rejected for {reason}");
    }
    for reason in &of_forms {
        assert!(of_rows.contains(reason), "a form fails for {reason}, and no row does");
    }
    for fault in CodeFault::ALL {
        // A register's code is no URL, and an empty one is a missing column.
        let in_rows = !matches!(fault, CodeFault::Host | CodeFault::Url);
        assert_eq!(of_rows.contains(fault.as_str()), in_rows, "{fault}");
    }
}

#[test]
fn a_reason_is_found_however_it_is_written() {
    for text in [
        "Err(\"new\")",
        ".ok_or(\"new\")",
        "map_err(|_| \"new\")",
        "RowFault { column, reason: \"new\" }",
        "return fault(\"column\", \"new\");",
        "fault(column, \"new\")",
    ] {
        assert_eq!(reasons_of(text), BTreeSet::from(["new".to_owned()]), "{text}");
    }
}
