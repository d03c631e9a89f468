//! The first answers after the files were out of memory: the engine, and rivals that keep files.

use propusk_bench::{Closed, drop_cached};
use propusk_engine::verdict::Kind;

use crate::Run;
use crate::contestant::Contestant;
use crate::engine::{Store, Way};
use crate::question::{Draw, Numbers, Questions, Result};
use crate::rounds::{Manner, Outcome, Side, ask, outcome};
use crate::workload::Workload;

/// How many codes are asked for: few enough that nearly each reads a page of its own.
const QUESTIONS: usize = 1 << 12;

/// Asks the engine and, where there is one, a rival, each round after their files were dropped from
/// memory and opened anew.
///
/// # Errors
/// When a side fails, or counts what is not true.
pub(crate) fn play(
    workload: &Workload,
    options: &Run,
    store: &Store,
    mut rival: Option<(&'static str, &mut Box<dyn Contestant>)>,
) -> Result<Outcome> {
    // A copy: the pages of the store that everybody else asks stay as they are.
    let mut closed = store.copied()?;
    let at = store.at().unix() as u32;
    let manner = Manner {
        batch: workload.batch,
        threads: workload.threads,
        rounds: options.rounds,
        questions_max: QUESTIONS,
        at,
    };
    let nobody = Numbers::default();
    let draw = Draw {
        kind: store.kind,
        records: workload.held(),
        hits: workload.hits,
        zipf: workload.zipf,
        at,
        suspended: &nobody,
        snapshot: store.snapshot(),
        cipher: &store.cipher,
        lines: store.lines()?.len() as u64,
    };
    let mut times = vec![Vec::new(); 1 + usize::from(rival.is_some())];
    for round in 0..options.rounds {
        let questions = Questions::draw(&draw, QUESTIONS, round as u64)?;
        let engine = cold_engine(store.kind, closed, &questions, manner)?;
        closed = engine.0;
        times[0].push(engine.1);
        if let Some((name, rival)) = &mut rival {
            rival.chill()?;
            times[1].push(nanoseconds(name, &***rival, &questions, manner)?);
        }
    }
    let engine = store.asking(Way::Text);
    let mut sides = vec![Side { name: "engine", contestant: &engine, set: 0, answers: true }];
    if let Some((name, rival)) = &rival {
        sides.push(Side { name, contestant: &***rival, set: 0, answers: true });
    }
    Ok(outcome(&sides, &vec![QUESTIONS; sides.len()], &times))
}

fn cold_engine(
    kind: Kind,
    closed: Closed,
    questions: &Questions,
    manner: Manner,
) -> Result<(Closed, f64)> {
    drop_cached(closed.root()).map_err(|error| error.to_string())?;
    let store = Store::of(kind, closed.open().map_err(|error| error.to_string())?)?;
    let nanoseconds = nanoseconds("engine", &store.asking(Way::Text), questions, manner)?;
    Ok((store.into_world().close(), nanoseconds))
}

/// How long each answer takes.
fn nanoseconds(
    name: &str,
    contestant: &dyn Contestant,
    questions: &Questions,
    manner: Manner,
) -> Result<f64> {
    let (seconds, counts) = ask(contestant, questions, QUESTIONS, manner)?;
    let truth = questions.truth(QUESTIONS);
    if counts != truth {
        return Err(format!("{name} counts {counts:?}, true is {truth:?}").into());
    }
    Ok(seconds * 1e9 / QUESTIONS as f64)
}
