//! Some decoded rows, cut into parts of a bounded size that become chunks of records.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::cells::Cells;
use crate::source::csv::write_separator;
use crate::source::split::{Chunk, Limits, Span};

/// Consecutive rows of a file, column by column.
#[derive(Debug)]
pub(super) struct Batch {
    columns: Vec<Cells>,
    rows: usize,
    /// How many rows stand before the first one.
    before: u64,
}

/// Some rows of a batch.
#[derive(Debug)]
pub(in crate::source) struct Part {
    batch: Arc<Batch>,
    rows: Range<usize>,
}

impl Batch {
    /// So many rows behind those before them.
    pub(super) fn new(columns: Vec<Cells>, rows: usize, before: u64) -> Self {
        Batch { columns, rows, before }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Cuts it where its text would be longer than a chunk: a dictionary may give a long text to
    /// every row, and cost the file nothing.
    pub(super) fn into_parts(self) -> VecDeque<Part> {
        let mut lengths = vec![0; self.rows];
        self.columns.iter().for_each(|cells| cells.add_lengths(&mut lengths));
        let batch = Arc::new(self);
        let part = |rows| Part { batch: Arc::clone(&batch), rows };
        let (mut parts, mut start, mut length) = (VecDeque::new(), 0, 0);
        for (row, more) in lengths.into_iter().enumerate() {
            if row > start && length + more > Limits::DEFAULT.chunk {
                parts.push_back(part(start..row));
                (start, length) = (row, 0);
            }
            length += more;
        }
        parts.push_back(part(start..batch.rows));
        parts
    }
}

impl From<Part> for Chunk {
    fn from(Part { batch, rows }: Part) -> Chunk {
        let mut data = Vec::new();
        let mut spans = Vec::with_capacity(rows.len());
        let mut places: Vec<_> =
            batch.columns.iter().map(|cells| cells.before(rows.start)).collect();
        for row in rows {
            let start = data.len();
            for (index, (cells, place)) in batch.columns.iter().zip(&mut places).enumerate() {
                if index > 0 {
                    write_separator(&mut data);
                }
                if cells.has(row) {
                    cells.write(*place, &mut data);
                    *place += 1;
                }
            }
            let end = data.len();
            let flaw = (end - start > Limits::DEFAULT.record).then_some("too_long");
            spans.push(Span { start, end, line: batch.before + row as u64 + 1, flaw });
        }
        Chunk::new(data, spans)
    }
}
