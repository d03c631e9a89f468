//! The tables of a plan.

use crate::plan::Plan;
use crate::plan::answer::grouped;
use crate::plan::figures::significant;
use crate::plan::load::Load;
use crate::plan::model::Told;
use crate::plan::report::charts::bytes_name;
use crate::plan::report::count;
use crate::plan::report::html::Table;

impl Plan {
    pub(crate) fn asked_table(&self) -> Table {
        let asked = &self.workload;
        let mut table = Table::new("Asked for", &["", ""]);
        table.row(&["records", &number(asked.records as f64)]);
        if self.holdings.records < asked.records {
            table.row(&["of which measured", &number(self.holdings.records as f64)]);
        }
        table.row(&["look-ups a second", &number(asked.look_ups_per_second as f64)]);
        table.row(&["known codes", &percent(asked.hit_share)]);
        table.row(&["popularity", &asked.popularity.to_string()]);
        table.row(&["codes in a call", &number(asked.batch as f64)]);
        table.row(&["threads", &number(asked.threads as f64)]);
        let objective = format!("p{} within {} µs", asked.percentile, number(asked.latency_us));
        table.row(&["objective", &objective]);
        table.row(&["kept free", &percent(asked.headroom)]);
        table.row(&["updates a second", &number(asked.updates_per_second as f64)]);
        table
    }

    pub(crate) fn needed_table(&self) -> Table {
        let answer = &self.answer;
        let mut table = Table::new("Needed", &["", ""]);
        let whole = |number: Option<u64>| number.map_or("none".to_owned(), |n| grouped(n as f64));
        table.row(&["machines", &whole(answer.machines)]);
        table.row(&["cores of each", &whole(answer.cores)]);
        table.row(&["a machine within the objective", &rate(answer.capacity)]);
        table.row(&["the same less what is kept free", &rate(answer.usable)]);
        table.row(&["memory of hot lines", &bytes_name(answer.hot_bytes as u64)]);
        table.row(&["memory of all but details", &bytes_name(answer.warm_bytes as u64)]);
        table.row(&["disk, a merge included", &bytes_name(answer.disk_bytes as u64)]);
        let met = |is_met: Option<bool>| match is_met {
            None => "unknown",
            Some(true) => "yes",
            Some(false) => "no",
        };
        table.row(&["hot lines fit this machine", met(answer.fits_memory)]);
        if self.updates.is_some() {
            table.row(&["updates can be made durable", met(answer.updates_met)]);
        }
        table
    }

    pub(crate) fn batches_table(&self) -> Table {
        let mut table = Table::new(
            "One thread",
            &["codes in a call", "ns", "fastest tenth", "slowest tenth", "model", "error"],
        );
        let times = self.stores.last().map_or(&[][..], |store| &store.batches);
        for (time, told) in times.iter().zip(&self.model.held_out) {
            table.row(&[
                &grouped(time.batch as f64),
                &decimal(time.ns),
                &decimal(time.fast_ns),
                &decimal(time.slow_ns),
                &decimal(told.told_ns),
                &error(told),
            ]);
        }
        table
    }

    pub(crate) fn threads_table(&self) -> Table {
        let caption = format!("Calls of {} codes", grouped(self.workload.batch as f64));
        let mut table = Table::new(&caption, &["threads", "look-ups/s", "each", "model"]);
        let own = |told: &&Told| told.point.batch == self.workload.batch;
        let one_told = self.model.held_out.iter().find(own).map(|told| 1e9 / told.told_ns);
        for each in &self.threads {
            let is_all = each.threads == self.workload.threads;
            let told = match each.threads {
                1 => one_told,
                _ => is_all.then_some(self.threads_told),
            };
            table.row(&[
                &count(each.threads, "thread"),
                &rate(each.per_second),
                &rate(each.per_second / each.threads as f64),
                &told.map_or(String::new(), rate),
            ]);
        }
        table
    }

    pub(crate) fn latency_table(&self) -> Table {
        let mut table = Table::new(
            "Microseconds a call",
            &["due/s", "answered/s", "calls", "p50", "p90", "p99", "p99.9", "p99.99", "most"],
        );
        for load in &self.loads {
            load_row(&mut table, &rate(load.offered), load);
        }
        table
    }

    pub(crate) fn updates_table(&self) -> Option<Table> {
        let updates = self.updates.as_ref()?;
        let mut table = Table::new("Updates", &["", ""]);
        let durable = &updates.durable_us;
        let mut row = |name: &str, value: String| table.row(&[name, &value]);
        row("changes/s at the most", rate(updates.most_per_second));
        row("changes/s made", rate(updates.made_per_second));
        row("changes in a call", grouped(updates.together as f64));
        row("durable after, p50", format!("{} µs", decimal(durable.p50)));
        row("durable after, p99", format!("{} µs", decimal(durable.p99)));
        if let Some((bytes, times)) = updates.written_bytes.zip(updates.write_amplification) {
            row("written for a change", format!("{} bytes", decimal(bytes)));
            row("the same over the 25 bytes that a change tells", format!("{} ×", decimal(times)));
        }
        row("later segments seen, mean", decimal(updates.deltas_seen));
        row("later segments seen, most", decimal(updates.deltas_seen_max));
        row("later segments at the most for ever", decimal(updates.deltas_max));
        row("a filter costs a look-up", format!("{} ns", decimal(updates.delta_cost.each_ns)));
        row("look-ups/s meanwhile, of those without", percent(updates.look_ups_share));
        row("the same by filters alone, model", percent(updates.look_ups_share_told));
        row("p99 of look-ups meanwhile", format!("{} µs", decimal(updates.load.latency_us.p99)));
        row("at look-ups/s due", rate(updates.load.offered));
        Some(table)
    }

    pub(crate) fn sections_table(&self) -> Table {
        let holdings = &self.holdings;
        let mut table =
            Table::new("Bytes a record", &["section", "bytes a record", "all records asked for"]);
        let mut row = |name: &str, bytes: f64| {
            let all = bytes * self.workload.records as f64;
            table.row(&[name, &decimal(bytes), &bytes_name(all as u64)]);
        };
        for section in &holdings.sections {
            row(&section.name, section.bytes);
        }
        row("all files", holdings.disk_bytes);
        let load = rate(holdings.load_per_second);
        table.row(&["records loaded a second, to a synced store", &load, ""]);
        table.row(&["load factor of the hot table", &decimal(holdings.load_factor), ""]);
        if let Some(share) = holdings.on_large_pages {
            table.row(&["on large pages, of what was mapped", &percent(share), ""]);
        }
        table
    }

    pub(crate) fn model_table(&self) -> Table {
        let mut table = Table::new(
            "What the model tells of what it was not fitted on",
            &["records", "codes in a call", "g, ns", "L, ns", "measured, ns", "model, ns", "error"],
        );
        for told in &self.model.held_out {
            told_row(&mut table, &grouped(told.point.records as f64), told);
        }
        for told in &self.model.fitted {
            let name = format!("{} (fitted)", grouped(told.point.records as f64));
            told_row(&mut table, &name, told);
        }
        if self.workload.records > self.holdings.records {
            table.row(&[
                &format!("{} (asked for)", grouped(self.asked.records as f64)),
                &grouped(self.asked.batch as f64),
                &decimal(self.asked.line_ns),
                &decimal(self.asked.load_ns),
                "",
                &decimal(self.asked_ns),
                "",
            ]);
        }
        table
    }

    pub(crate) fn machine_table(&self) -> Table {
        let machine = &self.machine;
        let mut table = Table::new("Machine", &["", ""]);
        let unknown = || "unknown".to_owned();
        let mut row = |name: &str, value: String| table.row(&[name, &value]);
        row("processor", machine.processor.clone());
        row("cores", grouped(machine.cores as f64));
        row("memory", machine.memory_bytes.map_or_else(unknown, bytes_name));
        row("system", machine.system.clone());
        for cache in &machine.caches {
            row(&format!("cache of level {}", cache.level), bytes_name(cache.bytes));
        }
        let rises: Vec<_> = machine.rises_bytes.iter().map(|bytes| bytes_name(*bytes)).collect();
        row("a dependent load takes longer from", rises.join(", "));
        row("large pages for plain memory", machine.large_pages.clone().unwrap_or_else(unknown));
        row("lines on large pages", machine.lines_on_large_pages.map_or_else(unknown, percent));
        row("best distance of asking ahead", format!("{} places", machine.distance));
        row("memory read in order", gigabytes(machine.memory_read));
        row("file system of the stores", machine.file_system.clone().unwrap_or_else(unknown));
        row("a forgotten file read in order", gigabytes(machine.file_read));
        row("a file written in order and synced", gigabytes(machine.file_written));
        row("a sync, p50", format!("{} µs", decimal(machine.sync_us)));
        row("a sync, p99", format!("{} µs", decimal(machine.sync_us_p99)));
        row("HMAC-SHA-256 of a document, one core", rate(machine.hmac_per_second));
        row("blocks of AES-128, one core", rate(machine.aes_per_second));
        table
    }
}

fn load_row(table: &mut Table, name: &str, load: &Load) {
    let latency = &load.latency_us;
    let behind = if load.kept_up { "" } else { " (behind)" };
    table.row(&[
        name,
        &format!("{}{behind}", rate(load.answered)),
        &grouped(load.calls as f64),
        &decimal(latency.p50),
        &decimal(latency.p90),
        &decimal(latency.p99),
        &decimal(latency.p99_9),
        &decimal(latency.p99_99),
        &decimal(latency.max),
    ]);
}

fn told_row(table: &mut Table, name: &str, told: &Told) {
    table.row(&[
        name,
        &grouped(told.point.batch as f64),
        &decimal(told.point.line_ns),
        &decimal(told.point.load_ns),
        &decimal(told.measured_ns),
        &decimal(told.told_ns),
        &error(told),
    ]);
}

fn error(told: &Told) -> String {
    format!("{:+.1} %", told.error() * 100.0)
}

fn number(value: f64) -> String {
    grouped(value)
}

/// Three digits that count, for people.
pub(crate) fn decimal(value: f64) -> String {
    if value.abs() >= 1000.0 {
        return grouped(value.round());
    }
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

/// So many a second, in thousands or millions.
fn rate(a_second: f64) -> String {
    match a_second {
        many if many >= 1e6 => format!("{} M/s", decimal(many / 1e6)),
        some if some >= 1e4 => format!("{} k/s", decimal(some / 1e3)),
        few => format!("{}/s", grouped(significant(few))),
    }
}

fn percent(share: f64) -> String {
    format!("{} %", grouped((share * 1000.0).round() / 10.0))
}

fn gigabytes(bytes: f64) -> String {
    format!("{} GB/s", decimal(bytes / 1e9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_have_their_unit() {
        assert_eq!(
            [0.123, 9.996, 12.34, 123.4, 12_345.6].map(decimal),
            ["0.12", "10.00", "12.3", "123", "12,346"]
        );
        assert_eq!([12.0, 12_300.0, 45.6e6].map(rate), ["12/s", "12.3 k/s", "45.6 M/s"]);
        assert_eq!([0.9, 0.123_45].map(percent), ["90 %", "12.3 %"]);
    }
}
