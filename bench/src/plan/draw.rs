//! Codes to ask for, drawn as a workload says.

use crate::plan::workload::{Popularity, Workload};
use crate::queries::{Text, text};
use crate::random::Random;

/// Draws codes.
pub(crate) struct Draw {
    random: Random,
    records: u64,
    hit_share: f64,
    ranks: Option<Zipf>,
}

impl Draw {
    /// Codes of a store of so many permits.
    pub(crate) fn new(workload: &Workload, records: u64, seed: u64) -> Self {
        let ranks = match workload.popularity {
            Popularity::Uniform => None,
            Popularity::Zipf(exponent) => Some(Zipf::new(records, exponent)),
        };
        Draw { random: Random::new(seed), records, hit_share: workload.hit_share, ranks }
    }

    /// The next code. Unknown ones are all alike, so that each asks for another line.
    pub(crate) fn next(&mut self) -> Text {
        let is_known = unit(&mut self.random) < self.hit_share;
        if let (true, Some(ranks)) = (is_known, &self.ranks) {
            // Lines stand in the order of secret keys, so any number may be of any rank.
            return text(ranks.draw(&mut self.random) - 1);
        }
        let number = self.random.next() % self.records;
        text(if is_known { number } else { self.records + number })
    }

    /// Replaces what a list holds.
    pub(crate) fn fill(&mut self, codes: &mut Vec<Text>, count: usize) {
        codes.clear();
        codes.extend((0..count).map(|_| self.next()));
    }
}

/// A number from 0 to below 1.
pub(crate) fn unit(random: &mut Random) -> f64 {
    (random.next() >> 11) as f64 / (1u64 << 53) as f64
}

/// Ranks from 1 of a Zipf distribution, by rejection from the area under its smooth curve (Hörmann
/// and Derflinger): a draw takes about the same time whatever their number.
struct Zipf {
    exponent: f64,
    ranks: f64,
    /// The area up to the end of the last rank, and from the beginning of the first.
    area_last: f64,
    area_first: f64,
    /// How far below a rank a point may lie that needs no second look.
    sure: f64,
}

impl Zipf {
    fn new(ranks: u64, exponent: f64) -> Self {
        let ranks = ranks as f64;
        let zipf = Zipf { exponent, ranks, area_last: 0.0, area_first: 0.0, sure: 0.0 };
        Zipf {
            area_last: zipf.area(ranks + 0.5),
            area_first: zipf.area(1.5) - 1.0,
            sure: 2.0 - zipf.place(zipf.area(2.5) - zipf.weight(2.0)),
            ..zipf
        }
    }

    fn draw(&self, random: &mut Random) -> u64 {
        loop {
            let area = self.area_last + unit(random) * (self.area_first - self.area_last);
            let place = self.place(area);
            let rank = place.round().clamp(1.0, self.ranks);
            if rank - place <= self.sure || area >= self.area(rank + 0.5) - self.weight(rank) {
                return rank as u64;
            }
        }
    }

    fn weight(&self, rank: f64) -> f64 {
        rank.powf(-self.exponent)
    }

    /// The area under the curve from 1 to a place.
    fn area(&self, place: f64) -> f64 {
        let power = 1.0 - self.exponent;
        if power.abs() < 1e-9 { place.ln() } else { (power * place.ln()).exp_m1() / power }
    }

    /// The place at which the area is this.
    fn place(&self, area: f64) -> f64 {
        let power = 1.0 - self.exponent;
        if power.abs() < 1e-9 {
            return area.exp();
        }
        // Rounding must not lead below what a logarithm takes.
        ((area * power).max(-1.0 + 1e-15).ln_1p() / power).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_come_as_often_as_their_weights_say() {
        for exponent in [0.5, 0.99, 1.0, 2.0] {
            let (zipf, mut random) = (Zipf::new(10, exponent), Random::new(3));
            let mut counts = [0u32; 10];
            for _ in 0..200_000 {
                counts[zipf.draw(&mut random) as usize - 1] += 1;
            }
            let weights: Vec<f64> = (1..=10).map(|rank| f64::from(rank).powf(-exponent)).collect();
            let sum: f64 = weights.iter().sum();
            for (count, weight) in counts.iter().zip(weights) {
                let (share, expected) = (f64::from(*count) / 200_000.0, weight / sum);
                assert!((share - expected).abs() < 0.005, "{exponent}: {share}, not {expected}");
            }
        }
    }

    #[test]
    fn the_share_of_known_codes_is_the_one_asked_for() {
        for popularity in [Popularity::Uniform, Popularity::Zipf(0.99)] {
            let workload = Workload { hit_share: 0.25, popularity, ..Workload::default() };
            let mut draw = Draw::new(&workload, 50, 9);
            let known: Vec<Text> = (0..50).map(text).collect();
            let hits = (0..20_000).filter(|_| known.contains(&draw.next())).count();
            assert!((4_700..5_300).contains(&hits), "{hits}");
        }
    }
}
