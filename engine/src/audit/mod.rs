//! The audit log: what was done to a store, without personal data, each line chained to the last.
//!
//! One JSON object a line. `n` counts the lines from 1; `prev` is the SHA-256 of the whole line
//! before without its line feed, and 64 zeros in the first:
//!
//! ```text
//! {"n":1,"at":"2021-12-08T00:00:00+03:00","event":"load","register":"permits","generation":7,"rows":3,"prev":"00…00"}
//! ```
//!
//! So no line but the last can be changed, taken out or put in without a trace. The last one is
//! vouched for by whoever keeps a copy of it, such as a signed manifest: [`AuditLog::repair`].

mod line;
mod tail;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::record::{Group, Register};
use crate::time::Instant;
use crate::verdict::words;

pub use line::{Tail, render};
use tail::{TORN_BYTES_MAX, last_line, last_lines, read, whole_end};

/// How much [`AuditLog::append_recorded`] lets grow before it syncs.
const UNSYNCED_BYTES_MAX: usize = 1 << 14;

words! {
    /// What was done.
    AuditEvent {
        /// A register was loaded.
        Load = "load",
        /// Records were changed.
        Change = "change",
        /// Certificates were issued.
        Issue = "issue",
        /// Details were disclosed.
        Disclosure = "disclosure",
        /// A group's secrets were destroyed.
        Destroy = "destroy",
        /// Segments were merged into one.
        Compact = "compact",
        /// Secrets were replaced.
        Rotate = "rotate",
        /// Records were removed.
        Remove = "remove",
    }
}

/// What one line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub event: AuditEvent,
    /// To which register, where it was one.
    pub register: Option<Register>,
    /// To which group, where it was a whole one.
    pub group: Option<Group>,
    /// The generation of the store that came of it.
    pub generation: Option<u64>,
    /// How many rows.
    pub rows: Option<u64>,
}

/// An audit log, open for appending; several processes may have it open.
pub struct AuditLog {
    path: PathBuf,
    file: File,
    /// Up to here it is durable.
    synced: u64,
}

impl AuditLog {
    /// Opens a log; makes it, durably, where there is none.
    ///
    /// # Errors
    /// When it cannot be opened or made.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let made = !path.exists();
        let mut options = File::options();
        let file = options.read(true).append(true).create(true).open(path);
        let file = file.map_err(io_at(path))?;
        if made {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = File::open(folder.unwrap_or(Path::new(".")));
            folder.and_then(|folder| folder.sync_all()).map_err(io_at(path))?;
        }
        let mut log = AuditLog { path: path.to_owned(), file, synced: 0 };
        log.sync()?;
        Ok(log)
    }

    /// Appends entries, in order and with one write, and answers their lines. They are durable when
    /// this returns.
    ///
    /// # Errors
    /// When the log cannot be written, or does not end in a line of its own.
    pub fn append(&mut self, entries: &[Entry]) -> Result<String, StoreError> {
        self.locked(|log| {
            let (tail, end) = log.mend()?;
            let lines = render(&tail, entries);
            log.write(&lines, end)?;
            log.sync()?;
            Ok(lines)
        })
    }

    /// Appends entries once `commit` has recorded, durably and elsewhere, what it is given: their
    /// lines, and those before that are not known to be durable here. Nobody else appends
    /// meanwhile. So a crash loses nothing that [`AuditLog::repair`] cannot append, and this log
    /// itself is synced only now and then. `commit` must not append to it.
    ///
    /// # Errors
    /// As [`AuditLog::append`]; or what `commit` answers, and nothing is appended then.
    pub fn append_recorded(
        &mut self,
        entries: &[Entry],
        commit: impl FnOnce(&str) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.locked(|log| {
            let (tail, end) = log.mend()?;
            let lines = render(&tail, entries);
            let mut recorded = log.unsynced(end)?;
            recorded.push_str(&lines);
            commit(&recorded)?;
            log.write(&lines, end)?;
            if recorded.len() > UNSYNCED_BYTES_MAX {
                log.sync()?;
            }
            Ok(())
        })
    }

    /// The lines that may not be durable.
    fn unsynced(&self, end: u64) -> Result<String, StoreError> {
        let lines = read(&self.file, self.synced.min(end), end).map_err(io_at(&self.path))?;
        String::from_utf8(lines).map_err(|_| self.damaged("it is not UTF-8"))
    }

    /// Makes what was appended durable.
    fn sync(&mut self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(io_at(&self.path))?;
        self.synced = self.file.metadata().map_err(io_at(&self.path))?.len();
        Ok(())
    }

    /// The last whole line, without its line feed.
    ///
    /// # Errors
    /// When the log cannot be read, or does not end in a line of its own.
    pub fn last(&self) -> Result<Option<String>, StoreError> {
        self.file.lock_shared().map_err(io_at(&self.path))?;
        let last = self.end().and_then(|end| self.last_line(end));
        self.file.unlock().map_err(io_at(&self.path))?;
        last
    }

    /// Appends those of the recorded lines that a crash kept from the log; answers how many.
    /// `recorded` is what [`AuditLog::append_recorded`] gave to be recorded.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the recorded lines are not this log's, or lines between are
    /// missing.
    pub fn repair(&mut self, recorded: &str) -> Result<u64, StoreError> {
        let mut first = None;
        for line in recorded.lines() {
            let read = Tail::of(line)
                .ok_or_else(|| self.damaged("what was recorded is no line of a log"))?;
            first = first.or(Some(read.count()));
        }
        let Some(first) = first else { return Ok(0) };
        self.locked(|log| {
            let (tail, end) = log.mend()?;
            let held = last_lines(&log.file, end, first).map_err(io_at(&log.path))?;
            let held = str::from_utf8(&held).map_err(|_| log.damaged("it is not UTF-8"))?;
            // What comes before the recorded lines is not asked for.
            let before = |line: &&str| Tail::of(line).is_some_and(|tail| tail.count() < first);
            let missing = log.missing(recorded, held.lines().skip_while(before), tail)?;
            let count = missing.lines().count() as u64;
            log.write(&missing, end)?;
            Ok(count)
        })
    }

    /// Those of the recorded lines that come after the log's; the others must be the log's.
    fn missing<'l>(
        &self,
        recorded: &str,
        mut held: impl Iterator<Item = &'l str>,
        mut tail: Tail,
    ) -> Result<String, StoreError> {
        let mut missing = String::new();
        for line in recorded.lines() {
            match held.next() {
                Some(other) if other == line => {}
                Some(_) => return Err(self.damaged("its lines are not those recorded")),
                None => {
                    tail = tail.then(line).ok_or_else(|| {
                        self.damaged("lines are missing before those that were recorded")
                    })?;
                    missing.push_str(line);
                    missing.push('\n');
                }
            }
        }
        Ok(missing)
    }

    /// Works on the log while no other process does.
    fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.file.lock().map_err(io_at(&self.path))?;
        let done = work(self);
        self.file.unlock().map_err(io_at(&self.path))?;
        done
    }

    /// Cuts off a line that a crash tore; what the log ends in, and where.
    fn mend(&mut self) -> Result<(Tail, u64), StoreError> {
        let length = self.file.metadata().map_err(io_at(&self.path))?.len();
        let end = self.end()?;
        let tail = match self.last_line(end)? {
            None => Tail::EMPTY,
            Some(line) => Tail::of(&line).unwrap_or(Tail::EMPTY),
        };
        if end < length {
            self.file.set_len(end).map_err(io_at(&self.path))?;
            self.synced = self.synced.min(end);
        }
        Ok((tail, end))
    }

    /// Where the last whole line ends.
    fn end(&self) -> Result<u64, StoreError> {
        let end = whole_end(&self.file).map_err(io_at(&self.path))?;
        end.ok_or_else(|| self.damaged("it does not end in a line"))
    }

    fn last_line(&self, end: u64) -> Result<Option<String>, StoreError> {
        if end == 0 {
            return Ok(None);
        }
        let line = last_line(&self.file, end).map_err(io_at(&self.path))?;
        let line = line.and_then(|line| String::from_utf8(line).ok());
        let line = line.filter(|line| Tail::of(line).is_some());
        line.map(Some).ok_or_else(|| self.damaged("its last line is no line of a log"))
    }

    /// Writes lines behind the end, or none of them.
    fn write(&mut self, lines: &str, end: u64) -> Result<(), StoreError> {
        self.file.write_all(lines.as_bytes()).map_err(|source| {
            // Where this fails as well, whoever appends next cuts off a torn line.
            let _ = self.file.set_len(end);
            io_at(&self.path)(source)
        })
    }

    fn damaged(&self, reason: &'static str) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), place: "audit log", reason }
    }
}

/// Proves a log's chain; how many whole lines it has. A torn last line does not count.
///
/// # Errors
/// [`StoreError::AuditChain`] with the first line that does not follow the one before.
pub fn verify_chain(path: &Path) -> Result<u64, StoreError> {
    let mut lines = BufReader::new(File::open(path).map_err(io_at(path))?);
    let (mut tail, mut line) = (Tail::EMPTY, Vec::new());
    loop {
        line.clear();
        let mut limited = lines.by_ref().take(TORN_BYTES_MAX);
        limited.read_until(b'\n', &mut line).map_err(io_at(path))?;
        let Some(whole) = line.strip_suffix(b"\n") else {
            return if tail::is_torn(&line) { Ok(tail.count()) } else { Err(chain(path, &tail)) };
        };
        let next = str::from_utf8(whole).ok().and_then(|line| tail.then(line));
        tail = next.ok_or_else(|| chain(path, &tail))?;
    }
}

fn chain(path: &Path, tail: &Tail) -> StoreError {
    StoreError::AuditChain { path: path.to_owned(), line: tail.count() + 1 }
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> StoreError + '_ {
    move |source| StoreError::Io { path: path.to_owned(), source }
}
