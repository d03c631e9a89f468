//! Pictures of codes as a camera or a screen would give them, drawn from a seed.

#![allow(dead_code, reason = "each test uses some of it")]

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ExtendedColorType};
use propusk_imaging::{Picture, Symbol};

/// Draws numbers from a seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }

    /// From 0 to 1.
    pub(crate) fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Nearly normal, with a deviation of 1.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.part()).sum::<f64>() - 6.0
    }
}

/// The URL of a certificate.
pub(crate) fn url(random: &mut Random) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut token: String = (0..25).map(|_| char::from(ALPHABET[random.below(32)])).collect();
    token.insert(0, char::from(ALPHABET[random.below(8)]));
    format!("https://immune.mos.ru/qr?id={token}")
}

/// A picture that is drawn on.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) shades: Vec<f64>,
}

/// Where and how a code is drawn.
#[derive(Clone, Copy)]
pub(crate) struct Pose {
    /// The middle of the code.
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Pixels of a module.
    pub(crate) module: f64,
    pub(crate) degrees: f64,
    /// How much nearer the lower edge is than the middle.
    pub(crate) tilt: f64,
    /// Light modules around it.
    pub(crate) quiet: f64,
    /// Shades of dark and light.
    pub(crate) dark: f64,
    pub(crate) light: f64,
}

impl Pose {
    pub(crate) fn at(x: f64, y: f64, module: f64) -> Self {
        Pose { x, y, module, degrees: 0.0, tilt: 0.0, quiet: 4.0, dark: 20.0, light: 240.0 }
    }
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, shade: f64) -> Self {
        Canvas { width, height, shades: vec![shade; width * height] }
    }

    /// Draws a code; what lies outside its quiet zone stays.
    pub(crate) fn draw(&mut self, symbol: &Symbol, pose: &Pose) {
        let half = symbol.side() as f64 / 2.0;
        let (sine, cosine) = pose.degrees.to_radians().sin_cos();
        // Three by three samples a pixel.
        const SAMPLES: [f64; 3] = [1.0 / 6.0, 0.5, 5.0 / 6.0];
        for row in 0..self.height {
            for column in 0..self.width {
                let place = row * self.width + column;
                let mut sum = 0.0;
                for down in SAMPLES {
                    for right in SAMPLES {
                        let (x, y) = (column as f64 + right - pose.x, row as f64 + down - pose.y);
                        let (x, y) = (x * cosine + y * sine, y * cosine - x * sine);
                        let (x, y) = (x / pose.module, y / pose.module);
                        // Further away, a module takes fewer pixels.
                        let depth = 1.0 + pose.tilt * y / half;
                        let (u, v) = (x / depth + half, y / depth + half);
                        let edge = (u - half).abs().max((v - half).abs()) - half;
                        sum += if depth <= 0.0 || edge > pose.quiet {
                            self.shades[place]
                        } else if u >= 0.0 && v >= 0.0 && symbol.is_dark(u as usize, v as usize) {
                            pose.dark
                        } else {
                            pose.light
                        };
                    }
                }
                self.shades[place] = sum / 9.0;
            }
        }
    }

    /// A ground of blots and lines, as behind a photographed sheet.
    pub(crate) fn clutter(&mut self, random: &mut Random) {
        for _ in 0..60 {
            let (left, top) = (random.below(self.width), random.below(self.height));
            let (wide, high) =
                (4 + random.below(self.width / 4), 4 + random.below(self.height / 4));
            let shade = 60.0 + 160.0 * random.part();
            for row in top..(top + high).min(self.height) {
                for column in left..(left + wide).min(self.width) {
                    self.shades[row * self.width + column] = shade;
                }
            }
        }
    }

    pub(crate) fn noise(&mut self, random: &mut Random, deviation: f64) {
        self.shades.iter_mut().for_each(|shade| *shade += random.normal() * deviation);
    }

    /// Light falls from one side: shades from `least` of what they were to all of it.
    pub(crate) fn light_from_the_left(&mut self, least: f64) {
        let width = self.width as f64;
        for (place, shade) in self.shades.iter_mut().enumerate() {
            let part = (place % self.width) as f64 / width;
            *shade *= 1.0 - (1.0 - least) * part;
        }
    }

    /// Out of focus: the mean over a square.
    pub(crate) fn blur(&mut self, radius: usize) {
        let before = self.shades.clone();
        for row in 0..self.height {
            for column in 0..self.width {
                let rows = row.saturating_sub(radius)..(row + radius + 1).min(self.height);
                let (mut sum, mut count) = (0.0, 0.0);
                for near in rows {
                    let from = column.saturating_sub(radius);
                    for beside in from..(column + radius + 1).min(self.width) {
                        sum += before[near * self.width + beside];
                        count += 1.0;
                    }
                }
                self.shades[row * self.width + column] = sum / count;
            }
        }
    }

    pub(crate) fn fill(&mut self, [left, top, right, bottom]: [usize; 4], shade: f64) {
        for row in top..bottom.min(self.height) {
            for column in left..right.min(self.width) {
                self.shades[row * self.width + column] = shade;
            }
        }
    }

    /// The part that lies inside.
    pub(crate) fn cropped(&self, [left, top, right, bottom]: [usize; 4]) -> Canvas {
        let rows = top..bottom.min(self.height);
        let right = right.min(self.width);
        let line = |row: usize| &self.shades[row * self.width + left..row * self.width + right];
        let height = rows.len();
        let shades = rows.flat_map(|row| line(row).iter().copied()).collect();
        Canvas { width: right - left, height, shades }
    }

    pub(crate) fn inverted(mut self) -> Canvas {
        self.shades.iter_mut().for_each(|shade| *shade = 255.0 - *shade);
        self
    }

    pub(crate) fn grey(&self) -> Vec<u8> {
        self.shades.iter().map(|shade| shade.round().clamp(0.0, 255.0) as u8).collect()
    }

    pub(crate) fn picture(&self) -> Picture {
        Picture::of_grey(self.width, self.height, self.grey()).unwrap()
    }

    /// What is left of it after a JPEG file of that quality.
    pub(crate) fn through_jpeg(&self, quality: u8) -> Canvas {
        let bytes = self.jpeg(quality);
        let decoded = JpegDecoder::new(std::io::Cursor::new(bytes)).unwrap();
        let decoded = DynamicImage::from_decoder(decoded).unwrap().into_luma8();
        let shades = decoded.into_raw().into_iter().map(f64::from).collect();
        Canvas { shades, ..*self }
    }

    pub(crate) fn jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .encode(&self.grey(), self.width as u32, self.height as u32, ExtendedColorType::L8)
            .unwrap();
        bytes
    }
}
