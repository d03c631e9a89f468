//! `verify`: verdicts on codes, in the order of the input.

use std::borrow::Cow;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use propusk_engine::audit::AuditLog;
use propusk_engine::disclosure::Disclosed;
use propusk_engine::error::StoreError;
use propusk_engine::message::Message;
use propusk_engine::policy::Policy;
use propusk_engine::store::{AUDIT, Follow, Snapshot, Store};
use propusk_engine::time::Instant;
use propusk_engine::verdict::{CodeFault, Kind, Notice, Role, Subtype, Verdict};
use propusk_engine::verify::{Answer, Carrier, Query, Shown};
use propusk_imaging::{Picture, read};
use serde::{Deserialize, Serialize};

use crate::commands::Common;
use crate::error::{CliError, DONE, WITH_FAULTS};
use crate::input::{self, Line};
use crate::output::Output;
use crate::setting::{self, NO_INSTANT, StoreArgs};

const COLUMNS: &[&str] = &[
    "input",
    "kind",
    "subtype",
    "verdict",
    "reason",
    "notice",
    "valid_from",
    "valid_until",
    "holder",
    "error",
];
/// The same where the holder is told too.
const COLUMNS_WITH_MESSAGES: &[&str] = &[
    "input",
    "kind",
    "subtype",
    "verdict",
    "reason",
    "notice",
    "valid_from",
    "valid_until",
    "holder",
    "message_ru",
    "message_en",
    "error",
];

/// Says of each code whether it is good: a code a line, or NDJSON objects with `code`, and where
/// wanted `at`, `document`, `surname`, `first_name`, `patronymic`, `birth_date`, `destination`
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The codes; the standard input for `-` or without
    file: Option<PathBuf>,
    /// Read the codes from QR codes in this picture, PNG or JPEG, instead; can be given again
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "by"])]
    image: Vec<PathBuf>,
    /// As of when, unless a line says it [default: now]
    #[arg(long, value_name = "T", value_parser = setting::instant)]
    at: Option<Instant>,
    /// Who asks
    #[arg(long, value_parser = role, default_value = "status", value_name = "status|taxi|venue|official")]
    role: Role,
    /// Refuse a store that was published longer ago, such as 30s, 10m, 2h or 1d
    #[arg(long, value_name = "D", value_parser = setting::length)]
    max_age: Option<i64>,
    /// Look for a newer manifest that often, such as 1s, instead of reading the shared number: for
    /// stores that are mounted from another machine
    #[arg(long, value_name = "D", value_parser = period)]
    poll: Option<Duration>,
    /// What the input names
    #[arg(long, value_enum, default_value = "code")]
    by: By,
    /// Also say what the holder is told of each verdict, in Russian and in English
    #[arg(long)]
    messages: bool,
    /// Exit with status 1 where any code is not valid
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    Code,
    Plate,
    Troika,
    Strelka,
}

/// A period of looking, above zero.
fn period(text: &str) -> Result<Duration, String> {
    match setting::length(text)?.try_into() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("a second at the least".to_owned()),
    }
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "no such role; there are status, taxi, venue, official".into())
}

/// A line that begins with `{`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    at: Option<Cow<'a, str>>,
    document: Option<Cow<'a, str>>,
    surname: Option<Cow<'a, str>>,
    first_name: Option<Cow<'a, str>>,
    patronymic: Option<Cow<'a, str>>,
    birth_date: Option<Cow<'a, str>>,
    destination: Option<Cow<'a, str>>,
}

/// One line of the answer.
#[derive(Serialize)]
pub(crate) struct Answered<'a> {
    pub(crate) input: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subtype: Option<Subtype>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<CodeFault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<Notice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<Disclosed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_ru: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_en: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl<'a> Answered<'a> {
    fn new(input: Cow<'a, str>, answer: Answer, message: Option<Message>) -> Self {
        let Answer { judged, holder } = answer;
        Answered {
            input,
            kind: judged.kind,
            subtype: judged.subtype,
            verdict: Some(judged.verdict),
            reason: judged.reason,
            notice: judged.notice,
            valid_from: judged.validity().map(|(from, _)| from),
            valid_until: judged.validity().map(|(_, until)| until),
            holder,
            message_ru: message.map(Message::ru),
            message_en: message.map(Message::en),
            error: None,
        }
    }

    fn error(line: &'a [u8], error: String) -> Self {
        Answered {
            input: String::from_utf8_lossy(line),
            kind: None,
            subtype: None,
            verdict: None,
            reason: None,
            notice: None,
            valid_from: None,
            valid_until: None,
            holder: None,
            message_ru: None,
            message_en: None,
            error: Some(error),
        }
    }
}

/// Answers lines.
pub(crate) struct Answerer<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) at: Instant,
    pub(crate) role: Role,
    pub(crate) carrier: Option<Carrier>,
    /// Whether what the holder is told is said too.
    pub(crate) messages: bool,
    /// Where disclosures to officials are noted.
    pub(crate) log: Option<AuditLog>,
}

impl Answerer<'_> {
    /// Answers one line.
    ///
    /// # Errors
    /// When the store cannot answer; what cannot be read is told in the answer.
    pub(crate) fn answer<'l>(
        &mut self,
        snapshot: &Snapshot,
        line: &'l [u8],
    ) -> Result<Answered<'l>, StoreError> {
        if line.first() != Some(&b'{') {
            return self.answer_code(snapshot, line);
        }
        let text = String::from_utf8_lossy(line);
        let question: Question<'_> = match serde_json::from_str(&text) {
            Ok(question) => question,
            Err(error) => return Ok(Answered::error(line, format!("JSON: {error}"))),
        };
        let at = match question.at.as_deref().map(Instant::parse) {
            None => self.at,
            Some(Some(at)) => at,
            Some(None) => return Ok(Answered::error(line, format!("at: {NO_INSTANT}"))),
        };
        let query = Query {
            code: question.code.as_bytes(),
            at,
            role: self.role,
            shown: Shown {
                document: question.document.as_deref(),
                surname: question.surname.as_deref(),
                first_name: question.first_name.as_deref(),
                patronymic: question.patronymic.as_deref(),
                birth_date: question.birth_date.as_deref(),
            },
            destination: question.destination.as_deref(),
        };
        let answer = self.ask(snapshot, &query)?;
        Ok(self.told(Cow::Owned(question.code.into_owned()), answer))
    }

    /// Answers a code and nothing else: what a holder presents is never a question in JSON.
    fn answer_code<'l>(
        &mut self,
        snapshot: &Snapshot,
        code: &'l [u8],
    ) -> Result<Answered<'l>, StoreError> {
        let query = Query { role: self.role, ..Query::new(code, self.at) };
        let answer = self.ask(snapshot, &query)?;
        Ok(self.told(String::from_utf8_lossy(code), answer))
    }

    fn told<'l>(&self, input: Cow<'l, str>, answer: Answer) -> Answered<'l> {
        let message = self.messages.then(|| match self.carrier {
            None => answer.judged.message(),
            Some(_) => answer.judged.message_by_carrier(),
        });
        Answered::new(input, answer, message)
    }

    fn ask(&mut self, snapshot: &Snapshot, query: &Query<'_>) -> Result<Answer, StoreError> {
        match (&mut self.log, self.carrier) {
            (Some(log), carrier) => {
                snapshot.verify_for_official(carrier, query, self.policy, log, setting::now())
            }
            (None, None) => snapshot.verify(query, self.policy),
            (None, Some(carrier)) => snapshot.verify_carrier(carrier, query, self.policy),
        }
    }
}

/// What is wrong with a picture in which nothing was read.
const NO_CODE: &str = "no QR code is found in the picture; \
    take it again from nearer, in more light, with the whole code on it";

/// Verifies every code of every picture; the exit status.
fn verify_pictures(
    args: &VerifyArgs,
    store: &Store,
    answerer: &mut Answerer<'_>,
    output: &mut Output<impl Write>,
) -> Result<u8, CliError> {
    let mut status = DONE;
    for path in &args.image {
        let name = path.display().to_string();
        let (codes, error) = match Picture::open(path) {
            Err(error) => (Vec::new(), error.to_string()),
            Ok(picture) => (read(&picture), NO_CODE.to_owned()),
        };
        if codes.is_empty() {
            status = WITH_FAULTS;
            output.push(&Answered::error(name.as_bytes(), error)).map_err(CliError::output)?;
        }
        for code in &codes {
            let snapshot = pinned(store, args.max_age)?;
            let answered = answerer.answer_code(&snapshot, &code.text)?;
            if args.strict && answered.verdict != Some(Verdict::Valid) {
                status = WITH_FAULTS;
            }
            output.push(&answered).map_err(CliError::output)?;
        }
        output.flush().map_err(CliError::output)?;
    }
    Ok(status)
}

/// The newest snapshot, if it is new enough.
fn pinned(store: &Store, max_age: Option<i64>) -> Result<Arc<Snapshot>, StoreError> {
    let snapshot = store.snapshot()?;
    if let Some(limit) = max_age {
        snapshot.fresh_at(setting::now(), limit)?;
    }
    Ok(snapshot)
}

/// Verifies them.
pub(crate) fn run(args: &VerifyArgs, common: &Common) -> Result<u8, CliError> {
    let policy = common.policy()?;
    let store = args.store.open_following(args.poll.map_or(Follow::Number, Follow::Poll))?;
    // Told before anything is asked, even where no line comes.
    pinned(&store, args.max_age)?;
    let log = match args.role {
        Role::Official => Some(AuditLog::open(&args.store.store.join(AUDIT))?),
        Role::Status | Role::Taxi | Role::Venue => None,
    };
    let mut answerer = Answerer {
        policy: &policy,
        log,
        at: args.at.unwrap_or_else(setting::now),
        role: args.role,
        messages: args.messages,
        carrier: match args.by {
            By::Code => None,
            By::Plate => Some(Carrier::Plate),
            By::Troika => Some(Carrier::Troika),
            By::Strelka => Some(Carrier::Strelka),
        },
    };
    let columns = if args.messages { COLUMNS_WITH_MESSAGES } else { COLUMNS };
    let mut output = Output::stdout(columns, common.format).map_err(CliError::output)?;
    if !args.image.is_empty() {
        let status = verify_pictures(args, &store, &mut answerer, &mut output)?;
        output.finish().map_err(CliError::output)?;
        return Ok(status);
    }
    let mut input = input::open(args.file.as_deref())?;
    let mut line = Vec::new();
    let mut status = DONE;
    while let Some(read) = input::next_line(&mut input, &mut line)? {
        let answered = match read {
            Line::Whole => answerer.answer(&*pinned(&store, args.max_age)?, &line)?,
            Line::TooLong => Answered::error(&line[..64], "the line is longer than 1 MiB".into()),
        };
        if answered.error.is_some() || (args.strict && answered.verdict != Some(Verdict::Valid)) {
            status = WITH_FAULTS;
        }
        output.push(&answered).map_err(CliError::output)?;
        // Whoever asks one at a time waits for the answer.
        if input.buffer().is_empty() {
            output.flush().map_err(CliError::output)?;
        }
    }
    output.finish().map_err(CliError::output)?;
    Ok(status)
}
