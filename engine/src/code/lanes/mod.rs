//! Plain codes of one kind, a whole text at a time: by vectors where the target always has them,
//! else by loops. Each function gives canonical bytes and whether the text is such a code; where it
//! is not, the bytes mean nothing.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
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
            #[cfg(target_arch = "x86_64")]
            if M::HAS_AVX2 {
                // SAFETY: as above.
                return unsafe { avx2::$four(texts) };
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
    use crate::probe::{Vectored, Width};

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

    /// Four of each kind.
    struct Fours<'t> {
        permits: [&'t [u8; permit::LENGTH]; FOUR],
        cards: [&'t [u8; card::LENGTH]; FOUR],
        tokens: [&'t [u8; certificate::LENGTH]; FOUR],
    }

    impl Vectored for Fours<'_> {
        type Output = [Four; 3];

        fn run<M: Machine>(self) -> [Four; 3] {
            [permits::<M>(self.permits), cards::<M>(self.cards), tokens::<M>(self.tokens)]
        }
    }

    /// Every byte at every place, and every date, in each of four texts, by every width. A text that is
    /// refused here is read again elsewhere, so that nothing else tells of one that should not have been.
    #[test]
    fn four_at_once_are_loops() {
        fn compare<const LENGTH: usize>(
            (places, sound): Four,
            texts: [&[u8; LENGTH]; FOUR],
            loops: impl Fn(&[u8; LENGTH]) -> ([u8; 16], bool),
        ) {
            for (lane, text) in texts.into_iter().enumerate() {
                let (place, is_code) = loops(text);
                assert_eq!(sound >> lane & 1 != 0, is_code, "{text:?}");
                assert!(!is_code || places[lane] == place, "{text:?}");
            }
        }
        let compare_all = |permit: &[u8; 16], card: &[u8; 9], token: &[u8; 26]| {
            for (lane, width) in
                (0..FOUR).flat_map(|lane| Width::all().into_iter().map(move |width| (lane, width)))
            {
                let mut permits = [b"2902AZaz09QXkm5Z"; FOUR];
                let mut cards = [b"aB7654321"; FOUR];
                let mut tokens = [b"7ZV8QK3M0A5XJW2P4T6H9CRBND"; FOUR];
                (permits[lane], cards[lane], tokens[lane]) = (permit, card, token);
                let [of_permits, of_cards, of_tokens] = width.run(Fours { permits, cards, tokens });
                compare(of_permits, permits, portable::permit);
                compare(of_cards, cards, portable::card);
                compare(of_tokens, tokens, portable::token);
            }
        };
        let (permit, card, token) =
            (b"3012AZaz09QXkm5Z", b"Zy1234567", b"5abcdefghjkmnpqrstvwxyzilo");
        for place in 0..certificate::LENGTH {
            for byte in 0..=u8::MAX {
                let (mut permit, mut card, mut token) = (*permit, *card, *token);
                permit[place % permit::LENGTH] = byte;
                card[place % card::LENGTH] = byte;
                token[place] = byte;
                compare_all(&permit, &card, &token);
            }
        }
        for date in 0..10_000 {
            let mut permit = *permit;
            permit[..4].copy_from_slice(format!("{date:04}").as_bytes());
            compare_all(&permit, card, token);
        }
    }
}
