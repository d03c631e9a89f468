//! The columns of every register, and a row of text under them.

use std::borrow::Cow;

use crate::record::Register;

/// A table that can be read: its name and its columns.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The written name, for example `permits`.
    pub name: &'static str,
    /// Every column, in the order of the contract.
    pub columns: &'static [Column],
}

/// One column of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// The written name, as in a CSV header.
    pub name: &'static str,
    /// Whether a table without this column, or a row without a value in it, is wrong.
    pub required: bool,
}

/// Declares a table; each column is `required` or `optional`.
macro_rules! table {
    ($(#[$doc:meta])* $constant:ident = $name:literal: $($need:ident $column:literal),+ $(,)?) => {
        $(#[$doc])*
        pub static $constant: Table = Table {
            name: $name,
            columns: &[$(Column { name: $column, required: table!(@$need) },)+],
        };
    };
    (@required) => { true };
    (@optional) => { false };
}

table! {
    /// Laboratories and clinics.
    SOURCES = "sources": required "source_id",
    required "name",
    required "kind",
    optional "connected_from",
    optional "connected_to",
}
table! {
    /// Test results, vaccinations and recoveries.
    RESULTS = "results": required "result_id",
    required "source_id",
    required "kind",
    optional "outcome",
    required "sampled_at",
    required "reported_at",
    required "surname",
    required "first_name",
    optional "patronymic",
    required "birth_date",
    optional "doc_series",
    optional "doc_number",
    optional "snils",
    required "phone",
    optional "email",
    optional "work_licence",
    optional "protected",
    optional "status",
    optional "status_on",
}
table! {
    /// Certificates that were issued.
    CERTIFICATES = "certificates": required "token",
    required "kind",
    optional "result_id",
    required "issued_at",
    required "sampled_at",
    required "reported_at",
    required "surname",
    required "first_name",
    optional "patronymic",
    required "birth_date",
    optional "doc_series",
    optional "doc_number",
    optional "snils",
    optional "protected",
    optional "status",
    optional "status_on",
}
table! {
    /// Digital travel permits.
    PERMITS = "permits": required "code",
    required "type",
    optional "issuer",
    required "issued_at",
    required "valid_from",
    required "valid_to",
    optional "surname",
    optional "first_name",
    optional "patronymic",
    optional "birth_date",
    optional "doc_type",
    optional "doc_series",
    required "doc_number",
    optional "plate",
    optional "troika",
    optional "strelka",
    optional "inn",
    optional "organisation",
    optional "institution",
    optional "purpose",
    optional "departure",
    optional "destination",
    optional "protected",
    optional "status",
    optional "status_on",
}
table! {
    /// E-cards of foreign citizens.
    CARDS = "cards": required "series",
    required "number",
    required "issued_on",
    required "surname",
    required "first_name",
    optional "patronymic",
    required "birth_date",
    required "gender",
    required "nationality",
    required "photo_sha256",
    required "signature_sha256",
    optional "doc_series",
    required "doc_number",
    optional "protected",
    optional "status",
    optional "status_on",
    optional "replaced_by",
}
table! {
    /// Forms that applicants fill in to get a certificate.
    REGISTRATIONS = "registrations": required "request_id",
    required "submitted_at",
    required "surname",
    required "first_name",
    optional "patronymic",
    required "birth_date",
    optional "doc_series",
    optional "doc_number",
    optional "snils",
    required "phone",
    optional "work_licence",
    optional "source_id",
}

impl Table {
    /// The columns of a register.
    #[must_use]
    pub fn of(register: Register) -> &'static Table {
        match register {
            Register::Sources => &SOURCES,
            Register::Results => &RESULTS,
            Register::Certificates => &CERTIFICATES,
            Register::Permits => &PERMITS,
            Register::Cards => &CARDS,
        }
    }

    /// The place of a column, if the table has it.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|each| each.name == column)
    }
}

/// One row as text: a value for each column of its table, in the table's order. A value is never
/// the empty text: what was empty is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The table.
    pub table: &'static Table,
    /// One value for each column.
    pub values: Vec<Option<Cow<'a, str>>>,
}

impl<'a> Row<'a> {
    /// A row with nothing in it.
    #[must_use]
    pub fn empty(table: &'static Table) -> Self {
        Row { table, values: vec![None; table.columns.len()] }
    }

    /// The same row with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> Row<'static> {
        let own = |value: Option<Cow<'_, str>>| value.map(|text| Cow::Owned(text.into_owned()));
        Row { table: self.table, values: self.values.into_iter().map(own).collect() }
    }

    /// The value of a column; `None` where it is absent or the table has no such column.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&str> {
        self.values.get(self.table.position(column)?)?.as_deref()
    }

    /// Puts a value into a column; an empty one makes it absent. Answers whether there is such a
    /// column.
    pub fn set(&mut self, column: &str, value: impl Into<Cow<'a, str>>) -> bool {
        let Some(position) = self.table.position(column) else { return false };
        let value = value.into();
        self.values[position] = (!value.is_empty()).then_some(value);
        true
    }
}

/// Why a row was rejected: the column that is wrong, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The column.
    pub column: &'static str,
    /// The reason, for example `empty`, `date` or `snils`.
    pub reason: &'static str,
}

impl core::fmt::Display for RowFault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.column, self.reason)
    }
}

impl core::error::Error for RowFault {}
