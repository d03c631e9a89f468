//! Plain codes of one kind, a whole text at a time: by vectors where the target always has them,
//! else by loops. Each function gives canonical bytes and whether the text is such a code; where it
//! is not, the bytes mean nothing.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod sse2;

use super::{card, certificate, permit};
use crate::probe::Machine;

/// How many codes a vector of 64 bytes holds.
pub(super) const FOUR: usize = 4;

/// The same of four codes at once, with a bit for each that is one.
type Four = ([[u8; 16]; FOUR], u32);

/// Calls the vectors where the target always has them, and for four those that the machine has.
macro_rules! lanes {
    ($($(#[$doc:meta])* $name:ident, $four:ident($length:expr),)+) => {
        $($(#[$doc])*
        #[inline(always)]
        pub(super) fn $name(text: &[u8; $length]) -> ([u8; 16], bool) {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: every x86-64 processor has SSE2, which is all that the function needs.
            unsafe {
                sse2::$name(text)
            }
            #[cfg(not(target_arch = "x86_64"))]
            portable::$name(text)
        }

        /// Four at once.
        #[inline(always)]
        pub(super) fn $four<M: Machine>(texts: [&[u8; $length]; FOUR]) -> Four {
            #[cfg(target_arch = "x86_64")]
            if M::HAS_AVX512 {
                // SAFETY: the machine has it.
                return unsafe { avx512::$four(texts) };
            }
            one_by_one(texts, $name)
        })+
    };
}

lanes! {
    /// A permit of 16 symbols.
    permit, permits(permit::LENGTH),
    /// A card of 9 symbols.
    card, cards(card::LENGTH),
    /// A token of 26 symbols.
    token, tokens(certificate::LENGTH),
}

#[inline(always)]
fn one_by_one<const LENGTH: usize>(
    texts: [&[u8; LENGTH]; FOUR],
    one: impl Fn(&[u8; LENGTH]) -> ([u8; 16], bool),
) -> Four {
    let mut sound = 0;
    let mut lane = 0;
    let places = texts.map(|text| {
        let (place, is_code) = one(text);
        sound |= u32::from(is_code) << lane;
        lane += 1;
        place
    });
    (places, sound)
}

/// Symbols of a token, with zeros in front to make them 32.
fn padded(text: &[u8; certificate::LENGTH]) -> [u8; 32] {
    let mut padded = [b'0'; 32];
    padded[32 - certificate::LENGTH..].copy_from_slice(text);
    padded
}

/// The first of a token's symbols among the padded ones.
const FIRST: usize = 32 - certificate::LENGTH;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place, by vectors and by loops.
    #[test]
    fn vectors_are_loops() {
        fn compare<const LENGTH: usize>(
            text: [u8; LENGTH],
            vectors: impl Fn(&[u8; LENGTH]) -> ([u8; 16], bool),
            loops: impl Fn(&[u8; LENGTH]) -> ([u8; 16], bool),
        ) -> usize {
            let mut sound = 0;
            for place in 0..LENGTH {
                for byte in 0..=u8::MAX {
                    let mut text = text;
                    text[place] = byte;
                    let (by_vectors, by_loops) = (vectors(&text), loops(&text));
                    assert_eq!(by_vectors.1, by_loops.1, "{text:?}");
                    assert!(!by_vectors.1 || by_vectors.0 == by_loops.0, "{text:?}");
                    sound += usize::from(by_vectors.1);
                }
            }
            sound
        }
        assert!(compare(*b"3012AZaz09QXkm5Z", permit, portable::permit) > 500);
        assert!(compare(*b"aB7654321", card, portable::card) > 100);
        assert!(compare(*b"7ZV8QK3M0A5XJW2P4T6H9CRBND", token, portable::token) > 1000);
    }
}
