//! The generator keeps its promises: the same bytes for the same seed, and a truth for each line.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use propusk_datasets::{Options, Summary, generate};

const FILES: [&str; 12] = [
    "sources.csv",
    "results.csv",
    "certificates.csv",
    "permits.csv",
    "cards.csv",
    "registrations.csv",
    "sms.ndjson",
    "codes.txt",
    "truth/verify.ndjson",
    "truth/match.ndjson",
    "truth/request.ndjson",
    "truth/rejects.ndjson",
];

fn made(name: &str, people: u64, seed: u64) -> (PathBuf, Summary) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let summary = generate(&out, &Options { people, seed, dirty: 0.05 }, &|_| {});
    (out, summary.expect("the directory is writable"))
}

fn read(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).expect("the file was written")
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, first_summary) = made("same-a", 1500, 7);
    let (second, second_summary) = made("same-b", 1500, 7);
    assert_eq!(first_summary, second_summary);
    for file in FILES {
        assert_eq!(read(&first, file), read(&second, file), "{file}");
    }
}

#[test]
fn another_seed_gives_other_bytes() {
    let (first, _) = made("other-a", 300, 7);
    let (second, _) = made("other-b", 300, 8);
    for file in FILES {
        assert_ne!(read(&first, file), read(&second, file), "{file}");
    }
}

#[test]
fn every_question_has_its_truth() {
    let (dir, summary) = made("counts", 3000, 1);
    let rows = |name: &str| summary.files.iter().find(|file| file.0 == name).map(|file| file.1);
    let pairs = [
        ("codes.txt", "truth/verify.ndjson"),
        ("registrations.csv", "truth/match.ndjson"),
        ("sms.ndjson", "truth/request.ndjson"),
    ];
    for (asked, told) in pairs {
        assert_eq!(rows(asked), rows(told));
        assert_eq!(read(&dir, told).lines().count() as u64, rows(told).unwrap_or(0));
    }
    assert_eq!(read(&dir, "codes.txt").lines().count() as u64, rows("codes.txt").unwrap_or(0));
    assert_eq!(summary.total, summary.files.iter().map(|file| file.1).sum::<u64>());
}

#[test]
fn every_kind_of_truth_occurs() {
    let (dir, _) = made("words", 20_000, 3);
    let verify = read(&dir, "truth/verify.ndjson");
    let verdicts = [
        "valid",
        "not_yet_valid",
        "expired",
        "revoked",
        "suspended",
        "reported_lost",
        "replaced",
        "replacement_overdue",
        "holder_mismatch",
        "unknown",
        "malformed",
        "empty",
        "host",
        "url",
        "length",
        "symbol",
        "non_canonical",
        "expiry_date",
    ];
    for word in verdicts {
        assert!(verify.contains(&format!("\"{word}\"")), "{word}");
    }
    let matched = read(&dir, "truth/match.ndjson");
    let outcomes = [
        "invalid",
        "issued",
        "not_eligible",
        "source_not_connected",
        "no_match",
        "withdrawn",
        "not_reported_yet",
        "positive",
        "inconclusive",
        "expired",
    ];
    for word in outcomes {
        assert!(matched.contains(&format!("\"{word}\"")), "{word}");
    }
    let rejects = read(&dir, "truth/rejects.ndjson");
    for word in ["duplicate", "age", "order", "one_day", "expiry_date", "source", "zeros", "inn"] {
        assert!(rejects.contains(&format!("\"{word}\"")), "{word}");
    }
}

#[test]
fn a_smaller_register_begins_a_larger_one() {
    // Nothing is kept from one person to the next, so memory does not grow with their number.
    let (small, _) = made("prefix-a", 400, 5);
    let (large, _) = made("prefix-b", 800, 5);
    for file in ["results.csv", "permits.csv", "cards.csv", "registrations.csv"] {
        assert!(read(&large, file).starts_with(&read(&small, file)), "{file}");
    }
}

#[test]
fn result_ids_are_unique_among_clean_rows() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unique");
    let options = Options { people: 4000, seed: 9, dirty: 0.0 };
    generate(&out, &options, &|_| {}).expect("the directory is writable");
    for file in ["results.csv", "certificates.csv"] {
        let text = read(&out, file);
        let keys: Vec<String> =
            text.lines().map(|line| line.split(',').next().unwrap_or("").to_uppercase()).collect();
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "{file}");
    }
    assert!(read(&out, "truth/rejects.ndjson").is_empty());
}
