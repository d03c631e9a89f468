//! By vectors of 16 bytes, which every x86-64 processor has.

use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_and_si128, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_cmpgt_epi8,
    _mm_cmplt_epi8, _mm_cvtsi128_si32, _mm_cvtsi128_si64, _mm_movemask_epi8, _mm_or_si128,
    _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_slli_epi16, _mm_slli_epi32, _mm_slli_epi64,
    _mm_srli_epi16, _mm_srli_epi32, _mm_srli_epi64, _mm_sub_epi8, _mm_unpackhi_epi64,
};

use zerocopy::transmute;

use super::{FIRST, padded};
use crate::code::{card, certificate, permit};

/// Letters raised; and all bits of a byte set where it is a digit, and where it is a letter.
struct Folded {
    capitals: __m128i,
    digits: __m128i,
    letters: __m128i,
}

/// All bits of a byte set where it is one of `count` values from `first` on.
#[inline]
#[target_feature(enable = "sse2")]
fn within(bytes: __m128i, first: u8, count: i8) -> __m128i {
    // Comparisons are of signed bytes: the values are moved to the lowest ones.
    let moved = _mm_add_epi8(bytes, _mm_set1_epi8(i8::MIN.wrapping_sub(first.cast_signed())));
    _mm_cmplt_epi8(moved, _mm_set1_epi8(i8::MIN + count))
}

#[inline]
#[target_feature(enable = "sse2")]
fn fold(bytes: __m128i) -> Folded {
    let small = _mm_and_si128(within(bytes, b'a', 26), _mm_set1_epi8(0x20));
    let capitals = _mm_sub_epi8(bytes, small);
    Folded { capitals, digits: within(capitals, b'0', 10), letters: within(capitals, b'A', 26) }
}

/// Whether all bits of all bytes are set.
#[inline]
#[target_feature(enable = "sse2")]
fn all(bytes: __m128i) -> bool {
    _mm_movemask_epi8(bytes) == 0xffff
}

/// A permit of 16 symbols.
#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn permit(text: &[u8; permit::LENGTH]) -> ([u8; 16], bool) {
    let folded = fold(transmute!(*text));
    let date = _mm_cvtsi128_si32(folded.capitals).cast_unsigned();
    let right = all(_mm_or_si128(folded.digits, folded.letters)) & permit::is_date(date);
    (transmute!(folded.capitals), right)
}

/// A card of 9 symbols.
#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn card(text: &[u8; card::LENGTH]) -> ([u8; 16], bool) {
    const LETTERS: [u8; 16] = places(0, card::SERIES);
    const DIGITS: [u8; 16] = places(card::SERIES, card::LENGTH);
    let mut whole = [0; 16];
    whole[..card::LENGTH].copy_from_slice(text);
    let folded = fold(transmute!(whole));
    let letters = _mm_andnot_si128(folded.letters, transmute!(LETTERS));
    let digits = _mm_andnot_si128(folded.digits, transmute!(DIGITS));
    let right = _mm_movemask_epi8(_mm_or_si128(letters, digits)) == 0;
    (transmute!(folded.capitals), right)
}

/// All bits of the bytes in a range of places.
const fn places(from: usize, to: usize) -> [u8; 16] {
    let mut places = [0; 16];
    let mut place = from;
    while place < to {
        places[place] = 0xff;
        place += 1;
    }
    places
}

/// A token of 26 symbols.
#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn token(text: &[u8; certificate::LENGTH]) -> ([u8; 16], bool) {
    let halves: [[u8; 16]; 2] = transmute!(padded(text));
    let [(high, high_right), (low, low_right)] = halves.map(|half| values(transmute!(half)));
    let first: [u8; 16] = transmute!(high);
    let right =
        all(_mm_and_si128(high_right, low_right)) & (first[FIRST] <= certificate::FIRST_MOST);
    let (high, low) = (forties(high), forties(low));
    // The upper 30 of 160 bits are the padding's.
    let bits = u128::from(high[0]) << 120
        | u128::from(high[1]) << 80
        | u128::from(low[0]) << 40
        | u128::from(low[1]);
    (bits.to_be_bytes(), right)
}

/// The values of Crockford's symbols; and all bits of a byte set where it is one.
#[inline]
#[target_feature(enable = "sse2")]
fn values(symbols: __m128i) -> (__m128i, __m128i) {
    let Folded { capitals, digits, letters } = fold(symbols);
    let splat = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    let is = |letter: u8| _mm_cmpeq_epi8(capitals, splat(letter));
    // A letter's value is its place, less the letters before it that the alphabet leaves out: each
    // comparison that holds takes one away.
    let after = |letter: u8| _mm_cmpgt_epi8(capitals, splat(letter));
    let mut of_letter = _mm_sub_epi8(capitals, splat(b'A' - 10));
    for left_out in [b'I', b'L', b'O', b'U'] {
        of_letter = _mm_add_epi8(of_letter, after(left_out));
    }
    let one = _mm_or_si128(is(b'I'), is(b'L'));
    let read_as_digit = _mm_or_si128(one, is(b'O'));
    of_letter = _mm_andnot_si128(read_as_digit, of_letter);
    of_letter = _mm_or_si128(of_letter, _mm_and_si128(one, splat(1)));
    let of_digit = _mm_sub_epi8(capitals, splat(b'0'));
    let values = _mm_or_si128(_mm_and_si128(letters, of_letter), _mm_and_si128(digits, of_digit));
    (values, _mm_andnot_si128(is(b'U'), _mm_or_si128(letters, digits)))
}

/// Sixteen values of 5 bits as two of 40: neighbours are joined to 10, to 20, to 40.
#[inline]
#[target_feature(enable = "sse2")]
fn forties(values: __m128i) -> [u64; 2] {
    let low_byte = _mm_and_si128(values, _mm_set1_epi16(0xff));
    let tens = _mm_or_si128(_mm_slli_epi16::<5>(low_byte), _mm_srli_epi16::<8>(values));
    let low_half = _mm_and_si128(tens, _mm_set1_epi32(0xffff));
    let twenties = _mm_or_si128(_mm_slli_epi32::<10>(low_half), _mm_srli_epi32::<16>(tens));
    let low_word = _mm_srli_epi64::<32>(_mm_slli_epi64::<32>(twenties));
    let forties = _mm_or_si128(_mm_slli_epi64::<20>(low_word), _mm_srli_epi64::<32>(twenties));
    let half = |half: __m128i| _mm_cvtsi128_si64(half).cast_unsigned();
    [half(forties), half(_mm_unpackhi_epi64(forties, forties))]
}
