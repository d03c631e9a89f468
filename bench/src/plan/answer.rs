//! How many machines and cores, out of what one machine can do.

use serde::{Deserialize, Serialize};

use crate::plan::load::Load;
use crate::plan::workload::Workload;

/// What is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Machines; none where no load keeps to the objective.
    pub machines: Option<u64>,
    /// Cores of each.
    pub cores: Option<u64>,
    /// Codes a second that one machine answers within the objective.
    pub capacity: f64,
    /// The same less the headroom.
    pub usable: f64,
    /// Loads below the highest one within the objective that were not: something else held the machine
    /// up, since less work alone makes nobody wait longer.
    pub disturbed_loads: usize,
    /// Memory of the hot lines of all records.
    pub hot_bytes: f64,
    /// Memory of everything but details.
    pub warm_bytes: f64,
    /// Room on the disk, with what a merge of all needs beside.
    pub disk_bytes: f64,
    /// Whether the hot lines fit the memory of this machine, where it is known.
    pub fits_memory: Option<bool>,
    /// Whether the updates asked for can be made durable.
    pub updates_met: Option<bool>,
    /// The answer as a sentence.
    pub verdict: String,
}

/// What one machine does.
pub(crate) struct Capable<'m> {
    /// Offered loads on the measured store.
    pub(crate) loads: &'m [Load],
    /// The speed with all records in parts of the speed of the measured store.
    pub(crate) scale: f64,
    /// The speed while updates go on, in parts of the speed without.
    pub(crate) updates_share: f64,
    /// Updates a second at the most, where any are asked for.
    pub(crate) updates_most: Option<f64>,
    /// Memory.
    pub(crate) memory_bytes: Option<f64>,
    /// Bytes a record: of hot lines, of everything but details, of all.
    pub(crate) record_bytes: [f64; 3],
}

impl Capable<'_> {
    /// What is needed for a workload.
    pub(crate) fn answer(&self, workload: &Workload) -> Answer {
        let is_kept = |load: &Load| load.kept_up && load.objective_us <= workload.latency_us;
        let highest = self
            .loads
            .iter()
            .filter(|load| is_kept(load))
            .map(|load| load.offered)
            .fold(0.0, f64::max);
        let disturbed = self.loads.iter().filter(|load| load.offered < highest && !is_kept(load));
        let capacity = highest * self.scale * self.updates_share;
        let usable = capacity * (1.0 - workload.headroom);
        let needed = (usable > 0.0).then(|| machines(workload, usable));
        let [hot_bytes, warm_bytes, disk_bytes] =
            self.record_bytes.map(|bytes| bytes * workload.records as f64);
        let fits_memory = self.memory_bytes.map(|memory| hot_bytes <= memory);
        let updates = workload.updates_per_second as f64;
        let updates_met = self.updates_most.map(|most| updates <= most);
        let mut answer = Answer {
            machines: needed.map(|(machines, _)| machines),
            cores: needed.map(|(_, cores)| cores),
            capacity,
            usable,
            disturbed_loads: disturbed.count(),
            hot_bytes,
            warm_bytes,
            // A merge writes all segments anew before it removes the old ones.
            disk_bytes: disk_bytes + warm_bytes,
            fits_memory,
            updates_met,
            verdict: String::new(),
        };
        answer.verdict = verdict(&answer, workload);
        answer
    }
}

/// Machines, and cores of each, where a machine like this one answers so many codes a second.
fn machines(workload: &Workload, usable: f64) -> (u64, u64) {
    let threads = workload.threads as u64;
    let a_core = usable / threads as f64;
    let cores = (workload.look_ups_per_second as f64 / a_core).ceil().max(1.0) as u64;
    let machines = cores.div_ceil(threads);
    // Every machine has its own writer, or follows another's at the same cost.
    (machines, cores.div_ceil(machines) + workload.writers() as u64)
}

fn verdict(answer: &Answer, workload: &Workload) -> String {
    let plural = |count: u64, one: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{} {one}s", grouped(count as f64)) }
    };
    let objective = format!(
        "{} a second with p{} within {} µs",
        plural(workload.look_ups_per_second, "look-up"),
        workload.percentile,
        grouped(workload.latency_us),
    );
    let Some((machines, cores)) = answer.machines.zip(answer.cores) else {
        return format!(
            "No number of machines like this one answers {objective} in calls of {} codes: the \
             lightest load took longer.",
            grouped(workload.batch as f64)
        );
    };
    let each = if machines == 1 { "" } else { " each" };
    let mut text = format!(
        "{} with {}{each} answers {objective} on {} records, with {:.0} % of its capacity free.",
        plural(machines, "machine"),
        plural(cores, "core"),
        grouped(workload.records as f64),
        workload.headroom * 100.0,
    );
    if machines > 1 {
        text = text.replacen(" answers ", " answer ", 1).replacen("its", "their", 1);
    }
    if answer.fits_memory == Some(false) {
        text.push_str(" Each needs more memory than this one has: see below.");
    }
    if answer.updates_met == Some(false) {
        text.push_str(" The updates asked for are more than its one writer can make durable.");
    }
    text
}

/// A number for people: at most three digits after the point, thousands apart.
pub(crate) fn grouped(number: f64) -> String {
    let text = format!("{number:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, rest) = text.split_once('.').map_or((text, ""), |(whole, rest)| (whole, rest));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) && grouped != "-" {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest.is_empty() { grouped } else { format!("{grouped}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::open_loop::Percentiles;

    fn load(offered: f64, objective_us: f64, kept_up: bool) -> Load {
        let us = objective_us;
        let latency_us = Percentiles { p50: us, p90: us, p99: us, p99_9: us, p99_99: us, max: us };
        Load { offered, answered: offered, calls: 1, kept_up, latency_us, objective_us }
    }

    fn workload() -> Workload {
        Workload {
            records: 10_000_000,
            threads: 4,
            look_ups_per_second: 100_000_000,
            latency_us: 500.0,
            headroom: 0.25,
            ..Workload::default()
        }
    }

    fn capable(loads: &[Load]) -> Capable<'_> {
        Capable {
            loads,
            scale: 0.5,
            updates_share: 0.8,
            updates_most: Some(10.0),
            memory_bytes: Some(1e9),
            record_bytes: [32.0, 80.0, 280.0],
        }
    }

    #[test]
    fn machines_follow_from_the_highest_load_within_the_objective() {
        let loads = [
            load(20e6, 100.0, true),
            // A lighter load than the best, held up by something else.
            load(40e6, 900.0, true),
            load(80e6, 500.0, true),
            // Too slow, and not kept up with.
            load(90e6, 501.0, true),
            load(100e6, 400.0, false),
        ];
        let answer = capable(&loads).answer(&workload());
        // 80 million × 0.5 × 0.8 = 32 million; a quarter free leaves 24, so 6 for each of 4 cores.
        assert_eq!((answer.capacity, answer.usable, answer.disturbed_loads), (32e6, 24e6, 1));
        // 100 / 6 gives 17 cores, on 5 machines 4 each.
        assert_eq!((answer.machines, answer.cores), (Some(5), Some(4)));
        assert_eq!((answer.hot_bytes, answer.warm_bytes, answer.disk_bytes), (32e7, 8e8, 36e8));
        assert_eq!((answer.fits_memory, answer.updates_met), (Some(true), Some(true)));
        assert_eq!(
            answer.verdict,
            "5 machines with 4 cores each answer 100,000,000 look-ups a second with p99 within \
             500 µs on 10,000,000 records, with 25 % of their capacity free."
        );
    }

    #[test]
    fn little_work_needs_one_core_beside_the_writer_and_too_much_is_said() {
        let loads = [load(80e6, 1.0, true)];
        let little = Workload { look_ups_per_second: 1, updates_per_second: 11, ..workload() };
        let mut capable = capable(&loads);
        capable.memory_bytes = Some(3e8);
        let answer = capable.answer(&little);
        assert_eq!((answer.machines, answer.cores), (Some(1), Some(2)));
        assert_eq!((answer.fits_memory, answer.updates_met), (Some(false), Some(false)));
        assert!(answer.verdict.starts_with("1 machine with 2 cores answers 1 look-up a second"));
        assert!(answer.verdict.contains("more memory") && answer.verdict.contains("one writer"));
        // Nothing keeps to the objective.
        let slow = [load(80e6, 501.0, true)];
        let answer = Capable { loads: &slow, ..capable }.answer(&workload());
        assert_eq!((answer.machines, answer.cores, answer.capacity), (None, None, 0.0));
        assert!(answer.verdict.starts_with("No number of machines"));
    }

    #[test]
    fn numbers_for_people_have_their_thousands_apart() {
        for (number, text) in [
            (0.0, "0"),
            (999.0, "999"),
            (1000.0, "1,000"),
            (1234567.891, "1,234,567.891"),
            (-1000.5, "-1,000.5"),
            (-100.0, "-100"),
            (0.05, "0.05"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
