//! Registrations that coincide with results, and ones that do not and are diagnosed, against the price
//! of one HMAC-SHA-256 by `ring` over a message as long as that of a person:
//! `match_rate [RESULTS]`, 1,000,000 if not said.
//!
//! Forms come a batch at a time, as a reader of a file hands them over: near the processor, while what
//! they are looked up in is not. All four take turns over the same persons, so that what else the
//! machine does falls on all.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant as Clock;

use propusk_bench::results::{Results, person_message};
use propusk_bench::{Random, median};
use propusk_engine::matching::{MatchRole, Matched, Outcome};
use propusk_engine::store::Snapshot;

const ROUNDS: usize = 11;
/// Batches in a round.
const BATCHES: usize = 256;
/// How many forms are matched at once.
const BATCH: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let results = match std::env::args().nth(1) {
        None => 1_000_000,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of results"))?,
    };
    let begun = Clock::now();
    let world = Results::build(results)?;
    println!("{results} results loaded in {:.1} s", begun.elapsed().as_secs_f64());
    let snapshot = world.store.snapshot()?;
    let mut nanoseconds: [Vec<f64>; 4] = Default::default();
    let mut ratios: [Vec<f64>; 3] = Default::default();
    for round in 0..=ROUNDS {
        let mut seconds = [0.0; 4];
        // Who goes first changes from round to round.
        for turn in 0..seconds.len() {
            let who = (turn + round) % seconds.len();
            let mut random = Random::new(round as u64);
            for _ in 0..BATCHES {
                let numbers: Vec<u64> = (0..BATCH).map(|_| random.next() % results).collect();
                seconds[who] += match who {
                    0 => by_ring(&numbers),
                    1 => by_engine(&world, &snapshot, &numbers, MatchRole::Applicant, false)?,
                    2 => by_engine(&world, &snapshot, &numbers, MatchRole::Applicant, true)?,
                    _ => by_engine(&world, &snapshot, &numbers, MatchRole::Laboratory, true)?,
                };
            }
        }
        // The first round pages the files in and proves their blocks.
        if round > 0 {
            for (times, seconds) in nanoseconds.iter_mut().zip(seconds) {
                times.push(seconds * 1e9 / (BATCH * BATCHES) as f64);
            }
            let [ring, good, applicant, laboratory] = seconds;
            let of_round = [ring / good, applicant / good, laboratory / good];
            ratios.iter_mut().zip(of_round).for_each(|(ratios, ratio)| ratios.push(ratio));
        }
    }
    let bytes = (0..1000).map(|number| person_message(number).len()).sum::<usize>() / 1000;
    let [ring, good, applicant, laboratory] = nanoseconds.map(median);
    let [rate, applicant_cost, laboratory_cost] = ratios.map(median);
    println!("medians of {ROUNDS} rounds of {} forms, one thread:", BATCH * BATCHES);
    println!("ring, HMAC-SHA-256 of {bytes:3} bytes         {ring:9.1} ns each");
    println!("coinciding forms                       {good:9.1} ns each");
    println!("failing forms, of an applicant         {applicant:9.1} ns each");
    println!("failing forms, of a laboratory         {laboratory:9.1} ns each");
    println!("rate of coinciding forms / of ring     {rate:9.3}");
    println!("failing of an applicant / coinciding   {applicant_cost:9.2}");
    println!("failing of a laboratory / coinciding   {laboratory_cost:9.2}");
    Ok(())
}

/// Seconds of `ring` for the persons of these results.
fn by_ring(numbers: &[u64]) -> f64 {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[7; 32]);
    let messages: Vec<_> = numbers.iter().map(|number| person_message(*number)).collect();
    let begun = Clock::now();
    for message in &messages {
        black_box(ring::hmac::sign(&key, black_box(message)));
    }
    begun.elapsed().as_secs_f64()
}

/// Seconds of a match.
fn by_engine(
    world: &Results,
    snapshot: &Snapshot,
    numbers: &[u64],
    role: MatchRole,
    failing: bool,
) -> Result<f64, Box<dyn Error>> {
    let form =
        |number: &u64| if failing { world.failing_form(*number) } else { world.form(*number) };
    let forms: Vec<_> = numbers.iter().map(form).collect();
    let mut matched = Vec::with_capacity(forms.len());
    let begun = Clock::now();
    snapshot.match_registrations(&forms, role, &world.policy, &mut matched)?;
    let seconds = begun.elapsed().as_secs_f64();
    // One mistake in each failing form, and the applicant is told of it too.
    let expected = if failing { (Outcome::NoMatch, 1) } else { (Outcome::Issued, 0) };
    let is_right = |matched: &Matched| (matched.outcome, matched.differs.len()) == expected;
    assert!(matched.iter().all(is_right), "a form does not come to what it should");
    Ok(seconds)
}
