//! The plots of a plan.

use crate::plan::Plan;
use crate::plan::answer::grouped;
use crate::plan::load::Load;
use crate::plan::model::Point;
use crate::plan::open_loop::Percentiles;
use crate::plan::report::plot::{Axis, FIVE, FOUR, Guide, Mark, ONE, Plot, Series, THREE, TWO};

/// Points of a curve.
const STEPS: u32 = 80;

impl Plan {
    /// Time a look-up by codes in a call.
    pub(crate) fn batches_chart(&self) -> String {
        let times = self.stores.last().map_or(&[][..], |store| &store.batches);
        let own = self.model.held_out.iter();
        let told: Vec<_> = own.map(|told| (told.point.batch as f64, told.told_ns)).collect();
        let point = |ns: fn(&crate::plan::look_ups::BatchTime) -> f64| {
            times.iter().map(move |time| (time.batch as f64, ns(time)))
        };
        let around = point(|time| time.fast_ns).chain(point(|time| time.slow_ns).rev());
        let band: Vec<_> = around.collect();
        let ticks = (0..=20).step_by(2).map(|power| 1u64 << power);
        let ticks = ticks.map(|batch| (batch as f64, grouped(batch as f64))).collect();
        let xs = times.iter().map(|time| time.batch as f64);
        let ys = band.iter().chain(&told).map(|(_, ns)| *ns);
        Plot {
            x: Axis::log_at("codes in a call", xs, ticks),
            y: Axis::log("ns a look-up", ys),
            series: vec![
                series("", ONE, Mark::Band, band.clone()),
                series("measured", ONE, Mark::LineAndDots, point(|time| time.ns).collect()),
                series("model", TWO, Mark::Crosses, told.clone()),
            ],
            guides: Vec::new(),
        }
        .svg()
    }

    /// Latency by offered load.
    pub(crate) fn latency_chart(&self) -> String {
        type Of = fn(&Percentiles) -> f64;
        let curves: [(&str, Of, _); 5] = [
            ("p50", |all| all.p50, ONE),
            ("p90", |all| all.p90, THREE),
            ("p99", |all| all.p99, TWO),
            ("p99.9", |all| all.p99_9, FOUR),
            ("p99.99", |all| all.p99_99, FIVE),
        ];
        let point = |load: &Load, of: Of| (load.offered, of(&load.latency_us));
        let curve = |(name, of, color): (&str, Of, _)| {
            let points = self.loads.iter().map(|load| point(load, of)).collect();
            series(name, color, Mark::LineAndDots, points)
        };
        let all = self.loads.iter().flat_map(|load| [load.latency_us.p50, load.latency_us.p99_99]);
        let limit = self.workload.latency_us;
        let mut guides = vec![Guide {
            name: format!("p{} objective", self.workload.percentile),
            is_upright: false,
            at: limit,
        }];
        // With more records than were measured it is no load of these plots.
        if self.answer.usable > 0.0 && self.workload.records == self.holdings.records {
            let name = format!("capacity less {:.0} %", self.workload.headroom * 100.0);
            guides.push(Guide { name, is_upright: true, at: self.answer.usable });
        }
        Plot {
            x: Axis::even(
                "million look-ups a second that were due",
                self.loads.iter().map(|load| load.offered),
                1e6,
            ),
            y: Axis::log("µs a call", all.chain([limit])),
            series: curves.into_iter().map(curve).collect(),
            guides,
        }
        .svg()
    }

    /// Time a look-up by records.
    pub(crate) fn records_chart(&self) -> String {
        let batch = self.workload.batch;
        let measured = |store: &crate::plan::look_ups::StoreTimes| {
            Some((store.records as f64, store.at(batch)?.ns))
        };
        let (held_out, fitted) =
            self.stores.split_last().map_or((None, &[][..]), |(last, rest)| (measured(last), rest));
        let held_out: Vec<_> = held_out.into_iter().collect();
        let fitted: Vec<_> = fitted.iter().filter_map(measured).collect();
        let first = fitted.first().map_or(1e3, |point| point.0);
        let last = self.workload.records.max(self.holdings.records) as f64;
        let (gathers, loads) = (self.machine.gathers(), self.machine.dependents());
        let told = (0..=STEPS).map(|step| {
            let records = first * (last / first).powf(f64::from(step) / f64::from(STEPS));
            let bytes = records * self.holdings.hot_bytes;
            let (popularity, hits) = (self.workload.popularity, self.workload.hit_share);
            let point = Point {
                records: records as u64,
                batch,
                line_ns: gathers.of_popularity(popularity, hits, records, bytes),
                load_ns: loads.of_popularity(popularity, hits, records, bytes),
            };
            (records, self.model.code_ns_at(&point))
        });
        let told: Vec<_> = told.collect();
        let ys = told.iter().chain(&held_out).chain(&fitted).map(|(_, ns)| *ns);
        let ticks = (2..=10).map(|power| 10f64.powi(power));
        let ticks = ticks.map(|records| (records, grouped(records))).collect();
        Plot {
            y: Axis::even("ns a look-up", ys, 1.0),
            x: Axis::log_at("records", [first, last].into_iter(), ticks),
            series: vec![
                series("model", TWO, Mark::Line, told),
                series("", ONE, Mark::Dots, fitted),
                series("held out", ONE, Mark::Rings, held_out),
            ],
            guides: Vec::new(),
        }
        .svg()
    }

    /// Time a line by working set.
    pub(crate) fn lines_chart(&self) -> String {
        let lines = &self.machine.lines;
        let curve = |name: &str, color, of: fn(&crate::plan::machine::LineTimes) -> f64| {
            let points = lines.iter().map(|line| (line.bytes as f64, of(line))).collect();
            series(name, color, Mark::LineAndDots, points)
        };
        let series = vec![
            curve("waits for the last", TWO, |line| line.dependent_ns),
            curve("one of many", ONE, |line| line.gather_ns),
            curve("in all threads", THREE, |line| line.together_ns),
        ];
        let mut guides = Vec::new();
        let mut guide = |name: String, bytes: u64| {
            guides.push(Guide { name, is_upright: true, at: bytes as f64 });
        };
        for cache in &self.machine.caches {
            guide(format!("L{} {}", cache.level, bytes_name(cache.bytes)), cache.bytes);
        }
        if let Some(store) = self.stores.last() {
            let bytes = store.hot_bytes;
            guide(format!("hot table {}", bytes_name(bytes)), bytes);
        }
        let sizes = lines.iter().map(|line| line.bytes as f64);
        let at = guides.iter().map(|guide: &Guide| guide.at);
        let ticks = (12..42).step_by(2).map(|power| 1u64 << power);
        let ticks = ticks.map(|bytes| (bytes as f64, bytes_name(bytes))).collect();
        let ys = series.iter().flat_map(|series| series.points.iter().map(|(_, ns)| *ns));
        Plot {
            x: Axis::log_at("memory that lines are taken from", sizes.chain(at), ticks),
            y: Axis::log("ns a line", ys),
            series,
            guides,
        }
        .svg()
    }

    /// Time a line by prefetch distance.
    pub(crate) fn distances_chart(&self) -> String {
        let distances = &self.machine.distances;
        let points = distances.iter().enumerate();
        let points: Vec<_> =
            points.map(|(place, distance)| (place as f64, distance.gather_ns)).collect();
        let names = distances.iter().map(|distance| distance.ahead.to_string());
        Plot {
            x: Axis::places("places ahead", names),
            y: Axis::even("ns a line", points.iter().map(|(_, ns)| *ns), 1.0),
            series: vec![series("", ONE, Mark::LineAndDots, points)],
            guides: Vec::new(),
        }
        .svg()
    }
}

fn series(
    name: &str,
    color: plotters::style::RGBColor,
    mark: Mark,
    points: Vec<(f64, f64)>,
) -> Series {
    Series { name: name.to_owned(), color, mark, points }
}

/// Bytes for people, in powers of two.
pub(crate) fn bytes_name(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = (bytes.max(1).ilog2() / 10).min(units.len() as u32 - 1);
    let number = bytes as f64 / f64::from(1u32 << (10 * power).min(30));
    let number = if power == 4 { number / 1024.0 } else { number };
    let digits = if number < 9.95 && number.fract() > 0.05 { 1 } else { 0 };
    format!("{number:.digits$} {}", units[power as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_short_names() {
        for (bytes, name) in [
            (64, "64 B"),
            (16 << 10, "16 KiB"),
            (2 << 20, "2 MiB"),
            (3 << 29, "1.5 GiB"),
            (300 << 20, "300 MiB"),
            (5 << 40, "5 TiB"),
        ] {
            assert_eq!(bytes_name(bytes), name);
        }
    }
}
