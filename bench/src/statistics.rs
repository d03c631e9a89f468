//! Figures out of measured values.

/// The middle one of an odd number of values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The value that such a share of ascending values does not pass.
#[must_use]
pub fn quantile(ascending: &[f64], share: f64) -> f64 {
    let place = (ascending.len() as f64 * share).ceil() as usize;
    ascending.get(place.max(1) - 1).or(ascending.last()).copied().unwrap_or(f64::NAN)
}
