//! The same request once more: sent again by the network or by somebody who saw no answer yet. It
//! gets the same permit.

use std::sync::{Arc, Condvar, Mutex};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

use crate::code::Code;
use crate::row::Row;
use crate::time::Instant;
use crate::writer::unpoisoned;

/// So long after the first the same request is still that request.
pub(crate) const SAME_SECONDS: i64 = 600;
/// How many requests are remembered at the most before old ones are forgotten.
const REMEMBERED_MAX: usize = 1 << 20;
/// What a row of the same request may have otherwise.
const OWN: [&str; 5] = ["code", "issuer", "issued_at", "status", "status_on"];

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landed {
    /// With this permit.
    Issued(Code),
    /// With nothing.
    Failed,
}

/// Lets those who ask for the same wait for whoever asked first.
#[derive(Default)]
pub(crate) struct Latch {
    landed: Mutex<Option<Landed>>,
    told: Condvar,
}

impl Latch {
    pub(crate) fn set(&self, landed: Landed) {
        unpoisoned(&self.landed).get_or_insert(landed);
        self.told.notify_all();
    }

    pub(crate) fn wait(&self) -> Landed {
        let mut landed = unpoisoned(&self.landed);
        loop {
            if let Some(landed) = *landed {
                return landed;
            }
            landed = self.told.wait(landed).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

/// The requests of the last minutes, under their keys.
#[derive(Default)]
pub(crate) struct Repeats {
    asked: DashMap<u128, (Instant, Arc<Latch>)>,
}

impl Repeats {
    /// Notes a request; `Err` with the latch of the same one that came before.
    pub(crate) fn begin(&self, key: u128, at: Instant) -> Result<Arc<Latch>, Arc<Latch>> {
        if self.asked.len() > REMEMBERED_MAX {
            self.asked.retain(|_, (other, _)| is_same_time(*other, at));
        }
        let latch = Arc::<Latch>::default();
        match self.asked.entry(key) {
            Entry::Occupied(entry) if is_same_time(entry.get().0, at) => {
                return Err(Arc::clone(&entry.get().1));
            }
            Entry::Occupied(mut entry) => drop(entry.insert((at, Arc::clone(&latch)))),
            Entry::Vacant(entry) => drop(entry.insert((at, Arc::clone(&latch)))),
        }
        Ok(latch)
    }

    /// Forgets a request, unless another has taken its place.
    pub(crate) fn forget(&self, key: u128, latch: &Arc<Latch>) {
        self.asked.remove_if(&key, |_, (_, other)| Arc::ptr_eq(other, latch));
    }
}

/// Whether two requests came within the time in which they are one.
pub(crate) fn is_same_time(one: Instant, other: Instant) -> bool {
    one.unix().abs_diff(other.unix()) <= SAME_SECONDS.unsigned_abs()
}

/// Whether a row that was issued is what another one asks for.
pub(crate) fn is_same(issued: &Row<'_>, row: &Row<'_>) -> bool {
    let at = |row: &Row<'_>| row.value("issued_at").and_then(Instant::parse);
    let together = at(issued).zip(at(row)).is_some_and(|(one, other)| is_same_time(one, other));
    let columns = issued.table.columns.iter().zip(issued.values.iter().zip(&row.values));
    let mut columns = columns.filter(|(column, _)| !OWN.contains(&column.name));
    together && columns.all(|(_, (one, other))| one == other)
}
