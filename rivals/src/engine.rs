//! The engine as a contestant: one store, asked in several ways.

use std::hint::black_box;
use std::sync::Arc;

use propusk_bench::{Closed, Times, World, change, text};
use propusk_engine::format::Line;
use propusk_engine::key::CodeCipher;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::store::Snapshot;
use propusk_engine::time::Instant;
use propusk_engine::verdict::{Kind, Verdict};
use propusk_engine::verify::{Judged, Query};

use crate::contestant::{Contestant, Reader};
use crate::question::{Asked, Counts, Key, Numbers, Records, Result};

/// Codes that are asked for at once to touch all of a store.
const TOUCHED_AT_ONCE: u64 = 1 << 16;
/// How many generations of changes stand above the load, and how many records each changes.
pub(crate) const DELTAS: u64 = 4;
const DELTA_SHARE: u64 = 100;

/// A store of permits, open, and what it answers by.
pub(crate) struct Store {
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
    /// Text in and verdict out, one at a time, the whole key compared.
    Single,
}

/// A store asked in one way.
pub(crate) struct Asking<'s> {
    store: &'s Store,
    way: Way,
}

struct Thread<'s> {
    snapshot: &'s Snapshot,
    policy: &'s Policy,
    way: Way,
    verdicts: Vec<Judged>,
}

impl Store {
    /// Loads the records into a store, or takes a kept one.
    pub(crate) fn build(records: Records) -> Result<Self> {
        Store::of(World::build(records.count).map_err(|error| error.to_string())?)
    }

    pub(crate) fn of(world: World) -> Result<Self> {
        let snapshot = world.store.snapshot()?;
        let secret = world.keys.permits.code.as_ref().ok_or("the code secret is missing")?;
        let cipher = CodeCipher::new(secret, Register::Permits);
        Ok(Store { world, snapshot, cipher })
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

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The hot lines as the engine reads them.
    pub(crate) fn lines(&self) -> Result<&[Line]> {
        let open = self.snapshot.register(Register::Permits).ok_or("there are no permits")?;
        Ok(open.lines()?)
    }

    /// Asks for every record once: all pages are in memory then, and all blocks proved.
    pub(crate) fn touch(&self) -> Result<()> {
        let mut verdicts = Vec::new();
        for first in (0..self.world.permits).step_by(TOUCHED_AT_ONCE as usize) {
            let end = self.world.permits.min(first + TOUCHED_AT_ONCE);
            let texts: Vec<_> = (first..end).map(text).collect();
            self.snapshot.verify_batch(&texts, self.at(), &self.world.policy, &mut verdicts)?;
            black_box(&verdicts);
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
        Ok((Store::of(world)?, suspended))
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
            Way::Single => "verify, one code at a time, the whole key compared".to_owned(),
        }
    }

    /// Of everything but the details.
    fn bytes(&self) -> u64 {
        let open = self.store.snapshot.register(Register::Permits);
        let sections = open.map(|open| open.sections()).unwrap_or_default();
        sections.iter().map(|(_, bytes)| *bytes as u64).sum()
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(Thread {
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

impl Reader for Thread<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        let Thread { snapshot, policy, way, verdicts } = self;
        let at = Instant::from_unix(i64::from(asked.at));
        match way {
            Way::Text => snapshot.verify_batch(asked.texts, at, policy, verdicts)?,
            Way::Index => {
                snapshot.verify_keys(Kind::Permit, asked.code_keys, at, policy, verdicts)?;
            }
            Way::Single => {
                let mut counts = Counts::default();
                for text in asked.texts {
                    let answer = snapshot.verify(&Query::new(text, at), policy)?;
                    count(&mut counts, &answer.judged);
                }
                return Ok(counts);
            }
        }
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
