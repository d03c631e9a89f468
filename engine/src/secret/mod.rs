//! Secrets of the register groups, and the key file that alone keeps them.
//!
//! Each group has three independent random secrets, so that a gate can be given less than all:
//! `code` verifies codes, `identity` compares what a holder shows and matches registrations,
//! `details` opens sealed details. A signing key apart from them signs manifests.
//!
//! Every copy of a secret that this module makes is wiped when it is dropped. It does not reach what
//! `ring` and the parser of TOML keep for themselves, nor a process's environment.

mod file;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use ring::hkdf;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::record::Group;

pub use file::destroy_group;

/// 32 random bytes that are never shown, and are wiped when dropped.
#[derive(Clone)]
pub struct Secret(Box<Zeroizing<[u8; 32]>>);

impl ZeroizeOnDrop for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// The secret of these bytes.
    #[must_use]
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let mut secret = Secret::zero();
        secret.0.copy_from_slice(&bytes);
        bytes.zeroize();
        secret
    }

    /// Where bytes are then put in place: on the heap, for a move on the stack leaves a copy behind.
    fn zero() -> Self {
        Secret(Box::new(Zeroizing::new([0; 32])))
    }

    fn random() -> Result<Self, KeyError> {
        let mut secret = Secret::zero();
        SystemRandom::new().fill(&mut **secret.0).map_err(|_| KeyError::Random)?;
        Ok(secret)
    }

    /// Derives `N` bytes for one purpose by HKDF-SHA-256.
    pub(crate) fn derive<const N: usize>(&self, salt: &[u8], purpose: &str) -> [u8; N] {
        let mut derived = [0; N];
        self.derive_into(salt, purpose, &mut derived);
        derived
    }

    /// Derives bytes into a place that the caller wipes.
    pub(crate) fn derive_into(&self, salt: &[u8], purpose: &str, derived: &mut [u8]) {
        struct Bytes(usize);
        impl hkdf::KeyType for Bytes {
            fn len(&self) -> usize {
                self.0
            }
        }
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&**self.0);
        extracted
            .expand(&[purpose.as_bytes()], Bytes(derived.len()))
            .and_then(|okm| okm.fill(derived))
            .expect("HKDF gives up to 8,160 bytes");
    }
}

/// Signs manifests: the seed of an Ed25519 key.
#[derive(Clone, Debug)]
pub struct SigningKey(Secret);

impl SigningKey {
    /// The key of a seed.
    #[must_use]
    pub fn new(seed: Secret) -> Self {
        SigningKey(seed)
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair().public_key().as_ref());
        VerifyingKey(bytes)
    }

    /// The signature of a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair().sign(message).as_ref());
        signature
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&**self.0.0).expect("a seed is any 32 bytes")
    }
}

/// Verifies what a [`SigningKey`] signed; no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyingKey([u8; 32]);

impl VerifyingKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        VerifyingKey(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the signature is this key's, for this message.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
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

impl GroupSecrets {
    fn random() -> Result<Self, KeyError> {
        let draw = || Secret::random().map(Some);
        Ok(GroupSecrets { code: draw()?, identity: draw()?, details: draw()? })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_none() && self.identity.is_none() && self.details.is_none()
    }
}

/// The secrets of all register groups, and the keys of manifests.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Results and certificates.
    pub medical: GroupSecrets,
    /// Permits.
    pub permits: GroupSecrets,
    /// Cards.
    pub cards: GroupSecrets,
    /// Signs manifests.
    pub signing: Option<SigningKey>,
    /// Verifies manifests; where there is none, the signing key tells it.
    pub verifying: Option<VerifyingKey>,
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
    /// A key file is never overwritten.
    #[error("key file {path} is there already and is not overwritten; name another")]
    Exists {
        /// The key file.
        path: PathBuf,
    },
    /// Others than its owner may use the key file.
    #[error(
        "key file {path} has mode {mode:04o}: others than its owner may use it; \
         run `chmod 600 {path}`"
    )]
    Mode {
        /// The key file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
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

impl Keys {
    /// Draws independent secrets for every group, and a signing key.
    ///
    /// # Errors
    /// [`KeyError::Random`] when the system has no randomness.
    pub fn random() -> Result<Self, KeyError> {
        Ok(Keys {
            medical: GroupSecrets::random()?,
            permits: GroupSecrets::random()?,
            cards: GroupSecrets::random()?,
            signing: Some(SigningKey(Secret::random()?)),
            verifying: None,
        })
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

    /// The secrets of a group, to change them.
    pub fn group_mut(&mut self, group: Group) -> &mut GroupSecrets {
        match group {
            Group::Medical => &mut self.medical,
            Group::Permits => &mut self.permits,
            Group::Cards => &mut self.cards,
        }
    }

    /// What a gate needs: enough to verify codes on a copy without details, and to know that the
    /// copy is whole. With it nobody compares identities, opens details or signs.
    #[must_use]
    pub fn for_gate(&self) -> Keys {
        let mut gate = Keys { verifying: self.verifying_key(), ..Keys::default() };
        for group in Group::ALL {
            gate.group_mut(*group).code = self.group(*group).code.clone();
        }
        gate
    }

    /// Signs a message; `None` without a signing key.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Option<[u8; 64]> {
        self.signing.as_ref().map(|key| key.sign(message))
    }

    /// The key that verifies manifests: the given one, or the signing key's.
    #[must_use]
    pub fn verifying_key(&self) -> Option<VerifyingKey> {
        self.verifying.or_else(|| self.signing.as_ref().map(SigningKey::verifying_key))
    }

    /// Reads a key file, also one whose destruction of a group was cut short.
    ///
    /// # Errors
    /// When it cannot be read, others than its owner may use it, or it is not a key file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        file::read(path)
    }

    /// Reads what a key file holds from elsewhere; `name` stands for it in errors, which never
    /// quote the text.
    ///
    /// # Errors
    /// [`KeyError::Syntax`] when it is not a key file's text.
    pub fn from_text(name: &str, text: &str) -> Result<Self, KeyError> {
        file::parse(Path::new(name), text)
    }

    /// Writes a new key file that only its owner may read, and syncs it.
    ///
    /// # Errors
    /// When it cannot be written, or is there already: a key file is never overwritten.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        file::write_new(path, self)
    }
}
