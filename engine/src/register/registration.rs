//! The forms of applicants.

use crate::identity::{document, phone, snils};
use crate::register::Person;
use crate::register::reader::{Reader, born_by};
use crate::row::{Row, RowFault};
use crate::time::Instant;

/// A form that asks for a certificate, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// When it was handed in.
    pub submitted_at: Instant,
    /// Who asks.
    pub person: Person,
    /// Ten digits.
    pub phone: String,
    /// The work licence.
    pub work_licence: Option<String>,
    /// Where the applicant says that the test was made.
    pub source_id: Option<String>,
}

impl Registration {
    /// Reads a row of `registrations`.
    ///
    /// # Errors
    /// The first column at fault.
    pub fn read(row: &Row<'_>) -> Result<Self, RowFault> {
        let reader = Reader::new(row);
        reader.required("request_id")?;
        let submitted_at = reader.instant("submitted_at")?;
        let mut person = reader.names(true)?;
        born_by(person.birth_date, submitted_at.date())?;
        person.document = reader.document(Some("snils"))?;
        person.snils = reader.canonical("snils", snils::canonical)?;
        reader.required("phone")?;
        let phone = reader.canonical("phone", phone::canonical)?.unwrap_or_default();
        let work_licence = reader.canonical("work_licence", document::licence)?;
        let source_id = reader.text("source_id").map(str::to_owned);
        Ok(Registration { submitted_at, person, phone, work_licence, source_id })
    }
}
