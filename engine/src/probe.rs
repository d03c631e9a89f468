//! Fetching memory before it is needed.
#![allow(unsafe_code)]

/// Asks for the cache line of `bytes[offset]`; nothing happens where there is no such byte or the
/// machine has no such instruction.
#[inline(always)]
pub(crate) fn prefetch(bytes: &[u8], offset: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(byte) = bytes.get(offset) {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is that of a byte of a live slice, and a prefetch changes nothing
        // that a program can see.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(byte).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, offset);
}
