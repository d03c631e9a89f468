//! The engine as a contestant: one store, asked in several ways.

use std::hint::black_box;
use std::sync::Arc;

use propusk_bench::{Closed, Times, World, card, change, register, text, token};
use propusk_engine::format::Line;
use propusk_engine::key::CodeCipher;
use propusk_engine::policy::Policy;
use propusk_engine::store::{OpenRegister, Snapshot};
use propusk_engine::time::Instant;
use propusk_engine::verdict::{Kind, Verdict};
use propusk_engine::verify::{Judged, Query};

use crate::contestant::{Contestant, Reader};
use crate::question::{Asked, Counts, Key, Numbers, Records, Result, SomeTexts};

/// Codes that are asked for at once to touch all of a store.
const TOUCHED_AT_ONCE: u64 = 1 << 16;
/// How many generations of changes stand above the load, and how many records each changes.
pub(crate) const DELTAS: u64 = 4;
const DELTA_SHARE: u64 = 100;

/// A store of records of one kind, open, and what it answers by.
pub(crate) struct Store {
    pub(crate) kind: Kind,
    world: World,
    snapshot: Arc<Snapshot>,
    pub(crate) cipher: CodeCipher,
}

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Text in and verdict out, a batch at a time.
    Text,
    /// The index alone: keys in, a batch at a time.
    Index,
    /// Text in and verdict out, one at a time.
    Single,
    /// The same, the whole key compared.
    Exact,
}

/// A store asked in one way.
pub(crate) struct Asking<'s> {
    store: &'s Store,
    way: Way,
}

struct Thread<'s> {
    kind: Kind,
    snapshot: &'s Snapshot,
    policy: &'s Policy,
    way: Way,
    verdicts: Vec<Judged>,
}

impl Store {
    /// Loads the records into a store, or takes a kept one.
    pub(crate) fn build(kind: Kind, records: Records) -> Result<Self> {
        let world = World::build_of(kind, records.count).map_err(|error| error.to_string())?;
        Store::of(kind, world)
    }

    pub(crate) fn of(kind: Kind, world: World) -> Result<Self> {
        let snapshot = world.store.snapshot()?;
        let register = register(kind);
        let secrets = world.keys.group(register.group());
        let secret = secrets.code.as_ref().ok_or("the code secret is missing")?;
        let cipher = CodeCipher::new(secret, register);
        Ok(Store { kind, world, snapshot, cipher })
    }

    pub(crate) fn into_world(self) -> World {
        self.world
    }

    /// A closed copy that shares no file with it.
    pub(crate) fn copied(&self) -> Result<Closed> {
        Ok(self.world.copied().map_err(|error| error.to_string())?)
    }

    pub(crate) fn at(&self) -> Instant {
        self.world.at
    }

    /// The same, asked at another instant from now on.
    pub(crate) fn asked_at(mut self, at: Instant) -> Self {
        self.world.at = at;
        self
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The hot lines as the engine reads them.
    pub(crate) fn lines(&self) -> Result<&[Line]> {
        let open = self.snapshot.register(register(self.kind)).ok_or("there are no records")?;
        Ok(open.lines()?)
    }

    /// Asks for every record once: all pages are in memory then, and all blocks proved.
    pub(crate) fn touch(&self) -> Result<()> {
        let mut verdicts = Vec::new();
        for first in (0..self.world.permits).step_by(TOUCHED_AT_ONCE as usize) {
            let end = self.world.permits.min(first + TOUCHED_AT_ONCE);
            let numbers = first..end;
            let (at, policy, verdicts) = (self.at(), &self.world.policy, &mut verdicts);
            match self.kind {
                Kind::Permit => {
                    let texts: Vec<_> = numbers.map(text).collect();
                    self.snapshot.verify_batch(&texts, at, policy, verdicts)?;
                }
                Kind::Certificate => {
                    let texts: Vec<_> = numbers.map(token).collect();
                    self.snapshot.verify_batch(&texts, at, policy, verdicts)?;
                }
                Kind::Card => {
                    let texts: Vec<_> = numbers.map(card).collect();
                    self.snapshot.verify_batch(&texts, at, policy, verdicts)?;
                }
            }
            black_box(verdicts);
        }
        Ok(())
    }

    /// The same records in a store of its own where generations of changes stand above the load: each
    /// suspends so many. The store, and who was suspended.
    pub(crate) fn with_deltas(records: Records) -> Result<(Self, Numbers)> {
        let world = World::build(records.count).map_err(|error| error.to_string())?;
        let mut suspended = Numbers::default();
        for delta in 0..DELTAS {
            let numbers = delta_numbers(records, delta);
            let changes: Vec<_> = numbers.iter().map(|number| change(*number, true)).collect();
            world.writer.apply(&changes, world.at)?;
            numbers.iter().for_each(|number| suspended.insert(*number));
        }
        Ok((Store::of(Kind::Permit, world)?, suspended))
    }

    /// Asks it in this way.
    pub(crate) fn asking(&self, way: Way) -> Asking<'_> {
        Asking { store: self, way }
    }
}

/// Whom a generation of changes suspends.
pub(crate) fn delta_numbers(records: Records, delta: u64) -> Vec<u64> {
    let mut random = propusk_bench::Random::new(1000 + delta);
    (0..records.count / DELTA_SHARE).map(|_| random.next() % records.count).collect()
}

impl Contestant for Asking<'_> {
    fn settings(&self) -> String {
        match self.way {
            Way::Text => "verify_batch: text in, verdict out".to_owned(),
            Way::Index => "verify_keys: the index alone, keys in, verdict out".to_owned(),
            Way::Single => "judge: text in, verdict out, one code at a time".to_owned(),
            Way::Exact => "verify, one code at a time, the whole key compared".to_owned(),
        }
    }

    /// Of everything but the details.
    fn bytes(&self) -> u64 {
        let open = self.store.snapshot.register(register(self.store.kind));
        let sections = open.map(OpenRegister::sections).unwrap_or_default();
        sections.iter().map(|(_, bytes)| *bytes as u64).sum()
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(Thread {
            kind: self.store.kind,
            snapshot: &self.store.snapshot,
            policy: &self.store.world.policy,
            way: self.way,
            verdicts: Vec::new(),
        }))
    }

    fn change(&mut self, _: &[(Key, Times)]) -> Result<()> {
        Err("the engine has a store of its own for changes".into())
    }
}

impl Thread<'_> {
    #[inline]
    fn ask_batch<C: AsRef<[u8]>>(&mut self, texts: &[C], at: Instant) -> Result<()> {
        Ok(self.snapshot.verify_batch(texts, at, self.policy, &mut self.verdicts)?)
    }

    fn ask_singly<C: AsRef<[u8]>>(&self, texts: &[C], at: Instant) -> Result<Counts> {
        let mut counts = Counts::default();
        for text in texts {
            count(&mut counts, &self.snapshot.judge(text.as_ref(), at, self.policy)?);
        }
        Ok(counts)
    }

    fn ask_exactly<C: AsRef<[u8]>>(&self, texts: &[C], at: Instant) -> Result<Counts> {
        let mut counts = Counts::default();
        for text in texts {
            let answer = self.snapshot.verify(&Query::new(text.as_ref(), at), self.policy)?;
            count(&mut counts, &answer.judged);
        }
        Ok(counts)
    }
}

impl Reader for Thread<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let at = Instant::from_unix(i64::from(asked.at));
        match (self.way, asked.texts) {
            (Way::Index, _) => {
                let (kind, keys) = (self.kind, asked.code_keys);
                self.snapshot.verify_keys(kind, keys, at, self.policy, &mut self.verdicts)?;
            }
            (Way::Text, SomeTexts::Permits(texts)) => self.ask_batch(texts, at)?,
            (Way::Text, SomeTexts::Tokens(texts)) => self.ask_batch(texts, at)?,
            (Way::Text, SomeTexts::Cards(texts)) => self.ask_batch(texts, at)?,
            (Way::Single, SomeTexts::Permits(texts)) => return self.ask_singly(texts, at),
            (Way::Single, SomeTexts::Tokens(texts)) => return self.ask_singly(texts, at),
            (Way::Single, SomeTexts::Cards(texts)) => return self.ask_singly(texts, at),
            (Way::Exact, SomeTexts::Permits(texts)) => return self.ask_exactly(texts, at),
            (Way::Exact, SomeTexts::Tokens(texts)) => return self.ask_exactly(texts, at),
            (Way::Exact, SomeTexts::Cards(texts)) => return self.ask_exactly(texts, at),
        }
        let verdicts = &self.verdicts;
        let mut counts = Counts::default();
        verdicts.iter().for_each(|judged| count(&mut counts, judged));
        Ok(counts)
    }
}

#[inline]
fn count(counts: &mut Counts, judged: &Judged) {
    counts.valid += u64::from(judged.verdict == Verdict::Valid);
    counts.unknown += u64::from(judged.verdict == Verdict::Unknown);
}
