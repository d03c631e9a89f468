//! Results: one record after the other, as a table, CSV or NDJSON.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Columns for people
    Table,
    /// RFC 4180 with a header
    Csv,
    /// One JSON object a line
    Ndjson,
}

/// Rows after which a table's widths are fixed.
const TABLE_ROWS: usize = 200;

/// Writes records with the same columns.
pub(crate) struct Output<W: Write> {
    columns: &'static [&'static str],
    writer: Writer<W>,
}

enum Writer<W: Write> {
    Ndjson(W),
    Csv(Box<csv::Writer<W>>),
    Table(Table<W>),
}

struct Table<W> {
    to: W,
    held: Vec<Vec<String>>,
    widths: Vec<usize>,
}

/// Results on the standard output.
pub(crate) type Stdout = Output<BufWriter<StdoutLock<'static>>>;

impl Stdout {
    /// In the format that was asked for, or else a table on a terminal and NDJSON otherwise.
    pub(crate) fn stdout(
        columns: &'static [&'static str],
        format: Option<OutputFormat>,
    ) -> io::Result<Self> {
        let standard = io::stdout();
        let usual = if standard.is_terminal() { OutputFormat::Table } else { OutputFormat::Ndjson };
        Output::new(
            BufWriter::with_capacity(1 << 16, standard.lock()),
            columns,
            format.unwrap_or(usual),
        )
    }
}

impl<W: Write> Output<W> {
    /// Into any writer.
    pub(crate) fn new(
        to: W,
        columns: &'static [&'static str],
        format: OutputFormat,
    ) -> io::Result<Self> {
        let writer = match format {
            OutputFormat::Ndjson => Writer::Ndjson(to),
            OutputFormat::Csv => {
                let mut writer = csv::Writer::from_writer(to);
                writer.write_record(columns)?;
                Writer::Csv(Box::new(writer))
            }
            OutputFormat::Table => {
                Writer::Table(Table { to, held: Vec::new(), widths: Vec::new() })
            }
        };
        Ok(Output { columns, writer })
    }

    /// Writes one record.
    pub(crate) fn push(&mut self, record: &impl Serialize) -> io::Result<()> {
        match &mut self.writer {
            Writer::Ndjson(to) => {
                serde_json::to_writer(&mut *to, record)?;
                to.write_all(b"\n")
            }
            Writer::Csv(writer) => Ok(writer.write_record(cells(self.columns, record)?)?),
            Writer::Table(table) => {
                // Control characters in a cell would move the cursor.
                let row = cells(self.columns, record)?
                    .into_iter()
                    .map(|cell| cell.replace(char::is_control, "\u{b7}"));
                table.push(self.columns, row.collect())
            }
        }
    }

    /// Lets whoever waits have what was written; a table's first rows are still held back.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Ndjson(to) => to.flush(),
            Writer::Csv(writer) => writer.flush(),
            Writer::Table(table) => table.to.flush(),
        }
    }

    /// Ends the output; nothing is held back any more.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.writer {
            Writer::Ndjson(mut to) => to.flush(),
            Writer::Csv(mut writer) => writer.flush(),
            Writer::Table(mut table) => {
                table.settle(self.columns)?;
                table.to.flush()
            }
        }
    }
}

impl<W: Write> Table<W> {
    fn push(&mut self, columns: &[&str], row: Vec<String>) -> io::Result<()> {
        if !self.widths.is_empty() {
            return write_row(&mut self.to, &self.widths, row.iter().map(String::as_str));
        }
        self.held.push(row);
        if self.held.len() >= TABLE_ROWS { self.settle(columns) } else { Ok(()) }
    }

    /// Fixes the widths and writes what was held.
    fn settle(&mut self, columns: &[&str]) -> io::Result<()> {
        if !self.widths.is_empty() {
            return Ok(());
        }
        let held = std::mem::take(&mut self.held);
        let width = |place: usize| {
            let cells = held.iter().map(|row| row[place].chars().count()).max().unwrap_or(0);
            // A column without anything in it is left out.
            if cells == 0 { 0 } else { cells.max(columns[place].len()) }
        };
        self.widths = (0..columns.len()).map(width).collect();
        write_row(&mut self.to, &self.widths, columns.iter().copied())?;
        for row in held {
            write_row(&mut self.to, &self.widths, row.iter().map(String::as_str))?;
        }
        Ok(())
    }
}

fn write_row<'a>(
    to: &mut impl Write,
    widths: &[usize],
    cells: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    let mut line = String::new();
    for (cell, width) in cells.zip(widths).filter(|(_, width)| **width > 0) {
        line.push_str(&format!("{cell:width$}  "));
    }
    writeln!(to, "{}", line.trim_end())
}

/// The texts of a record's members, column by column.
fn cells(columns: &[&str], record: &impl Serialize) -> io::Result<Vec<String>> {
    let value = serde_json::to_value(record)?;
    let cell = |column: &&str| match value.get(column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Ok(columns.iter().map(cell).collect())
}
