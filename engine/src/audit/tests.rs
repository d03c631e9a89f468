use std::fs;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn entry(event: AuditEvent, rows: u64) -> Entry {
    let at = Instant::parse("2021-12-08T00:00:00+03:00").unwrap();
    let register = Some(Register::Permits);
    Entry { at, event, register, group: None, generation: Some(7), rows: Some(rows) }
}

/// A log of three lines, and the folder that it lives in.
fn written() -> (tempfile::TempDir, PathBuf, AuditLog) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("AUDIT");
    let mut log = AuditLog::open(&path).unwrap();
    log.append(&[entry(AuditEvent::Load, 3)]).unwrap();
    log.append(&[entry(AuditEvent::Change, 1), entry(AuditEvent::Issue, 2)]).unwrap();
    (folder, path, log)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn lines(path: &Path) -> Vec<String> {
    text(path).lines().map(str::to_owned).collect()
}

fn is_damaged<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Damaged { place: "audit log", .. }))
}

#[test]
fn a_line_is_written_as_documented() {
    let at = Instant::parse("2021-12-08T00:00:00+03:00").unwrap();
    let destroyed = Entry {
        at,
        event: AuditEvent::Destroy,
        register: None,
        group: Some(Group::Medical),
        generation: None,
        rows: None,
    };
    let two = render(&Tail::EMPTY, &[entry(AuditEvent::Load, 3), destroyed]);
    let zeros = "0".repeat(64);
    let first = format!(
        "{{\"n\":1,\"at\":\"2021-12-08T00:00:00+03:00\",\"event\":\"load\",\
         \"register\":\"permits\",\"generation\":7,\"rows\":3,\"prev\":\"{zeros}\"}}"
    );
    // sha256sum says so too.
    let hash = "c77909111cc2cedb3097ecfe4ee831c55172164a76aef1c92522cac84beb787c";
    let second = format!(
        "{{\"n\":2,\"at\":\"2021-12-08T00:00:00+03:00\",\"event\":\"destroy\",\
         \"group\":\"medical\",\"prev\":\"{hash}\"}}"
    );
    assert_eq!(two, format!("{first}\n{second}\n"));
    assert_eq!(Entry::parse(&second), Some(destroyed));
}

#[test]
fn a_log_is_one_chain_over_openings() {
    let (_folder, path, log) = written();
    assert_eq!(verify_chain(&path).unwrap(), 3);
    assert_eq!(log.last().unwrap().as_ref(), lines(&path).last());
    drop(log);
    let mut log = AuditLog::open(&path).unwrap();
    let appended = log.append(&[entry(AuditEvent::Compact, 0)]).unwrap();
    log.sync().unwrap();
    assert_eq!(verify_chain(&path).unwrap(), 4);
    assert!(text(&path).ends_with(&appended) && appended.starts_with("{\"n\":4,"));
    assert_eq!(log.append(&[]).unwrap(), "");
    assert_eq!(verify_chain(&path).unwrap(), 4);
}

#[test]
fn a_new_log_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("AUDIT");
    let log = AuditLog::open(&path).unwrap();
    assert_eq!(log.last().unwrap(), None);
    assert_eq!(verify_chain(&path).unwrap(), 0);
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let (_folder, path, log) = written();
    let (whole, recorded) = (fs::read(&path).unwrap(), log.last().unwrap().unwrap());
    let last = whole.len() - recorded.len() - 1;
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[place] ^= 1 << bit;
            fs::write(&path, &changed).unwrap();
            let verified = verify_chain(&path);
            if place < last {
                let line = whole[..place].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
                // Told of the line itself, or of the next one, which holds its hash.
                assert!(
                    matches!(verified, Err(StoreError::AuditChain { line: told, .. })
                        if told == line || told == line + 1),
                    "byte {place}, bit {bit}: {verified:?}"
                );
                continue;
            }
            // The last line has no next one: what was recorded of it tells.
            let torn = verified.as_ref().is_ok_and(|count| *count == 2);
            let mut log = AuditLog::open(&path).unwrap();
            let repaired = log.repair(&recorded);
            assert!(
                verified.is_err() || torn || is_damaged(repaired),
                "byte {place}, bit {bit}: {verified:?}"
            );
        }
    }
}

#[test]
fn a_line_taken_out_put_in_or_moved_is_found() {
    let (_folder, path, _log) = written();
    let lines = lines(&path);
    let first_wrong = |order: &[usize]| {
        let text: String = order.iter().map(|place| format!("{}\n", lines[*place])).collect();
        fs::write(&path, text).unwrap();
        match verify_chain(&path) {
            Err(StoreError::AuditChain { line, .. }) => line,
            other => panic!("{order:?}: {other:?}"),
        }
    };
    assert_eq!(first_wrong(&[1, 2]), 1);
    assert_eq!(first_wrong(&[0, 2]), 2);
    assert_eq!(first_wrong(&[0, 0, 1, 2]), 2);
    assert_eq!(first_wrong(&[0, 2, 1]), 2);
    assert_eq!(first_wrong(&[0, 1, 2, 2]), 4);
    // A chain of another log does not fit either.
    let other = render(&Tail::of(&lines[0]).unwrap(), &[entry(AuditEvent::Remove, 9)]);
    fs::write(&path, format!("{}\n{other}{}\n", lines[0], lines[2])).unwrap();
    assert!(matches!(verify_chain(&path), Err(StoreError::AuditChain { line: 3, .. })));
}

#[test]
fn lines_that_say_the_same_in_other_bytes_are_none() {
    let line = render(&Tail::EMPTY, &[entry(AuditEvent::Load, 3)]);
    let line = line.trim_end();
    assert!(Tail::of(line).is_some());
    for (from, to) in [
        ("{\"n\":1,", "{ \"n\":1,"),
        ("load", "lo\\u0061d"),
        ("load", "loaf"),
        ("permits", "permit"),
        ("+03:00\"", "+03:00\",\"at\":\"x\""),
        ("T00:00:00+03:00", "T01:00:00+04:00"),
        ("\"rows\":3", "\"rows\":3.0"),
        ("\"rows\":3", "\"rows\":null"),
        ("\"rows\":3", "\"rows\":-3"),
        ("\"rows\":3", "\"name\":\"x\",\"rows\":3"),
        ("00\"}", "0\"}"),
        ("00\"}", "0A\"}"),
    ] {
        let changed = line.replacen(from, to, 1);
        assert_ne!(changed, line, "{from}");
        assert_eq!(Tail::of(&changed), None, "{changed}");
    }
}

#[test]
fn a_torn_line_is_cut_off_by_whoever_appends_next() {
    let (_folder, path, log) = written();
    drop(log);
    let whole = text(&path);
    let next =
        render(&Tail::of(lines(&path).last().unwrap()).unwrap(), &[entry(AuditEvent::Load, 5)]);
    let zeros = |length: usize| vec![0; length];
    let cuts = (1..next.len()).map(|cut| next.as_bytes()[..cut].to_vec());
    let grown = [1, 5000, 100_000].map(zeros);
    let both = [[next.as_bytes()[..9].to_vec(), zeros(99)].concat()];
    for torn in cuts.chain(grown).chain(both) {
        fs::write(&path, [whole.as_bytes(), &torn].concat()).unwrap();
        assert_eq!(verify_chain(&path).unwrap(), 3);
        let mut log = AuditLog::open(&path).unwrap();
        assert_eq!(log.last().unwrap().as_ref(), whole.lines().last().map(str::to_owned).as_ref());
        log.append(&[entry(AuditEvent::Load, 5)]).unwrap();
        assert_eq!(text(&path), format!("{whole}{next}"));
    }
}

#[test]
fn a_file_that_is_no_log_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes");
    let long = "x".repeat(10_000);
    for other in ["a note", "a note\n", "a\0note", "{\"n\":1}\n", "{\"a", &long, "\n", "{\n\n"] {
        fs::write(&path, other).unwrap();
        let mut log = AuditLog::open(&path).unwrap();
        assert!(is_damaged(log.append(&[entry(AuditEvent::Load, 1)])), "{other}");
        assert!(is_damaged(log.last()), "{other}");
        assert!(is_damaged(log.repair(render(&Tail::EMPTY, &[entry(AuditEvent::Load, 1)]).trim())));
        assert!(matches!(verify_chain(&path), Err(StoreError::AuditChain { line: 1, .. })));
        assert_eq!(text(&path), other);
    }
}

#[test]
fn lines_that_a_crash_kept_away_are_appended_once() {
    let (_folder, path, mut log) = written();
    let before = fs::metadata(&path).unwrap().len();
    let mut recorded = String::new();
    let entries = [entry(AuditEvent::Load, 4), entry(AuditEvent::Load, 5)];
    log.append_recorded(&entries, |lines| {
        assert_eq!(fs::metadata(&path).unwrap().len(), before, "recorded first");
        recorded = lines.to_owned();
        Ok(())
    })
    .unwrap();
    let whole = text(&path);
    assert_eq!(log.repair(&recorded).unwrap(), 0);
    for cut in before..whole.len() as u64 {
        fs::write(&path, &whole.as_bytes()[..cut as usize]).unwrap();
        assert!(log.repair(&recorded).unwrap() > 0, "{cut}");
        assert_eq!(text(&path), whole);
    }
    // A line alone, without its line feed, does as well.
    fs::write(&path, &whole.as_bytes()[..whole.len() - 10]).unwrap();
    assert_eq!(log.repair(recorded.lines().last().unwrap()).unwrap(), 1);
    assert_eq!(text(&path), whole);
    // And later lines are no hindrance.
    for rows in 0..100 {
        log.append(&[entry(AuditEvent::Disclosure, rows)]).unwrap();
    }
    assert_eq!(log.repair(&recorded).unwrap(), 0);
    assert_eq!(log.repair("").unwrap(), 0);
    assert_eq!(verify_chain(&path).unwrap(), 105);
}

#[test]
fn lines_that_may_not_be_durable_are_recorded_again() {
    let (_folder, path, mut log) = written();
    let mut before = lines(&path).len();
    let (mut longest, mut synced) = (0, 0);
    for rows in 0..300 {
        let mut held = 0;
        log.append_recorded(&[entry(AuditEvent::Change, rows)], |recorded| {
            held = recorded.lines().count();
            longest = longest.max(recorded.len());
            assert!(recorded.len() <= UNSYNCED_BYTES_MAX + 300, "it is synced now and then");
            Ok(())
        })
        .unwrap();
        synced += usize::from(held == 1);
        before += 1;
        assert_eq!(lines(&path).len(), before);
    }
    assert!(longest > UNSYNCED_BYTES_MAX && synced > 1 && synced < 20, "{longest} {synced}");
    // What another appends is durable, and so is all before it, but this one does not know.
    let mut other = AuditLog::open(&path).unwrap();
    other.append(&[entry(AuditEvent::Disclosure, 1)]).unwrap();
    let mut recorded = String::new();
    let keep = |lines: &str| {
        recorded = lines.to_owned();
        Ok(())
    };
    log.append_recorded(&[entry(AuditEvent::Change, 9)], keep).unwrap();
    assert!(recorded.contains("disclosure"));
    let whole = text(&path);
    let from = whole.len() - recorded.len();
    assert!(whole.ends_with(&recorded));
    for cut in [from, from + 1, whole.len() - 1] {
        fs::write(&path, &whole.as_bytes()[..cut]).unwrap();
        assert!(log.repair(&recorded).unwrap() > 0, "{cut}");
        assert_eq!(text(&path), whole);
    }
}

#[test]
fn recorded_lines_that_do_not_fit_are_refused() {
    let (_folder, path, mut log) = written();
    let whole = text(&path);
    let lines = lines(&path);
    let other = render(&Tail::of(&lines[1]).unwrap(), &[entry(AuditEvent::Remove, 9)]);
    assert!(is_damaged(log.repair(&other)), "another third line");
    let stranger = render(&Tail::EMPTY, &[entry(AuditEvent::Remove, 9); 4]);
    let fourth = stranger.lines().last().unwrap();
    assert!(is_damaged(log.repair(fourth)), "a fourth line of another log");
    fs::write(&path, format!("{}\n", lines[0])).unwrap();
    assert!(is_damaged(log.repair(&lines[2])), "the second line is missing");
    assert_eq!(text(&path), format!("{}\n", lines[0]));
    fs::write(&path, "").unwrap();
    assert!(is_damaged(log.repair(&lines[1])));
    assert_eq!(log.repair(&whole).unwrap(), 3);
    assert_eq!(text(&path), whole);
    assert!(is_damaged(log.repair("no line\n")));
}

#[test]
fn what_is_not_recorded_is_not_appended() {
    let (_folder, path, mut log) = written();
    let before = text(&path);
    let refused = log.append_recorded(&[entry(AuditEvent::Load, 1)], |_| {
        Err(StoreError::NoSecret { group: "permits", secret: "code" })
    });
    assert!(matches!(refused, Err(StoreError::NoSecret { .. })));
    assert_eq!(text(&path), before);
    log.append(&[entry(AuditEvent::Load, 1)]).unwrap();
    assert_eq!(verify_chain(&path).unwrap(), 4);
}

#[test]
fn many_who_append_at_once_keep_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("AUDIT");
    std::thread::scope(|scope| {
        for thread in 0..8u64 {
            let path = &path;
            scope.spawn(move || {
                let mut log = AuditLog::open(path).unwrap();
                for rows in 0..25 {
                    let both = [entry(AuditEvent::Change, thread), entry(AuditEvent::Issue, rows)];
                    log.append(&both[..1 + (rows % 2) as usize]).unwrap();
                    assert!(log.last().unwrap().is_some());
                }
            });
        }
    });
    assert_eq!(verify_chain(&path).unwrap(), 8 * (13 + 24));
}

fn entries() -> impl Strategy<Value = Entry> {
    let instants = prop_oneof![any::<i64>(), -1_000_000_000_000..1_000_000_000_000i64];
    let at = instants.prop_map(|seconds| {
        // As a line tells it: instants outside the calendar are told as its ends.
        Instant::parse(&Instant::from_unix(seconds).to_string()).unwrap()
    });
    let words = (
        select(AuditEvent::ALL),
        option::of(select(Register::ALL)),
        option::of(select(Group::ALL)),
    );
    let numbers = (option::of(any::<u64>()), option::of(any::<u64>()));
    (at, words, numbers).prop_map(|(at, (event, register, group), (generation, rows))| Entry {
        at,
        event,
        register,
        group,
        generation,
        rows,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_log_is_read_as_written_and_any_change_in_it_is_found(
        batches in vec(vec(entries(), 0..5), 1..8),
        cut in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("AUDIT");
        let mut log = AuditLog::open(&path).unwrap();
        let all: String = batches.iter().map(|batch| log.append(batch).unwrap()).collect();
        prop_assert_eq!(&text(&path), &all);
        let read: Option<Vec<Entry>> = all.lines().map(Entry::parse).collect();
        prop_assert_eq!(read, Some(batches.concat()));
        let count = all.lines().count() as u64;
        prop_assert_eq!(verify_chain(&path).unwrap(), count);
        prop_assume!(count > 0);

        // Cut anywhere, it is mended from what was recorded of all its lines.
        fs::write(&path, &all.as_bytes()[..cut.index(all.len())]).unwrap();
        log.repair(&all).unwrap();
        prop_assert_eq!(&text(&path), &all);

        let mut changed = all.clone().into_bytes();
        let place = place.index(changed.len());
        prop_assume!(changed[place] != byte);
        changed[place] = byte;
        fs::write(&path, &changed).unwrap();
        let found = verify_chain(&path).map_or(true, |verified| verified < count);
        prop_assert!(found || log.repair(&all).is_err());
    }
}
