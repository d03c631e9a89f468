//! What a batch is asked for: texts of codes, or keys that were made of them before.

use super::CodeKey;
use super::block::Block;
use crate::code;
use crate::probe::{LINE_BYTES, Machine, prefetch};
use crate::verdict::Kind;

/// What a batch is asked for.
pub(super) trait Asked {
    /// Whether they are keys already.
    const KEYED: bool;

    /// How many.
    fn len(&self) -> usize;

    /// Asks for the memory of a block's questions, from number `first` on: batches are short, and a
    /// processor has not noticed yet that they are read one after another. Behind the last one it asks
    /// for what stands there: mostly the questions of the next batch, as many callers go through an
    /// array.
    fn prefetch(&self, first: usize);

    /// Reads as many as a block holds, from number `first` on.
    fn read<M: Machine>(&self, hosts: &[String], first: usize, block: &mut Block);
}

/// Texts of codes.
pub(super) struct Texts<'b, C>(pub(super) &'b [C]);

/// Keys of codes of one kind.
pub(super) struct Keyed<'b>(pub(super) Kind, pub(super) &'b [CodeKey]);

impl<C: AsRef<[u8]>> Asked for Texts<'_, C> {
    const KEYED: bool = false;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn prefetch(&self, first: usize) {
        prefetch_block(self.0, first);
    }

    #[inline(always)]
    fn read<M: Machine>(&self, hosts: &[String], first: usize, block: &mut Block) {
        let texts = &self.0[first..];
        let texts = texts.first_chunk::<{ code::TOGETHER }>().map_or(texts, |block| block);
        block.len = texts.len();
        code::read::<M, C>(texts, hosts, &mut block.codes);
    }
}

impl Asked for Keyed<'_> {
    const KEYED: bool = true;

    #[inline(always)]
    fn len(&self) -> usize {
        self.1.len()
    }

    #[inline(always)]
    fn prefetch(&self, first: usize) {
        prefetch_block(self.1, first);
    }

    #[inline(always)]
    fn read<M: Machine>(&self, _: &[String], first: usize, block: &mut Block) {
        let Keyed(kind, keys) = *self;
        let keys = &keys[first..];
        let keys = keys.first_chunk::<{ code::TOGETHER }>().map_or(keys, |block| block);
        block.len = keys.len();
        block.codes.kind = Some(kind);
        block.codes.malformed = 0;
        for (place, key) in block.codes.places.iter_mut().zip(keys) {
            *place = key.0;
        }
    }
}

#[inline(always)]
fn prefetch_block<T>(all: &[T], first: usize) {
    let bytes = code::TOGETHER * size_of::<T>();
    for byte in (0..bytes).step_by(LINE_BYTES) {
        prefetch(all, first + byte / size_of::<T>().max(1));
    }
}
