//! Reading every code of a picture: the likeliest way first, then others, up a ladder that ends.

use crate::contrast::{Contrast, Threshold};
use crate::finder::{self, Finder};
use crate::grid::{self, Corners};
use crate::picture::Picture;

/// Threes of patterns that are tried in one step.
const CORNERS_MAX: usize = 48;
/// Views of codes that are judged for one picture.
const VIEWS_MAX: usize = 400_000;
/// Longest sides, in pixels.
const USUAL: usize = 1200;
const FINE: usize = 2400;
const COARSE: usize = 600;

/// A code that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it says.
    pub text: Vec<u8>,
    /// The corners of its area in pixels of the picture: clockwise from where its rows begin.
    pub corners: [(f64, f64); 4],
    /// The name of the step that read it.
    pub step: &'static str,
}

/// One way to look at a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// Pixels of the longest side.
    longest: usize,
    /// Whether small pictures are doubled first.
    doubled: bool,
    /// How often it is smoothed.
    smoothed: usize,
    threshold: Threshold,
    /// Whether light is taken for dark.
    inverted: bool,
}

const fn step(name: &'static str, longest: usize, threshold: Threshold) -> Step {
    Step { name, longest, doubled: false, smoothed: 0, threshold, inverted: false }
}

/// The steps, in order. The first reads nearly every screenshot.
pub const LADDER: [Step; 10] = [
    step("usual", USUAL, Threshold::Local(5)),
    step("global", USUAL, Threshold::Global),
    Step { smoothed: 2, ..step("smoothed", USUAL, Threshold::Local(5)) },
    Step { inverted: true, ..step("inverted", USUAL, Threshold::Local(5)) },
    step("near", USUAL, Threshold::Local(16)),
    step("fine", FINE, Threshold::Local(10)),
    Step { smoothed: 1, ..step("coarse", COARSE, Threshold::Local(5)) },
    Step { doubled: true, smoothed: 1, ..step("doubled", USUAL, Threshold::Local(5)) },
    Step { smoothed: 5, ..step("soft", FINE, Threshold::Local(10)) },
    Step { inverted: true, smoothed: 2, ..step("inverted global", USUAL, Threshold::Global) },
];

/// Reads every code of a picture, from top to bottom, then from left to right. Goes up the ladder
/// until all that looks like a code was read.
#[must_use]
pub fn read(picture: &Picture) -> Vec<Found> {
    let (mut found, mut views) = (Vec::new(), VIEWS_MAX);
    for step in &LADDER {
        let left_over = climb(picture, step, &mut found, &mut views);
        if !found.is_empty() && !left_over {
            break;
        }
    }
    in_order(found)
}

/// Reads every code of a picture by one step alone.
#[must_use]
pub fn read_by(picture: &Picture, step: &Step) -> Vec<Found> {
    let (mut found, mut views) = (Vec::new(), VIEWS_MAX);
    climb(picture, step, &mut found, &mut views);
    in_order(found)
}

fn in_order(mut found: Vec<Found>) -> Vec<Found> {
    let place = |found: &Found| middle(&found.corners);
    found.sort_by(|one, other| {
        let (one, other) = (place(one), place(other));
        one.1.total_cmp(&other.1).then(one.0.total_cmp(&other.0))
    });
    found
}

/// Adds what one step reads to what was found; answers whether it saw more that looks like a code.
fn climb(picture: &Picture, step: &Step, found: &mut Vec<Found>, views: &mut usize) -> bool {
    let (mut seen, mut factor) = picture.shrunk(step.longest);
    if step.doubled && 2 * seen.width.max(seen.height) <= step.longest {
        seen = seen.doubled();
        factor /= 2.0;
    }
    (0..step.smoothed).for_each(|_| seen = seen.smoothed());
    if seen.width.min(seen.height) < 21 {
        return false;
    }
    let contrast = Contrast::of(&seen, step.threshold, step.inverted);
    let finders = finder::find(&contrast);
    let mut taken: Vec<bool> = finders.iter().map(|finder| is_in(finder, factor, found)).collect();
    let mut left_over = false;
    for corners in grid::corners(&contrast, &finders, CORNERS_MAX) {
        if corners.places.iter().any(|place| taken[*place]) {
            continue;
        }
        match read_corners(&contrast, &finders, &corners, (factor, step), views) {
            Some(read) => {
                corners.places.iter().for_each(|place| taken[*place] = true);
                found.push(read);
            }
            None => left_over = true,
        }
    }
    left_over
}

fn read_corners(
    contrast: &Contrast,
    finders: &[Finder],
    corners: &Corners,
    (factor, step): (f64, &Step),
    views: &mut usize,
) -> Option<Found> {
    let (text, area) = corners.read(contrast, finders, views)?;
    let corners = area.map(|(x, y)| (x * factor, y * factor));
    Some(Found { text, corners, step: step.name })
}

/// Whether a pattern lies in a code that was read before.
fn is_in(finder: &Finder, factor: f64, found: &[Found]) -> bool {
    let (x, y) = (finder.x * factor, finder.y * factor);
    found.iter().any(|code| {
        let centre = middle(&code.corners);
        let half = |corner: &(f64, f64)| (corner.0 - centre.0).hypot(corner.1 - centre.1);
        let reach = code.corners.iter().map(half).fold(0.0, f64::max);
        (x - centre.0).hypot(y - centre.1) < reach
    })
}

fn middle(corners: &[(f64, f64); 4]) -> (f64, f64) {
    let sum = corners.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
    (sum.0 / 4.0, sum.1 / 4.0)
}
