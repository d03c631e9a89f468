//! Look-ups by all threads at once: as fast as they can, and at offered loads.

use std::sync::Barrier;
use std::time::{Duration, Instant as Clock};

use propusk_engine::verify::Judged;
use serde::{Deserialize, Serialize};

use crate::plan::draw::Draw;
use crate::plan::error::PlanError;
use crate::plan::open_loop::{Arrivals, Latencies, Percentiles, Timer as _, Watched};
use crate::plan::workload::Workload;
use crate::queries::Text;
use crate::world::World;

/// Offered loads, as parts of what the threads can do.
const LOADS: [f64; 9] = [0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95, 1.0];
/// The part of a load's time by which its last call may be answered late.
const LATE: f64 = 0.02;
/// Codes of one thread: so many that most lines of the store are asked for before one comes again.
const CODES_MIN: u64 = 1 << 16;
const CODES_MAX: u64 = 1 << 23;

/// Threads that ask without a pause.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreadRate {
    /// How many.
    pub threads: usize,
    /// Codes a second, of all together.
    pub per_second: f64,
}

/// An offered load, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Codes a second that were due.
    pub offered: f64,
    /// Codes a second that were answered.
    pub answered: f64,
    /// Calls.
    pub calls: u64,
    /// Whether all were answered by the end of the time, but for a fiftieth of it or the objective's
    /// latency.
    pub kept_up: bool,
    /// How long they took from the moment at which they were due.
    pub latency_us: Percentiles,
    /// The same at the objective's share of calls.
    pub objective_us: f64,
}

/// Threads that ask one store, each with codes of its own.
pub(crate) struct Crowd<'w> {
    world: &'w World,
    batch: usize,
    percentile: f64,
    /// How long after a load's time its last call may be answered.
    late_seconds: f64,
    /// By thread.
    codes: Vec<Vec<Text>>,
}

/// The thread that asks, and what it needs.
struct Member<'c> {
    world: &'c World,
    calls: std::iter::Cycle<std::slice::ChunksExact<'c, Text>>,
    verdicts: Vec<Judged>,
}

impl<'w> Crowd<'w> {
    /// Draws the codes.
    pub(crate) fn new(world: &'w World, workload: &Workload) -> Self {
        let count = world.permits.clamp(CODES_MIN, CODES_MAX) as usize;
        let count = count.next_multiple_of(workload.batch);
        let draw = |thread: usize| {
            let mut codes = Vec::with_capacity(count);
            Draw::new(workload, world.permits, 1000 + thread as u64).fill(&mut codes, count);
            codes
        };
        let codes = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..workload.threads).map(|thread| scope.spawn(move || draw(thread))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        let late_seconds = (workload.seconds * LATE).max(workload.latency_us / 1e6);
        let (batch, percentile) = (workload.batch, workload.percentile);
        Crowd { world, batch, percentile, late_seconds, codes }
    }

    /// How fast 1, 2, 4 and so on up to all threads are.
    pub(crate) fn rates(&self, duration: Duration) -> Result<Vec<ThreadRate>, PlanError> {
        let all = self.codes.len();
        let doubled = std::iter::successors(Some(1), |threads| Some(threads * 2));
        let counts = doubled.take_while(|threads| *threads < all).chain([all]);
        counts
            .map(|threads| {
                let per_second = self.rate(threads, duration)?;
                Ok(ThreadRate { threads, per_second })
            })
            .collect()
    }

    /// Codes a second that so many threads answer without a pause.
    pub(crate) fn rate(&self, threads: usize, duration: Duration) -> Result<f64, PlanError> {
        let rates = self.each(threads, |member, _| {
            let (begun, mut calls) = (Clock::now(), 0u64);
            while begun.elapsed() < duration {
                member.call()?;
                calls += 1;
            }
            Ok(calls as f64 * self.batch as f64 / begun.elapsed().as_secs_f64())
        })?;
        Ok(rates.iter().sum())
    }

    /// Offers one load after the other, up to what all threads can do.
    pub(crate) fn loads(
        &self,
        per_second: f64,
        duration: Duration,
    ) -> Result<Vec<Load>, PlanError> {
        LOADS.iter().map(|part| self.load(part * per_second, duration)).collect()
    }

    /// Offers a load of so many codes a second, an equal part of it to every thread.
    pub(crate) fn load(&self, offered: f64, duration: Duration) -> Result<Load, PlanError> {
        let threads = self.codes.len();
        let calls_a_second = offered / self.batch as f64 / threads as f64;
        let served = self.each(threads, |member, thread| {
            let mut latencies = Latencies::new();
            let due = Arrivals::new(calls_a_second, duration, thread as u64);
            let mut timer = Watched::begin();
            latencies.serve(&mut timer, due, |_| member.call())?;
            // Until the end of the time, where the last call was done before.
            timer.wait_until(duration.as_nanos() as u64);
            Ok((latencies, timer.now_ns()))
        })?;
        let (mut all, mut longest) = (Latencies::new(), 0);
        for (latencies, ended_ns) in &served {
            all.add(latencies);
            longest = longest.max(*ended_ns);
        }
        let codes = all.count() as f64 * self.batch as f64;
        Ok(Load {
            offered,
            answered: codes / (longest as f64 / 1e9),
            calls: all.count(),
            kept_up: longest as f64 / 1e9 <= duration.as_secs_f64() + self.late_seconds,
            latency_us: all.percentiles(),
            objective_us: all.at_us(self.percentile),
        })
    }

    /// Has so many threads do something, all beginning at once.
    fn each<R: Send>(
        &self,
        threads: usize,
        work: impl Fn(&mut Member<'_>, usize) -> Result<R, PlanError> + Sync,
    ) -> Result<Vec<R>, PlanError> {
        let barrier = Barrier::new(threads);
        let one = |thread: usize| {
            let calls = self.codes[thread].chunks_exact(self.batch).cycle();
            let mut member = Member { world: self.world, calls, verdicts: Vec::new() };
            barrier.wait();
            work(&mut member, thread)
        };
        std::thread::scope(|scope| {
            let one = &one;
            let running: Vec<_> =
                (0..threads).map(|thread| scope.spawn(move || one(thread))).collect();
            let panicked = || PlanError::Measure("a thread that asks has panicked".to_owned());
            running.into_iter().map(|thread| thread.join().map_err(|_| panicked())?).collect()
        })
    }
}

impl Member<'_> {
    /// Asks once, as of the snapshot of this moment.
    fn call(&mut self) -> Result<(), PlanError> {
        let codes = self.calls.next().unwrap_or_default();
        let (at, policy) = (self.world.at, &self.world.policy);
        self.world.store.snapshot()?.verify_batch(codes, at, policy, &mut self.verdicts)?;
        Ok(())
    }
}
