//! The figures of a plan, one a line.

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::load::Load;

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Its name.
    pub figure: &'static str,
    /// Its value.
    pub value: f64,
    /// What it is counted in.
    pub unit: &'static str,
}

impl Plan {
    /// The figures that two plans are compared by; one that is not there is left out.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        self.answer_figures(&mut figures);
        self.look_up_figures(&mut figures);
        self.store_figures(&mut figures);
        self.machine_figures(&mut figures);
        self.update_figures(&mut figures);
        figures
    }

    /// The load that is nearest below what is planned for one machine.
    #[must_use]
    pub fn planned_load(&self) -> Option<&Load> {
        let below = |load: &&Load| load.offered <= self.answer.usable;
        self.loads.iter().rfind(below).or(self.loads.first())
    }

    fn answer_figures(&self, to: &mut Vec<Figure>) {
        let answer = &self.answer;
        if let Some((machines, cores)) = answer.machines.zip(answer.cores) {
            push(to, "machines", machines as f64, "machines");
            push(to, "cores", cores as f64, "cores each");
        }
        push(to, "capacity", answer.capacity, "look-ups/s a machine");
        push(to, "usable_capacity", answer.usable, "look-ups/s a machine");
        push(to, "disturbed_loads", answer.disturbed_loads as f64, "loads");
        push(to, "hot_memory", mebibytes(answer.hot_bytes), "MiB");
        push(to, "warm_memory", mebibytes(answer.warm_bytes), "MiB");
        push(to, "disk", mebibytes(answer.disk_bytes), "MiB");
    }

    fn look_up_figures(&self, to: &mut Vec<Figure>) {
        push(to, "look_up", self.look_up_ns(), "ns");
        push(to, "look_up_told", self.asked_ns, "ns");
        push(to, "model_error", self.model.error * 100.0, "%");
        for rate in self.threads.first().iter().chain(&self.threads.last()) {
            let figure = if rate.threads == 1 { "one_thread" } else { "all_threads" };
            push(to, figure, rate.per_second, "look-ups/s");
        }
        to.dedup_by_key(|figure| figure.figure);
        if let Some(load) = self.planned_load() {
            push(to, "planned_load", load.offered, "look-ups/s");
            let latency = &load.latency_us;
            push(to, "latency_p50", latency.p50, "µs");
            push(to, "latency_p90", latency.p90, "µs");
            push(to, "latency_p99", latency.p99, "µs");
            push(to, "latency_p99.9", latency.p99_9, "µs");
            push(to, "latency_p99.99", latency.p99_99, "µs");
        }
    }

    fn store_figures(&self, to: &mut Vec<Figure>) {
        let holdings = &self.holdings;
        push(to, "hot_bytes", holdings.hot_bytes, "bytes a record");
        push(to, "warm_bytes", holdings.warm_bytes, "bytes a record");
        push(to, "disk_bytes", holdings.disk_bytes, "bytes a record");
        push(to, "load", holdings.load_per_second, "records/s");
    }

    fn machine_figures(&self, to: &mut Vec<Figure>) {
        let machine = &self.machine;
        if let Some(store) = self.stores.last() {
            push(to, "line", store.gather_ns, "ns");
            push(to, "dependent_line", store.dependent_ns, "ns");
        }
        push(to, "memory_read", machine.memory_read / 1e9, "GB/s");
        push(to, "file_read", machine.file_read / 1e9, "GB/s");
        push(to, "file_written", machine.file_written / 1e9, "GB/s");
        push(to, "sync", machine.sync_us, "µs");
        push(to, "sync_p99", machine.sync_us_p99, "µs");
        push(to, "hmac", machine.hmac_per_second, "a second");
        push(to, "aes", machine.aes_per_second, "blocks/s");
    }

    fn update_figures(&self, to: &mut Vec<Figure>) {
        let Some(updates) = &self.updates else { return };
        push(to, "updates_most", updates.most_per_second, "changes/s");
        push(to, "updates_made", updates.made_per_second, "changes/s");
        push(to, "durable_p50", updates.durable_us.p50, "µs");
        push(to, "durable_p99", updates.durable_us.p99, "µs");
        if let Some((bytes, amplification)) = updates.written_bytes.zip(updates.write_amplification)
        {
            push(to, "written", bytes, "bytes a change");
            push(to, "write_amplification", amplification, "times");
        }
        push(to, "look_ups_under_updates", updates.look_ups_share * 100.0, "%");
        push(to, "latency_p99_under_updates", updates.load.latency_us.p99, "µs");
    }
}

fn push(to: &mut Vec<Figure>, figure: &'static str, value: f64, unit: &'static str) {
    to.push(Figure { figure, value: significant(value), unit });
}

fn mebibytes(bytes: f64) -> f64 {
    bytes / 1024.0 / 1024.0
}

/// Four digits that count; whole numbers stay whole.
pub(crate) fn significant(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() || value.abs() >= 1e4 {
        return value.round();
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    let scale = 10f64.powi(digits.clamp(0, 12));
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_four_digits() {
        for (value, kept) in [
            (0.0, 0.0),
            (12.34567, 12.35),
            (-0.012_345, -0.01235),
            (1234.5, 1235.0),
            (123_456.7, 123_457.0),
        ] {
            assert_eq!(significant(value), kept);
        }
    }
}
