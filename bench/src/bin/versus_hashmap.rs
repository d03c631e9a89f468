//! `verify_batch`, text in and verdict out, against the hash map of the standard library, decoded
//! keys in and a yes or no out: `versus_hashmap [PERMITS]`, 10,000,000 if not said.
//!
//! Both answer the same queries in turns, so that what else the machine does falls on both.

use std::error::Error;
use std::fs;
use std::time::Instant as Clock;

use propusk_bench::{RandomLines, World, decoded, median, valid_in};
use propusk_engine::verdict::Verdict;
use propusk_engine::verify::Judged;

const ROUNDS: usize = 11;
const QUERIES: usize = 1 << 20;
/// How many codes are asked for at once.
const BATCH: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let permits = match std::env::args().nth(1) {
        None => 10_000_000,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of permits"))?,
    };
    let begun = Clock::now();
    let world = World::build(permits)?;
    println!("{permits} permits loaded in {:.1} s, {}", begun.elapsed().as_secs_f64(), peak());
    let reset = fs::write("/proc/self/clear_refs", "5").is_ok();
    let map = world.hash_map();
    let snapshot = world.store.snapshot()?;
    let mut verdicts = Vec::new();
    let (mut against_map, mut against_limit) = (Vec::new(), Vec::new());
    let mut nanoseconds = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        let queries = world.queries(QUERIES, round as u64);
        let keys: Vec<_> = queries.iter().map(decoded).collect();
        let lines = RandomLines::new(permits, QUERIES, round as u64);
        let mut by_engine = || -> Result<_, Box<dyn Error>> {
            let begun = Clock::now();
            let mut valid = 0;
            for queries in queries.chunks(BATCH) {
                snapshot.verify_batch(queries, world.at, &world.policy, &mut verdicts)?;
                let is_valid = |judged: &&Judged| judged.verdict == Verdict::Valid;
                valid += verdicts.iter().filter(is_valid).count();
            }
            Ok((begun.elapsed().as_secs_f64(), valid))
        };
        let by_map = || {
            let begun = Clock::now();
            let valid = valid_in(&map, &keys, world.at);
            (begun.elapsed().as_secs_f64(), valid)
        };
        // Who goes first changes from round to round.
        let (engine, map) = if round % 2 == 0 {
            let engine = by_engine()?;
            (engine, by_map())
        } else {
            let map = by_map();
            (by_engine()?, map)
        };
        assert_eq!(engine.1, map.1, "the engine and the hash map disagree");
        let begun = Clock::now();
        std::hint::black_box(lines.gather());
        let limit = begun.elapsed().as_secs_f64();
        // The first round pages the files in and proves their blocks.
        if round > 0 {
            against_map.push(engine.0 / map.0);
            against_limit.push(engine.0 / limit);
            for (times, seconds) in nanoseconds.iter_mut().zip([engine.0, map.0, limit]) {
                times.push(seconds * 1e9 / QUERIES as f64);
            }
        }
    }
    let [engine, map, limit] = nanoseconds.map(median);
    println!("medians of {ROUNDS} rounds of {QUERIES} queries, nine of ten known:");
    println!("verify_batch, text in        {engine:8.1} ns each");
    println!("std HashMap, decoded keys in {map:8.1} ns each");
    println!("one random line each         {limit:8.1} ns each");
    println!("verify_batch / HashMap       {:8.3}", median(against_map));
    println!("verify_batch / random line   {:8.3}", median(against_limit));
    let since = if reset { "since the load, with the hash map" } else { "with the load" };
    println!("{} {since}", peak());
    Ok(())
}

/// The peak of resident memory, mapped files included.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.map_or("peak memory unknown".to_owned(), |k| format!("peak memory {} MiB", k / 1024))
}
