//! What a look-up takes, told from what lines of memory take.
//!
//! A call with *B* codes takes `call + wait × L(W) + B × (code + line × g(W))`, where `W` is the size
//! of the hot table, `L` the time of a dependent load there and `g` that of one line of many. The four
//! numbers are fitted on small stores; `docs/planner.md` says what they leave out.

pub(crate) mod curve;
mod fit;

use serde::{Deserialize, Serialize};

/// The model's numbers, and how well they tell what they were not fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What a call takes, nanoseconds.
    pub call_ns: f64,
    /// How many dependent loads a call waits for.
    pub wait_loads: f64,
    /// What a code takes, nanoseconds.
    pub code_ns: f64,
    /// How many lines' time a code takes.
    pub line_loads: f64,
    /// What it was fitted on.
    pub fitted: Vec<Told>,
    /// What it was not fitted on.
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
    /// What a line of many takes in its hot table, nanoseconds.
    pub line_ns: f64,
    /// What a dependent load takes there, nanoseconds.
    pub load_ns: f64,
}

impl Model {
    /// Fits the numbers on points and their measured times.
    pub(crate) fn fit(points: &[(Point, f64)]) -> Self {
        let row = |(point, measured): &(Point, f64)| {
            let whole = measured * point.batch as f64;
            point.terms().map(|term| term / whole)
        };
        let rows: Vec<_> = points.iter().map(row).collect();
        let [call_ns, wait_loads, code_ns, line_loads] = fit::non_negative(&rows);
        let (fitted, held_out) = (Vec::new(), Vec::new());
        let mut model =
            Model { call_ns, wait_loads, code_ns, line_loads, fitted, held_out, error: 0.0 };
        model.fitted =
            points.iter().map(|(point, measured)| model.told(*point, *measured)).collect();
        model
    }

    /// What a code takes, nanoseconds.
    #[must_use]
    pub fn code_ns_at(&self, point: &Point) -> f64 {
        let numbers = [self.call_ns, self.wait_loads, self.code_ns, self.line_loads];
        fit::sum(&point.terms(), &numbers) / point.batch as f64
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
    /// What the model's numbers weigh in the time of a whole call.
    fn terms(&self) -> [f64; fit::TERMS] {
        let batch = self.batch as f64;
        [1.0, self.load_ns, batch, batch * self.line_ns]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(records: u64, batch: usize, line_ns: f64, load_ns: f64) -> Point {
        Point { records, batch, line_ns, load_ns }
    }

    #[test]
    fn a_call_takes_the_sum_of_its_terms() {
        let model = Model {
            call_ns: 160.0,
            wait_loads: 1.5,
            code_ns: 18.0,
            line_loads: 1.25,
            fitted: Vec::new(),
            held_out: Vec::new(),
            error: 0.0,
        };
        // (160 + 1.5 × 80) / 16 + 18 + 1.25 × 4 = 17.5 + 18 + 5
        assert!((model.code_ns_at(&point(1, 16, 4.0, 80.0)) - 40.5).abs() < 1e-12);
        // One code alone: 160 + 120 + 18 + 5.
        assert!((model.code_ns_at(&point(1, 1, 4.0, 80.0)) - 303.0).abs() < 1e-12);
        let told = model.told(point(1, 16, 4.0, 80.0), 45.0);
        assert!((told.error() + 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_machine_that_is_as_the_model_says_is_foretold_exactly() {
        let takes = |point: &Point| {
            let batch = point.batch as f64;
            (140.0 + 1.1 * point.load_ns) / batch + 19.0 + 1.3 * point.line_ns
        };
        let mut points = Vec::new();
        for (records, line_ns, load_ns) in
            [(500, 0.7, 4.0), (60_000, 1.2, 20.0), (250_000, 1.9, 37.0)]
        {
            for batch in [1, 16, 128, 1024] {
                let point = point(records, batch, line_ns, load_ns);
                points.push((point, takes(&point)));
            }
        }
        let model = Model::fit(&points);
        let beyond = point(10_000_000, 256, 11.0, 146.0);
        assert!((model.code_ns_at(&beyond) / takes(&beyond) - 1.0).abs() < 1e-6);
        assert_eq!(model.fitted.len(), 12);
        assert!(model.fitted.iter().all(|told| told.error().abs() < 1e-6));
    }
}
