//! Options that several commands share: the store, its key, the policy, instants and lengths.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser as _};
use propusk_engine::error::StoreError;
use propusk_engine::policy::Policy;
use propusk_engine::secret::Keys;
use propusk_engine::store::{Follow, Store};
use propusk_engine::time::Instant;

use crate::error::CliError;
use crate::key_source::KeySource;

/// A store and its key.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreArgs {
    /// The folder of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    /// The key file, or where its text is read from [default: the store's name with `.key` appended]
    #[arg(
        long,
        value_name = "FILE|env:NAME|fd:N",
        value_parser = PathBufValueParser::new().try_map(KeySource::parse)
    )]
    pub(crate) key: Option<KeySource>,
}

impl StoreArgs {
    /// Where the keys are: in a file beside the store, never in it, if nothing is named.
    pub(crate) fn key_source(&self) -> KeySource {
        if let Some(key) = &self.key {
            return key.clone();
        }
        // Taken apart and put together again, so that a slash at the end does not lead inside.
        let mut name = self.store.components().collect::<PathBuf>().into_os_string();
        name.push(".key");
        KeySource::File(PathBuf::from(name))
    }

    /// The key file, for a command that writes it.
    pub(crate) fn key_file(&self) -> Result<PathBuf, CliError> {
        match self.key_source() {
            KeySource::File(path) => Ok(path),
            other => {
                let text = format!("{other} is read only, and keys must be written; name a file");
                Err(CliError::Use(text))
            }
        }
    }

    /// The keys.
    pub(crate) fn keys(&self) -> Result<Keys, CliError> {
        Ok(self.key_source().read()?)
    }

    /// The folder of a store that is there.
    pub(crate) fn existing(&self) -> Result<PathBuf, CliError> {
        if self.store.join("MANIFEST").exists() {
            return Ok(self.store.clone());
        }
        let text = "there is no store here (no MANIFEST)";
        let source = std::io::Error::new(std::io::ErrorKind::NotFound, text);
        Err(StoreError::Io { path: self.store.clone(), source }.into())
    }

    /// Opens the store for reading.
    pub(crate) fn open(&self) -> Result<Store, CliError> {
        self.open_following(Follow::Number)
    }

    /// Opens the store for reading, following new generations as told.
    pub(crate) fn open_following(&self, follow: Follow) -> Result<Store, CliError> {
        Ok(Store::open_following(&self.existing()?, &self.keys()?, follow)?)
    }

    /// The keys for a load: drawn at random where there are neither a store nor keys yet.
    pub(crate) fn keys_for_loading(&self) -> Result<Keys, CliError> {
        if self.key_source().exists() || self.store.join("MANIFEST").exists() {
            return self.keys();
        }
        let path = self.key_file()?;
        let keys = Keys::random()?;
        keys.write_new(&path)?;
        eprintln!("new key file {}: keep a copy apart from the store", path.display());
        Ok(keys)
    }
}

/// The policy in a file, or the embedded one.
pub(crate) fn policy(path: Option<&Path>) -> Result<Policy, CliError> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let text = fs::read_to_string(path)
        .map_err(|source| CliError::File { path: path.to_owned(), source })?;
    Policy::from_toml(&text).map_err(|source| CliError::Policy { path: path.to_owned(), source })
}

/// The clock's now.
pub(crate) fn now() -> Instant {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    };
    Instant::from_unix(seconds)
}

/// What is wrong with a text that should be an instant.
pub(crate) const NO_INSTANT: &str =
    "not an instant to the second with an offset, such as 2021-12-08T00:00:00+03:00";

/// Reads an instant on the command line.
pub(crate) fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| NO_INSTANT.to_owned())
}

/// Reads a length of time on the command line, in seconds.
pub(crate) fn length(text: &str) -> Result<i64, String> {
    let wrong = || "not a length of time, such as 30s, 10m, 2h or 1d".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    digits.parse::<i64>().ok().and_then(|count| count.checked_mul(seconds)).ok_or_else(wrong)
}
