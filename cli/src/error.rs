//! Errors of the command line, and the exit status that each gives.

use std::io;
use std::path::PathBuf;

use propusk_bench::plan::error::PlanError;
use propusk_engine::challenge::ChallengeError;
use propusk_engine::error::StoreError;
use propusk_engine::policy::PolicyError;
use propusk_engine::secret::KeyError;
use propusk_loader::load::LoadError;
use propusk_loader::source::ReadError;

/// Done.
pub(crate) const DONE: u8 = 0;
/// Done, with rows rejected, lines that cannot be read, or codes that are not valid.
pub(crate) const WITH_FAULTS: u8 = 1;
/// Wrong use.
const WRONG_USE: u8 = 2;
/// The store or its data is damaged or unreadable.
const DAMAGED: u8 = 3;

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The command line asks for something that is not there.
    #[error("{0}")]
    Use(String),
    /// A file cannot be opened or read.
    #[error("{}: {source}; check its name and that it may be read", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A file cannot be written.
    #[error("{}: {source}; check that there is room and that the folder may be written", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    /// A stream broke off.
    #[error("{stream}: {source}; run the command again when the cause is gone")]
    Stream { stream: &'static str, source: io::Error },
    /// The policy file.
    #[error("{}: {source}", path.display())]
    Policy { path: PathBuf, source: PolicyError },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl CliError {
    /// A failure to write results.
    pub(crate) fn output(source: io::Error) -> Self {
        CliError::Stream { stream: "standard output", source }
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            CliError::Use(_)
            | CliError::File { .. }
            | CliError::Unwritten { .. }
            | CliError::Policy { .. } => WRONG_USE,
            CliError::Key(KeyError::Exists { .. }) => WRONG_USE,
            CliError::Stream { .. } | CliError::Key(_) => DAMAGED,
            CliError::Store(error)
            | CliError::Load(LoadError::Store(error))
            | CliError::Challenge(ChallengeError::Store(error)) => of_store(error),
            CliError::Challenge(_) => DAMAGED,
            CliError::Read(error) | CliError::Load(LoadError::Read(error)) => match error {
                ReadError::Io { .. } | ReadError::Parquet { .. } => DAMAGED,
                _ => WRONG_USE,
            },
            CliError::Plan(error) => match error {
                PlanError::Store(error) => of_store(error),
                PlanError::Measure(_) => DAMAGED,
                _ => WRONG_USE,
            },
            CliError::Load(LoadError::Write { .. }) => DAMAGED,
            CliError::Load(_) => WRONG_USE,
        }
    }

    /// Whether the reader of the results went away.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, CliError::Stream { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn of_store(error: &StoreError) -> u8 {
    match error {
        StoreError::Busy { .. } | StoreError::NoSecret { .. } => WRONG_USE,
        _ => DAMAGED,
    }
}
