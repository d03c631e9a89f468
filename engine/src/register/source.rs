//! Laboratories and clinics.

use serde::{Deserialize, Serialize};

use crate::record::SourceKind;
use crate::register::reader::{Reader, fault};
use crate::row::{Row, RowFault};
use crate::time::Date;

/// A laboratory or clinic, and when it was connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Its identifier.
    pub source_id: String,
    /// Its name.
    pub name: String,
    /// `laboratory` or `clinic`.
    pub kind: String,
    /// Days since 1970-01-01; never connected without.
    pub connected_from: Option<i32>,
    /// The last day; still connected without.
    pub connected_to: Option<i32>,
}

impl SourceRecord {
    /// Reads a row of `sources`.
    ///
    /// # Errors
    /// The first column at fault.
    pub fn read(row: &Row<'_>) -> Result<Self, RowFault> {
        let reader = Reader::new(row);
        let source_id = reader.required("source_id")?.to_owned();
        let name = reader.required("name")?.to_owned();
        let kind = reader.word("kind", SourceKind::parse)?.to_string();
        let connected_from = reader.optional_date("connected_from")?.map(Date::days);
        let connected_to = reader.optional_date("connected_to")?.map(Date::days);
        if connected_from.zip(connected_to).is_some_and(|(from, to)| from > to) {
            return fault("connected_to", "order");
        }
        Ok(SourceRecord { source_id, name, kind, connected_from, connected_to })
    }

    /// Whether it was connected on a date: both ends count.
    #[must_use]
    pub fn connected_on(&self, date: Date) -> bool {
        self.connected_from.is_some_and(|from| from <= date.days())
            && self.connected_to.is_none_or(|to| date.days() <= to)
    }
}
