//! Rounds in which all sides are asked in turn, and what comes out of them.

use std::sync::Barrier;
use std::time::Instant as Clock;

use serde::Serialize;

use crate::contestant::Contestant;
use crate::question::{Counts, Questions, Result};
use crate::spread::Spread;

/// The fewest, where a side is slow.
const QUESTIONS_MIN: usize = 1 << 12;
/// How long a side may take for its part of a round.
const SECONDS_MAX: f64 = 2.0;

/// One of those that are asked in turn.
pub(crate) struct Side<'c> {
    pub(crate) name: &'static str,
    pub(crate) contestant: &'c dyn Contestant,
    /// Which of the sets of a round it is asked for. Sides that read the same memory have sets of
    /// their own: what one read lately is in the caches, and would be found there by the next.
    pub(crate) set: usize,
    /// Whether it answers, or only reads memory.
    pub(crate) answers: bool,
}

/// How sides are asked.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) batch: usize,
    pub(crate) threads: usize,
    pub(crate) rounds: usize,
    /// The most codes that one side is asked for in a round.
    pub(crate) questions_max: usize,
    /// The instant of every question.
    pub(crate) at: u32,
}

/// What one side took.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SideResult {
    pub(crate) name: &'static str,
    /// For each code, over all threads.
    pub(crate) nanoseconds: Spread,
    pub(crate) millions_a_second: f64,
    /// How many it was asked for in each round.
    pub(crate) questions: usize,
}

/// The time of one side in parts of that of another, round by round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) of: &'static str,
    pub(crate) to: &'static str,
    #[serde(flatten)]
    pub(crate) spread: Spread,
}

/// What came out of all rounds.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) sides: Vec<SideResult>,
    pub(crate) ratios: Vec<Ratio>,
}

/// Asks all sides in turn, round after round; each round has fresh questions, drawn by `draw` for a
/// seed.
///
/// # Errors
/// When a side fails, or counts what is not true.
pub(crate) fn play(
    sides: &[Side<'_>],
    manner: Manner,
    draw: &dyn Fn(usize, u64) -> Result<Questions>,
) -> Result<Outcome> {
    let sets = sides.iter().map(|side| side.set + 1).max().unwrap_or(0);
    let mut sizes = vec![QUESTIONS_MIN.min(manner.questions_max); sides.len()];
    let mut times = vec![Vec::new(); sides.len()];
    // Two rounds do not count: they show how slow a side is, and page in what it reads.
    for round in 0..manner.rounds + 2 {
        let size = sizes.iter().copied().max().unwrap_or(0);
        let draw_one = |set: usize| draw(size, (round * sets + set) as u64);
        let questions = (0..sets).map(draw_one).collect::<Result<Vec<_>>>()?;
        for turn in 0..sides.len() {
            // Who goes first changes from round to round.
            let place = (turn + round) % sides.len();
            let (side, size) = (&sides[place], sizes[place]);
            let asked = &questions[side.set];
            let (seconds, counts) = ask(side.contestant, asked, size, manner)?;
            if side.answers && counts != asked.truth(size) {
                let truth = asked.truth(size);
                return Err(format!("{} counts {counts:?}, true is {truth:?}", side.name).into());
            }
            match round {
                0 => sizes[place] = affordable(seconds / size as f64, manner.questions_max),
                1 => {}
                _ => times[place].push(seconds * 1e9 / size as f64),
            }
        }
    }
    Ok(outcome(sides, &sizes, &times))
}

/// As many questions as take a side not too long.
fn affordable(seconds_each: f64, most: usize) -> usize {
    let affordable = ((SECONDS_MAX / seconds_each) as usize).max(QUESTIONS_MIN);
    // A power of two: whole batches, and the same from run to run.
    most.min(1 << affordable.ilog2())
}

pub(crate) fn outcome(sides: &[Side<'_>], sizes: &[usize], times: &[Vec<f64>]) -> Outcome {
    let result = |((side, size), times): ((&Side<'_>, &usize), &Vec<f64>)| {
        let nanoseconds = Spread::of(times.clone());
        SideResult {
            name: side.name,
            nanoseconds,
            millions_a_second: 1e3 / nanoseconds.median,
            questions: *size,
        }
    };
    let mut ratios = Vec::new();
    for (to, to_times) in times.iter().enumerate() {
        for (of, of_times) in times.iter().enumerate().filter(|(of, _)| *of != to) {
            let rounds = of_times.iter().zip(to_times).map(|(of, to)| of / to).collect();
            let (of, to) = (sides[of].name, sides[to].name);
            ratios.push(Ratio { of, to, spread: Spread::of(rounds) });
        }
    }
    Outcome { sides: sides.iter().zip(sizes).zip(times).map(result).collect(), ratios }
}

/// Asks one side for the first so many, shared among threads: the seconds from the first question to
/// the last answer, and what was counted.
pub(crate) fn ask(
    contestant: &dyn Contestant,
    questions: &Questions,
    count: usize,
    manner: Manner,
) -> Result<(f64, Counts)> {
    if manner.threads == 1 {
        let mut reader = contestant.reader()?;
        let batch = if reader.is_endless() { count } else { manner.batch };
        let begun = Clock::now();
        let mut counts = Counts::default();
        for first in (0..count).step_by(batch) {
            let part = first..count.min(first + batch);
            counts += reader.ask(questions.part(part, manner.at, manner.batch))?;
        }
        return Ok((begun.elapsed().as_secs_f64(), counts));
    }
    let barrier = Barrier::new(manner.threads);
    let share = count.div_ceil(manner.threads);
    let work = |thread: usize| -> Result<(Clock, Clock, Counts)> {
        let reader = contestant.reader();
        // Everybody waits, whether reading begins well or not.
        barrier.wait();
        let mut reader = reader?;
        let end = count.min((thread + 1) * share);
        let batch = if reader.is_endless() { share } else { manner.batch };
        let begun = Clock::now();
        let mut counts = Counts::default();
        for first in (thread * share..end).step_by(batch) {
            let part = first..end.min(first + batch);
            counts += reader.ask(questions.part(part, manner.at, manner.batch))?;
        }
        Ok((begun, Clock::now(), counts))
    };
    let done = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            (0..manner.threads).map(|thread| scope.spawn(move || work(thread))).collect();
        let done = threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread died")?);
        done.collect::<Result<Vec<_>>>()
    })?;
    let mut counts = Counts::default();
    done.iter().for_each(|(.., counted)| counts += *counted);
    let begun = done.iter().map(|(begun, ..)| *begun).min();
    let ended = done.iter().map(|(_, ended, _)| *ended).max();
    let seconds = begun.zip(ended).map_or(0.0, |(begun, ended)| (ended - begun).as_secs_f64());
    Ok((seconds, counts))
}
