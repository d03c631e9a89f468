//! A publish: an edit of the manifest made durable, then visible, and what becomes of one that failed.
//!
//! New files are sealed and synced before; a publish replaces the manifest by rename, syncs the folder,
//! and then tells the shared number.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::edit::{Edit, Note, edited};
use super::{State, Writer, unpoisoned};
use crate::audit::Entry;
use crate::error::StoreError;
use crate::manifest::Manifest;
use crate::store::Snapshot;
use crate::time::Instant;

impl Writer {
    /// Publishes an edit that depends on what is in force: `edit` sees it, and nothing else is
    /// published meanwhile.
    pub(crate) fn publish_with(
        &self,
        now: Instant,
        edit: impl FnOnce(&Snapshot) -> Result<Edit, StoreError>,
    ) -> Result<u64, StoreError> {
        let mut state = unpoisoned(&self.state);
        self.settle(&mut state)?;
        let edit = edit(&self.snapshot())?;
        self.publish(&mut state, edit, now)
    }

    /// Makes an edit durable, then visible.
    pub(super) fn publish(
        &self,
        state: &mut State,
        edit: Edit,
        now: Instant,
    ) -> Result<u64, StoreError> {
        if state.audit_lags {
            state.audit.repair(&state.manifest.audit)?;
            state.audit_lags = false;
        }
        let mut next = edited(&state.manifest, &edit).inspect_err(|_| {
            self.remove_unnamed(edit.files(), &state.manifest);
        })?;
        next.generation += 1;
        next.published_at = next.published_at.max(now.unix());
        next.next_number = self.next_number.load(Ordering::Relaxed);
        let before = self.snapshot();
        // Opened before the manifest names them: what cannot be read is not published.
        let opened = Snapshot::of_manifest(&self.root, &self.keys, next.clone(), Some(&before));
        let published = opened.and_then(|snapshot| {
            next = snapshot.with_live_details(next.clone())?;
            let entry = |note: Note| Entry {
                at: Instant::from_unix(next.published_at),
                event: note.event,
                register: note.register,
                group: note.group,
                generation: Some(next.generation),
                rows: note.rows,
            };
            let entries: Vec<Entry> = edit.notes.into_iter().map(entry).collect();
            state.audit.append_recorded(&entries, |lines| {
                lines.clone_into(&mut next.audit);
                next.write(&self.root, &self.keys)
            })?;
            Ok(snapshot.named_by(next.clone()))
        });
        match published {
            Ok(snapshot) => {
                self.adopt(state, next, snapshot);
                Ok(state.manifest.generation)
            }
            Err(error) => {
                // The first error says what happened; a second one is told by the next publish.
                let _ = self.recover(state, next);
                Err(error)
            }
        }
    }

    /// Takes a published manifest as the one in force.
    fn adopt(&self, state: &mut State, next: Manifest, snapshot: Snapshot) {
        let generation = next.generation;
        let before = std::mem::replace(&mut state.manifest, next);
        self.current.store(Arc::new(snapshot));
        self.word.store(generation);
        // Who has one mapped keeps it.
        self.remove_unnamed(before.files(), &state.manifest);
        self.published.notify_all();
    }

    /// After a failed publish: where the rename was done and only its sync failed, the new manifest
    /// is what everybody reads, so it is the one to build on. Else its new files go away. Where it
    /// cannot be read which of the two holds, nothing goes away, and nothing is published until it can.
    fn recover(&self, state: &mut State, failed: Manifest) -> Result<(), StoreError> {
        let on_disk = match Manifest::read(&self.root, &self.keys) {
            Ok(on_disk) => on_disk,
            Err(error) => {
                state.unsettled = Some(failed);
                return Err(error);
            }
        };
        if on_disk.generation == failed.generation {
            let before = self.snapshot();
            let opened =
                Snapshot::of_manifest(&self.root, &self.keys, on_disk.clone(), Some(&before));
            match opened {
                Ok(snapshot) => self.adopt(state, on_disk, snapshot),
                Err(error) => {
                    state.unsettled = Some(failed);
                    return Err(error);
                }
            }
            state.audit_lags = true;
            return Ok(());
        }
        self.remove_unnamed(failed.files(), &state.manifest);
        Ok(())
    }

    /// Removes those of some files that a manifest does not name.
    fn remove_unnamed<'f>(&self, files: impl Iterator<Item = &'f str>, manifest: &Manifest) {
        let names: HashSet<&str> = manifest.files().collect();
        for file in files.filter(|file| !names.contains(file)) {
            // What cannot be removed now is removed at the next opening.
            let _ = fs::remove_file(self.root.join(file));
        }
    }

    /// Finds out what became of a publish that failed.
    pub(super) fn settle(&self, state: &mut State) -> Result<(), StoreError> {
        state.unsettled.take().map_or(Ok(()), |failed| self.recover(state, failed))
    }

    /// Removes files that were never published; those that a manifest names, or may name, stay.
    pub(crate) fn discard(&self, files: &[PathBuf]) {
        let state = unpoisoned(&self.state);
        let manifests = [Some(&state.manifest), state.unsettled.as_ref()];
        let named: HashSet<&str> =
            manifests.into_iter().flatten().flat_map(Manifest::files).collect();
        let name = |file: &Path| file.file_name().and_then(|name| name.to_str().map(str::to_owned));
        for file in files.iter().filter(|f| name(f).is_none_or(|name| !named.contains(&*name))) {
            // What cannot be removed now is removed at the next opening.
            let _ = fs::remove_file(file);
        }
    }
}
