//! What generations cost a reader: `generations [PERMITS]`, 10,000,000 if not said.
//!
//! The time to open the store and give the first verdict, and `verify_batch` on the one segment of
//! a load against the same with four segments of later statuses above it, a hundredth of the
//! records each. Both snapshots are asked in turns, so that what else the machine does falls on
//! both.

use std::error::Error;
use std::time::Instant as Clock;

use propusk_bench::{Closed, Random, World, change, drop_cached, median, text};
use propusk_engine::policy::Policy;
use propusk_engine::store::{Snapshot, Store};
use propusk_engine::time::Instant;
use propusk_engine::verify::Query;

const ROUNDS: usize = 11;
const QUERIES: usize = 1 << 20;
const DELTAS: u64 = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let permits = match std::env::args().nth(1) {
        None => 10_000_000,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of permits"))?,
    };
    let closed = World::build(permits)?.close();
    println!("{permits} permits; opening, and the first verdict, medians of {ROUNDS}:");
    println!("with its files in memory     {:8.3} ms", open(&closed, false)?);
    println!("with its files on the disk   {:8.3} ms", open(&closed, true)?);
    let world = closed.open()?;
    let one = world.store.snapshot()?;
    for delta in 0..DELTAS {
        let mut random = Random::new(1000 + delta);
        let changes: Vec<_> =
            (0..permits / 100).map(|_| change(random.next() % permits, true)).collect();
        world.writer.apply(&changes, world.at)?;
    }
    let many = world.store.snapshot()?;
    let (mut verdicts, mut ratios, mut times) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..=ROUNDS {
        let queries = world.queries(QUERIES, round as u64);
        let mut ask = |snapshot: &Snapshot| -> Result<f64, Box<dyn Error>> {
            let begun = Clock::now();
            snapshot.verify_batch(&queries, world.at, &world.policy, &mut verdicts)?;
            Ok(begun.elapsed().as_secs_f64())
        };
        // Who goes first changes from round to round.
        let (alone, above) = if round % 2 == 0 {
            let alone = ask(&one)?;
            (alone, ask(&many)?)
        } else {
            let above = ask(&many)?;
            (ask(&one)?, above)
        };
        // The first round pages the files in and proves their blocks.
        if round > 0 {
            ratios.push(alone / above);
            for (times, seconds) in times.iter_mut().zip([alone, above]) {
                times.push(seconds * 1e9 / QUERIES as f64);
            }
        }
    }
    let [alone, above] = times.map(median);
    println!("verify_batch on one generation {alone:8.1} ns each");
    println!("with {DELTAS} deltas of 1 % above   {above:8.1} ns each");
    println!("throughput with {DELTAS} deltas of 1 %: {:.3} of one generation's", median(ratios));
    Ok(())
}

/// Milliseconds to open the store and to give the first verdict.
fn open(closed: &Closed, cold: bool) -> Result<f64, Box<dyn Error>> {
    let (policy, at) = (Policy::default(), Instant::parse("2020-05-04T08:00:00+03:00"));
    let mut times = Vec::new();
    for round in 0..ROUNDS as u64 {
        if cold {
            drop_cached(closed.root())?;
        }
        let begun = Clock::now();
        let store = Store::open(closed.root(), &closed.keys)?;
        let code = text(round * 31 % closed.permits);
        store.snapshot()?.verify(&Query::new(&code, at.ok_or("an instant")?), &policy)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
