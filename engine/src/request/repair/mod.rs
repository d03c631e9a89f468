//! What a message that cannot be read was meant to say, where that is clear.
//!
//! A repair changes how something is written, never what it says. Every reading of the message that
//! is possible is tried; only where all readings that make sense say the same is it suggested, and
//! only after it was read again as if it had been sent.

mod align;
mod date;
mod kind;
mod lead;
mod place;
mod split;
mod value;

use crate::identity::document;
use crate::policy::Policy;
use crate::request::asked::{Asked, FORM, Field};
use crate::request::check::{self, Decision};
use crate::request::grammar::SEPARATOR;
use crate::request::mistake::{Mistake, Reason};
use crate::request::repair::align::Reading;
use crate::time::{Date, Instant};

/// Longer messages are not looked into: they have no clear meaning.
const BYTES_MAX: usize = 2048;

/// What came of looking for what a message was meant to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repaired {
    /// This.
    Corrected(String),
    /// It asks for somebody who needs no permit.
    NotRequired,
    /// It is clear, and refused for another reason than how it is written.
    Refused(Mistake),
    /// Nothing, or more than one thing.
    Unclear,
}

/// Looks for what a message that cannot be read was meant to say.
#[must_use]
pub fn repair(text: &str, received_at: Instant, policy: &Policy) -> Repaired {
    if text.len() > BYTES_MAX {
        return Repaired::Unclear;
    }
    let today = received_at.date();
    let ends_empty = text.trim_end().ends_with(SEPARATOR);
    // The likeliest ways first; the next only where they make no sense at all.
    for ways in split::splits(text) {
        let mut meanings = Meanings { received_at, policy, found: Vec::new(), is_unclear: false };
        for fields in ways {
            let Some(fields) = lead::without_word(&fields) else { continue };
            for reading in align::readings(&fields, today) {
                meanings.add(&reading, today);
                // Fields that end with an empty one were shifted, and that by more than one perhaps.
                if ends_empty && reading.is_guess {
                    align::with_card(&reading).iter().for_each(|other| meanings.add(other, today));
                }
            }
        }
        if meanings.is_unclear || !meanings.found.is_empty() {
            return meanings.only();
        }
    }
    Repaired::Unclear
}

/// The readings that make sense.
struct Meanings<'p> {
    received_at: Instant,
    policy: &'p Policy,
    found: Vec<(String, Repaired)>,
    is_unclear: bool,
}

impl Meanings<'_> {
    fn add(&mut self, reading: &Reading, today: Date) {
        let Some(values) = value::fixed(reading, today) else {
            self.is_unclear |= reading.is_guess;
            return;
        };
        if !place::is_sure(reading, &values, today) {
            self.is_unclear = true;
            return;
        }
        let text = message(&values);
        let (meaning, repaired) = match check::read_message(&text, self.received_at, self.policy) {
            Ok(Decision::NotRequired) => (String::new(), Repaired::NotRequired),
            Ok(Decision::Issue(due)) => (meaning(&due.asked), Repaired::Corrected(text)),
            Err(mistake) if mistake.reason == Reason::Ended => {
                (String::new(), Repaired::Refused(mistake))
            }
            // It would be refused again: what was meant cannot be told.
            Err(_) => {
                self.is_unclear |= reading.is_guess;
                return;
            }
        };
        if !self.found.iter().any(|(other, kind)| {
            *other == meaning && std::mem::discriminant(kind) == std::mem::discriminant(&repaired)
        }) {
            self.found.push((meaning, repaired));
        }
    }

    fn only(mut self) -> Repaired {
        match (self.is_unclear, self.found.len()) {
            (false, 1) => self.found.remove(0).1,
            _ => Repaired::Unclear,
        }
    }
}

/// The message of these values.
fn message(values: &[String]) -> String {
    let mut text = String::from("Пропуск");
    for value in values {
        text.push(SEPARATOR);
        text.push_str(value);
    }
    text
}

/// The same for all texts that ask for the same.
fn meaning(asked: &Asked<'_>) -> String {
    let (series, number) = (asked.value(Field::DocSeries), asked.value(Field::DocNumber));
    let document = document::canonical(Some(series), Some(number)).ok().flatten();
    let mut meaning = document.unwrap_or_default();
    let written_apart = |field: &&Field| !matches!(field, Field::DocSeries | Field::DocNumber);
    for field in FORM.iter().filter(written_apart) {
        meaning.push('\n');
        let value = asked.value(*field);
        match field {
            Field::Plate => meaning.push_str(&document::squeezed(value)),
            _ => meaning.push_str(value),
        }
    }
    meaning
}
