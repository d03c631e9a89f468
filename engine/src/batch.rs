//! Many codes at once: while one block is judged, the next one's lines are on their way.

use crate::code::{self, Code};
use crate::error::StoreError;
use crate::key::CodeBlock;
use crate::policy::Policy;
use crate::stack::register_of;
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::{CodeFault, Kind};
use crate::verify::Judged;

/// How many look-ups are in flight in a batch.
const BLOCK: usize = 64;

impl Snapshot {
    /// Judges many codes as of one instant, in input order, into `verdicts` (cleared first).
    /// Many look-ups are in flight at once. A known code is told by its tag of 56 bits;
    /// [`Snapshot::verify`] compares the whole key.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing.
    pub fn verify_batch<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        verdicts.clear();
        verdicts.reserve(codes.len());
        let mut blocks = codes.chunks(BLOCK).map(|codes| self.begin_block(codes, policy));
        let Some(mut ahead) = blocks.next().transpose()? else { return Ok(()) };
        for next in blocks {
            // The next block's lines are on their way while this one is judged.
            let current = std::mem::replace(&mut ahead, next?);
            self.finish_block(&current, at, policy, verdicts)?;
        }
        self.finish_block(&ahead, at, policy, verdicts)
    }

    /// Decodes, keys and prefetches a block.
    #[inline]
    fn begin_block<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        policy: &Policy,
    ) -> Result<InFlight, StoreError> {
        let mut block = InFlight {
            count: codes.len(),
            lanes: [Lane::Malformed(CodeFault::Empty); BLOCK],
            keys: [CodeBlock::default(); BLOCK],
        };
        let mut only = None;
        let mut mixed = false;
        for (index, text) in codes.iter().enumerate() {
            match code::decode(text.as_ref(), &policy.certificate_hosts) {
                Err(reason) => block.lanes[index] = Lane::Malformed(reason),
                Ok(Code { kind, bytes }) => {
                    mixed |= *only.get_or_insert(kind) != kind;
                    block.lanes[index] = Lane::Code(kind);
                    block.keys[index] = bytes.into();
                }
            }
        }
        match only {
            Some(kind) if !mixed => self.key_all(&mut block, kind)?,
            _ => self.key_each(&mut block)?,
        }
        for (lane, key) in block.lanes[..block.count].iter().zip(&block.keys) {
            if let Lane::Code(kind) = lane
                && let Some(open) = self.register(register_of(*kind))
            {
                open.prefetch(u128::from_le_bytes((*key).into()));
            }
        }
        Ok(block)
    }

    /// One kind only: all blocks through the cipher at once.
    fn key_all(&self, block: &mut InFlight, kind: Kind) -> Result<(), StoreError> {
        if let Some(open) = self.register(register_of(kind)) {
            open.cipher()?.encrypt(&mut block.keys[..block.count]);
        }
        Ok(())
    }

    fn key_each(&self, block: &mut InFlight) -> Result<(), StoreError> {
        for (lane, key) in block.lanes[..block.count].iter().zip(&mut block.keys) {
            if let Lane::Code(kind) = lane
                && let Some(open) = self.register(register_of(*kind))
            {
                open.cipher()?.encrypt(core::slice::from_mut(key));
            }
        }
        Ok(())
    }

    #[inline]
    fn finish_block(
        &self,
        block: &InFlight,
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        for (lane, key) in block.lanes[..block.count].iter().zip(&block.keys) {
            verdicts.push(match lane {
                Lane::Malformed(reason) => Judged::malformed(*reason),
                Lane::Code(kind) => match self.register(register_of(*kind)) {
                    None => Judged::unknown(*kind),
                    Some(open) => match open.find(u128::from_le_bytes((*key).into()))? {
                        None => Judged::unknown(*kind),
                        Some(hit) => open.judge(&hit, at, policy)?,
                    },
                },
            });
        }
        Ok(())
    }
}

/// A block of look-ups whose lines were asked for.
struct InFlight {
    count: usize,
    lanes: [Lane; BLOCK],
    keys: [CodeBlock; BLOCK],
}

#[derive(Clone, Copy)]
enum Lane {
    Malformed(CodeFault),
    Code(Kind),
}
