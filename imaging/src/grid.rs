//! From three patterns to the modules of a code, and from them to what it says.

use rqrr::{Grid, SimpleGrid};

use crate::contrast::Contrast;
use crate::finder::{Finder, cross};

/// Modules of a side of the smallest and the largest code.
const SIDE_LEAST: usize = 21;
const SIDE_MOST: usize = 177;
/// Modules by which an alignment pattern may lie beside the place that a flat view tells.
const ALIGNMENT_REACH_MOST: f64 = 16.0;
/// How much of what every code has must be there before it is decoded.
const LIKENESS_LEAST: f64 = 0.7;

/// Four corners, in their order around.
type Quadrangle = [(f64, f64); 4];

/// Three patterns that may be the corners of one code: where rows and columns begin, the end of the
/// first row, the end of the first column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corners {
    /// Places in the list of patterns.
    pub(crate) places: [usize; 3],
    at: [(f64, f64); 3],
    /// Modules of a side, as the distances tell it.
    side: f64,
    /// How unlike a square it is.
    unlikeness: f64,
}

/// Every three patterns that may belong together, the likeliest first.
pub(crate) fn corners(contrast: &Contrast, finders: &[Finder], most: usize) -> Vec<Corners> {
    let mut all = Vec::new();
    for corner in 0..finders.len() {
        for one in 0..finders.len() {
            for other in one + 1..finders.len() {
                if corner != one && corner != other {
                    all.extend(square(finders, [corner, one, other]));
                }
            }
        }
    }
    let order = |one: &Corners, other: &Corners| one.unlikeness.total_cmp(&other.unlikeness);
    all.sort_by(order);
    // Measuring along the sides is dear, so only the likeliest are.
    all.truncate(4 * most);
    let mut measured: Vec<_> =
        all.into_iter().filter_map(|corners| corners.measured(contrast, finders)).collect();
    measured.sort_by(order);
    measured.truncate(most);
    measured
}

/// Whether three patterns lie at a right angle, seen under some perspective.
fn square(finders: &[Finder], [corner, one, other]: [usize; 3]) -> Option<Corners> {
    let at = |place: usize| (finders[place].x, finders[place].y);
    let modules = [corner, one, other].map(|place| finders[place].module);
    let least = modules.iter().copied().fold(f64::INFINITY, f64::min);
    let most = modules.iter().copied().fold(0.0, f64::max);
    let (origin, one_at, other_at) = (at(corner), at(one), at(other));
    let (u, v) = (minus(one_at, origin), minus(other_at, origin));
    let (long, short) = (length(u).max(length(v)), length(u).min(length(v)));
    let cosine = (u.0 * v.0 + u.1 * v.1) / (long * short);
    // Fourteen modules from centre to centre are the least that a code has.
    if most > 2.5 * least || short < 10.0 * least || long > 2.0 * short || cosine.abs() > 0.55 {
        return None;
    }
    let rightwards = u.0 * v.1 - u.1 * v.0 > 0.0;
    let (places, at) = if rightwards {
        ([corner, one, other], [origin, one_at, other_at])
    } else {
        ([corner, other, one], [origin, other_at, one_at])
    };
    let unlikeness = long / short - 1.0 + cosine.abs() + (most / least - 1.0) / 2.0;
    Some(Corners { places, at, side: 0.0, unlikeness })
}

impl Corners {
    /// The same with the modules of a side; `None` where the two sides tell another.
    fn measured(self, contrast: &Contrast, finders: &[Finder]) -> Option<Self> {
        let along = |one: usize, other: usize| {
            let (from, to) = (self.at[one], self.at[other]);
            let way = minus(to, from);
            let distance = length(way);
            let step = (way.0 / distance, way.1 / distance);
            let module = |corner: usize| {
                let finder = &finders[self.places[corner]];
                let measured = cross(contrast, self.at[corner], step, finder.module);
                measured.map_or(finder.module, |crossing| crossing.module())
            };
            2.0 * distance / (module(one) + module(other)) + 7.0
        };
        let (columns, rows) = (along(0, 1), along(0, 2));
        let side = (columns + rows) / 2.0;
        let unequal = (columns - rows).abs() / side;
        let possible =
            unequal < 0.45 && side > SIDE_LEAST as f64 - 4.0 && side < SIDE_MOST as f64 * 1.1;
        let unlikeness = self.unlikeness + unequal;
        possible.then_some(Corners { side, unlikeness, ..self })
    }

    /// Sides that the code can have: what the lines between its patterns count, and the nearest to
    /// what the distances tell. None where the two are too far apart.
    fn sides(&self, contrast: &Contrast, finders: &[Finder]) -> Vec<usize> {
        let nearest = |side: f64| ((side - 17.0) / 4.0).round() as isize * 4 + 17;
        let counted = [(0, 1, 2), (0, 2, 1)].map(|(from, to, aside)| {
            self.changes(contrast, finders, [from, to, aside]) as f64 + 13.0
        });
        if counted.iter().any(|counted| (counted - self.side).abs() > 0.35 * self.side) {
            return Vec::new();
        }
        let near = nearest(self.side);
        let before = if (near as f64) < self.side { 4 } else { -4 };
        let mut sides = Vec::new();
        for side in [nearest(counted[0]), nearest(counted[1]), near, near + before, near - before] {
            if let Ok(side) = usize::try_from(side)
                && (SIDE_LEAST..=SIDE_MOST).contains(&side)
                && !sides.contains(&side)
            {
                sides.push(side);
            }
        }
        sides
    }

    /// How often dark and light change on the line of modules between two patterns, which lies on
    /// the side of the third one.
    fn changes(&self, contrast: &Contrast, finders: &[Finder], ends: [usize; 3]) -> usize {
        let [from, to, aside] = ends.map(|corner| self.at[corner]);
        let modules = ends.map(|corner| finders[self.places[corner]].module);
        let (along, down) = (unit(minus(to, from)), unit(minus(aside, self.at[0])));
        let inner = |at: (f64, f64), module: f64, way: f64| {
            let (ahead, aside) = (3.0 * module * way, 3.0 * module);
            (at.0 + along.0 * ahead + down.0 * aside, at.1 + along.1 * ahead + down.1 * aside)
        };
        let (begin, end) = (inner(from, modules[0], 1.0), inner(to, modules[1], -1.0));
        let way = minus(end, begin);
        let samples = (length(way) * 2.0) as usize + 1;
        let mut changes = 0;
        let mut before = None;
        for sample in 0..=samples {
            let part = sample as f64 / samples as f64;
            let value = contrast.at(begin.0 + way.0 * part, begin.1 + way.1 * part);
            let dark = value.is_some_and(|value| value < 0.0);
            changes += usize::from(before.is_some_and(|before| before != dark));
            before = Some(dark);
        }
        changes
    }

    /// Reads the code, if there is one. Gives what it says and the corners of its area. Judges no
    /// more views than are left.
    pub(crate) fn read(
        &self,
        contrast: &Contrast,
        finders: &[Finder],
        views_left: &mut usize,
    ) -> Option<(Vec<u8>, Quadrangle)> {
        let mut tries: Vec<(f64, usize, View)> = Vec::new();
        for side in self.sides(contrast, finders) {
            let views = [self.by_alignment(contrast, side, views_left), Some(self.flat(side))];
            for view in views.into_iter().flatten() {
                tries.push((view.likeness(contrast, side), side, view));
            }
        }
        tries.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (_, side, view) in tries.iter().take(3) {
            let (likeness, refined) = view.refined(contrast, *side);
            if likeness < LIKENESS_LEAST {
                continue;
            }
            for view in [refined, *view] {
                if let Some(text) = view.decode(contrast, *side) {
                    return Some((text, view.area(*side)));
                }
            }
        }
        None
    }

    /// The view that the three patterns tell alone: that of a parallelogram.
    fn flat(&self, side: usize) -> View {
        let [origin, right, below] = self.at;
        let opposite = (right.0 + below.0 - origin.0, right.1 + below.1 - origin.1);
        let (near, far) = (3.5, side as f64 - 3.5);
        View::of([near, near, far, far], [origin, right, opposite, below])
    }

    /// The view that an alignment pattern in the fourth corner tells: of those around the flat one
    /// that under which most of what every code has is there.
    fn by_alignment(
        &self,
        contrast: &Contrast,
        side: usize,
        views_left: &mut usize,
    ) -> Option<View> {
        if side == SIDE_LEAST {
            return None;
        }
        let flat = self.flat(side);
        let [origin, right, below] = self.at;
        let (near, far, middle) = (3.5, side as f64 - 3.5, side as f64 - 6.5);
        let from = [(near, near), (far, near), (middle, middle), (near, far)];
        let reach = (side as f64 * 0.3).min(ALIGNMENT_REACH_MOST);
        let steps = reach as i32;
        *views_left = views_left.checked_sub((2 * steps as usize + 1).pow(2))?;
        let mut best: Option<(f64, View)> = None;
        for down in -steps..=steps {
            for across in -steps..=steps {
                let at = flat.map(middle + f64::from(across), middle + f64::from(down))?;
                let Some(view) = View::between(from, [origin, right, at, below]) else { continue };
                let far_off = f64::from(down.abs().max(across.abs())) / reach;
                let likeness = view.likeness(contrast, side) - 0.05 * far_off;
                if best.is_none_or(|(most, _)| likeness > most) {
                    best = Some((likeness, view));
                }
            }
        }
        best.map(|(_, view)| view)
    }
}

/// A view of the plane of a code: from columns and rows of modules to pixels.
#[derive(Clone, Copy, Debug)]
struct View([f64; 8]);

impl View {
    /// The view that takes the corners of an upright rectangle (left, top, right, bottom) there.
    fn of([left, top, right, bottom]: [f64; 4], to: Quadrangle) -> View {
        let unit = View::of_unit_square(to);
        // First onto the unit square, then there.
        let [a, b, c, d, e, f, g, h] = unit.0;
        let (across, down) = (1.0 / (right - left), 1.0 / (bottom - top));
        let scale = 1.0 - g * across * left - h * down * top;
        View(
            [
                a * across,
                b * down,
                c - a * across * left - b * down * top,
                d * across,
                e * down,
                f - d * across * left - e * down * top,
                g * across,
                h * down,
            ]
            .map(|part| part / scale),
        )
    }

    /// The view that takes (0, 0), (1, 0), (1, 1) and (0, 1) there.
    fn of_unit_square([p0, p1, p2, p3]: Quadrangle) -> View {
        let (sum_x, sum_y) = (p0.0 - p1.0 + p2.0 - p3.0, p0.1 - p1.1 + p2.1 - p3.1);
        let (one, other) = (minus(p1, p2), minus(p3, p2));
        let area = one.0 * other.1 - one.1 * other.0;
        let (g, h) = if area.abs() < 1e-9 {
            (0.0, 0.0)
        } else {
            ((sum_x * other.1 - sum_y * other.0) / area, (one.0 * sum_y - one.1 * sum_x) / area)
        };
        View([
            p1.0 - p0.0 + g * p1.0,
            p3.0 - p0.0 + h * p3.0,
            p0.0,
            p1.1 - p0.1 + g * p1.1,
            p3.1 - p0.1 + h * p3.1,
            p0.1,
            g,
            h,
        ])
    }

    /// The view that takes four points to four others: eight linear equations.
    fn between(from: Quadrangle, to: Quadrangle) -> Option<View> {
        let mut rows = [[0.0; 9]; 8];
        for (place, ((u, v), (x, y))) in from.into_iter().zip(to).enumerate() {
            rows[2 * place] = [u, v, 1.0, 0.0, 0.0, 0.0, -u * x, -v * x, x];
            rows[2 * place + 1] = [0.0, 0.0, 0.0, u, v, 1.0, -u * y, -v * y, y];
        }
        for column in 0..8 {
            let pivot = (column..8)
                .max_by(|one, other| {
                    rows[*one][column].abs().total_cmp(&rows[*other][column].abs())
                })
                .filter(|pivot| rows[*pivot][column].abs() > 1e-9)?;
            rows.swap(column, pivot);
            let pivot = rows[column];
            for (place, row) in rows.iter_mut().enumerate().filter(|(place, _)| *place != column) {
                let _ = place;
                let factor = row[column] / pivot[column];
                row.iter_mut().zip(pivot).for_each(|(value, other)| *value -= factor * other);
            }
        }
        let solved: Vec<f64> = (0..8).map(|place| rows[place][8] / rows[place][place]).collect();
        Some(View(solved.try_into().ok()?))
    }

    /// Where a place of the code lies in the picture; `None` behind the horizon.
    fn map(&self, u: f64, v: f64) -> Option<(f64, f64)> {
        let [a, b, c, d, e, f, g, h] = self.0;
        let scale = g * u + h * v + 1.0;
        (scale > 1e-6).then(|| ((a * u + b * v + c) / scale, (d * u + e * v + f) / scale))
    }

    /// What is there: dark below zero; light outside the picture.
    fn sample(&self, contrast: &Contrast, u: f64, v: f64) -> f64 {
        self.map(u, v).and_then(|(x, y)| contrast.at(x, y)).unwrap_or(1.0)
    }

    /// How much of what every code of that side has is there, up to 1.
    fn likeness(&self, contrast: &Contrast, side: usize) -> f64 {
        let (mut good, mut all) = (0u32, 0u32);
        fixed_modules(side, &mut |column, row, dark| {
            let value = self.sample(contrast, column as f64 + 0.5, row as f64 + 0.5);
            good += u32::from(dark == (value < 0.0));
            all += 1;
        });
        f64::from(good) / f64::from(all)
    }

    /// The view nearby under which most of that is there.
    fn refined(&self, contrast: &Contrast, side: usize) -> (f64, View) {
        let end = side as f64;
        let from = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)];
        let Some(mut to) = self.area_if_whole(side) else { return (0.0, *self) };
        let mut best = (self.likeness(contrast, side), *self);
        let module = length(minus(to[1], to[0])) / end;
        for step in [0.8, 0.4, 0.2] {
            for _ in 0..2 {
                for corner in 0..4 {
                    for (x, y) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                        let mut moved = to;
                        moved[corner].0 += x * step * module;
                        moved[corner].1 += y * step * module;
                        let Some(view) = View::between(from, moved) else { continue };
                        let likeness = view.likeness(contrast, side);
                        if likeness > best.0 {
                            best = (likeness, view);
                            to = moved;
                        }
                    }
                }
            }
        }
        best
    }

    fn area_if_whole(&self, side: usize) -> Option<Quadrangle> {
        let end = side as f64;
        let corner = |u, v| self.map(u, v);
        Some([corner(0.0, 0.0)?, corner(end, 0.0)?, corner(end, end)?, corner(0.0, end)?])
    }

    /// The corners of the code's area in the picture.
    fn area(&self, side: usize) -> Quadrangle {
        self.area_if_whole(side).unwrap_or_default()
    }

    /// Reads every module and decodes them.
    fn decode(&self, contrast: &Contrast, side: usize) -> Option<Vec<u8>> {
        let modules = SimpleGrid::from_func(side, |column, row| {
            let (u, v) = (column as f64 + 0.5, row as f64 + 0.5);
            let around = [(0.0, 0.0), (0.22, 0.22), (-0.22, 0.22), (0.22, -0.22), (-0.22, -0.22)];
            around.iter().map(|(x, y)| self.sample(contrast, u + x, v + y)).sum::<f64>() < 0.0
        });
        let mut text = Vec::new();
        Grid::new(modules).decode_to(&mut text).ok()?;
        Some(text)
    }
}

/// Tells the modules that every code of that side has: its patterns and the lines between them.
fn fixed_modules(side: usize, tell: &mut dyn FnMut(usize, usize, bool)) {
    for (left, top) in [(0, 0), (side - 7, 0), (0, side - 7)] {
        for row in 0..7usize {
            for column in 0..7usize {
                let ring = column.abs_diff(3).max(row.abs_diff(3));
                tell(left + column, top + row, ring != 2);
            }
        }
    }
    for place in 8..side - 8 {
        tell(place, 6, place.is_multiple_of(2));
        tell(6, place, place.is_multiple_of(2));
    }
    if side > SIDE_LEAST {
        for row in 0..5usize {
            for column in 0..5usize {
                let ring = column.abs_diff(2).max(row.abs_diff(2));
                tell(side - 9 + column, side - 9 + row, ring != 1);
            }
        }
    }
}

fn minus(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0 - other.0, one.1 - other.1)
}

fn unit(way: (f64, f64)) -> (f64, f64) {
    let length = length(way);
    (way.0 / length, way.1 / length)
}

fn length(way: (f64, f64)) -> f64 {
    way.0.hypot(way.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbol::Symbol;

    /// The decoder of other people gets whatever stands in a picture: it must answer.
    #[test]
    fn damaged_modules_are_read_as_they_were_or_not_at_all() {
        let mut seed = 0x9E37_79B9_7F4A_7C15u64;
        let mut random = |end: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 33) as usize % end
        };
        let (mut read, mut refused) = (0, 0);
        for round in 0..3000 {
            let text = "0123456789abcdef".repeat(1 + round % 20);
            let symbol = Symbol::of(&text).unwrap();
            let side = symbol.side();
            let damaged = random(side * side / if round % 2 == 0 { 4 } else { 40 });
            let flipped: std::collections::HashSet<usize> =
                (0..damaged).map(|_| random(side * side)).collect();
            let modules = SimpleGrid::from_func(side, |column, row| {
                symbol.is_dark(column, row) != flipped.contains(&(row * side + column))
            });
            let mut said = Vec::new();
            match Grid::new(modules).decode_to(&mut said) {
                Ok(_) => {
                    assert_eq!(said, text.as_bytes(), "{round}");
                    read += 1;
                }
                Err(_) => refused += 1,
            }
        }
        assert!(read > 500 && refused > 500, "{read} read, {refused} refused");
    }
}
