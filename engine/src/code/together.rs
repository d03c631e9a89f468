//! Permits, several at once: loops over plain arrays, which the compiler turns into vectors.

use super::permit::{self, LENGTH};

/// How many texts go together.
pub(crate) const GROUP: usize = 8;

/// Texts of 16 bytes, folded; and for each whether it is a permit as [`super::decode`] would have it.
/// Where it is not, the bytes mean nothing: the text may still be another code.
#[inline]
pub(crate) fn permits(texts: &[[u8; LENGTH]; GROUP]) -> ([[u8; LENGTH]; GROUP], [bool; GROUP]) {
    let mut folded = [[0; LENGTH]; GROUP];
    let mut sound = [false; GROUP];
    for ((text, folded), sound) in texts.iter().zip(&mut folded).zip(&mut sound) {
        let mut alphanumeric = 0xffu8;
        for (byte, folded) in text.iter().zip(folded.iter_mut()) {
            let small = u8::from(byte.wrapping_sub(b'a') < 26) << 5;
            let capital = byte - small;
            let digit = capital.wrapping_sub(b'0') < 10;
            let letter = capital.wrapping_sub(b'A') < 26;
            alphanumeric &= if digit | letter { 0xff } else { 0 };
            *folded = capital;
        }
        *sound = (alphanumeric != 0) & permit::has_date(folded);
    }
    (folded, sound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Kind;

    /// Every byte at every place, and every date, against the decoder of one text.
    #[test]
    fn texts_together_are_texts_one_by_one() {
        let mut texts: Vec<[u8; LENGTH]> = Vec::new();
        for place in 0..LENGTH {
            for byte in 0..=u8::MAX {
                let mut text = *b"3012AZaz09QXkm5Z";
                text[place] = byte;
                texts.push(text);
            }
        }
        for number in 0..10_000 {
            let mut text = *b"....ABCDEFGH1234";
            text[..4].copy_from_slice(format!("{number:04}").as_bytes());
            texts.push(text);
        }
        let (mut sound_ones, mut next) = (0, texts.chunks_exact(GROUP));
        for group in &mut next {
            let (folded, sound) = permits(group.try_into().unwrap());
            for ((text, folded), sound) in group.iter().zip(folded).zip(sound) {
                let one = crate::code::decode(text, &[]).ok();
                let one = one.filter(|code| code.kind == Kind::Permit && text.is_ascii());
                assert_eq!(one.map(|code| code.bytes), sound.then_some(folded), "{text:?}");
                sound_ones += usize::from(sound);
            }
        }
        assert!(next.remainder().is_empty() && sound_ones > 366);
    }
}
