//! Writes the files: CSV rows under a table's columns, and plain lines.

use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::Path;

use propusk_engine::row::Table;

const BUFFER: usize = 1 << 18;

/// A file of lines.
pub(crate) struct Lines {
    out: BufWriter<File>,
    /// Lines written.
    pub(crate) rows: u64,
}

impl Lines {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Ok(Lines { out: BufWriter::with_capacity(BUFFER, File::create(path)?), rows: 0 })
    }

    pub(crate) fn push(&mut self, line: &str) -> Result<()> {
        self.rows += 1;
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }

    pub(crate) fn finish(mut self) -> Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}

/// A CSV file, and the row that is being filled in.
pub(crate) struct Sheet {
    out: BufWriter<File>,
    /// The table whose columns are written.
    pub(crate) table: &'static Table,
    values: Vec<String>,
    cursor: usize,
    /// The line on which the next row starts.
    pub(crate) line: u64,
    /// Rows written.
    pub(crate) rows: u64,
}

impl Sheet {
    pub(crate) fn create(dir: &Path, table: &'static Table) -> Result<Self> {
        let file = File::create(dir.join(format!("{}.csv", table.name)))?;
        let mut out = BufWriter::with_capacity(BUFFER, file);
        let header: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        writeln!(out, "{}", header.join(","))?;
        let values = vec![String::new(); table.columns.len()];
        Ok(Sheet { out, table, values, cursor: 0, line: 2, rows: 0 })
    }

    /// Begins a row with nothing in it.
    pub(crate) fn begin(&mut self) {
        self.values.iter_mut().for_each(String::clear);
        self.cursor = 0;
    }

    fn find(&mut self, column: &str) -> usize {
        let count = self.table.columns.len();
        let place = (0..count)
            .map(|step| (self.cursor + step) % count)
            .find(|&place| self.table.columns[place].name == column);
        let place = place.unwrap_or_else(|| unreachable!("{} has no {column}", self.table.name));
        self.cursor = (place + 1) % count;
        place
    }

    /// The cell of a column, emptied.
    pub(crate) fn cell(&mut self, column: &str) -> &mut String {
        let place = self.find(column);
        let cell = &mut self.values[place];
        cell.clear();
        cell
    }

    /// Puts a value into a column.
    pub(crate) fn set(&mut self, column: &str, value: &str) {
        self.cell(column).push_str(value);
    }

    /// What is in a column.
    pub(crate) fn get(&mut self, column: &str) -> &str {
        let place = self.find(column);
        &self.values[place]
    }

    /// Writes the row and keeps its values; answers the line on which it starts.
    pub(crate) fn write(&mut self) -> Result<u64> {
        let line = self.line;
        for (place, value) in self.values.iter().enumerate() {
            if place > 0 {
                self.out.write_all(b",")?;
            }
            if value.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
                self.line += value.bytes().filter(|&byte| byte == b'\n').count() as u64;
                write!(self.out, "\"{}\"", value.replace('"', "\"\""))?;
            } else {
                self.out.write_all(value.as_bytes())?;
            }
        }
        self.out.write_all(b"\n")?;
        self.line += 1;
        self.rows += 1;
        Ok(line)
    }

    /// A copy of the row.
    pub(crate) fn snapshot(&self) -> Vec<String> {
        self.values.clone()
    }

    /// Puts a copy back.
    pub(crate) fn restore(&mut self, values: &[String]) {
        self.values.clone_from_slice(values);
    }

    pub(crate) fn finish(mut self) -> Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}

/// A text as a JSON string.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\0'..='\u{1F}' => out.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}
