//! `identify`: whose phone it is, by codes that are sent there.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::Args;
use propusk_engine::challenge::{ChallengeOutcome, Challenged, Challenges, PhoneNumber};
use propusk_engine::outbox::Outbox;
use propusk_engine::record::Group;
use propusk_engine::time::Instant;
use serde::{Deserialize, Serialize};

use crate::commands::Common;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input::{self, Line};
use crate::output::Output;
use crate::setting::{self, NO_INSTANT, StoreArgs};
use crate::text::Text;

const COLUMNS: &[&str] =
    &["phone_ends", "outcome", "tries_left", "message_ru", "message_en", "input", "error"];

const NO_PHONE: &str = "not the number of a Russian mobile phone, such as +7 916 123-45-67";

/// Identifies phones by SMS: NDJSON objects with `phone` ask for a code, with `phone` and `code` give
/// it back; `at` says when [default: now]. What is answered is durable
///
/// A code is six digits, good for five minutes and three tries; one phone is sent three an hour at the
/// most. `match --require-identified` shows outcomes to identified phones alone.
#[derive(Args, Debug)]
pub(crate) struct IdentifyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Append the messages to phones here, in clear, a JSON object a line; a sender of the operator's
    /// picks them up
    #[arg(long, value_name = "FILE")]
    outbox: PathBuf,
    /// The questions; the standard input for `-` or without
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked<'a> {
    #[serde(borrow)]
    phone: Text<'a>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
}

/// What became of a line.
#[derive(Serialize)]
#[serde(untagged)]
enum Told {
    Done {
        phone_ends: String,
        outcome: ChallengeOutcome,
        #[serde(skip_serializing_if = "Option::is_none")]
        tries_left: Option<u32>,
        message_ru: String,
        message_en: String,
    },
    Unread {
        input: String,
        error: String,
    },
}

/// Identifies them.
pub(crate) fn run(args: &IdentifyArgs, common: &Common) -> Result<u8, CliError> {
    let root = args.store.existing()?;
    let challenges = Challenges::open(&root, &args.store.keys()?)?;
    let outbox = Outbox::open(&root, Group::Medical, &args.outbox)?;
    let mut input = input::open(args.file.as_deref())?;
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    let mut line = Vec::new();
    let mut status = DONE;
    while let Some(read) = input::next_line(&mut input, &mut line)? {
        let told = match read {
            Line::Whole => answer(&challenges, &outbox, &line)?,
            Line::TooLong => unread(&line[..64], "the line is longer than 1 MiB".to_owned()),
        };
        if matches!(told, Told::Unread { .. }) {
            status = WITH_FAULTS;
        }
        output.push(&told).map_err(CliError::output)?;
        // Whoever asks one at a time waits for the answer.
        if input.buffer().is_empty() {
            output.flush().map_err(CliError::output)?;
        }
    }
    output.finish().map_err(CliError::output)?;
    Ok(status)
}

/// Does what one line asks for.
fn answer(challenges: &Challenges, outbox: &Outbox, line: &[u8]) -> Result<Told, CliError> {
    let asked: Asked<'_> = match serde_json::from_slice(line) {
        Ok(asked) => asked,
        Err(error) => return Ok(unread(line, format!("JSON: {error}"))),
    };
    let at = match asked.at.as_deref().map(Instant::parse) {
        None => setting::now(),
        Some(Some(at)) => at,
        Some(None) => return Ok(unread(line, format!("at: {NO_INSTANT}"))),
    };
    let Ok(phone) = PhoneNumber::read(&asked.phone.0) else {
        return Ok(unread(line, format!("phone: {NO_PHONE}")));
    };
    let challenged = match &asked.code {
        None => challenges.ask(&phone, at, outbox)?,
        Some(code) => challenges.answer(&phone, code, at)?,
    };
    let (message_ru, message_en) = challenged.message();
    let Challenged { outcome, tries_left, .. } = challenged;
    let phone_ends = phone.ends().to_owned();
    Ok(Told::Done { phone_ends, outcome, tries_left, message_ru, message_en })
}

fn unread(line: &[u8], error: String) -> Told {
    Told::Unread { input: String::from_utf8_lossy(line).into_owned(), error }
}
