//! `match`: registrations against the results of laboratories.

use std::io::{BufRead as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use propusk_engine::challenge::{ChallengeError, IDENTIFIED_SECONDS_MAX, Identified, PhoneNumber};
use propusk_engine::code::certificate_url;
use propusk_engine::error::StoreError;
use propusk_engine::issue::CertificateDesk;
use propusk_engine::matching::{MatchRole, Matched};
use propusk_engine::message::Message;
use propusk_engine::policy::Policy;
use propusk_engine::row::{REGISTRATIONS, Row};
use propusk_engine::store::Snapshot;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;
use propusk_loader::source::{Format, Source, read_rows};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::Common;
use crate::commands::issuing::Issuer;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input::{self, Input};
use crate::output::Output;
use crate::pictures::Pictures;
use crate::setting::{self, StoreArgs};

pub(crate) const COLUMNS: &[&str] = &[
    "request_id",
    "outcome",
    "field",
    "reason",
    "differs",
    "regimes",
    "token",
    "url",
    "valid_until",
    "message_ru",
    "message_en",
    "input",
    "error",
];

/// Matches registrations with the results of laboratories, and issues certificates for those that
/// coincide: what is answered `issued` is durable, and the same result gives the same certificate
#[derive(Args, Debug)]
pub(crate) struct MatchArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The registrations, .csv, .ndjson, .jsonl or .parquet; the standard input (CSV, or NDJSON
    /// where it begins with `{`) for `-` or without
    file: Option<PathBuf>,
    /// Who asks: to an applicant less is told of what differs
    #[arg(long, value_parser = role, default_value = "applicant", value_name = "applicant|laboratory")]
    role: MatchRole,
    /// Tell the outcomes, and issue nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the QR code of each certificate into this folder, as PNG and SVG, and a page to print,
    /// named by the request
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    qr: Option<PathBuf>,
    /// Show an outcome only where the form's phone was identified (see `identify`) within so long
    /// before, such as 10m; an hour at the most. Other forms get the outcome `withheld`
    #[arg(long, value_name = "D", value_parser = within)]
    require_identified: Option<i64>,
    /// As of when phones must have been identified [default: now]
    #[arg(long, value_name = "T", value_parser = setting::instant, requires = "require_identified")]
    at: Option<Instant>,
}

/// The outcome where none is shown, and why.
const WITHHELD: (&str, &str) = ("withheld", "phone_not_identified");

/// A length of time within which a phone may have been identified.
fn within(text: &str) -> Result<i64, String> {
    let seconds = setting::length(text)?;
    let known = (1..=IDENTIFIED_SECONDS_MAX).contains(&seconds);
    known.then_some(seconds).ok_or_else(|| "from a second to an hour".to_owned())
}

fn role(text: &str) -> Result<MatchRole, String> {
    MatchRole::parse(text).ok_or_else(|| "no such role; there are applicant, laboratory".into())
}

#[derive(Serialize)]
pub(crate) struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    differs: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    regimes: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
    message_ru: String,
    message_en: String,
}

#[derive(Serialize)]
pub(crate) struct Unreadable {
    input: String,
    error: String,
}

/// Matches them.
pub(crate) fn run(args: &MatchArgs, common: &Common) -> Result<u8, CliError> {
    let policy = common.policy()?;
    let (role, file) = (args.role, args.file.as_deref());
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    let unreadable = if args.dry_run {
        let store = args.store.open()?;
        let (snapshot, gate) = (&*store.snapshot()?, gate(args)?);
        Matcher { snapshot, policy: &policy, role, gate }.all(file, &mut output)?
    } else {
        let writer = Writer::open(&args.store.existing()?, &args.store.keys()?, &policy)?;
        let desk = CertificateDesk::new(Arc::new(writer))?;
        let gate = gate(args)?;
        let pictures = args.qr.as_deref().map(Pictures::new).transpose()?;
        Issuer { desk, policy: &policy, role, gate, pictures }.all(file, &mut output)?
    };
    output.finish().map_err(CliError::output)?;
    Ok(if unreadable > 0 { WITH_FAULTS } else { DONE })
}

/// The condition under which outcomes are shown, where there is one.
fn gate(args: &MatchArgs) -> Result<Option<Gate>, CliError> {
    let Some(within_seconds) = args.require_identified else { return Ok(None) };
    if args.role == MatchRole::Laboratory {
        let text = "--require-identified is for applicants; a laboratory is not sent codes";
        return Err(CliError::Use(text.to_owned()));
    }
    let identified = Identified::open(&args.store.existing()?, &args.store.keys()?)?;
    Ok(Some(Gate { identified, at: args.at, within_seconds }))
}

/// Shows outcomes to identified phones alone.
pub(crate) struct Gate {
    identified: Identified,
    at: Option<Instant>,
    within_seconds: i64,
}

impl Gate {
    /// Whether a form's outcome is shown. A form whose phone cannot be read is invalid, which says
    /// nothing of anybody.
    pub(crate) fn admits(&self, form: &Row<'_>) -> Result<bool, ChallengeError> {
        match form.value("phone").map(PhoneNumber::read) {
            None | Some(Err(_)) => Ok(true),
            Some(Ok(phone)) => {
                let at = self.at.unwrap_or_else(setting::now);
                self.identified.is_identified(&phone, at, self.within_seconds)
            }
        }
    }
}

/// What becomes of a form.
enum Told {
    Matched(Result<Matched, StoreError>),
    Withheld,
}

/// Matches registrations.
pub(crate) struct Matcher<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) policy: &'a Policy,
    pub(crate) role: MatchRole,
    /// Whose outcomes are shown; everybody's without.
    pub(crate) gate: Option<Gate>,
}

impl Matcher<'_> {
    /// Matches one form, if its outcome may be shown.
    fn tell(&self, form: &Row<'_>) -> Result<Told, ChallengeError> {
        if !self.gate.as_ref().map_or(Ok(true), |gate| gate.admits(form))? {
            return Ok(Told::Withheld);
        }
        let matched = self.snapshot.match_registration(form, self.role, self.policy);
        Ok(Told::Matched(matched))
    }

    /// Matches every row of an input; answers how many could not be read.
    pub(crate) fn all(
        &self,
        path: Option<&Path>,
        output: &mut Output<impl Write>,
    ) -> Result<u64, CliError> {
        let mut faults = 0;
        read_forms(
            path,
            |form| self.tell(form),
            |asked| {
                match asked {
                    Asked::Form { request_id, value } => match value? {
                        Told::Matched(matched) => {
                            output.push(&line(request_id, &matched?, self.policy))
                        }
                        Told::Withheld => output.push(&withheld(request_id)),
                    },
                    Asked::Unreadable { input, error } => {
                        faults += 1;
                        output.push(&unreadable(input, error))
                    }
                }
                .map_err(CliError::output)
            },
        )?;
        Ok(faults)
    }
}

/// What a row of the input asks.
pub(crate) enum Asked<T> {
    /// A form, and what it was made into.
    Form { request_id: Option<String>, value: T },
    /// What cannot be read, and why.
    Unreadable { input: String, error: String },
}

/// Reads every form of an input, in order.
pub(crate) fn read_forms<T: Send>(
    path: Option<&Path>,
    convert: impl Fn(&Row<'_>) -> T + Sync,
    mut accept: impl FnMut(Asked<T>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let source = source(path)?;
    let file = path.map_or_else(|| "standard input".to_owned(), |p| p.display().to_string());
    let convert = |row: &Row<'_>| Ok((row.value("request_id").map(str::to_owned), convert(row)));
    read_rows(source, &file, &REGISTRATIONS, convert, |outcome| {
        accept(match outcome.value {
            Ok((request_id, value)) => Asked::Form { request_id, value },
            Err(fault) => {
                let place = if fault.column.is_empty() { "the row" } else { &*fault.column };
                let error = format!("{file}:{}: {place}: {}", outcome.line, fault.reason);
                Asked::Unreadable { input: String::from_utf8_lossy(outcome.raw).into(), error }
            }
        })
    })
}

/// The line of what cannot be read.
pub(crate) fn unreadable(input: String, error: String) -> Unreadable {
    Unreadable { input, error }
}

/// The registrations, in the format by the ending; of the standard input by its first byte.
fn source(path: Option<&Path>) -> Result<Source<Input>, CliError> {
    if let Some(path) = path.filter(|path| *path != Path::new("-")) {
        return match Format::of_path(path) {
            Some(Format::Csv) => Ok(Source::Csv(input::open(Some(path))?)),
            Some(Format::Ndjson) => Ok(Source::Ndjson(input::open(Some(path))?)),
            Some(Format::Parquet) => Ok(Source::Parquet(input::open_file(path)?)),
            None => {
                let (path, endings) = (path.display(), Format::ENDINGS);
                Err(CliError::Use(format!("{path} ends in no known format; use {endings}")))
            }
        };
    }
    let mut input = input::open(None)?;
    let first = input
        .fill_buf()
        .map_err(|source| CliError::Stream { stream: "standard input", source })?
        .first();
    let is_object = first == Some(&b'{');
    Ok(if is_object { Source::Ndjson(input) } else { Source::Csv(input) })
}

/// The line of a form and its outcome.
pub(crate) fn line(request_id: Option<String>, matched: &Matched, policy: &Policy) -> Line {
    let (differs, regimes) = (matched.differs.iter(), matched.regimes.iter());
    let (message_ru, message_en) = matched.told();
    Line {
        request_id,
        outcome: matched.outcome.as_str(),
        field: matched.field,
        reason: matched.reason,
        differs: differs
            .map(|(field, relation)| ((*field).to_owned(), relation.as_str().into()))
            .collect(),
        regimes: regimes
            .map(|(field, regime)| ((*field).to_owned(), regime.to_string().into()))
            .collect(),
        token: matched.token.map(|token| token.canonical()),
        url: matched
            .token
            .zip(policy.certificate_hosts.first())
            .map(|(token, host)| certificate_url(&token, host)),
        valid_until: matched.valid_until,
        message_ru,
        message_en,
    }
}

/// The line of a form whose outcome is not shown.
pub(crate) fn withheld(request_id: Option<String>) -> Line {
    let (outcome, reason) = WITHHELD;
    let (message_ru, message_en) = Message::MatchNotIdentified.fill(&[]);
    Line {
        request_id,
        outcome,
        field: None,
        reason: Some(reason),
        differs: Map::new(),
        regimes: Map::new(),
        token: None,
        url: None,
        valid_until: None,
        message_ru,
        message_en,
    }
}
