//! One plot: axes, grid, marks and their names, drawn as SVG.
//!
//! It is drawn at twice its size, since the drawing counts in whole pixels.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, Circle, Color as _, DrawingArea, DrawingAreaErrorKind,
    DrawingBackend, FontTransform, IntoDrawingArea as _, IntoFont as _, PathElement, Polygon,
    RGBColor, SVGBackend, ShapeStyle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontFamily, TextStyle};

use crate::plan::answer::grouped;
use crate::plan::figures::significant;

const WIDTH: i32 = 1640;
const HEIGHT: i32 = 780;
const LEFT: i32 = 130;
const RIGHT: i32 = 270;
const TOP: i32 = 24;
const BOTTOM: i32 = 120;
/// In points of 1.24 pixels, as the drawing counts them.
const FONT: i32 = 34;
/// The width of a letter, about, in parts of its height.
const LETTER: f64 = 0.46;
/// The least distance between the names of two series.
const NAME_STEP: i32 = 36;

// The page's style gives these another colour in the dark.
const INK: RGBColor = RGBColor(0x1c, 0x25, 0x30);
const SOFT: RGBColor = RGBColor(0x5b, 0x66, 0x73);
const RULE: RGBColor = RGBColor(0xd9, 0xde, 0xe4);
const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// The colours of series.
pub(crate) const ONE: RGBColor = RGBColor(0x1b, 0x5e, 0x9e);
pub(crate) const TWO: RGBColor = RGBColor(0xb3, 0x54, 0x1e);
pub(crate) const THREE: RGBColor = RGBColor(0x1f, 0x6f, 0x54);
pub(crate) const FOUR: RGBColor = RGBColor(0x7a, 0x3e, 0x8f);
pub(crate) const FIVE: RGBColor = INK;

/// A plot.
pub(crate) struct Plot {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
    pub(crate) guides: Vec<Guide>,
}

/// An axis: from where to where, and what stands beside its ticks.
pub(crate) struct Axis {
    label: String,
    is_log: bool,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

/// How points are drawn.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mark {
    Line,
    LineAndDots,
    Dots,
    Rings,
    Crosses,
    /// The area that the points go around.
    Band,
}

/// Points with a name and a colour.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) color: RGBColor,
    pub(crate) mark: Mark,
    pub(crate) points: Vec<(f64, f64)>,
}

/// A line across, with a name.
pub(crate) struct Guide {
    pub(crate) name: String,
    pub(crate) is_upright: bool,
    pub(crate) at: f64,
}

type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

impl Axis {
    /// Logarithmic, around these values, with ticks at 1, 2 and 5 of each power of ten where there is
    /// room.
    pub(crate) fn log(label: &str, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = bounds(values.filter(|value| *value > 0.0));
        let (low, high) = (low / 1.25, high * 1.25);
        let decades = (high / low).log10();
        let steps: &[f64] = if decades < 2.2 {
            &[1.0, 2.0, 5.0]
        } else if decades < 3.3 {
            &[1.0, 3.0]
        } else {
            &[1.0]
        };
        let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let values =
            powers.flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
        let ticks = values.map(|value| (value, grouped(significant(value)))).collect();
        Axis { label: label.to_owned(), is_log: true, low, high, ticks }
    }

    /// Logarithmic, with these ticks alone.
    pub(crate) fn log_at(
        label: &str,
        values: impl Iterator<Item = f64>,
        ticks: Vec<(f64, String)>,
    ) -> Self {
        let (low, high) = bounds(values);
        Axis { label: label.to_owned(), is_log: true, low: low / 1.2, high: high * 1.2, ticks }
    }

    /// Even, from zero, in a unit of so many.
    pub(crate) fn even(label: &str, values: impl Iterator<Item = f64>, unit: f64) -> Self {
        let (_, high) = bounds(values);
        let high = high * 1.05;
        let rough = high / 6.0;
        let power = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * power).find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        let values = (0..).map(|tick| f64::from(tick) * step).take_while(|value| *value <= high);
        let ticks = values.map(|value| (value, grouped(significant(value / unit)))).collect();
        Axis { label: label.to_owned(), is_log: false, low: 0.0, high, ticks }
    }

    /// A place for each name.
    pub(crate) fn places(label: &str, names: impl Iterator<Item = String>) -> Self {
        let ticks: Vec<_> = names.enumerate().map(|(place, name)| (place as f64, name)).collect();
        let high = ticks.len() as f64 - 0.6;
        Axis { label: label.to_owned(), is_log: false, low: -0.4, high, ticks }
    }

    fn place(&self, value: f64) -> f64 {
        if self.is_log { value.max(self.low).log10() } else { value }
    }

    fn visible_ticks(&self) -> impl Iterator<Item = &(f64, String)> {
        self.ticks.iter().filter(|(value, _)| (self.low..=self.high).contains(value))
    }
}

impl Plot {
    /// The drawing.
    pub(crate) fn svg(&self) -> String {
        let mut svg = String::new();
        let drawn = {
            let size = (WIDTH as u32, HEIGHT as u32);
            let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            self.draw(&root)
        };
        drawn.expect("a text takes every drawing");
        svg
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Drawn<B> {
        let rows = self.guide_rows();
        let top = TOP + rows.iter().map(|(row, _)| row + 1).max().unwrap_or(0) * NAME_STEP;
        let (x, y) = (&self.x, &self.y);
        let mut chart = ChartBuilder::on(root)
            .margin_left(LEFT)
            .margin_right(RIGHT)
            .margin_top(top)
            .margin_bottom(BOTTOM)
            .build_cartesian_2d(x.place(x.low)..x.place(x.high), y.place(y.low)..y.place(y.high))?;
        self.draw_grid(root, &chart)?;
        self.draw_guides(root, &chart, &rows)?;
        for series in &self.series {
            self.draw_series(&mut chart, series)?;
        }
        self.draw_names(root, &chart)?;
        root.present()
    }

    fn pixel<B: DrawingBackend>(&self, chart: &Chart<'_, B>, point: (f64, f64)) -> (i32, i32) {
        chart.backend_coord(&(self.x.place(point.0), self.y.place(point.1)))
    }

    fn draw_grid<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        chart: &Chart<'_, B>,
    ) -> Drawn<B> {
        let (left, bottom) = self.pixel(chart, (self.x.low, self.y.low));
        let (right, top) = self.pixel(chart, (self.x.high, self.y.high));
        for (value, name) in self.y.visible_ticks() {
            let (_, at) = self.pixel(chart, (self.x.low, *value));
            line(root, [(left, at), (right, at)], RULE.stroke_width(2))?;
            text(root, name, (left - 14, at), SOFT, Pos::new(HPos::Right, VPos::Center))?;
        }
        for (value, name) in self.x.visible_ticks() {
            let (at, _) = self.pixel(chart, (*value, self.y.low));
            line(root, [(at, bottom), (at, bottom + 8)], SOFT.stroke_width(2))?;
            text(root, name, (at, bottom + 14), SOFT, Pos::new(HPos::Center, VPos::Top))?;
        }
        line(root, [(left, bottom), (right, bottom)], SOFT.stroke_width(2))?;
        let below = ((left + right) / 2, HEIGHT - 14);
        text(root, &self.x.label, below, INK, Pos::new(HPos::Center, VPos::Bottom))?;
        let style = style(INK, Pos::new(HPos::Center, VPos::Top));
        let style = style.transform(FontTransform::Rotate270);
        root.draw(&Text::new(self.y.label.clone(), (6, (top + bottom) / 2), style))
    }

    /// By guide: in which row its name stands above the plot, so that no two names meet, and how far
    /// from its line.
    fn guide_rows(&self) -> Vec<(i32, i32)> {
        let span = f64::from(WIDTH - LEFT - RIGHT);
        let (low, high) = (self.x.place(self.x.low), self.x.place(self.x.high));
        let mut ends: Vec<i32> = Vec::new();
        let row = |guide: &Guide| {
            if !guide.is_upright {
                return (-1, 0);
            }
            let width = (guide.name.chars().count() as f64 * LETTER * f64::from(FONT)) as i32;
            let part = (self.x.place(guide.at) - low) / (high - low);
            let at = LEFT + (span * part) as i32;
            let from = (at - width / 2).clamp(0, WIDTH - width);
            let free = ends.iter().position(|end| *end + 16 < from).unwrap_or(ends.len());
            if free == ends.len() {
                ends.push(0);
            }
            ends[free] = from + width;
            (free as i32, from + width / 2 - at)
        };
        self.guides.iter().map(row).collect()
    }

    fn draw_guides<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        chart: &Chart<'_, B>,
        rows: &[(i32, i32)],
    ) -> Drawn<B> {
        let (left, bottom) = self.pixel(chart, (self.x.low, self.y.low));
        let (right, top) = self.pixel(chart, (self.x.high, self.y.high));
        for (guide, (row, aside)) in self.guides.iter().zip(rows) {
            if guide.is_upright {
                let (at, _) = self.pixel(chart, (guide.at, self.y.low));
                let above = top - 8 - row * NAME_STEP;
                dashed(root, (at, bottom), (at, above), SOFT)?;
                let center = Pos::new(HPos::Center, VPos::Bottom);
                text(root, &guide.name, (at + aside, above), SOFT, center)?;
            } else {
                let (_, at) = self.pixel(chart, (self.x.low, guide.at));
                dashed(root, (left, at), (right, at), SOFT)?;
            }
        }
        Ok(())
    }

    fn draw_series<B: DrawingBackend>(
        &self,
        chart: &mut Chart<'_, B>,
        series: &Series,
    ) -> Drawn<B> {
        let Series { color, mark, .. } = series;
        let place = |(x, y): &(f64, f64)| (self.x.place(*x), self.y.place(*y));
        let points: Vec<_> = series.points.iter().map(place).collect();
        let area = chart.plotting_area();
        if *mark == Mark::Band {
            return area.draw(&Polygon::new(points, color.mix(0.18)));
        }
        if matches!(mark, Mark::Line | Mark::LineAndDots) {
            area.draw(&PathElement::new(points.clone(), color.stroke_width(4)))?;
        }
        for point in points {
            match mark {
                Mark::Line | Mark::Band => {}
                Mark::LineAndDots => area.draw(&Circle::new(point, 7, color.filled()))?,
                Mark::Dots => area.draw(&Circle::new(point, 9, color.filled()))?,
                Mark::Rings => {
                    area.draw(&Circle::new(point, 11, PAPER.filled()))?;
                    area.draw(&Circle::new(point, 11, color.stroke_width(5)))?;
                }
                Mark::Crosses => {
                    let (x, y) = chart.backend_coord(&point);
                    let base = area.get_base_pixel();
                    let (x, y) = (x - base.0, y - base.1);
                    let pixels = area.strip_coord_spec();
                    for (rise, fall) in [(-9, 9), (9, -9)] {
                        let ends = [(x - 9, y + rise), (x + 9, y + fall)];
                        line(&pixels, ends, color.stroke_width(4))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The name of each series and level beside its end, in its colour, apart from each other.
    fn draw_names<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        chart: &Chart<'_, B>,
    ) -> Drawn<B> {
        let (right, top) = self.pixel(chart, (self.x.high, self.y.high));
        let height = |y: f64| self.pixel(chart, (self.x.high, y)).1;
        let series = self.series.iter().rev().filter(|series| !series.name.is_empty());
        let mut names: Vec<_> = series
            .filter_map(|series| {
                Some((height(series.points.last()?.1), &series.name, series.color))
            })
            .collect();
        let levels = self.guides.iter().filter(|guide| !guide.is_upright);
        names.extend(levels.map(|guide| (height(guide.at), &guide.name, SOFT)));
        // Of names at one height the later series stands above.
        names.sort_by_key(|(at, _, _)| *at);
        let mut next = top;
        for (at, name, color) in names {
            let at = at.max(next);
            next = at + NAME_STEP;
            text(root, name, (right + 16, at), color, Pos::new(HPos::Left, VPos::Center))?;
        }
        Ok(())
    }
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values = values.filter(|value| value.is_finite());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low <= high { (low, high) } else { (1.0, 10.0) }
}

fn style(color: RGBColor, anchor: Pos) -> TextStyle<'static> {
    (FontFamily::SansSerif, FONT).into_font().color(&color).pos(anchor)
}

fn text<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    words: &str,
    at: (i32, i32),
    color: RGBColor,
    anchor: Pos,
) -> Drawn<B> {
    root.draw(&Text::new(words.to_owned(), at, style(color, anchor)))
}

fn line<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    ends: [(i32, i32); 2],
    style: ShapeStyle,
) -> Drawn<B> {
    root.draw(&PathElement::new(ends, style))
}

fn dashed<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    from: (i32, i32),
    to: (i32, i32),
    color: RGBColor,
) -> Drawn<B> {
    let length = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
    let at = |step: i32| {
        let step = step.min(length);
        (from.0 + (to.0 - from.0) * step / length, from.1 + (to.1 - from.1) * step / length)
    };
    for step in (0..length).step_by(16) {
        line(root, [at(step), at(step + 9)], color.stroke_width(2))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_within_the_axis_and_far_enough_apart() {
        let count = |axis: &Axis| axis.visible_ticks().count();
        for high in [2.0, 9.0, 50.0, 900.0, 30_000.0, 1e9] {
            let axis = Axis::log("ns", [1.0, high].into_iter());
            assert!((1..=12).contains(&count(&axis)), "{high}: {}", count(&axis));
            let axis = Axis::even("M/s", [high].into_iter(), 1e6);
            assert!((3..=8).contains(&count(&axis)), "{high}: {}", count(&axis));
        }
    }

    #[test]
    fn names_of_guides_that_are_near_each_other_stand_in_rows_of_their_own() {
        let guide = |at| Guide { name: "a cache of some size".to_owned(), is_upright: true, at };
        let plot = Plot {
            x: Axis::log("bytes", [1.0, 1e6].into_iter()),
            y: Axis::log("ns", [1.0, 100.0].into_iter()),
            series: Vec::new(),
            guides: vec![guide(1e3), guide(1.1e3), guide(9e5)],
        };
        let rows: Vec<_> = plot.guide_rows().into_iter().map(|(row, _)| row).collect();
        assert_eq!(rows, [0, 1, 0]);
    }

    #[test]
    fn a_drawing_has_every_name_and_mark() {
        let series = |name: &str, mark| Series {
            name: name.to_owned(),
            color: ONE,
            mark,
            points: vec![(1.0, 1.0), (10.0, 20.0), (5.0, 7.0)],
        };
        let marks =
            [Mark::Line, Mark::LineAndDots, Mark::Dots, Mark::Rings, Mark::Crosses, Mark::Band];
        let plot = Plot {
            x: Axis::log("bytes", [1.0, 10.0].into_iter()),
            y: Axis::even("ns", [20.0].into_iter(), 1.0),
            series: marks.map(|mark| series("<series>", mark)).into(),
            guides: vec![Guide { name: "limit".to_owned(), is_upright: false, at: 10.0 }],
        };
        let svg = plot.svg();
        assert_eq!(svg.matches("&lt;series&gt;").count(), 6);
        assert!(svg.contains("limit") && svg.contains("<polygon") && svg.ends_with("</svg>\n"));
        // Dots of three marks, and rings twice; nothing outside of the drawing.
        assert_eq!(svg.matches("<circle").count(), 3 * 4);
        assert!(
            [" x=\"-", " y=\"-", "cx=\"-", "cy=\"-"].iter().all(|off| !svg.contains(off)),
            "{svg}"
        );
    }
}
