//! The limit of the memory: one random line of 64 bytes for each question, over the same mapping that
//! the engine reads.

use std::hint::black_box;
use std::time::Instant as Clock;

use propusk_engine::format::Line;

use crate::contestant::{Contestant, Reader};
use crate::memory::prefetch;
use crate::question::{Asked, Counts, Key, Questions, Result};
use crate::spread::Spread;

/// The distances that are tried; 0 leaves it to the processor.
pub(crate) const DISTANCES: &[usize] = &[0, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128];

/// How lines are asked for before they are read.
#[derive(Clone, Copy)]
struct Ahead {
    /// How many of them before; 0 leaves it to the processor.
    distance: usize,
    /// To the second cache only, of whose lines a processor has more on their way.
    second: bool,
}

/// Lines asked for ahead of their reading.
pub(crate) struct Gather<'l> {
    lines: &'l [Line],
    ahead: Ahead,
}

/// Lines of which each is asked for when the last one came: what a single look-up cannot do without.
pub(crate) struct Chase<'l> {
    pub(crate) lines: &'l [Line],
}

impl<'l> Gather<'l> {
    /// In the way that is fastest for these questions, by the medians of several tries.
    pub(crate) fn tuned(lines: &'l [Line], sets: &[Questions]) -> Self {
        let to =
            |second| DISTANCES.iter().map(move |distance| Ahead { distance: *distance, second });
        let ways: Vec<_> = to(false).chain(to(true).skip(1)).collect();
        let mut seconds = vec![Vec::new(); ways.len()];
        for (round, set) in sets.iter().enumerate() {
            // Every try reads other lines, so that none finds them in a cache.
            let size = (set.homes.len() / ways.len()).max(1);
            for (part, homes) in set.homes.chunks_exact(size).take(ways.len()).enumerate() {
                let place = (part + round) % ways.len();
                let begun = Clock::now();
                black_box(gather(lines, homes, ways[place]));
                seconds[place].push(begun.elapsed().as_secs_f64());
            }
        }
        let medians = seconds.into_iter().map(|tries| Spread::of(tries).median);
        let best = medians.enumerate().min_by(|left, right| left.1.total_cmp(&right.1));
        Gather { lines, ahead: ways[best.map_or(0, |(place, _)| place)] }
    }
}

/// A word of each of these lines, summed.
#[inline(never)]
fn gather(lines: &[Line], homes: &[u32], ahead: Ahead) -> u64 {
    match ahead.second {
        false => gather_to::<false>(lines, homes, ahead.distance),
        true => gather_to::<true>(lines, homes, ahead.distance),
    }
}

#[inline(always)]
fn gather_to<const SECOND: bool>(lines: &[Line], homes: &[u32], distance: usize) -> u64 {
    let read = |home: &u32| lines[*home as usize].words[0].get();
    if distance == 0 {
        return homes.iter().map(read).fold(0, u64::wrapping_add);
    }
    let (first, ahead) = homes.split_at(distance.min(homes.len()));
    first.iter().for_each(|home| prefetch::<SECOND, _>(lines, *home as usize));
    let mut sum = 0u64;
    for (home, next) in homes.iter().zip(ahead) {
        prefetch::<SECOND, _>(lines, *next as usize);
        sum = sum.wrapping_add(read(home));
    }
    homes[ahead.len()..].iter().map(read).fold(sum, u64::wrapping_add)
}

/// The same where no line is known before the last one was read.
#[inline(never)]
fn chase(lines: &[Line], homes: &[u32]) -> u64 {
    let nothing = black_box(0u64);
    let (mut sum, mut last) = (0u64, 0);
    for home in homes {
        // The place depends on what was read, though it does not change by it.
        let place = u64::from(*home) + (last & nothing);
        last = lines[place as usize].words[0].get();
        sum = sum.wrapping_add(last);
    }
    sum
}

impl Contestant for Gather<'_> {
    fn settings(&self) -> String {
        let cache = if self.ahead.second { "second" } else { "first" };
        match self.ahead.distance {
            0 => "a random line a question over the engine's mapping, plain loop".to_owned(),
            distance => format!(
                "a random line a question over the engine's mapping, prefetched {distance} ahead to the \
                 {cache} cache, the best of {DISTANCES:?} to the first and to the second"
            ),
        }
    }

    fn bytes(&self) -> u64 {
        size_of_val(self.lines) as u64
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(self))
    }

    fn change(&mut self, _: &[(Key, propusk_bench::Times)]) -> Result<()> {
        Ok(())
    }
}

impl Reader for &Gather<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        black_box(gather(self.lines, asked.homes, self.ahead));
        Ok(Counts::default())
    }

    fn is_endless(&self) -> bool {
        true
    }
}

impl Contestant for Chase<'_> {
    fn settings(&self) -> String {
        "the same lines, each asked for when the last one was read".to_owned()
    }

    fn bytes(&self) -> u64 {
        size_of_val(self.lines) as u64
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>> {
        Ok(Box::new(self))
    }

    fn change(&mut self, _: &[(Key, propusk_bench::Times)]) -> Result<()> {
        Ok(())
    }
}

impl Reader for &Chase<'_> {
    fn ask(&mut self, asked: Asked<'_>) -> Result<Counts> {
        black_box(chase(self.lines, asked.homes));
        Ok(Counts::default())
    }

    fn is_endless(&self) -> bool {
        true
    }
}
