//! Parquet: some rows of a row group at a time, to records of CSV.
//!
//! The thread that reads decodes the pages, one of each column at a time, into batches of rows; the
//! workers write the records. So a file may be larger than memory, but a page may not.

mod batch;
mod cells;
mod column;
mod delta;
mod footer;
mod headers;
mod pages;
mod shield;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use ::parquet::column::reader::{ColumnReader, get_column_reader};
use ::parquet::file::metadata::{
    ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
};
use ::parquet::file::reader::ChunkReader;
use ::parquet::file::serialized_reader::SerializedPageReader;
use propusk_engine::row::Table;

use self::batch::{Batch, Part};
use self::cells::Cells;
use self::column::Column;
use self::headers::Headers;
use self::pages::Guarded;
use self::shield::{Damage, shielded};
use super::ReadError;
use super::csv::Header;
use super::parallel::Parts;

/// How many rows are decoded at a time.
const BATCH_ROWS: usize = 4096;

/// The row groups of a file, one after the other.
pub(super) struct Groups<'f, R: ChunkReader> {
    file: &'f str,
    input: Arc<R>,
    metadata: ParquetMetaData,
    columns: Vec<Column>,
    /// The place of the next row group.
    next: usize,
    open: Option<Group>,
    /// The rows before the next one.
    before: u64,
    /// What was decoded and not handed on.
    ready: VecDeque<Part>,
}

/// A row group that is being read.
struct Group {
    /// Its number for people, from 1.
    number: usize,
    readers: Vec<ColumnReader>,
    /// Rows that were not decoded yet.
    left: usize,
}

/// Opens a file, if its columns are ones of the table.
pub(super) fn open<'f, R: ChunkReader + 'static>(
    input: R,
    file: &'f str,
    table: &'static Table,
) -> Result<(Groups<'f, R>, Header), ReadError> {
    let bytes = input.len();
    let read = shielded("the end of the file", || {
        let reader = ParquetMetaDataReader::new().with_metadata_options(Some(options()));
        let metadata = reader.parse_and_finish(&input)?;
        footer::check(&metadata, bytes)?;
        Ok(metadata)
    });
    let metadata = read.map_err(|damage| damage.of_file(file))?;
    let columns = column::columns(&metadata, table)
        .map_err(|fault| ReadError::ParquetColumn { file: file.to_owned(), fault })?;
    let places = columns.iter().map(|column| column.place).collect();
    let groups = Groups {
        file,
        input: Arc::new(input),
        metadata,
        columns,
        next: 0,
        open: None,
        before: 0,
        ready: VecDeque::new(),
    };
    Ok((groups, Header::of_places(places, table)))
}

/// Statistics are not asked for anything, so they need not be readable either.
fn options() -> ParquetMetaDataOptions {
    ParquetMetaDataOptions::new()
        .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
}

impl<R: ChunkReader + 'static> Groups<'_, R> {
    /// Decodes the next rows; none at the end of the file.
    fn decode(&mut self) -> Result<Option<Batch>, Damage> {
        loop {
            let Some(group) = &mut self.open else {
                if self.next == self.metadata.num_row_groups() {
                    return Ok(None);
                }
                self.open = Some(self.begin(self.next)?);
                self.next += 1;
                continue;
            };
            if group.left == 0 {
                group.end(&self.columns)?;
                self.open = None;
                continue;
            }
            let batch = group.decode(&self.columns, self.before)?;
            self.before += batch.rows() as u64;
            return Ok(Some(batch));
        }
    }

    /// Opens a row group.
    fn begin(&self, place: usize) -> Result<Group, Damage> {
        let number = place + 1;
        shielded(format!("row group {number}"), || {
            let group = self.metadata.row_group(place);
            let left = usize::try_from(group.num_rows())?;
            let reader = |column: usize| {
                let chunk = group.column(column);
                let headers = Headers::new(Arc::clone(&self.input), chunk.compression());
                let pages = SerializedPageReader::new(Arc::new(headers), chunk, left, None)?;
                let descriptor = chunk.column_descr_ptr();
                let pages = Guarded::new(Box::new(pages), &descriptor, left);
                Ok(get_column_reader(descriptor, Box::new(pages)))
            };
            let readers = (0..self.columns.len()).map(reader).collect::<Result<_, Damage>>()?;
            Ok(Group { number, readers, left })
        })
    }
}

impl Group {
    /// Decodes the next rows of every column.
    fn decode(&mut self, columns: &[Column], before: u64) -> Result<Batch, Damage> {
        let rows = self.left.min(BATCH_ROWS);
        let number = self.number;
        let mut cells = Vec::with_capacity(columns.len());
        for (reader, column) in self.readers.iter_mut().zip(columns) {
            let place = format!("row group {number}, column `{}`", column.name);
            cells.push(shielded(place, || Cells::read(reader, column.kind, rows))?);
        }
        self.left -= rows;
        Ok(Batch::new(cells, rows, before))
    }

    /// Proves that no column has more rows than the group.
    fn end(&mut self, columns: &[Column]) -> Result<(), Damage> {
        let number = self.number;
        for (reader, column) in self.readers.iter_mut().zip(columns) {
            let place = format!("row group {number}, column `{}`", column.name);
            shielded(place, || Cells::read_none(reader))?;
        }
        Ok(())
    }
}

impl<R: ChunkReader + 'static> Parts for Groups<'_, R> {
    type Part = Part;

    fn next_part(&mut self) -> Result<Option<Part>, ReadError> {
        while self.ready.is_empty() {
            let file = self.file;
            let Some(batch) = self.decode().map_err(|damage| damage.of_file(file))? else {
                return Ok(None);
            };
            self.ready = batch.into_parts();
        }
        Ok(self.ready.pop_front())
    }
}
