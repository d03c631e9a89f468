//! Why a phone cannot be identified now: for operators, never for the phone's owner.

use std::io;
use std::path::PathBuf;

use crate::error::StoreError;

/// Why the book of codes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// The book's file, the lock or the key.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The book is not what was written.
    #[error(
        "{path} is damaged at byte {byte}: {reason}; the limits and tries of the last hour stand in \
         it, so move it away an hour after codes were last sent"
    )]
    Damaged {
        /// The book.
        path: PathBuf,
        /// Where.
        byte: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// The gateway did not take a message.
    #[error(
        "the message with a code was not taken: {source}; the code counts as sent, ask for another \
         when the cause is gone"
    )]
    Gateway {
        /// What it said.
        source: io::Error,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes; no code was sent")]
    Random,
}
