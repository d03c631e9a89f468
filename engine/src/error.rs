//! Errors for operators. Holders get verdicts, never errors.

use std::path::PathBuf;

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("{path}: {source}; check that the path exists and may be read and written")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Bytes that are not what was written.
    #[error("{path} is damaged at {place}: {reason}; restore the file from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The section or field.
        place: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A line of an audit log does not follow the one before.
    #[error("{path}: the audit log's chain breaks at line {line}; compare the log with its copies")]
    AuditChain {
        /// The audit log.
        path: PathBuf,
        /// The first line that does not fit, from 1.
        line: u64,
    },
    /// A store of another version of the format.
    #[error("{path} has format {found}, this program reads {known}; use the program that wrote it")]
    Format {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The version that this program reads.
        known: u32,
    },
    /// The key file is not this store's.
    #[error("{path} was sealed under other secrets; name this store's key file with --key")]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// The key file lacks a secret that is needed.
    #[error("the key file has no `{secret}` secret for {group}; name a key file that has it")]
    NoSecret {
        /// The register group.
        group: &'static str,
        /// Which of its secrets.
        secret: &'static str,
    },
    /// The details were not copied to this place.
    #[error("{path} is not there: this copy of the store has no details; ask a whole store")]
    NoDetails {
        /// The file of details.
        path: PathBuf,
    },
    /// The manifest's signature is missing or another's.
    #[error(
        "{path} is not signed by the key that this key file trusts; copy it again from its store, \
         or name the right key file with --key"
    )]
    Signature {
        /// The manifest.
        path: PathBuf,
    },
    /// Another process writes to the store.
    #[error("{path} is being written by another process; wait for it to end")]
    Busy {
        /// The store.
        path: PathBuf,
    },
    /// A segment does not answer for what it was made of.
    #[error("{path} does not hold what was loaded ({reason}); nothing was published, load again")]
    Unproved {
        /// The segment.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// An official asks where nothing is noted of it.
    #[error("what officials are told is noted in the audit log; ask through `verify_for_official`")]
    Unaudited,
    /// What was asked for rests on something that others kept changing.
    #[error("what this rests on kept changing meanwhile; nothing of it was issued, ask again")]
    Contended,
    /// What is to be published does not fit what is in force.
    #[error(
        "a fault of this program: {file} stands before segment {segment}, which the manifest does not \
         name; nothing was published, report the fault"
    )]
    Misplaced {
        /// The new segment.
        file: String,
        /// The number of the segment that is gone.
        segment: u64,
    },
    /// The thread that published for all who waited came to a fault of this program.
    #[error("a fault of this program broke the publish off; ask again, and report the fault")]
    BrokenOff,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes; nothing was issued, try again")]
    Random,
    /// More records than one segment can hold.
    #[error("{register}: {rows} rows are too many for one segment; split the load")]
    TooMany {
        /// The register.
        register: &'static str,
        /// How many rows.
        rows: usize,
    },
    /// The snapshot is older than the caller's limit.
    #[error(
        "the snapshot is {age_seconds} s old, the limit is {limit_seconds} s; load a newer one"
    )]
    Stale {
        /// How old it is.
        age_seconds: i64,
        /// How old it may be.
        limit_seconds: i64,
    },
}

impl StoreError {
    /// The same error for another who waited for the same thing.
    pub(crate) fn again(&self) -> Self {
        match self {
            StoreError::Io { path, source } => {
                let source = std::io::Error::new(source.kind(), source.to_string());
                StoreError::Io { path: path.clone(), source }
            }
            StoreError::Damaged { path, place, reason } => {
                StoreError::Damaged { path: path.clone(), place, reason }
            }
            StoreError::AuditChain { path, line } => {
                StoreError::AuditChain { path: path.clone(), line: *line }
            }
            StoreError::Unaudited => StoreError::Unaudited,
            StoreError::Random => StoreError::Random,
            StoreError::Contended => StoreError::Contended,
            StoreError::BrokenOff => StoreError::BrokenOff,
            StoreError::Misplaced { file, segment } => {
                StoreError::Misplaced { file: file.clone(), segment: *segment }
            }
            StoreError::Format { path, found, known } => {
                StoreError::Format { path: path.clone(), found: *found, known: *known }
            }
            StoreError::WrongKey { path } => StoreError::WrongKey { path: path.clone() },
            StoreError::NoSecret { group, secret } => StoreError::NoSecret { group, secret },
            StoreError::NoDetails { path } => StoreError::NoDetails { path: path.clone() },
            StoreError::Signature { path } => StoreError::Signature { path: path.clone() },
            StoreError::Busy { path } => StoreError::Busy { path: path.clone() },
            StoreError::Unproved { path, reason } => {
                StoreError::Unproved { path: path.clone(), reason }
            }
            StoreError::TooMany { register, rows } => StoreError::TooMany { register, rows: *rows },
            StoreError::Stale { age_seconds, limit_seconds } => {
                StoreError::Stale { age_seconds: *age_seconds, limit_seconds: *limit_seconds }
            }
        }
    }
}
