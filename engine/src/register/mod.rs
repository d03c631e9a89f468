//! The registers as typed records: one file a register, each from a row of text.
//!
//! A record keeps what verdicts and matching need, in canonical form; the rest of a row goes into
//! sealed details as it was written. Columns are read in the order of the table, so the fault that
//! is told is the first in that order.

mod card;
mod certificate;
mod nationality;
mod permit;
mod reader;
mod registration;
mod result;
mod source;

pub(crate) use card::CARD_STATUSES;
pub use card::CardRecord;
pub(crate) use certificate::CERTIFICATE_STATUSES;
pub use certificate::CertificateRecord;
pub(crate) use permit::PERMIT_STATUSES;
pub use permit::PermitRecord;
pub use registration::Registration;
pub use result::ResultRecord;
pub use source::SourceRecord;

use crate::time::{Date, Instant};

/// Who a record is about, in canonical form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The surname.
    pub surname: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The patronymic.
    pub patronymic: Option<String>,
    /// The date of birth.
    pub birth_date: Option<Date>,
    /// Series and number of the document.
    pub document: Option<String>,
    /// The SNILS.
    pub snils: Option<String>,
}

/// The status of a record and from when it holds; [`Instant::MIN`] is from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusSince {
    /// The status.
    pub status: crate::record::Status,
    /// From when.
    pub on: Instant,
}
