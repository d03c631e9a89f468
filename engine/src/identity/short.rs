//! Canonical texts that stand where they are made, without memory of their own.

/// A canonical text of at most `N` bytes, fewer than 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> Short<N> {
    /// Nothing yet.
    #[inline]
    pub(super) fn new() -> Self {
        Short { bytes: [0; N], length: 0 }
    }

    /// One byte more; `None` where there is no room.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(usize::from(self.length))? = byte;
        self.length += 1;
        Some(())
    }

    /// The bytes, which are UTF-8.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}
