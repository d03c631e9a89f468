//! E-cards of foreign citizens.

use crate::code::{self, Code};
use crate::policy::Policy;
use crate::record::Status;
use crate::register::nationality;
use crate::register::reader::{Reader, born_by, fault};
use crate::register::{Person, StatusSince};
use crate::row::{Row, RowFault};
use crate::time::{Date, Instant};
use crate::verdict::Kind;

/// The statuses that a card can have.
pub(crate) const CARD_STATUSES: &[Status] =
    &[Status::Active, Status::Lost, Status::Damaged, Status::DetailsChanged, Status::Replaced];

/// An e-card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRecord {
    /// Series and number.
    pub code: Code,
    /// The first day.
    pub issued_on: Date,
    /// Its holder.
    pub person: Person,
    /// Active, lost, damaged, outdated or replaced.
    pub status: StatusSince,
}

impl CardRecord {
    /// Reads a row of `cards`.
    ///
    /// # Errors
    /// The first column at fault.
    pub fn read(row: &Row<'_>, policy: &Policy) -> Result<Self, RowFault> {
        let reader = Reader::new(row);
        let (series, number) = (reader.required("series")?, reader.required("number")?);
        let written = format!("{series}{number}");
        let code = code::decode_as(Kind::Card, written.as_bytes())
            .map_err(|reason| RowFault { column: "number", reason: reason.as_str() })?;
        let issued_on = reader.date("issued_on")?;
        let mut person = reader.names(true)?;
        born_by(person.birth_date, issued_on)?;
        let age_months = policy.card_age_years_min * 12;
        if person.birth_date.is_some_and(|born| born.plus_months(age_months) > issued_on) {
            return fault("birth_date", "age");
        }
        reader.word("gender", |word| matches!(word, "M" | "F").then_some(()))?;
        reader.word("nationality", |word| nationality::is_known(word).then_some(()))?;
        for column in ["photo_sha256", "signature_sha256"] {
            let hash = reader.required(column)?;
            if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return fault(column, "sha256");
            }
        }
        person.document = reader.document(None)?;
        reader.protected()?;
        let status = CardRecord::status(&reader)?;
        if let Some(other) = reader.text("replaced_by") {
            code::decode_as(Kind::Card, other.as_bytes())
                .map_err(|reason| RowFault { column: "replaced_by", reason: reason.as_str() })?;
        }
        Ok(CardRecord { code, issued_on, person, status })
    }

    /// A card's status holds from 00:00 of a date, which only an active card goes without.
    fn status(reader: &Reader<'_>) -> Result<StatusSince, RowFault> {
        let parse =
            |word: &str| Status::parse(word).filter(|status| CARD_STATUSES.contains(status));
        let status = reader.optional_word("status", parse)?.unwrap_or(Status::Active);
        match reader.optional_date("status_on")? {
            Some(on) => Ok(StatusSince { status, on: on.start() }),
            None if status == Status::Active => Ok(StatusSince { status, on: Instant::MIN }),
            None => fault("status_on", "empty"),
        }
    }
}
