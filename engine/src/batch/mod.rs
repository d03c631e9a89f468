//! Many codes at once: while one block is judged, the lines of the next one are on their way.
//!
//! A processor waits for as many lines at once as it can keep track of, and it keeps track of so many
//! instructions: the fewer there are for each code, the more lines are on their way. So nearly all is
//! done by vectors, for eight codes or more at once; and what a processor cannot foresee (known or not,
//! valid or over) is chosen, not branched on.

mod asked;
mod block;
mod meaning;
mod rules;
mod single;

use rayon::prelude::*;

use asked::{Asked, Keyed, Texts};
use block::{Block, of_block};
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
        self.judge_all(Texts(codes), at, policy, verdicts)
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
            Batch::new(self, Texts(codes), at, policy, verdicts).and_then(widest)
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
        self.judge_all(Keyed(kind, keys), at, policy, verdicts)
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
        let judged = Batch::new(self, asked, at, policy, verdicts).and_then(widest);
        if judged.is_err() {
            verdicts.clear();
        }
        judged
    }
}

/// How many codes a thread takes at a time.
const PART: usize = 1 << 12;

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

    /// One block is read while the one before it is looked up and the one before that is looked at
    /// again.
    #[inline(always)]
    fn run<M: Machine>(self) -> Self::Output {
        let Batch { asked, verdicts, rules } = self;
        let blocks = asked.len().div_ceil(TOGETHER);
        let hosts = &rules.policy.certificate_hosts;
        let [new, now, old] = &mut [Block::new(), Block::new(), Block::new()];
        let (mut new, mut now, mut old) = (new, now, old);
        asked.prefetch(0);
        asked.prefetch(TOGETHER);
        for number in 0..blocks + 2 {
            if number < blocks {
                asked.prefetch((number + 2) * TOGETHER);
                asked.read::<M>(hosts, number * TOGETHER, new);
                if !A::KEYED {
                    rules.key(new)?;
                }
                new.fill();
                rules.ask_joint(new);
            } else {
                new.len = 0;
            }
            if number > 0 && number <= blocks {
                rules.mark_above(now);
                rules.look::<M>(now, new, &mut verdicts[of_block(number - 1, asked.len())]);
                rules.find_above(now);
            } else {
                rules.ask(new);
            }
            if number > 1 {
                rules.look_again(old, &mut verdicts[of_block(number - 2, asked.len())])?;
            }
            (new, now, old) = (old, new, now);
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
    ) -> Result<Self, StoreError> {
        Ok(Batch { asked, verdicts, rules: Rules::new(snapshot, at, policy)? })
    }
}
