//! The end of a register group: what is left of it after its secrets went.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::AuditEvent;
use crate::challenge;
use crate::error::StoreError;
use crate::manifest::Rejects;
use crate::outbox;
use crate::record::{Group, Register};
use crate::time::Instant;
use crate::writer::{Edit, Note, Writer, unpoisoned};

/// What was destroyed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destroyed {
    /// Rows of its segments.
    pub rows: u64,
    /// Segments and files of details that were removed.
    pub files: u64,
    /// Files of rejected rows that were overwritten and removed.
    pub rejects: Vec<PathBuf>,
    /// Files of messages to phones that were overwritten and removed.
    pub outboxes: Vec<PathBuf>,
}

impl Writer {
    /// Removes all files of a group: rejected rows and messages to phones, which are in clear, are
    /// overwritten first. The group's secrets must be gone by then, see [`destroy_group`](crate::secret::destroy_group):
    /// without them every copy of the sealed files is noise. Interrupted, it is called again.
    ///
    /// # Errors
    /// When a file cannot be removed, or the manifest cannot be written; call again when the cause
    /// is gone.
    pub fn destroy(&self, group: Group, now: Instant) -> Result<Destroyed, StoreError> {
        let _loads = unpoisoned(&self.loading);
        let _merges = self.without_merges();
        let registers = Register::ALL.iter().copied().filter(|each| each.group() == group);
        let registers: Vec<Register> = registers.collect();
        let is_of = |name: &str| registers.iter().any(|register| register.as_str() == name);
        let before = self.snapshot();
        let manifest = before.manifest();
        let mut done =
            Destroyed { outboxes: self.destroy_messages(group)?, ..Destroyed::default() };
        // Before the manifest forgets where they are.
        for Rejects { path, .. } in manifest.rejects.iter().filter(|each| is_of(&each.register)) {
            let erased = erase(path);
            if erased.map_err(|source| StoreError::Io { path: path.clone(), source })? {
                done.rejects.push(path.clone());
            }
        }
        let segments = manifest.segments.iter().filter(|named| is_of(&named.register));
        let details = manifest.details.iter().filter(|named| is_of(&named.register));
        done.rows = segments.clone().map(|named| named.rows).sum();
        let files: Vec<PathBuf> =
            segments.chain(details).map(|named| self.root.join(&named.file)).collect();
        let (event, rows) = (AuditEvent::Destroy, Some(done.rows));
        let note = Note { event, register: None, group: Some(group), rows };
        let edit = Edit { dropped: registers, notes: vec![note], ..Edit::default() };
        self.publish_with(now, |_| Ok(edit))?;
        for path in files {
            remove(&path).map_err(|source| StoreError::Io { path, source })?;
            done.files += 1;
        }
        let root = File::open(&self.root).and_then(|folder| folder.sync_all());
        root.map_err(|source| StoreError::Io { path: self.root.clone(), source })?;
        Ok(done)
    }

    /// Erases a group's outboxes, and with results the book of codes that was kept for them.
    fn destroy_messages(&self, group: Group) -> Result<Vec<PathBuf>, StoreError> {
        let is_medical = group == Group::Medical;
        let may_be_open = is_medical && challenge::exists(&self.root);
        let _held = may_be_open.then(|| challenge::hold(&self.root)).transpose()?;
        let mut erased = Vec::new();
        // Before it is forgotten where they are.
        for path in outbox::of_group(&self.root, group)? {
            if erase(&path).map_err(|source| StoreError::Io { path: path.clone(), source })? {
                erased.push(path);
            }
        }
        outbox::forget(&self.root, group)?;
        if is_medical {
            challenge::remove(&self.root)?;
        }
        Ok(erased)
    }
}

/// Overwrites a file with zeros, as far as a file system lets one, and removes it; `false` where it
/// is not there.
fn erase(path: &Path) -> io::Result<bool> {
    let mut file = match File::options().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let length = file.metadata()?.len();
    io::copy(&mut io::Read::take(io::repeat(0), length), &mut file)?;
    file.sync_all()?;
    fs::remove_file(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(true)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
