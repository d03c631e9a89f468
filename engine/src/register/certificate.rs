//! Certificates that were issued.

use crate::code::Code;
use crate::identity::snils;
use crate::record::{ResultKind, Status};
use crate::register::reader::{Reader, born_by, fault};
use crate::register::{Person, StatusSince};
use crate::row::{Row, RowFault};
use crate::time::Instant;
use crate::verdict::Kind;

/// The statuses that a certificate can have.
pub(crate) const CERTIFICATE_STATUSES: &[Status] =
    &[Status::Active, Status::Suspended, Status::Revoked];

/// A QR certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
    /// Its token.
    pub code: Code,
    /// What it is about.
    pub kind: ResultKind,
    /// The result behind it.
    pub result_id: Option<String>,
    /// From when it is valid.
    pub issued_at: Instant,
    /// When the sample was taken.
    pub sampled_at: Instant,
    /// When it was reported.
    pub reported_at: Instant,
    /// Its holder.
    pub person: Person,
    /// Active, suspended or revoked.
    pub status: StatusSince,
}

impl CertificateRecord {
    /// Reads a row of `certificates`.
    ///
    /// # Errors
    /// The first column at fault.
    pub fn read(row: &Row<'_>) -> Result<Self, RowFault> {
        let reader = Reader::new(row);
        let code = reader.code("token", Kind::Certificate)?;
        let kind = reader.word("kind", ResultKind::parse)?;
        let result_id = reader.text("result_id").map(str::to_owned);
        let issued_at = reader.instant("issued_at")?;
        let (sampled_at, reported_at) =
            (reader.instant("sampled_at")?, reader.instant("reported_at")?);
        if sampled_at > reported_at {
            return fault("sampled_at", "order");
        }
        let mut person = reader.names(true)?;
        born_by(person.birth_date, sampled_at.date().min(issued_at.date()))?;
        person.document = reader.document(Some("snils"))?;
        person.snils = reader.canonical("snils", snils::canonical)?;
        reader.protected()?;
        let status = reader.status(CERTIFICATE_STATUSES)?;
        Ok(CertificateRecord {
            code,
            kind,
            result_id,
            issued_at,
            sampled_at,
            reported_at,
            person,
            status,
        })
    }
}
