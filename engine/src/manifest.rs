//! The manifest: which sealed files count, in which order, and who says so.
//!
//! One line of JSON, a line with its checksum, and, where the writer had a signing key, a line
//! with its Ed25519 signature. It is replaced by a rename, so a reader sees the old or the new one.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::StoreError;
use crate::record::Register;
use crate::seal::Sealed;
use crate::secret::Keys;

/// The manifest's name in the folder of a store.
pub(crate) const MANIFEST: &str = "MANIFEST";
/// Its name while it is being written.
pub(crate) const NEW_MANIFEST: &str = "MANIFEST.new";
const MANIFEST_FORMAT: u32 = 2;

/// What counts, at one generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub format: u32,
    /// From 1; 0 where nothing was published yet.
    pub generation: u64,
    /// Unix seconds.
    pub published_at: i64,
    /// The number of the next file; numbers never come twice.
    pub next_number: u64,
    /// Of each register the oldest first.
    pub segments: Vec<Named>,
    pub details: Vec<Named>,
    /// Files of rejected rows, wherever they are: a destroyed register takes them along.
    pub rejects: Vec<Rejects>,
    /// The last lines of the audit log, of this generation.
    pub audit: String,
}

/// A sealed file that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub register: String,
    pub number: u64,
    /// The highest number of the files that were merged into it; its own where none were.
    pub newest: u64,
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    /// SHA-256, in hexadecimal digits.
    pub digest: String,
    /// Whether its rows are later statuses of records beneath.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changes: bool,
}

/// A file of rejected rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rejects {
    pub register: String,
    pub path: PathBuf,
}

impl Named {
    pub(crate) fn new(register: Register, number: u64, file: String, sealed: &Sealed) -> Self {
        Named {
            register: register.to_string(),
            number,
            newest: number,
            file,
            rows: 0,
            bytes: sealed.bytes,
            digest: hex(&sealed.digest),
            changes: false,
        }
    }

    pub(crate) fn is_of(&self, register: Register) -> bool {
        self.register == register.as_str()
    }

    pub(crate) fn has_digest(&self, sealed: &Sealed) -> bool {
        self.bytes == sealed.bytes && self.digest == hex(&sealed.digest)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Manifest {
    /// Of a store in which nothing was published yet.
    pub(crate) fn empty() -> Self {
        Manifest {
            format: MANIFEST_FORMAT,
            generation: 0,
            published_at: 0,
            next_number: 1,
            segments: Vec::new(),
            details: Vec::new(),
            rejects: Vec::new(),
            audit: String::new(),
        }
    }

    /// Every file in the folder that this manifest names.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().chain(&self.details).map(|named| named.file.as_str())
    }

    /// The manifest in a folder; the checksum and, where the keys can tell, the signature hold.
    ///
    /// # Errors
    /// When it is not there, damaged, of another format, or signed by somebody else.
    pub(crate) fn read(root: &Path, keys: &Keys) -> Result<Self, StoreError> {
        let path = root.join(MANIFEST);
        let text = fs::read_to_string(&path)
            .map_err(|source| StoreError::Io { path: path.clone(), source })?;
        Manifest::parse(&text, path, keys)
    }

    pub(crate) fn parse(text: &str, path: PathBuf, keys: &Keys) -> Result<Self, StoreError> {
        let damaged = |reason| {
            let path = path.clone();
            StoreError::Damaged { path, place: "manifest", reason }
        };
        let (line, rest) = text.split_once('\n').ok_or_else(|| damaged("it is cut short"))?;
        let (checksum, signature) =
            rest.split_once('\n').ok_or_else(|| damaged("it is cut short"))?;
        if checksum != format!("{:032x}", xxh3_128(line.as_bytes())) {
            return Err(damaged("its checksum differs"));
        }
        check_signature(line, signature, keys)
            .map_err(|()| StoreError::Signature { path: path.clone() })?;
        let manifest: Manifest =
            serde_json::from_str(line).map_err(|_| damaged("it is not a manifest"))?;
        if manifest.format != MANIFEST_FORMAT {
            let (found, known) = (manifest.format, MANIFEST_FORMAT);
            return Err(StoreError::Format { path: path.clone(), found, known });
        }
        if manifest.files().any(|name| name.contains('/')) {
            return Err(damaged("it names a file outside the store"));
        }
        Ok(manifest)
    }

    /// Replaces the manifest in the folder: synced, renamed, and the folder synced. Whatever was
    /// created in the folder before is durable with it.
    ///
    /// # Errors
    /// When it cannot be written. Where only the last sync failed, the new one may be in force.
    pub(crate) fn write(&self, root: &Path, keys: &Keys) -> Result<(), StoreError> {
        let (path, new) = (root.join(MANIFEST), root.join(NEW_MANIFEST));
        let io = |source| StoreError::Io { path: path.clone(), source };
        let text = self.text(keys).map_err(io)?;
        let mut file = File::create(&new).map_err(io)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        fs::rename(&new, &path).map_err(io)?;
        File::open(root).and_then(|folder| folder.sync_all()).map_err(io)
    }

    pub(crate) fn text(&self, keys: &Keys) -> std::io::Result<String> {
        let line = serde_json::to_string(self)?;
        let checksum = xxh3_128(line.as_bytes());
        let signature = keys.sign(line.as_bytes()).map_or_else(String::new, |s| hex(&s) + "\n");
        Ok(format!("{line}\n{checksum:032x}\n{signature}"))
    }
}

/// A key that can tell demands a signature; without one, whatever stands there is not looked at.
fn check_signature(line: &str, signature: &str, keys: &Keys) -> Result<(), ()> {
    let Some(key) = keys.verifying_key() else { return Ok(()) };
    let signature = signature.strip_suffix('\n').and_then(unhex).ok_or(())?;
    if key.verifies(line.as_bytes(), &signature) { Ok(()) } else { Err(()) }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}
