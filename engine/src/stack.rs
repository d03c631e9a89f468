//! One register of a snapshot: its sealed segments, the newest first, read as one.
//!
//! A segment holds whole records, or later statuses of records that stand beneath it. For a key,
//! the newest row gives the status, and the newest whole row everything else.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zerocopy::FromBytes as _;
use zerocopy::little_endian::U64;

use crate::code::Code;
use crate::details::{self, DetailsPlace, DetailsReader};
use crate::error::StoreError;
use crate::format::{CertificateRow, ColdRow, Line, Section};
use crate::joint::Joint;
use crate::key::{CodeCipher, IdentityKeys};
use crate::life::Life;
use crate::manifest::{Manifest, Named};
use crate::map::MappedFile;
use crate::policy::Policy;
use crate::postings;
use crate::record::{Register, ResultKind, Status};
use crate::row::{Row, Table};
use crate::seal::Sealed;
use crate::secret::{GroupSecrets, Secret};
use crate::segment::Segment;
use crate::table::{Entry, Found};
use crate::time::Instant;
use crate::verdict::{Kind, Subtype, Verdict};

/// A segment and how the manifest names it.
pub(crate) struct OpenSegment {
    pub(crate) segment: Segment<MappedFile>,
    pub(crate) named: Named,
}

/// A file of details, if it is here.
struct OpenDetails {
    named: Named,
    path: PathBuf,
    reader: Option<DetailsReader<MappedFile>>,
}

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

/// Where a key was found: the segment by its place in the stack, and the entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub segment: usize,
    pub found: Found,
}

/// A whole row: the segment by its place in the stack, and the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole {
    pub segment: usize,
    pub row: usize,
}

/// Takes a record's newest row, and what reads its key.
pub(crate) type EachNewest<'e> =
    dyn FnMut(Hit, &dyn Fn() -> Result<u128, StoreError>) -> Result<(), StoreError> + 'e;

pub(crate) fn key_identifier(code: &Secret) -> [u8; 8] {
    code.derive(b"", "propusk 1 key identifier")
}

impl OpenSegment {
    pub(crate) fn open(root: &Path, named: &Named) -> Result<Self, StoreError> {
        let path = root.join(&named.file);
        let damaged = |place, reason| StoreError::Damaged { path: path.clone(), place, reason };
        let bytes = MappedFile::open(&path)
            .map_err(|source| StoreError::Io { path: path.clone(), source })?;
        if bytes.as_ref().len() as u64 != named.bytes {
            return Err(damaged("end", "its length is not the manifest's"));
        }
        let segment = Segment::open(bytes, &path)?;
        let header = segment.header();
        if segment.register().as_str() != named.register
            || header.number.get() != named.number
            || header.rows.get() != named.rows
            || segment.is_whole() == named.changes
        {
            return Err(damaged("header", "it is another segment than the manifest names"));
        }
        Ok(OpenSegment { segment, named: named.clone() })
    }

    /// Whether its hot entries have the ends that a policy gives them at last, but for cold ones.
    #[inline]
    pub(crate) fn is_sealed_under(&self, policy: &Policy) -> bool {
        // A permit says itself how long it is valid.
        self.segment.header().policy_fingerprint.get() == policy.fingerprint()
            || self.segment.register() == Register::Permits
    }

    /// Whether these are the ends at an instant.
    #[inline]
    pub(crate) fn is_settled(&self, at: Instant, policy: &Policy) -> bool {
        self.is_sealed_under(policy) && policy.is_settled(self.segment.register(), at)
    }

    /// The cold row of an entry.
    pub(crate) fn cold_row(&self, entry: &Entry) -> Result<ColdRow, StoreError> {
        self.segment.item(Section::Cold, entry.cold_place())
    }

    /// The life of an entry, as it was sealed.
    pub(crate) fn life(&self, entry: &Entry) -> Result<Life, StoreError> {
        if let Some(life) = Life::of_entry(entry) {
            return Ok(life);
        }
        let life = Life::of_cold(entry.subtype, &self.cold_row(entry)?);
        life.ok_or_else(|| self.segment.damaged(Section::Cold, "no such status"))
    }

    /// The life of an entry under the rules that were in force at `rules_at`.
    pub(crate) fn life_by_rules_of(
        &self,
        found: &Found,
        rules_at: Instant,
        policy: &Policy,
    ) -> Result<Life, StoreError> {
        let mut life = self.life(&found.entry)?;
        match self.segment.register() {
            Register::Certificates => {
                let row = self.segment.row(found)?;
                let times: CertificateRow = self.segment.item(Section::Rows, row)?;
                let sampled_at = Instant::from_unix(times.sampled_at.get());
                let reported_at = Instant::from_unix(times.reported_at.get());
                let kind = ResultKind::ALL.get(usize::from(life.subtype).wrapping_sub(1));
                let kind = kind.ok_or_else(|| {
                    self.segment.damaged(Section::Lines, "no such kind of certificate")
                })?;
                life.valid_until =
                    policy.certificate_until(*kind, sampled_at, reported_at, rules_at);
            }
            Register::Cards => {
                life.valid_until = policy.card_until(life.valid_from.date(), rules_at);
            }
            _ => {}
        }
        Ok(life)
    }

    /// Every entry, in the order of rows.
    pub(crate) fn entries(&self) -> Result<impl Iterator<Item = Found> + '_, StoreError> {
        let lines: &[Line] = self.segment.items(Section::Lines)?;
        let places = lines.iter().enumerate().flat_map(|(line, read)| {
            (0..crate::format::LINE_ENTRIES).map(move |place| Found {
                entry: Entry::unpack(read.ends[place].get(), read.spans[place].get()),
                line,
                place,
            })
        });
        Ok(places.filter(|found| found.entry.subtype != 0))
    }

    /// The files that hold the details of its rows.
    pub(crate) fn details_files(&self) -> Result<&[U64], StoreError> {
        self.segment.items(Section::DetailsFiles)
    }
}

impl OpenDetails {
    fn open(
        root: &Path,
        named: &Named,
        register: Register,
        secrets: &GroupSecrets,
    ) -> Result<Self, StoreError> {
        let path = root.join(&named.file);
        let reader = match &secrets.details {
            Some(secret) if path.exists() => {
                let bytes = MappedFile::open(&path)
                    .map_err(|source| StoreError::Io { path: path.clone(), source })?;
                if bytes.as_ref().len() as u64 != named.bytes {
                    let reason = "its length is not the manifest's";
                    return Err(StoreError::Damaged { path, place: "header", reason });
                }
                Some(DetailsReader::new(bytes, secret, named.number))
            }
            _ => None,
        };
        debug_assert!(named.is_of(register));
        Ok(OpenDetails { named: named.clone(), path, reader })
    }
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
        self.rows() as f64 / (lines as f64 * crate::format::LINE_ENTRIES as f64)
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

    /// The newest entry whose tag is the key's; no segment before `first` holds the key.
    #[inline]
    pub(crate) fn find_from(&self, first: usize, key: u128) -> Result<Option<Hit>, StoreError> {
        for (place, open) in self.segments.iter().enumerate().skip(first) {
            if open.segment.may_hold(key)?
                && let Some(found) = open.segment.find(key)?
            {
                return Ok(Some(Hit { segment: place, found }));
            }
        }
        Ok(None)
    }

    /// The newest entry whose whole key is this one, and its row.
    pub(crate) fn find_exact(&self, key: u128) -> Result<Option<(Hit, usize)>, StoreError> {
        self.find_exact_from(0, key)
    }

    fn find_exact_from(&self, from: usize, key: u128) -> Result<Option<(Hit, usize)>, StoreError> {
        for (place, open) in self.segments.iter().enumerate().skip(from) {
            if open.segment.may_hold(key)?
                && let Some(found) = open.segment.find(key)?
            {
                let row = open.segment.row(&found)?;
                if open.segment.key(row)? == key {
                    return Ok(Some((Hit { segment: place, found }, row)));
                }
            }
        }
        Ok(None)
    }

    /// The newest whole row of a key; `None` where there is none, or it was removed since.
    pub(crate) fn whole(&self, key: u128) -> Result<Option<Whole>, StoreError> {
        let mut from = 0;
        while let Some((hit, row)) = self.find_exact_from(from, key)? {
            let open = &self.segments[hit.segment];
            if open.segment.is_whole() {
                return Ok(Some(Whole { segment: hit.segment, row }));
            }
            if open.life(&hit.found.entry)?.status.is_none() {
                return Ok(None);
            }
            from = hit.segment + 1;
        }
        Ok(None)
    }

    /// The life of a hit as it was sealed.
    pub(crate) fn life(&self, hit: &Hit) -> Result<Life, StoreError> {
        self.segments[hit.segment].life(&hit.found.entry)
    }

    /// What judging a certificate anew needs, from the row of a hit.
    pub(crate) fn columns(&self, hit: &Hit, row: usize) -> Result<CertificateRow, StoreError> {
        self.segments[hit.segment].segment.item(Section::Rows, row)
    }

    /// The whole rows under a key of a postings section that no newer row hides, with their keys.
    pub(crate) fn posted(
        &self,
        section: Section,
        posting: u128,
    ) -> Result<Vec<(Whole, u128)>, StoreError> {
        let mut rows = Vec::new();
        for (place, open) in self.segments.iter().enumerate() {
            for row in postings::rows(&open.segment, section, posting)? {
                let at = Whole { segment: place, row: row as usize };
                let key = open.segment.key(at.row)?;
                if self.segments.len() == 1 || self.whole(key)? == Some(at) {
                    rows.push((at, key));
                }
            }
        }
        Ok(rows)
    }

    /// Every record once, by its newest row; `key` is read only where it is asked for.
    pub(crate) fn each_newest(&self, each: &mut EachNewest<'_>) -> Result<(), StoreError> {
        for (place, open) in self.segments.iter().enumerate() {
            for (row, found) in open.entries()?.enumerate() {
                let key = || open.segment.key(row);
                if place > 0 && self.is_hidden(place, key()?)? {
                    continue;
                }
                each(Hit { segment: place, found }, &key)?;
            }
        }
        Ok(())
    }

    /// Whether a newer segment than the one at `place` has the key.
    fn is_hidden(&self, place: usize, key: u128) -> Result<bool, StoreError> {
        for open in &self.segments[..place] {
            if open.segment.may_hold(key)?
                && let Some(found) = open.segment.find(key)?
                && open.segment.key(open.segment.row(&found)?)? == key
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The verdict at `at` under the rules that were in force at `rules_at`.
    pub(crate) fn judge_by_rules_of(
        &self,
        hit: &Hit,
        rules_at: Instant,
        at: Instant,
        policy: &Policy,
    ) -> Result<Verdict, StoreError> {
        let life = self.segments[hit.segment].life_by_rules_of(&hit.found, rules_at, policy)?;
        Ok(life.judge(at, policy).0)
    }

    /// The key of a whole row.
    pub(crate) fn key(&self, at: Whole) -> Result<u128, StoreError> {
        self.segments[at.segment].segment.key(at.row)
    }

    /// An item of a whole row's columns.
    pub(crate) fn item<T>(&self, section: Section, at: Whole) -> Result<T, StoreError>
    where
        T: zerocopy::FromBytes + zerocopy::KnownLayout + zerocopy::Immutable + zerocopy::Unaligned,
    {
        self.segments[at.segment].segment.item(section, at.row)
    }

    /// A damage of a segment.
    pub(crate) fn damaged(
        &self,
        segment: usize,
        section: Section,
        reason: &'static str,
    ) -> StoreError {
        self.segments[segment].segment.damaged(section, reason)
    }

    /// Everything that a whole row held when it was loaded, sealed or plain.
    pub(crate) fn plain_details(&self, at: Whole) -> Result<Vec<u8>, StoreError> {
        if !self.has_details_secret {
            let group = self.register.group().as_str();
            return Err(StoreError::NoSecret { group, secret: "details" });
        }
        let open = &self.segments[at.segment];
        let place = open.segment.item::<U64>(Section::DetailsAt, at.row)?;
        let place = DetailsPlace(place.get());
        let number: U64 = open.segment.item(Section::DetailsFiles, place.file())?;
        let details = self.details.get(&number.get()).ok_or_else(|| {
            open.segment.damaged(Section::DetailsFiles, "the manifest does not name that file")
        })?;
        let path = || details.path.clone();
        let reader =
            details.reader.as_ref().ok_or_else(|| StoreError::NoDetails { path: path() })?;
        let damaged = |place, reason| StoreError::Damaged { path: path(), place, reason };
        if !reader.has_head() {
            return Err(damaged("header", "it is not a file of details"));
        }
        let plain = reader.open_row(open.segment.key(at.row)?, place);
        plain.ok_or_else(|| damaged("a sealed row", "it was changed, or is another row's"))
    }

    /// Everything that a whole row held when it was loaded.
    pub(crate) fn details(&self, at: Whole) -> Result<Row<'static>, StoreError> {
        let row = details::decode(Table::of(self.register), &self.plain_details(at)?);
        row.ok_or_else(|| self.damaged(at.segment, Section::DetailsAt, "details are no row"))
    }

    /// Everything that a record holds, with the status that it has now.
    pub(crate) fn current_row(
        &self,
        at: Whole,
        life: Option<&Life>,
    ) -> Result<Row<'static>, StoreError> {
        let mut row = self.details(at)?;
        if let Some((life, status)) = life.and_then(|life| Some((life, life.status?))) {
            let loaded = row.value("status").and_then(Status::parse).unwrap_or(Status::Active);
            let on = match status {
                Status::Active => None,
                _ if life.status_on == Instant::MIN => None,
                _ if self.register == Register::Cards => Some(life.status_on.date().to_string()),
                _ => Some(life.status_on.to_string()),
            };
            let same_instant = || match self.register {
                Register::Cards => row.value("status_on").map(str::to_owned) == on,
                _ => {
                    row.value("status_on").and_then(Instant::parse)
                        == on.as_deref().and_then(Instant::parse)
                }
            };
            let unchanged = loaded == status && (status == Status::Active || same_instant());
            if !unchanged {
                row.set("status", status.as_str());
                row.set("status_on", on.unwrap_or_default());
            }
            if life.replaced_by != 0 {
                row.set("replaced_by", self.code(life.replaced_by)?.canonical());
            } else if !unchanged {
                row.set("replaced_by", "");
            }
        }
        Ok(row)
    }

    /// The code of a row's key.
    pub(crate) fn code(&self, key: u128) -> Result<Code, StoreError> {
        Ok(Code { kind: kind_of(self.register), bytes: self.cipher()?.bytes(key) })
    }

    /// The cipher of codes.
    #[inline]
    pub(crate) fn cipher(&self) -> Result<&CodeCipher, StoreError> {
        let group = self.register.group().as_str();
        self.cipher.as_ref().ok_or(StoreError::NoSecret { group, secret: "code" })
    }

    /// The keys of identities.
    pub(crate) fn identity(&self) -> Result<&IdentityKeys, StoreError> {
        let group = self.register.group().as_str();
        self.identity.as_ref().ok_or(StoreError::NoSecret { group, secret: "identity" })
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
