//! `hashbrown::HashMap` with its own hash function.

use std::path::Path;

use hashbrown::HashMap;
use propusk_bench::Times;

use crate::contestant::{Contestant, Reader};
use crate::question::{Asked, Counts, Key, Records, Result};

struct Map(HashMap<Key, Times>);

pub(crate) fn build(records: Records, _: &Path) -> Result<Box<dyn Contestant>> {
    // The capacity is asked for first: a map that grows by itself would be the same in the end.
    let mut map = HashMap::with_capacity(records.count as usize);
    map.extend(records.iter());
    Ok(Box::new(Map(map)))
}

impl Contestant for Map {
    fn settings(&self) -> String {
        let load = self.0.len() as f64 / self.0.capacity() as f64 * 7.0 / 8.0;
        format!("foldhash over 16 bytes at once, entries of 24 bytes, load {load:.2}, plain loop")
    }

    fn bytes(&self) -> u64 {
        self.0.allocation_size() as u64
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(&self.0))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        self.0.extend(changes.iter().copied());
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
