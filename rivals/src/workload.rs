//! Workloads: a base case, and cases in each of which one factor differs.

use serde::Serialize;

use crate::question::Records;

/// What is asked, of how much, and how.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workload {
    /// The factor that differs.
    pub(crate) name: String,
    pub(crate) records: u64,
    /// The share of codes that are known.
    pub(crate) hits: f64,
    /// The exponent of Zipf's law; uniform without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zipf: Option<f64>,
    /// How many codes are asked for at once.
    pub(crate) batch: usize,
    pub(crate) threads: usize,
    /// How many generations of changes stand above the load; each suspends a hundredth.
    pub(crate) deltas: u64,
    /// Whether the files are out of memory at first.
    pub(crate) cold: bool,
}

impl Workload {
    /// Uniform, all known, 256 at once, one thread, warm.
    pub(crate) fn base(records: u64) -> Self {
        Workload {
            name: "base".to_owned(),
            records,
            hits: 1.0,
            zipf: None,
            batch: 256,
            threads: 1,
            deltas: 0,
            cold: false,
        }
    }

    /// The base case, and each factor varied alone.
    pub(crate) fn all(records: u64) -> Vec<Self> {
        let base = || Workload::base(records);
        let named = |name: &str, workload: Self| Workload { name: name.to_owned(), ..workload };
        let mut all = vec![
            base(),
            named("zipf-0.99", Workload { zipf: Some(0.99), ..base() }),
            named("hits-50", Workload { hits: 0.5, ..base() }),
            named("hits-1", Workload { hits: 0.01, ..base() }),
            named("batch-1", Workload { batch: 1, ..base() }),
            named("batch-16", Workload { batch: 16, ..base() }),
            named("batch-4096", Workload { batch: 4096, ..base() }),
            named("threads-2", Workload { threads: 2, ..base() }),
            named("cold", Workload { cold: true, ..base() }),
            // The last one of its records: it changes them.
            named("deltas-4", Workload { deltas: crate::engine::DELTAS, ..base() }),
        ];
        for (name, fewer) in [("records-1m", 1_000_000), ("records-10m", 10_000_000)] {
            if fewer < records {
                all.push(named(name, Workload { records: fewer, ..base() }));
            }
        }
        all
    }

    pub(crate) fn held(&self) -> Records {
        Records { count: self.records }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_factor_differs_from_the_base_case() {
        let all = Workload::all(100_000_000);
        assert_eq!(all.len(), 12);
        let base = serde_json::to_value(&all[0]).unwrap();
        for workload in &all[1..] {
            let mut other = serde_json::to_value(workload).unwrap();
            let own = other.as_object_mut().unwrap();
            let differing = own.iter().filter(|(name, value)| base.get(name) != Some(value));
            let names: Vec<_> = differing.map(|(name, _)| name.as_str()).collect();
            assert_eq!(names.len(), 2, "{names:?}");
        }
    }
}
