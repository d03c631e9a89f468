//! What later segments cost a look-up: their filters are asked first.

use std::sync::Arc;

use propusk_engine::store::Snapshot;
use serde::{Deserialize, Serialize};

use crate::plan::draw::Draw;
use crate::plan::error::PlanError;
use crate::plan::look_ups::Asker;
use crate::plan::workload::Workload;
use crate::random::Random;
use crate::statistics::median;
use crate::world::{World, change};

/// Later segments, and the part of all records that each changes.
const DELTAS: u64 = 4;
const PART: u64 = 100;
const ROUNDS: usize = 15;
/// Segments of one size that are merged into one of the next.
const FAN_IN: f64 = 4.0;

/// What later segments cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeltaCost {
    /// Nanoseconds a code where there is any.
    pub any_ns: f64,
    /// Nanoseconds a code for each.
    pub each_ns: f64,
}

impl DeltaCost {
    /// Measures it on a store, which keeps its changes: no later segment, one and several in turns.
    pub(crate) fn measure(world: &World, workload: &Workload) -> Result<Self, PlanError> {
        let mut snapshots = vec![world.store.snapshot()?];
        for delta in 0..DELTAS {
            let mut random = Random::new(500 + delta);
            let count = (world.permits / PART).max(1);
            let changes: Vec<_> =
                (0..count).map(|_| change(random.next() % world.permits, true)).collect();
            world.writer.apply(&changes, world.at)?;
            snapshots.push(world.store.snapshot()?);
        }
        let compared = [0, 1, DELTAS as usize].map(|place| Arc::clone(&snapshots[place]));
        let mut asker = Asker::new(workload);
        let mut draw = Draw::new(workload, world.permits, 77);
        let mut times = [const { Vec::new() }; 3];
        for round in 0..=ROUNDS {
            for (snapshot, times) in compared.iter().zip(&mut times) {
                let pinned = || Ok::<Arc<Snapshot>, _>(Arc::clone(snapshot));
                let time = asker.code_ns(world, pinned, &mut draw, workload.batch)?;
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let [none, one, several] = times.map(median);
        Ok(DeltaCost::of(none, one, several))
    }

    /// Of what a code took without, with one, and with several later segments.
    fn of(none: f64, one: f64, several: f64) -> Self {
        let each_ns = ((several - one) / (DELTAS - 1) as f64).max(0.0);
        DeltaCost { any_ns: (one - none - each_ns).max(0.0), each_ns }
    }

    /// What so many later segments cost a code.
    #[must_use]
    pub fn at(&self, deltas: f64) -> f64 {
        if deltas > 0.0 { self.any_ns + self.each_ns * deltas } else { 0.0 }
    }
}

/// Later segments at the most while changes go on for ever: all but one of a full tier, in each tier
/// from that of one publish to a quarter of the records, where all is merged.
pub(crate) fn deltas_max(records: f64, rows_a_publish: f64) -> f64 {
    let tiers = (records / 4.0 / rows_a_publish.max(1.0)).max(1.0).log(FAN_IN).floor() + 1.0;
    (FAN_IN - 1.0) * tiers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_one_is_told_from_that_of_each() {
        // 20 ns without, 23 with one, 29 with four: 2 for each and 1 for any.
        let cost = DeltaCost::of(20.0, 23.0, 29.0);
        assert_eq!(cost, DeltaCost { any_ns: 1.0, each_ns: 2.0 });
        assert_eq!((cost.at(0.0), cost.at(3.0)), (0.0, 7.0));
        // Noise never makes a segment a gain.
        assert_eq!(DeltaCost::of(20.0, 19.0, 18.0), DeltaCost { any_ns: 0.0, each_ns: 0.0 });
    }

    #[test]
    fn tiers_reach_from_one_publish_to_a_quarter_of_the_records() {
        // 1,000 rows a publish of 1,000,000 records: tiers of 1, 4, 16 and 64 thousand, below 250.
        assert_eq!(deltas_max(1e6, 1000.0), 12.0);
        // Publishes of a quarter or more are merged at once, all but for what waits.
        assert_eq!(deltas_max(1e6, 1e6), 3.0);
    }
}
