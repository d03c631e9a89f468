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
    /// A register was loaded before.
    #[error("{path} holds {register} already; load them into a new folder")]
    AlreadyLoaded {
        /// The store.
        path: PathBuf,
        /// The register.
        register: &'static str,
    },
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
