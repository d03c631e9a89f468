//! Tables of text to rows: CSV and NDJSON, read in parallel, handed on in the order of the input.
//!
//! The input is cut into chunks at row boundaries, chunks are parsed on the worker threads, and the
//! outcomes reach the caller in input order. A faulty row is an outcome like any other: it never
//! stops the rows after it.

mod csv;
mod ndjson;
mod split;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use propusk_engine::row::{Row, RowFault, Table};

use self::split::{Chunk, Limits, Splitter};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4180 with a header, in UTF-8.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// The format that a file's ending names: `.csv`, or `.ndjson` and `.jsonl`.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?;
        if ending.eq_ignore_ascii_case("csv") {
            Some(Format::Csv)
        } else if ending.eq_ignore_ascii_case("ndjson") || ending.eq_ignore_ascii_case("jsonl") {
            Some(Format::Ndjson)
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
    /// The line where the row starts, from 1.
    pub line: u64,
    /// The column that is wrong; empty where the row as a whole is.
    pub column: String,
    /// What is wrong, in a word.
    pub reason: String,
    /// The row's own bytes, whole, without the line end.
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
    /// The line where the row starts, from 1.
    pub line: u64,
    /// The header's own bytes, for CSV; empty for NDJSON.
    pub header: &'a [u8],
    /// The row's own bytes, whole, without the line end.
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

/// Why a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The input broke off.
    #[error(
        "{file}: cannot be read: {source}; check that the file is there and whole, and load it again"
    )]
    Io {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The header names a column that the table does not have.
    #[error(
        "{file}: line {line}: unknown column `{column}`; rename or remove it, the columns are: {known}"
    )]
    UnknownColumn {
        /// The file.
        file: String,
        /// The header's line.
        line: u64,
        /// The column, as written.
        column: String,
        /// The columns of the table, with commas between.
        known: String,
    },
    /// The header lacks a column that the table must have.
    #[error(
        "{file}: line {line}: the column `{column}` is missing from the header; add it to every row"
    )]
    MissingColumn {
        /// The file.
        file: String,
        /// The header's line.
        line: u64,
        /// The column.
        column: String,
    },
    /// The header names a column twice.
    #[error("{file}: line {line}: the column `{column}` stands in the header twice; remove one")]
    RepeatedColumn {
        /// The file.
        file: String,
        /// The header's line.
        line: u64,
        /// The column.
        column: String,
    },
    /// The header is not UTF-8.
    #[error(
        "{file}: line {line}: the header is not UTF-8 from byte {byte} of the line on; save the file as UTF-8"
    )]
    HeaderNotUtf8 {
        /// The file.
        file: String,
        /// The header's line.
        line: u64,
        /// The first wrong byte, from 1.
        byte: usize,
    },
    /// The header has an open quote or no end.
    #[error(
        "{file}: line {line}: the header has no end ({reason}); close its quotes, and end it with a line end"
    )]
    HeaderBroken {
        /// The file.
        file: String,
        /// The header's line.
        line: u64,
        /// `quote` or `too_long`.
        reason: &'static str,
    },
    /// There is no header: the input is empty.
    #[error("{file}: the file is empty; a CSV file begins with a header, which names: {known}")]
    NoHeader {
        /// The file.
        file: String,
        /// The columns of the table, with commas between.
        known: String,
    },
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
/// # Errors
/// Where the input cannot be read, where a CSV header is wrong, and where `accept` says so.
pub fn read_rows<R, T, E>(
    input: R,
    file: &str,
    table: &'static Table,
    format: Format,
    convert: impl Fn(&Row<'_>) -> Result<T, RowFault> + Sync,
    accept: impl FnMut(RowOutcome<'_, T>) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read + Send,
    T: Send,
    E: From<ReadError>,
{
    let splitter = Splitter::new(input, file, format, Limits::DEFAULT);
    read_split(splitter, table, &convert, accept)
}

/// A chunk whose rows were read.
struct Parsed<T> {
    chunk: Chunk,
    values: Vec<Result<T, Fault>>,
}

/// Reads what a splitter gives.
fn read_split<R, T, E>(
    mut splitter: Splitter<'_, R>,
    table: &'static Table,
    convert: &(impl Fn(&Row<'_>) -> Result<T, RowFault> + Sync),
    mut accept: impl FnMut(RowOutcome<'_, T>) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read,
    T: Send,
    E: From<ReadError>,
{
    let header = match splitter.format() {
        Format::Csv => Some(csv::Header::read(&mut splitter, table)?),
        Format::Ndjson => None,
    };
    let header = header.as_ref();
    let header_raw = header.map_or(&[][..], csv::Header::raw);
    let bound = 2 * rayon::current_num_threads();
    rayon::in_place_scope(|scope| {
        let mut pending: VecDeque<Receiver<Parsed<T>>> = VecDeque::with_capacity(bound);
        let mut more = true;
        loop {
            while more && pending.len() < bound {
                let Some(chunk) = splitter.next_chunk()? else {
                    more = false;
                    break;
                };
                let (sender, receiver) = channel();
                scope.spawn(move |_| {
                    let values = parse_chunk(&chunk, table, header, convert);
                    // Nobody waits for it where an earlier row ended the reading.
                    let _ = sender.send(Parsed { chunk, values });
                });
                pending.push_back(receiver);
            }
            // A sender that is gone without a word panicked; the scope passes the panic on.
            let Some(parsed) = pending.pop_front().and_then(|next| wait_for(&next)) else {
                return Ok(());
            };
            for (record, value) in parsed.chunk.records().zip(parsed.values) {
                let (line, raw) = (record.line, record.raw);
                accept(RowOutcome { line, header: header_raw, raw, value })?;
            }
        }
    })
}

/// Waits for a parsed chunk. A thread that is itself a worker works while it waits: were it to
/// sleep, nobody might be left to do what it waits for.
fn wait_for<T>(receiver: &Receiver<T>) -> Option<T> {
    loop {
        match receiver.try_recv() {
            Ok(value) => return Some(value),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => match rayon::yield_now() {
                None => return receiver.recv().ok(),
                Some(rayon::Yield::Executed) => {}
                Some(rayon::Yield::Idle) => std::thread::yield_now(),
            },
        }
    }
}

/// Reads and converts the rows of a chunk.
fn parse_chunk<'c, T>(
    chunk: &'c Chunk,
    table: &'static Table,
    header: Option<&csv::Header>,
    convert: &impl Fn(&Row<'_>) -> Result<T, RowFault>,
) -> Vec<Result<T, Fault>> {
    let mut row = Row::empty(table);
    let parse = |record: split::Record<'c>| {
        if let Some(reason) = record.flaw {
            return Err(Fault::of_row(reason));
        }
        row.values.fill(None);
        match header {
            Some(header) => header.parse(record.raw, &mut row)?,
            None => ndjson::parse(record.raw, &mut row)?,
        }
        convert(&row).map_err(Fault::from)
    };
    chunk.records().map(parse).collect()
}
