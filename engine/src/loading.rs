//! A load: rows of one or more registers, sealed and published together over what is there.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, OnceLock};

use crate::audit::AuditEvent;
use crate::change::Pending;
use crate::collector::Collector;
use crate::error::StoreError;
use crate::format::{ROWS_WHOLE, Section};
use crate::ground::{Corrected, Correction};
use crate::intake::Intake;
use crate::key::{CodeCipher, IdentityKeys};
use crate::manifest::{Manifest, Named, Rejects};
use crate::record::Register;
use crate::register::{CertificateRecord, SourceRecord};
use crate::rows;
use crate::seal::SegmentWriter;
use crate::stack::OpenRegister;
use crate::store::Snapshot;
use crate::time::Instant;
use crate::writer::{Edit, Note, Writer, details_file, need, segment_file, unpoisoned};

/// One load into a store. It counts as of the moment when it began: statuses that were changed
/// since then stay on top of its rows.
pub struct Load<'w> {
    writer: &'w Writer,
    begun: Arc<Snapshot>,
    /// What has a higher number came after this load began.
    began: u64,
    /// What was in force when it began, and what this load sealed.
    manifest: Manifest,
    edit: Edit,
    withdrawals: Vec<(u128, Instant)>,
    corrections: Vec<Correction>,
    /// Certificates that their corrected results give to nobody any more.
    revoked: Vec<u128>,
    /// Why what is beneath could not be read.
    broken: Arc<OnceLock<StoreError>>,
    /// What the audit log calls it.
    event: AuditEvent,
    /// Files that go away if this is not published.
    files: Vec<PathBuf>,
    _turn: MutexGuard<'w, ()>,
}

impl Writer {
    /// Begins a load; waits until no other load is going on.
    #[must_use]
    pub fn load(&self) -> Load<'_> {
        let turn = unpoisoned(&self.loading);
        let (began, begun) = self.raise_barrier();
        Load {
            writer: self,
            manifest: begun.manifest().clone(),
            begun,
            began,
            edit: Edit::default(),
            withdrawals: Vec::new(),
            corrections: Vec::new(),
            revoked: Vec::new(),
            broken: Arc::default(),
            event: AuditEvent::Load,
            files: Vec::new(),
            _turn: turn,
        }
    }
}

impl<'w> Load<'w> {
    /// Begins a register of records. Registers come after those that their rows refer to: results
    /// after sources, certificates after results.
    ///
    /// # Errors
    /// When a secret is missing, or the details cannot be written.
    pub fn begin(&mut self, register: Register) -> Result<(Intake<'w>, Collector), StoreError> {
        let writer = self.writer;
        let secrets = writer.keys.group(register.group());
        let code = need(register.group(), "code", secrets.code.as_ref())?;
        let identity = need(register.group(), "identity", secrets.identity.as_ref())?;
        let details = need(register.group(), "details", secrets.details.as_ref())?;
        let beneath = Snapshot::of_manifest(
            &writer.root,
            &writer.keys,
            self.manifest.clone(),
            Some(&self.begun),
        )?;
        let places = beneath.sources.iter().enumerate();
        let sources = places.map(|(place, source)| (source.source_id.clone(), place as u32));
        let intake = Intake {
            register,
            cipher: CodeCipher::new(code, register),
            identity: IdentityKeys::new(identity),
            policy: &writer.policy,
            sources: sources.collect(),
            beneath: Arc::new(beneath),
            broken: Arc::clone(&self.broken),
        };
        let number = writer.number();
        let path = writer.root.join(details_file(number, register));
        self.files.push(path.clone());
        let collector = Collector::new(register, number, &path, details)
            .map_err(|source| StoreError::Io { path, source })?;
        Ok((intake, collector))
    }

    /// Seals what was collected; answers how many rows that are.
    ///
    /// # Errors
    /// When it cannot be written, or does not hold what was collected; or what the store held could
    /// not be read while rows were prepared.
    pub fn seal(&mut self, collector: Collector) -> Result<u64, StoreError> {
        if let Some(error) = self.broken.get() {
            return Err(error.again());
        }
        let (register, number) = (collector.register, collector.number);
        let details = details_file(number, register);
        let path = self.writer.root.join(&details);
        let collected = collector.finish();
        let mut collected =
            collected.map_err(|source| StoreError::Io { path: path.clone(), source })?;
        let rows = rows::Rows::len(&collected) as u64;
        if rows == 0 {
            let _ = fs::remove_file(&path);
            return Ok(0);
        }
        let beneath = self.manifest.segments.iter().any(|named| named.is_of(register));
        let segment = self.writer.seal_rows(register, ROWS_WHOLE, number, &collected, beneath)?;
        self.files.push(self.writer.root.join(&segment.file));
        let details = Named { rows, ..Named::new(register, number, details, &collected.details) };
        self.withdrawals.append(&mut collected.withdrawals);
        self.corrections.append(&mut collected.corrections);
        self.manifest.segments.push(segment.clone());
        self.manifest.details.push(details.clone());
        self.edit.segments.push((segment, None));
        self.edit.details.push(details);
        self.edit.notes.push(Note::of(self.event, register, rows));
        Ok(rows)
    }

    /// Seals the register of sources: these, over those that were there. A source with an
    /// identifier that is there replaces the earlier one in its place. Answers how many were new
    /// or other than before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn seal_sources(&mut self, sources: &[SourceRecord]) -> Result<u64, StoreError> {
        let mut all = self.begun.sources.clone();
        let places = all.iter().enumerate();
        let mut places: HashMap<String, usize> =
            places.map(|(place, source)| (source.source_id.clone(), place)).collect();
        let mut changed = 0;
        for source in sources {
            match places.get(&source.source_id) {
                Some(place) if all[*place] == *source => continue,
                Some(place) => all[*place] = source.clone(),
                None => {
                    places.insert(source.source_id.clone(), all.len());
                    all.push(source.clone());
                }
            }
            changed += 1;
        }
        let holds = self.manifest.segments.iter().any(|named| named.is_of(Register::Sources));
        if changed == 0 && holds {
            return Ok(0);
        }
        let named = self.write_sources(&all)?;
        let old = self.manifest.segments.iter().filter(|named| named.is_of(Register::Sources));
        self.edit.removed.extend(old.map(|named| named.number));
        self.manifest.segments.retain(|named| !named.is_of(Register::Sources));
        self.manifest.segments.push(named.clone());
        self.edit.segments.push((named, None));
        self.edit.notes.push(Note::of(self.event, Register::Sources, changed));
        Ok(changed)
    }

    fn write_sources(&mut self, sources: &[SourceRecord]) -> Result<Named, StoreError> {
        let (writer, number) = (self.writer, self.writer.number());
        let file = segment_file(number, Register::Sources);
        let path = writer.root.join(&file);
        let identifier = writer.key_identifier(Register::Sources)?;
        let mut header =
            rows::header(Register::Sources, ROWS_WHOLE, number, identifier, &writer.policy);
        header.rows = (sources.len() as u64).into();
        header.lines = (sources.len() as u64 + 1).into();
        self.files.push(path.clone());
        let write = || -> std::io::Result<_> {
            let text = serde_json::to_vec(sources)?;
            let mut segment = SegmentWriter::new(fs::File::create_new(&path)?, header);
            segment.begin(Section::Rows)?;
            segment.write(&text)?;
            let (file, sealed) = segment.finish()?;
            file.sync_all()?;
            Ok(sealed)
        };
        let sealed = write().map_err(|source| StoreError::Io { path: path.clone(), source })?;
        let rows = sources.len() as u64;
        Ok(Named { rows, ..Named::new(Register::Sources, number, file, &sealed) })
    }

    /// The folder of the store.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.writer.root
    }

    /// Notes where rejected rows of a register were put, so that they are destroyed with it.
    pub fn note_rejects(&mut self, register: Register, path: PathBuf) {
        let register = register.to_string();
        self.edit.rejects.push(Rejects { register, path });
    }

    /// What the audit log calls what is loaded.
    pub(crate) fn notes_are(&mut self, event: AuditEvent) {
        self.event = event;
    }

    /// Makes everything that was sealed count, durably and at once. Certificates whose result is
    /// withdrawn by it are revoked in the same generation, those whose result is corrected say what
    /// it says now, or are revoked from `now` on.
    ///
    /// # Errors
    /// When the manifest cannot be written; the store is then as it was.
    pub fn publish(mut self, now: Instant) -> Result<u64, StoreError> {
        let writer = self.writer;
        self.correct()?;
        let edit = std::mem::take(&mut self.edit);
        let generation = writer.publish_with(now, |current| self.settle(edit, current, now))?;
        self.files.clear();
        Ok(generation)
    }

    /// Lets certificates follow their corrected results. What this load itself brought of a
    /// certificate speaks for it.
    fn correct(&mut self) -> Result<(), StoreError> {
        let corrections = std::mem::take(&mut self.corrections);
        if corrections.is_empty() {
            return Ok(());
        }
        let (intake, mut collector) = self.begin(Register::Certificates)?;
        let beneath = Arc::clone(&intake.beneath);
        if let Some(certificates) = beneath.register(Register::Certificates) {
            for correction in &corrections {
                self.correct_all(certificates, correction, &intake, &mut collector)?;
            }
        }
        self.seal(collector).map(|_| ())
    }

    /// Lets the certificates on one corrected result follow it.
    fn correct_all(
        &mut self,
        certificates: &OpenRegister,
        correction: &Correction,
        intake: &Intake<'_>,
        collector: &mut Collector,
    ) -> Result<(), StoreError> {
        for (at, key) in certificates.posted(Section::PostingsA, correction.result)? {
            if certificates.segments()[at.segment].named.number > self.began {
                continue;
            }
            let damaged =
                || certificates.damaged(at.segment, Section::DetailsAt, "details break the rules");
            let (hit, _) = certificates.find_exact(key)?.ok_or_else(damaged)?;
            let row = certificates.current_row(at, Some(&certificates.life(&hit)?))?;
            let record = CertificateRecord::read(&row).map_err(|_| damaged())?;
            match correction.of(&row, &record) {
                Corrected::Unchanged => {}
                Corrected::Revoked => self.revoked.push(key),
                Corrected::Follows(row) => match intake.prepare(&row) {
                    // As no certificate it would not be loaded, so it is none.
                    Err(_) => self.revoked.push(key),
                    Ok(prepared) => {
                        let path = self
                            .writer
                            .root
                            .join(details_file(collector.number, Register::Certificates));
                        let pushed = collector.push(prepared);
                        pushed.map_err(|source| StoreError::Io { path, source })?;
                    }
                },
            }
        }
        Ok(())
    }

    /// The edit against what is in force now.
    fn settle(&self, mut edit: Edit, current: &Snapshot, now: Instant) -> Result<Edit, StoreError> {
        let writer = self.writer;
        // Statuses that were changed since this load began stay on top.
        let newer: Vec<&Named> =
            current.manifest().segments.iter().filter(|named| named.newest > self.began).collect();
        for (named, before) in &mut edit.segments {
            let same = |other: &&&Named| other.register == named.register;
            *before = newer.iter().find(same).map(|other| other.number);
        }
        let loaded = Snapshot::of_manifest(
            &writer.root,
            &writer.keys,
            self.manifest.clone(),
            Some(&self.begun),
        )?;
        let mut pending = Pending::default();
        for register in [Register::Certificates, Register::Permits, Register::Cards] {
            let changed = newer.iter().any(|named| named.is_of(register));
            let registers = (current.register(register), loaded.register(register));
            if let (true, (Some(current), Some(loaded))) = (changed, registers) {
                self.keep_statuses(current, loaded, &mut pending)?;
            }
        }
        if let Some(certificates) = loaded.register(Register::Certificates) {
            for (result, on) in &self.withdrawals {
                pending.withdraw(certificates, *result, *on, &writer.policy)?;
            }
            for key in &self.revoked {
                pending.revoke(certificates, *key, now, &writer.policy)?;
            }
        }
        for (register, statuses) in pending.into_rows() {
            let note = Note::of(AuditEvent::Change, register, rows::Rows::len(&statuses) as u64);
            let sealed = writer.seal_statuses(vec![(register, statuses)])?;
            edit.segments.extend(sealed.into_iter().map(|named| (named, None)));
            edit.notes.push(note);
        }
        Ok(edit)
    }

    /// Puts statuses that were changed since this load began over the rows that it brought.
    fn keep_statuses(
        &self,
        current: &OpenRegister,
        loaded: &OpenRegister,
        pending: &mut Pending,
    ) -> Result<(), StoreError> {
        for open in current.segments().iter().filter(|open| open.named.newest > self.began) {
            for (row, found) in open.entries()?.enumerate() {
                let key = open.segment.key(row)?;
                let Some((hit, _)) = loaded.find_exact(key)? else { continue };
                if loaded.segments()[hit.segment].named.newest > self.began {
                    let life = open.life(&found.entry)?;
                    pending.keep(loaded, key, &life, &self.writer.policy)?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.writer.lower_barrier();
        self.writer.discard(&self.files);
    }
}
