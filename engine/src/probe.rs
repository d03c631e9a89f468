//! Fetching memory before it is needed.
#![allow(unsafe_code)]

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
