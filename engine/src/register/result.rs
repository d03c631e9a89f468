//! Test results, vaccinations and recoveries.

use crate::identity::{document, phone, snils};
use crate::record::{ResultKind, Status, TestOutcome};
use crate::register::reader::{Reader, born_by, fault};
use crate::register::{Person, StatusSince};
use crate::row::{Row, RowFault};
use crate::time::Instant;

/// A result as a laboratory or clinic reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRecord {
    /// Its identifier.
    pub result_id: String,
    /// Who reported it.
    pub source_id: String,
    /// What it is about.
    pub kind: ResultKind,
    /// How a PCR test ended; nothing else has an outcome.
    pub outcome: Option<TestOutcome>,
    /// When the sample was taken.
    pub sampled_at: Instant,
    /// When it was reported.
    pub reported_at: Instant,
    /// Who it is about.
    pub person: Person,
    /// Ten digits.
    pub phone: String,
    /// The work licence.
    pub work_licence: Option<String>,
    /// Whether nothing of the person may spread.
    pub protected: bool,
    /// Active or withdrawn.
    pub status: StatusSince,
}

impl ResultRecord {
    /// Reads a row of `results`.
    ///
    /// # Errors
    /// The first column at fault.
    pub fn read(row: &Row<'_>) -> Result<Self, RowFault> {
        let reader = Reader::new(row);
        let result_id = reader.required("result_id")?.to_owned();
        let source_id = reader.required("source_id")?.to_owned();
        let kind = reader.word("kind", ResultKind::parse)?;
        let outcome = match (kind, reader.optional_word("outcome", TestOutcome::parse)?) {
            (ResultKind::Pcr, None) => return fault("outcome", "empty"),
            (ResultKind::Vaccination | ResultKind::Recovery, Some(_)) => {
                return fault("outcome", "not_pcr");
            }
            (_, outcome) => outcome,
        };
        let (sampled_at, reported_at) =
            (reader.instant("sampled_at")?, reader.instant("reported_at")?);
        if sampled_at > reported_at {
            return fault("sampled_at", "order");
        }
        let mut person = reader.names(true)?;
        born_by(person.birth_date, sampled_at.date())?;
        person.document = reader.document(Some("snils"))?;
        person.snils = reader.canonical("snils", snils::canonical)?;
        reader.required("phone")?;
        let phone = reader.canonical("phone", phone::canonical)?.unwrap_or_default();
        let work_licence = reader.canonical("work_licence", document::licence)?;
        let protected = reader.protected()?;
        let status = reader.status(&[Status::Active, Status::Withdrawn])?;
        Ok(ResultRecord {
            result_id,
            source_id,
            kind,
            outcome,
            sampled_at,
            reported_at,
            person,
            phone,
            work_licence,
            protected,
            status,
        })
    }
}
