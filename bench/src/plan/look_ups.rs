//! Look-ups as fast as one thread can, beside random lines of the same memory, in turns.
//!
//! Every round measures everything once: what else the machine does falls on all alike, and the middle
//! of the rounds counts.

use std::time::{Duration, Instant as Clock};

use propusk_engine::store::Snapshot;
use propusk_engine::verify::Judged;
use serde::{Deserialize, Serialize};

use crate::plan::draw::Draw;
use crate::plan::error::PlanError;
use crate::plan::machine::lines::{self, LineMemory};
use crate::plan::stores::{Stores, hot_bytes};
use crate::plan::workload::Workload;
use crate::queries::Text;
use crate::statistics::{median, quantile};
use crate::world::World;

/// Sizes of calls that the model is fitted on.
pub(crate) const FITTED_BATCHES: [usize; 4] = [1, 16, 128, 1024];
/// Sizes of calls that are measured on the largest store, beside the workload's own.
const BATCHES: [usize; 8] = [1, 4, 16, 64, 256, 512, 1024, 4096];
/// The size that is never fitted on, for where the workload's own is.
pub(crate) const HELD_OUT_BATCH: usize = 64;
const ROUNDS: usize = 31;
/// The first rounds page the files in and prove their blocks.
const ROUNDS_BEFORE: usize = 2;
/// How much of an offered load's time one measurement of a round takes.
const SHARE_OF_SECONDS: f64 = 0.004;
/// Codes between two looks at the clock.
const BLOCK: usize = 8192;

/// One store, measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreTimes {
    /// Records in it.
    pub records: u64,
    /// Bytes of its hot lines.
    pub hot_bytes: u64,
    /// What a line of many takes in memory of that size.
    pub gather_ns: f64,
    /// What a dependent load takes there.
    pub dependent_ns: f64,
    /// What a look-up takes, by codes in a call.
    pub batches: Vec<BatchTime>,
}

/// Calls of one size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchTime {
    /// Codes in a call.
    pub batch: usize,
    /// What a code takes, nanoseconds; the middle of the rounds.
    pub ns: f64,
    /// The same in the fastest tenth of the rounds.
    pub fast_ns: f64,
    /// The same in all but the slowest tenth.
    pub slow_ns: f64,
}

/// What is measured in turns in one store.
struct Turn<'w> {
    world: &'w World,
    lines: &'w [lines::Line],
    draw: Draw,
    gathers: Vec<f64>,
    dependents: Vec<f64>,
    batches: Vec<(usize, Vec<f64>)>,
}

/// Asks a store and tells what a code took.
pub(crate) struct Asker {
    codes: Vec<Text>,
    verdicts: Vec<Judged>,
    budget: Duration,
}

/// Measures all stores, the largest one with calls of every size.
pub(crate) fn measure(
    stores: &Stores,
    memory: &LineMemory,
    distance: usize,
    workload: &Workload,
) -> Result<Vec<StoreTimes>, PlanError> {
    let mut asker = Asker::new(workload);
    let mut turns = Vec::new();
    for world in stores.all() {
        let is_largest = world.permits == stores.measured.permits;
        let mut batches = if is_largest { BATCHES.to_vec() } else { FITTED_BATCHES.to_vec() };
        batches.push(workload.batch);
        batches.sort_unstable();
        batches.dedup();
        turns.push(Turn {
            world,
            lines: memory.lines(hot_bytes(world)?),
            draw: Draw::new(workload, world.permits, world.permits),
            gathers: Vec::new(),
            dependents: Vec::new(),
            batches: batches.into_iter().map(|batch| (batch, Vec::new())).collect(),
        });
    }
    for round in 0..ROUNDS_BEFORE + ROUNDS {
        for turn in &mut turns {
            turn.take(&mut asker, distance, round)?;
        }
    }
    turns.into_iter().map(Turn::times).collect()
}

impl Turn<'_> {
    fn take(&mut self, asker: &mut Asker, distance: usize, round: usize) -> Result<(), PlanError> {
        let counts = round >= ROUNDS_BEFORE;
        let gather = lines::gather_ns(self.lines, distance, asker.budget, round as u64);
        let dependent = lines::dependent_ns(self.lines, asker.budget, round as u64);
        if counts {
            self.gathers.push(gather);
            self.dependents.push(dependent);
        }
        let snapshot = || self.world.store.snapshot();
        for (batch, times) in &mut self.batches {
            let time = asker.code_ns(self.world, snapshot, &mut self.draw, *batch)?;
            if counts {
                times.push(time);
            }
        }
        Ok(())
    }

    fn times(self) -> Result<StoreTimes, PlanError> {
        let batch = |(batch, mut times): (usize, Vec<f64>)| {
            times.sort_by(f64::total_cmp);
            BatchTime {
                batch,
                ns: quantile(&times, 0.5),
                fast_ns: quantile(&times, 0.1),
                slow_ns: quantile(&times, 0.9),
            }
        };
        Ok(StoreTimes {
            records: self.world.permits,
            hot_bytes: hot_bytes(self.world)?,
            gather_ns: median(self.gathers),
            dependent_ns: median(self.dependents),
            batches: self.batches.into_iter().map(batch).collect(),
        })
    }
}

impl StoreTimes {
    /// What a code takes in calls of that size.
    #[must_use]
    pub fn at(&self, batch: usize) -> Option<&BatchTime> {
        self.batches.iter().find(|time| time.batch == batch)
    }
}

impl Asker {
    /// For as long as this workload's measurements take.
    pub(crate) fn new(workload: &Workload) -> Self {
        let budget = Duration::from_secs_f64(workload.seconds * SHARE_OF_SECONDS);
        Asker { codes: Vec::new(), verdicts: Vec::new(), budget }
    }

    /// Nanoseconds for each code in calls of one size, each call with the snapshot of its moment.
    pub(crate) fn code_ns<S: AsRef<Snapshot>>(
        &mut self,
        world: &World,
        snapshot: impl Fn() -> Result<S, propusk_engine::error::StoreError>,
        draw: &mut Draw,
        batch: usize,
    ) -> Result<f64, PlanError> {
        let count = BLOCK.next_multiple_of(batch);
        let (mut used, mut each) = (Duration::ZERO, Vec::new());
        while used < self.budget || each.is_empty() {
            draw.fill(&mut self.codes, count);
            let begun = Clock::now();
            for codes in self.codes.chunks(batch) {
                let (at, policy) = (world.at, &world.policy);
                snapshot()?.as_ref().verify_batch(codes, at, policy, &mut self.verdicts)?;
            }
            let took = begun.elapsed();
            used += took;
            each.push(took.as_secs_f64() * 1e9 / count as f64);
        }
        Ok(median(each))
    }
}
