//! Readers in three processes ask while a writer publishes as fast as it can and merges behind
//! itself: no answer is older than what was acknowledged before the question, none shows half of a
//! publish, and neither memory nor files nor descriptors grow.
//!
//! `PROPUSK_STRESS_SECONDS` says for how long; 20 s if not said.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use propusk_engine::change::Change;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::{PERMITS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Verdict;
use propusk_engine::writer::Writer;

const PERMITS_HELD: u64 = 3000;
/// So many permits change in one publish, or none of them.
const TOGETHER: u64 = 5;
const READERS: usize = 3;
/// Tells a process of this test that it is a reader, and of which folder.
const READER: &str = "PROPUSK_STRESS_READER";

fn code(number: u64) -> String {
    format!("3004ABCD{number:08}")
}

fn noon() -> Instant {
    Instant::parse("2020-04-30T12:00:00+03:00").expect("an instant")
}

fn now() -> Instant {
    noon()
}

fn load(writer: &Writer) {
    let mut load = writer.load();
    let (intake, mut collector) = load.begin(Register::Permits).expect("a collector");
    for number in 0..PERMITS_HELD {
        let code = code(number);
        let mut row = Row::empty(&PERMITS);
        for (column, value) in [
            ("code", code.as_str()),
            ("type", "1"),
            ("issued_at", "2020-04-15T09:00:00+03:00"),
            ("valid_from", "2020-04-15"),
            ("valid_to", "2020-04-30"),
            ("doc_number", "4509 123456"),
        ] {
            row.set(column, value);
        }
        collector.push(intake.prepare(&row).expect("a good row")).expect("kept");
    }
    load.seal(collector).expect("sealed");
    load.publish(now()).expect("published");
}

/// What a process holds: resident KiB, descriptors, mappings.
fn held() -> [u64; 3] {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.and_then(|text| text.split_whitespace().next()?.parse().ok());
    let descriptors = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count) as u64;
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default().lines().count() as u64;
    [resident.unwrap_or(0), descriptors, maps]
}

/// What is held at the end against what was held after a quarter of the time.
fn assert_no_growth(who: &str, quarter: [u64; 3], end: [u64; 3]) {
    println!("{who}: resident KiB, descriptors, mappings {quarter:?}, at the end {end:?}");
    assert!(end[0] <= quarter[0] + quarter[0] / 4 + 16 * 1024, "{who}: memory grew");
    assert!(end[1] <= quarter[1] + 40 && end[2] <= quarter[2] + 60, "{who}: files are left open");
}

/// How many changes were acknowledged, in a file beside the store.
fn acknowledged(file: &File) -> u64 {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, 0).expect("a number");
    u64::from_le_bytes(bytes)
}

/// How many changes a snapshot holds: in even rounds permits are suspended one after the other, in
/// odd ones they are let go again. `None` where the verdicts are of no such moment.
fn changes_seen(verdicts: &[bool], floor: u64) -> Option<u64> {
    let first = verdicts[0];
    let run = verdicts.iter().take_while(|valid| **valid == first).count() as u64;
    if verdicts[run as usize..].contains(&first) {
        return None;
    }
    // Within a round, the permits before a point differ from those behind it; where all are the
    // same, a round has just ended.
    let suspended_first = !first;
    let (round_is_even, within) = match run == PERMITS_HELD {
        true => (!suspended_first, 0),
        false => (suspended_first, run),
    };
    let mut round = floor / PERMITS_HELD;
    while round.is_multiple_of(2) != round_is_even || round * PERMITS_HELD + within < floor {
        round += 1;
    }
    Some(round * PERMITS_HELD + within)
}

/// A process that asks until it is told to stop.
#[test]
fn reader() {
    let Some(folder) = std::env::var_os(READER) else { return };
    let folder = Path::new(&folder);
    let keys = Keys::read(&folder.join("key")).expect("keys");
    let (store, policy) =
        (Store::open(&folder.join("store"), &keys).expect("a store"), Policy::default());
    let count = File::open(folder.join("acknowledged")).expect("a number");
    let codes: Vec<String> = (0..PERMITS_HELD).map(code).collect();
    let (mut verdicts, mut last, mut generations, mut asked) = (Vec::new(), (0, 0), 0u64, 0u64);
    let seconds: u64 = std::env::var("PROPUSK_STRESS_SECONDS").unwrap().parse().unwrap();
    let (begun, mut quarter) = (Clock::now(), None);
    while !folder.join("stop").exists() {
        let floor = acknowledged(&count);
        let snapshot = store.snapshot().expect("a snapshot");
        snapshot.verify_batch(&codes, noon(), &policy, &mut verdicts).expect("verdicts");
        let ceiling = acknowledged(&count) + TOGETHER;
        let valid: Vec<bool> = verdicts
            .iter()
            .map(|judged| match judged.verdict {
                Verdict::Valid => true,
                Verdict::Revoked => false,
                other => panic!("nobody asked for {other}"),
            })
            .collect();
        let seen = changes_seen(&valid, floor).expect("verdicts of one moment");
        assert!(seen.is_multiple_of(TOGETHER), "half of a publish is seen: {seen}");
        assert!(floor <= seen && seen <= ceiling, "{floor} {seen} {ceiling}");
        assert!((snapshot.generation(), seen) >= last, "time went back");
        generations += u64::from(snapshot.generation() > last.0);
        last = (snapshot.generation(), seen);
        asked += 1;
        if quarter.is_none() && begun.elapsed() > Duration::from_secs(seconds / 4) {
            quarter = Some(held());
        }
    }
    assert_no_growth("reader", quarter.expect("a quarter of the time"), held());
    println!("READER asked {asked} times, saw {generations} generations");
}

fn start_reader(folder: &Path, seconds: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "reader", "--nocapture"]).env(READER, folder);
    command.env("PROPUSK_STRESS_SECONDS", seconds.to_string());
    command.stdout(Stdio::piped()).spawn().expect("a process")
}

#[test]
fn readers_see_every_acknowledged_change_and_nothing_grows() {
    let seconds = std::env::var("PROPUSK_STRESS_SECONDS").map_or(20, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().expect("a folder");
    let (root, keys) = (folder.path().join("store"), Keys::random().expect("random bytes"));
    keys.write_new(&folder.path().join("key")).expect("a key file");
    let (policy, count) = (Policy::default(), folder.path().join("acknowledged"));
    let writer = Arc::new(Writer::open(&root, &keys, &policy).expect("a writer"));
    load(&writer);
    fs::write(&count, 0u64.to_le_bytes()).expect("a number");
    let count = File::options().write(true).open(&count).expect("a number");
    let readers: Vec<Child> = (0..READERS).map(|_| start_reader(folder.path(), seconds)).collect();
    let merges = writer.compact_in_background(now);
    let (begun, mut made, mut quarter) = (Clock::now(), 0u64, None);
    let mut files = 0;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let suspends = (made / PERMITS_HELD).is_multiple_of(2);
        let changes: Vec<Change> = (made..made + TOGETHER)
            .map(|number| {
                let code = code(number % PERMITS_HELD);
                let word = if suspends { "revoked" } else { "active" };
                let on = Some("2020-04-01T00:00:00+03:00");
                Change::read(&code, word, on, None, &policy).expect("a change")
            })
            .collect();
        writer.apply(&changes, now()).expect("applied");
        made += TOGETHER;
        count.write_all_at(&made.to_le_bytes(), 0).expect("written");
        if made.is_multiple_of(PERMITS_HELD * 4) {
            writer.compact(now()).expect("merged");
        }
        if quarter.is_none() && begun.elapsed() > Duration::from_secs(seconds / 4) {
            quarter = Some(held());
        }
        if made.is_multiple_of(500) {
            files = files.max(fs::read_dir(&root).expect("the store").count());
        }
    }
    assert_no_growth("writer", quarter.expect("a quarter of the time"), held());
    fs::write(folder.path().join("stop"), b"").expect("told");
    for mut reader in readers {
        let lines = BufReader::new(reader.stdout.take().expect("its output")).lines();
        let told: Vec<String> = lines.map(|line| line.expect("a line")).collect();
        assert!(reader.wait().expect("ended").success(), "{told:#?}");
        let summary = told.iter().find(|line| line.starts_with("READER"));
        println!("{}", summary.expect("a reader's summary"));
    }
    let generations = writer.snapshot().generation();
    writer.compact(now()).expect("merged");
    let left = fs::read_dir(&root).expect("the store").count();
    println!("{made} changes in {generations} generations, at most {files} files, {left} left");
    // How many there are meanwhile is a matter of who gets the cores.
    assert!(generations > 50 && left < 30, "{generations} {left}");
    drop(writer);
    merges.join().expect("no panic").expect("no error");
}
