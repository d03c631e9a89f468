//! Many codes at once: all of a span are read, then all their lines asked for, then all are judged.
//!
//! A request for a line keeps what comes after it waiting until its page was found, and a processor
//! keeps track of so many instructions: requests that follow each other closely wait together, and
//! those with work between them one after another. So a batch takes as long as its lines and its work
//! together, and nearly all work is done by vectors, for eight codes or more at once; what a processor
//! cannot foresee (known or not, valid or over) is chosen, not branched on.

mod asked;
mod block;
mod meaning;
mod rules;
mod single;
mod written;

use rayon::prelude::*;
use smallvec::SmallVec;

use asked::{Asked, Keyed, Texts};
use block::Block;
use meaning::UNKNOWN;
use rules::Rules;

use crate::code::{Code, TOGETHER};
use crate::error::StoreError;
use crate::policy::Policy;
use crate::probe::{Machine, Vectored, widest};
use crate::stack::register_of;
use crate::store::Snapshot;
use crate::time::Instant;
use crate::verdict::Kind;
use crate::verify::Judged;

impl Snapshot {
    /// Judges many codes as of one instant, in input order, into `verdicts`, whose content is
    /// replaced. Many look-ups are in flight at once. A known code is told by its tag of 56 bits;
    /// [`Snapshot::verify`] compares the whole key, one code at a time.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing; `verdicts` is then empty.
    pub fn verify_batch<C: AsRef<[u8]>>(
        &self,
        codes: &[C],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        match codes {
            [code] => one(verdicts, || self.judge(code.as_ref(), at, policy)),
            codes => self.judge_all(Texts(codes), at, policy, verdicts),
        }
    }

    /// [`Snapshot::verify_batch`] by all threads of the `rayon` pool that it is called in, each taking
    /// some thousands of codes at a time. Worth it from some ten thousand codes on; a program with many
    /// small batches asks them in its own threads, each with a vector of its own.
    ///
    /// # Errors
    /// When the store is damaged or a secret is missing; `verdicts` is then empty.
    pub fn par_verify_batch<C: AsRef<[u8]> + Sync>(
        &self,
        codes: &[C],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        verdicts.resize(codes.len(), UNKNOWN);
        let parts = codes.par_chunks(PART).zip(verdicts.par_chunks_mut(PART));
        let judged = parts.try_for_each(|(codes, verdicts)| {
            widest(Batch::new(self, Texts(codes), at, policy, verdicts))
        });
        if judged.is_err() {
            verdicts.clear();
        }
        judged
    }

    /// The keys of codes of one kind, for [`Snapshot::verify_keys`]: a program that asks for the same
    /// codes again and again decodes and encrypts them once. They are good for this store's secrets,
    /// and show nothing of the codes.
    ///
    /// # Errors
    /// When the register of that kind is not here, or its code secret is missing.
    pub fn code_keys(&self, kind: Kind, codes: &[Code]) -> Result<Vec<CodeKey>, StoreError> {
        let register = register_of(kind);
        let group = register.group().as_str();
        let open = self.register(register);
        let open = open.ok_or(StoreError::NoSecret { group, secret: "code" })?;
        let mut keys: Vec<_> = codes.iter().map(|code| code.bytes).collect();
        open.cipher()?.encrypt(&mut keys);
        Ok(keys.into_iter().map(CodeKey).collect())
    }

    /// Judges many codes of one kind by their keys: [`Snapshot::verify_batch`] without its first half.
    ///
    /// # Errors
    /// When the store is damaged; `verdicts` is then empty.
    pub fn verify_keys(
        &self,
        kind: Kind,
        keys: &[CodeKey],
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        match keys {
            [key] => one(verdicts, || self.judge_key(kind, *key, at, policy)),
            keys => self.judge_all(Keyed(kind, keys), at, policy, verdicts),
        }
    }

    fn judge_all(
        &self,
        asked: impl Asked,
        at: Instant,
        policy: &Policy,
        verdicts: &mut Vec<Judged>,
    ) -> Result<(), StoreError> {
        // A vector that comes back from the last batch is not written twice.
        verdicts.resize(asked.len(), UNKNOWN);
        let judged = widest(Batch::new(self, asked, at, policy, verdicts));
        if judged.is_err() {
            verdicts.clear();
        }
        judged
    }
}

/// Judges a batch of one by itself: it has nothing to do while it waits.
#[inline]
fn one(
    verdicts: &mut Vec<Judged>,
    judge: impl FnOnce() -> Result<Judged, StoreError>,
) -> Result<(), StoreError> {
    verdicts.clear();
    verdicts.push(judge()?);
    Ok(())
}

/// How many codes a thread takes at a time.
const PART: usize = 1 << 12;

/// How many blocks a span has: so many that the wait for the last line of one weighs little, so few that
/// a short batch does not wait for memory to work in.
const SPAN: usize = 4;

/// The key of a code in one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeKey([u8; 16]);

/// A batch that is being judged.
struct Batch<'b, A> {
    asked: A,
    verdicts: &'b mut [Judged],
    rules: Rules<'b>,
}

impl<A: Asked> Vectored for Batch<'_, A> {
    type Output = Result<(), StoreError>;

    /// Span by span, a step of all its blocks after the other.
    #[inline(always)]
    fn run<M: Machine>(self) -> Self::Output {
        let Batch { asked, verdicts, rules } = self;
        let hosts = &rules.policy.certificate_hosts;
        // A processor without them stops once it has some dozens of lines on their way, and had better
        // be asked for a few between look-ups.
        let at_once = M::HAS_AVX512 || rules.has_far_pages();
        // Room for all of a span, of which a short batch has only its part cleared.
        let count = verdicts.len().div_ceil(TOGETHER).min(SPAN);
        let mut blocks: SmallVec<[Block; SPAN]> = (0..count).map(|_| Block::new()).collect();
        for (number, verdicts) in verdicts.chunks_mut(SPAN * TOGETHER).enumerate() {
            let first = number * SPAN * TOGETHER;
            let blocks = &mut blocks[..verdicts.len().div_ceil(TOGETHER)];
            for (place, block) in blocks.iter_mut().enumerate() {
                let first = first + place * TOGETHER;
                asked.prefetch(first + 2 * TOGETHER);
                asked.read::<M>(hosts, first, block);
                if !A::KEYED {
                    rules.key(block)?;
                }
                block.fill();
            }
            blocks.iter().for_each(|block| rules.ask_joint(block));
            blocks.iter_mut().for_each(|block| rules.mark_above::<M>(block));
            let asked_first = if at_once { SPAN } else { 1 };
            blocks.iter().take(asked_first).for_each(|block| rules.ask(block));
            for (place, verdicts) in verdicts.chunks_mut(TOGETHER).enumerate() {
                let (begun, later) = blocks.split_at_mut(place + 1);
                let next = later.first().filter(|_| !at_once);
                if let Some(block) = begun.last_mut() {
                    rules.look::<M>(block, next, verdicts);
                }
            }
            for (block, verdicts) in blocks.iter_mut().zip(verdicts.chunks_mut(TOGETHER)) {
                rules.look_again(block, verdicts)?;
            }
        }
        Ok(())
    }
}

impl<'b, A> Batch<'b, A> {
    fn new(
        snapshot: &'b Snapshot,
        asked: A,
        at: Instant,
        policy: &'b Policy,
        verdicts: &'b mut [Judged],
    ) -> Self {
        Batch { asked, verdicts, rules: Rules::new(snapshot, at, policy) }
    }
}

#[cfg(test)]
mod tests;
