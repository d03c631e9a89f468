//! A store: a folder of sealed segments, and a manifest that names those that count.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::details::{self, DetailsReader};
use crate::error::StoreError;
use crate::format::{ResultRow, Section};
use crate::intake::{Collector, Intake, header};
use crate::key::{CodeCipher, IdentityKeys};
use crate::map::MappedFile;
use crate::policy::Policy;
use crate::record::{Group, Register};
use crate::register::SourceRecord;
use crate::row::{Row, Table};
use crate::secret::{GroupSecrets, Keys, Secret};
use crate::segment::{self, Segment};
use crate::time::Instant;

const MANIFEST: &str = "MANIFEST";
const MANIFEST_FORMAT: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    generation: u64,
    published_at: i64,
    segments: Vec<Named>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    register: String,
    number: u64,
    file: String,
    details: Option<String>,
    rows: u64,
}

/// One register of a snapshot: its segment, and the keys that its reader was given.
pub struct OpenRegister {
    pub(crate) segment: Segment<MappedFile>,
    pub(crate) cipher: Option<CodeCipher>,
    pub(crate) identity: Option<IdentityKeys>,
    details: Option<DetailsReader<MappedFile>>,
    details_path: PathBuf,
    has_details_secret: bool,
}

/// What a store held at one generation; it never changes.
pub struct Snapshot {
    manifest: Manifest,
    /// By the register's place in its enum: a look-up for every code must cost nothing.
    registers: [Option<OpenRegister>; Register::ALL.len()],
    pub(crate) sources: Vec<SourceRecord>,
}

/// A store open for reading.
pub struct Store {
    snapshot: ArcSwap<Snapshot>,
}

impl Store {
    /// Opens the newest generation. The time does not depend on the number of records.
    ///
    /// # Errors
    /// When files are missing, damaged, or sealed under other secrets.
    pub fn open(root: &Path, keys: &Keys) -> Result<Self, StoreError> {
        let snapshot = Snapshot::open(root, keys)?;
        Ok(Store { snapshot: ArcSwap::from_pointee(snapshot) })
    }

    /// The snapshot in force: one atomic load.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }
}

impl Snapshot {
    fn open(root: &Path, keys: &Keys) -> Result<Self, StoreError> {
        Snapshot::of_manifest(root, keys, read_manifest(root)?)
    }

    fn of_manifest(root: &Path, keys: &Keys, manifest: Manifest) -> Result<Self, StoreError> {
        let mut registers = [const { None }; Register::ALL.len()];
        let mut sources = Vec::new();
        for named in &manifest.segments {
            let path = root.join(&named.file);
            let damaged = |place, reason| StoreError::Damaged { path: path.clone(), place, reason };
            let bytes = MappedFile::open(&path)
                .map_err(|source| StoreError::Io { path: path.clone(), source })?;
            let segment = Segment::open(bytes, &path)?;
            let register = segment.register();
            if register.as_str() != named.register || segment.header().number.get() != named.number
            {
                return Err(damaged("header", "it is another segment than the manifest names"));
            }
            let secrets = keys.group(register.group());
            if let Some(code) = &secrets.code
                && key_identifier(code) != segment.header().key_identifier
            {
                return Err(StoreError::WrongKey { path });
            }
            if register == Register::Sources {
                sources = serde_json::from_slice(segment.section(Section::Rows)?)
                    .map_err(|_| damaged("rows", "they are no sources"))?;
            }
            let opened = OpenRegister::open(root, named, segment, secrets)?;
            registers[register as usize] = Some(opened);
        }
        Ok(Snapshot { manifest, registers, sources })
    }

    /// One register, if it was loaded.
    #[must_use]
    #[inline]
    pub fn register(&self, register: Register) -> Option<&OpenRegister> {
        self.registers[register as usize].as_ref()
    }

    /// The number of this generation, from 1.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.manifest.generation
    }

    /// When it was published.
    #[must_use]
    pub fn published_at(&self) -> Instant {
        Instant::from_unix(self.manifest.published_at)
    }

    /// Refuses a snapshot that is older than the caller allows.
    ///
    /// # Errors
    /// [`StoreError::Stale`].
    pub fn fresh_at(&self, now: Instant, limit_seconds: i64) -> Result<(), StoreError> {
        let age_seconds = now.unix().saturating_sub(self.manifest.published_at);
        if age_seconds > limit_seconds {
            return Err(StoreError::Stale { age_seconds, limit_seconds });
        }
        Ok(())
    }

    /// Proves every byte of every segment, and that every row's details open where the key and
    /// the file are there.
    ///
    /// # Errors
    /// The first damage.
    pub fn check(&self) -> Result<u64, StoreError> {
        let mut rows = 0;
        for register in Register::ALL {
            let Some(open) = self.register(*register) else { continue };
            open.segment.check()?;
            for row in 0..if open.details.is_some() { open.segment.rows() } else { 0 } {
                open.details(row)?;
            }
            rows += open.segment.rows() as u64;
        }
        Ok(rows)
    }
}

impl OpenRegister {
    fn open(
        root: &Path,
        named: &Named,
        segment: Segment<MappedFile>,
        secrets: &GroupSecrets,
    ) -> Result<Self, StoreError> {
        let register = segment.register();
        let details_path = root.join(named.details.as_deref().unwrap_or("(none)"));
        let details = match (&secrets.details, &named.details) {
            (Some(secret), Some(_)) if details_path.exists() => {
                let bytes = MappedFile::open(&details_path)
                    .map_err(|source| StoreError::Io { path: details_path.clone(), source })?;
                let reader = DetailsReader::open(bytes, secret, named.number);
                Some(reader.ok_or_else(|| StoreError::Damaged {
                    path: details_path.clone(),
                    place: "header",
                    reason: "it is not a file of details",
                })?)
            }
            _ => None,
        };
        Ok(OpenRegister {
            cipher: secrets.code.as_ref().map(|secret| CodeCipher::new(secret, register)),
            identity: secrets.identity.as_ref().map(IdentityKeys::new),
            details,
            details_path,
            has_details_secret: secrets.details.is_some(),
            segment,
        })
    }

    /// How many rows it holds.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.segment.rows()
    }

    /// Its register.
    #[must_use]
    pub fn register(&self) -> Register {
        self.segment.register()
    }

    /// Name and bytes of every section that is not empty.
    #[must_use]
    pub fn sections(&self) -> Vec<(&'static str, usize)> {
        let all = Section::ALL.iter();
        let sized = all.map(|section| (section.name(), self.segment.section_bytes(*section)));
        sized.filter(|(_, bytes)| *bytes > 0).collect()
    }

    /// Rows for each place of the hot table.
    #[must_use]
    pub fn load_factor(&self) -> f64 {
        self.segment.rows() as f64 / (self.segment.header().lines.get() as f64 * 4.0)
    }

    /// Everything that a row held.
    ///
    /// # Errors
    /// When the details or their secret are not here, or were changed.
    pub fn details(&self, row: usize) -> Result<Row<'static>, StoreError> {
        let register = self.register();
        if !self.has_details_secret {
            let group = register.group().as_str();
            return Err(StoreError::NoSecret { group, secret: "details" });
        }
        let no_details = || StoreError::NoDetails { path: self.details_path.clone() };
        let details = self.details.as_ref().ok_or_else(no_details)?;
        let place = self.segment.item::<zerocopy::little_endian::U64>(Section::DetailsAt, row)?;
        let plain = details.open_row(self.segment.key(row)?, place.get());
        let decoded = plain.and_then(|plain| details::decode(Table::of(register), &plain));
        decoded.ok_or_else(|| StoreError::Damaged {
            path: self.details_path.clone(),
            place: "a sealed row",
            reason: "it was changed, or is another row's",
        })
    }

    /// The cipher of codes.
    pub(crate) fn cipher(&self) -> Result<&CodeCipher, StoreError> {
        let group = self.register().group().as_str();
        self.cipher.as_ref().ok_or(StoreError::NoSecret { group, secret: "code" })
    }

    /// The keys of identities.
    pub(crate) fn identity(&self) -> Result<&IdentityKeys, StoreError> {
        let group = self.register().group().as_str();
        self.identity.as_ref().ok_or(StoreError::NoSecret { group, secret: "identity" })
    }
}

/// Writes the segments of a load, and publishes them together.
pub struct Writer<'a> {
    root: PathBuf,
    keys: &'a Keys,
    policy: &'a Policy,
    manifest: Manifest,
}

impl<'a> Writer<'a> {
    /// Opens a store for loading; makes the folder where there is none.
    ///
    /// # Errors
    /// When the folder cannot be made, or its manifest is damaged.
    pub fn open(root: &Path, keys: &'a Keys, policy: &'a Policy) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: root.to_owned(), source };
        fs::create_dir_all(root).map_err(io)?;
        let manifest = if root.join(MANIFEST).exists() {
            read_manifest(root)?
        } else {
            let segments = Vec::new();
            Manifest { format: MANIFEST_FORMAT, generation: 0, published_at: 0, segments }
        };
        Ok(Writer { root: root.to_owned(), keys, policy, manifest })
    }

    /// Whether a register was loaded before.
    #[must_use]
    pub fn holds(&self, register: Register) -> bool {
        self.manifest.segments.iter().any(|named| named.register == register.as_str())
    }

    /// Begins a register of records.
    ///
    /// # Errors
    /// When it was loaded before, or a secret is missing.
    pub fn begin(&self, register: Register) -> Result<(Intake<'a>, Collector), StoreError> {
        self.refuse_loaded(register)?;
        // A certificate's state depends on the results that were there when it was sealed.
        if register == Register::Results {
            self.refuse_loaded(Register::Certificates)?;
        }
        let secrets = self.keys.group(register.group());
        let code = need(register.group(), "code", secrets.code.as_ref())?;
        let identity = need(register.group(), "identity", secrets.identity.as_ref())?;
        let details = need(register.group(), "details", secrets.details.as_ref())?;
        let (sources, withdrawn) = self.context(register)?;
        let intake = Intake {
            register,
            cipher: CodeCipher::new(code, register),
            identity: IdentityKeys::new(identity),
            policy: self.policy,
            sources,
            withdrawn,
        };
        let number = self.next_number();
        let path = self.root.join(details_file(number, register));
        // What an interrupted load left is not named by any manifest.
        let _ = fs::remove_file(&path);
        let collector = Collector::new(register, number, &path, details)
            .map_err(|source| StoreError::Io { path, source })?;
        Ok((intake, collector))
    }

    /// What rows of a register refer to.
    #[allow(clippy::type_complexity)]
    fn context(
        &self,
        register: Register,
    ) -> Result<(HashMap<String, u32>, HashMap<u128, Instant>), StoreError> {
        let (mut sources, mut withdrawn) = (HashMap::new(), HashMap::new());
        let wanted = match register {
            Register::Results => Register::Sources,
            Register::Certificates => Register::Results,
            _ => return Ok((sources, withdrawn)),
        };
        if !self.holds(wanted) {
            return Ok((sources, withdrawn));
        }
        let snapshot = Snapshot::of_manifest(&self.root, self.keys, self.manifest.clone())?;
        for (place, source) in snapshot.sources.iter().enumerate() {
            sources.insert(source.source_id.clone(), place as u32);
        }
        if let Some(results) = snapshot.register(Register::Results) {
            let rows = results.segment.items::<ResultRow>(Section::Rows)?;
            for (row, result) in rows.iter().enumerate() {
                if result.withdrawn_on.get() != i64::MAX {
                    let on = Instant::from_unix(result.withdrawn_on.get());
                    withdrawn.insert(results.segment.key(row)?, on);
                }
            }
        }
        Ok((sources, withdrawn))
    }

    /// Seals what was collected.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn seal(&mut self, collector: Collector) -> Result<u64, StoreError> {
        let (register, number) = (collector.register, collector.number);
        let rows = collector.rows() as u64;
        let identifier = self.key_identifier(register)?;
        let io = |source| StoreError::Io { path: self.root.clone(), source };
        let bytes = collector.finish(identifier, self.policy).map_err(io)?;
        self.write_segment(register, number, rows, &bytes, Some(details_file(number, register)))?;
        Ok(rows)
    }

    /// Seals the register of sources.
    ///
    /// # Errors
    /// When it was loaded before, or cannot be written.
    pub fn seal_sources(&mut self, sources: &[SourceRecord]) -> Result<(), StoreError> {
        self.refuse_loaded(Register::Sources)?;
        let number = self.next_number();
        let identifier = self.key_identifier(Register::Sources)?;
        let mut sections: [Vec<u8>; Section::ALL.len()] = Default::default();
        sections[Section::Rows as usize] = serde_json::to_vec(sources).unwrap_or_default();
        let mut header = header(Register::Sources, number, identifier, self.policy);
        header.rows = (sources.len() as u64).into();
        header.lines = (sources.len() as u64 + 1).into();
        let bytes = segment::seal(header, sections);
        self.write_segment(Register::Sources, number, sources.len() as u64, &bytes, None)
    }

    /// Makes everything that was sealed count, durably and at once.
    ///
    /// # Errors
    /// When the manifest cannot be written; the store is then as it was.
    pub fn publish(mut self, now: Instant) -> Result<u64, StoreError> {
        self.manifest.generation += 1;
        self.manifest.published_at = now.unix();
        let mut text = serde_json::to_string(&self.manifest).unwrap_or_default();
        text.push_str(&format!("\n{:032x}\n", xxh3_128(text.as_bytes())));
        write_durably(&self.root, MANIFEST, text.as_bytes())?;
        Ok(self.manifest.generation)
    }

    fn refuse_loaded(&self, register: Register) -> Result<(), StoreError> {
        if self.holds(register) {
            let path = self.root.clone();
            return Err(StoreError::AlreadyLoaded { path, register: register.as_str() });
        }
        Ok(())
    }

    fn next_number(&self) -> u64 {
        self.manifest.segments.iter().map(|named| named.number).max().unwrap_or(0) + 1
    }

    fn key_identifier(&self, register: Register) -> Result<[u8; 8], StoreError> {
        let code = self.keys.group(register.group()).code.as_ref();
        Ok(key_identifier(need(register.group(), "code", code)?))
    }

    fn write_segment(
        &mut self,
        register: Register,
        number: u64,
        rows: u64,
        bytes: &[u8],
        details: Option<String>,
    ) -> Result<(), StoreError> {
        let file = format!("{number:08}-{register}.segment");
        write_durably(&self.root, &file, bytes)?;
        let register = register.to_string();
        self.manifest.segments.push(Named { register, number, file, details, rows });
        Ok(())
    }
}

fn details_file(number: u64, register: Register) -> String {
    format!("{number:08}-{register}.details")
}

fn need<'s>(
    group: Group,
    secret: &'static str,
    found: Option<&'s Secret>,
) -> Result<&'s Secret, StoreError> {
    found.ok_or(StoreError::NoSecret { group: group.as_str(), secret })
}

fn key_identifier(code: &Secret) -> [u8; 8] {
    code.derive(b"", "propusk 1 key identifier")
}

/// Written beside, synced, renamed, and the folder synced: there whole, or not at all.
fn write_durably(root: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let (path, new) = (root.join(name), root.join(format!("{name}.new")));
    let io = |source| StoreError::Io { path: path.clone(), source };
    let mut file = File::create(&new).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)?;
    fs::rename(&new, &path).map_err(io)?;
    File::open(root).and_then(|folder| folder.sync_all()).map_err(io)
}

fn read_manifest(root: &Path) -> Result<Manifest, StoreError> {
    let path = root.join(MANIFEST);
    let text = fs::read_to_string(&path)
        .map_err(|source| StoreError::Io { path: path.clone(), source })?;
    let damaged = |reason| StoreError::Damaged { path: path.clone(), place: "manifest", reason };
    let (line, checksum) = text.split_once('\n').ok_or_else(|| damaged("it is cut short"))?;
    if checksum != format!("{:032x}\n", xxh3_128(line.as_bytes())) {
        return Err(damaged("its checksum differs"));
    }
    let manifest: Manifest =
        serde_json::from_str(line).map_err(|_| damaged("it is not a manifest"))?;
    if manifest.format != MANIFEST_FORMAT {
        let (found, known) = (manifest.format, MANIFEST_FORMAT);
        return Err(StoreError::Format { path, found, known });
    }
    let outside = |name: &String| name.contains('/');
    if manifest
        .segments
        .iter()
        .any(|named| outside(&named.file) || named.details.as_ref().is_some_and(outside))
    {
        return Err(damaged("it names a file outside the store"));
    }
    Ok(manifest)
}
