//! `load`: registers into a store.

use std::path::{Path, PathBuf};
use std::time::Instant as Clock;

use clap::Args;
use indicatif::{HumanCount, ProgressBar};
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::writer::Writer;
use propusk_loader::load::{Input, LoadSummary, load};
use propusk_loader::source::Format;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::Common;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::output::Output;
use crate::setting::{self, StoreArgs};

const COLUMNS: &[&str] = &["register", "rows", "same", "rejected", "reasons", "rejects"];

/// Loads registers into a store; makes the store and its key where there is none
#[derive(Args, Debug)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// A register and its table, such as `permits=permits.csv`; `permits=-` reads CSV from the
    /// standard input. The ending names the format: .csv, .ndjson, .jsonl or .parquet
    #[arg(required = true, value_name = "REGISTER=FILE", value_parser = input)]
    inputs: Vec<Input>,
    /// Keep rejected rows here, and the reasons beside it in FILE.reasons.ndjson; with several
    /// registers, the register's name is put before the ending. Rows of Parquet are kept as CSV
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Do not open what was sealed again and ask it for every key before it counts: faster, and a
    /// fault of memory or disk is then found by `check` only
    #[arg(long)]
    skip_proof: bool,
}

/// Reads `REGISTER=FILE`.
fn input(text: &str) -> Result<Input, String> {
    let known = || Register::ALL.iter().map(|each| each.as_str()).collect::<Vec<_>>().join(", ");
    let (register, file) = text
        .split_once('=')
        .ok_or_else(|| "no `=`; write REGISTER=FILE, such as permits=permits.csv".to_owned())?;
    let register = Register::parse(register)
        .ok_or_else(|| format!("no register `{register}`; there are {}", known()))?;
    if file == "-" {
        return Ok(Input { register, path: None, format: Format::Csv });
    }
    let path = PathBuf::from(file);
    let endings = Format::ENDINGS;
    let format = Format::of_path(&path)
        .ok_or_else(|| format!("`{file}` ends in no known format; use {endings}"))?;
    Ok(Input { register, path: Some(path), format })
}

#[derive(Serialize)]
struct Loaded {
    register: Register,
    rows: u64,
    same: u64,
    rejected: u64,
    #[serde(skip_serializing_if = "Map::is_empty")]
    reasons: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejects: Option<String>,
}

/// Loads them.
pub(crate) fn run(args: &LoadArgs, common: &Common) -> Result<u8, CliError> {
    if args.inputs.iter().filter(|input| input.path.is_none()).count() > 1 {
        let text = "the standard input is named twice; give one of the registers as a file";
        return Err(CliError::Use(text.to_owned()));
    }
    let policy = common.policy()?;
    let rejects = args.rejects.as_deref();
    let summary =
        load_with_progress(&args.store, &policy, &args.inputs, rejects, !args.skip_proof)?;
    if args.skip_proof {
        eprintln!("what was sealed was not proved (--skip-proof): run `propusk check`");
    }
    tell_rejected(&summary, args.rejects.is_some());
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    for each in &summary.registers {
        let reasons = each.rejected.iter();
        let loaded = Loaded {
            register: each.register,
            rows: each.rows,
            same: each.same,
            rejected: each.rejected.values().sum(),
            reasons: reasons
                .map(|(reason, count)| ((*reason).to_owned(), (*count).into()))
                .collect(),
            rejects: each.rejects.as_ref().map(|path| path.display().to_string()),
        };
        output.push(&loaded).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)?;
    Ok(if summary.rejected() > 0 { WITH_FAULTS } else { DONE })
}

/// Loads with a bar on a terminal, and says how long it took.
pub(crate) fn load_with_progress(
    store: &StoreArgs,
    policy: &Policy,
    inputs: &[Input],
    rejects: Option<&Path>,
    proves: bool,
) -> Result<LoadSummary, CliError> {
    let mut writer = Writer::open(&store.store, &store.keys_for_loading()?, policy)?;
    writer.set_proves(proves);
    let bar = ProgressBar::new_spinner();
    let progress = |file: &str, rows: u64| {
        bar.set_message(format!("{file}: {} rows", HumanCount(rows)));
        bar.tick();
    };
    let start = Clock::now();
    let summary = load(&writer, inputs, rejects, setting::now(), &progress)?;
    bar.finish_and_clear();
    let rows: u64 = summary.registers.iter().map(|each| each.rows).sum();
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "generation {}: {} rows loaded in {seconds:.1} s, {} rejected",
        summary.generation,
        HumanCount(rows),
        HumanCount(summary.rejected()),
    );
    Ok(summary)
}

/// Names the first rejected rows where no file keeps them; places and reasons only.
fn tell_rejected(summary: &LoadSummary, kept: bool) {
    for told in &summary.told {
        let column = if told.column.is_empty() { "the row" } else { &told.column };
        eprintln!("{}:{}: {column}: {}", told.file, told.line, told.reason);
    }
    let more = summary.rejected() - summary.told.len() as u64;
    if !kept && more > 0 {
        eprintln!("and {more} more rejected rows; load with --rejects FILE to keep them all");
    }
}
