//! The model on this machine: fitted on small stores, held against the largest, told of all records.

use crate::plan::look_ups::{FITTED_BATCHES, HELD_OUT_BATCH, StoreTimes};
use crate::plan::machine::Machine;
use crate::plan::model::curve::Curve;
use crate::plan::model::{Model, Point, Told};
use crate::plan::workload::Workload;

/// What the model tells of a workload.
pub(crate) struct Foretold {
    pub(crate) model: Model,
    pub(crate) asked: Point,
    /// What a code takes there, nanoseconds.
    pub(crate) asked_ns: f64,
    /// Codes a second of all threads in the largest measured store.
    pub(crate) threads: f64,
    /// The speed with all records in parts of that with the measured ones.
    pub(crate) scale: f64,
}

impl Foretold {
    /// Fits the model on all stores but the last, and tells of that one and of all records.
    pub(crate) fn new(workload: &Workload, machine: &Machine, times: &[StoreTimes]) -> Self {
        let (gathers, loads) = (machine.gathers(), machine.dependents());
        // What a line takes under the workload's popularity beside what any line takes.
        let popular = |curve: &Curve, records: u64, bytes: f64| {
            let (popularity, hits) = (workload.popularity, workload.hit_share);
            curve.of_popularity(popularity, hits, records as f64, bytes)
        };
        let point = |store: &StoreTimes, batch: usize| {
            let bytes = store.hot_bytes as f64;
            let part = |curve| popular(curve, store.records, bytes) / curve.at(bytes);
            Point {
                records: store.records,
                batch,
                line_ns: store.gather_ns * part(&gathers),
                load_ns: store.dependent_ns * part(&loads),
            }
        };
        let measured = |store: &StoreTimes, batches: &dyn Fn(usize) -> bool| -> Vec<(Point, f64)> {
            let times = store.batches.iter().filter(|time| batches(time.batch));
            times.map(|time| (point(store, time.batch), time.ns)).collect()
        };
        let (largest, fitted) = times.split_last().expect("one store at least is measured");
        let is_fitted = |batch| FITTED_BATCHES.contains(&batch);
        let points: Vec<_> = fitted.iter().flat_map(|store| measured(store, &is_fitted)).collect();
        let mut model = Model::fit(&points);
        let held_out = measured(largest, &|_| true);
        model.held_out = held_out.iter().map(|(point, ns)| model.told(*point, *ns)).collect();
        let stands = if is_fitted(workload.batch) { HELD_OUT_BATCH } else { workload.batch };
        let own = model.held_out.iter().find(|told| told.point.batch == stands);
        model.error = own.map_or(f64::NAN, Told::error);
        let at = point(largest, workload.batch);
        let bytes = largest.hot_bytes as f64;
        let asked_bytes = bytes * workload.records as f64 / largest.records as f64;
        let grows = |curve| {
            popular(curve, workload.records, asked_bytes) / popular(curve, largest.records, bytes)
        };
        let asked = Point {
            records: workload.records,
            line_ns: at.line_ns * grows(&gathers),
            load_ns: at.load_ns * grows(&loads),
            ..at
        };
        let together = machine.gathers_together();
        let slowed =
            popular(&together, largest.records, bytes) / popular(&gathers, largest.records, bytes);
        let at_once = Point { line_ns: at.line_ns * slowed, ..at };
        let (at_ns, asked_ns) = (model.code_ns_at(&at), model.code_ns_at(&asked));
        Foretold {
            threads: workload.threads as f64 * 1e9 / model.code_ns_at(&at_once),
            scale: at_ns / asked_ns,
            asked,
            asked_ns,
            model,
        }
    }
}
