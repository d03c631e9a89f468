//! Many codes at once: while one block is judged, the next one's lines are on their way.

use std::ops::Range;

use crate::code::{self, Code};
use crate::error::StoreError;
use crate::key::CodeBlock;
use crate::policy::Policy;
use crate::stack::{BLOCK, register_of};
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::{CodeFault, Kind};
use crate::verify::Judged;

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
            keys: [0; BLOCK],
            firsts: [0; BLOCK],
        };
        let mut keys = [CodeBlock::default(); BLOCK];
        let mut only = None;
        let mut mixed = false;
        for (index, text) in codes.iter().enumerate() {
            match code::decode(text.as_ref(), &policy.certificate_hosts) {
                Err(reason) => block.lanes[index] = Lane::Malformed(reason),
                Ok(Code { kind, bytes }) => {
                    mixed |= *only.get_or_insert(kind) != kind;
                    block.lanes[index] = Lane::Code(kind);
                    keys[index] = bytes.into();
                }
            }
        }
        match only {
            None => {}
            Some(kind) if !mixed => {
                self.begin_lanes(&mut block, kind, 0..codes.len(), &mut keys)?;
            }
            Some(_) => {
                for index in 0..codes.len() {
                    if let Lane::Code(kind) = block.lanes[index] {
                        self.begin_lanes(&mut block, kind, index..index + 1, &mut keys)?;
                    }
                }
            }
        }
        Ok(block)
    }

    /// Lanes of one kind through the cipher and the filters at once. What is malformed goes along,
    /// and is not looked up.
    #[inline]
    fn begin_lanes(
        &self,
        block: &mut InFlight,
        kind: Kind,
        lanes: Range<usize>,
        keys: &mut [CodeBlock; BLOCK],
    ) -> Result<(), StoreError> {
        let Some(open) = self.register(register_of(kind)) else { return Ok(()) };
        let keys = &mut keys[lanes.clone()];
        open.cipher()?.encrypt(keys);
        for (key, bytes) in block.keys[lanes.clone()].iter_mut().zip(keys) {
            *key = u128::from_le_bytes((*bytes).into());
        }
        open.begin(&block.keys[lanes.clone()], &mut block.firsts[lanes])
    }

    #[inline]
    fn finish_block(
        &self,
        block: &InFlight,
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        let lanes = block.lanes[..block.count].iter().zip(&block.keys).zip(&block.firsts);
        for ((lane, key), first) in lanes {
            verdicts.push(match lane {
                Lane::Malformed(reason) => Judged::malformed(*reason),
                Lane::Code(kind) => match self.register(register_of(*kind)) {
                    None => Judged::unknown(*kind),
                    Some(open) => match open.find_from(*first as usize, *key)? {
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
    keys: [u128; BLOCK],
    /// The newest segment that may hold the key.
    firsts: [u32; BLOCK],
}

#[derive(Clone, Copy)]
enum Lane {
    Malformed(CodeFault),
    Code(Kind),
}
