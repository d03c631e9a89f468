//! Small files of any schema, and what is read of them.

use std::sync::Arc;

use ::parquet::data_type::{ByteArray, ByteArrayType, DataType};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use bytes::Bytes;
use propusk_engine::row::{Column, Row, RowFault, Table};

use crate::source::parallel::read_parts;
use crate::source::{ReadError, parquet};

/// A table of columns that a row may leave empty, but for one.
pub(super) static LOOSE: Table = Table {
    name: "loose",
    columns: &[
        Column { name: "a", required: true },
        Column { name: "b", required: false },
        Column { name: "c", required: false },
    ],
};

/// Writes the columns of a row group.
pub(super) struct Group<'a> {
    writer: SerializedRowGroupWriter<'a, Vec<u8>>,
}

impl Group<'_> {
    /// Writes the next column, of which every row has a value.
    pub(super) fn column<T: DataType>(&mut self, values: &[T::T]) {
        self.write::<T>(values, None, None);
    }

    /// Writes the next column, of which some rows have a value.
    pub(super) fn optional<T: DataType>(&mut self, values: &[Option<T::T>]) {
        let levels: Vec<i16> = values.iter().map(|value| value.is_some().into()).collect();
        let there: Vec<T::T> = values.iter().flatten().cloned().collect();
        self.write::<T>(&there, Some(&levels), None);
    }

    /// Writes the next column, of which the only row has many values.
    pub(super) fn list<T: DataType>(&mut self, values: &[T::T]) {
        let repeated: Vec<i16> = (0..values.len()).map(|place| (place > 0).into()).collect();
        self.write::<T>(values, Some(&vec![1; values.len()]), Some(&repeated));
    }

    /// Writes the next column, of texts that every row has.
    pub(super) fn texts(&mut self, values: &[&str]) {
        let values: Vec<ByteArray> = values.iter().map(|text| ByteArray::from(*text)).collect();
        self.column::<ByteArrayType>(&values);
    }

    fn write<T: DataType>(
        &mut self,
        values: &[T::T],
        levels: Option<&[i16]>,
        repeated: Option<&[i16]>,
    ) {
        let mut column = self.writer.next_column().unwrap().expect("a column more");
        column.typed::<T>().write_batch(values, levels, repeated).unwrap();
        column.close().unwrap();
    }
}

/// A file of a schema; each function writes a row group.
pub(super) fn file(
    schema: &str,
    properties: WriterProperties,
    groups: &[&dyn Fn(&mut Group<'_>)],
) -> Vec<u8> {
    let schema = parse_message_type(&format!("message table {{ {schema} }}")).unwrap();
    let mut file =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).unwrap();
    for write in groups {
        let mut group = Group { writer: file.next_row_group().unwrap() };
        write(&mut group);
        group.writer.close().unwrap();
    }
    file.into_inner().unwrap()
}

/// A file of one row group with the usual properties.
pub(super) fn small(schema: &str, write: &dyn Fn(&mut Group<'_>)) -> Vec<u8> {
    file(schema, WriterProperties::default(), &[write])
}

/// What was read of a row: its number, it as a record, its values or its column and reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) row: u64,
    pub(super) raw: Vec<u8>,
    pub(super) value: Result<Vec<Option<String>>, (String, &'static str)>,
}

/// Reads a file as [`LOOSE`].
pub(super) fn read(file: &[u8]) -> Result<Vec<Seen>, ReadError> {
    let values = |row: &Row<'_>| -> Result<_, RowFault> {
        Ok(row.values.iter().map(|value| value.as_deref().map(str::to_owned)).collect())
    };
    let input = Bytes::copy_from_slice(file);
    let (groups, header) = parquet::open(input, "file.parquet", &LOOSE)?;
    let mut seen = Vec::new();
    read_parts(groups, &LOOSE, Some(&header), &values, |row| {
        let value = row.value.map_err(|fault| (fault.column.into_owned(), fault.reason));
        seen.push(Seen { row: row.line, raw: row.raw.to_vec(), value });
        Ok::<(), ReadError>(())
    })?;
    Ok(seen)
}

/// The text of the column `a` of each row, where nothing is wrong with the file.
pub(super) fn texts(file: &[u8]) -> Vec<Option<String>> {
    read(file).unwrap().into_iter().map(|row| row.value.unwrap()[0].clone()).collect()
}
