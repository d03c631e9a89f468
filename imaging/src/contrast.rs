//! What is dark and what is light in a picture: each shade beside the threshold of its place.

use crate::picture::Picture;

/// How the threshold of a place is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// One for the whole picture, between its two heaps of shades (Otsu).
    Global,
    /// The mean of the neighbourhood, whose side is that part of the picture's longest side.
    Local(usize),
}

/// A picture as distances from the threshold: dark is below zero.
pub(crate) struct Contrast {
    pub(crate) width: usize,
    pub(crate) height: usize,
    values: Vec<i16>,
}

impl Contrast {
    /// Judges every pixel; `inverted` takes light for dark.
    pub(crate) fn of(picture: &Picture, threshold: Threshold, inverted: bool) -> Self {
        let mut values = match threshold {
            Threshold::Global => {
                let limit = otsu(picture);
                picture.pixels.iter().map(|shade| i16::from(*shade) - limit).collect()
            }
            Threshold::Local(part) => local(picture, part, inverted),
        };
        if inverted {
            values.iter_mut().for_each(|value| *value = -*value);
        }
        Contrast { width: picture.width, height: picture.height, values }
    }

    pub(crate) fn row(&self, row: usize) -> &[i16] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// The value at a place between pixels; `None` outside. The centre of the first pixel lies at a
    /// half.
    #[inline]
    pub(crate) fn at(&self, x: f64, y: f64) -> Option<f64> {
        if !(x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64) {
            return None;
        }
        let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
        let (column, row) = (x as usize, y as usize);
        let (right, below) = ((column + 1).min(self.width - 1), (row + 1).min(self.height - 1));
        let (part_x, part_y) = (x - column as f64, y - row as f64);
        let value = |column: usize, row: usize| f64::from(self.values[row * self.width + column]);
        let above = value(column, row) * (1.0 - part_x) + value(right, row) * part_x;
        let under = value(column, below) * (1.0 - part_x) + value(right, below) * part_x;
        Some(above * (1.0 - part_y) + under * part_y)
    }
}

/// How many pixels have each shade.
fn histogram(picture: &Picture) -> [u32; 256] {
    let mut counts = [0u32; 256];
    picture.pixels.iter().for_each(|shade| counts[usize::from(*shade)] += 1);
    counts
}

/// The limit that parts the shades into the two heaps that differ most; what is below is dark.
fn otsu(picture: &Picture) -> i16 {
    let counts = histogram(picture);
    let all: f64 = picture.pixels.len() as f64;
    let weighted = |(shade, count): (usize, &u32)| shade as f64 * f64::from(*count);
    let sum: f64 = counts.iter().enumerate().map(weighted).sum();
    let (mut below, mut below_sum, mut best) = (0.0, 0.0, (0.0, 128));
    for (shade, count) in counts.iter().enumerate() {
        below += f64::from(*count);
        below_sum += weighted((shade, count));
        let above = all - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let apart = below_sum / below - (sum - below_sum) / above;
        let between = below * above * apart * apart;
        if between > best.0 {
            best = (between, shade as i16 + 1);
        }
    }
    best.1
}

/// Each shade less the mean of its neighbourhood, and less a part of the picture's contrast, so that
/// an even ground is light.
fn local(picture: &Picture, part: usize, inverted: bool) -> Vec<i16> {
    let (width, height) = (picture.width, picture.height);
    let radius = (width.max(height) / part / 2).max(4);
    let bias = spread(picture) / 16;
    let bias = if inverted { -bias } else { bias };
    // Sums of columns over the rows in reach, moved down row by row.
    let mut columns = vec![0u32; width];
    let line = |row: usize| &picture.pixels[row * width..(row + 1) * width];
    let add = |columns: &mut [u32], row: usize| {
        columns.iter_mut().zip(line(row)).for_each(|(sum, shade)| *sum += u32::from(*shade));
    };
    (0..radius.min(height)).for_each(|row| add(&mut columns, row));
    let mut values = Vec::with_capacity(width * height);
    let mut sums = vec![0u64; width + 1];
    for row in 0..height {
        if row + radius < height {
            add(&mut columns, row + radius);
        }
        if let Some(gone) = row.checked_sub(radius + 1) {
            columns.iter_mut().zip(line(gone)).for_each(|(sum, shade)| *sum -= u32::from(*shade));
        }
        let rows = (row + radius + 1).min(height) - row.saturating_sub(radius);
        for (column, sum) in columns.iter().enumerate() {
            sums[column + 1] = sums[column] + u64::from(*sum);
        }
        for (column, shade) in line(row).iter().enumerate() {
            let (left, right) = (column.saturating_sub(radius), (column + radius + 1).min(width));
            let mean = (sums[right] - sums[left]) / ((right - left) * rows) as u64;
            values.push(i16::from(*shade) - mean as i16 + bias);
        }
    }
    values
}

/// The distance between the shades below which and above which a fiftieth of all pixels lie.
fn spread(picture: &Picture) -> i16 {
    let counts = histogram(picture);
    let few = picture.pixels.len() as u32 / 50;
    let reached = |shades: &mut dyn Iterator<Item = usize>| {
        let mut sum = 0;
        for shade in shades {
            sum += counts[shade];
            if sum > few {
                return shade;
            }
        }
        0
    };
    let (low, high) = (reached(&mut (0..256)), reached(&mut (0..256).rev()));
    high.saturating_sub(low) as i16
}
