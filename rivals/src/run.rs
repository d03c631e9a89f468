//! A whole run: for every number of records, everybody in turn, one beside the engine at a time.

use std::time::Instant as Clock;

use propusk_bench::{Times, times};
use propusk_engine::verdict::Kind;
use tempfile::TempDir;

use crate::Run;
use crate::cold;
use crate::contestant::{Build, Contestant};
use crate::contestants::RIVALS;
use crate::engine::{DELTAS, Store, Way, delta_numbers};
use crate::limit::{Chase, Gather};
use crate::question::{Draw, Key, NEVER, Numbers, Questions, Records, Result};
use crate::report::{Entrant, Report};
use crate::rounds::{Manner, Outcome, Side, play};
use crate::workload::Workload;

/// The memory itself, and single look-ups.
pub(crate) const LIMIT: &str = "limit";
/// Sets of questions by which the best distance is found.
const TUNING_SETS: u64 = 4;

/// The stores of the engine with so many records.
pub(crate) struct Stage {
    records: Records,
    store: Store,
    /// The same with changes above, and whom they suspended; only where a workload asks for it.
    changed: Option<(Store, Numbers)>,
    nobody: Numbers,
}

/// Measures what was asked for.
///
/// # Errors
/// For a name that nobody has, and when somebody fails.
pub(crate) fn run(options: &Run) -> Result<()> {
    let workloads = workloads(options)?;
    let chosen = contestants(options)?;
    let mut report = Report::begin(options.rounds);
    let mut sizes: Vec<_> = workloads.iter().map(|workload| workload.records).collect();
    sizes.dedup();
    for size in sizes {
        let of_size = |workload: &&Workload| workload.records == size;
        let workloads: Vec<_> = workloads.iter().filter(of_size).collect();
        let records = Records { count: size };
        let stage = Stage::build(records, &workloads, &mut report)?;
        for (name, build) in &chosen {
            match build {
                None => stage.against_limit(options, &workloads, &mut report)?,
                Some(build) => {
                    stage.against(name, *build, options, &workloads, &mut report)?;
                }
            }
        }
    }
    report.write(options.json.as_deref())
}

fn workloads(options: &Run) -> Result<Vec<Workload>> {
    let all = Workload::all(options.records);
    let names: Vec<_> = all.iter().map(|workload| workload.name.as_str()).collect();
    check_names("workload", &options.workload, &names)?;
    let wanted = |workload: &Workload| is_wanted(&options.workload, &workload.name);
    Ok(all.into_iter().filter(wanted).collect())
}

fn contestants(options: &Run) -> Result<Vec<(&'static str, Option<Build>)>> {
    let rivals = RIVALS.iter().map(|(name, build)| (*name, Some(*build)));
    let all: Vec<_> = std::iter::once((LIMIT, None)).chain(rivals).collect();
    let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
    check_names("contestant", &options.contestants, &names)?;
    Ok(all.into_iter().filter(|(name, _)| is_wanted(&options.contestants, name)).collect())
}

fn is_wanted(wanted: &[String], name: &str) -> bool {
    wanted.iter().any(|wanted| wanted == name || wanted == "all")
}

fn check_names(what: &str, wanted: &[String], names: &[&str]) -> Result<()> {
    let is_none = |wanted: &&String| *wanted != "all" && !names.contains(&wanted.as_str());
    match wanted.iter().find(is_none) {
        None => Ok(()),
        Some(wanted) => {
            Err(format!("no {what} `{wanted}`; there are all, {}", names.join(", ")).into())
        }
    }
}

impl Stage {
    fn build(records: Records, workloads: &[&Workload], report: &mut Report) -> Result<Self> {
        let begun = Clock::now();
        let store = Store::build(Kind::Permit, records)?;
        let load_seconds = begun.elapsed().as_secs_f64();
        store.touch()?;
        report.enter(entrant("engine", records, &store.asking(Way::Text), load_seconds));
        let is_changed = workloads.iter().any(|workload| workload.deltas > 0);
        let changed = is_changed.then(|| Store::with_deltas(records)).transpose()?;
        if let Some((store, _)) = &changed {
            store.touch()?;
        }
        Ok(Stage { records, store, changed, nobody: Numbers::default() })
    }

    /// With one store, where nothing is changed.
    pub(crate) fn of_store(records: Records, store: Store) -> Self {
        Stage { records, store, changed: None, nobody: Numbers::default() }
    }

    /// The store that a workload asks, and whom it suspended.
    fn of(&self, workload: &Workload) -> (&Store, &Numbers) {
        match &self.changed {
            Some((store, suspended)) if workload.deltas > 0 => (store, suspended),
            _ => (&self.store, &self.nobody),
        }
    }

    fn against_limit(
        &self,
        options: &Run,
        workloads: &[&Workload],
        report: &mut Report,
    ) -> Result<()> {
        let mut entered = false;
        for workload in workloads {
            if workload.cold {
                let outcome = cold::play(workload, options, &self.store, None)?;
                report.add(workload, LIMIT, outcome);
                continue;
            }
            let (gather, outcome) = self.limit(options, workload)?;
            if !entered {
                report.enter(gather);
                entered = true;
            }
            report.add(workload, LIMIT, outcome);
            report.write(options.json.as_deref())?;
        }
        Ok(())
    }

    /// The engine in all ways against the memory; and how its lines are read.
    pub(crate) fn limit(&self, options: &Run, workload: &Workload) -> Result<(Entrant, Outcome)> {
        let (store, _) = self.of(workload);
        let lines = store.lines()?;
        let sets: Result<Vec<_>> = (0..TUNING_SETS)
            .map(|seed| self.draw(workload, options.questions, u64::MAX - seed))
            .collect();
        let gather = Gather::tuned(lines, &sets?);
        let chase = Chase { lines };
        let sides: [(_, &dyn Contestant, _); 6] = [
            ("engine", &store.asking(Way::Text), true),
            ("index", &store.asking(Way::Index), true),
            (LIMIT, &gather, false),
            ("single", &store.asking(Way::Single), true),
            ("exact", &store.asking(Way::Exact), true),
            ("chase", &chase, false),
        ];
        let sides = sides.into_iter().enumerate().map(|(set, (name, contestant, answers))| {
            // They read the same memory, so each is asked for codes of its own.
            Side { name, contestant, set, answers }
        });
        let outcome = self.play(workload, options, &sides.collect::<Vec<_>>())?;
        Ok((entrant(LIMIT, self.records, &gather, 0.0), outcome))
    }

    fn against(
        &self,
        name: &'static str,
        build: Build,
        options: &Run,
        workloads: &[&Workload],
        report: &mut Report,
    ) -> Result<()> {
        let folder = match &options.scratch {
            None => TempDir::new()?,
            Some(scratch) => TempDir::new_in(scratch)?,
        };
        let begun = Clock::now();
        let mut rival = build(self.records, folder.path())?;
        let load_seconds = begun.elapsed().as_secs_f64();
        report.enter(entrant(name, self.records, &*rival, load_seconds));
        for workload in workloads {
            if workload.cold {
                if !rival.chill()? {
                    continue;
                }
                let rival = Some((name, &mut rival));
                let outcome = cold::play(workload, options, &self.store, rival)?;
                report.add(workload, name, outcome);
                continue;
            }
            if workload.deltas > 0 {
                for delta in 0..DELTAS {
                    rival.change(&suspensions(self.records, delta))?;
                }
            }
            let (store, _) = self.of(workload);
            let outcome = self.play(
                workload,
                options,
                &[
                    Side {
                        name: "engine",
                        contestant: &store.asking(Way::Text),
                        set: 0,
                        answers: true,
                    },
                    Side {
                        name: "index",
                        contestant: &store.asking(Way::Index),
                        set: 1,
                        answers: true,
                    },
                    Side { name, contestant: &*rival, set: 0, answers: true },
                ],
            )?;
            report.add(workload, name, outcome);
            report.write(options.json.as_deref())?;
        }
        Ok(())
    }

    fn play(&self, workload: &Workload, options: &Run, sides: &[Side<'_>]) -> Result<Outcome> {
        let (store, _) = self.of(workload);
        let manner = Manner {
            batch: workload.batch,
            threads: workload.threads,
            rounds: options.rounds,
            questions_max: options.questions,
            at: store.at().unix() as u32,
        };
        play(sides, manner, &|count, seed| self.draw(workload, count, seed))
    }

    fn draw(&self, workload: &Workload, count: usize, seed: u64) -> Result<Questions> {
        let (store, suspended) = self.of(workload);
        let draw = Draw {
            kind: store.kind,
            records: self.records,
            hits: workload.hits,
            zipf: workload.zipf,
            at: store.at().unix() as u32,
            suspended,
            snapshot: store.snapshot(),
            cipher: &store.cipher,
            lines: store.lines()?.len() as u64,
        };
        Questions::draw(&draw, count, seed)
    }
}

fn entrant(
    name: &'static str,
    records: Records,
    contestant: &dyn Contestant,
    load_seconds: f64,
) -> Entrant {
    let bytes = contestant.bytes();
    Entrant {
        name,
        records: records.count,
        settings: contestant.settings(),
        bytes,
        bytes_a_record: bytes as f64 / records.count as f64,
        load_seconds,
    }
}

/// What a generation of changes makes of the records of a rival.
fn suspensions(records: Records, delta: u64) -> Vec<(Key, Times)> {
    debug_assert_ne!(times(0), NEVER);
    delta_numbers(records, delta).into_iter().map(|number| (Key::of(number), NEVER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_answers_what_is_true_in_every_workload() {
        let folder = TempDir::new().unwrap();
        let json = folder.path().join("record.json");
        let all = || vec!["all".to_owned()];
        run(&Run {
            records: 20_000,
            workload: all(),
            contestants: all(),
            rounds: 1,
            questions: 5_000,
            json: Some(json.clone()),
            scratch: Some(folder.path().to_owned()),
        })
        .unwrap();
        let record = std::fs::read_to_string(json).unwrap();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        let results = record["results"].as_array().unwrap();
        for (name, _) in RIVALS {
            let own = results.iter().filter(|played| played["against"] == *name);
            assert!(own.count() >= 9, "{name} was left out");
        }
    }
}
