//! Codes of every kind: full verification, text in and verdict out, against the index alone.

use std::path::PathBuf;

use clap::Args;
use propusk_bench::before_takeover;
use propusk_engine::verdict::Kind;

use crate::Run;
use crate::engine::Store;
use crate::question::{Records, Result};
use crate::report::Report;
use crate::run::{LIMIT, Stage};
use crate::workload::Workload;

/// What is asked.
#[derive(Args)]
pub(crate) struct Kinds {
    /// How many records of each kind there are.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    records: u64,
    /// How many rounds count.
    #[arg(long, value_name = "N", default_value_t = 11)]
    rounds: usize,
    /// The most codes that anybody is asked for in a round.
    #[arg(long, value_name = "N", default_value_t = 1 << 20)]
    questions: usize,
    /// Where a dated record goes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Measures it, with all codes known and with next to none; certificates and cards also before the last
/// rule of the policy takes over.
///
/// # Errors
/// When a store cannot be built, or what comes out cannot be written.
pub(crate) fn run(options: &Kinds) -> Result<()> {
    let mut report = Report::begin(options.rounds);
    let records = Records { count: options.records };
    let run = Run { rounds: options.rounds, questions: options.questions, ..Run::default() };
    for kind in Kind::ALL {
        // A permit says itself how long it is valid.
        let befores: &[bool] = if *kind == Kind::Permit { &[false] } else { &[false, true] };
        for is_before in befores {
            let store = Store::build(*kind, records)?;
            let (store, when) = if *is_before {
                (store.asked_at(before_takeover()), "before-")
            } else {
                (store, "")
            };
            store.touch()?;
            let stage = Stage::of_store(records, store);
            for (name, hits) in [("hits", 1.0), ("misses", 0.01)] {
                let name = format!("{kind}-{when}{name}");
                let workload = Workload { name, hits, ..Workload::base(options.records) };
                let (_, outcome) = stage.limit(&run, &workload)?;
                report.add(&workload, LIMIT, outcome);
                report.write(options.json.as_deref())?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_kind_are_answered_as_is_true() {
        run(&Kinds { records: 3_000, rounds: 1, questions: 4_000, json: None }).unwrap();
    }
}
