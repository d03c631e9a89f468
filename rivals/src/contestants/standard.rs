//! The hash map of the standard library, as it comes.

use std::collections::HashMap;
use std::path::Path;

use propusk_bench::Times;

use crate::contestant::{Contestant, Reader};
use crate::memory;
use crate::question::{Asked, Counts, Key, Records, Result};

struct Map {
    map: HashMap<Key, Times>,
    bytes: u64,
}

pub(crate) fn build(records: Records, _: &Path) -> Result<Box<dyn Contestant>> {
    let before = memory::allocated_bytes();
    let mut map = HashMap::with_capacity(records.count as usize);
    map.extend(records.iter());
    Ok(Box::new(Map { map, bytes: memory::allocated_since(before) }))
}

impl Contestant for Map {
    fn settings(&self) -> String {
        "SipHash-1-3 over 16 bytes at once, entries of 24 bytes, plain loop".to_owned()
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(&self.map))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        self.map.extend(changes.iter().copied());
        Ok(())
    }
}

impl Reader for &HashMap<Key, Times> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let mut counts = Counts::default();
        for key in asked.keys {
            counts.add(self.get(key).copied(), asked.at);
        }
        Ok(counts)
    }
}
