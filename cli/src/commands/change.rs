//! `change`: new statuses of records, durable when they are answered.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::Args;
use propusk_engine::change::{Change, Changed};
use propusk_engine::policy::Policy;
use propusk_engine::writer::Writer;
use serde::{Deserialize, Serialize};

use crate::commands::Common;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input::{self, Line};
use crate::output::Output;
use crate::setting::{self, StoreArgs};

/// The most changes that share one publish.
const TOGETHER_MAX: usize = 1 << 16;
const COLUMNS: &[&str] = &["code", "outcome", "generation", "input", "error"];

/// Changes statuses: NDJSON objects with `code`, `status`, `on`, and for a replaced card
/// `replaced_by`. What is answered `changed` is durable, and holds from the next question on
///
/// Statuses are those of each register's table, such as `revoked`, `suspended`, `active`, `lost`,
/// `damaged`, `details_changed` or `replaced`; `removed` removes the record.
#[derive(Args, Debug)]
pub(crate) struct ChangeArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The changes; the standard input for `-` or without
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    on: Option<Cow<'a, str>>,
    #[serde(borrow)]
    replaced_by: Option<Cow<'a, str>>,
}

/// What became of a line.
#[derive(Serialize)]
#[serde(untagged)]
enum Told {
    Done { code: String, outcome: Changed, generation: u64 },
    Unread { input: String, error: String },
}

/// Changes them.
pub(crate) fn run(args: &ChangeArgs, common: &Common) -> Result<u8, CliError> {
    let policy = common.policy()?;
    let writer = Writer::open(&args.store.existing()?, &args.store.keys()?, &policy)?;
    let mut input = input::open(args.file.as_deref())?;
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    let (mut line, mut lines) = (Vec::new(), Vec::new());
    let mut status = DONE;
    loop {
        let read = input::next_line(&mut input, &mut line)?;
        lines.extend(read.map(|read| read_line(read, &line, &policy)));
        // Whoever waits for an answer gets it; whoever sends many at once shares a publish.
        let ends = read.is_none();
        if !(ends || input.buffer().is_empty() || lines.len() == TOGETHER_MAX) {
            continue;
        }
        for told in apply(&writer, std::mem::take(&mut lines))? {
            let done = matches!(&told, Told::Done { outcome, .. } if *outcome != Changed::Unknown);
            if !done {
                status = WITH_FAULTS;
            }
            output.push(&told).map_err(CliError::output)?;
        }
        if ends {
            output.finish().map_err(CliError::output)?;
            return Ok(status);
        }
        output.flush().map_err(CliError::output)?;
    }
}

/// The change that a line asks for, with the code as it was written, or what is wrong.
type Read = Result<(String, Change), Told>;

fn read_line(read: Line, line: &[u8], policy: &Policy) -> Read {
    let unread = |line: &[u8], error: String| {
        let input = String::from_utf8_lossy(line).into_owned();
        Told::Unread { input, error }
    };
    if read == Line::TooLong {
        return Err(unread(&line[..64], "the line is longer than 1 MiB".to_owned()));
    }
    let asked: Asked<'_> =
        serde_json::from_slice(line).map_err(|error| unread(line, format!("JSON: {error}")))?;
    let Asked { code, status, on, replaced_by } = asked;
    Change::read(&code, &status, on.as_deref(), replaced_by.as_deref(), policy)
        .map(|change| (code.into_owned(), change))
        .map_err(|fault| unread(line, format!("{}: {}", fault.column, fault.reason)))
}

fn apply(writer: &Writer, lines: Vec<Read>) -> Result<Vec<Told>, CliError> {
    let changes: Vec<Change> =
        lines.iter().filter_map(|line| line.as_ref().ok()).map(|(_, change)| *change).collect();
    let receipt = writer.apply(&changes, setting::now())?;
    let mut outcomes = receipt.changed.into_iter();
    let told = lines.into_iter().filter_map(|line| match line {
        Err(unread) => Some(unread),
        Ok((code, _)) => {
            let outcome = outcomes.next()?;
            Some(Told::Done { code, outcome, generation: receipt.generation })
        }
    });
    Ok(told.collect())
}
