//! Tables to rows: CSV, NDJSON and Parquet, read in parallel, handed on in the order of the input.
//!
//! The input is cut into chunks at row boundaries, chunks are parsed on the worker threads, and the
//! outcomes reach the caller in input order. A faulty row is an outcome like any other: it never
//! stops the rows after it. Rows of Parquet are written as records of CSV and then take its path,
//! so a value means the same in every format, and a rejected row can be kept as text.

mod csv;
mod error;
mod ndjson;
mod parallel;
mod parquet;
mod split;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use ::parquet::file::reader::ChunkReader;
use propusk_engine::row::{Row, RowFault, Table};

pub use self::error::{ColumnFault, ReadError};
use self::parallel::read_parts;
use self::split::{Limits, Lines, Splitter};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4180 with a header, in UTF-8.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet with one flat column for each column of the table.
    Parquet,
}

/// A table to read.
#[derive(Debug)]
pub enum Source<R> {
    /// A stream of CSV.
    Csv(R),
    /// A stream of NDJSON.
    Ndjson(R),
    /// A file of Parquet, which is read from its end and cannot be a stream.
    Parquet(File),
}

impl Format {
    /// The endings that name a format, for people.
    pub const ENDINGS: &str = ".csv, .ndjson, .jsonl or .parquet";

    /// The format that a file's ending names: `.csv`, `.ndjson` and `.jsonl`, or `.parquet`.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?;
        if ending.eq_ignore_ascii_case("csv") {
            Some(Format::Csv)
        } else if ending.eq_ignore_ascii_case("ndjson") || ending.eq_ignore_ascii_case("jsonl") {
            Some(Format::Ndjson)
        } else if ending.eq_ignore_ascii_case("parquet") {
            Some(Format::Parquet)
        } else {
            None
        }
    }
}

/// A row that was not taken, with all that is needed to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file it came from.
    pub file: String,
    /// The line where the row starts, from 1; in Parquet the number of the row, from 1.
    pub line: u64,
    /// The column that is wrong; empty where the row as a whole is.
    pub column: String,
    /// What is wrong, in a word.
    pub reason: String,
    /// The row's own bytes, whole, without the line end; a row of Parquet as a record of CSV.
    pub raw: Vec<u8>,
}

/// Why a row was not taken. Rows that could not be read have these reasons: `fields` (as many
/// fields as the header has are wanted), `utf8`, `json` (not one flat JSON object), `quote` (opened
/// and never closed), `too_long`, `unknown_column` and `repeated` (a member given twice).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The column that is wrong; empty where the row as a whole is.
    pub column: Cow<'static, str>,
    /// What is wrong, in a word.
    pub reason: &'static str,
}

impl Fault {
    /// A fault of the row as a whole.
    fn of_row(reason: &'static str) -> Self {
        Fault { column: Cow::Borrowed(""), reason }
    }
}

impl From<RowFault> for Fault {
    fn from(fault: RowFault) -> Self {
        Fault { column: Cow::Borrowed(fault.column), reason: fault.reason }
    }
}

/// One row of the input, taken or not.
#[derive(Debug)]
pub struct RowOutcome<'a, T> {
    /// The line where the row starts, from 1; in Parquet the number of the row, from 1.
    pub line: u64,
    /// The header's own bytes, for CSV; the columns as such a header for Parquet; empty for NDJSON.
    pub header: &'a [u8],
    /// The row's own bytes, whole, without the line end; a row of Parquet as a record of CSV.
    pub raw: &'a [u8],
    /// What the row was converted to, or what is wrong with it.
    pub value: Result<T, Fault>,
}

impl<T> RowOutcome<'_, T> {
    /// The row as one rejected for `fault`.
    #[must_use]
    pub fn rejected(&self, file: &str, fault: &Fault) -> Rejected {
        Rejected {
            file: file.to_owned(),
            line: self.line,
            column: fault.column.clone().into_owned(),
            reason: fault.reason.to_owned(),
            raw: self.raw.to_vec(),
        }
    }
}

/// Reads every row of a table. `convert` is called on the worker threads; `accept` on this thread,
/// once for each row, in the order of the input. At most two chunks of about a mebibyte for each
/// worker thread are held at a time.
///
/// In CSV an empty line is skipped, and in NDJSON a blank one. A row longer than a mebibyte is
/// the fault `too_long`: only its first line is given up, and reading goes on behind that line's
/// end; a single line longer than that comes as several such faults of at most a mebibyte each, so
/// that none of it is lost. A quote that is not closed before the end of the input is the fault
/// `quote` of all that follows it.
///
/// In Parquet a row whose values are longer than a mebibyte as a record of CSV is the fault
/// `too_long`, and bytes that are not UTF-8 are the fault `utf8` of their column. Integers, dates,
/// instants and truth values have the text that CSV has for them. The first time that Parquet is read,
/// a panic hook is set over the one that is there: it keeps silent of panics of the library in this
/// thread while it reads, which are told as [`ReadError::Parquet`].
///
/// # Errors
/// Where the input cannot be read, where a CSV header or a column of Parquet is wrong, and where
/// `accept` says so.
pub fn read_rows<R, T, E>(
    source: Source<R>,
    file: &str,
    table: &'static Table,
    convert: impl Fn(&Row<'_>) -> Result<T, RowFault> + Sync,
    accept: impl FnMut(RowOutcome<'_, T>) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read + Send,
    T: Send,
    E: From<ReadError>,
{
    match source {
        Source::Csv(input) => {
            let mut splitter = Splitter::new(input, file, Lines::Csv, Limits::DEFAULT);
            let header = csv::Header::read(&mut splitter, table)?;
            read_parts(splitter, table, Some(&header), &convert, accept)
        }
        Source::Ndjson(input) => {
            let splitter = Splitter::new(input, file, Lines::Ndjson, Limits::DEFAULT);
            read_parts(splitter, table, None, &convert, accept)
        }
        Source::Parquet(input) => read_parquet(input, file, table, convert, accept),
    }
}

/// [`read_rows`] of Parquet that stands anywhere.
pub(crate) fn read_parquet<R, T, E>(
    input: R,
    file: &str,
    table: &'static Table,
    convert: impl Fn(&Row<'_>) -> Result<T, RowFault> + Sync,
    accept: impl FnMut(RowOutcome<'_, T>) -> Result<(), E>,
) -> Result<(), E>
where
    R: ChunkReader + 'static,
    T: Send,
    E: From<ReadError>,
{
    let (groups, header) = parquet::open(input, file, table)?;
    read_parts(groups, table, Some(&header), &convert, accept)
}
