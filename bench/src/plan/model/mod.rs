//! What a look-up takes, told from what lines of memory take.
//!
//! A call with *B* codes takes `call + L + B × (code + g)`: one dependent load `L` to begin with, and
//! for each code one line `g` of many, both measured in memory as large as the hot table. What is
//! computed, `call` and `code`, is fitted on small stores; `docs/planner.md` says what that leaves out.

pub(crate) mod curve;

use serde::{Deserialize, Serialize};

/// The model's two numbers, and how well they tell what they were not fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What is computed for a call, nanoseconds.
    pub call_ns: f64,
    /// What is computed for a code, nanoseconds.
    pub code_ns: f64,
    /// What they were fitted on.
    pub fitted: Vec<Told>,
    /// What they were not fitted on.
    pub held_out: Vec<Told>,
    /// The error at the point that stands for all: more records than any fitted store has, and calls of
    /// a size that none was fitted on. Parts of one, positive where too much was told.
    pub error: f64,
}

/// A measured point and what the model tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Where.
    #[serde(flatten)]
    pub point: Point,
    /// What a code took, nanoseconds.
    pub measured_ns: f64,
    /// What the model tells.
    pub told_ns: f64,
}

/// Where a look-up is measured or told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Records in the store.
    pub records: u64,
    /// Codes in a call.
    pub batch: usize,
    /// What a line of many takes in memory as large as its hot table, nanoseconds.
    pub line_ns: f64,
    /// What a dependent load takes there, nanoseconds.
    pub load_ns: f64,
}

impl Model {
    /// Fits the two numbers on points and their measured times: least squares of relative errors,
    /// neither below zero.
    pub(crate) fn fit(points: &[(Point, f64)]) -> Self {
        let [mut aa, mut ab, mut bb, mut ac, mut bc] = [0.0; 5];
        for (point, measured) in points {
            // a × call + b × code = c, each in parts of the measured time.
            let (a, b) = (1.0 / point.batch as f64 / measured, 1.0 / measured);
            let c = 1.0 - point.memory_ns() / measured;
            aa += a * a;
            ab += a * b;
            bb += b * b;
            ac += a * c;
            bc += b * c;
        }
        let determinant = aa * bb - ab * ab;
        let mut numbers = ((ac * bb - bc * ab) / determinant, (bc * aa - ac * ab) / determinant);
        // Where one would be below zero, the other alone explains what there is.
        if numbers.0 < 0.0 {
            numbers = (0.0, (bc / bb).max(0.0));
        } else if numbers.1 < 0.0 {
            numbers = ((ac / aa).max(0.0), 0.0);
        }
        let (fitted, held_out) = (Vec::new(), Vec::new());
        let mut model =
            Model { call_ns: numbers.0, code_ns: numbers.1, fitted, held_out, error: 0.0 };
        model.fitted = points.iter().map(|(point, ns)| model.told(*point, *ns)).collect();
        model
    }

    /// What a code takes, nanoseconds.
    #[must_use]
    pub fn code_ns_at(&self, point: &Point) -> f64 {
        self.call_ns / point.batch as f64 + self.code_ns + point.memory_ns()
    }

    /// Beside what was measured.
    pub(crate) fn told(&self, point: Point, measured_ns: f64) -> Told {
        Told { point, measured_ns, told_ns: self.code_ns_at(&point) }
    }
}

impl Told {
    /// How much more the model tells than was measured, in parts of what was measured.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.told_ns / self.measured_ns - 1.0
    }
}

impl Point {
    /// What memory takes of a code's time: its line, and its part of the load that its call waits for.
    fn memory_ns(&self) -> f64 {
        self.line_ns + self.load_ns / self.batch as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(batch: usize, line_ns: f64, load_ns: f64) -> Point {
        Point { records: 1, batch, line_ns, load_ns }
    }

    fn assert_near(value: f64, expected: f64) {
        assert!(
            (value - expected).abs() < 1e-9 * expected.abs().max(1.0),
            "{value}, not {expected}"
        );
    }

    #[test]
    fn a_call_takes_the_sum_of_its_terms() {
        let (fitted, held_out) = (Vec::new(), Vec::new());
        let model = Model { call_ns: 160.0, code_ns: 18.0, fitted, held_out, error: 0.0 };
        // (160 + 80) / 16 + 18 + 4
        assert_near(model.code_ns_at(&point(16, 4.0, 80.0)), 37.0);
        // One code alone: 160 + 80 + 18 + 4.
        assert_near(model.code_ns_at(&point(1, 4.0, 80.0)), 262.0);
        assert_near(model.told(point(16, 4.0, 80.0), 40.0).error(), -0.075);
    }

    #[test]
    fn two_points_give_the_two_numbers() {
        // 8 codes take 14 ns each where memory takes 2 + 32 / 8: 8 are left, which are
        // call / 8 + code. 80 codes take 6.4 where memory takes 2 + 32 / 80: 4 are left, which are
        // call / 80 + code. So a tenth of call is 4 × 80 / 72 / 10 …
        let model = Model::fit(&[(point(8, 2.0, 32.0), 14.0), (point(80, 2.0, 32.0), 6.4)]);
        // call × (1/8 - 1/80) = 4
        assert_near(model.call_ns, 4.0 / (0.125 - 0.0125));
        assert_near(model.code_ns, 8.0 - model.call_ns / 8.0);
        assert!(model.fitted.iter().all(|told| told.error().abs() < 1e-9));
    }

    #[test]
    fn of_points_that_disagree_relative_errors_are_least() {
        // Without memory, and calls so long that only codes count: 10 and 20 ns. The sum of
        // (x/10 - 1)² and (x/20 - 1)² is least at (1/10 + 1/20) / (1/100 + 1/400) = 12.
        let long = point(1 << 40, 0.0, 0.0);
        let model = Model::fit(&[(long, 10.0), (long, 20.0), (point(1, 0.0, 0.0), 12.0)]);
        assert!((model.code_ns - 12.0).abs() < 1e-3, "{}", model.code_ns);
    }

    #[test]
    fn neither_number_is_below_zero() {
        // Memory alone takes longer than was measured.
        let model = Model::fit(&[(point(1, 9.0, 50.0), 30.0), (point(100, 9.0, 50.0), 8.0)]);
        assert_eq!((model.call_ns, model.code_ns), (0.0, 0.0));
        // Long calls take more a code than short ones: no time is left for calls.
        let model = Model::fit(&[(point(1, 0.0, 0.0), 10.0), (point(100, 0.0, 0.0), 20.0)]);
        assert_eq!(model.call_ns, 0.0);
        assert_near(model.code_ns, 12.0);
    }
}
