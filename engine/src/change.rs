//! Changes of status: what an operator may ask for, and the rows that a segment keeps of them.

use std::collections::HashMap;

use zerocopy::IntoBytes as _;

use crate::code::{self, Code};
use crate::error::StoreError;
use crate::format::{CertificateRow, Section};
use crate::life::Life;
use crate::policy::Policy;
use crate::record::{Register, Status};
use crate::register::{CARD_STATUSES, CERTIFICATE_STATUSES, PERMIT_STATUSES};
use crate::row::RowFault;
use crate::rows::{Emit, EmitRow, Rows};
use crate::stack::{OpenRegister, register_of};
use crate::store::Snapshot;
use crate::table;
use crate::time::{Date, Instant};
use crate::verdict::{Kind, words};

/// The word that asks for a record to be removed.
pub const REMOVED: &str = "removed";

/// A new status of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The record.
    pub code: Code,
    /// Its status from now on; `None` removes the record.
    pub status: Option<Status>,
    /// From when the status holds.
    pub on: Instant,
    /// The card that replaced this one.
    pub replaced_by: Option<Code>,
}

words! {
    /// What became of a change.
    Changed {
        /// It holds, durably and for every reader.
        Changed = "changed",
        /// The record had that status already.
        Unchanged = "unchanged",
        /// The store holds no such record.
        Unknown = "unknown",
    }
}

impl Change {
    /// Reads a change from its words. A card's status begins with a date; every other status with
    /// an instant; an active one needs none.
    ///
    /// # Errors
    /// The first member at fault.
    pub fn read(
        code: &str,
        status: &str,
        on: Option<&str>,
        replaced_by: Option<&str>,
        policy: &Policy,
    ) -> Result<Self, RowFault> {
        let fault = |column, reason| RowFault { column, reason };
        let code = code::decode(code.as_bytes(), &policy.certificate_hosts)
            .map_err(|reason| fault("code", reason.as_str()))?;
        let allowed = match code.kind {
            Kind::Permit => PERMIT_STATUSES,
            Kind::Certificate => CERTIFICATE_STATUSES,
            Kind::Card => CARD_STATUSES,
        };
        let status = if status == REMOVED {
            None
        } else {
            let known = Status::parse(status).filter(|status| allowed.contains(status));
            Some(known.ok_or_else(|| fault("status", "word"))?)
        };
        let on = match (on.filter(|text| !text.is_empty()), status) {
            (None, Some(Status::Active) | None) => Instant::MIN,
            (None, _) => return Err(fault("on", "empty")),
            (Some(text), _) if code.kind == Kind::Card => {
                Date::parse(text).map(Date::start).ok_or_else(|| fault("on", "date"))?
            }
            (Some(text), _) => Instant::parse(text).ok_or_else(|| fault("on", "instant"))?,
        };
        // In use again is in use: there is nothing that begins.
        let on = if matches!(status, Some(Status::Active) | None) { Instant::MIN } else { on };
        let replaced_by = match replaced_by.filter(|text| !text.is_empty()) {
            None => None,
            Some(_) if status != Some(Status::Replaced) => {
                return Err(fault("replaced_by", "status"));
            }
            Some(text) => Some(
                code::decode_as(Kind::Card, text.as_bytes())
                    .map_err(|reason| fault("replaced_by", reason.as_str()))?,
            ),
        };
        Ok(Change { code, status, on, replaced_by })
    }
}

/// Later lives of records, by register, that are not sealed yet.
#[derive(Default)]
pub(crate) struct Pending {
    lives: HashMap<(Register, u128), Later>,
}

/// A later life, and what judging it anew needs.
#[derive(Clone, Copy)]
struct Later {
    life: Life,
    columns: Option<CertificateRow>,
}

impl Pending {
    /// Notes a change; answers what becomes of it.
    pub(crate) fn change(
        &mut self,
        snapshot: &Snapshot,
        change: &Change,
        policy: &Policy,
    ) -> Result<Changed, StoreError> {
        let register = register_of(change.code.kind);
        let Some(open) = snapshot.register(register) else { return Ok(Changed::Unknown) };
        let key = open.cipher()?.key(change.code.bytes);
        let replaced_by = match &change.replaced_by {
            None => 0,
            Some(other) => open.cipher()?.key(other.bytes),
        };
        self.update(open, key, policy, |life| Life {
            status: change.status,
            status_on: change.on,
            replaced_by,
            ..life
        })
    }

    /// Notes from when the result behind certificates is withdrawn.
    pub(crate) fn withdraw(
        &mut self,
        certificates: &OpenRegister,
        result: u128,
        on: Instant,
        policy: &Policy,
    ) -> Result<(), StoreError> {
        for (_, key) in certificates.posted(Section::PostingsA, result)? {
            let withdrawn = |life| Life { result_withdrawn_on: on, ..life };
            self.update(certificates, key, policy, withdrawn)?;
        }
        Ok(())
    }

    /// Notes that a record is revoked, if it was not by then.
    pub(crate) fn revoke(
        &mut self,
        open: &OpenRegister,
        key: u128,
        on: Instant,
        policy: &Policy,
    ) -> Result<(), StoreError> {
        let revoked = |life: Life| {
            if life.status == Some(Status::Revoked) && life.status_on <= on {
                return life;
            }
            Life { status: Some(Status::Revoked), status_on: on, ..life }
        };
        self.update(open, key, policy, revoked).map(|_| ())
    }

    /// Notes that a record keeps a status that was given to it, now that its row is another.
    pub(crate) fn keep(
        &mut self,
        open: &OpenRegister,
        key: u128,
        status: &Life,
        policy: &Policy,
    ) -> Result<(), StoreError> {
        let kept = |life| Life {
            status: status.status,
            status_on: status.status_on,
            replaced_by: status.replaced_by,
            ..life
        };
        self.update(open, key, policy, kept).map(|_| ())
    }

    fn update(
        &mut self,
        open: &OpenRegister,
        key: u128,
        policy: &Policy,
        updated: impl FnOnce(Life) -> Life,
    ) -> Result<Changed, StoreError> {
        let register = open.register();
        let before = match self.lives.get(&(register, key)) {
            Some(later) => *later,
            None => {
                let Some((hit, row)) = open.find_exact(key)? else { return Ok(Changed::Unknown) };
                let columns = match register {
                    Register::Certificates => Some(open.columns(&hit, row)?),
                    _ => None,
                };
                let sealed = &open.segments()[hit.segment];
                let life = sealed.life_by_rules_of(&hit.found, Instant::MAX, policy)?;
                Later { life, columns }
            }
        };
        if before.life.status.is_none() {
            return Ok(Changed::Unknown);
        }
        let life = updated(before.life);
        if life == before.life {
            return Ok(Changed::Unchanged);
        }
        self.lives.insert((register, key), Later { life, ..before });
        Ok(Changed::Changed)
    }

    /// The rows of each register that has any, in the order of the hot table.
    pub(crate) fn into_rows(self) -> Vec<(Register, Statuses)> {
        let mut registers: HashMap<Register, Vec<(u128, Later)>> = HashMap::new();
        for ((register, key), later) in self.lives {
            registers.entry(register).or_default().push((key, later));
        }
        let mut all: Vec<_> = registers
            .into_iter()
            .map(|(register, mut rows)| {
                rows.sort_unstable_by_key(|(key, _)| table::order(*key));
                (register, Statuses { rows })
            })
            .collect();
        all.sort_unstable_by_key(|(register, _)| *register);
        all
    }
}

/// Later statuses of one register, in the order of the hot table.
pub(crate) struct Statuses {
    rows: Vec<(u128, Later)>,
}

impl Rows for Statuses {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn each(&self, emit: &mut EmitRow<'_>) -> Result<(), StoreError> {
        self.rows.iter().try_for_each(|(key, later)| {
            let (entry, cold) = later.life.pack();
            emit(*key, entry, cold)
        })
    }

    fn columns(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        let columns = self.rows.iter().filter_map(|(_, later)| later.columns.as_ref());
        columns.into_iter().try_for_each(|columns| emit(columns.as_bytes()))
    }

    fn holders(&self, _: &mut Emit<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn details_at(&self, _: &mut Emit<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn details_files(&self) -> &[u64] {
        &[]
    }

    fn postings(
        &self,
        _: usize,
        _: &mut dyn FnMut(u128, u32) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}
