//! Sealed details: everything that a row held, as text, under a key of its own segment.
//!
//! A file of details begins with a magic word and a random salt; then the sealed rows follow, each
//! AES-256-GCM with its offset as nonce, bound to the segment's number and the row's key.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::probe::prefetch_all;
use crate::row::{Row, Table};
use crate::seal::{FileDigest, Sealed};
use crate::secret::Secret;

const MAGIC: [u8; 8] = *b"PRPDETL\x01";
const SALT_BYTES: usize = 32;
const HEAD_BYTES: u64 = (MAGIC.len() + SALT_BYTES) as u64;
/// A row's sealed bytes are at most this; their number takes 16 bits of a place.
pub(crate) const ROW_BYTES_MAX: usize = (1 << 16) - 1;
/// A file of details is shorter than this; an offset takes 40 bits of a place.
const FILE_BYTES_MAX: u64 = 1 << 40;
/// How many files the rows of one segment can have their details in.
pub(crate) const FILES_MAX: usize = 1 << 8;

/// Where a row's details stand: bits 56..64 the file's place in the segment's list of files, bits
/// 16..56 the offset, bits 0..16 the number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DetailsPlace(pub u64);

impl DetailsPlace {
    fn new(offset: u64, bytes: usize) -> Self {
        DetailsPlace(offset << 16 | bytes as u64)
    }

    /// The place of its file in the list of files.
    pub(crate) fn file(self) -> usize {
        (self.0 >> 56) as usize
    }

    /// The same bytes, their file being at another place of another list.
    pub(crate) fn in_file(self, file: usize) -> Self {
        DetailsPlace(self.0 & !(0xff << 56) | (file as u64) << 56)
    }

    fn offset(self) -> u64 {
        self.0 >> 16 & (FILE_BYTES_MAX - 1)
    }

    fn bytes(self) -> usize {
        (self.0 & ROW_BYTES_MAX as u64) as usize
    }
}

/// Writes a file of details.
pub(crate) struct DetailsWriter {
    file: BufWriter<File>,
    key: LessSafeKey,
    digest: FileDigest,
    offset: u64,
    number: u64,
}

/// Opens sealed rows. The file is read when the first one is asked for, not before: opening a store
/// touches none of its files of details.
pub(crate) struct DetailsReader<B> {
    bytes: B,
    secret: Secret,
    key: OnceLock<Option<LessSafeKey>>,
    number: u64,
}

fn derive(secret: &Secret, salt: &[u8]) -> LessSafeKey {
    let key: [u8; 32] = secret.derive(salt, "propusk 1 details");
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("AES-256 takes 32 bytes"))
}

fn nonce(offset: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&offset.to_le_bytes());
    Nonce::assume_unique_for_key(nonce)
}

fn bound(number: u64, row_key: u128) -> Aad<[u8; 24]> {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    bytes[8..].copy_from_slice(&row_key.to_le_bytes());
    Aad::from(bytes)
}

impl DetailsWriter {
    /// Begins a new file for the segment of that number.
    pub(crate) fn create(path: &Path, secret: &Secret, number: u64) -> io::Result<Self> {
        let mut salt = [0; SALT_BYTES];
        SystemRandom::new().fill(&mut salt).map_err(|_| io::Error::other("no random bytes"))?;
        let mut file = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
        let mut digest = FileDigest::new();
        for part in [&MAGIC[..], &salt] {
            file.write_all(part)?;
            digest.update(part);
        }
        Ok(DetailsWriter { file, key: derive(secret, &salt), digest, offset: HEAD_BYTES, number })
    }

    /// Seals one row and answers its place.
    pub(crate) fn push(&mut self, row_key: u128, mut plain: Vec<u8>) -> io::Result<DetailsPlace> {
        let aad = bound(self.number, row_key);
        let sealed = self.key.seal_in_place_append_tag(nonce(self.offset), aad, &mut plain);
        let end = self.offset + plain.len() as u64;
        if sealed.is_err() || plain.len() > ROW_BYTES_MAX || end > FILE_BYTES_MAX {
            return Err(io::Error::other("a row or a file of details is too long to seal"));
        }
        self.file.write_all(&plain)?;
        self.digest.update(&plain);
        let place = DetailsPlace::new(self.offset, plain.len());
        self.offset = end;
        Ok(place)
    }

    /// Syncs the file.
    pub(crate) fn finish(self) -> io::Result<Sealed> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(self.digest.finish())
    }
}

impl<B: AsRef<[u8]>> DetailsReader<B> {
    /// Of any bytes.
    pub(crate) fn new(bytes: B, secret: &Secret, number: u64) -> Self {
        DetailsReader { bytes, secret: secret.clone(), key: OnceLock::new(), number }
    }

    /// Whether the bytes begin as a writer begins them.
    pub(crate) fn has_head(&self) -> bool {
        self.key().is_some()
    }

    fn key(&self) -> Option<&LessSafeKey> {
        let derived = || {
            let salt = self.bytes.as_ref().strip_prefix(&MAGIC)?.get(..SALT_BYTES)?;
            Some(derive(&self.secret, salt))
        };
        self.key.get_or_init(derived).as_ref()
    }

    /// Asks for the memory of a row.
    pub(crate) fn prefetch(&self, place: DetailsPlace) {
        let row = usize::try_from(place.offset())
            .ok()
            .and_then(|from| self.bytes.as_ref().get(from..from.checked_add(place.bytes())?));
        prefetch_all(row.unwrap_or_default());
    }

    /// The plain bytes of a row; `None` where they were changed, or are another row's.
    pub(crate) fn open_row(&self, row_key: u128, place: DetailsPlace) -> Option<Vec<u8>> {
        let (offset, length) = (place.offset(), place.bytes());
        let from = usize::try_from(offset).ok()?;
        let mut sealed = self.bytes.as_ref().get(from..from.checked_add(length)?)?.to_vec();
        let aad = bound(self.number, row_key);
        let plain = self.key()?.open_in_place(nonce(offset), aad, &mut sealed).ok()?.len();
        sealed.truncate(plain);
        Some(sealed)
    }
}

/// A row's values as bytes: for each column its length plus one (0 if absent) and its text.
pub(crate) fn encode(row: &Row<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    for value in &row.values {
        match value {
            None => bytes.extend_from_slice(&0u32.to_le_bytes()),
            Some(value) => {
                bytes.extend_from_slice(&(value.len() as u32 + 1).to_le_bytes());
                bytes.extend_from_slice(value.as_bytes());
            }
        }
    }
    bytes
}

/// The row of those bytes, `None` if they are none.
pub(crate) fn decode<'b>(table: &'static Table, mut bytes: &'b [u8]) -> Option<Row<'b>> {
    let mut row = Row::empty(table);
    for value in &mut row.values {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        bytes = rest;
        if let Some(length) = u32::from_le_bytes(*length).checked_sub(1) {
            let (text, rest) = bytes.split_at_checked(length as usize)?;
            bytes = rest;
            *value = Some(Cow::Borrowed(std::str::from_utf8(text).ok()?));
        }
    }
    bytes.is_empty().then_some(row)
}
