//! A table of pictures: every code of each is read, by our reader and by two decoders of other
//! people, and never as something that it does not say.

mod decoders;
mod pictures;

use std::fmt::Write as _;

use decoders::{Decoder, by_ladder, by_rqrr, by_rxing};
use pictures::{Canvas, Pose, Random, url};
use propusk_imaging::{LADDER, Symbol, read_by};

/// One sort of picture: its name, how many are drawn, and how one is; and the share that must be read.
struct Sort {
    name: &'static str,
    share: f64,
    draw: fn(&mut Random, usize) -> Drawn,
}

const EACH: usize = 36;

struct Drawn {
    canvas: Canvas,
    texts: Vec<String>,
}

/// One code in the middle of a picture with room around it.
fn single(random: &mut Random, pose: impl Fn(&mut Pose)) -> Drawn {
    let text = url(random);
    let symbol = Symbol::of(&text).unwrap();
    let mut pose_of = Pose::at(0.0, 0.0, 5.0);
    pose(&mut pose_of);
    let side = ((symbol.side() as f64 + 16.0) * pose_of.module * 1.5) as usize;
    let mut canvas = Canvas::new(side, side, pose_of.light);
    (pose_of.x, pose_of.y) = (side as f64 / 2.0, side as f64 / 2.0);
    canvas.draw(&symbol, &pose_of);
    Drawn { canvas, texts: vec![text] }
}

fn jpeg(random: &mut Random, number: usize, quality: u8) -> Drawn {
    let mut drawn = single(random, |pose| {
        pose.degrees = 10.0 * number as f64;
        pose.module = 3.0;
    });
    drawn.canvas = drawn.canvas.through_jpeg(quality);
    drawn
}

fn noisy(random: &mut Random, number: usize, deviation: f64) -> Drawn {
    let mut drawn = single(random, |pose| {
        pose.degrees = 10.0 * number as f64;
        pose.module = 4.0;
    });
    drawn.canvas.noise(random, deviation);
    drawn
}

/// Several codes, each turned its own way, on a page.
fn several(random: &mut Random, across: usize, down: usize) -> Drawn {
    let (cell, mut texts) = (260.0, Vec::new());
    let mut canvas = Canvas::new(across * cell as usize, down * cell as usize, 235.0);
    for place in 0..across * down {
        let text = url(random);
        let middle = |index: usize| (index as f64 + 0.5) * cell;
        let mut pose = Pose::at(middle(place % across), middle(place / across), 3.5);
        pose.degrees = 360.0 * random.part();
        canvas.draw(&Symbol::of(&text).unwrap(), &pose);
        texts.push(text);
    }
    Drawn { canvas, texts }
}

/// A sheet on a table, photographed askew in bad light.
fn photograph(random: &mut Random, hard: f64) -> Drawn {
    let text = url(random);
    let mut canvas = Canvas::new(900, 1200, 120.0);
    canvas.clutter(random);
    let mut pose = Pose::at(
        350.0 + 200.0 * random.part(),
        450.0 + 300.0 * random.part(),
        6.0 + 4.0 * random.part(),
    );
    pose.degrees = 360.0 * random.part();
    pose.tilt = hard * 0.2 * random.part();
    (pose.dark, pose.light) = (50.0, 200.0);
    canvas.draw(&Symbol::of(&text).unwrap(), &pose);
    canvas.light_from_the_left(1.0 - 0.6 * hard);
    canvas.blur((2.0 * hard) as usize);
    canvas.noise(random, 8.0 * hard);
    Drawn { canvas: canvas.through_jpeg(80), texts: vec![text] }
}

/// The quiet zone of one side is dark, up to the code itself.
fn damaged_zone(random: &mut Random, number: usize, sides: usize) -> Drawn {
    let mut drawn = single(random, |pose| pose.degrees = 0.0);
    let side = drawn.canvas.width;
    let half = Symbol::of(&drawn.texts[0]).unwrap().side() as f64 * 5.0 / 2.0;
    let (from, to) = ((side as f64 / 2.0 - half) as usize, (side as f64 / 2.0 + half) as usize + 1);
    let blocks = [[0, 0, from, side], [to, 0, side, side], [0, 0, side, from], [0, to, side, side]];
    for place in 0..sides {
        drawn.canvas.fill(blocks[(number + place) % 4], 20.0);
    }
    drawn
}

/// Cut off right beside the code.
fn cropped(random: &mut Random, turned: bool, number: usize) -> Drawn {
    let mut drawn = single(random, |pose| {
        pose.degrees = if turned { 90.0 * (number % 4) as f64 } else { 0.0 };
    });
    let side = drawn.canvas.width as f64 / 2.0;
    let half = Symbol::of(&drawn.texts[0]).unwrap().side() as f64 * 5.0 / 2.0;
    let margin = (number % 6) as f64;
    let (from, to) = ((side - half - margin) as usize, (side + half + margin).ceil() as usize);
    drawn.canvas = drawn.canvas.cropped([from, from, to, to]);
    drawn
}

/// A scratch or a stamp over a part of the data.
fn stained(random: &mut Random, number: usize) -> Drawn {
    let mut drawn = single(random, |pose| pose.degrees = 10.0 * number as f64);
    let side = drawn.canvas.width;
    let (x, y) = (side / 2 - 10 + random.below(40), side / 2 - 10 + random.below(40));
    drawn.canvas.fill([x, y, x + 30, y + 30], if number.is_multiple_of(2) { 20.0 } else { 240.0 });
    drawn
}

const SORTS: &[Sort] = &[
    Sort { name: "upright", share: 1.0, draw: |random, _| single(random, |_| {}) },
    Sort {
        name: "turned by 0 to 350 degrees",
        share: 1.0,
        draw: |random, number| single(random, |pose| pose.degrees = 10.0 * number as f64),
    },
    Sort {
        name: "turned, 2 pixels a module",
        share: 0.9,
        draw: |random, number| {
            single(random, |pose| {
                pose.degrees = 10.0 * number as f64;
                pose.module = 2.0;
            })
        },
    },
    Sort {
        name: "modules of 1.5 to 24 pixels",
        share: 0.9,
        draw: |random, number| {
            single(random, |pose| pose.module = 1.5 * 1.08f64.powi(number as i32))
        },
    },
    Sort {
        name: "tilted, turned",
        share: 1.0,
        draw: |random, number| {
            single(random, |pose| {
                pose.degrees = 10.0 * number as f64;
                pose.tilt = 0.15;
            })
        },
    },
    Sort {
        name: "tilted by a quarter, turned",
        share: 0.9,
        draw: |random, number| {
            single(random, |pose| {
                pose.degrees = 10.0 * number as f64;
                pose.tilt = 0.25;
            })
        },
    },
    Sort {
        name: "low contrast (24 of 255)",
        share: 1.0,
        draw: |random, number| {
            single(random, |pose| {
                pose.degrees = 10.0 * number as f64;
                (pose.dark, pose.light) = (120.0, 144.0);
            })
        },
    },
    Sort {
        name: "inverted",
        share: 1.0,
        draw: |random, number| {
            let drawn = single(random, |pose| pose.degrees = 10.0 * number as f64);
            Drawn { canvas: drawn.canvas.inverted(), ..drawn }
        },
    },
    Sort { name: "noise, deviation 25", share: 1.0, draw: |r, number| noisy(r, number, 25.0) },
    Sort { name: "noise, deviation 60", share: 0.9, draw: |r, number| noisy(r, number, 60.0) },
    Sort { name: "noise, deviation 90", share: 0.8, draw: |r, number| noisy(r, number, 90.0) },
    Sort { name: "JPEG, quality 50", share: 1.0, draw: |r, number| jpeg(r, number, 50) },
    Sort { name: "JPEG, quality 20", share: 1.0, draw: |r, number| jpeg(r, number, 20) },
    Sort { name: "JPEG, quality 8", share: 0.9, draw: |r, number| jpeg(r, number, 8) },
    Sort {
        name: "one side of the zone dark",
        share: 1.0,
        draw: |random, number| damaged_zone(random, number, 1),
    },
    Sort {
        name: "all sides of the zone dark",
        share: 1.0,
        draw: |random, number| damaged_zone(random, number, 4),
    },
    Sort {
        name: "cut off at the code",
        share: 1.0,
        draw: |random, number| cropped(random, true, number),
    },
    Sort { name: "stained", share: 1.0, draw: stained },
    Sort { name: "two in a picture", share: 1.0, draw: |random, _| several(random, 2, 1) },
    Sort { name: "nine in a picture", share: 1.0, draw: |random, _| several(random, 3, 3) },
    Sort { name: "photograph, easy", share: 1.0, draw: |random, _| photograph(random, 0.5) },
    Sort { name: "photograph, hard", share: 0.9, draw: |random, _| photograph(random, 1.0) },
];

/// Whatever is drawn is read by everybody, at every size.
#[test]
fn pictures_that_are_drawn_are_read_by_three_decoders() {
    let mut random = Random::new(42);
    for number in 0..40 {
        let text = url(&mut random);
        let png = Symbol::of(&text).unwrap().png(2 + number % 9).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_luma8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let shades = picture.into_raw().into_iter().map(f64::from).collect();
        let canvas = Canvas { width, height, shades };
        for decoder in [by_ladder, by_rqrr, by_rxing] {
            assert_eq!(decoder(&canvas), [text.as_str()], "{number}");
        }
    }
}

/// Shares of codes that were read.
struct Told {
    shares: Vec<f64>,
    wrong: usize,
}

fn asked(sort: &Sort, decoders: &[Decoder], every: usize) -> Told {
    let mut random = Random::new(sort.name.len() as u64 * 1000 + sort.name.as_bytes()[0] as u64);
    let (mut good, mut all, mut wrong) = (vec![0; decoders.len()], 0, 0);
    for number in (0..EACH).step_by(every) {
        let drawn = (sort.draw)(&mut random, number);
        all += drawn.texts.len();
        for (place, decoder) in decoders.iter().enumerate() {
            let read = decoder(&drawn.canvas);
            good[place] += drawn.texts.iter().filter(|text| read.contains(text)).count();
            if place == 0 {
                wrong += read.iter().filter(|text| !drawn.texts.contains(text)).count();
            }
        }
    }
    Told { shares: good.iter().map(|good| *good as f64 / all as f64).collect(), wrong }
}

#[test]
fn the_codes_of_every_sort_of_picture_are_read() {
    let mut faults = String::new();
    for sort in SORTS {
        let told = asked(sort, &[by_ladder], 5);
        if told.shares[0] < sort.share || told.wrong > 0 {
            let _ =
                writeln!(faults, "{}: {} read, {} wrong", sort.name, told.shares[0], told.wrong);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// Prints the table of `docs/imaging.md`: `cargo test -p propusk-imaging --release -- --ignored
/// --nocapture the_table`.
#[test]
#[ignore = "a table for people; it asks other decoders too"]
fn the_table() {
    println!("| pictures | ladder | rqrr | rxing |");
    for sort in SORTS {
        let told = asked(sort, &[by_ladder, by_rqrr, by_rxing], 1);
        let shares: Vec<_> =
            told.shares.iter().map(|share| format!("{:.1} %", 100.0 * share)).collect();
        println!("| {} | {} |", sort.name, shares.join(" | "));
    }
    println!("| pictures | {} |", LADDER.map(|step| step.name).join(" | "));
    for sort in SORTS {
        let mut random =
            Random::new(sort.name.len() as u64 * 1000 + sort.name.as_bytes()[0] as u64);
        let (mut good, mut all) = ([0usize; LADDER.len()], 0);
        for number in 0..EACH {
            let drawn = (sort.draw)(&mut random, number);
            let picture = drawn.canvas.picture();
            all += drawn.texts.len();
            for (step, good) in LADDER.iter().zip(&mut good) {
                let read = read_by(&picture, step);
                let is_read = |text: &&String| read.iter().any(|f| f.text == text.as_bytes());
                *good += drawn.texts.iter().filter(is_read).count();
            }
        }
        let shares = good.map(|good| format!("{:.0}", 100.0 * good as f64 / all as f64));
        println!("| {} | {} |", sort.name, shares.join(" | "));
    }
}
