//! What every contestant can do, and who there is.

use std::path::Path;

use propusk_bench::Times;

use crate::question::{Asked, Counts, Key, Records, Result};

/// Whoever holds the records and answers for them.
pub(crate) trait Contestant: Sync {
    /// How it was set up.
    fn settings(&self) -> String;

    /// Bytes of memory or, where it keeps files, of files.
    fn bytes(&self) -> u64;

    /// What one thread asks by.
    ///
    /// # Errors
    /// Its own.
    fn reader(&self) -> Result<Box<dyn Reader + '_>>;

    /// Gives these records other times.
    ///
    /// # Errors
    /// Its own.
    fn change(&mut self, changes: &[(Key, Times)]) -> Result<()>;

    /// Lets the system forget its files, so that the next answers come from the disk. `false` where
    /// it has none.
    ///
    /// # Errors
    /// Its own.
    fn chill(&mut self) -> Result<bool> {
        Ok(false)
    }
}

/// One thread's way to ask.
pub(crate) trait Reader {
    /// Answers a batch.
    ///
    /// # Errors
    /// Its own.
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts>;

    /// Whether it gains by being asked everything at once, whatever the batch.
    fn is_endless(&self) -> bool {
        false
    }
}

/// Makes one that holds the records, with its files in a folder.
pub(crate) type Build = fn(Records, &Path) -> Result<Box<dyn Contestant>>;
