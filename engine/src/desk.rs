//! A desk: rows from many threads, issued into the living store together.
//!
//! Whoever comes while a publish is going on shares the next one. What is answered as done is
//! durable, and every reader sees it.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use rayon::prelude::*;

use crate::audit::AuditEvent;
use crate::collector::{Collector, Pushed};
use crate::error::StoreError;
use crate::intake::{Intake, Prepared};
use crate::record::Register;
use crate::row::{Row, RowFault};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::writer::{Writer, details_file, unpoisoned};

/// The most rows that one publish takes, beyond those of whoever publishes.
const TOGETHER_MAX: usize = 1 << 16;

/// What must hold of a row beside the rules of its register, by what the store holds when the row
/// gets there.
pub(crate) type Rule =
    dyn Fn(&Snapshot, &Row<'_>) -> Result<Result<(), RowFault>, StoreError> + Send + Sync;

/// Issues rows of one register. Any number of threads use it at once.
pub struct Desk {
    writer: Arc<Writer>,
    register: Register,
    rule: Option<Box<Rule>>,
    queue: Mutex<Queue>,
    /// Told after every publish.
    published: Condvar,
}

#[derive(Default)]
struct Queue {
    next_ticket: u64,
    waiting: Vec<Waiting>,
    /// Whether somebody publishes for those who waited.
    is_publishing: bool,
    done: HashMap<u64, Outcome>,
}

type Outcome = Result<Vec<Issued>, StoreError>;

/// The turn of whoever publishes for all that wait. However it ends, they are told, and the next
/// may begin.
struct Turn<'d> {
    desk: &'d Desk,
    /// By ticket.
    outcomes: Vec<(u64, Outcome)>,
}

struct Waiting {
    ticket: u64,
    rows: Vec<Row<'static>>,
    now: Instant,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// It is in the store, durably and for every reader, from this generation on.
    Done {
        /// The generation.
        generation: u64,
    },
    /// This very row is in the store already, or came before in the same publish.
    Same,
    /// Another record has its primary key, or had it and was removed.
    Taken,
    /// It breaks a rule of its register.
    Refused(RowFault),
}

impl Desk {
    /// A desk for a register of records.
    #[must_use]
    pub fn new(writer: Arc<Writer>, register: Register) -> Self {
        let (queue, published) = (Mutex::default(), Condvar::new());
        Desk { writer, register, rule: None, queue, published }
    }

    /// The same desk with one more rule. What a rule reads is not loaded or issued by others between
    /// its answer and the publish.
    pub(crate) fn with_rule(self, rule: Box<Rule>) -> Self {
        Desk { rule: Some(rule), ..self }
    }

    /// The writer of the store that it issues into.
    #[must_use]
    pub fn writer(&self) -> &Arc<Writer> {
        &self.writer
    }

    /// Issues rows, and returns when that is durable and visible to every reader; answers for each
    /// of them. A primary key that the store holds, or that came before in the same publish, is
    /// never given to another row. Waits for its turn while something is loaded.
    ///
    /// # Errors
    /// When it cannot be written, or a secret is missing: none of the rows is then in the store, but
    /// where the very last sync failed, or the publish broke off, they may be.
    pub fn issue(&self, rows: Vec<Row<'static>>, now: Instant) -> Result<Vec<Issued>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut queue = unpoisoned(&self.queue);
        queue.next_ticket += 1;
        let ticket = queue.next_ticket;
        queue.waiting.push(Waiting { ticket, rows, now });
        loop {
            if let Some(done) = queue.done.remove(&ticket) {
                return done;
            }
            if queue.is_publishing {
                queue = self.published.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.is_publishing = true;
            let waiting = queue.take(ticket);
            drop(queue);
            let others = waiting.iter().map(|each| each.ticket).filter(|other| *other != ticket);
            let mut turn = Turn {
                desk: self,
                outcomes: others.map(|other| (other, Err(StoreError::BrokenOff))).collect(),
            };
            turn.outcomes = self.publish(waiting);
            drop(turn);
            queue = unpoisoned(&self.queue);
        }
    }

    /// One publish for all who wait.
    fn publish(&self, waiting: Vec<Waiting>) -> Vec<(u64, Outcome)> {
        let now = waiting.iter().map(|each| each.now).max().unwrap_or(Instant::MIN);
        let lengths: Vec<_> = waiting.iter().map(|each| (each.ticket, each.rows.len())).collect();
        let rows: Vec<Row<'static>> = waiting.into_iter().flat_map(|each| each.rows).collect();
        let issued = self.load(&rows, now);
        let mut from = 0;
        let told = lengths.into_iter().map(|(ticket, length)| {
            let part = from..from + length;
            from += length;
            let outcome = issued.as_ref().map(|all| all[part].to_vec());
            (ticket, outcome.map_err(StoreError::again))
        });
        told.collect()
    }

    fn load(&self, rows: &[Row<'_>], now: Instant) -> Result<Vec<Issued>, StoreError> {
        let mut load = self.writer.load();
        load.notes_are(AuditEvent::Issue);
        let (intake, mut collector) = load.begin(self.register)?;
        let prepare = |row: &Row<'_>| -> Result<Result<Prepared, RowFault>, StoreError> {
            let allowed = match &self.rule {
                None => Ok(()),
                Some(rule) => rule(&intake.beneath, row)?,
            };
            Ok(allowed.and_then(|()| intake.prepare(row)))
        };
        let prepared: Vec<_> = rows.par_iter().map(prepare).collect();
        let mut issued = Vec::with_capacity(rows.len());
        for prepared in prepared {
            issued.push(match prepared? {
                Err(fault) => Issued::Refused(fault),
                Ok(prepared) => self.push(&intake, &mut collector, prepared)?,
            });
        }
        // Told also where nothing was collected: what lies beneath may not have been readable.
        if load.seal(collector)? == 0 {
            return Ok(issued);
        }
        let generation = load.publish(now)?;
        for each in &mut issued {
            if let Issued::Done { generation: published } = each {
                *published = generation;
            }
        }
        Ok(issued)
    }

    fn push(
        &self,
        intake: &Intake<'_>,
        collector: &mut Collector,
        prepared: Prepared,
    ) -> Result<Issued, StoreError> {
        if !prepared.same && intake.holds(prepared.key)? {
            return Ok(Issued::Taken);
        }
        let number = collector.number;
        let pushed = collector.push(prepared).map_err(|source| {
            let path = self.writer.root.join(details_file(number, self.register));
            StoreError::Io { path, source }
        })?;
        Ok(match pushed {
            Pushed::Added => Issued::Done { generation: 0 },
            Pushed::Same => Issued::Same,
            Pushed::Duplicate => Issued::Taken,
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = unpoisoned(&self.desk.queue);
        queue.is_publishing = false;
        queue.done.extend(self.outcomes.drain(..));
        drop(queue);
        self.desk.published.notify_all();
    }
}

impl Queue {
    /// Whoever waits, in the order of arrival, up to so many rows; the one with `ticket` always.
    fn take(&mut self, ticket: u64) -> Vec<Waiting> {
        let mut rows = 0;
        let fits = self.waiting.iter().take_while(|each| {
            let first = rows == 0;
            rows += each.rows.len();
            first || rows <= TOGETHER_MAX
        });
        let mut count = fits.count();
        let own = self.waiting.iter().position(|each| each.ticket == ticket);
        count = count.max(own.map_or(0, |own| own + 1));
        self.waiting.drain(..count).collect()
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
