//! Which phones were identified, for those who show outcomes to applicants.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::journal;
use super::state::State;
use super::{
    CHALLENGES, ChallengeError, IDENTIFIED_SECONDS_MAX, PhoneNumber, identifier, identity,
};
use crate::key::IdentityKeys;
use crate::secret::Keys;
use crate::time::Instant;
use crate::writer::unpoisoned;

/// The book of codes, open for reading, also while another process writes it.
pub struct Identified {
    root: PathBuf,
    keys: IdentityKeys,
    held: Mutex<Held>,
}

/// What was read, and of which file.
#[derive(Default)]
struct Held {
    stamp: Option<Stamp>,
    states: HashMap<u128, State>,
}

/// Changes whenever the file does.
type Stamp = (u64, u64, i64, i64);

impl Identified {
    /// Opens the book of a store; without one nobody is identified.
    ///
    /// # Errors
    /// When it is damaged, or the group of results has no identity secret.
    pub fn open(root: &Path, keys: &Keys) -> Result<Self, ChallengeError> {
        let (root, keys) = (root.to_owned(), identity(keys)?);
        let identified = Identified { root, keys, held: Mutex::default() };
        identified.read(&mut unpoisoned(&identified.held))?;
        Ok(identified)
    }

    /// Whether a phone was identified less than so many seconds before, an hour at most; the book
    /// is read again when it has changed.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn is_identified(
        &self,
        phone: &PhoneNumber,
        at: Instant,
        within_seconds: i64,
    ) -> Result<bool, ChallengeError> {
        let mut held = unpoisoned(&self.held);
        self.read(&mut held)?;
        let within = within_seconds.min(IDENTIFIED_SECONDS_MAX);
        let state = held.states.get(&phone.key(&self.keys));
        Ok(state.is_some_and(|state| state.is_identified(at, within)))
    }

    fn read(&self, held: &mut Held) -> Result<(), ChallengeError> {
        let stamp = fs::metadata(self.root.join(CHALLENGES))
            .ok()
            .map(|file| (file.ino(), file.size(), file.mtime(), file.mtime_nsec()));
        if stamp.is_none() || stamp != held.stamp {
            let read = journal::read(&self.root, identifier(&self.keys))?;
            held.states = read.map(|read| read.states).unwrap_or_default();
            held.stamp = stamp;
        }
        Ok(())
    }
}
