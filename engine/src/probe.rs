//! What a machine has beyond a plain processor: fetching memory before it is needed, and vectors.
#![allow(unsafe_code)]

use zerocopy::little_endian::U64;

/// Bytes of a line of memory.
pub(crate) const LINE_BYTES: usize = 64;

/// Asks for the cache line where `items[index]` begins, or would begin; nothing happens where the
/// machine has no such instruction. It comes to the second cache: processors keep track of twice as
/// many lines that are on their way there as to the first one.
#[inline(always)]
pub(crate) fn prefetch<T>(items: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        let place = items.as_ptr().wrapping_add(index);
        // SAFETY: a prefetch changes nothing that a program can see, and no address makes it fault.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, index);
}

/// Asks for all cache lines of some items.
#[inline(always)]
pub(crate) fn prefetch_all<T>(items: &[T]) {
    let each = size_of::<T>().max(1);
    for byte in (0..size_of_val(items)).step_by(LINE_BYTES) {
        prefetch(items, byte / each);
    }
}

/// Items among which a random number finds one, each as likely as any other.
pub(crate) struct Homes<'i, T> {
    items: &'i [T],
    homes: u64,
}

impl<'i, T> Homes<'i, T> {
    /// The first `homes` items; `None` where there are not so many, or none at all.
    #[inline]
    pub(crate) fn new(items: &'i [T], homes: u64) -> Option<Self> {
        let are_there =
            homes != 0 && usize::try_from(homes).is_ok_and(|homes| homes <= items.len());
        are_there.then_some(Homes { items, homes })
    }

    /// The place of a number's item.
    #[inline(always)]
    pub(crate) fn place(&self, number: u64) -> usize {
        ((u128::from(number) * u128::from(self.homes)) >> 64) as usize
    }

    /// A number's item.
    #[inline(always)]
    pub(crate) fn of(&self, number: u64) -> &'i T {
        // SAFETY: a number below 2^64 times `homes`, divided by 2^64, is less than `homes`, and there
        // are at least so many items.
        unsafe { self.items.get_unchecked(self.place(number)) }
    }

    /// Asks for a number's item.
    #[inline(always)]
    pub(crate) fn prefetch(&self, number: u64) {
        prefetch(self.items, self.place(number));
    }

    /// All items, those behind the homes too.
    #[inline(always)]
    pub(crate) fn items(&self) -> &'i [T] {
        self.items
    }
}

/// For each of four words that equals `wanted` but for its low byte, bit twice its place.
#[inline(always)]
pub(crate) fn equal_but_low_byte(words: &[U64; 4], wanted: u64) -> u32 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has SSE2, which is all that the function needs.
    unsafe {
        equal_by_sse2(words, wanted)
    }
    #[cfg(not(target_arch = "x86_64"))]
    equal_by_words(words, wanted)
}

/// The reference of the vectors, for processors without them.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn equal_by_words(words: &[U64; 4], wanted: u64) -> u32 {
    let equal = |place: usize| u32::from((words[place].get() ^ wanted) >> 8 == 0) << (2 * place);
    equal(0) | equal(1) | equal(2) | equal(3)
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn equal_by_sse2(words: &[U64; 4], wanted: u64) -> u32 {
    use core::arch::x86_64::{
        __m128i, _mm_castsi128_ps, _mm_cmpeq_epi32, _mm_movemask_ps, _mm_set1_epi64x,
        _mm_setzero_si128, _mm_srli_epi64, _mm_xor_si128,
    };
    let halves: [__m128i; 2] = zerocopy::transmute!(*words);
    let wanted = _mm_set1_epi64x(wanted.cast_signed());
    // Each word is two of 32 bits, and both must be zero.
    let [low, high] = halves.map(|half| {
        let differs = _mm_srli_epi64::<8>(_mm_xor_si128(half, wanted));
        let zero = _mm_cmpeq_epi32(differs, _mm_setzero_si128());
        _mm_movemask_ps(_mm_castsi128_ps(zero)).cast_unsigned()
    });
    let zeros = low | high << 4;
    // Bits 0, 2, 4 and 6 are left.
    zeros & zeros >> 1 & 0b0101_0101
}

/// What a machine has, known when its code is compiled.
pub(crate) trait Machine {
    /// Whether vectors of 64 bytes are there, of bytes too (AVX-512 F, BITALG, BW, CD, DQ, VL
    /// and VBMI), and AES in them.
    const HAS_AVX512: bool;
    /// Whether vectors of 32 bytes are there (AVX2).
    const HAS_AVX2: bool;

    /// For each of four words that equals `wanted` but for its low byte, a bit; the lowest one is at
    /// the place of the first such word.
    fn equal_but_low_byte(words: &[U64; 4], wanted: u64) -> u32;

    /// Does work in a function of its own, which several callers share: where each had a copy, none
    /// would have all of it in one piece.
    fn apart<W: Vectored>(work: W) -> W::Output;
}

/// By what every machine of the target has.
pub(crate) struct Plain;

impl Machine for Plain {
    const HAS_AVX512: bool = false;
    const HAS_AVX2: bool = false;

    #[inline(always)]
    fn equal_but_low_byte(words: &[U64; 4], wanted: u64) -> u32 {
        let spread = equal_but_low_byte(words, wanted);
        spread & 1 | spread >> 1 & 2 | spread >> 2 & 4 | spread >> 3 & 8
    }

    fn apart<W: Vectored>(work: W) -> W::Output {
        work.run::<Plain>()
    }
}

/// By AVX2.
#[cfg(target_arch = "x86_64")]
pub(crate) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Machine for Avx2 {
    const HAS_AVX512: bool = false;
    const HAS_AVX2: bool = true;

    #[inline(always)]
    fn equal_but_low_byte(words: &[U64; 4], wanted: u64) -> u32 {
        #[inline]
        #[target_feature(enable = "avx2")]
        fn equal(words: &[U64; 4], wanted: u64) -> u32 {
            use core::arch::x86_64::{
                __m256i, _mm256_castsi256_pd, _mm256_cmpeq_epi64, _mm256_movemask_pd,
                _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_srli_epi64, _mm256_xor_si256,
            };
            let words: __m256i = zerocopy::transmute!(*words);
            let differs = _mm256_xor_si256(words, _mm256_set1_epi64x(wanted.cast_signed()));
            let differs = _mm256_srli_epi64::<8>(differs);
            let zero = _mm256_cmpeq_epi64(differs, _mm256_setzero_si256());
            _mm256_movemask_pd(_mm256_castsi256_pd(zero)).cast_unsigned()
        }
        // SAFETY: only [`Width`] names this type, where the machine has AVX2.
        unsafe { equal(words, wanted) }
    }

    #[inline(always)]
    fn apart<W: Vectored>(work: W) -> W::Output {
        // SAFETY: as above.
        unsafe { by_avx2(work) }
    }
}

/// By AVX-512.
#[cfg(target_arch = "x86_64")]
pub(crate) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Machine for Avx512 {
    const HAS_AVX512: bool = true;
    const HAS_AVX2: bool = true;

    #[inline(always)]
    fn equal_but_low_byte(words: &[U64; 4], wanted: u64) -> u32 {
        #[inline]
        #[target_feature(enable = "avx2,avx512f,avx512vl")]
        fn equal(words: &[U64; 4], wanted: u64) -> u32 {
            use core::arch::x86_64::{
                __m256i, _mm256_set1_epi64x, _mm256_testn_epi64_mask, _mm256_xor_si256,
            };
            let words: __m256i = zerocopy::transmute!(*words);
            let differs = _mm256_xor_si256(words, _mm256_set1_epi64x(wanted.cast_signed()));
            u32::from(_mm256_testn_epi64_mask(differs, _mm256_set1_epi64x(!0xff)))
        }
        // SAFETY: only [`Width`] names this type, where the machine has AVX-512.
        unsafe { equal(words, wanted) }
    }

    #[inline(always)]
    fn apart<W: Vectored>(work: W) -> W::Output {
        // SAFETY: as above.
        unsafe { by_avx512(work) }
    }
}

/// Work whose loops are worth compiling for several sets of instructions. What `run` calls is
/// compiled with it only where it is marked `#[inline(always)]`.
pub(crate) trait Vectored {
    /// What it gives.
    type Output;

    /// Does it.
    fn run<M: Machine>(self) -> Self::Output;
}

/// A width of vectors that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Width(Sort);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// What every processor of the target has (SSE2, NEON).
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Width {
    /// The widest one.
    #[inline]
    pub(crate) fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let has_avx2 =
                has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2") && has!("lzcnt");
            let has_avx512 = has!("avx512f")
                && has!("avx512bitalg")
                && has!("avx512bw")
                && has!("avx512cd")
                && has!("avx512dq")
                && has!("avx512vl")
                && has!("avx512vbmi")
                && has!("aes")
                && has!("vaes");
            if has_avx2 && has_avx512 {
                return Width(Sort::Avx512);
            }
            if has_avx2 {
                return Width(Sort::Avx2);
            }
        }
        Width(Sort::Plain)
    }

    /// Every one, the narrowest first.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        #[cfg(not(target_arch = "x86_64"))]
        let all = [Sort::Plain];
        #[cfg(target_arch = "x86_64")]
        let all = [Sort::Plain, Sort::Avx2, Sort::Avx512];
        let widest = Width::widest();
        let narrower = all.into_iter().map(Width).take_while(|width| *width != widest);
        narrower.chain([widest]).collect()
    }

    /// Whether these are the 64 bytes that beat instructions which do the same for one.
    #[inline]
    pub(crate) fn is_avx512(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return self.0 == Sort::Avx512;
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// Does the work by vectors of this width, with what they were compiled for.
    #[inline]
    pub(crate) fn run<W: Vectored>(self, work: W) -> W::Output {
        match self.0 {
            Sort::Plain => work.run::<Plain>(),
            // SAFETY: whoever has this width asked the machine for all of it, but for POPCNT, which
            // every machine with AVX2 has.
            #[cfg(target_arch = "x86_64")]
            Sort::Avx2 => unsafe { by_avx2(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Sort::Avx512 => unsafe { by_avx512(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bitalg,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi")]
#[target_feature(enable = "aes,vaes,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn by_avx512<W: Vectored>(work: W) -> W::Output {
    work.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn by_avx2<W: Vectored>(work: W) -> W::Output {
    work.run::<Avx2>()
}

/// Does the work by the widest vectors that this machine has and this function was compiled for.
#[inline]
pub(crate) fn widest<W: Vectored>(work: W) -> W::Output {
    Width::widest().run(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_find_what_words_do() {
        let wanted = 0x0123_4567_89ab_cdef;
        for place in 0..4 {
            for bit in 0..64 {
                let mut words = [U64::new(!wanted); 4];
                words[place] = (wanted ^ 1 << bit).into();
                let expected = if bit < 8 { 1 << (2 * place) } else { 0 };
                assert_eq!(equal_by_words(&words, wanted), expected);
                assert_eq!(equal_but_low_byte(&words, wanted), expected);
            }
        }
        assert_eq!(equal_but_low_byte(&[U64::new(wanted); 4], wanted), 0b0101_0101);
    }
}
