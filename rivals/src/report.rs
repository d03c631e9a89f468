//! What a run found: as a table while it goes on, and as a dated record.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use propusk_engine::time::Instant;
use serde::Serialize;

use crate::machine::{Machine, Pages, revision};
use crate::question::Result;
use crate::rounds::Outcome;
use crate::workload::Workload;

/// How this program is run, with the rivals that it has.
const PROGRAM: &str = if cfg!(feature = "heavy") {
    "rivals/heavy.sh"
} else {
    "cargo run --release -p propusk-rivals --"
};

/// When, by what and on what something was measured.
#[derive(Serialize)]
pub(crate) struct Heading {
    date: String,
    command: String,
    revision: String,
    machine: Machine,
    /// How many rounds count.
    rounds: usize,
}

/// A dated record of a run.
#[derive(Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    heading: Heading,
    /// Who took part, by the records held and the name.
    contestants: Vec<Entrant>,
    results: Vec<Played>,
}

/// One contestant with so many records.
#[derive(Serialize)]
pub(crate) struct Entrant {
    pub(crate) name: &'static str,
    pub(crate) records: u64,
    pub(crate) settings: String,
    pub(crate) bytes: u64,
    pub(crate) bytes_a_record: f64,
    /// How long it took to build.
    pub(crate) load_seconds: f64,
}

/// What came out for one workload and those who were asked in turn.
#[derive(Serialize)]
struct Played {
    workload: Workload,
    against: &'static str,
    #[serde(flatten)]
    outcome: Outcome,
    pages: Pages,
}

impl Heading {
    /// Now, by this program as it was called.
    pub(crate) fn now(rounds: usize) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        Heading {
            date: Instant::from_unix(now.as_secs().cast_signed()).to_string(),
            command: format!("{PROGRAM} {}", arguments.join(" ")),
            revision: revision(),
            machine: Machine::here(),
            rounds,
        }
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }
}

impl Report {
    pub(crate) fn begin(rounds: usize) -> Self {
        let (contestants, results) = (Vec::new(), Vec::new());
        Report { heading: Heading::now(rounds), contestants, results }
    }

    /// Tells who takes part now.
    pub(crate) fn enter(&mut self, entrant: Entrant) {
        println!(
            "\n{} with {} records: {:.1} bytes a record, built in {:.1} s\n  {}",
            entrant.name,
            entrant.records,
            entrant.bytes_a_record,
            entrant.load_seconds,
            entrant.settings,
        );
        self.contestants.push(entrant);
    }

    /// Tells what came out.
    pub(crate) fn add(&mut self, workload: &Workload, against: &'static str, outcome: Outcome) {
        let mut to_first = BTreeMap::new();
        for ratio in &outcome.ratios {
            if Some(ratio.to) == outcome.sides.first().map(|side| side.name) {
                to_first.insert(ratio.of, ratio.spread);
            }
        }
        for side in &outcome.sides {
            let times = side.nanoseconds;
            print!(
                "  {:12} {:12} {:10.1} ns ({:.1} to {:.1}) {:9.3} M/s",
                workload.name,
                side.name,
                times.median,
                times.min,
                times.max,
                side.millions_a_second,
            );
            match to_first.get(side.name) {
                None => println!(),
                Some(ratio) => println!(
                    "  {:9.3} of the first's time ({:.3} to {:.3})",
                    ratio.median, ratio.min, ratio.max
                ),
            }
        }
        let pages = Pages::now();
        self.results.push(Played { workload: workload.clone(), against, outcome, pages });
    }

    /// Writes it as JSON.
    pub(crate) fn write(&self, path: Option<&Path>) -> Result<()> {
        if let Some(path) = path {
            let text = serde_json::to_string_pretty(self)?;
            fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }
}
