//! The keyed permutation of codes.

use aes::Aes128;
use aes::cipher::{Array, Block, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use zeroize::Zeroizing;

#[cfg(target_arch = "x86_64")]
use super::rounds::Rounds;
use crate::record::Register;
use crate::secret::Secret;

/// The keyed permutation that turns a code's 16 canonical bytes into its key and back: AES-128. The
/// cipher wipes its round keys when dropped.
#[derive(Clone)]
pub struct CodeCipher {
    library: Aes128,
    /// What is asked for every code, where the machine has instructions for it.
    #[cfg(target_arch = "x86_64")]
    rounds: Option<Rounds>,
}

impl CodeCipher {
    /// The permutation of a register under its group's code secret.
    #[must_use]
    pub fn new(secret: &Secret, register: Register) -> Self {
        let mut key = Zeroizing::new([0; 16]);
        secret.derive_into(b"", &format!("propusk 1 code {register}"), &mut *key);
        CodeCipher {
            library: Aes128::new((&*key).into()),
            #[cfg(target_arch = "x86_64")]
            rounds: Rounds::new(&key),
        }
    }

    /// The key of one code.
    #[inline]
    #[must_use]
    pub fn key(&self, bytes: [u8; 16]) -> u128 {
        #[cfg(target_arch = "x86_64")]
        if let Some(rounds) = &self.rounds {
            return u128::from_le_bytes(rounds.encrypt_one(bytes));
        }
        let mut block = Block::<Aes128>::from(bytes);
        self.library.encrypt_block(&mut block);
        u128::from_le_bytes(block.into())
    }

    /// Turns blocks of canonical bytes into blocks of keys, several at once.
    #[inline(always)]
    pub fn encrypt(&self, blocks: &mut [[u8; 16]]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(rounds) = &self.rounds {
            rounds.encrypt(blocks);
            return;
        }
        self.library.encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    }

    /// The canonical bytes of a key's code.
    #[must_use]
    pub fn bytes(&self, key: u128) -> [u8; 16] {
        let mut block = Block::<Aes128>::from(key.to_le_bytes());
        self.library.decrypt_block(&mut block);
        block.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_back_from_its_key_in_its_own_register_only() {
        let secret = Secret::new([7; 32]);
        let permits = CodeCipher::new(&secret, Register::Permits);
        let cards = CodeCipher::new(&secret, Register::Cards);
        let key = permits.key(*b"3004ABCDEFGH1234");
        assert_eq!(permits.bytes(key), *b"3004ABCDEFGH1234");
        assert_ne!(cards.bytes(key), *b"3004ABCDEFGH1234");
        let mut blocks = [*b"3004ABCDEFGH1234"; 9];
        permits.encrypt(&mut blocks);
        assert!(blocks.iter().all(|block| u128::from_le_bytes(*block) == key));
    }

    #[test]
    fn a_cipher_is_wiped_when_dropped() {
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Aes128>();
        #[cfg(target_arch = "x86_64")]
        wiped::<Rounds>();
    }
}
