//! The book's file: what must survive a restart, durable before anything is answered for it.
//!
//! Records are appended, and the whole file is written anew, beside and renamed, when most of its
//! records are older ones of the same phones, when it is opened, and after any failure to write.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use dashmap::DashMap;

use super::error::ChallengeError;
use super::record::{self, RECORD_BYTES, Read};
use super::state::State;
use super::{CHALLENGES, NEW_CHALLENGES};
use crate::error::StoreError;
use crate::time::Instant;

/// Below so many records the file is not written anew.
const RECORDS_MIN: u64 = 1024;

/// What is known, by the key of the phone.
pub(super) type Phones = DashMap<u128, State>;

/// The file, open for appending.
pub(super) struct Journal {
    root: PathBuf,
    key_identifier: u64,
    /// `None` where the file may not hold what it should: then it is written anew.
    file: Option<File>,
    records: u64,
    /// At so many records it is written anew.
    records_max: u64,
    /// The last ticket whose record is durable.
    pub(super) durable: u64,
}

/// Reads the book in the folder of a store; `None` where there is none.
pub(super) fn read(root: &Path, key_identifier: u64) -> Result<Option<Read>, ChallengeError> {
    let path = root.join(CHALLENGES);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(io_at(&path))?,
    };
    let damaged = |(byte, reason)| ChallengeError::Damaged { path: path.clone(), byte, reason };
    let (identifier, records) = record::read_header(&bytes).map_err(damaged)?;
    if identifier != key_identifier {
        return Err(StoreError::WrongKey { path }.into());
    }
    record::read_records(&bytes, records).map(Some).map_err(damaged)
}

impl Journal {
    /// Opens the book; makes it where there is none.
    pub(super) fn open(root: &Path, key_identifier: u64) -> Result<(Self, Phones), ChallengeError> {
        let read = read(root, key_identifier)?.unwrap_or_default();
        let phones: Phones = read.states.into_iter().collect();
        let mut journal = Journal {
            root: root.to_owned(),
            key_identifier,
            file: None,
            records: 0,
            records_max: 0,
            durable: 0,
        };
        journal.write_anew(&phones)?;
        Ok((journal, phones))
    }

    /// Writes what became of phones. `phones` holds at least that; what no longer matters at `at`
    /// is dropped from it when the file is written anew.
    pub(super) fn write(
        &mut self,
        changed: &[(u128, State)],
        phones: &Phones,
        at: Instant,
    ) -> Result<(), ChallengeError> {
        if self.records + changed.len() as u64 > self.records_max {
            phones.retain(|_, state| state.is_kept(at));
            return self.write_anew(phones);
        }
        // Where this fails, or panics, there is no file to append to any more.
        let Some(mut file) = self.file.take() else { return self.write_anew(phones) };
        let records = changed.iter().map(|(key, state)| record::record(*key, state, self.records));
        let bytes: Vec<u8> = records.flatten().collect();
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        written.map_err(io_at(&self.root.join(CHALLENGES)))?;
        self.records += changed.len() as u64;
        self.file = Some(file);
        Ok(())
    }

    fn write_anew(&mut self, phones: &Phones) -> Result<(), ChallengeError> {
        let (path, new) = (self.root.join(CHALLENGES), self.root.join(NEW_CHALLENGES));
        self.file = None;
        let states: Vec<(u128, State)> =
            phones.iter().map(|entry| (*entry.key(), *entry.value())).collect();
        // All of them are durable before any of them counts.
        let count = states.len() as u64;
        let mut bytes = Vec::with_capacity(RECORD_BYTES * (states.len() + 1));
        bytes.extend_from_slice(&record::header(self.key_identifier, count));
        for (key, state) in &states {
            bytes.extend_from_slice(&record::record(*key, state, count));
        }
        let replaced = remove(&new).and_then(|_| {
            let mut options = File::options();
            let mut file = options.append(true).create_new(true).mode(0o600).open(&new)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.root)?.sync_all()?;
            Ok(file)
        });
        self.file = Some(replaced.map_err(io_at(&path))?);
        self.records = count;
        self.records_max = RECORDS_MIN.max(count * 2);
        Ok(())
    }
}

/// Removes a file; `false` where it is not there.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> ChallengeError + '_ {
    move |source| StoreError::Io { path: path.to_owned(), source }.into()
}
