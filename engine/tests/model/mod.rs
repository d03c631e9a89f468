//! A slow and obvious model of the contract, which the tests hold the engine against.
//!
//! It shares no rule with the engine: registers are tables of strings, every question reads them from
//! the first row to the last, and every rule stands where the contract says it.

#![allow(dead_code)]

pub(crate) mod challenge;
pub(crate) mod code;
pub(crate) mod disclosure;
pub(crate) mod identity;
pub(crate) mod matching;
pub(crate) mod policy;
pub(crate) mod rows;
pub(crate) mod time;
pub(crate) mod transliteration;
pub(crate) mod verify;

use std::collections::BTreeMap;
use std::path::Path;

/// A row: the columns that have a value. An empty field is absent.
pub(crate) type Row = BTreeMap<String, String>;

/// Every register, as it was written.
#[derive(Debug, Default, Clone)]
pub(crate) struct World {
    pub(crate) sources: Vec<Row>,
    pub(crate) results: Vec<Row>,
    pub(crate) certificates: Vec<Row>,
    pub(crate) permits: Vec<Row>,
    pub(crate) cards: Vec<Row>,
}

impl World {
    /// Reads the five registers of a folder. The rows are taken to be good.
    pub(crate) fn load(folder: &Path) -> World {
        World {
            sources: table(&folder.join("sources.csv")),
            results: table(&folder.join("results.csv")),
            certificates: table(&folder.join("certificates.csv")),
            permits: table(&folder.join("permits.csv")),
            cards: table(&folder.join("cards.csv")),
        }
    }

    /// The source with this identifier.
    pub(crate) fn source(&self, source_id: &str) -> Option<&Row> {
        self.sources.iter().find(|row| field(row, "source_id") == Some(source_id))
    }

    /// The result with this identifier.
    pub(crate) fn result(&self, result_id: &str) -> Option<&Row> {
        self.results.iter().find(|row| field(row, "result_id") == Some(result_id))
    }

    /// Whether the source is known and was connected on the date.
    pub(crate) fn connected(&self, source_id: &str, date: i64) -> bool {
        let Some(source) = self.source(source_id) else { return false };
        let Some(from) = field(source, "connected_from") else { return false };
        let from = time::date(from).expect("connected_from");
        let to = field(source, "connected_to").map(|to| time::date(to).expect("connected_to"));
        from <= date && to.is_none_or(|to| date <= to)
    }
}

/// Reads a CSV file.
pub(crate) fn table(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).expect("a readable CSV file");
    let mut rows = Vec::new();
    for row in reader.deserialize::<Row>() {
        let mut row = row.expect("a readable CSV row");
        row.retain(|_, value| !value.is_empty());
        rows.push(row);
    }
    rows
}

/// The value of a column, if the row has one.
pub(crate) fn field<'row>(row: &'row Row, column: &str) -> Option<&'row str> {
    row.get(column).map(String::as_str).filter(|value| !value.is_empty())
}

/// The instant in a required column of a good row.
pub(crate) fn instant_of(row: &Row, column: &str) -> i64 {
    time::instant(field(row, column).expect(column)).expect(column)
}

/// The date in a required column of a good row.
pub(crate) fn date_of(row: &Row, column: &str) -> i64 {
    time::date(field(row, column).expect(column)).expect(column)
}

/// Whether the row is in this status at the instant, where `status_on` is an instant.
pub(crate) fn in_status(row: &Row, status: &str, at: i64) -> bool {
    field(row, "status") == Some(status)
        && field(row, "status_on").is_none_or(|on| time::instant(on).expect("status_on") <= at)
}
