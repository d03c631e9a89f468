//! The model's four numbers out of what was measured: least squares of relative errors, none below
//! zero.

/// How many numbers the model has.
pub(crate) const TERMS: usize = 4;

/// The numbers, none below zero, whose sums of terms are nearest to ones. Each row is one measurement:
/// its terms over the measured value. There are few numbers, so every choice of those that are not
/// zero is tried.
pub(crate) fn non_negative(rows: &[[f64; TERMS]]) -> [f64; TERMS] {
    let mut best = ([0.0; TERMS], f64::INFINITY);
    for choice in 1u32..1 << TERMS {
        let Some(numbers) = solve(rows, choice) else { continue };
        if numbers.iter().any(|number| *number < 0.0) {
            continue;
        }
        let error = rows.iter().map(|row| (sum(row, &numbers) - 1.0).powi(2)).sum();
        if error < best.1 {
            best = (numbers, error);
        }
    }
    best.0
}

/// The terms weighed by the numbers.
pub(crate) fn sum(terms: &[f64; TERMS], numbers: &[f64; TERMS]) -> f64 {
    terms.iter().zip(numbers).map(|(term, number)| term * number).sum()
}

/// Least squares with the chosen numbers alone: the normal equations, by elimination with the largest
/// pivot. `None` where they do not determine the numbers.
fn solve(rows: &[[f64; TERMS]], choice: u32) -> Option<[f64; TERMS]> {
    let chosen: Vec<usize> = (0..TERMS).filter(|term| choice >> term & 1 != 0).collect();
    let mut matrix: Vec<Vec<f64>> = chosen
        .iter()
        .map(|&a| {
            let products = chosen.iter().map(|&b| rows.iter().map(|row| row[a] * row[b]).sum());
            products.chain([rows.iter().map(|row| row[a]).sum()]).collect()
        })
        .collect();
    let size = chosen.len();
    let scale = (0..size).map(|term| matrix[term][term]).fold(0.0, f64::max);
    for step in 0..size {
        let pivot = (step..size)
            .max_by(|a, b| matrix[*a][step].abs().total_cmp(&matrix[*b][step].abs()))?;
        matrix.swap(step, pivot);
        if matrix[step][step].abs() <= scale * 1e-12 {
            return None;
        }
        let (above, below) = matrix.split_at_mut(step + 1);
        for row in below {
            let factor = row[step] / above[step][step];
            row.iter_mut().zip(&above[step]).for_each(|(value, own)| *value -= factor * own);
        }
    }
    let mut numbers = [0.0; TERMS];
    for step in (0..size).rev() {
        let known: f64 =
            (step + 1..size).map(|other| matrix[step][other] * numbers[chosen[other]]).sum();
        numbers[chosen[step]] = (matrix[step][size] - known) / matrix[step][step];
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(terms: &[[f64; TERMS]], numbers: [f64; TERMS]) -> Vec<[f64; TERMS]> {
        let row = |terms: &[f64; TERMS]| terms.map(|term| term / sum(terms, &numbers));
        terms.iter().map(row).collect()
    }

    #[test]
    fn exact_measurements_give_their_numbers_back() {
        let terms = [
            [1.0, 4.0, 1.0, 0.7],
            [1.0, 4.0, 16.0, 11.2],
            [1.0, 30.0, 16.0, 32.0],
            [1.0, 30.0, 256.0, 512.0],
            [1.0, 90.0, 1024.0, 5120.0],
        ];
        for numbers in [[150.0, 1.0, 18.0, 1.25], [150.0, 0.0, 18.0, 0.0]] {
            let fitted = non_negative(&rows(&terms, numbers));
            for (fitted, number) in fitted.iter().zip(numbers) {
                assert!((fitted - number).abs() < 1e-6, "{fitted}, not {number}");
            }
        }
    }

    #[test]
    fn a_number_that_would_be_negative_is_zero_and_the_others_make_up_for_it() {
        // The second term lowers what is measured: without it the first is between 10 and 8.
        let terms = [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]];
        let fitted = non_negative(&rows(&terms, [10.0, -2.0, 0.0, 0.0]));
        assert_eq!(fitted[1..], [0.0; 3]);
        // The sum of (x/10 - 1)² and (x/8 - 1)² is least at (1/10 + 1/8) / (1/100 + 1/64).
        assert!((fitted[0] - 0.225 / 0.025625).abs() < 1e-9, "{}", fitted[0]);
    }
}
