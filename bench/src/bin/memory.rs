//! What it is worth where the hot lines lie: `memory [PERMITS]`, 10,000,000 if not said.
//!
//! The same store is opened with its lines mapped, populated, locked and copied. Each is asked in turns
//! with the limit of that same memory beside it: for batches a gather of one random line for each code,
//! none waiting for another; for single codes a chain of lines, each known only when the one before has
//! come. The last line says what a code costs whose page is not in memory.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant as Clock;

use prefetch_index::prefetch_index;
use propusk_bench::{Closed, Random, World, drop_cached, median, text};
use propusk_engine::format::Line;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::store::{Follow, Memory, Snapshot, Store};
use propusk_engine::time::Instant;
use propusk_engine::verify::{Judged, Query};

const ROUNDS: usize = 11;
const BATCH: usize = 256;
/// Codes asked for in batches in a round, and one by one.
const TOGETHER: usize = 1 << 19;
const ALONE: usize = 1 << 16;
/// Codes whose page was dropped.
const COLD: usize = 64;
/// Lines that are asked for ahead; more or fewer were not better on any machine tried.
const AHEAD: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let permits = match std::env::args().nth(1) {
        None => 10_000_000,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of permits"))?,
    };
    let world = World::build(permits)?;
    let (at, policy) = (world.at, world.policy.clone());
    let closed = world.close();
    println!("{permits} permits, medians of {ROUNDS} rounds, nanoseconds a code:");
    println!("             opening    batch  limit  share   single  limit  times");
    for memory in Memory::ALL {
        let begun = Clock::now();
        let store = match Store::open_in(closed.root(), &closed.keys, Follow::Number, *memory) {
            Ok(store) => store,
            Err(error) => {
                println!("{:10} cannot be had here: {error}", memory.as_str());
                continue;
            }
        };
        let opening = begun.elapsed().as_secs_f64() * 1e3;
        let snapshot = store.snapshot()?;
        let rounds = Rounds { snapshot: &snapshot, permits, at, policy: &policy };
        let [batch, gather, share, single, chain, times] = rounds.run()?;
        println!(
            "{:10} {opening:6.1} ms {batch:8.1} {gather:6.1} {share:6.2} {single:8.1} {chain:6.1} \
             {times:6.2}",
            memory.as_str()
        );
    }
    println!("a code whose pages are on the disk: {:.2} ms", cold(&closed, at, &policy)?);
    Ok(())
}

struct Rounds<'r> {
    snapshot: &'r Snapshot,
    permits: u64,
    at: Instant,
    policy: &'r Policy,
}

impl Rounds<'_> {
    /// Batches, the limit beside them and their share of it; single codes, the limit beside them and
    /// how many times it they take.
    fn run(&self) -> Result<[f64; 6], Box<dyn Error>> {
        let lines = self.snapshot.register(Register::Permits).ok_or("no permits")?.lines()?;
        let mut verdicts = Vec::new();
        let mut columns: [Vec<f64>; 6] = Default::default();
        for round in 0..=ROUNDS as u64 {
            let mut random = Random::new(round);
            let codes: Vec<_> = (0..TOGETHER).map(|_| text(random.next() % self.permits)).collect();
            let count = lines.len() as u64;
            let places: Vec<_> = (0..TOGETHER).map(|_| (random.next() % count) as u32).collect();
            let mut took = [0.0; 4];
            for step in 0..4 {
                // Who goes first changes from round to round.
                let step = (step + round as usize) % 4;
                took[step] = match step {
                    0 => self.batches(&codes, &mut verdicts)?,
                    1 => timed(TOGETHER, || gather(lines, &places)),
                    2 => self.alone(&codes[..ALONE])?,
                    _ => timed(ALONE, || chain(lines, &places[..ALONE])),
                };
            }
            // The first round pages the lines in and proves them.
            if round > 0 {
                let [batch, gather, single, chain] = took;
                let row = [batch, gather, gather / batch, single, chain, single / chain];
                columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            }
        }
        Ok(columns.map(median))
    }

    fn batches(
        &self,
        codes: &[[u8; 16]],
        verdicts: &mut Vec<Judged>,
    ) -> Result<f64, Box<dyn Error>> {
        let begun = Clock::now();
        for codes in codes.chunks(BATCH) {
            self.snapshot.verify_batch(codes, self.at, self.policy, verdicts)?;
            black_box(&verdicts);
        }
        Ok(begun.elapsed().as_secs_f64() * 1e9 / codes.len() as f64)
    }

    fn alone(&self, codes: &[[u8; 16]]) -> Result<f64, Box<dyn Error>> {
        let begun = Clock::now();
        for code in codes {
            black_box(self.snapshot.verify(&Query::new(code, self.at), self.policy)?);
        }
        Ok(begun.elapsed().as_secs_f64() * 1e9 / codes.len() as f64)
    }
}

fn timed(count: usize, work: impl FnOnce() -> u64) -> f64 {
    let begun = Clock::now();
    black_box(work());
    begun.elapsed().as_secs_f64() * 1e9 / count as f64
}

/// A word of each line; no load waits for another.
fn gather(lines: &[Line], places: &[u32]) -> u64 {
    let mut sum = 0u64;
    for (number, place) in places.iter().enumerate() {
        if let Some(next) = places.get(number + AHEAD) {
            prefetch_index(lines, *next as usize);
        }
        sum = sum.wrapping_add(lines[*place as usize].words[0].get());
    }
    sum
}

/// A word of each line; each load waits for the one before.
fn chain(lines: &[Line], places: &[u32]) -> u64 {
    let mut before = 0u64;
    for place in places {
        let place = (u64::from(*place) + (before & 1)) as usize % lines.len();
        before = lines[place].words[0].get();
    }
    before
}

/// Milliseconds for a code after all files were dropped from memory, the store being open.
fn cold(closed: &Closed, at: Instant, policy: &Policy) -> Result<f64, Box<dyn Error>> {
    let store = Store::open(closed.root(), &closed.keys)?;
    let snapshot = store.snapshot()?;
    let mut random = Random::new(7);
    let mut times = Vec::new();
    drop_cached(closed.root())?;
    for _ in 0..COLD {
        let code = text(random.next() % closed.permits);
        let begun = Clock::now();
        black_box(snapshot.verify(&Query::new(&code, at), policy)?);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
