//! `papaya`, whose readers take no lock.

use std::path::Path;

use hashbrown::DefaultHashBuilder;
use papaya::HashMap;
use propusk_bench::Times;

use crate::contestant::{Contestant, Reader};
use crate::memory;
use crate::question::{Asked, Counts, Key, Records, Result};

type Map = HashMap<Key, Times, DefaultHashBuilder>;

struct Free {
    map: Map,
    bytes: u64,
}

pub(crate) fn build(records: Records, _: &Path) -> Result<Box<dyn Contestant>> {
    let before = memory::allocated_bytes();
    let hash = DefaultHashBuilder::default();
    let map = Map::with_capacity_and_hasher(records.count as usize, hash);
    {
        let map = map.pin();
        records.iter().for_each(|(key, times)| _ = map.insert(key, times));
    }
    Ok(Box::new(Free { map, bytes: memory::allocated_since(before) }))
}

impl Contestant for Free {
    fn settings(&self) -> String {
        "foldhash over 16 bytes at once, pinned once a batch, plain loop of `get`".to_owned()
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(&self.map))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        let map = self.map.pin();
        changes.iter().for_each(|(key, times)| _ = map.insert(*key, *times));
        Ok(())
    }
}

impl Reader for &Map {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let map = self.pin();
        let mut counts = Counts::default();
        for key in asked.keys {
            counts.add(map.get(key).copied(), asked.at);
        }
        Ok(counts)
    }
}
