//! Changes that go on while codes are asked for.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Clock};

use propusk_engine::time::Instant;
use serde::{Deserialize, Serialize};

use crate::plan::deltas::{DeltaCost, deltas_max};
use crate::plan::error::PlanError;
use crate::plan::load::{Crowd, Load};
use crate::plan::open_loop::{Arrivals, Latencies, Percentiles, Slept};
use crate::plan::stores::permits;
use crate::plan::workload::Workload;
use crate::random::Random;
use crate::world::{World, change};

/// Threads that change, and changes of one call, where as many as there can be are asked for.
const THREADS_MOST: u64 = 8;
const TOGETHER_MOST: u64 = 500;
/// Threads that change at the asked rate, and calls a second of them together.
const THREADS: u64 = 4;
const CALLS_A_SECOND: f64 = 100.0;
/// How much longer than one offered load changes are kept up.
const LOADS: f64 = 3.0;
/// What a change tells: 16 bytes of a code, 8 of an instant, and a status.
const CHANGE_BYTES: f64 = 25.0;

/// Changes, measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Updates {
    /// Changes a second that are durable, as many as there can be, merges included.
    pub most_per_second: f64,
    /// Changes a second that were made when the workload's rate was due.
    pub made_per_second: f64,
    /// From the moment at which a call was due until its changes were durable.
    pub durable_us: Percentiles,
    /// Changes of one call.
    pub together: u64,
    /// Bytes written for each change, merges included, where the system tells.
    pub written_bytes: Option<f64>,
    /// The same in parts of what a change tells.
    pub write_amplification: Option<f64>,
    /// Later segments that were seen, on average and at the most.
    pub deltas_seen: f64,
    /// The same.
    pub deltas_seen_max: f64,
    /// Later segments at the most if changes go on for ever.
    pub deltas_max: f64,
    /// What they cost a code.
    pub delta_cost: DeltaCost,
    /// Codes a second of all threads meanwhile, in parts of those without changes.
    pub look_ups_share: f64,
    /// The part that the model tells from the filters of the segments seen.
    pub look_ups_share_told: f64,
    /// A load of look-ups meanwhile.
    pub load: Load,
}

/// What happened while changes went on.
struct Made {
    changes: u64,
    seconds: f64,
    latencies: Latencies,
    /// Later segments after each call.
    deltas: Vec<f64>,
}

/// Changes at the workload's rate on a store that is asked, which keeps its changes.
pub(crate) struct Changing<'w> {
    pub(crate) world: &'w World,
    pub(crate) workload: &'w Workload,
    pub(crate) cost: DeltaCost,
    /// Codes a second of all threads without changes.
    pub(crate) idle_per_second: f64,
    /// Codes a second that are offered meanwhile.
    pub(crate) offered: f64,
}

impl Changing<'_> {
    /// Measures them.
    pub(crate) fn measure(&self) -> Result<Updates, PlanError> {
        let Changing { world, workload, cost, .. } = *self;
        // It ends with the writer.
        drop(world.writer.compact_in_background(now));
        let most_per_second = self.most()?;
        // What piled up is none of what follows.
        world.writer.compact_tiers(now())?;
        let crowd = Crowd::new(world, workload);
        let duration = Duration::from_secs_f64(workload.seconds * LOADS);
        let written = written_bytes();
        let (mut made, rate) =
            self.meanwhile(duration, || crowd.rate(workload.threads, duration))?;
        let (offered, load) = self.meanwhile(duration, || crowd.load(self.offered, duration))?;
        let written = written_bytes().zip(written).map(|(after, before)| (after - before) as f64);
        made.latencies.add(&offered.latencies);
        made.deltas.extend(&offered.deltas);
        let (changes, seconds) = (made.changes + offered.changes, made.seconds + offered.seconds);
        let written_bytes = written.map(|bytes| bytes / changes.max(1) as f64);
        let deltas_seen = made.deltas.iter().sum::<f64>() / made.deltas.len().max(1) as f64;
        let idle_ns = 1e9 * workload.threads as f64 / self.idle_per_second;
        let together = self.together();
        Ok(Updates {
            most_per_second,
            made_per_second: changes as f64 / seconds,
            durable_us: made.latencies.percentiles(),
            together,
            written_bytes,
            write_amplification: written_bytes.map(|bytes| bytes / CHANGE_BYTES),
            deltas_seen,
            deltas_seen_max: made.deltas.iter().copied().fold(0.0, f64::max),
            deltas_max: deltas_max(world.permits as f64, together as f64),
            delta_cost: cost,
            look_ups_share: rate / self.idle_per_second,
            look_ups_share_told: idle_ns / (idle_ns + cost.at(deltas_seen)),
            load,
        })
    }

    /// Changes a second, as many as there can be.
    fn most(&self) -> Result<f64, PlanError> {
        let duration = Duration::from_secs_f64(self.workload.seconds * LOADS);
        let (begun, made) = (Clock::now(), AtomicU64::new(0));
        each(THREADS_MOST, |thread| {
            let mut random = Random::new(thread + 300);
            while begun.elapsed() < duration {
                self.apply(&mut random, TOGETHER_MOST)?;
                made.fetch_add(TOGETHER_MOST, Ordering::Relaxed);
            }
            Ok(())
        })?;
        Ok(made.into_inner() as f64 / begun.elapsed().as_secs_f64())
    }

    /// Changes of one call.
    fn together(&self) -> u64 {
        (self.workload.updates_per_second as f64 / CALLS_A_SECOND).ceil().max(1.0) as u64
    }

    /// Has changes go on at their rate while something else is done.
    fn meanwhile<R>(
        &self,
        duration: Duration,
        other: impl FnOnce() -> Result<R, PlanError>,
    ) -> Result<(Made, R), PlanError> {
        let together = self.together();
        let calls = self.workload.updates_per_second as f64 / together as f64 / THREADS as f64;
        let begun = Clock::now();
        let one = |thread: u64| {
            let (mut latencies, mut deltas) = (Latencies::new(), Vec::new());
            let mut random = Random::new(thread + 400);
            let due = Arrivals::new(calls, duration, thread);
            latencies.serve(&mut Slept::begin(), due, |_| {
                self.apply(&mut random, together)?;
                let snapshot = self.world.writer.snapshot();
                deltas.push(permits(&snapshot)?.segment_count() as f64 - 1.0);
                Ok::<(), PlanError>(())
            })?;
            Ok((latencies, deltas))
        };
        std::thread::scope(|scope| {
            let changing = scope.spawn(|| each(THREADS, one));
            let done = other()?;
            let threads = changing.join().map_err(|_| panicked())??;
            let (mut latencies, mut deltas) = (Latencies::new(), Vec::new());
            for (own, seen) in threads {
                latencies.add(&own);
                deltas.extend(seen);
            }
            let changes = latencies.count() * together;
            let seconds = begun.elapsed().as_secs_f64().max(duration.as_secs_f64());
            Ok((Made { changes, seconds, latencies, deltas }, done))
        })
    }

    fn apply(&self, random: &mut Random, count: u64) -> Result<(), PlanError> {
        let permits = self.world.permits;
        let each = |_| change(random.next() % permits, random.next().is_multiple_of(2));
        self.world.writer.apply(&(0..count).map(each).collect::<Vec<_>>(), now())?;
        Ok(())
    }
}

/// Has so many threads do something.
fn each<R: Send>(
    threads: u64,
    work: impl Fn(u64) -> Result<R, PlanError> + Sync,
) -> Result<Vec<R>, PlanError> {
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| panicked())?).collect()
    })
}

fn panicked() -> PlanError {
    PlanError::Measure("a thread that changes has panicked".to_owned())
}

/// The permits of the benches are of 2020, and are kept for as long as the policy says.
fn now() -> Instant {
    crate::world::at(propusk_engine::verdict::Kind::Permit)
}

/// What this process had written to storage so far.
fn written_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/io").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "))?;
    line.trim().parse().ok()
}
