//! Rotation of secrets: a store written anew under other ones.

use std::fs::{self, File};
use std::path::Path;

use crate::audit::AuditEvent;
use crate::collector::{Collector, Pushed};
use crate::error::StoreError;
use crate::format::Section;
use crate::intake::Intake;
use crate::manifest::MANIFEST;
use crate::policy::Policy;
use crate::record::Register;
use crate::secret::Keys;
use crate::stack::OpenRegister;
use crate::store::AUDIT;
use crate::time::Instant;
use crate::writer::Writer;

/// The registers, each after those that its rows refer to.
const ORDER: [Register; 4] =
    [Register::Results, Register::Certificates, Register::Permits, Register::Cards];

impl Writer {
    /// Writes a new store that holds every record of this one under other secrets, and goes on with
    /// its audit log. Nothing is changed here meanwhile; this store stays as it is. Answers how many
    /// records the new one holds.
    ///
    /// Everything is derived anew from the details, so all secrets and all files of details of this
    /// store must be here; a copy without details cannot be rotated.
    ///
    /// # Errors
    /// When the new folder holds a store already, a secret or details are missing, or files cannot
    /// be read or written; what was written of the new store is not published then.
    pub fn rotate(
        &self,
        root: &Path,
        keys: &Keys,
        policy: &Policy,
        now: Instant,
    ) -> Result<u64, StoreError> {
        self.while_nothing_is_published(|here| {
            let io = |source| StoreError::Io { path: root.to_owned(), source };
            if root.join(MANIFEST).exists() {
                let text = "there is a store already; name another folder";
                return Err(io(std::io::Error::new(std::io::ErrorKind::AlreadyExists, text)));
            }
            fs::create_dir_all(root).map_err(io)?;
            let log = root.join(AUDIT);
            fs::copy(self.root.join(AUDIT), &log)
                .and_then(|_| File::open(&log)?.sync_all())
                .map_err(|source| StoreError::Io { path: log, source })?;
            let writer = Writer::open(root, keys, policy)?;
            let mut load = writer.load();
            load.notes_are(AuditEvent::Rotate);
            let mut rows = load.seal_sources(&here.sources)?;
            for register in ORDER {
                let Some(open) = here.register(register) else { continue };
                let (intake, mut collector) = load.begin(register)?;
                copy(open, &intake, &mut collector)?;
                rows += load.seal(collector)?;
            }
            load.publish(now)?;
            Ok(rows)
        })
    }
}

/// Every record of a register that is not removed, as it is now.
fn copy(
    open: &OpenRegister,
    intake: &Intake<'_>,
    collector: &mut Collector,
) -> Result<(), StoreError> {
    open.each_newest(&mut |hit, key| {
        // A result's whole row says all of its life.
        let life = match open.register() {
            Register::Results => None,
            _ => Some(open.life(&hit)?),
        };
        if life.is_some_and(|life| life.status.is_none()) {
            return Ok(());
        }
        let damaged = |reason| open.damaged(hit.segment, Section::DetailsAt, reason);
        let whole = open.whole(key()?)?.ok_or_else(|| damaged("no whole record is beneath"))?;
        let row = open.current_row(whole, life.as_ref())?;
        let prepared =
            intake.prepare(&row).map_err(|_| damaged("a row is not one that is loaded"))?;
        let pushed = collector.push(prepared);
        match pushed.map_err(|_| damaged("its details cannot be written anew"))? {
            Pushed::Added => Ok(()),
            Pushed::Same | Pushed::Duplicate => Err(damaged("a record stands there twice")),
        }
    })
}
