//! Codes, several at once, by the kind that the first one seems to be.
//!
//! The short way takes what nearly all texts are: of the right length, in ASCII, without white space.
//! What does not pass may still be a code, and is read alone, by [`super::decode`].

use super::{card, certificate, lanes, permit};
use crate::verdict::{CodeFault, Kind};

/// How many texts go together.
pub(crate) const GROUP: usize = 8;

/// Canonical bytes of a group's codes, a place for each.
pub(crate) type Places = [[u8; 16]; GROUP];

/// What a group of texts is.
pub(crate) struct Together {
    /// The kind, where all are of one.
    pub(crate) kind: Option<Kind>,
    /// The kind of each; of a malformed one it means nothing.
    pub(crate) kinds: [Kind; GROUP],
    /// A bit for each that is malformed.
    pub(crate) malformed: u32,
    /// And why it is.
    pub(crate) reasons: [CodeFault; GROUP],
}

/// Reads up to a group of texts into `places`; each as [`super::decode`] would have it. What stands in
/// the place of a malformed one means nothing.
#[inline(always)]
pub(crate) fn read<C: AsRef<[u8]>>(texts: &[C], hosts: &[String], places: &mut Places) -> Together {
    let first = texts.first().map_or(&[][..], AsRef::as_ref);
    let (kind, sound) = match first.len() {
        permit::LENGTH => (Kind::Permit, each(texts, places, <[u8]>::as_array, lanes::permit)),
        card::LENGTH => (Kind::Card, each(texts, places, <[u8]>::as_array, lanes::card)),
        _ => {
            let plain = |text| certificate::plain_token(text, hosts).and_then(<[u8]>::as_array);
            (Kind::Certificate, each(texts, places, plain, lanes::token))
        }
    };
    let mut read = Together {
        kind: Some(kind),
        kinds: [kind; GROUP],
        malformed: 0,
        reasons: [CodeFault::Empty; GROUP],
    };
    let mut others = !sound & ((1 << texts.len()) - 1);
    while others != 0 {
        let lane = others.trailing_zeros() as usize;
        read.read_alone(lane, texts[lane].as_ref(), hosts, &mut places[lane]);
        others &= others - 1;
    }
    read
}

impl Together {
    #[inline(never)]
    fn read_alone(&mut self, lane: usize, text: &[u8], hosts: &[String], place: &mut [u8; 16]) {
        match super::decode(text, hosts) {
            Ok(code) => {
                *place = code.bytes;
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

/// Reads the texts that have the length; a bit for each that is a code.
#[inline(always)]
fn each<'t, C: AsRef<[u8]>, const LENGTH: usize>(
    texts: &'t [C],
    places: &mut Places,
    cut: impl Fn(&'t [u8]) -> Option<&'t [u8; LENGTH]>,
    read: impl Fn(&[u8; LENGTH]) -> ([u8; 16], bool),
) -> u32 {
    let mut sound = 0;
    for (lane, (text, place)) in texts.iter().zip(places).enumerate() {
        if let Some(text) = cut(text.as_ref()) {
            let is_code;
            (*place, is_code) = read(text);
            sound |= u32::from(is_code) << lane;
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{decode, decode_fully};

    const HOST: &str = "immune.mos.ru";

    /// Reads the texts in groups, alone by the short cut, and alone in full; how many were codes.
    fn compare(texts: &[Vec<u8>]) -> usize {
        let hosts = [HOST.to_owned()];
        let mut codes = 0;
        for group in texts.chunks(GROUP) {
            let mut places = Places::default();
            let read = read(group, &hosts, &mut places);
            let mut kinds = Vec::new();
            for (lane, text) in group.iter().enumerate() {
                let alone = decode_fully(text, &hosts);
                assert_eq!(decode(text, &hosts), alone, "{text:?}");
                match alone {
                    Ok(code) => {
                        assert_eq!(read.malformed >> lane & 1, 0, "{text:?}");
                        assert_eq!((read.kinds[lane], places[lane]), (code.kind, code.bytes));
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
        mixed.chunks(5).for_each(|few| {
            compare(few);
        });
    }
}
