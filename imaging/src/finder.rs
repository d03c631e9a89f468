//! The patterns in three corners of a QR code: dark, light, dark, light, dark as 1 : 1 : 3 : 1 : 1 in
//! every direction through their centre.

use crate::contrast::Contrast;

/// Patterns that are kept: sixteen codes and some that only look like them.
pub(crate) const FINDERS_MAX: usize = 64;
/// Places that are looked at more closely in one picture.
const CANDIDATES_MAX: usize = 40_000;
/// Patterns of which the best are kept.
const CLUSTERS_MAX: usize = 512;

/// A pattern that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finder {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Pixels of a module, the least over four directions.
    pub(crate) module: f64,
    /// Lines that lead through it.
    hits: usize,
}

/// Where light and dark meet on a line from the centre of a pattern, both ways.
pub(crate) struct Crossing {
    /// Ends of the dark centre, ahead and behind.
    centre: [f64; 2],
    /// Ends of the light ring.
    ring: [f64; 2],
}

impl Crossing {
    /// Pixels of a module along the line.
    pub(crate) fn module(&self) -> f64 {
        (self.ring[0] + self.ring[1]) / 5.0
    }

    /// How far the middle of the centre lies ahead.
    fn offset(&self) -> f64 {
        (self.centre[0] - self.centre[1]) / 2.0
    }
}

/// Finds patterns, those with most lines through them first.
pub(crate) fn find(contrast: &Contrast) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    let mut candidates = 0;
    let mut runs = Vec::new();
    for row in 0..contrast.height {
        runs_of(contrast.row(row), &mut runs);
        for place in (1..runs.len().saturating_sub(1)).filter(|place| runs[*place].dark) {
            let Some((x, module)) = candidate(&runs, place) else { continue };
            let y = row as f64 + 0.5;
            let known = found.iter_mut().find(|known| {
                (known.x - x).abs() < 1.5 * known.module && (known.y - y).abs() < 1.5 * known.module
            });
            if let Some(known) = known {
                known.hits += 1;
                continue;
            }
            candidates += 1;
            if candidates > CANDIDATES_MAX || found.len() >= CLUSTERS_MAX {
                return best(found);
            }
            found.extend(confirm(contrast, x, y, module));
        }
    }
    best(found)
}

fn best(mut found: Vec<Finder>) -> Vec<Finder> {
    found.retain(|finder| finder.hits >= 2);
    found.sort_by_key(|found| std::cmp::Reverse(found.hits));
    found.truncate(FINDERS_MAX);
    found
}

/// Pixels of one sort beside each other.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    length: usize,
    dark: bool,
}

fn runs_of(line: &[i16], runs: &mut Vec<Run>) {
    runs.clear();
    let mut start = 0;
    for end in 1..=line.len() {
        let dark = line[start] < 0;
        if end == line.len() || (line[end] < 0) != dark {
            runs.push(Run { start, length: end - start, dark });
            start = end;
        }
    }
}

/// The middle of a dark run that may lead through a centre, and pixels of a module. What lies beyond the light ring is not
/// measured: the dark frame may run into something dark outside.
fn candidate(runs: &[Run], place: usize) -> Option<(f64, f64)> {
    let [before, centre, after] =
        [-1, 0, 1].map(|step: isize| runs[place.wrapping_add_signed(step)].length as f64);
    let framed = place >= 2 && place + 2 < runs.len();
    let module = (before + centre + after) / 5.0;
    let like = |length: f64, modules: f64| {
        (length - modules * module).abs() <= 0.5 * modules.sqrt() * module + 0.8
    };
    let good = framed && like(centre, 3.0) && like(before, 1.0) && like(after, 1.0);
    good.then(|| (runs[place].start as f64 + centre / 2.0, module))
}

/// Measures a candidate in four directions, and again from the middle that they give.
fn confirm(contrast: &Contrast, x: f64, y: f64, module: f64) -> Option<Finder> {
    let cross = |x, y, step| cross(contrast, (x, y), step, module);
    let y = y + cross(x, y, (0.0, 1.0))?.offset();
    let right = cross(x, y, (1.0, 0.0))?;
    let x = x + right.offset();
    let down = cross(x, y, (0.0, 1.0))?;
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let rising = cross(x, y, (half, -half))?;
    let falling = cross(x, y, (half, half))?;
    let modules = [down.module(), right.module(), rising.module(), falling.module()];
    let module = modules.iter().copied().fold(f64::INFINITY, f64::min);
    let widest = modules.iter().copied().fold(0.0, f64::max);
    // The diagonal of a square is 1.41 times its side; perspective does the rest.
    (widest < 2.2 * module).then_some(Finder { x, y, module, hits: 1 })
}

/// Measures a pattern along a line through its centre; `module` says about how large it is.
pub(crate) fn cross(
    contrast: &Contrast,
    (x, y): (f64, f64),
    (step_x, step_y): (f64, f64),
    module: f64,
) -> Option<Crossing> {
    // A line through a square may be 2.2 times as long as another, and no ring lies further out.
    let reach = 2.5 * 2.2 * module + 4.0;
    let (centre_ahead, ring_ahead) = ends(contrast, x, y, step_x, step_y, reach)?;
    let (centre_behind, ring_behind) = ends(contrast, x, y, -step_x, -step_y, reach)?;
    let crossing =
        Crossing { centre: [centre_ahead, centre_behind], ring: [ring_ahead, ring_behind] };
    let module = crossing.module();
    let centre = centre_ahead + centre_behind;
    let lights = [ring_ahead - centre_ahead, ring_behind - centre_behind];
    let good = (centre - 3.0 * module).abs() <= module + 0.8
        && lights.iter().all(|light| (light - module).abs() <= 0.6 * module + 0.6);
    good.then_some(crossing)
}

/// Where the dark centre ends in a direction, and where the light ring does. Behind the ring it must
/// be dark for a third of a module.
fn ends(
    contrast: &Contrast,
    x: f64,
    y: f64,
    step_x: f64,
    step_y: f64,
    reach: f64,
) -> Option<(f64, f64)> {
    const STEP: f64 = 0.5;
    let value = |distance: f64| contrast.at(x + step_x * distance, y + step_y * distance);
    let mut before = value(0.0).filter(|value| *value < 0.0)?;
    let (mut distance, mut centre) = (0.0, None);
    while distance < reach {
        let here = value(distance + STEP)?;
        let meets = |before: f64| distance + STEP * before / (before - here);
        match centre {
            None if here >= 0.0 => centre = Some(meets(before)),
            Some(centre) if here < 0.0 => {
                let ring = meets(before);
                let frame = value(ring + 0.3 * ring / 2.5)?;
                return (frame < 0.0).then_some((centre, ring));
            }
            _ => {}
        }
        before = here;
        distance += STEP;
    }
    None
}
