//! `ptr_hash`, a perfect hash function, before an array of records that hold their whole key.
//!
//! Pilots are asked for ahead by the crate's own stream, records by a ring behind it. How far ahead is
//! best is tried out after building.

use std::path::Path;
use std::time::Instant as Clock;

use propusk_bench::{Random, Times};
use ptr_hash::hash::KeyHasher;
use ptr_hash::{FastPtrHash, PtrHashParams};

use crate::contestant::{Contestant, Reader};
use crate::memory::{self, prefetch};
use crate::question::{Asked, Counts, Key, Records, Result};

type Function = FastPtrHash<Fold, Key>;
type Ask = fn(&Table, &[Key], u32) -> Counts;

/// Keys are asked for in so many when distances are tried out.
const TRIED_BATCH: usize = 256;
const TRIED_KEYS: usize = 1 << 17;
const TRIES: u64 = 5;

/// Distances of pilots and of records, and whether records are asked for to the second cache only; and
/// what asks by them.
const WAYS: &[(usize, usize, bool, Ask)] = &[
    (16, 8, false, Table::ask::<16, 8, false>),
    (16, 16, false, Table::ask::<16, 16, false>),
    (16, 32, false, Table::ask::<16, 32, false>),
    (32, 8, false, Table::ask::<32, 8, false>),
    (32, 16, false, Table::ask::<32, 16, false>),
    (32, 32, false, Table::ask::<32, 32, false>),
    (32, 64, false, Table::ask::<32, 64, false>),
    (64, 32, false, Table::ask::<64, 32, false>),
    (64, 64, false, Table::ask::<64, 64, false>),
    (16, 8, true, Table::ask::<16, 8, true>),
    (16, 16, true, Table::ask::<16, 16, true>),
    (16, 32, true, Table::ask::<16, 32, true>),
    (32, 8, true, Table::ask::<32, 8, true>),
    (32, 16, true, Table::ask::<32, 16, true>),
    (32, 32, true, Table::ask::<32, 32, true>),
    (32, 64, true, Table::ask::<32, 64, true>),
    (64, 32, true, Table::ask::<64, 32, true>),
    (64, 64, true, Table::ask::<64, 64, true>),
];

/// A product of the two halves, folded: as fast as any hash of 16 bytes that spreads them well.
#[derive(Clone)]
struct Fold;

/// A record; one never lies in two cache lines.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
struct Entry {
    key: Key,
    times: Times,
}

struct Table {
    function: Function,
    entries: Vec<Entry>,
    bytes: u64,
}

struct Tuned {
    table: Table,
    way: usize,
}

struct Stream<'t>(&'t Tuned);

impl KeyHasher<Key> for Fold {
    type H = u64;

    #[inline(always)]
    fn hash(key: &Key, seed: u64) -> u64 {
        let (low, high) = key.halves();
        let low = low ^ seed ^ 0x243f_6a88_85a3_08d3;
        let product = u128::from(low) * u128::from(high ^ 0x1319_8a2e_0370_7344);
        ((product >> 64) as u64 ^ product as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

pub(crate) fn build(records: Records, _: &Path) -> Result<Box<dyn Contestant>> {
    let before = memory::allocated_bytes();
    let keys: Vec<_> = records.iter().map(|(key, _)| key).collect();
    let function = Function::try_new(&keys, PtrHashParams::default_fast());
    let function = function.ok_or("no perfect hash function was found")?;
    drop(keys);
    let mut entries = vec![Entry::default(); function.max_index()];
    for (key, times) in records.iter() {
        entries[function.index(&key)] = Entry { key, times };
    }
    let bytes = memory::allocated_since(before);
    let mut tuned = Tuned { table: Table { function, entries, bytes }, way: 0 };
    tuned.tune(records);
    Ok(Box::new(tuned))
}

impl Table {
    fn ask<const PILOTS: usize, const ENTRIES: usize, const SECOND: bool>(
        &self,
        keys: &[Key],
        at: u32,
    ) -> Counts {
        let mut counts = Counts::default();
        let mut ring = [0; ENTRIES];
        let mut found = 0usize;
        let stream = self.function.index_stream::<PILOTS, _>(keys);
        stream.for_each(|place| {
            prefetch::<SECOND, _>(&self.entries, place);
            if let Some(done) = found.checked_sub(ENTRIES) {
                self.look(&keys[done], ring[found % ENTRIES], at, &mut counts);
            }
            ring[found % ENTRIES] = place;
            found += 1;
        });
        for done in found.saturating_sub(ENTRIES)..found {
            self.look(&keys[done], ring[done % ENTRIES], at, &mut counts);
        }
        counts
    }

    #[inline(always)]
    fn look(&self, key: &Key, place: usize, at: u32, counts: &mut Counts) {
        let entry = &self.entries[place];
        counts.add((entry.key == *key).then_some(entry.times), at);
    }
}

impl Tuned {
    fn tune(&mut self, records: Records) {
        let mut best = f64::MAX;
        for (way, (.., ask)) in WAYS.iter().enumerate() {
            for seed in 0..TRIES {
                let mut random = Random::new(seed << 32 | way as u64);
                let key = |_| Key::of(random.next() % records.count);
                let keys: Vec<_> = (0..TRIED_KEYS).map(key).collect();
                let begun = Clock::now();
                for keys in keys.chunks(TRIED_BATCH) {
                    std::hint::black_box(ask(&self.table, keys, 0));
                }
                let seconds = begun.elapsed().as_secs_f64();
                if seconds < best {
                    (best, self.way) = (seconds, way);
                }
            }
        }
    }
}

impl Contestant for Tuned {
    fn settings(&self) -> String {
        let (pilots, entries, second, _) = WAYS[self.way];
        let cache = if second { "second" } else { "first" };
        format!(
            "FastPtrHash, default_fast, folded product over 16 bytes; index_stream of {pilots}, then \
             records {entries} ahead to the {cache} cache, 32 bytes each, whole key compared"
        )
    }

    fn bytes(&self) -> u64 {
        self.table.bytes
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(Stream(self)))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        for (key, times) in changes {
            let place = self.table.function.index(key);
            let entry = &mut self.table.entries[place];
            if entry.key != *key {
                return Err("a perfect hash cannot take a key that it was not built with".into());
            }
            entry.times = *times;
        }
        Ok(())
    }
}

impl Reader for Stream<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let Tuned { table, way } = self.0;
        // A stream begins with places for as many as it asks ahead.
        if let [key] = asked.keys {
            let mut counts = Counts::default();
            table.look(key, table.function.index(key), asked.at, &mut counts);
            return Ok(counts);
        }
        Ok(WAYS[*way].3(table, asked.keys, asked.at))
    }
}
