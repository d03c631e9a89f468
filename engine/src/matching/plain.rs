//! A form that is written as nearly all are, read without memory of its own.

use crate::identity::document::{self, ShortDocument};
use crate::identity::{birth_date, name, phone, snils};
use crate::key::Fields;
use crate::row::{REGISTRATIONS, Row};
use crate::time::Instant;

/// What of a form matters for coinciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlainForm {
    pub(super) submitted_at: Instant,
    pub(super) document: Option<ShortDocument>,
    pub(super) snils: Option<[u8; 11]>,
    pub(super) work_licence: Option<ShortDocument>,
}

impl PlainForm {
    /// Reads a row that [`crate::register::Registration::read`] reads too, and the same out of it, the
    /// fields of its person's key into `person`; `None` for every other row, and for good ones that are
    /// written in an unusual way, and then the key is of no more use.
    #[inline]
    pub(super) fn read(row: &Row<'_>, person: &mut Fields<'_>) -> Option<Self> {
        if !core::ptr::eq(row.table, &REGISTRATIONS) {
            return None;
        }
        let [
            request_id,
            submitted_at,
            surname,
            first_name,
            patronymic,
            birth_date,
            doc_series,
            doc_number,
            snils,
            phone,
            work_licence,
            _source_id,
        ] = row.values.as_slice()
        else {
            return None;
        };
        if !request_id.as_deref()?.as_bytes().first()?.is_ascii_graphic() {
            return None;
        }
        let submitted_at = Instant::parse(submitted_at.as_deref()?)?;
        let (born, birth_date) = birth_date::short(birth_date.as_deref()?)?;
        let document = match (doc_series, doc_number) {
            (None, None) => None,
            (series, number) => Some(document::short(series.as_deref(), number.as_deref()?)?),
        };
        let snils = match snils {
            None => None,
            Some(snils) => Some(snils::short(snils)?),
        };
        let work_licence = match work_licence {
            None => None,
            Some(licence) => Some(document::short(None, licence)?),
        };
        if born > submitted_at.date() || (document.is_none() && snils.is_none()) {
            return None;
        }
        for required in [surname, first_name] {
            let text = required.as_deref()?;
            person.write_field(|field| name::write_plain(text, field))?;
        }
        match patronymic.as_deref() {
            None => person.field(None),
            Some(text) => {
                person.write_field(|field| {
                    let bytes = name::write_plain(text, field)?;
                    (!name::is_absent(&field[..bytes])).then_some(bytes)
                })?;
            }
        }
        person.short_field(&birth_date);
        person.short_field(&phone::short(phone.as_deref()?)?);
        Some(PlainForm { submitted_at, document, snils, work_licence })
    }
}

#[cfg(test)]
#[path = "plain_tests.rs"]
mod tests;
