//! Secrets of the register groups, and the key file that alone keeps them.
//!
//! Each group has three independent random secrets, so that a gate can be given less than all:
//! `code` verifies codes, `identity` compares what a holder shows and matches registrations,
//! `details` opens sealed details.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ring::hkdf;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::record::Group;

/// 32 random bytes that are never shown.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// The secret of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Secret(bytes)
    }

    /// Derives `N` bytes for one purpose by HKDF-SHA-256.
    pub(crate) fn derive<const N: usize>(&self, salt: &[u8], purpose: &str) -> [u8; N] {
        struct Bytes(usize);
        impl hkdf::KeyType for Bytes {
            fn len(&self) -> usize {
                self.0
            }
        }
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&self.0);
        let mut derived = [0; N];
        extracted
            .expand(&[purpose.as_bytes()], Bytes(N))
            .and_then(|okm| okm.fill(&mut derived))
            .expect("HKDF gives up to 8,160 bytes");
        derived
    }
}

/// The secrets of one register group; what a holder of the key file was not given is `None`.
#[derive(Clone, Debug, Default)]
pub struct GroupSecrets {
    /// Verifies codes.
    pub code: Option<Secret>,
    /// Compares identities.
    pub identity: Option<Secret>,
    /// Opens sealed details.
    pub details: Option<Secret>,
}

/// The secrets of all register groups.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Results and certificates.
    pub medical: GroupSecrets,
    /// Permits.
    pub permits: GroupSecrets,
    /// Cards.
    pub cards: GroupSecrets,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be read or written.
    #[error("key file {path}: {source}; name another with --key or restore it from its backup")]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a key file.
    #[error("key file {path} is not readable: {reason}; restore it from its backup")]
    Syntax {
        /// The key file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenKeys {
    medical: Option<WrittenGroup>,
    permits: Option<WrittenGroup>,
    cards: Option<WrittenGroup>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenGroup {
    code: Option<String>,
    identity: Option<String>,
    details: Option<String>,
}

impl Keys {
    /// Draws independent secrets for every group.
    ///
    /// # Errors
    /// [`KeyError::Random`] when the system has no randomness.
    pub fn random() -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let draw = || -> Result<Option<Secret>, KeyError> {
            let mut bytes = [0; 32];
            random.fill(&mut bytes).map_err(|_| KeyError::Random)?;
            Ok(Some(Secret(bytes)))
        };
        let group = || -> Result<GroupSecrets, KeyError> {
            Ok(GroupSecrets { code: draw()?, identity: draw()?, details: draw()? })
        };
        Ok(Keys { medical: group()?, permits: group()?, cards: group()? })
    }

    /// Signs.
    pub(crate) fn sign(&self, _: &[u8]) -> Option<[u8; 64]> {
        None
    }

    /// The key.
    pub(crate) fn verifying_key(&self) -> Option<VerifyingKey> {
        None
    }

    /// The secrets of a group.
    #[must_use]
    pub fn group(&self, group: Group) -> &GroupSecrets {
        match group {
            Group::Medical => &self.medical,
            Group::Permits => &self.permits,
            Group::Cards => &self.cards,
        }
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// When it cannot be read or is not a key file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = fs::read_to_string(path)
            .map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
        let syntax = |reason: String| KeyError::Syntax { path: path.to_owned(), reason };
        // The parser's message quotes the line, which holds a secret: only its place is told.
        let written: WrittenKeys = toml::from_str(&text)
            .map_err(|error| syntax(format!("no key file's shape at {:?}", error.span())))?;
        let group = |written: Option<WrittenGroup>| -> Result<GroupSecrets, KeyError> {
            let written = written.unwrap_or_default();
            let secret = |hex: Option<String>| match hex {
                None => Ok(None),
                Some(hex) => unhex(&hex)
                    .map(|bytes| Some(Secret(bytes)))
                    .ok_or_else(|| syntax("a secret is not 64 hexadecimal digits".to_owned())),
            };
            Ok(GroupSecrets {
                code: secret(written.code)?,
                identity: secret(written.identity)?,
                details: secret(written.details)?,
            })
        };
        Ok(Keys {
            medical: group(written.medical)?,
            permits: group(written.permits)?,
            cards: group(written.cards)?,
        })
    }

    /// Writes a new key file that only its owner may read, and syncs it.
    ///
    /// # Errors
    /// When it cannot be written, or is there already: a key file is never overwritten.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let group = |secrets: &GroupSecrets| {
            let hex = |secret: &Option<Secret>| secret.as_ref().map(|secret| hex(&secret.0));
            Some(WrittenGroup {
                code: hex(&secrets.code),
                identity: hex(&secrets.identity),
                details: hex(&secrets.details),
            })
        };
        let written = WrittenKeys {
            medical: group(&self.medical),
            permits: group(&self.permits),
            cards: group(&self.cards),
        };
        let mut text = String::from("# The secrets of a store. Whoever has them can read it.\n");
        for (name, group) in
            [("medical", written.medical), ("permits", written.permits), ("cards", written.cards)]
        {
            let group = group.unwrap_or_default();
            text.push_str(&format!("\n[{name}]\n"));
            for (key, value) in
                [("code", group.code), ("identity", group.identity), ("details", group.details)]
            {
                if let Some(value) = value {
                    text.push_str(&format!("{key} = \"{value}\"\n"));
                }
            }
        }
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = (value(pair[0])? * 16 + value(pair[1])?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_read_as_written_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.key");
        let keys = Keys::random().unwrap();
        keys.write_new(&path).unwrap();
        let read = Keys::read(&path).unwrap();
        let bytes = |keys: &Keys| keys.cards.details.as_ref().unwrap().0;
        assert_eq!(bytes(&keys), bytes(&read));
        assert!(keys.write_new(&path).is_err());
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_fault_in_a_key_file_never_quotes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.key");
        fs::write(&path, "[permits]\ncode = \"c0ffee\n").unwrap();
        assert!(!Keys::read(&path).unwrap_err().to_string().contains("c0ffee"));
    }
}

pub(crate) struct VerifyingKey;
impl VerifyingKey {
    pub(crate) fn verifies(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }
}
