//! The rows of one load of a register, from their arrival to a sealed segment.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Seen;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use zerocopy::{Immutable, IntoBytes};

use crate::details::{DetailsPlace, DetailsWriter};
use crate::error::StoreError;
use crate::format::{CertificateRow, ColdRow, HolderRow, ResultRow};
use crate::ground::Correction;
use crate::intake::{Columns, Prepared};
use crate::record::Register;
use crate::rows::{Emit, EmitRow, Rows};
use crate::seal::Sealed;
use crate::secret::Secret;
use crate::table::{self, Entry};
use crate::time::Instant;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is kept.
    Added,
    /// The same row was there already; nothing changed.
    Same,
    /// Another row with the same primary key was there first.
    Duplicate,
}

/// Collects the rows of one load of a register, in the order of arrival.
pub struct Collector {
    pub(crate) register: Register,
    pub(crate) number: u64,
    details: DetailsWriter,
    seen: HashMap<u128, u64>,
    rows: Vec<Kept>,
    cold: HashMap<u32, ColdRow>,
    holders: Vec<HolderRow>,
    certificates: Vec<CertificateRow>,
    results: Vec<ResultRow>,
    postings: [Vec<(u128, u32)>; 4],
    withdrawals: Vec<(u128, Instant)>,
    corrections: Vec<Correction>,
}

struct Kept {
    key: u128,
    entry: Entry,
    details_at: DetailsPlace,
}

impl Collector {
    pub(crate) fn new(
        register: Register,
        number: u64,
        details: &Path,
        secret: &Secret,
    ) -> io::Result<Self> {
        Ok(Collector {
            register,
            number,
            details: DetailsWriter::create(details, secret, number)?,
            seen: HashMap::new(),
            rows: Vec::new(),
            cold: HashMap::new(),
            holders: Vec::new(),
            certificates: Vec::new(),
            results: Vec::new(),
            postings: Default::default(),
            withdrawals: Vec::new(),
            corrections: Vec::new(),
        })
    }

    /// How many rows are kept.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Keeps a row, unless its primary key came before or the store holds the very same row.
    ///
    /// # Errors
    /// When its details cannot be written.
    pub fn push(&mut self, prepared: Prepared) -> io::Result<Pushed> {
        match self.seen.entry(prepared.key) {
            Seen::Occupied(first) if *first.get() == prepared.content => return Ok(Pushed::Same),
            Seen::Occupied(_) => return Ok(Pushed::Duplicate),
            Seen::Vacant(place) => place.insert(prepared.content),
        };
        if prepared.same {
            return Ok(Pushed::Same);
        }
        let arrival = u32::try_from(self.rows.len())
            .map_err(|_| io::Error::other("more rows than a segment holds; split the load"))?;
        let Prepared { key, entry, holder, plain, .. } = prepared;
        let details_at = self.details.push(key, plain)?;
        self.cold.extend(prepared.cold.map(|cold| (arrival, cold)));
        self.withdrawals.extend(prepared.withdrawal.map(|on| (key, on)));
        self.corrections.extend(prepared.correction.map(|correction| *correction));
        for (postings, posting) in self.postings.iter_mut().zip(prepared.postings) {
            postings.extend(posting.map(|posting| (posting, arrival)));
        }
        match prepared.columns {
            Columns::None => self.holders.push(holder),
            Columns::Certificate(row) => {
                self.holders.push(holder);
                self.certificates.push(row);
            }
            Columns::Result(row) => self.results.push(row),
        }
        self.rows.push(Kept { key, entry, details_at });
        Ok(Pushed::Added)
    }

    /// Syncs the details and sorts the rows for sealing.
    pub(crate) fn finish(self) -> io::Result<Collected> {
        let Collector { number, details, seen, rows, .. } = self;
        drop(seen);
        let sealed = details.finish()?;
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.par_sort_unstable_by_key(|arrival| table::order(rows[*arrival as usize].key));
        let mut row_of = vec![0u32; rows.len()];
        for (row, arrival) in order.iter().enumerate() {
            row_of[*arrival as usize] = row as u32;
        }
        let postings = self.postings.map(|mut pairs| {
            pairs.par_iter_mut().for_each(|(_, row)| *row = row_of[*row as usize]);
            pairs.par_sort_unstable();
            pairs.dedup();
            pairs
        });
        Ok(Collected {
            order,
            rows,
            cold: self.cold,
            holders: self.holders,
            certificates: self.certificates,
            results: self.results,
            postings,
            details_files: [number],
            details: sealed,
            withdrawals: self.withdrawals,
            corrections: self.corrections,
        })
    }
}

/// Collected rows in the order of the hot table.
pub(crate) struct Collected {
    order: Vec<u32>,
    rows: Vec<Kept>,
    cold: HashMap<u32, ColdRow>,
    holders: Vec<HolderRow>,
    certificates: Vec<CertificateRow>,
    results: Vec<ResultRow>,
    postings: [Vec<(u128, u32)>; 4],
    details_files: [u64; 1],
    /// The file of details.
    pub(crate) details: Sealed,
    /// Results whose withdrawal differs from what the store held, and from when they are.
    pub(crate) withdrawals: Vec<(u128, Instant)>,
    /// Results that were corrected, and on which certificates stand.
    pub(crate) corrections: Vec<Correction>,
}

impl Collected {
    fn emit_all<T: IntoBytes + Immutable>(
        &self,
        items: &[T],
        emit: &mut Emit<'_>,
    ) -> Result<(), StoreError> {
        if items.is_empty() {
            return Ok(());
        }
        self.order.iter().try_for_each(|arrival| emit(items[*arrival as usize].as_bytes()))
    }
}

impl Rows for Collected {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn each(&self, emit: &mut EmitRow<'_>) -> Result<(), StoreError> {
        self.order.iter().try_for_each(|arrival| {
            let kept = &self.rows[*arrival as usize];
            emit(kept.key, kept.entry, self.cold.get(arrival).copied())
        })
    }

    fn columns(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        self.emit_all(&self.certificates, emit)?;
        self.emit_all(&self.results, emit)
    }

    fn holders(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        self.emit_all(&self.holders, emit)
    }

    fn details_at(&self, emit: &mut Emit<'_>) -> Result<(), StoreError> {
        self.order
            .iter()
            .try_for_each(|arrival| emit(&self.rows[*arrival as usize].details_at.0.to_le_bytes()))
    }

    fn details_files(&self) -> &[u64] {
        &self.details_files
    }

    fn postings(
        &self,
        place: usize,
        emit: &mut dyn FnMut(u128, u32) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.postings[place].iter().try_for_each(|(key, row)| emit(*key, *row))
    }
}
