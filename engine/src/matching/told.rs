//! What an applicant is told of a form: which field is wrong, and what to do with it.

use super::{Matched, Outcome};
use crate::message::Message;
use crate::request::{Field, Mistake, Reason};

/// Symbols of a document.
const DOCUMENT_MAX: &str = "20";

impl Matched {
    /// What is told in Russian and in English: the outcome, the fields that it is about by their names,
    /// and the next step. It says no more than the other members do.
    #[must_use]
    pub fn told(&self) -> (String, String) {
        let told = match self.outcome {
            Outcome::Invalid => self.field.zip(self.reason).and_then(of_fault),
            Outcome::NoMatch => self.of_differing(),
            _ => None,
        };
        told.unwrap_or_else(|| self.message().fill(&[]))
    }

    /// The fields that differ; nothing where none is told of.
    fn of_differing(&self) -> Option<(String, String)> {
        let labels = self.differs.iter().filter_map(|(field, _)| label(field));
        let (ru, en): (Vec<_>, Vec<_>) = labels.map(|label| (label.ru(), label.en())).unzip();
        (!ru.is_empty())
            .then(|| in_both(Message::MatchDiffers, "fields", &ru.join(", "), &en.join(", ")))
    }
}

/// What is wrong with a column; nothing where no applicant fills it in.
fn of_fault((column, reason): (&str, &str)) -> Option<(String, String)> {
    let label = label(column)?;
    let wrong = match reason {
        // Check digits that are wrong are told alike.
        "snils" => Message::RequestInn,
        other => {
            let field = Field::parse(column).unwrap_or(Field::Text);
            Mistake { field, reason: Reason::parse(other)? }.message()
        }
    };
    let (ru, en) = in_both(wrong, "field", label.ru(), label.en());
    let next = Message::RequestNextAgain;
    Some((format!("{ru} {}", next.ru()), format!("{en} {}", next.en())))
}

/// Both texts, each with the value of its language.
fn in_both(message: Message, name: &str, ru: &str, en: &str) -> (String, String) {
    let fill = |value: &str| message.fill(&[(name, value), ("limit", DOCUMENT_MAX)]);
    (fill(ru).0, fill(en).1)
}

/// How a field or column is called to applicants.
fn label(name: &str) -> Option<Message> {
    match name {
        "document" => Some(Message::FieldDocument),
        "snils" => Some(Message::FieldSnils),
        "work_licence" => Some(Message::FieldWorkLicence),
        other => Field::parse(other).map(Field::label),
    }
}
