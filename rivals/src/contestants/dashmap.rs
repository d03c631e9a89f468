//! `dashmap`, which many threads may write to while others read.

use std::path::Path;

use dashmap::DashMap;
use hashbrown::DefaultHashBuilder;
use propusk_bench::Times;

use crate::contestant::{Contestant, Reader};
use crate::memory;
use crate::question::{Asked, Counts, Key, Records, Result};

type Map = DashMap<Key, Times, DefaultHashBuilder>;

struct Shards {
    map: Map,
    shards: usize,
    bytes: u64,
}

pub(crate) fn build(records: Records, _: &Path) -> Result<Box<dyn Contestant>> {
    let threads = std::thread::available_parallelism()?.get();
    // What the map takes by itself: four times the threads, as a power of two.
    let shards = (threads * 4).next_power_of_two();
    let before = memory::allocated_bytes();
    let hash = DefaultHashBuilder::default();
    let map = Map::with_capacity_and_hasher_and_shard_amount(records.count as usize, hash, shards);
    records.iter().for_each(|(key, times)| _ = map.insert(key, times));
    Ok(Box::new(Shards { map, shards, bytes: memory::allocated_since(before) }))
}

impl Contestant for Shards {
    fn settings(&self) -> String {
        format!("foldhash over 16 bytes at once, {} shards, plain loop of `get`", self.shards)
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(&self.map))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        changes.iter().for_each(|(key, times)| _ = self.map.insert(*key, *times));
        Ok(())
    }
}

impl Reader for &Map {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let mut counts = Counts::default();
        for key in asked.keys {
            counts.add(self.get(key).map(|times| *times), asked.at);
        }
        Ok(counts)
    }
}
