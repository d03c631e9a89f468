//! Rows are parsed and converted on the worker threads, and handed on in the order of the input.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use propusk_engine::row::{Row, RowFault, Table};

use super::split::{Chunk, Record};
use super::{Fault, ReadError, RowOutcome, csv, ndjson};

/// A chunk whose rows were read.
struct Parsed<T> {
    chunk: Chunk,
    values: Vec<Result<T, Fault>>,
}

/// Where chunks come from.
pub(super) trait Parts {
    /// What a worker makes a chunk of.
    type Part: Into<Chunk> + Send;

    /// The next part of the input, on the thread that reads; `None` at its end.
    fn next_part(&mut self) -> Result<Option<Self::Part>, ReadError>;
}

/// Reads every part of an input: CSV under a header, NDJSON without.
pub(super) fn read_parts<P, T, E>(
    mut parts: P,
    table: &'static Table,
    header: Option<&csv::Header>,
    convert: &(impl Fn(&Row<'_>) -> Result<T, RowFault> + Sync),
    mut accept: impl FnMut(RowOutcome<'_, T>) -> Result<(), E>,
) -> Result<(), E>
where
    P: Parts,
    T: Send,
    E: From<ReadError>,
{
    let header_raw = header.map_or(&[][..], csv::Header::raw);
    let bound = 2 * rayon::current_num_threads();
    rayon::in_place_scope(|scope| {
        let mut pending: VecDeque<Receiver<Parsed<T>>> = VecDeque::with_capacity(bound);
        let mut more = true;
        loop {
            while more && pending.len() < bound {
                let Some(part) = parts.next_part()? else {
                    more = false;
                    break;
                };
                let (sender, receiver) = channel();
                scope.spawn(move |_| {
                    let chunk = part.into();
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
    let parse = |record: Record<'c>| {
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
