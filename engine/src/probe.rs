//! What a machine has beyond a plain processor: fetching memory before it is needed, and vectors.
#![allow(unsafe_code)]

use zerocopy::little_endian::U64;

/// Asks for the cache line where `items[index]` begins; nothing happens where there is no such item
/// or the machine has no such instruction.
#[inline(always)]
pub(crate) fn prefetch<T>(items: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(item) = items.get(index) {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is that of an item of a live slice, and a prefetch changes nothing
        // that a program can see.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(item).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, index);
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

/// Whether [`widest`] has vectors of 64 bytes, which beat instructions that do the same for one.
#[inline]
pub(crate) fn has_wide_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        has!("avx512f")
            && has!("avx512bw")
            && has!("avx512cd")
            && has!("avx512dq")
            && has!("avx512vl")
            && has!("avx2")
            && has!("fma")
            && has!("bmi1")
            && has!("bmi2")
            && has!("lzcnt")
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Work whose loops are worth compiling for several sets of instructions. What `run` calls is
/// compiled with it only where it is marked `#[inline(always)]`.
pub(crate) trait Vectored {
    /// What it gives.
    type Output;

    /// Does it.
    fn run(self) -> Self::Output;
}

/// Does the work by the widest vectors that this machine has and this function was compiled for:
/// AVX-512 or AVX2 on x86-64, else what every processor of the target has (SSE2, NEON).
#[inline]
pub(crate) fn widest<W: Vectored>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn by_avx512<W: Vectored>(work: W) -> W::Output {
            work.run()
        }

        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn by_avx2<W: Vectored>(work: W) -> W::Output {
            work.run()
        }

        use std::arch::is_x86_feature_detected as has;
        if has_wide_vectors() {
            // SAFETY: the machine has what the function was compiled for: all of it was just asked
            // for, but for POPCNT, which every machine with AVX2 has.
            return unsafe { by_avx512(work) };
        }
        if has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2") && has!("lzcnt") {
            // SAFETY: as above.
            return unsafe { by_avx2(work) };
        }
    }
    work.run()
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
