//! `redb`: a B-tree with a cache of its own.

use std::path::{Path, PathBuf};

use propusk_bench::{Times, drop_cached};
use redb::{
    Builder, Database, Durability, ReadOnlyTable, ReadableDatabase, ReadableTable, TableDefinition,
};

use super::{packed, unpacked};
use crate::contestant::{Contestant, Reader};
use crate::files;
use crate::question::{Asked, Counts, Key, Records, Result};

const TREE: TableDefinition<[u8; 16], [u8; 8]> = TableDefinition::new("permits");
/// Records written in one transaction.
const WRITTEN_AT_ONCE: usize = 10_000_000;
/// Room in the cache for a record: every page finds its place.
const CACHE_BYTES_A_RECORD: u64 = 80;

struct Redb {
    /// Always there but while it is opened anew.
    open: Option<Database>,
    folder: PathBuf,
    cache_bytes: usize,
}

struct Thread {
    tree: ReadOnlyTable<[u8; 16], [u8; 8]>,
}

pub(crate) fn build(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    let folder = folder.join("redb");
    std::fs::create_dir(&folder)?;
    let cache_bytes = (records.count * CACHE_BYTES_A_RECORD + (64 << 20)) as usize;
    let mut redb = Redb { open: None, folder, cache_bytes };
    redb.open()?;
    for records in records.sorted().chunks(WRITTEN_AT_ONCE) {
        redb.write(records)?;
    }
    redb.warm()?;
    Ok(Box::new(redb))
}

impl Redb {
    fn open(&mut self) -> Result<()> {
        let path = self.folder.join("permits.redb");
        self.open = Some(Builder::new().set_cache_size(self.cache_bytes).create(path)?);
        Ok(())
    }

    fn opened(&self) -> Result<&Database> {
        Ok(self.open.as_ref().ok_or("redb is closed")?)
    }

    fn write(&self, records: &[(Key, Times)]) -> Result<()> {
        let mut write = self.opened()?.begin_write()?;
        // Syncs are not measured here.
        write.set_durability(Durability::None)?;
        {
            let mut tree = write.open_table(TREE)?;
            for (key, times) in records {
                tree.insert(key.0, packed(*times))?;
            }
        }
        Ok(write.commit()?)
    }

    /// Reads all pages into the cache.
    fn warm(&self) -> Result<()> {
        let tree = self.opened()?.begin_read()?.open_table(TREE)?;
        for record in tree.iter()? {
            std::hint::black_box(record?.1.value());
        }
        Ok(())
    }
}

impl Contestant for Redb {
    fn settings(&self) -> String {
        format!(
            "fixed widths, filled in order; cache of {} MiB, filled by a scan; one read transaction a \
             reader",
            self.cache_bytes >> 20
        )
    }

    fn bytes(&self) -> u64 {
        files::bytes_in(&self.folder)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(Thread { tree: self.opened()?.begin_read()?.open_table(TREE)? }))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        self.write(changes)
    }

    fn chill(&mut self) -> Result<bool> {
        if let Some(open) = self.open.take() {
            // What was written without durability becomes durable.
            open.begin_write()?.commit()?;
            open.close()?;
        }
        drop_cached(&self.folder).map_err(|error| error.to_string())?;
        self.open()?;
        Ok(true)
    }
}

impl Reader for Thread {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let mut counts = Counts::default();
        for key in asked.keys {
            let found = self.tree.get(key.0)?;
            counts.add(found.and_then(|found| unpacked(&found.value())), asked.at);
        }
        Ok(counts)
    }
}
