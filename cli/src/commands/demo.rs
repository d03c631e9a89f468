//! `demo`: the main job on generated data, end to end, held against the truth.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant as Clock;

use clap::Args;
use indicatif::HumanCount;
use propusk_datasets::Options;
use propusk_engine::matching::MatchRole;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::store::Snapshot;
use propusk_engine::time::{Date, Instant};
use propusk_engine::verdict::Role;
use propusk_loader::load::Input;
use propusk_loader::source::Format;
use serde_json::Value;

use crate::commands::Common;
use crate::commands::generate::{generate_with_progress, people};
use crate::commands::load::load_with_progress;
use crate::commands::matching::{self, Matcher};
use crate::commands::revalidate::{Span, count};
use crate::commands::verify::Answerer;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input;
use crate::output::{Output, OutputFormat};
use crate::setting::{self, StoreArgs};

/// The share of generated rows that break a rule.
const DIRTY: f64 = 0.01;
/// How many verdicts are shown.
const SHOWN: usize = 8;
/// How many differences from the truth are shown.
const DIFFERENCES_SHOWN: u64 = 5;
/// How many codes are asked for at a time in the batch.
const BATCH: usize = 1 << 20;

/// Does the main job on generated data: generates, loads, verifies, matches and revalidates, and
/// holds the answers against the truth
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// How many people the registers tell of
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = people())]
    people: u64,
    /// The seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Keep the data and the store in this new folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Does it.
pub(crate) fn run(args: &DemoArgs, common: &Common) -> Result<u8, CliError> {
    let temporary;
    let folder = match &args.keep {
        Some(folder) => {
            if folder.exists() {
                let folder = folder.display();
                return Err(CliError::Use(format!("{folder} is there already; name a new folder")));
            }
            folder.as_path()
        }
        None => {
            let failed = |source| CliError::File { path: std::env::temp_dir(), source };
            temporary = tempfile::tempdir().map_err(failed)?;
            temporary.path()
        }
    };
    let policy = common.policy()?;
    let data = folder.join("data");
    let start = Clock::now();
    let options = Options { people: args.people, seed: args.seed, dirty: DIRTY };
    let generated = generate_with_progress(&data, &options)?;
    println!("1. generate: {}", rate(generated.total, "rows", start));

    let store = StoreArgs { store: folder.join("store"), key: None };
    load_all(&data, &store, &policy)?;
    let opened = Clock::now();
    let store = store.open()?;
    println!("   opened in {:.2} ms", opened.elapsed().as_secs_f64() * 1e3);
    let snapshot = store.snapshot()?;

    let mut differences = verify(&snapshot, &policy, &data)?;
    batch(&snapshot, &policy, &data)?;
    differences += match_all(&snapshot, &policy, &data)?;
    revalidate(&snapshot, &policy)?;
    show(&snapshot, &policy, &data)?;
    if let Some(memory) = peak_memory() {
        println!("peak memory: {memory}");
    }
    println!("differences from the truth: {}", HumanCount(differences));
    Ok(if differences > 0 { WITH_FAULTS } else { DONE })
}

/// So many things, how long they took, and how many a second.
fn rate(count: u64, things: &str, start: Clock) -> String {
    let seconds = start.elapsed().as_secs_f64();
    let a_second = HumanCount((count as f64 / seconds.max(1e-9)) as u64);
    format!("{} {things} in {seconds:.2} s, {a_second} a second", HumanCount(count))
}

fn load_all(data: &Path, store: &StoreArgs, policy: &Policy) -> Result<(), CliError> {
    let input = |register: &Register| Input {
        register: *register,
        path: Some(data.join(format!("{register}.csv"))),
        format: Format::Csv,
    };
    let inputs: Vec<Input> = Register::ALL.iter().map(input).collect();
    let start = Clock::now();
    let rejects = data.join("rejects.csv");
    let summary = load_with_progress(store, policy, &inputs, Some(&rejects), true)?;
    let rows = summary.registers.iter().map(|each| each.rows).sum();
    println!("2. load: {}", rate(rows, "rows", start));
    for each in &summary.registers {
        let rejected: u64 = each.rejected.values().sum();
        let (rows, rejected) = (HumanCount(each.rows), HumanCount(rejected));
        println!("   {:12} {rows:>12} rows, {rejected} rejected", each.register.as_str());
    }
    Ok(())
}

/// Asks every line of `codes.txt` as the command `verify` does.
fn verify(snapshot: &Snapshot, policy: &Policy, data: &Path) -> Result<u64, CliError> {
    let mut answerer = answerer(policy, setting::now());
    let mut truth = Truth::open(data.join("truth/verify.ndjson"))?;
    let mut input = input::open(Some(&data.join("codes.txt")))?;
    let (mut line, mut lines) = (Vec::new(), 0);
    let start = Clock::now();
    while input::next_line(&mut input, &mut line)?.is_some() {
        lines += 1;
        let answered = serde_json::to_value(answerer.answer(snapshot, &line)?).unwrap_or_default();
        truth.compare(&answered)?;
    }
    println!("3. verify: {}, {} differ", rate(lines, "codes", start), truth.differences);
    Ok(truth.differences)
}

fn answerer(policy: &Policy, at: Instant) -> Answerer<'_> {
    Answerer { policy, at, role: Role::Status, carrier: None, messages: false, log: None }
}

/// Asks for all permits at once, a block after the other.
fn batch(snapshot: &Snapshot, policy: &Policy, data: &Path) -> Result<(), CliError> {
    let path = data.join("permits.csv");
    let broken = |error: csv::Error| CliError::File { path: path.clone(), source: error.into() };
    let mut reader = csv::Reader::from_path(&path).map_err(broken)?;
    let place = reader.headers().map_err(broken)?.iter().position(|name| name == "code");
    let (mut codes, mut verdicts) = (Vec::new(), Vec::new());
    let (mut count, mut seconds) = (0u64, 0f64);
    let at = demo_day().start();
    let mut records = reader.byte_records();
    loop {
        let record = records.next().transpose().map_err(broken)?;
        let end = record.is_none();
        let code = record.as_ref().and_then(|record| record.get(place?));
        codes.extend(code.map(<[u8]>::to_vec));
        if codes.len() == BATCH || (end && !codes.is_empty()) {
            let start = Clock::now();
            snapshot.verify_batch(&codes, at, policy, &mut verdicts)?;
            seconds += start.elapsed().as_secs_f64();
            count += codes.len() as u64;
            codes.clear();
        }
        if end {
            break;
        }
    }
    let a_second = HumanCount((count as f64 / seconds.max(1e-9)) as u64);
    println!("   in batches, one thread: {} permits, {a_second} a second", HumanCount(count));
    Ok(())
}

fn match_all(snapshot: &Snapshot, policy: &Policy, data: &Path) -> Result<u64, CliError> {
    let path = data.join("registrations.csv");
    let matcher = Matcher { snapshot, policy, role: MatchRole::Laboratory, gate: None };
    let mut answers = Vec::new();
    let start = Clock::now();
    let mut output = Output::new(&mut answers, matching::COLUMNS, OutputFormat::Ndjson)
        .map_err(CliError::output)?;
    matcher.all(Some(&path), &mut output)?;
    output.finish().map_err(CliError::output)?;
    let lines = answers.iter().filter(|byte| **byte == b'\n').count() as u64;
    let rate = rate(lines, "registrations", start);
    let mut truth = Truth::open(data.join("truth/match.ndjson"))?;
    for line in answers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        truth.compare(&serde_json::from_slice(line).unwrap_or_default())?;
    }
    println!("4. match: {rate}, {} differ", truth.differences);
    Ok(truth.differences)
}

/// A day on which permits and certificates end.
fn demo_day() -> Date {
    Date::from_ymd(2020, 4, 30).unwrap_or(Date::MIN)
}

fn revalidate(snapshot: &Snapshot, policy: &Policy) -> Result<(), CliError> {
    let day = demo_day();
    let span = Span {
        since: day.start(),
        as_of: day.end(),
        policy_since: policy.clone(),
        policy: policy.clone(),
    };
    let records = Register::ALL.iter().filter_map(|register| {
        let coded = !matches!(register, Register::Sources | Register::Results);
        snapshot.register(*register).filter(|_| coded)
    });
    let rows = records.map(|open| open.rows() as u64).sum();
    let start = Clock::now();
    let counts = count(snapshot, &span, &mut |_| {})?;
    println!("5. revalidate {day}: {}", rate(rows, "records", start));
    for ((register, from, to), count) in &counts {
        println!("   {register}: {from} to {to}: {}", HumanCount(*count));
    }
    Ok(())
}

/// A few verdicts as a person sees them.
fn show(snapshot: &Snapshot, policy: &Policy, data: &Path) -> Result<(), CliError> {
    println!("a few verdicts:");
    let columns = &["input", "kind", "verdict", "reason", "valid_from", "valid_until"];
    let mut output =
        Output::new(io::stdout(), columns, OutputFormat::Table).map_err(CliError::output)?;
    let mut answerer = answerer(policy, setting::now());
    let mut input = input::open(Some(&data.join("codes.txt")))?;
    let mut line = Vec::new();
    for _ in 0..SHOWN {
        if input::next_line(&mut input, &mut line)?.is_none() {
            break;
        }
        output.push(&answerer.answer(snapshot, &line)?).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)
}

/// The expected answers, read line by line beside the given ones.
struct Truth {
    path: PathBuf,
    lines: io::Lines<BufReader<File>>,
    line: u64,
    differences: u64,
}

impl Truth {
    fn open(path: PathBuf) -> Result<Self, CliError> {
        let file =
            File::open(&path).map_err(|source| CliError::File { path: path.clone(), source })?;
        Ok(Truth { path, lines: BufReader::new(file).lines(), line: 0, differences: 0 })
    }

    /// Counts a difference where a member of the next truth is another one in the answer.
    fn compare(&mut self, answer: &Value) -> Result<(), CliError> {
        self.line += 1;
        let failed = |source| CliError::File { path: self.path.clone(), source };
        let expected = self.lines.next().transpose().map_err(failed)?.unwrap_or_default();
        let expected: Value = serde_json::from_str(&expected).unwrap_or_default();
        let same = expected.as_object().is_some_and(|members| {
            members.iter().all(|(member, value)| answer.get(member) == Some(value))
        });
        if !same {
            self.differences += 1;
            if self.differences <= DIFFERENCES_SHOWN {
                println!("   {}:{}: not {expected} but {answer}", self.path.display(), self.line);
            }
        }
        Ok(())
    }
}

/// The most memory that this process ever held, as the system tells it.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
