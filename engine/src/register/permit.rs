//! Digital travel permits.

use crate::code::Code;
use crate::identity::{inn, plate, transport};
use crate::record::{Issuer, Status};
use crate::register::reader::{Reader, born_by, fault};
use crate::register::{Person, StatusSince};
use crate::row::{Row, RowFault};
use crate::time::Date;
use crate::verdict::{Kind, Subtype};

/// The statuses that a permit can have.
pub(crate) const PERMIT_STATUSES: &[Status] = &[Status::Active, Status::Revoked];

/// A digital travel permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermitRecord {
    /// Its code.
    pub code: Code,
    /// Work, medical or other.
    pub subtype: Subtype,
    /// The first day.
    pub valid_from: Date,
    /// The last day.
    pub valid_to: Date,
    /// Its holder.
    pub person: Person,
    /// A number plate that it names.
    pub plate: Option<String>,
    /// A Troika card that it names.
    pub troika: Option<String>,
    /// A Strelka card that it names.
    pub strelka: Option<String>,
    /// Active or revoked.
    pub status: StatusSince,
}

impl PermitRecord {
    /// Reads a row of `permits`.
    ///
    /// # Errors
    /// The first column at fault.
    pub fn read(row: &Row<'_>) -> Result<Self, RowFault> {
        let reader = Reader::new(row);
        let code = reader.code("code", Kind::Permit)?;
        let subtype = reader.word("type", |word| match word {
            "1" => Some(Subtype::Work),
            "2" => Some(Subtype::Medical),
            "3" => Some(Subtype::Other),
            _ => None,
        })?;
        reader.optional_word("issuer", Issuer::parse)?;
        let issued_at = reader.instant("issued_at")?;
        let (valid_from, valid_to) = (reader.date("valid_from")?, reader.date("valid_to")?);
        if valid_from > valid_to {
            return fault("valid_from", "order");
        }
        if subtype != Subtype::Work && valid_from != valid_to {
            return fault("valid_to", "one_day");
        }
        let (_, month, day) = valid_to.ymd();
        if code.bytes[..4] != *format!("{day:02}{month:02}").as_bytes() {
            return fault("code", "expiry_date");
        }
        let mut person = reader.names(false)?;
        born_by(person.birth_date, issued_at.date())?;
        reader.optional_word("doc_type", |word| matches!(word, "1" | "2" | "3").then_some(()))?;
        person.document = reader.document(None)?;
        let plate = reader.canonical("plate", plate::canonical)?;
        let troika = reader.canonical("troika", transport::troika)?;
        let strelka = reader.canonical("strelka", transport::strelka)?;
        reader.canonical("inn", inn::canonical)?;
        reader.protected()?;
        let status = reader.status(PERMIT_STATUSES)?;
        Ok(PermitRecord {
            code,
            subtype,
            valid_from,
            valid_to,
            person,
            plate,
            troika,
            strelka,
            status,
        })
    }
}
