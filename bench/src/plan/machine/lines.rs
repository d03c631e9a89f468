//! Random lines of memory: what they take where none waits for another, and where each does.

use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant as Clock};

use prefetch_index::prefetch_index;
use propusk_engine::map::MappedFile;
use tempfile::NamedTempFile;

use crate::plan::machine::pages;
use crate::random::Random;
use crate::statistics::median;

/// What a look-up fetches.
pub(crate) type Line = [u8; LINE_BYTES as usize];
/// Its length.
pub(crate) const LINE_BYTES: u64 = 64;
/// The file is written in pieces of that length, as segments are, so that it comes to stand on the
/// same pages.
const PIECE_BYTES: u64 = 2 << 20;
/// How many lines are read between two looks at the clock.
const BLOCK: usize = 8192;
/// How often a block is measured at least.
const BLOCKS_MIN: usize = 5;

/// Memory that is mapped from a file, as a store's is.
pub(crate) struct LineMemory {
    map: MappedFile,
    /// The share of it that stands on large pages, where the system tells.
    pub(crate) large_pages_share: Option<f64>,
}

impl LineMemory {
    /// That many bytes, in a file of this folder whose name goes away at once.
    pub(crate) fn new(folder: &Path, bytes: u64) -> io::Result<Self> {
        let mut file = NamedTempFile::new_in(folder)?;
        let mut random = Random::new(1);
        let mut piece = Vec::new();
        while piece.len() < PIECE_BYTES.min(bytes.next_multiple_of(LINE_BYTES)) as usize {
            piece.extend_from_slice(&random.next().to_le_bytes());
        }
        let mut written = 0;
        while written < bytes {
            // No two pieces are the same, so that nothing below can keep one for all.
            piece[..8].copy_from_slice(&random.next().to_le_bytes());
            file.write_all(&piece)?;
            written += piece.len() as u64;
        }
        file.flush()?;
        let map = MappedFile::open(file.path())?;
        touch(map.as_ref());
        let large_pages_share = pages::large_share(file.path());
        Ok(LineMemory { map, large_pages_share })
    }

    /// The first lines of it, as many as these bytes hold.
    pub(crate) fn lines(&self, bytes: u64) -> &[Line] {
        let (lines, _) = self.map.as_ref().as_chunks();
        &lines[..lines.len().min((bytes / LINE_BYTES).max(1) as usize)]
    }
}

/// Reads a byte of every small page, so that all are there.
pub(crate) fn touch(bytes: &[u8]) {
    black_box(bytes.iter().step_by(4096).fold(0, |sum, byte| sum ^ byte));
}

/// Nanoseconds for each of many lines that are asked for so many places ahead; 0 asks for none ahead.
pub(crate) fn gather_ns(lines: &[Line], distance: usize, budget: Duration, seed: u64) -> f64 {
    let mut places = Vec::new();
    blocks(budget, seed, |random| {
        places.clear();
        places.extend((0..BLOCK + distance).map(|_| place(random.next(), lines.len())));
        let begun = Clock::now();
        black_box(gather(lines, &places, distance));
        begun.elapsed()
    })
}

/// The same in several threads at once: what a line takes each of them.
pub(crate) fn gather_together_ns(
    lines: &[Line],
    distance: usize,
    threads: usize,
    budget: Duration,
) -> f64 {
    let barrier = Barrier::new(threads);
    let one = |thread: usize| {
        barrier.wait();
        gather_ns(lines, distance, budget, thread as u64)
    };
    let all: Vec<f64> = std::thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|thread| scope.spawn(move || one(thread))).collect();
        let own = one(0);
        running.into_iter().filter_map(|thread| thread.join().ok()).chain([own]).collect()
    });
    all.iter().sum::<f64>() / all.len() as f64
}

/// Nanoseconds for a line whose place is known only when the line before has come.
pub(crate) fn dependent_ns(lines: &[Line], budget: Duration, seed: u64) -> f64 {
    let mut numbers = Vec::new();
    blocks(budget, seed, |random| {
        numbers.clear();
        numbers.extend((0..BLOCK).map(|_| random.next()));
        let begun = Clock::now();
        let follow = |read: u64, number: &u64| {
            word(&lines[place(number.wrapping_add(read), lines.len()) as usize])
        };
        black_box(numbers.iter().fold(0, follow));
        begun.elapsed()
    })
}

fn gather(lines: &[Line], places: &[u32], distance: usize) -> u64 {
    let ahead = &places[distance..];
    let mut sum = 0u64;
    for (place, next) in places.iter().zip(ahead) {
        if distance > 0 {
            prefetch_index(lines, *next as usize);
        }
        sum = sum.wrapping_add(word(&lines[*place as usize]));
    }
    sum
}

/// The middle of what blocks took for each line, until the budget is used up.
fn blocks(budget: Duration, seed: u64, mut block: impl FnMut(&mut Random) -> Duration) -> f64 {
    let mut random = Random::new(seed);
    let (mut used, mut each) = (Duration::ZERO, Vec::new());
    while used < budget || each.len() < BLOCKS_MIN {
        let took = block(&mut random);
        used += took;
        each.push(took.as_secs_f64() * 1e9 / BLOCK as f64);
    }
    median(each)
}

/// A place among so many, by a number that looks random.
fn place(number: u64, count: usize) -> u32 {
    ((u128::from(number) * count as u128) >> 64) as u32
}

fn word(line: &Line) -> u64 {
    line.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
