//! What a batch is asked for: texts of codes, or keys that were made of them before.

use super::CodeKey;
use super::block::Block;
use crate::code;
use crate::probe::Machine;
use crate::verdict::Kind;

/// What a batch is asked for.
pub(super) trait Asked {
    /// Whether they are keys already.
    const KEYED: bool;

    /// How many.
    fn len(&self) -> usize;

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
