//! What a line takes by working set, and by how popular it is.

use crate::plan::workload::Popularity;

/// Ranks that are looked at one by one; beyond them each step takes a hundredth of what lies before.
const SINGLE_RANKS: u64 = 256;
const STEP: u64 = 100;
const LINE: f64 = 64.0;

/// Nanoseconds a line by working set, straight over the logarithm of bytes between what was measured.
#[derive(Clone, Debug)]
pub(crate) struct Curve(Vec<(f64, f64)>);

impl Curve {
    /// Through points of ascending bytes, of which there is one at least.
    pub(crate) fn new(points: Vec<(f64, f64)>) -> Self {
        Curve(points)
    }

    /// The time at a working set. Below the smallest it is the smallest one's; beyond the largest it
    /// rises as over the last doubling.
    pub(crate) fn at(&self, bytes: f64) -> f64 {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else { return f64::NAN };
        if bytes <= first.0 {
            return first.1;
        }
        let between = |from: (f64, f64), to: (f64, f64)| {
            from.1 + (to.1 - from.1) * (bytes / from.0).ln() / (to.0 / from.0).ln()
        };
        if bytes > last.0 {
            let halved = last.0 / 2.0;
            let from = (halved, self.at(halved));
            return if halved < first.0 { last.1 } else { between(from, *last).max(last.1) };
        }
        let place = self.0.partition_point(|point| point.0 < bytes);
        between(self.0[place - 1], self.0[place])
    }

    /// The time of a line in the hot table of so many records, where a share of the codes is known and
    /// these are as popular as told; unknown codes ask for any line.
    ///
    /// A uniform working set of *x* bytes takes `at(x)` a line on average, so the line that stands at
    /// byte *x* of the order of popularity takes what `x × at(x)` grows by there: caches keep what is
    /// asked for most.
    pub(crate) fn of_popularity(
        &self,
        popularity: Popularity,
        hit_share: f64,
        records: f64,
        table_bytes: f64,
    ) -> f64 {
        let any = self.at(table_bytes);
        match popularity {
            Popularity::Uniform => any,
            Popularity::Zipf(exponent) => {
                let known = self.of_ranks(exponent, records, table_bytes / LINE);
                hit_share * known + (1.0 - hit_share) * any
            }
        }
    }

    /// The same of known codes alone: ranks fall on lines at random, and several may share one.
    fn of_ranks(&self, exponent: f64, records: f64, lines: f64) -> f64 {
        let total = |bytes: f64| if bytes > 0.0 { bytes * self.at(bytes) } else { 0.0 };
        // The bytes of all lines that hold one of so many first ranks.
        let bytes = |ranks: f64| -LINE * lines * (-ranks / lines).exp_m1();
        let (mut weights, mut sum) = (0.0, 0.0);
        let mut rank = 1u64;
        while rank as f64 <= records {
            let step = if rank < SINGLE_RANKS { 1 } else { rank / STEP };
            let last = (rank + step - 1).min(records as u64);
            let weight = mass(exponent, rank, last);
            let (from, to) = (bytes(rank as f64 - 1.0), bytes(last as f64));
            let own = if to > from { (total(to) - total(from)) / (to - from) } else { self.at(to) };
            // Where the line holds a more popular code already, it is any one of those.
            let is_first = (-(rank as f64 - 1.0) / lines).exp();
            weights += weight;
            sum += weight * (is_first * own + (1.0 - is_first) * self.at(from));
            rank = last + 1;
        }
        sum / weights
    }
}

/// How often ranks from one to another are asked for.
fn mass(exponent: f64, from: u64, to: u64) -> f64 {
    if from == to {
        return (from as f64).powf(-exponent);
    }
    // Each rank as the area around it.
    let (from, to) = (from as f64 - 0.5, to as f64 + 0.5);
    let power = 1.0 - exponent;
    if power.abs() < 1e-9 {
        return (to / from).ln();
    }
    (to.powf(power) - from.powf(power)) / power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9 * expected.abs(), "{value}, not {expected}");
    }

    #[test]
    fn between_points_it_is_straight_and_beyond_them_it_goes_on() {
        let curve = Curve::new(vec![(1024.0, 2.0), (4096.0, 6.0), (8192.0, 7.0)]);
        assert_near(curve.at(10.0), 2.0);
        assert_near(curve.at(1024.0), 2.0);
        // Half the logarithm's way from 1 to 4 KiB.
        assert_near(curve.at(2048.0), 4.0);
        assert_near(curve.at(8192.0), 7.0);
        // One more for each doubling, as for the last one.
        assert_near(curve.at(32768.0), 9.0);
        // A curve that falls at its end does not fall for ever.
        let falls = Curve::new(vec![(1024.0, 2.0), (4096.0, 1.0)]);
        assert_near(falls.at(65536.0), 1.0);
    }

    #[test]
    fn uniform_codes_take_what_a_line_of_the_table_takes() {
        let curve = Curve::new(vec![(64.0, 1.0), (6400.0, 3.0)]);
        assert_near(curve.of_popularity(Popularity::Uniform, 0.1, 20.0, 640.0), 2.0);
    }

    #[test]
    fn popular_lines_take_what_the_working_set_grows_by() {
        // Of 1, 2 and 3 lines the average takes 1, 2 and 3: all take 1, 4 and 9, so the lines take
        // 1, 3 and 5. Weights 1, 1/2 and 1/3 of 11/6 give 25/11. The table is so large that no two
        // ranks share a line.
        let curve = Curve::new(vec![(64.0, 1.0), (128.0, 2.0), (192.0, 3.0)]);
        let time = curve.of_ranks(1.0, 3.0, 1e9);
        assert!((time - 25.0 / 11.0).abs() < 1e-6, "{time}");
        // Half of the codes unknown: these take what the whole table takes.
        let flat = Curve::new(vec![(64.0, 1.0), (1e6, 1.0)]);
        assert_near(flat.of_popularity(Popularity::Zipf(0.99), 0.5, 1e6, 3.2e7), 1.0);
    }

    #[test]
    fn ranks_taken_together_weigh_what_they_weigh_one_by_one() {
        for exponent in [0.5, 0.99, 1.0, 1.5] {
            let each: f64 = (300..=330).map(|rank| f64::from(rank).powf(-exponent)).sum();
            assert!((mass(exponent, 300, 330) / each - 1.0).abs() < 1e-4);
        }
        // The more uneven, the more of the lines are in the nearest caches.
        let curve = Curve::new(vec![(1024.0, 1.0), (65536.0, 2.0), (1e8, 20.0)]);
        let time = |s| curve.of_popularity(Popularity::Zipf(s), 1.0, 2e6, 6.4e7);
        let times = [0.01, 0.5, 0.99, 1.5].map(time);
        assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
        assert!(times[0] < curve.at(6.4e7) && times[0] > 0.9 * curve.at(6.4e7));
    }
}
