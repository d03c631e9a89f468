//! By vectors of 32 bytes: two codes in each, four at a time.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi64_si128, _mm_insert_epi8, _mm_loadu_si128, _mm256_add_epi8,
    _mm256_add_epi16, _mm256_and_si256, _mm256_andnot_si256, _mm256_blendv_epi8,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_cmpeq_epi32, _mm256_madd_epi16,
    _mm256_maddubs_epi16, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set_m128i,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_slli_epi64, _mm256_srli_epi16,
    _mm256_srli_epi32, _mm256_srli_epi64, _mm256_sub_epi8, _mm256_subs_epu16,
    _mm256_unpacklo_epi32,
};

use zerocopy::transmute;

use super::{FOUR, Four};
use crate::code::{card, certificate, permit};

/// What a shuffle looks up by the lower half of a byte; nothing where the highest bit is set.
type Table = [u8; 16];

/// Sorts of symbols, a bit each.
const DIGIT: u8 = 1;
/// A to O, and P to Z.
const EARLY: u8 = 1 << 1;
const LATE: u8 = 1 << 2;
/// Those of P to Z that mean something in a token.
const LATE_IN_TOKEN: u8 = 1 << 3;
/// Digits and letters with which a token may begin.
const FIRST_DIGIT: u8 = 1 << 4;
const FIRST_EARLY: u8 = 1 << 5;
/// What stands behind a card.
const NOTHING: u8 = 1 << 6;

const LETTER: u8 = EARLY | LATE;
const IN_TOKEN: u8 = DIGIT | EARLY | LATE_IN_TOKEN;
const FIRST_IN_TOKEN: u8 = FIRST_DIGIT | FIRST_EARLY;

/// The sorts by the upper half of an ASCII character, and by its lower half: it is of those that both
/// halves have.
const UPPER: Table = {
    let mut sorts = [0; 16];
    sorts[0] = NOTHING;
    sorts[3] = DIGIT | FIRST_DIGIT;
    // Capitals, then small letters.
    sorts[4] = EARLY | FIRST_EARLY;
    sorts[5] = LATE | LATE_IN_TOKEN;
    sorts[6] = sorts[4];
    sorts[7] = sorts[5];
    sorts
};
const LOWER: Table = {
    const fn only(sort: u8, is_there: bool) -> u8 {
        if is_there { sort } else { 0 }
    }
    let mut sorts = [0; 16];
    let mut half = 0;
    while half < 16 {
        let (digit, early, late) = (b'0' + half, b'@' + half, b'P' + half);
        sorts[half as usize] = only(NOTHING, half == 0)
            | only(DIGIT, digit.is_ascii_digit())
            | only(EARLY, early.is_ascii_uppercase())
            | only(LATE, late.is_ascii_uppercase())
            | only(LATE_IN_TOKEN, value(late) < 32)
            | only(FIRST_DIGIT, value(digit) <= certificate::FIRST_MOST)
            | only(FIRST_EARLY, value(early) <= certificate::FIRST_MOST);
        half += 1;
    }
    sorts
};

/// By the upper half of a character, the bits that are left of it in a capital.
const CAPITALS: Table = {
    let mut bits = [0xff; 16];
    bits[6] = 0xdf;
    bits[7] = 0xdf;
    bits
};

/// What A to O and P to Z mean in a token, by their lower halves.
const EARLY_VALUES: Table = values_from(b'@');
const LATE_VALUES: Table = values_from(b'P');

const fn values_from(first: u8) -> Table {
    let mut values = [0; 16];
    let mut half = 0;
    while half < 16 {
        values[half as usize] = value(first + half);
        half += 1;
    }
    values
}

const fn value(symbol: u8) -> u8 {
    certificate::VALUES[symbol as usize]
}

/// Four permits folded; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn permits(texts: [&[u8; permit::LENGTH]; FOUR]) -> Four {
    const SORTS: [u8; 16] = {
        let mut sorts = [DIGIT | LETTER; 16];
        [sorts[0], sorts[1], sorts[2], sorts[3]] = [DIGIT; 4];
        sorts
    };
    const DATE: [u8; 16] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let [first, second, third, fourth] = texts;
    let (front, front_sorts) = fold(both(transmute!(*first), transmute!(*second)), SORTS);
    let (back, back_sorts) = fold(both(transmute!(*third), transmute!(*fourth)), SORTS);
    let no_dates = no_dates(_mm256_unpacklo_epi32(front, back));
    // The first symbols of a permit without a date are of no sort.
    let no_front = _mm256_and_si256(no_dates, table(DATE));
    let no_back = _mm256_and_si256(_mm256_srli_epi64::<32>(no_dates), table(DATE));
    let sorts =
        [_mm256_andnot_si256(no_front, front_sorts), _mm256_andnot_si256(no_back, back_sorts)];
    (transmute!([front, back]), sound(sorts))
}

/// All bits set of each four digits that are no day and month.
#[inline]
#[target_feature(enable = "avx2")]
fn no_dates(digits: __m256i) -> __m256i {
    /// The last day of each month.
    const LAST_DAYS: Table = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    let values = _mm256_and_si256(digits, _mm256_set1_epi8(0xf));
    // Two digits are joined to a number.
    let numbers = _mm256_maddubs_epi16(values, _mm256_set1_epi16(0x010a));
    // Numbers from 16 on get the high bit, which keeps them out of the table.
    let months = _mm256_add_epi8(numbers, _mm256_set1_epi8(0x70));
    let last_days = _mm256_shuffle_epi8(table(LAST_DAYS), months);
    // What belongs to a month is put beside its day.
    let last_days = _mm256_srli_epi32::<16>(last_days);
    let days_before = _mm256_add_epi16(numbers, _mm256_set1_epi16(-1));
    let days_left = _mm256_subs_epu16(last_days, days_before);
    _mm256_cmpeq_epi32(days_left, _mm256_setzero_si256())
}

/// Four cards folded; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn cards(texts: [&[u8; card::LENGTH]; FOUR]) -> Four {
    const SORTS: [u8; 16] = {
        let mut sorts = [NOTHING; 16];
        let mut place = 0;
        while place < card::LENGTH {
            sorts[place] = if place < card::SERIES { LETTER } else { DIGIT };
            place += 1;
        }
        sorts
    };
    let [first, second, third, fourth] = texts;
    let (front, front_sorts) = fold(both(load_card(first), load_card(second)), SORTS);
    let (back, back_sorts) = fold(both(load_card(third), load_card(fourth)), SORTS);
    (transmute!([front, back]), sound([front_sorts, back_sorts]))
}

/// The symbols of one card, and nothing behind.
#[inline]
#[target_feature(enable = "avx2")]
fn load_card(text: &[u8; card::LENGTH]) -> __m128i {
    let [eight @ .., last] = *text;
    let eight = _mm_cvtsi64_si128(i64::from_le_bytes(eight));
    _mm_insert_epi8::<8>(eight, last.into())
}

/// Four tokens; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn tokens(texts: [&[u8; certificate::LENGTH]; FOUR]) -> Four {
    let [first, second, third, fourth] = texts;
    let (front, front_sorts) = two_tokens(first, second);
    let (back, back_sorts) = two_tokens(third, fourth);
    (transmute!([front, back]), sound([front_sorts, back_sorts]))
}

/// Two tokens, and the sorts of their symbols.
#[inline]
#[target_feature(enable = "avx2")]
fn two_tokens(
    first: &[u8; certificate::LENGTH],
    second: &[u8; certificate::LENGTH],
) -> (__m256i, __m256i) {
    /// Where the last 16 symbols begin.
    const TAIL: usize = certificate::LENGTH - 16;
    const HEAD_SORTS: [u8; 16] = {
        let mut sorts = [IN_TOKEN; 16];
        sorts[0] = FIRST_IN_TOKEN;
        sorts
    };
    /// The symbols in front of the last 16, moved to the end.
    const HEAD: Table = {
        let mut places = [0x80; 16];
        let mut place = 0;
        while place < TAIL {
            places[16 - TAIL + place] = place as u8;
            place += 1;
        }
        places
    };
    /// The bytes of each half: of the two symbols in front one, of eight more five each;
    /// little-endian words turned round.
    const HEAD_BYTES: Table =
        [0, 12, 11, 10, 9, 8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];
    const TAIL_BYTES: Table = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 4, 3, 2, 1, 0, 12, 11, 10, 9, 8];
    let heads = both(load::<0>(first), load::<0>(second));
    let tails = both(load::<TAIL>(first), load::<TAIL>(second));
    let sorts = _mm256_min_epu8(
        sorts(heads, upper_halves(heads), HEAD_SORTS),
        sorts(tails, upper_halves(tails), [IN_TOKEN; 16]),
    );
    let heads = forties(_mm256_shuffle_epi8(values(heads), table(HEAD)));
    let tails = forties(values(tails));
    let heads = _mm256_shuffle_epi8(heads, table(HEAD_BYTES));
    let tails = _mm256_shuffle_epi8(tails, table(TAIL_BYTES));
    (_mm256_or_si256(heads, tails), sorts)
}

/// Sixteen symbols of a token, from one on.
#[inline]
#[target_feature(enable = "avx2")]
fn load<const FROM: usize>(text: &[u8; certificate::LENGTH]) -> __m128i {
    const { assert!(FROM + 16 <= certificate::LENGTH) };
    // SAFETY: sixteen bytes from there on are the text's, as was just asserted.
    unsafe { _mm_loadu_si128(text.as_ptr().add(FROM).cast()) }
}

/// The values of Crockford's symbols.
#[inline]
#[target_feature(enable = "avx2")]
fn values(symbols: __m256i) -> __m256i {
    let early = _mm256_shuffle_epi8(table(EARLY_VALUES), symbols);
    let late = _mm256_shuffle_epi8(table(LATE_VALUES), symbols);
    // The lowest bit of the upper half, made the highest one, says which.
    let letters = _mm256_blendv_epi8(early, late, _mm256_slli_epi16::<3>(symbols));
    // A digit is less than the late letter of the same lower half; of letters, this is more than they
    // mean.
    let digits = _mm256_sub_epi8(symbols, _mm256_set1_epi8(b'0'.cast_signed()));
    _mm256_min_epu8(digits, letters)
}

/// Eight values of 5 bits each as 5 bytes in each word of 8: neighbours are joined to 10, to 20, to 40
/// bits.
#[inline]
#[target_feature(enable = "avx2")]
fn forties(values: __m256i) -> __m256i {
    let tens = _mm256_maddubs_epi16(values, _mm256_set1_epi16(0x0120));
    let twenties = _mm256_madd_epi16(tens, _mm256_set1_epi32(0x0001_0400));
    // The lower half of each word has the symbols in front.
    _mm256_or_si256(_mm256_slli_epi64::<20>(twenties), _mm256_srli_epi64::<32>(twenties))
}

/// Letters raised, and the sorts of those symbols that may stand where they do.
#[inline]
#[target_feature(enable = "avx2")]
fn fold(symbols: __m256i, allowed: [u8; 16]) -> (__m256i, __m256i) {
    let halves = upper_halves(symbols);
    let bits = _mm256_shuffle_epi8(table(CAPITALS), halves);
    (_mm256_and_si256(symbols, bits), sorts(symbols, halves, allowed))
}

#[inline]
#[target_feature(enable = "avx2")]
fn upper_halves(symbols: __m256i) -> __m256i {
    _mm256_and_si256(_mm256_srli_epi16::<4>(symbols), _mm256_set1_epi8(0xf))
}

/// The sorts of symbols, of those that are allowed at each place; zero where a symbol is of none.
#[inline]
#[target_feature(enable = "avx2")]
fn sorts(symbols: __m256i, upper_halves: __m256i, allowed: [u8; 16]) -> __m256i {
    let upper = _mm256_shuffle_epi8(table(UPPER), upper_halves);
    let lower = _mm256_shuffle_epi8(table(LOWER), symbols);
    _mm256_and_si256(_mm256_and_si256(upper, lower), table(allowed))
}

/// A bit for each of four codes whose symbols are all of some sort.
#[inline]
#[target_feature(enable = "avx2")]
fn sound(sorts: [__m256i; 2]) -> u32 {
    let [front, back] = sorts;
    // Nearly all are right.
    if wrong(_mm256_min_epu8(front, back)) == 0 {
        return 0b1111;
    }
    let wrong = u64::from(wrong(front)) | u64::from(wrong(back)) << 32;
    let mut sound = 0;
    for code in 0..FOUR {
        sound |= u32::from(wrong >> (16 * code) & 0xffff == 0) << code;
    }
    sound
}

/// A bit for each symbol that is of no sort.
#[inline]
#[target_feature(enable = "avx2")]
fn wrong(sorts: __m256i) -> u32 {
    let none = _mm256_cmpeq_epi8(sorts, _mm256_setzero_si256());
    _mm256_movemask_epi8(none).cast_unsigned()
}

/// Two vectors as one.
#[inline]
#[target_feature(enable = "avx2")]
fn both(first: __m128i, second: __m128i) -> __m256i {
    _mm256_set_m128i(second, first)
}

/// The same in both halves of a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn table(half: [u8; 16]) -> __m256i {
    _mm256_broadcastsi128_si256(transmute!(half))
}
