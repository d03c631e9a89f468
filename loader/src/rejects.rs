//! Rows that were rejected, kept whole in a file that can be mended and loaded again.
//!
//! The file has the format of its input: for CSV the header, then the rows as they were. Rows of
//! Parquet are kept as CSV, with the columns in the order of their file. The reasons stand beside it, in `FILE.reasons.ndjson`, one line for each row. Both hold personal data, so
//! only their owner may read them.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::source::Rejected;

/// Why rejected rows cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum RejectsError {
    /// A file of that name is there; it may be one that is being mended, or the input itself.
    #[error("{}: there is such a file already; load or move it first, or name another", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The rows come from inputs whose columns stand in another order.
    #[error("{}: the rows have another header than those before them; give each input a rejects file of its own", path.display())]
    OtherHeader {
        /// The file.
        path: PathBuf,
    },
    /// The name says another format than the rows have, and would not be loaded again.
    #[error("{}: rejected rows of Parquet are kept as CSV; name a file that ends in .csv", path.display())]
    NotCsv {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written: {source}; check the directory, its rights and its free space", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// One line of the reasons.
#[derive(Serialize)]
struct Reason<'a> {
    file: &'a str,
    line: u64,
    column: &'a str,
    reason: &'a str,
}

/// The two files, once they are there.
struct Open {
    rows: BufWriter<File>,
    reasons: BufWriter<File>,
    header: Vec<u8>,
}

/// Writes rejected rows. The files are made at the first row, so that none means that there was
/// nothing to reject.
pub struct RejectsWriter {
    path: PathBuf,
    reasons_path: PathBuf,
    open: Option<Open>,
    count: u64,
}

impl RejectsWriter {
    /// A writer that will make the file `path`, and the reasons beside it.
    ///
    /// # Errors
    /// Where either file is there already.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, RejectsError> {
        let path = path.into();
        let mut reasons_path = path.clone().into_os_string();
        reasons_path.push(".reasons.ndjson");
        let reasons_path = PathBuf::from(reasons_path);
        for each in [&path, &reasons_path] {
            if each.symlink_metadata().is_ok() {
                return Err(RejectsError::Exists { path: each.clone() });
            }
        }
        Ok(RejectsWriter { path, reasons_path, open: None, count: 0 })
    }

    /// The file with the rows.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file with the reasons.
    #[must_use]
    pub fn reasons_path(&self) -> &Path {
        &self.reasons_path
    }

    /// How many rows were written.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Keeps a row. `header` is the header of its input as it stands, without the line end; that of
    /// the columns for Parquet; empty for NDJSON.
    ///
    /// # Errors
    /// Where the files cannot be made or written, and where the header is another than before.
    pub fn write(&mut self, header: &[u8], row: &Rejected) -> Result<(), RejectsError> {
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(begin(&self.path, &self.reasons_path, header)?),
        };
        if open.header != header {
            return Err(RejectsError::OtherHeader { path: self.path.clone() });
        }
        write_line(&mut open.rows, &row.raw).map_err(|source| failed(&self.path, source))?;
        let (file, column, reason) = (&*row.file, &*row.column, &*row.reason);
        serde_json::to_writer(&mut open.reasons, &Reason { file, line: row.line, column, reason })
            .map_err(io::Error::from)
            .and_then(|()| open.reasons.write_all(b"\n"))
            .map_err(|source| failed(&self.reasons_path, source))?;
        self.count += 1;
        Ok(())
    }

    /// Ends the files and waits until they are on the disk. Answers how many rows there are.
    ///
    /// # Errors
    /// Where the files cannot be written.
    pub fn finish(mut self) -> Result<u64, RejectsError> {
        if let Some(mut open) = self.open.take() {
            sync(&mut open.rows).map_err(|source| failed(&self.path, source))?;
            sync(&mut open.reasons).map_err(|source| failed(&self.reasons_path, source))?;
        }
        Ok(self.count)
    }
}

fn failed(path: &Path, source: io::Error) -> RejectsError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::AlreadyExists => RejectsError::Exists { path },
        _ => RejectsError::Io { path, source },
    }
}

/// Makes both files and writes the header.
fn begin(path: &Path, reasons_path: &Path, header: &[u8]) -> Result<Open, RejectsError> {
    let mut rows = create(path).map_err(|source| failed(path, source))?;
    let reasons = create(reasons_path).map_err(|source| failed(reasons_path, source))?;
    if !header.is_empty() {
        write_line(&mut rows, header).map_err(|source| failed(path, source))?;
    }
    Ok(Open { rows, reasons, header: header.to_owned() })
}

/// Makes a file that only its owner may read.
fn create(path: &Path) -> io::Result<BufWriter<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(BufWriter::new)
}

fn write_line(file: &mut BufWriter<File>, line: &[u8]) -> io::Result<()> {
    file.write_all(line)?;
    file.write_all(b"\n")
}

fn sync(file: &mut BufWriter<File>) -> io::Result<()> {
    file.flush()?;
    file.get_ref().sync_all()
}
