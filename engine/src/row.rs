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

/// Declares a table; `!` marks its required columns.
macro_rules! table {
    ($(#[$doc:meta])* $constant:ident = $name:literal: $($column:ident $($required:tt)?),+ $(,)?) => {
        $(#[$doc])*
        pub static $constant: Table = Table {
            name: $name,
            columns: &[$(Column {
                name: stringify!($column),
                required: table!(@required $($required)?),
            },)+],
        };
    };
    (@required) => { false };
    (@required !) => { true };
}

table! {
    /// Laboratories and clinics.
    SOURCES = "sources": source_id!, name!, kind!, connected_from, connected_to
}
table! {
    /// Test results, vaccinations and recoveries.
    RESULTS = "results": result_id!, source_id!, kind!, outcome, sampled_at!, reported_at!,
    surname!, first_name!, patronymic, birth_date!, doc_series, doc_number, snils, phone!, email,
    work_licence, protected, status, status_on
}
table! {
    /// Certificates that were issued.
    CERTIFICATES = "certificates": token!, kind!, result_id, issued_at!, sampled_at!, reported_at!,
    surname!, first_name!, patronymic, birth_date!, doc_series, doc_number, snils, protected,
    status, status_on
}
table! {
    /// Digital travel permits.
    PERMITS = "permits": code!, type!, issuer, issued_at!, valid_from!, valid_to!, surname,
    first_name, patronymic, birth_date, doc_type, doc_series, doc_number!, plate, troika, strelka,
    inn, organisation, institution, purpose, departure, destination, protected, status, status_on
}
table! {
    /// E-cards of foreign citizens.
    CARDS = "cards": series!, number!, issued_on!, surname!, first_name!, patronymic, birth_date!,
    gender!, nationality!, photo_sha256!, signature_sha256!, doc_series, doc_number!, protected,
    status, status_on, replaced_by
}
table! {
    /// Forms that applicants fill in to get a certificate.
    REGISTRATIONS = "registrations": request_id!, submitted_at!, surname!, first_name!, patronymic,
    birth_date!, doc_series, doc_number, snils, phone!, work_licence, source_id
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
