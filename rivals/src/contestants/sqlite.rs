//! SQLite: a table without row identifiers, asked by a prepared statement.

use std::path::{Path, PathBuf};

use propusk_bench::{Times, drop_cached};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use crate::contestant::{Contestant, Reader};
use crate::files;
use crate::question::{Asked, Counts, Key, Records, Result};

const FIND: &str = "SELECT valid_from, valid_until FROM permits WHERE code = ?1";
const PUT: &str = "INSERT OR REPLACE INTO permits VALUES (?1, ?2, ?3)";
/// As much of a file as SQLite was compiled to map at the most.
const MAPPED_BYTES: i64 = 1 << 36;

struct Sqlite {
    folder: PathBuf,
    mapped_bytes: i64,
}

struct Thread {
    connection: Connection,
}

pub(crate) fn build(records: Records, folder: &Path) -> Result<Box<dyn Contestant>> {
    let folder = folder.join("sqlite");
    std::fs::create_dir(&folder)?;
    let mut sqlite = Sqlite { folder, mapped_bytes: 0 };
    let connection = Connection::open(sqlite.path())?;
    // Nothing is lost that cannot be made again, and syncs are not measured here.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
         CREATE TABLE permits (code BLOB PRIMARY KEY, valid_from INTEGER, valid_until INTEGER)
         WITHOUT ROWID;
         BEGIN;",
    )?;
    put(&connection, &records.sorted())?;
    connection.execute_batch("COMMIT; ANALYZE;")?;
    connection.close().map_err(|(_, error)| error)?;
    files::rewrite(&sqlite.path())?;
    sqlite.mapped_bytes =
        sqlite.connect()?.query_row("PRAGMA mmap_size", [], |row| row.get::<_, i64>(0))?;
    Ok(Box::new(sqlite))
}

fn put(connection: &Connection, records: &[(Key, Times)]) -> Result<()> {
    let mut put = connection.prepare(PUT)?;
    for (key, (from, until)) in records {
        put.execute(params![key.0, from, until])?;
    }
    Ok(())
}

impl Sqlite {
    fn path(&self) -> PathBuf {
        self.folder.join("permits.sqlite")
    }

    fn connect(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.path(), flags)?;
        connection.pragma_update(None, "mmap_size", MAPPED_BYTES)?;
        Ok(connection)
    }
}

impl Contestant for Sqlite {
    fn settings(&self) -> String {
        format!(
            "WITHOUT ROWID, 4 KiB pages, filled in order, mmap_size {} MiB; one prepared statement and \
             one read transaction a reader; the file written again in pieces of 4 MiB",
            self.mapped_bytes >> 20
        )
    }

    fn bytes(&self) -> u64 {
        files::bytes_in(&self.folder)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        let connection = self.connect()?;
        connection.execute_batch("BEGIN")?;
        connection.prepare_cached(FIND)?;
        Ok(Box::new(Thread { connection }))
    }

    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()> {
        let connection = Connection::open(self.path())?;
        connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")?;
        put(&connection, changes)?;
        Ok(connection.execute_batch("COMMIT")?)
    }

    fn chill(&mut self) -> Result<bool> {
        drop_cached(&self.folder).map_err(|error| error.to_string())?;
        Ok(true)
    }
}

impl Reader for Thread {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let mut find = self.connection.prepare_cached(FIND)?;
        let mut counts = Counts::default();
        for key in asked.keys {
            let found = find.query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            counts.add(found, asked.at);
        }
        Ok(counts)
    }
}
