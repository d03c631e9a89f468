//! Codes, several at once, by the kind that the first one seems to be.
//!
//! The short way takes what nearly all texts are: of the right length, in ASCII, without white space.
//! What does not pass may still be a code, and is read alone, by [`super::decode`].

use super::lanes::{self, FOUR};
use super::{card, certificate, permit};
use crate::probe::Machine;
use crate::verdict::{CodeFault, Kind};

/// How many texts go together, at most.
pub(crate) const TOGETHER: usize = 64;

/// A place of 16 bytes for each text.
pub(crate) type Places = [[u8; 16]; TOGETHER];

/// What texts are that go together.
pub(crate) struct Together {
    /// Their canonical bytes.
    pub(crate) places: Places,
    /// The kind, where all are of one.
    pub(crate) kind: Option<Kind>,
    /// The kind of each, where they are not all of one; of a malformed one it means nothing.
    pub(crate) kinds: [Kind; TOGETHER],
    /// A bit for each that is malformed.
    pub(crate) malformed: u64,
    /// And why it is.
    pub(crate) reasons: [CodeFault; TOGETHER],
}

/// Reads texts, as many as go together at most; each as [`super::decode`] would have it. What stands in
/// the place of a malformed one means nothing.
#[inline(always)]
pub(crate) fn read<M: Machine, C: AsRef<[u8]>>(texts: &[C], hosts: &[String], read: &mut Together) {
    let first = texts.first().map_or(&[][..], AsRef::as_ref);
    let places = &mut read.places;
    let (kind, sound) = match first.len() {
        permit::LENGTH => {
            let sound = short(texts, places, <[u8]>::as_array, lanes::permits::<M>, lanes::permit);
            (Kind::Permit, sound)
        }
        card::LENGTH => {
            let sound = short(texts, places, <[u8]>::as_array, lanes::cards::<M>, lanes::card);
            (Kind::Card, sound)
        }
        _ => {
            let plain = |text| certificate::plain_token(text, hosts).and_then(<[u8]>::as_array);
            let sound = short(texts, places, plain, lanes::tokens::<M>, lanes::token);
            (Kind::Certificate, sound)
        }
    };
    read.kind = Some(kind);
    read.malformed = 0;
    let others = !sound & (u64::MAX >> (TOGETHER - texts.len().clamp(1, TOGETHER)));
    if others != 0 {
        read.read_others(texts, hosts, kind, others);
    }
}

impl Together {
    pub(crate) fn new() -> Self {
        Together {
            places: [[0; 16]; TOGETHER],
            kind: None,
            kinds: [Kind::Permit; TOGETHER],
            malformed: 0,
            reasons: [CodeFault::Empty; TOGETHER],
        }
    }

    /// Reads those alone that the short way did not take.
    #[inline(never)]
    fn read_others<C: AsRef<[u8]>>(
        &mut self,
        texts: &[C],
        hosts: &[String],
        kind: Kind,
        mut others: u64,
    ) {
        self.kinds = [kind; TOGETHER];
        while others != 0 {
            let lane = others.trailing_zeros() as usize;
            others &= others - 1;
            let Some(text) = texts.get(lane) else { return };
            match super::decode(text.as_ref(), hosts) {
                Ok(code) => {
                    self.places[lane] = code.bytes;
                    self.kinds[lane] = code.kind;
                    self.kind = self.kind.filter(|kind| *kind == code.kind);
                }
                Err(reason) => {
                    self.malformed |= 1 << lane;
                    self.reasons[lane] = reason;
                }
            }
        }
    }
}

/// Reads the texts of which `cut` gives the symbols; a bit for each that is a code.
#[inline(always)]
fn short<'t, C: AsRef<[u8]>, const LENGTH: usize>(
    texts: &'t [C],
    places: &mut Places,
    cut: impl Fn(&'t [u8]) -> Option<&'t [u8; LENGTH]>,
    four: impl Fn([&[u8; LENGTH]; FOUR]) -> ([[u8; 16]; FOUR], u32),
    one: impl Fn(&[u8; LENGTH]) -> ([u8; 16], bool),
) -> u64 {
    let each = |texts: &'t [C], places: &mut [[u8; 16]]| {
        let mut sound = 0;
        for (lane, (text, place)) in texts.iter().zip(places).enumerate() {
            if let Some(text) = cut(text.as_ref()) {
                let is_code;
                (*place, is_code) = one(text);
                sound |= u64::from(is_code) << lane;
            }
        }
        sound
    };
    let (fours, rest) = texts.as_chunks::<FOUR>();
    let mut sound = 0;
    for (number, (texts, places)) in fours.iter().zip(places.as_chunks_mut().0).enumerate() {
        let [first, second, third, fourth] = texts;
        let cut = |text: &'t C| cut(text.as_ref());
        let of_four = match (cut(first), cut(second), cut(third), cut(fourth)) {
            (Some(first), Some(second), Some(third), Some(fourth)) => {
                let sound;
                (*places, sound) = four([first, second, third, fourth]);
                u64::from(sound)
            }
            _ => each(texts, places),
        };
        sound |= of_four << (FOUR * number);
    }
    if !rest.is_empty() {
        let from = FOUR * fours.len();
        sound |= each(rest, &mut places[from..]) << from;
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{decode, decode_fully};
    use crate::probe::{Vectored, Width};

    const HOST: &str = "immune.mos.ru";

    /// Texts to be read together.
    struct Reading<'t>(&'t [Vec<u8>], &'t [String], &'t mut Together);

    impl Vectored for Reading<'_> {
        type Output = ();

        fn run<M: Machine>(self) {
            read::<M, _>(self.0, self.1, self.2);
        }
    }

    /// Reads the texts together by every width, alone by the short cut, and alone in full; how many were
    /// codes.
    fn compare(texts: &[Vec<u8>]) -> usize {
        let counts = Width::all().into_iter().map(|width| compare_by(texts, |all| width.run(all)));
        counts
            .reduce(|one, other| if one == other { one } else { panic!("{one} {other}") })
            .unwrap()
    }

    fn compare_by(texts: &[Vec<u8>], run: impl Fn(Reading<'_>)) -> usize {
        let hosts = [HOST.to_owned()];
        let mut codes = 0;
        let mut read = Together::new();
        for group in texts.chunks(TOGETHER) {
            run(Reading(group, &hosts, &mut read));
            let kind = |lane: usize| read.kind.unwrap_or(read.kinds[lane]);
            let mut kinds = Vec::new();
            for (lane, text) in group.iter().enumerate() {
                let alone = decode_fully(text, &hosts);
                assert_eq!(decode(text, &hosts), alone, "{text:?}");
                match alone {
                    Ok(code) => {
                        assert_eq!(read.malformed >> lane & 1, 0, "{text:?}");
                        assert_eq!((kind(lane), read.places[lane]), (code.kind, code.bytes));
                        kinds.push(code.kind);
                    }
                    Err(reason) => {
                        assert_eq!(read.malformed >> lane & 1, 1, "{text:?}");
                        assert_eq!(read.reasons[lane], reason, "{text:?}");
                    }
                }
            }
            assert!(kinds.iter().all(|kind| read.kind.is_none_or(|all| all == *kind)));
            codes += kinds.len();
        }
        codes
    }

    /// Every byte at every place of every kind, and every date, against the decoder of one text.
    #[test]
    fn texts_together_are_texts_one_by_one() {
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let url = format!("https://{HOST}/qr?id=7ZV8QK3M0A5XJW2P4T6H9CRBND");
        let shapes = ["3012AZaz09QXkm5Z", "7ZV8QK3M0A5XJW2P4T6H9CRBND", "ab7654321", &url];
        for shape in shapes {
            for place in 0..shape.len() {
                for byte in 0..=u8::MAX {
                    let mut text = shape.as_bytes().to_vec();
                    text[place] = byte;
                    texts.push(text);
                }
            }
        }
        for number in 0..10_000 {
            texts.push(format!("{number:04}ABCDEFGH1234").into_bytes());
        }
        let codes = compare(&texts);
        assert!(codes > 3_000 && codes < texts.len() - 10_000, "{codes}");
        // Kinds that follow each other, in groups that are not full.
        let mixed: Vec<Vec<u8>> =
            (0..30_007).map(|n| texts[n * 7919 % texts.len()].clone()).collect();
        assert!(compare(&mixed) > 1_000);
        mixed.chunks(37).for_each(|few| {
            compare(few);
        });
    }
}
