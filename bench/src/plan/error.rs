//! Why a plan could not be made.

use std::error::Error;
use std::fmt::{self, Display};
use std::io;
use std::path::{Path, PathBuf};

use propusk_engine::error::StoreError;

/// Why a plan could not be made, read or compared.
#[derive(Debug)]
pub enum PlanError {
    /// The workload asks for something that cannot be.
    Workload(String),
    /// A file or folder cannot be read or written.
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is no plan, or one of another version.
    Plan {
        /// Which one.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A store of the benches.
    Store(StoreError),
    /// Something else broke while it was measured.
    Measure(String),
}

impl PlanError {
    /// For a file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| PlanError::File { path, source }
    }
}

impl Display for PlanError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::Workload(reason) => write!(to, "{reason}"),
            PlanError::File { path, source } => {
                let path = path.display();
                write!(
                    to,
                    "{path}: {source}; check its name, its permissions and that there is room"
                )
            }
            PlanError::Plan { path, reason } => {
                write!(to, "{}: {reason}; make it anew with --json", path.display())
            }
            PlanError::Store(error) => write!(to, "{error}"),
            PlanError::Measure(reason) => write!(to, "{reason}; run the plan again"),
        }
    }
}

impl Error for PlanError {}

impl From<StoreError> for PlanError {
    fn from(error: StoreError) -> Self {
        PlanError::Store(error)
    }
}
