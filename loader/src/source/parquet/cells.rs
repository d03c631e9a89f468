//! Some values of one column, and the text of each.

use std::io::Write as _;

use ::parquet::basic::TimeUnit;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use propusk_engine::time::{Date, Instant};

use super::column::Kind;
use super::shield::Damage;
use crate::source::csv::write_field;

/// How long the text of what is not text is, about.
const SHORT_TEXT: usize = 26;

/// Values of consecutive rows of one column.
#[derive(Debug)]
pub(super) struct Cells {
    kind: Kind,
    /// For each row, whether it has a value; empty where all have.
    levels: Vec<i16>,
    values: Values,
}

/// The values of the rows that have one.
#[derive(Debug)]
enum Values {
    Truths(Vec<bool>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Cells {
    /// Decodes the values of the next rows.
    pub(super) fn read(reader: &mut ColumnReader, kind: Kind, rows: usize) -> Result<Self, Damage> {
        let mut levels = Vec::new();
        let values = match reader {
            ColumnReader::BoolColumnReader(reader) => {
                Values::Truths(take(reader, rows, &mut levels)?)
            }
            ColumnReader::Int32ColumnReader(reader) => {
                Values::Ints(take(reader, rows, &mut levels)?)
            }
            ColumnReader::Int64ColumnReader(reader) => {
                Values::Longs(take(reader, rows, &mut levels)?)
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                Values::Bytes(take(reader, rows, &mut levels)?)
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                Values::Fixed(take(reader, rows, &mut levels)?)
            }
            _ => return Err("it is of another type than the schema says".into()),
        };
        Ok(Cells { kind, levels, values })
    }

    /// Proves that there are no more rows.
    pub(super) fn read_none(reader: &mut ColumnReader) -> Result<(), Damage> {
        let mut levels = Vec::new();
        let more = match reader {
            ColumnReader::BoolColumnReader(reader) => has_more(reader, &mut levels)?,
            ColumnReader::Int32ColumnReader(reader) => has_more(reader, &mut levels)?,
            ColumnReader::Int64ColumnReader(reader) => has_more(reader, &mut levels)?,
            ColumnReader::ByteArrayColumnReader(reader) => has_more(reader, &mut levels)?,
            ColumnReader::FixedLenByteArrayColumnReader(reader) => has_more(reader, &mut levels)?,
            _ => false,
        };
        if more { Err("it has more rows than its group".into()) } else { Ok(()) }
    }

    /// Adds the length of each row's text, about, to that of its record.
    pub(super) fn add_lengths(&self, lengths: &mut [usize]) {
        let mut place = 0;
        for (row, length) in lengths.iter_mut().enumerate() {
            if self.has(row) {
                *length += self.length(place);
                place += 1;
            }
        }
    }

    fn length(&self, place: usize) -> usize {
        match &self.values {
            Values::Bytes(values) => values.get(place).map_or(0, ByteArray::len),
            _ => SHORT_TEXT,
        }
    }

    /// Whether a row has a value.
    pub(super) fn has(&self, row: usize) -> bool {
        self.levels.is_empty() || self.levels.get(row) == Some(&1)
    }

    /// How many of the rows before that one have a value.
    pub(super) fn before(&self, row: usize) -> usize {
        if self.levels.is_empty() {
            return row;
        }
        self.levels.iter().take(row).filter(|level| **level == 1).count()
    }

    /// Writes the value of that place, of those that are there, as a field.
    pub(super) fn write(&self, place: usize, record: &mut Vec<u8>) {
        if self.kind == Kind::Nothing {
            return;
        }
        match &self.values {
            Values::Bytes(values) => {
                if let Some(value) = values.get(place) {
                    write_field(record, value.data());
                }
            }
            Values::Truths(values) => {
                let text =
                    values.get(place).map_or("", |truth| if *truth { "true" } else { "false" });
                record.extend_from_slice(text.as_bytes());
            }
            Values::Ints(values) => {
                if let Some(&value) = values.get(place) {
                    let unsigned = self.kind == Kind::Unsigned;
                    let number =
                        if unsigned { i64::from(value.cast_unsigned()) } else { i64::from(value) };
                    self.write_number(number, record);
                }
            }
            Values::Longs(values) => {
                if let Some(&value) = values.get(place) {
                    self.write_number(value, record);
                }
            }
            Values::Fixed(values) => {
                if let Some(value) = values.get(place) {
                    self.write_fixed(value.data(), record);
                }
            }
        }
    }

    fn write_number(&self, number: i64, record: &mut Vec<u8>) {
        let text = match self.kind {
            Kind::Date => {
                i32::try_from(number).ok().and_then(Date::from_days).map(|d| d.to_string())
            }
            Kind::Instant(unit) => instant(number, unit),
            Kind::Unsigned => Some(number.cast_unsigned().to_string()),
            _ => None,
        };
        // What is outside the years that are served is kept as its number, which no date is.
        let text = text.unwrap_or_else(|| number.to_string());
        record.extend_from_slice(text.as_bytes());
    }

    fn write_fixed(&self, bytes: &[u8], record: &mut Vec<u8>) {
        if self.kind == Kind::Uuid {
            for (place, byte) in bytes.iter().enumerate() {
                if matches!(place, 4 | 6 | 8 | 10) {
                    record.push(b'-');
                }
                // Writing into memory does not fail.
                let _ = write!(record, "{byte:02x}");
            }
        } else {
            let _ = write!(record, "{}", big_endian(bytes));
        }
    }
}

/// The text of an instant; `None` outside the years that have one.
fn instant(number: i64, unit: TimeUnit) -> Option<String> {
    let (a_second, digits) = match unit {
        TimeUnit::MILLIS => (1_000, 3),
        TimeUnit::MICROS => (1_000_000, 6),
        TimeUnit::NANOS => (1_000_000_000, 9),
    };
    let (seconds, fraction) = (number.div_euclid(a_second), number.rem_euclid(a_second));
    if !(Date::MIN.start().unix()..Date::MAX.end().unix()).contains(&seconds) {
        return None;
    }
    let mut text = Instant::from_unix(seconds).to_string();
    if fraction != 0 {
        // Instants are exact to the second: the row is rejected for it, as in any other format,
        // and the rejects file shows why.
        text.insert_str("YYYY-MM-DDTHH:MM:SS".len(), &format!(".{fraction:0digits$}"));
    }
    Some(text)
}

/// A number of at most 16 bytes in two's complement, the highest byte first.
fn big_endian(bytes: &[u8]) -> i128 {
    let sign = if bytes.first().is_some_and(|first| *first > 0x7f) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i128::from(*byte))
}

fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    levels: &mut Vec<i16>,
) -> Result<Vec<T::T>, Damage> {
    let mut values = Vec::new();
    let (read, ..) = reader.read_records(rows, Some(levels), None, &mut values)?;
    if read == rows { Ok(values) } else { Err("it has fewer rows than its group".into()) }
}

fn has_more<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    levels: &mut Vec<i16>,
) -> Result<bool, Damage> {
    let mut values = Vec::new();
    Ok(reader.read_records(1, Some(levels), None, &mut values)?.0 > 0)
}
