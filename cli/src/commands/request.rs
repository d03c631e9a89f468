//! `request`: permits asked for by SMS, on the web or by telephone.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use clap::Args;
use propusk_engine::compact::Compacted;
use propusk_engine::error::StoreError;
use propusk_engine::record::Issuer;
use propusk_engine::request::{Answer, Content, Field, Outcome, PermitDesk, Reason, Request};
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;
use serde::Serialize;

use crate::commands::Common;
use crate::commands::request_line::{Line, Said};
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input;
use crate::output::{Output, Stdout};
use crate::setting::{self, StoreArgs};

/// The most requests that share one publish.
const TOGETHER_MAX: usize = 1 << 16;
/// So many publishes leave segments enough to begin merging them.
const PUBLISHES_MIN: u64 = 16;
const COLUMNS: &[&str] = &[
    "outcome",
    "code",
    "field",
    "reason",
    "suggestion",
    "parts",
    "message_ru",
    "message_en",
    "input",
    "error",
];

/// Answers requests for permits, and issues those that are due into the store. What is answered
/// `issued` is durable, and holds from the next question on
///
/// Requests are NDJSON: `received_at`, `phone` and `text` of an SMS; or a form with `received_at`,
/// `channel` (web or telephone), `phone`, `travel_date` and the columns of `permits` that the
/// applicant knows. A refused SMS is answered with the corrected message where it is clear what was
/// meant. The same request within ten minutes gets the same permit, for types 1 and 2 as long as this
/// command runs.
#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Whose permits these are
    #[arg(long, value_parser = issuer, default_value = "moscow", value_name = "moscow|region")]
    issuer: Issuer,
    /// The requests; the standard input for `-` or without
    file: Option<PathBuf>,
}

fn issuer(text: &str) -> Result<Issuer, String> {
    Issuer::parse(text).ok_or_else(|| "no such issuer; there are moscow, region".into())
}

#[derive(Serialize)]
#[serde(untagged)]
enum Told {
    Answered(Box<Answered>),
    Unread { input: String, error: String },
}

#[derive(Serialize)]
struct Answered {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
    message_ru: String,
    message_en: String,
    parts: usize,
}

impl Answered {
    fn of(answer: Answer) -> Self {
        Answered {
            parts: answer.parts(),
            outcome: answer.outcome,
            code: answer.code.map(|code| code.canonical()),
            field: answer.mistake.map(|mistake| mistake.field),
            reason: answer.mistake.map(|mistake| mistake.reason),
            suggestion: answer.suggestion,
            message_ru: answer.message_ru,
            message_en: answer.message_en,
        }
    }
}

/// Answers them.
pub(crate) fn run(args: &RequestArgs, common: &Common) -> Result<u8, CliError> {
    let policy = common.policy()?;
    let writer = Writer::open(&args.store.existing()?, &args.store.keys()?, &policy)?;
    let mut office = Office::open(writer, args.issuer)?;
    let mut input = input::open(args.file.as_deref())?;
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    let (mut line, mut lines) = (Vec::new(), Vec::new());
    let mut status = DONE;
    loop {
        let read = input::next_line(&mut input, &mut line)?;
        if let Some(read) = read {
            lines.push((read, std::mem::take(&mut line)));
        }
        // Whoever waits for an answer gets it; whoever sends many at once shares a publish.
        let ends = read.is_none();
        if !(ends || input.buffer().is_empty() || lines.len() == TOGETHER_MAX) {
            continue;
        }
        if office.answer(&lines, &mut output)? > 0 {
            status = WITH_FAULTS;
        }
        lines.clear();
        if ends {
            output.finish().map_err(CliError::output)?;
            office.close()?;
            return Ok(status);
        }
        output.flush().map_err(CliError::output)?;
    }
}

/// The desk, and the merging of what it publishes.
struct Office {
    desk: PermitDesk,
    begun: u64,
    /// When the latest request arrived: nothing is dropped as too old that was just asked for.
    latest: Arc<AtomicI64>,
    merging: Option<JoinHandle<Result<Compacted, StoreError>>>,
}

impl Office {
    fn open(writer: Writer, issuer: Issuer) -> Result<Self, CliError> {
        let begun = writer.snapshot().generation();
        let desk = PermitDesk::new(Arc::new(writer), issuer)?;
        Ok(Office { desk, begun, latest: Arc::new(i64::MIN.into()), merging: None })
    }

    /// Answers lines, in their order; tells how many of them cannot be read.
    fn answer(
        &mut self,
        lines: &[(input::Line, Vec<u8>)],
        output: &mut Stdout,
    ) -> Result<u64, CliError> {
        let read: Vec<Result<Line<'_>, Told>> =
            lines.iter().map(|(read, line)| read_line(*read, line)).collect();
        let said: Vec<Result<(Instant, Said<'_>), ()>> =
            read.iter().map(|line| line.as_ref().map(Line::said).map_err(|_| ())).collect();
        let requests: Vec<Request<'_>> = said.iter().flatten().map(request).collect();
        let latest = requests.iter().map(|request| request.received_at.unix()).max();
        self.latest.fetch_max(latest.unwrap_or(i64::MIN), Ordering::Relaxed);
        let mut answers = self.desk.answer(&requests, setting::now())?.into_iter();
        let mut unread = 0;
        for line in &read {
            let told = match line {
                Ok(_) => {
                    answers.next().map(|answer| Told::Answered(Box::new(Answered::of(answer))))
                }
                Err(Told::Unread { input, error }) => {
                    unread += 1;
                    Some(Told::Unread { input: input.clone(), error: error.clone() })
                }
                Err(Told::Answered(_)) => None,
            };
            if let Some(told) = told {
                output.push(&told).map_err(CliError::output)?;
            }
        }
        self.merge_if_due();
        Ok(unread)
    }

    /// Merges beside, once there is enough of it.
    fn merge_if_due(&mut self) {
        let writer = self.desk.writer();
        let published = writer.snapshot().generation() - self.begun;
        if self.merging.is_none() && published >= PUBLISHES_MIN {
            let latest = Arc::clone(&self.latest);
            let clock =
                move || Instant::from_unix(latest.load(Ordering::Relaxed)).min(setting::now());
            self.merging = Some(writer.compact_in_background(clock));
        }
    }

    /// Ends the merging, and tells how it went.
    fn close(self) -> Result<(), CliError> {
        let Office { desk, merging, .. } = self;
        drop(desk);
        match merging.map(JoinHandle::join) {
            Some(Ok(Err(error))) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn request<'a>((received_at, said): &'a (Instant, Said<'a>)) -> Request<'a> {
    let content = match said {
        Said::Message(text) => Content::Message(text),
        Said::Form(asked) => Content::Form(asked),
    };
    Request { received_at: *received_at, content }
}

fn read_line(read: input::Line, line: &[u8]) -> Result<Line<'_>, Told> {
    let unread = |line: &[u8], error: Cow<'_, str>| Told::Unread {
        input: String::from_utf8_lossy(line).into_owned(),
        error: error.into_owned(),
    };
    if read == input::Line::TooLong {
        return Err(unread(&line[..64], "the line is longer than 1 MiB".into()));
    }
    Line::read(line).map_err(|error| unread(line, error.into()))
}
