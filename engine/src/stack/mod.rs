//! One register of a snapshot: its sealed segments, the newest first, read as one.
//!
//! A segment holds whole records, or later statuses of records that stand beneath it. For a key,
//! the newest row gives the status, and the newest whole row everything else.

mod details;
mod look_up;
mod segment;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use zerocopy::FromBytes as _;

pub(crate) use look_up::{Hit, Whole};
pub(crate) use segment::OpenSegment;

use details::OpenDetails;

use crate::code::Code;
use crate::error::StoreError;
use crate::format::{LINE_ENTRIES, Line, Section};
use crate::joint::Joint;
use crate::key::{CodeCipher, IdentityKeys};
use crate::manifest::Manifest;
use crate::map::MappedFile;
use crate::record::Register;
use crate::seal::Sealed;
use crate::secret::{GroupSecrets, Secret};
use crate::verdict::{Kind, Subtype};

/// One register of a snapshot, and the keys that its reader was given.
pub struct OpenRegister {
    register: Register,
    /// The newest first.
    segments: Vec<Arc<OpenSegment>>,
    /// The filter of those above the oldest.
    joint: Option<Joint>,
    details: HashMap<u64, Arc<OpenDetails>>,
    cipher: Option<CodeCipher>,
    identity: Option<IdentityKeys>,
    has_details_secret: bool,
}

pub(crate) fn key_identifier(code: &Secret) -> [u8; 8] {
    code.derive(b"", "propusk 1 key identifier")
}

impl OpenRegister {
    /// Opens what the manifest names of a register; what `before` has open already is shared.
    pub(crate) fn open(
        root: &Path,
        manifest: &Manifest,
        register: Register,
        secrets: &GroupSecrets,
        before: Option<&OpenRegister>,
    ) -> Result<Option<Self>, StoreError> {
        let mut segments = Vec::new();
        for named in manifest.segments.iter().rev().filter(|named| named.is_of(register)) {
            let same = |open: &&Arc<OpenSegment>| open.named == *named;
            let known = before.and_then(|before| before.segments.iter().find(same));
            segments.push(match known {
                Some(open) => Arc::clone(open),
                None => Arc::new(OpenSegment::open(root, named)?),
            });
        }
        if segments.is_empty() {
            return Ok(None);
        }
        if let Some(code) = &secrets.code {
            let identifier = key_identifier(code);
            let other =
                |open: &&Arc<OpenSegment>| open.segment.header().key_identifier != identifier;
            if let Some(open) = segments.iter().find(other) {
                return Err(StoreError::WrongKey { path: root.join(&open.named.file) });
            }
        }
        let mut details = HashMap::new();
        for named in manifest.details.iter().filter(|named| named.is_of(register)) {
            let known = before.and_then(|before| before.details.get(&named.number));
            let open = match known.filter(|open| open.named == *named) {
                Some(open) => Arc::clone(open),
                None => Arc::new(OpenDetails::open(root, named, register, secrets)?),
            };
            details.insert(named.number, open);
        }
        let newer = &segments[..segments.len() - 1];
        let earlier = before.and_then(|before| before.joint.as_ref());
        let joint = Joint::over(root, newer.iter().map(|open| &open.segment), earlier)?;
        Ok(Some(OpenRegister {
            register,
            joint,
            segments,
            details,
            cipher: secrets.code.as_ref().map(|secret| CodeCipher::new(secret, register)),
            identity: secrets.identity.as_ref().map(IdentityKeys::new),
            has_details_secret: secrets.details.is_some(),
        }))
    }

    /// Its register.
    #[must_use]
    pub fn register(&self) -> Register {
        self.register
    }

    /// How many rows its segments hold: records, those that newer ones hide, and statuses.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.segments.iter().map(|open| open.segment.rows()).sum()
    }

    /// The segments, the newest first.
    pub(crate) fn segments(&self) -> &[Arc<OpenSegment>] {
        &self.segments
    }

    /// How many segments it has.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// Name and bytes of every section that is not empty, over all segments.
    #[must_use]
    pub fn sections(&self) -> Vec<(&'static str, usize)> {
        let all = Section::ALL.iter();
        let bytes = |section| self.segments.iter().map(|o| o.segment.section_bytes(section)).sum();
        let sized = all.map(|section| (section.name(), bytes(*section)));
        sized.filter(|(_, bytes)| *bytes > 0).collect()
    }

    /// Rows for each place of the hot tables.
    #[must_use]
    pub fn load_factor(&self) -> f64 {
        let lines: u64 = self.segments.iter().map(|open| open.segment.header().lines.get()).sum();
        self.rows() as f64 / (lines as f64 * LINE_ENTRIES as f64)
    }

    /// The hot lines of its oldest segment where they lie: what a measurement of the memory reads.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn lines(&self) -> Result<&[Line], StoreError> {
        let Some(oldest) = self.segments.last() else { return Ok(&[]) };
        oldest.segment.section(Section::Lines)?;
        let lines = <[Line]>::ref_from_bytes(oldest.segment.lines());
        lines.map_err(|_| oldest.segment.damaged(Section::Lines, "its length is no multiple"))
    }

    /// The filter of the segments above the oldest, where there are any.
    #[inline(always)]
    pub(crate) fn joint(&self) -> Option<&Joint> {
        self.joint.as_ref()
    }

    /// The code of a row's key.
    pub(crate) fn code(&self, key: u128) -> Result<Code, StoreError> {
        Ok(Code { kind: kind_of(self.register), bytes: self.cipher()?.bytes(key) })
    }

    /// The cipher of codes.
    #[inline]
    pub(crate) fn cipher(&self) -> Result<&CodeCipher, StoreError> {
        self.cipher.as_ref().ok_or_else(|| self.without("code"))
    }

    /// The keys of identities.
    pub(crate) fn identity(&self) -> Result<&IdentityKeys, StoreError> {
        self.identity.as_ref().ok_or_else(|| self.without("identity"))
    }

    #[cold]
    fn without(&self, secret: &'static str) -> StoreError {
        StoreError::NoSecret { group: self.register.group().as_str(), secret }
    }

    /// Proves every byte of every segment against its own checksums and the manifest's digest, and
    /// that every row's details open where the secret and the file are here. Answers the rows.
    pub(crate) fn check(&self) -> Result<u64, StoreError> {
        for (place, open) in self.segments.iter().enumerate() {
            open.segment.check()?;
            open.segment.has_digest(&open.named)?;
            let rows = if open.segment.is_whole() && self.register != Register::Sources {
                open.segment.rows()
            } else {
                0
            };
            for row in 0..rows {
                match self.plain_details(Whole { segment: place, row }) {
                    Ok(_) => {}
                    Err(StoreError::NoSecret { .. } | StoreError::NoDetails { .. }) => break,
                    Err(error) => return Err(error),
                }
            }
        }
        for open in self.details.values().filter(|open| open.path.exists()) {
            let bytes = MappedFile::open(&open.path)
                .map_err(|source| StoreError::Io { path: open.path.clone(), source })?;
            if !open.named.has_digest(&Sealed::of(bytes.as_ref())) {
                let (path, reason) = (open.path.clone(), "its digest is not the manifest's");
                return Err(StoreError::Damaged { path, place: "digest", reason });
            }
        }
        Ok(self.rows() as u64)
    }
}

/// The subtype that a hot entry's number means in a register.
pub(crate) const fn subtype(register: Register, number: u8) -> Option<Subtype> {
    match (register, number) {
        (Register::Permits, 1) => Some(Subtype::Work),
        (Register::Permits, 2) => Some(Subtype::Medical),
        (Register::Permits, 3) => Some(Subtype::Other),
        (Register::Certificates, 1) => Some(Subtype::Pcr),
        (Register::Certificates, 2) => Some(Subtype::Vaccination),
        (Register::Certificates, 3) => Some(Subtype::Recovery),
        _ => None,
    }
}

/// The kind of the codes of a register; a result has none, and is never asked.
pub(crate) fn kind_of(register: Register) -> Kind {
    match register {
        Register::Permits => Kind::Permit,
        Register::Cards => Kind::Card,
        _ => Kind::Certificate,
    }
}

/// The register that holds a kind of code.
pub(crate) const fn register_of(kind: Kind) -> Register {
    match kind {
        Kind::Permit => Register::Permits,
        Kind::Certificate => Register::Certificates,
        Kind::Card => Register::Cards,
    }
}
