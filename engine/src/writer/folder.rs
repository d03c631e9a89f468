//! The files of a store's folder as its writer finds and names them: the lock, the first manifest, the
//! names of sealed files, and those that nothing names.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::error::StoreError;
use crate::manifest::{MANIFEST, Manifest, NEW_MANIFEST};
use crate::record::Register;
use crate::secret::Keys;

/// The file whose lock the writer holds.
pub(super) const LOCK: &str = "LOCK";

/// Takes the lock that the kernel gives to one process at a time, and takes back when it ends.
pub(crate) fn lock(root: &Path, name: &str) -> Result<File, StoreError> {
    let path = root.join(name);
    let opened = File::options().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|source| StoreError::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: root.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { path, source }),
    }
}

/// The manifest in force. A new store gets an empty one before anything else, so that a store whose
/// manifest was lost is never taken for a new one.
pub(super) fn begin(root: &Path, keys: &Keys) -> Result<Manifest, StoreError> {
    let io = |source| StoreError::Io { path: root.to_owned(), source };
    if root.join(MANIFEST).exists() {
        return Manifest::read(root, keys);
    }
    for entry in fs::read_dir(root).map_err(io)? {
        let name = entry.map_err(io)?.file_name();
        if name.to_str().is_some_and(|name| is_ours(name) && name != NEW_MANIFEST) {
            let (path, place) = (root.join(MANIFEST), "manifest");
            let reason = "it is missing, and sealed files are here";
            return Err(StoreError::Damaged { path, place, reason });
        }
    }
    let empty = Manifest::empty();
    empty.write(root, keys)?;
    Ok(empty)
}

/// Removes sealed files that the manifest does not name: what an interrupted write left, and what
/// could not be removed in its time.
pub(super) fn remove_unnamed(root: &Path, manifest: &Manifest) -> std::io::Result<()> {
    let names: HashSet<&str> = manifest.files().collect();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if is_ours(name) && !names.contains(name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a name is one that the writer gives to sealed files.
fn is_ours(name: &str) -> bool {
    let digits = name.split('-').next().unwrap_or_default();
    let numbered = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let sealed = name.ends_with(".segment") || name.ends_with(".details");
    name == NEW_MANIFEST || (numbered && sealed)
}

pub(crate) fn segment_file(number: u64, register: Register) -> String {
    format!("{number:08}-{register}.segment")
}

pub(crate) fn details_file(number: u64, register: Register) -> String {
    format!("{number:08}-{register}.details")
}
