//! LMDB through `heed`: a B-tree in a mapped file.
#![allow(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

use heed::types::Bytes;
use heed::{Database, Env, EnvFlags, EnvOpenOptions, PutFlags, RoTxn, WithoutTls};
use propusk_bench::{Times, drop_cached};

use super::{packed, unpacked};
use crate::contestant::{Contestant, Reader};
use crate::files;
use crate::question::{Asked, Counts, Key, Records, Result};

/// Room for a record, with what changes leave behind.
const ROOM_BYTES_A_RECORD: u64 = 256;

type Tree = Database<Bytes, Bytes>;

struct Lmdb {
    /// Always there but while it is opened anew.
    open: Option<(Env<WithoutTls>, Tree)>,
    folder: PathBuf,
    room_bytes: usize,
}

struct Thread<'l> {
    read: RoTxn<'l, WithoutTls>,
    tree: Tree,
}

pub(crate) fn build(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    let folder = folder.join("lmdb");
    fs::create_dir(&folder)?;
    let room_bytes = (records.count * ROOM_BYTES_A_RECORD + (64 << 20)).next_multiple_of(4096);
    let mut lmdb = Lmdb { open: None, folder, room_bytes: room_bytes as usize };
    lmdb.open()?;
    {
        let (env, tree) = lmdb.opened()?;
        let mut write = env.write_txn()?;
        for (key, times) in records.sorted() {
            tree.put_with_flags(&mut write, PutFlags::APPEND, &key.0, &packed(times))?;
        }
        write.commit()?;
    }
    lmdb.close();
    files::rewrite(&lmdb.folder.join("data.mdb"))?;
    lmdb.open()?;
    Ok(Box::new(lmdb))
}

impl Lmdb {
    fn open(&mut self) -> Result<()> {
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        options.map_size(self.room_bytes);
        // SAFETY: nobody but this process has the files, and it opens them once at a time. The flag
        // leaves out syncs, which are not measured here.
        let env = unsafe { options.flags(EnvFlags::NO_SYNC).open(&self.folder)? };
        let mut write = env.write_txn()?;
        let tree = env.create_database(&mut write, None)?;
        write.commit()?;
        self.open = Some((env, tree));
        Ok(())
    }

    fn close(&mut self) {
        if let Some((env, _)) = self.open.take() {
            env.prepare_for_closing().wait();
        }
    }

    fn opened(&self) -> Result<&(Env<WithoutTls>, Tree)> {
        Ok(self.open.as_ref().ok_or("LMDB is closed")?)
    }
}

impl Contestant for Lmdb {
    fn settings(&self) -> String {
        "B-tree of 4 KiB pages, filled in order, mapped; one read transaction a reader; values are not \
         copied; the file written again in pieces of 4 MiB"
            .to_owned()
    }

    fn bytes(&self) -> u64 {
        files::bytes_in(&self.folder)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        let (env, tree) = self.opened()?;
        Ok(Box::new(Thread { read: env.read_txn()?, tree: *tree }))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        let (env, tree) = self.opened()?;
        let mut write = env.write_txn()?;
        for (key, times) in changes {
            tree.put(&mut write, &key.0, &packed(*times))?;
        }
        Ok(write.commit()?)
    }

    fn chill(&mut self) -> Result<bool> {
        self.close();
        drop_cached(&self.folder).map_err(|error| error.to_string())?;
        self.open()?;
        Ok(true)
    }
}

impl Drop for Lmdb {
    fn drop(&mut self) {
        self.close();
    }
}

impl Reader for Thread<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let mut counts = Counts::default();
        for key in asked.keys {
            let found = self.tree.get(&self.read, &key.0)?;
            counts.add(found.and_then(unpacked), asked.at);
        }
        Ok(counts)
    }
}
