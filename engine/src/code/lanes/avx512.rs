//! By vectors of 64 bytes: four codes at a time.

use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_maskz_loadu_epi8, _mm256_maskz_loadu_epi8, _mm512_add_epi16,
    _mm512_castsi128_si512, _mm512_castsi256_si512, _mm512_cmpgt_epu8_mask, _mm512_inserti32x4,
    _mm512_inserti64x4, _mm512_madd_epi16, _mm512_maddubs_epi16, _mm512_mask_cmpgt_epi16_mask,
    _mm512_mask_cmpgt_epu8_mask, _mm512_mask_cmpgt_epu16_mask, _mm512_maskz_permutex2var_epi8,
    _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_set1_epi8,
    _mm512_set1_epi16, _mm512_set1_epi32, _mm512_shuffle_epi8, _mm512_slli_epi64,
    _mm512_srli_epi32, _mm512_srli_epi64, _mm512_sub_epi8, _mm512_testn_epi8_mask,
};

use zerocopy::transmute;

use super::{FIRST, FOUR, Four};
use crate::code::fold::ALPHANUMERIC;
use crate::code::{card, certificate, permit};

/// The first four symbols of each permit, which are digits.
const DIGITS: u64 = 0x000f_000f_000f_000f;
/// The words of each permit that are its day and its month.
const DAYS: u32 = 0x0101_0101;
const MONTHS: u32 = 0x0202_0202;
/// The last day of each month, counted from 0; then what no month has.
const LAST_DAYS: [u8; 16] = [30, 28, 30, 29, 30, 29, 30, 30, 29, 30, 29, 30, 0, 0, 0, 0];

/// The symbols of each card.
const CARDS: u64 = 0x01ff_01ff_01ff_01ff;
/// Those that are letters.
const SERIES: u64 = 0x0003_0003_0003_0003;

/// The symbols of each of two tokens, behind what is in front of them.
const TOKENS: u64 = (u32::MAX << FIRST) as u64 * 0x1_0000_0001;

/// What an ASCII character means in a permit or a card, as two vectors.
static MEANINGS: [[u8; 64]; 2] = halves(&ALPHANUMERIC);
/// The five bits that it means in a token; more where it means nothing.
static VALUES: [[u8; 64]; 2] = halves(&certificate::VALUES);

const fn halves(table: &[u8; 256]) -> [[u8; 64]; 2] {
    let mut halves = [[0; 64]; 2];
    let mut byte = 0;
    while byte < 128 {
        halves[byte / 64][byte % 64] = table[byte];
        byte += 1;
    }
    halves
}

/// Four permits folded; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn permits(texts: [&[u8; permit::LENGTH]; FOUR]) -> Four {
    let [first, second, third, fourth] = texts;
    let symbols =
        four(transmute!(*first), transmute!(*second), transmute!(*third), transmute!(*fourth));
    let folded = mean(symbols, &MEANINGS);
    let no_symbols = _mm512_testn_epi8_mask(folded, folded) | _mm512_movepi8_mask(symbols);
    let values = _mm512_sub_epi8(folded, _mm512_set1_epi8(b'0'.cast_signed()));
    let no_digits = _mm512_mask_cmpgt_epu8_mask(DIGITS, values, _mm512_set1_epi8(9));
    // Two digits are joined to a number.
    let numbers = _mm512_maddubs_epi16(values, _mm512_set1_epi16(0x010a));
    // One less; the high bit is that of no month, and it keeps the high bytes out of the table.
    let months = _mm512_add_epi16(numbers, _mm512_set1_epi16(0x7fff));
    let most = _mm512_set1_epi16(0x800bu16.cast_signed());
    let no_months = _mm512_mask_cmpgt_epi16_mask(MONTHS, months, most);
    let days = _mm512_add_epi16(numbers, _mm512_set1_epi16(-1));
    let last_days = [LAST_DAYS; 4];
    // What belongs to a month is put beside its day.
    let last = _mm512_srli_epi32::<16>(_mm512_shuffle_epi8(transmute!(last_days), months));
    let no_days = _mm512_mask_cmpgt_epu16_mask(DAYS, days, last);
    let (wrong, no_dates) = (no_symbols | no_digits, no_months | no_days);
    // Nearly all are right.
    if wrong == 0 && no_dates == 0 {
        return (transmute!(folded), 0b1111);
    }
    let mut sound = 0;
    for permit in 0..FOUR {
        let symbols = wrong >> (16 * permit) & 0xffff == 0;
        let date = no_dates >> (8 * permit) & 0b11 == 0;
        sound |= u32::from(symbols & date) << permit;
    }
    (transmute!(folded), sound)
}

/// Four cards folded; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vl")]
pub(super) fn cards(texts: [&[u8; card::LENGTH]; FOUR]) -> Four {
    let [first, second, third, fourth] = texts;
    let symbols = four(load_card(first), load_card(second), load_card(third), load_card(fourth));
    let folded = mean(symbols, &MEANINGS);
    // Digits come before capitals, and what means nothing before digits.
    let letters = _mm512_cmpgt_epu8_mask(folded, _mm512_set1_epi8(b'9'.cast_signed()));
    let some = _mm512_cmpgt_epu8_mask(folded, _mm512_set1_epi8(0));
    let wrong = (letters ^ SERIES | !some | _mm512_movepi8_mask(symbols)) & CARDS;
    if wrong == 0 {
        return (transmute!(folded), 0b1111);
    }
    let mut sound = 0;
    for card in 0..FOUR {
        sound |= u32::from(wrong >> (16 * card) & 0xffff == 0) << card;
    }
    (transmute!(folded), sound)
}

/// The symbols of one card, and nothing behind.
#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
fn load_card(text: &[u8; card::LENGTH]) -> __m128i {
    // SAFETY: only the bytes of the mask are read, and they are the text's.
    unsafe { _mm_maskz_loadu_epi8(CARDS as u16, text.as_ptr().cast()) }
}

/// Four tokens; a bit for each that is one.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vl")]
pub(super) fn tokens(texts: [&[u8; certificate::LENGTH]; FOUR]) -> Four {
    /// Which bytes of two vectors, in which tokens begin at every 32nd one, make up four tokens: of the
    /// two symbols in front one byte, of eight more five each; little-endian words turned round.
    const BYTES: [u8; 64] = {
        const ONE: [u8; 16] = [0, 12, 11, 10, 9, 8, 20, 19, 18, 17, 16, 28, 27, 26, 25, 24];
        let mut bytes = [0; 64];
        let mut byte = 0;
        while byte < bytes.len() {
            bytes[byte] = (byte / 16 * 32) as u8 + ONE[byte % 16];
            byte += 1;
        }
        bytes
    };
    let [first, second, third, fourth] = texts;
    let (first, first_wrong) = two_tokens(first, second);
    let (second, second_wrong) = two_tokens(third, fourth);
    let places = _mm512_permutex2var_epi8(first, transmute!(BYTES), second);
    if first_wrong | second_wrong == 0 {
        return (transmute!(places), 0b1111);
    }
    let mut sound = 0;
    for (token, wrong) in [
        first_wrong as u32,
        (first_wrong >> 32) as u32,
        second_wrong as u32,
        (second_wrong >> 32) as u32,
    ]
    .into_iter()
    .enumerate()
    {
        sound |= u32::from(wrong == 0) << token;
    }
    (transmute!(places), sound)
}

/// Two tokens, as 5 bytes in each word of 8, most of them; and a bit for each wrong symbol.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vl")]
fn two_tokens(
    first: &[u8; certificate::LENGTH],
    second: &[u8; certificate::LENGTH],
) -> (__m512i, u64) {
    /// The most that each symbol may mean.
    const MOST: [u8; 64] = {
        let mut most = [31; 64];
        most[FIRST] = certificate::FIRST_MOST;
        most[32 + FIRST] = certificate::FIRST_MOST;
        most
    };
    let first = _mm512_castsi256_si512(load_token(first));
    let symbols = _mm512_inserti64x4::<1>(first, load_token(second));
    let [low, high] = VALUES;
    let values = _mm512_maskz_permutex2var_epi8(TOKENS, transmute!(low), symbols, transmute!(high));
    let wrong = _mm512_cmpgt_epu8_mask(values, transmute!(MOST)) | _mm512_movepi8_mask(symbols);
    // Neighbours are joined to 10, to 20, to 40 bits.
    let tens = _mm512_maddubs_epi16(values, _mm512_set1_epi16(0x0120));
    let twenties = _mm512_madd_epi16(tens, _mm512_set1_epi32(0x0001_0400));
    // The lower half of each word has the symbols in front.
    let forties =
        _mm512_or_si512(_mm512_slli_epi64::<20>(twenties), _mm512_srli_epi64::<32>(twenties));
    (forties, wrong)
}

/// The symbols of one token, and nothing in front.
#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
fn load_token(text: &[u8; certificate::LENGTH]) -> __m256i {
    // SAFETY: only the bytes of the mask are read, and they are the text's.
    unsafe { _mm256_maskz_loadu_epi8(TOKENS as u32, text.as_ptr().wrapping_sub(FIRST).cast()) }
}

/// What ASCII symbols mean.
#[inline]
#[target_feature(enable = "avx512f,avx512vbmi")]
fn mean(symbols: __m512i, meanings: &[[u8; 64]; 2]) -> __m512i {
    let [low, high] = *meanings;
    _mm512_permutex2var_epi8(transmute!(low), symbols, transmute!(high))
}

/// Four vectors as one.
#[inline]
#[target_feature(enable = "avx512f")]
fn four(first: __m128i, second: __m128i, third: __m128i, fourth: __m128i) -> __m512i {
    let all = _mm512_inserti32x4::<1>(_mm512_castsi128_si512(first), second);
    _mm512_inserti32x4::<3>(_mm512_inserti32x4::<2>(all, third), fourth)
}
