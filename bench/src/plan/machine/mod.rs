//! The machine, measured.

mod arithmetic;
pub(crate) mod lines;
pub(crate) mod pages;
mod storage;
mod system;

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan::error::PlanError;
use crate::plan::model::curve::Curve;
use crate::statistics::{median, quantile};
use lines::{LINE_BYTES, Line, LineMemory};
pub use system::Cache;

/// The smallest working set.
const SMALLEST_BYTES: u64 = 16 << 10;
/// Line memory at least, and how many times the largest cache.
const LARGEST_BYTES_MIN: u64 = 64 << 20;
const CACHES: u64 = 4;
/// So many places ahead a line is asked for; the best is taken.
const DISTANCES: [usize; 8] = [0, 2, 4, 8, 16, 32, 64, 128];
/// How often every working set is measured, in turns.
const ROUNDS: usize = 3;
/// How much of an offered load's time one measurement of a round takes.
const SHARE_OF_SECONDS: f64 = 0.006;
/// A doubling of the working set after which a line takes longer by this factor ends a cache.
const RISE: f64 = 1.35;
const FILE_BYTES_MAX: u64 = 256 << 20;
const SYNCS: usize = 64;

/// What this machine is and does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory in all.
    pub memory_bytes: Option<u64>,
    /// The system's name and version.
    pub system: String,
    /// The file system that stores were measured on.
    pub file_system: Option<String>,
    /// When the system gives large pages to memory that asks for nothing.
    pub large_pages: Option<String>,
    /// The share of the lines that stood on large pages.
    pub lines_on_large_pages: Option<f64>,
    /// Caches as the system tells.
    pub caches: Vec<Cache>,
    /// Working sets from which on a dependent load takes longer.
    pub rises_bytes: Vec<u64>,
    /// A line asked for so many places ahead, in the largest working set.
    pub distances: Vec<Distance>,
    /// The best of them.
    pub distance: usize,
    /// Lines by working set.
    pub lines: Vec<LineTimes>,
    /// Memory read in order, bytes a second.
    pub memory_read: f64,
    /// A file written in order and synced, bytes a second.
    pub file_written: f64,
    /// A file read in order that the system had forgotten, bytes a second.
    pub file_read: f64,
    /// A sync of a little file, microseconds, the middle one.
    pub sync_us: f64,
    /// The same, longer than 99 of 100.
    pub sync_us_p99: f64,
    /// HMAC-SHA-256 of a document on one core, a second.
    pub hmac_per_second: f64,
    /// Blocks of AES-128 on one core, a second.
    pub aes_per_second: f64,
}

/// Lines asked for ahead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    /// So many places.
    pub ahead: usize,
    /// What a line takes.
    pub gather_ns: f64,
}

/// What a random line takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineTimes {
    /// The memory that lines are taken from.
    pub bytes: u64,
    /// Where no line waits for another.
    pub gather_ns: f64,
    /// The same for each of all threads at once.
    pub together_ns: f64,
    /// Where each waits for the one before.
    pub dependent_ns: f64,
}

/// How the machine is measured.
pub(crate) struct Measure<'m> {
    /// Where stores are measured.
    pub(crate) folder: &'m Path,
    pub(crate) threads: usize,
    /// The duration of an offered load, of which all others are parts.
    pub(crate) seconds: f64,
    /// The largest hot table that is asked about.
    pub(crate) hot_bytes: u64,
    /// Memory for lines at most.
    pub(crate) scratch_bytes_max: u64,
}

impl Measure<'_> {
    /// Memory for lines: past the end of the largest cache, and as much as the hot table where there
    /// is room.
    pub(crate) fn line_memory(&self) -> Result<LineMemory, PlanError> {
        let cache = system::caches().last().map_or(0, |cache| cache.bytes);
        let wanted = (cache * CACHES).max(self.hot_bytes * 5 / 4).max(LARGEST_BYTES_MIN);
        let free = system::memory().map_or(u64::MAX, |(_, available)| available / 4);
        let bytes = wanted.min(free).min(self.scratch_bytes_max);
        LineMemory::new(self.folder, bytes).map_err(PlanError::file(self.folder))
    }

    /// Measures it.
    pub(crate) fn machine(&self, memory: &LineMemory) -> Result<Machine, PlanError> {
        let budget = Duration::from_secs_f64(self.seconds * SHARE_OF_SECONDS);
        let all = memory.lines(u64::MAX);
        let distances = distances(all, budget);
        let best = distances.iter().min_by(|a, b| a.gather_ns.total_cmp(&b.gather_ns));
        let distance = best.map_or(0, |best| best.ahead);
        let lines = self.by_working_set(memory, distance, budget);
        let failed = PlanError::file;
        let file_bytes = self.scratch_bytes_max.min(FILE_BYTES_MAX) as usize;
        let (file_written, file_read) =
            storage::file_rates(self.folder, file_bytes).map_err(failed(self.folder))?;
        let syncs = storage::syncs_us(self.folder, SYNCS).map_err(failed(self.folder))?;
        Ok(Machine {
            processor: system::processor(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: system::memory().map(|(all, _)| all),
            system: system::kernel(),
            file_system: system::file_system(self.folder),
            large_pages: system::large_pages(),
            lines_on_large_pages: memory.large_pages_share,
            caches: system::caches(),
            rises_bytes: rises(&lines),
            distances,
            distance,
            lines,
            memory_read: storage::memory_rate(all.as_flattened()),
            file_written,
            file_read,
            sync_us: quantile(&syncs, 0.5),
            sync_us_p99: quantile(&syncs, 0.99),
            hmac_per_second: arithmetic::hmac_per_second(budget),
            aes_per_second: arithmetic::aes_per_second(budget),
        })
    }

    fn by_working_set(
        &self,
        memory: &LineMemory,
        distance: usize,
        budget: Duration,
    ) -> Vec<LineTimes> {
        let sizes = sizes(memory.lines(u64::MAX).len() as u64 * LINE_BYTES);
        let mut times = vec![[const { Vec::new() }; 3]; sizes.len()];
        for round in 0..ROUNDS {
            for (bytes, [gathers, together, dependent]) in sizes.iter().zip(&mut times) {
                let lines = memory.lines(*bytes);
                lines::touch(lines.as_flattened());
                let seed = round as u64;
                gathers.push(lines::gather_ns(lines, distance, budget, seed));
                together.push(lines::gather_together_ns(lines, distance, self.threads, budget));
                dependent.push(lines::dependent_ns(lines, budget, seed));
            }
        }
        let one = |(bytes, times): (&u64, [Vec<f64>; 3])| {
            let [gather_ns, together_ns, dependent_ns] = times.map(median);
            LineTimes { bytes: *bytes, gather_ns, together_ns, dependent_ns }
        };
        sizes.iter().zip(times).map(one).collect()
    }
}

impl Machine {
    /// What a line takes where none waits for another, by working set.
    pub(crate) fn gathers(&self) -> Curve {
        Curve::new(self.lines.iter().map(|times| (times.bytes as f64, times.gather_ns)).collect())
    }

    /// The same in all threads at once.
    pub(crate) fn gathers_together(&self) -> Curve {
        Curve::new(self.lines.iter().map(|times| (times.bytes as f64, times.together_ns)).collect())
    }

    /// What a line takes that waits for the one before, by working set.
    pub(crate) fn dependents(&self) -> Curve {
        let point = |times: &LineTimes| (times.bytes as f64, times.dependent_ns);
        Curve::new(self.lines.iter().map(point).collect())
    }
}

fn distances(lines: &[Line], budget: Duration) -> Vec<Distance> {
    let mut times = [const { Vec::new() }; DISTANCES.len()];
    for round in 0..ROUNDS {
        for (ahead, times) in DISTANCES.iter().zip(&mut times) {
            times.push(lines::gather_ns(lines, *ahead, budget, round as u64));
        }
    }
    let one = |(ahead, times)| Distance { ahead, gather_ns: median(times) };
    DISTANCES.into_iter().zip(times).map(one).collect()
}

/// Working sets up to this one, two for each doubling.
fn sizes(largest: u64) -> Vec<u64> {
    let step = |step: i32| {
        let bytes = SMALLEST_BYTES as f64 * 2f64.powf(f64::from(step) / 2.0);
        bytes as u64 / LINE_BYTES * LINE_BYTES
    };
    let mut sizes: Vec<u64> = (0..).map(step).take_while(|bytes| *bytes < largest).collect();
    sizes.push(largest);
    sizes
}

/// The working sets at which a dependent load begins to take longer: of each run of rises the first.
fn rises(lines: &[LineTimes]) -> Vec<u64> {
    let mut rises = Vec::new();
    let mut is_rising = false;
    for pair in lines.windows(2) {
        let doublings = (pair[1].bytes as f64 / pair[0].bytes as f64).log2();
        let factor = pair[1].dependent_ns / pair[0].dependent_ns;
        let rises_now = factor.powf(1.0 / doublings.max(0.1)) >= RISE;
        if rises_now && !is_rising {
            rises.push(pair[0].bytes);
        }
        is_rising = rises_now;
    }
    rises
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_end_where_the_latency_begins_to_rise() {
        let times = [(16, 4.0), (32, 4.1), (64, 4.2), (128, 8.0), (256, 16.0), (512, 17.0)];
        let times = times.iter().chain(&[(1024, 17.5), (2048, 100.0)]);
        let line = |&(bytes, dependent_ns): &(u64, f64)| LineTimes {
            bytes,
            gather_ns: 1.0,
            together_ns: 1.0,
            dependent_ns,
        };
        assert_eq!(rises(&times.map(line).collect::<Vec<_>>()), [64, 1024]);
    }

    #[test]
    fn working_sets_double_in_two_steps_and_end_at_the_largest() {
        let sizes = sizes(100 << 10);
        assert_eq!(sizes, [16384, 23168, 32768, 46336, 65536, 92672, 102_400]);
    }
}
