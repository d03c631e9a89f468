//! What an applicant is told.

use crate::code::Code;
use crate::message::Message;
use crate::policy::Policy;
use crate::request::asked::Field;
use crate::request::check::{DAYS_AHEAD_MAX, Due, SHORT_MAX, TEXT_MAX};
use crate::request::mistake::{Mistake, Reason};
use crate::request::parts::parts;
use crate::time::Date;
use crate::verdict::{Subtype, words};

/// The word that a message begins with, as it is told.
const WORD: &str = "Пропуск";
/// Symbols of a document.
const DOCUMENT_MAX: usize = 20;

words! {
    /// What became of a request.
    Outcome {
        /// There is a permit.
        Issued = "issued",
        /// There is none.
        Refused = "refused",
        /// The holder needs none.
        NotRequired = "not_required",
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What became of it.
    pub outcome: Outcome,
    /// The code of the permit.
    pub code: Option<Code>,
    /// Why it is refused.
    pub mistake: Option<Mistake>,
    /// The message to send instead, where it is clear what was meant.
    pub suggestion: Option<String>,
    /// What is told in Russian.
    pub message_ru: String,
    /// What is told in English.
    pub message_en: String,
}

impl Answer {
    /// How many parts of SMS the answer takes: the Russian message, and the suggestion in a message
    /// of its own, so that it can be forwarded as it is.
    #[must_use]
    pub fn parts(&self) -> usize {
        parts(&self.message_ru) + self.suggestion.as_deref().map_or(0, parts)
    }

    pub(crate) fn issued(due: &Due<'_>, code: Code) -> Self {
        let message = match due.subtype {
            Subtype::Work => Message::RequestIssuedWork,
            _ => Message::RequestIssued,
        };
        let (text, date) = (code.canonical(), dotted(due.valid_to));
        let told = message.fill(&[("code", &text), ("date", &date)]);
        Answer { code: Some(code), ..Answer::told(Outcome::Issued, told) }
    }

    pub(crate) fn not_required(policy: &Policy) -> Self {
        let years = policy.permit_age_years_min.to_string();
        let told = Message::RequestNotRequired.fill(&[("years", &years)]);
        Answer::told(Outcome::NotRequired, told)
    }

    pub(crate) fn refused(mistake: Mistake, suggestion: Option<String>, policy: &Policy) -> Self {
        let (limit, date) = (limit(mistake), dotted(policy.work_last_day));
        let label = mistake.field.label();
        let message = match (mistake.field, mistake.reason, &suggestion) {
            // Whoever does not know of asterisks does not know between what.
            (Field::Text, Reason::Separator, None) => Message::RequestForm,
            _ => mistake.message(),
        };
        let told = |field: &str| {
            let values = [("field", field), ("limit", &limit), ("date", &date), ("word", WORD)];
            message.fill(&values)
        };
        let (mut ru, mut en) = (told(label.ru()).0, told(label.en()).1);
        let next = match (&suggestion, mistake.reason) {
            (_, Reason::Ended) => None,
            (Some(_), _) => Some(Message::RequestNextCorrected),
            (None, _) => Some(Message::RequestNextAgain),
        };
        if let Some(next) = next {
            ru = format!("{ru} {}", next.ru());
            en = format!("{en} {}", next.en());
        }
        let told = Answer::told(Outcome::Refused, (ru, en));
        Answer { mistake: Some(mistake), suggestion, ..told }
    }

    /// No more permits for a document in the week of that day.
    pub(crate) fn over_quota(day: Date, policy: &Policy) -> Self {
        let limit = policy.other_a_week_max.to_string();
        let next = dotted(day.week_start().plus_days(7));
        let told = Message::RequestQuota.fill(&[("limit", &limit), ("date", &next)]);
        let mistake = Mistake { field: Field::DocNumber, reason: Reason::Quota };
        Answer { mistake: Some(mistake), ..Answer::told(Outcome::Refused, told) }
    }

    fn told(outcome: Outcome, (message_ru, message_en): (String, String)) -> Self {
        Answer { outcome, code: None, mistake: None, suggestion: None, message_ru, message_en }
    }
}

/// The limit that a mistake went beyond, as it is told.
fn limit(mistake: Mistake) -> String {
    let limit = match (mistake.field, mistake.reason) {
        (_, Reason::TooFar) => DAYS_AHEAD_MAX as usize,
        (Field::DocSeries | Field::DocNumber, _) => DOCUMENT_MAX,
        (Field::Organisation | Field::Purpose, _) => SHORT_MAX,
        _ => TEXT_MAX,
    };
    limit.to_string()
}

/// A date as it is written in Russia.
fn dotted(date: Date) -> String {
    let (year, month, day) = date.ymd();
    format!("{day:02}.{month:02}.{year:04}")
}
