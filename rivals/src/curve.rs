//! Throughput against the size of what is read: the engine and the limit over many numbers of records,
//! as a record and as a picture.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use plotters::coord::Shift;
use plotters::coord::combinators::LogCoord;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use propusk_engine::verdict::Kind;
use serde::Serialize;

use crate::Run;
use crate::engine::Store;
use crate::machine::{Machine, Pages};
use crate::question::{Records, Result};
use crate::report::Heading;
use crate::rounds::SideResult;
use crate::run::Stage;
use crate::workload::Workload;

/// What the curve runs over.
#[derive(Args)]
pub(crate) struct Curve {
    /// The numbers of records, separated by commas.
    #[arg(
        long,
        value_name = "NUMBERS",
        value_delimiter = ',',
        default_value = "10000,30000,100000,300000,1000000,3000000,10000000"
    )]
    records: Vec<u64>,
    /// The share of codes that are known.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    hits: f64,
    /// How many rounds count for each number.
    #[arg(long, value_name = "N", default_value_t = 11)]
    rounds: usize,
    /// Where a dated record goes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the picture goes.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// A dated record of a curve.
#[derive(Serialize)]
struct Record {
    #[serde(flatten)]
    heading: Heading,
    hits: f64,
    points: Vec<Point>,
}

/// What came out for one number of records.
#[derive(Serialize)]
struct Point {
    records: u64,
    /// Bytes of the lines that look-ups touch.
    lines_bytes: u64,
    sides: Vec<SideResult>,
    pages: Pages,
}

/// A side, its name in the picture and its colour.
const SHOWN: &[(&str, &str, RGBColor)] = &[
    ("limit", "a random line each: the limit", BLACK),
    ("index", "the index alone, keys in", RGBColor(0, 114, 178)),
    ("engine", "text in, verdict out", RGBColor(213, 94, 0)),
];
const SIZE: (u32, u32) = (960, 540);
const MARGIN: u32 = 16;

/// Measures it.
///
/// # Errors
/// When a store cannot be built, or what comes out cannot be written.
pub(crate) fn run(options: &Curve) -> Result<()> {
    let mut record =
        Record { heading: Heading::now(options.rounds), hits: options.hits, points: Vec::new() };
    for records in &options.records {
        let workload = Workload { hits: options.hits, ..Workload::base(*records) };
        let point = measure(&workload, options.rounds)?;
        println!("{records} records, {} bytes of lines", point.lines_bytes);
        for side in &point.sides {
            println!("  {:8} {:8.2} million a second", side.name, side.millions_a_second);
        }
        record.points.push(point);
        if let Some(path) = &options.json {
            fs::write(path, serde_json::to_string_pretty(&record)? + "\n")?;
        }
    }
    match &options.svg {
        None => Ok(()),
        Some(path) => draw(path, &record.points, record.heading.machine()),
    }
}

fn measure(workload: &Workload, rounds: usize) -> Result<Point> {
    let records = Records { count: workload.records };
    let store = Store::build(Kind::Permit, records)?;
    store.touch()?;
    let lines_bytes = size_of_val(store.lines()?) as u64;
    let stage = Stage::of_store(records, store);
    let options = Run { rounds, ..Run::default() };
    let sides = stage.limit(&options, workload)?.1.sides;
    Ok(Point { records: workload.records, lines_bytes, sides, pages: Pages::now() })
}

/// Draws the points of all sides, and where caches end.
fn draw(path: &Path, points: &[Point], machine: &Machine) -> Result<()> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    draw_on(&root, points, machine).map_err(|error| error.to_string())?;
    Ok(root.present().map_err(|error| error.to_string())?)
}

fn draw_on<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    points: &[Point],
    machine: &Machine,
) -> std::result::Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    root.fill(&WHITE)?;
    let sizes = points.iter().map(|point| point.lines_bytes as f64);
    let (low, high) = (sizes.clone().fold(f64::MAX, f64::min), sizes.fold(1.0, f64::max));
    let rates = points.iter().flat_map(|point| &point.sides).map(|side| side.millions_a_second);
    let top = rates.fold(1.0, f64::max) * 1.1;
    let mut chart = ChartBuilder::on(root)
        .margin(MARGIN)
        .caption("Look-ups against the bytes of the lines that they touch", ("sans-serif", 18))
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d((low..high).log_scale(), 0.0..top)?;
    chart
        .configure_mesh()
        .x_desc("bytes of hot lines")
        .y_desc("million a second")
        .x_label_formatter(&|bytes| binary(*bytes))
        .draw()?;
    for (name, label, colour) in SHOWN {
        let line = points.iter().filter_map(|point| {
            let side = point.sides.iter().find(|side| side.name == *name)?;
            Some((point.lines_bytes as f64, side.millions_a_second))
        });
        let line: Vec<_> = line.collect();
        let dots = line.iter().map(|dot| Circle::new(*dot, 3, colour.filled()));
        chart.draw_series(dots)?;
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(*label)
            .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    for name in ["L1d", "L2", "L3"] {
        let Some(bytes) = machine.cache(name).map(|bytes| bytes as f64) else { continue };
        if (low..high).contains(&bytes) {
            mark(&mut chart, name, bytes, top)?;
        }
    }
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK)
        .position(SeriesLabelPosition::UpperRight)
        .draw()
}

type Chart<'c, B> = ChartContext<'c, B, Cartesian2d<LogCoord<f64>, RangedCoordf64>>;

/// A line where a cache ends.
fn mark<B: DrawingBackend>(
    chart: &mut Chart<'_, B>,
    name: &str,
    bytes: f64,
    top: f64,
) -> std::result::Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let grey = RGBColor(120, 120, 120);
    chart.draw_series([PathElement::new([(bytes, 0.0), (bytes, top)], grey)])?;
    let label = format!("{name}, {}", binary(bytes));
    chart.draw_series([Text::new(label, (bytes, top * 0.04), ("sans-serif", 13).into_font())])?;
    Ok(())
}

/// A number of bytes as people write it.
fn binary(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let place = ((bytes.max(1.0).log2() / 10.0) as usize).min(units.len() - 1);
    let value = bytes / 1024f64.powi(place as i32);
    let digits = usize::from(value < 10.0 && value.fract() > 0.05);
    format!("{value:.digits$} {}", units[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_written_and_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let (json, svg) = (folder.path().join("curve.json"), folder.path().join("curve.svg"));
        run(&Curve {
            records: vec![1_000, 10_000],
            hits: 0.5,
            rounds: 1,
            json: Some(json.clone()),
            svg: Some(svg.clone()),
        })
        .unwrap();
        let record: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
        assert_eq!(record["points"].as_array().unwrap().len(), 2);
        let picture = fs::read_to_string(svg).unwrap();
        for (_, label, _) in SHOWN {
            assert!(picture.contains(label), "{label} is not in the picture");
        }
    }

    #[test]
    fn bytes_are_written_as_people_do() {
        assert_eq!(binary(2097152.0), "2 MiB");
        assert_eq!(binary(320_000.0), "312 KiB");
        assert_eq!(binary(3.2e9), "3.0 GiB");
    }
}
