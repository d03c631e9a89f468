//! Every width of vectors, and batches of every length, against one code at a time.

use std::collections::HashSet;

use super::*;
use crate::change::Change;
use crate::code;
use crate::format::{Line, Section};
use crate::probe::Width;
use crate::record::{Register, Status};
use crate::row::{CARDS, PERMITS, Row};
use crate::secret::Keys;
use crate::store::Store;
use crate::verdict::Verdict;
use crate::verify::Query;
use crate::writer::Writer;

/// So many that the lines behind the last home line stand in a block of their own.
const RECORDS: u32 = 3_072;

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn permit(number: u32) -> String {
    // The day and month when it ends come first.
    format!("{}04{number:06}KQWXYZ", 27 + number % 4)
}

fn card(number: u32) -> String {
    format!("EF{number:07}")
}

/// A permit of any type and validity.
fn permit_row(number: u32) -> Row<'static> {
    let mut row = Row::empty(&PERMITS);
    row.set("code", permit(number));
    row.set("type", (1 + number % 3).to_string());
    row.set("issued_at", "2020-04-20T09:00:00+03:00");
    let end = 27 + number % 4;
    // Only those for work are valid for more than a day.
    let begin = if number.is_multiple_of(3) { end - number % 5 } else { end };
    row.set("valid_from", format!("2020-04-{begin:02}"));
    row.set("valid_to", format!("2020-04-{end:02}"));
    row.set("doc_number", format!("4509 {:06}", number + 1));
    if number % 3 == 2 {
        row.set("purpose", "врач");
        row.set("destination", "Арбат, 3");
    }
    row
}

fn card_row(number: u32) -> Row<'static> {
    let mut row = Row::empty(&CARDS);
    row.set("series", "EF");
    row.set("number", format!("{number:07}"));
    row.set("issued_on", format!("20{:02}-01-10", 14 + number % 7));
    row.set("gender", "F");
    row.set("nationality", "UZB");
    row.set("surname", "ПРИМЕРОВА");
    row.set("first_name", "АННА");
    row.set("birth_date", "1980-01-01");
    row.set("doc_number", format!("{:09}", number + 1));
    for column in ["photo_sha256", "signature_sha256"] {
        row.set(column, "0".repeat(64));
    }
    row
}

/// Changes of every so many records.
fn changes(code_of: fn(u32) -> String, step: usize, status: Status, on: Instant) -> Vec<Change> {
    let change = |number| Change {
        code: code::decode(code_of(number).as_bytes(), &[]).unwrap(),
        status: Some(status),
        on,
        replaced_by: None,
    };
    (0..RECORDS).step_by(step).map(change).collect()
}

/// A store of permits and cards, some of the permits changed in several newer segments.
fn store(root: &std::path::Path, keys: &Keys, policy: &Policy) -> Store {
    let writer = Writer::open(root, keys, policy).unwrap();
    let now = instant("2020-04-20T12:00:00+03:00");
    for (register, row) in
        [(Register::Permits, permit_row as fn(u32) -> _), (Register::Cards, card_row)]
    {
        let mut load = writer.load();
        let (intake, mut collector) = load.begin(register).unwrap();
        for number in 0..RECORDS {
            collector.push(intake.prepare(&row(number)).unwrap()).unwrap();
        }
        load.seal(collector).unwrap();
        load.publish(now).unwrap();
    }
    for (step, status, on) in [
        (11, Status::Suspended, "2020-01-01T00:00:00+03:00"),
        (7, Status::Revoked, "2020-04-27T13:00:00+03:00"),
        (5, Status::Active, "2020-04-20T00:00:00+03:00"),
        (13, Status::Revoked, "2020-01-01T00:00:00+03:00"),
    ] {
        writer.apply(&changes(permit, step, status, instant(on)), now).unwrap();
    }
    // The only one of which hot entries say all.
    writer.apply(&changes(permit, 17, Status::Suspended, Instant::MIN), now).unwrap();
    Store::open(root, keys).unwrap()
}

/// Known ones, unknown ones and none at all, of one kind or of all.
fn texts() -> Vec<Vec<String>> {
    let all = |each: fn(u32) -> String| -> Vec<String> {
        (0..RECORDS + 700).map(|n| each(n * 7919 % (RECORDS + 700))).collect()
    };
    let (permits, cards) = (all(permit), all(card));
    let mut some_bad = permits.clone();
    for (number, text) in some_bad.iter_mut().enumerate() {
        match number % 9 {
            3 => text.push('!'),
            5 => *text = format!("{}-{}", &text[..4], &text[4..]),
            7 if number % 5 == 0 => text.clear(),
            _ => {}
        }
    }
    let mixed = permits.iter().zip(&cards).flat_map(|(p, c)| [p.clone(), c.clone()]).collect();
    vec![permits, cards, some_bad, mixed]
}

#[test]
fn every_width_and_every_length_of_a_batch_judge_as_one_code_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, policy) = (Keys::random().unwrap(), Policy::default());
    let store = store(folder.path(), &keys, &policy);
    let snapshot = store.snapshot().unwrap();
    assert!(snapshot.register(Register::Permits).unwrap().segment_count() > 3);
    let mut met = HashSet::new();
    for at in
        ["2020-04-27T12:00:00+03:00", "2020-04-28T12:00:00+03:00", "2016-03-01T00:00:00+03:00"]
    {
        let at = instant(at);
        let mut verdicts = vec![UNKNOWN; 3];
        for texts in texts() {
            let alone = |text: &String| {
                let judged =
                    snapshot.verify(&Query::new(text.as_bytes(), at), &policy).unwrap().judged;
                let one = std::slice::from_ref(text);
                snapshot.verify_batch(one, at, &policy, &mut verdicts).unwrap();
                assert_eq!(verdicts, [judged], "{text}");
                judged
            };
            let expected: Vec<_> = texts.iter().map(alone).collect();
            met.extend(expected.iter().map(|judged| judged.verdict));
            for width in Width::all() {
                let mut first = 0;
                // Short ones, ones around the ends of groups, blocks and spans, and the rest.
                for len in
                    (0..70).chain([127, 128, 129, 255, 256, 257, 263, 320, 511, 513, texts.len()])
                {
                    let range = first..texts.len().min(first + len);
                    let mut verdicts = vec![UNKNOWN; range.len()];
                    let asked = Texts(&texts[range.clone()]);
                    width.run(Batch::new(&snapshot, asked, at, &policy, &mut verdicts)).unwrap();
                    assert_eq!(verdicts, expected[range], "{width:?}, {len} from {first}");
                    first += len;
                    first %= texts.len();
                }
            }
        }
    }
    assert!(met.len() >= 6, "{met:?}");
}

#[test]
fn keys_are_judged_as_their_codes_are() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, policy) = (Keys::random().unwrap(), Policy::default());
    let snapshot = store(folder.path(), &keys, &policy).snapshot().unwrap();
    let at = instant("2020-04-28T12:00:00+03:00");
    for (kind, texts) in [Kind::Permit, Kind::Card].into_iter().zip(texts()) {
        let codes: Vec<_> =
            texts.iter().map(|text| code::decode(text.as_bytes(), &[]).unwrap()).collect();
        let keys = snapshot.code_keys(kind, &codes).unwrap();
        for len in [1, 0, 2, 8, 65, 257, texts.len()] {
            // What is left of a batch before is not taken for answers.
            let (mut by_text, mut by_key) = (Vec::new(), vec![UNKNOWN; 3]);
            for (texts, keys) in texts.chunks(len.max(1)).zip(keys.chunks(len.max(1))) {
                let len = len.min(texts.len());
                snapshot.verify_batch(&texts[..len], at, &policy, &mut by_text).unwrap();
                snapshot.verify_keys(kind, &keys[..len], at, &policy, &mut by_key).unwrap();
                assert_eq!(by_key, by_text, "{kind:?}, {len}: {texts:?}");
            }
        }
    }
}

#[test]
fn once_every_record_was_asked_for_no_line_is_proved_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, policy) = (Keys::random().unwrap(), Policy::default());
    let snapshot = store(folder.path(), &keys, &policy).snapshot().unwrap();
    let texts: Vec<_> = (0..RECORDS).map(card).collect();
    let open = snapshot.register(Register::Cards).unwrap();
    let segment = &open.segments()[0].segment;
    let (mut verdicts, at) = (Vec::new(), instant("2020-04-27T12:00:00+03:00"));
    assert!(segment.lines().len() > segment.home_lines() as usize * size_of::<Line>());
    assert!(!segment.are_lines_proved());
    for texts in texts.chunks(32) {
        snapshot.verify_batch(texts, at, &policy, &mut verdicts).unwrap();
    }
    assert!(segment.are_lines_proved());
}

#[test]
fn changed_lines_are_an_error_and_never_a_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, policy) = (Keys::random().unwrap(), Policy::default());
    let snapshot = store(folder.path(), &keys, &policy).snapshot().unwrap();
    let open = &snapshot.register(Register::Cards).unwrap().segments()[0];
    let from = open.segment.header().sections[Section::Lines as usize].offset.get() as usize;
    let path = folder.path().join(&open.named.file);
    let mut changed = std::fs::read(&path).unwrap();
    for line in changed[from..from + open.segment.lines().len()].chunks_mut(size_of::<Line>()) {
        // The ends of all entries.
        line[32..48].iter_mut().for_each(|byte| *byte ^= 1);
    }
    // As a new file: what is mapped is never written to.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, changed).unwrap();
    let snapshot = Store::open(folder.path(), &keys).unwrap().snapshot().unwrap();
    let at = instant("2020-04-27T12:00:00+03:00");
    // One by one, so that no other code has a line proved.
    for text in (0..RECORDS).step_by(41).map(card) {
        for width in Width::all() {
            let mut verdicts = [UNKNOWN];
            let asked = Texts(std::slice::from_ref(&text));
            let told = width.run(Batch::new(&snapshot, asked, at, &policy, &mut verdicts));
            assert!(
                matches!(&told, Err(StoreError::Damaged { path: at, .. }) if *at == path),
                "{width:?} {told:?}"
            );
        }
        assert!(matches!(
            snapshot.judge(text.as_bytes(), at, &policy),
            Err(StoreError::Damaged { .. })
        ));
    }
}

/// Cards are valid for two years, and from a day on for five, older ones too; those that changed last
/// were sealed under the same rules, or under others.
#[test]
fn what_a_newer_segment_says_counts_under_its_own_rules_alone() {
    let with = |cards: &str| {
        let rules = include_str!("../../policy.toml").replace("[[card]]\nmonths = 60", cards);
        Policy::from_toml(&rules).unwrap()
    };
    let of_five_years = "from = \"2019-06-01\"\nmonths = 60\napplies_to_existing = true";
    let policy = with(&format!("[[card]]\nmonths = 24\n[[card]]\n{of_five_years}"));
    let texts: Vec<_> = (0..RECORDS).map(card).collect();
    for sealed_under in [&policy, &with("[[card]]\nmonths = 36")] {
        let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
        let store = store(folder.path(), &keys, &policy);
        let (writer, now) =
            (Writer::open(folder.path(), &keys, sealed_under).unwrap(), Instant::MIN);
        writer.apply(&changes(card, 3, Status::Lost, now), now).unwrap();
        // A hot entry says all of these again.
        writer.apply(&changes(card, 6, Status::Active, now), now).unwrap();
        let (snapshot, mut verdicts) = (store.snapshot().unwrap(), Vec::new());
        for at in ["2018-03-01T00:00:00+03:00", "2020-03-01T00:00:00+03:00"].map(instant) {
            snapshot.verify_batch(&texts, at, &policy, &mut verdicts).unwrap();
            let mut met = HashSet::new();
            for (text, judged) in texts.iter().zip(&verdicts) {
                let alone = snapshot.verify(&Query::new(text.as_bytes(), at), &policy).unwrap();
                assert_eq!(*judged, alone.judged, "{text}");
                met.insert(judged.verdict);
            }
            assert!(met.len() >= 3, "{met:?}");
        }
    }
}

/// Snapshots share an index, which names segments that an older one does not have.
#[test]
fn a_snapshot_answers_by_its_own_segments_when_a_newer_one_was_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, policy) = (Keys::random().unwrap(), Policy::default());
    let store = store(folder.path(), &keys, &policy);
    let writer = Writer::open(folder.path(), &keys, &policy).unwrap();
    let change = |step, status| {
        writer.apply(&changes(permit, step, status, Instant::MIN), Instant::MIN).unwrap();
        store.snapshot().unwrap()
    };
    change(3, Status::Revoked);
    let older = change(1_000, Status::Suspended);
    let texts: Vec<_> = (0..RECORDS).map(permit).collect();
    let at = instant("2020-04-27T12:00:00+03:00");
    let ask = |snapshot: &Snapshot| {
        let mut verdicts = Vec::new();
        snapshot.verify_batch(&texts, at, &policy, &mut verdicts).unwrap();
        verdicts
    };
    let before = ask(&older);
    let newer = change(3, Status::Active);
    assert_ne!(ask(&newer), before);
    assert_eq!(ask(&older), before);
}

/// What an index over newer segments tells a key by is less than the key.
#[test]
fn a_key_that_a_newer_segment_seems_to_hold_is_unknown_where_it_does_not_stand_beneath() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, policy) = (Keys::random().unwrap(), Policy::default());
    let snapshot = store(folder.path(), &keys, &policy).snapshot().unwrap();
    let codes: Vec<_> = (0..RECORDS)
        .step_by(17)
        .map(|n| code::decode(permit(n).as_bytes(), &[]).unwrap())
        .collect();
    let keys = snapshot.code_keys(Kind::Permit, &codes).unwrap();
    // Another tag of the line, by a bit that is none of the index.
    let others = keys.iter().map(|key| (u128::from_le_bytes(key.0) ^ 1 << 80).to_le_bytes());
    let others: Vec<_> = others.map(CodeKey).collect();
    let joint = snapshot.register(Register::Permits).unwrap().joint().unwrap();
    let seem_held = others.iter().filter(|key| joint.first(u128::from_le_bytes(key.0)).is_some());
    assert_eq!(seem_held.count(), others.len());
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let at = instant("2020-04-27T12:00:00+03:00");
    snapshot.verify_keys(Kind::Permit, &keys, at, &policy, &mut known).unwrap();
    snapshot.verify_keys(Kind::Permit, &others, at, &policy, &mut unknown).unwrap();
    assert!(known.iter().all(|judged| judged.verdict != Verdict::Unknown));
    assert!(unknown.iter().all(|judged| *judged == Judged::unknown(Kind::Permit)));
}
