//! The middle of several measurements, and how far they lie apart.

use serde::Serialize;

/// The middle, the smallest and the largest.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of any number of values; of none it is zero.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (Some(min), Some(max)) = (values.first(), values.last()) else {
            return Spread::default();
        };
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        Spread { median, min: *min, max: *max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert!((Spread::of(vec![4.0, 1.0, 3.0, 2.0]).median - 2.5).abs() < 1e-9);
        let odd = Spread::of(vec![9.0, 1.0, 3.0]);
        assert_eq!((odd.min, odd.median, odd.max), (1.0, 3.0, 9.0));
    }
}
