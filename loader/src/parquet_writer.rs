//! Tables of text as Parquet, which other programs read without being told of types.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

/// Rows of one row group: those that are held in memory.
const GROUP_ROWS: usize = 1 << 16;

/// Writes a table whose columns are text; a value may be absent.
pub struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Held>,
    rows: usize,
}

/// Values of one column that were not written yet.
#[derive(Default)]
struct Held {
    values: Vec<ByteArray>,
    /// For each row, 1 where it has a value and 0 where it has none.
    levels: Vec<i16>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// A table of these columns.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn new(to: W, columns: &[&str]) -> io::Result<Self> {
        let column = |name: &&str| {
            Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(Some(LogicalType::String))
                .build()
                .map(Arc::new)
        };
        let fields = columns.iter().map(column).collect::<Result<_, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("table").with_fields(fields).build();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let schema = Arc::new(schema.map_err(failed)?);
        let file = SerializedFileWriter::new(to, schema, Arc::new(properties)).map_err(failed)?;
        let columns = columns.iter().map(|_| Held::default()).collect();
        Ok(ParquetWriter { file, columns, rows: 0 })
    }

    /// Writes a row: a value for each column, in their order; columns without one are absent.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = Option<&'a str>>) -> io::Result<()> {
        let mut row = row.into_iter();
        for column in &mut self.columns {
            let value = row.next().flatten();
            column.levels.push(i16::from(value.is_some()));
            column.values.extend(value.map(ByteArray::from));
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS { self.write_group() } else { Ok(()) }
    }

    /// Ends the file and answers what it was written to.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.file.into_inner().map_err(failed)
    }

    fn write_group(&mut self) -> io::Result<()> {
        let mut group = self.file.next_row_group().map_err(failed)?;
        for Held { values, levels } in &mut self.columns {
            let Some(mut column) = group.next_column().map_err(failed)? else { break };
            let typed = column.typed::<ByteArrayType>();
            typed.write_batch(values, Some(levels), None).map_err(failed)?;
            column.close().map_err(failed)?;
            values.clear();
            levels.clear();
        }
        self.rows = 0;
        group.close().map(|_| ()).map_err(failed)
    }
}

/// An error of the library as what it mostly is: one of what is written to.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
