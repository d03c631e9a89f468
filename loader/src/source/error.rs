//! Why a table cannot be read at all.

use std::io;

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
    /// What should be text are the bytes of a Parquet file.
    #[error(
        "{file}: this is Parquet, which is read from its end; give it as a file whose name ends in .parquet"
    )]
    ParquetAsText {
        /// The file.
        file: String,
    },
    /// A column of a Parquet file cannot be read as one of the table.
    #[error("{file}: {fault}")]
    ParquetColumn {
        /// The file.
        file: String,
        /// The column, and what to do about it.
        fault: ColumnFault,
    },
    /// A Parquet file is damaged, cut short, or no Parquet file.
    #[error("{file}: {place} cannot be read as Parquet: {cause}; copy or export the file again")]
    Parquet {
        /// The file.
        file: String,
        /// Where in the file.
        place: String,
        /// What is wrong there.
        cause: String,
    },
}

/// What is wrong with a column of a Parquet file, whatever its rows hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnFault {
    /// The table has no such column.
    #[error("unknown column `{column}`; rename or remove it, the columns are: {known}")]
    Unknown {
        /// The column, as written.
        column: String,
        /// The columns of the table, with commas between.
        known: String,
    },
    /// The file lacks a column that the table must have.
    #[error("the column `{column}` is missing; add it to the file")]
    Missing {
        /// The column.
        column: &'static str,
    },
    /// The file has two columns of that name.
    #[error("the column `{column}` is there twice; remove one")]
    Repeated {
        /// The column.
        column: String,
    },
    /// A value of the column would be many: a list, a map, a structure.
    #[error("the column `{column}` is nested; write one plain value a row, as text")]
    Nested {
        /// The column.
        column: String,
    },
    /// The column's type has no text that the table could mean.
    #[error("the column `{column}` is of the type {found}, which is not read; {remedy}")]
    Type {
        /// The column.
        column: String,
        /// The type, as the format calls it.
        found: String,
        /// What to write instead.
        remedy: &'static str,
    },
    /// The column is compressed in a way that is not read.
    #[error("the column `{column}` is compressed as {found}; write it with {CODECS}")]
    Codec {
        /// The column.
        column: String,
        /// The codec, as the format calls it.
        found: String,
    },
}

/// The codecs that are read, for people.
const CODECS: &str = "SNAPPY, ZSTD, GZIP, LZ4_RAW, or uncompressed";
