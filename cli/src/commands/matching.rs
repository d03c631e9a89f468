//! `match`: registrations against the results of laboratories.

use std::borrow::Cow;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use propusk_engine::error::StoreError;
use propusk_engine::matching::{MatchRole, Matched, Outcome};
use propusk_engine::policy::Policy;
use propusk_engine::row::{REGISTRATIONS, Row};
use propusk_engine::store::Snapshot;
use propusk_engine::time::Instant;
use propusk_loader::source::{Format, RowOutcome, read_rows};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::Common;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input;
use crate::output::Output;
use crate::setting::StoreArgs;

pub(crate) const COLUMNS: &[&str] = &[
    "request_id",
    "outcome",
    "field",
    "reason",
    "differs",
    "regimes",
    "valid_until",
    "message_ru",
    "message_en",
    "input",
    "error",
];

/// Matches registrations with the results of laboratories
#[derive(Args, Debug)]
pub(crate) struct MatchArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The registrations, .csv, .ndjson or .jsonl; the standard input (CSV, or NDJSON where it
    /// begins with `{`) for `-` or without
    file: Option<PathBuf>,
    /// Who asks: to an applicant less is told of what differs
    #[arg(long, value_parser = role, default_value = "applicant", value_name = "applicant|laboratory")]
    role: MatchRole,
    /// Tell the outcomes, and issue nothing
    #[arg(long)]
    dry_run: bool,
}

fn role(text: &str) -> Result<MatchRole, String> {
    MatchRole::parse(text).ok_or_else(|| "no such role; there are applicant, laboratory".into())
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    differs: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    regimes: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
    message_ru: &'a str,
    message_en: &'a str,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    input: Cow<'a, str>,
    error: String,
}

/// Matches them.
pub(crate) fn run(args: &MatchArgs, common: &Common) -> Result<u8, CliError> {
    if !args.dry_run {
        let text = "match: issuing certificates into a store is not there yet; \
            add --dry-run to get the outcomes";
        return Err(CliError::Use(text.to_owned()));
    }
    let policy = common.policy()?;
    let store = args.store.open()?;
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    let matcher = Matcher { snapshot: &*store.snapshot()?, policy: &policy, role: args.role };
    let unreadable = matcher.all(args.file.as_deref(), &mut output)?;
    output.finish().map_err(CliError::output)?;
    Ok(if unreadable > 0 { WITH_FAULTS } else { DONE })
}

/// Matches registrations.
pub(crate) struct Matcher<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) policy: &'a Policy,
    pub(crate) role: MatchRole,
}

impl Matcher<'_> {
    /// Matches every row of an input; answers how many could not be read.
    pub(crate) fn all(
        &self,
        path: Option<&Path>,
        output: &mut Output<impl Write>,
    ) -> Result<u64, CliError> {
        let mut input = input::open(path)?;
        let format = format(path, &mut input)?;
        let file = path.map_or_else(|| "standard input".to_owned(), |p| p.display().to_string());
        let mut unreadable = 0;
        type Asked = (Option<String>, Result<Matched, StoreError>);
        let convert = |row: &Row<'_>| {
            let matched = self.snapshot.match_registration(row, self.role, self.policy);
            Ok((row.value("request_id").map(str::to_owned), matched))
        };
        let accept = |outcome: RowOutcome<'_, Asked>| -> Result<(), CliError> {
            match outcome.value {
                Ok((request_id, matched)) => output.push(&line(request_id, &matched?)),
                Err(fault) => {
                    unreadable += 1;
                    let place = if fault.column.is_empty() { "the row" } else { &*fault.column };
                    let error = format!("{file}:{}: {place}: {}", outcome.line, fault.reason);
                    let input = String::from_utf8_lossy(outcome.raw);
                    output.push(&Unreadable { input, error })
                }
            }
            .map_err(CliError::output)
        };
        read_rows(input, &file, &REGISTRATIONS, format, convert, accept)?;
        Ok(unreadable)
    }
}

/// The format by the ending; of the standard input by its first byte.
fn format(path: Option<&Path>, input: &mut (impl BufRead + ?Sized)) -> Result<Format, CliError> {
    if let Some(path) = path.filter(|path| *path != Path::new("-")) {
        return Format::of_path(path).ok_or_else(|| {
            let path = path.display();
            CliError::Use(format!("{path} ends in no known format; use .csv, .ndjson or .jsonl"))
        });
    }
    let first = input
        .fill_buf()
        .map_err(|source| CliError::Stream { stream: "standard input", source })?
        .first();
    Ok(if first == Some(&b'{') { Format::Ndjson } else { Format::Csv })
}

fn line(request_id: Option<String>, matched: &Matched) -> Line<'_> {
    let differs = matched.differs.iter();
    Line {
        request_id,
        outcome: matched.outcome,
        field: matched.field,
        reason: matched.reason,
        differs: differs
            .map(|(field, relation)| ((*field).to_owned(), relation.as_str().into()))
            .collect(),
        regimes: matched
            .regimes
            .iter()
            .map(|(field, regime)| ((*field).to_owned(), regime.to_string().into()))
            .collect(),
        valid_until: matched.valid_until,
        message_ru: matched.message().ru(),
        message_en: matched.message().en(),
    }
}
