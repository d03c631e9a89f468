//! Pictures from outside: read within bounds, and kept as shades of grey.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};

/// Bytes of the largest file that is read.
pub const BYTES_MAX: u64 = 64 << 20;
/// Pixels of the longest side.
pub const SIDE_MAX: u32 = 20_000;
/// Pixels of the largest picture.
pub const PIXELS_MAX: u64 = 64_000_000;
/// Bytes of the largest picture once it is decoded.
pub const DECODED_BYTES_MAX: u64 = 512 << 20;

/// A picture in shades of grey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

/// Why a picture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file cannot be read.
    #[error("{path}: {source}; check its name and that it may be read")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is too large to be a photograph of a code.
    #[error("the file has more than {BYTES_MAX} bytes; send a smaller picture")]
    TooManyBytes,
    /// Neither PNG nor JPEG.
    #[error("the file is neither a PNG nor a JPEG picture; convert it to one of them")]
    Format,
    /// The picture has too many pixels.
    #[error(
        "the picture of {width} x {height} pixels is too large; \
         at most {SIDE_MAX} a side and {PIXELS_MAX} in all are read"
    )]
    TooLarge {
        /// Pixels of a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The picture is damaged.
    #[error("the picture is damaged: {0}; take or send it again")]
    Damaged(String),
}

impl Picture {
    /// The picture of these shades, row by row; `None` where they are not as many as that.
    #[must_use]
    pub fn of_grey(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        (width.checked_mul(height) == Some(pixels.len())).then_some(Picture {
            width,
            height,
            pixels,
        })
    }

    /// Reads a PNG or JPEG file, whatever its name ends in.
    ///
    /// # Errors
    /// When it cannot be read, or is no picture within the bounds.
    pub fn open(path: &Path) -> Result<Self, PictureError> {
        let io = |source| PictureError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let mut bytes = Vec::new();
        BufReader::new(file).take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(io)?;
        Picture::of_bytes(&bytes)
    }

    /// Reads the bytes of a PNG or JPEG file.
    ///
    /// # Errors
    /// When they are no picture within the bounds.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, PictureError> {
        if bytes.len() as u64 > BYTES_MAX {
            return Err(PictureError::TooManyBytes);
        }
        let format = image::guess_format(bytes).map_err(|_| PictureError::Format)?;
        if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
            return Err(PictureError::Format);
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(DECODED_BYTES_MAX);
        reader.limits(limits);
        let damaged = |error: ImageError| PictureError::Damaged(error.to_string());
        let decoder = reader.into_decoder().map_err(damaged)?;
        // The header alone was read by now.
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if width.max(height) > SIDE_MAX
            || pixels > PIXELS_MAX
            || decoder.total_bytes() > DECODED_BYTES_MAX
        {
            return Err(PictureError::TooLarge { width, height });
        }
        let decoded = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        let pixels = if decoded.color().has_alpha() {
            // What shows through shows white, as on a page.
            let pixels = decoded.into_luma_alpha8().into_raw();
            let over_white = |pair: &[u8]| {
                let (shade, alpha) = (u32::from(pair[0]), u32::from(pair[1]));
                ((shade * alpha + 255 * (255 - alpha)) / 255) as u8
            };
            pixels.chunks_exact(2).map(over_white).collect()
        } else {
            decoded.into_luma8().into_raw()
        };
        Ok(Picture { width: width as usize, height: height as usize, pixels })
    }

    /// Pixels of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The same picture with a longest side of so many pixels at most, each the mean of those that
    /// it covers, and how many old pixels a new one is wide.
    pub(crate) fn shrunk(&self, longest: usize) -> (Picture, f64) {
        let side = self.width.max(self.height);
        if side <= longest {
            return (self.clone(), 1.0);
        }
        let factor = side as f64 / longest as f64;
        let sized = |old: usize| ((old as f64 / factor).round() as usize).max(1);
        let (width, height) = (sized(self.width), sized(self.height));
        let bound = |new: usize, news: usize, olds: usize| new * olds / news;
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0u64; width];
        for row in 0..height {
            let (top, bottom) =
                (bound(row, height, self.height), bound(row + 1, height, self.height));
            sums.fill(0);
            for old in top..bottom {
                let line = &self.pixels[old * self.width..(old + 1) * self.width];
                for (column, sum) in sums.iter_mut().enumerate() {
                    let (left, right) =
                        (bound(column, width, self.width), bound(column + 1, width, self.width));
                    *sum += line[left..right].iter().map(|shade| u64::from(*shade)).sum::<u64>();
                }
            }
            for (column, sum) in sums.iter().enumerate() {
                let columns =
                    bound(column + 1, width, self.width) - bound(column, width, self.width);
                pixels.push((sum / (columns * (bottom - top)) as u64) as u8);
            }
        }
        (Picture { width, height, pixels }, factor)
    }

    /// The same picture with sides twice as long, shades between pixels interpolated.
    pub(crate) fn doubled(&self) -> Picture {
        let (width, height) = (2 * self.width, 2 * self.height);
        let mut pixels = Vec::with_capacity(width * height);
        let shade = |column: usize, row: usize| u32::from(self.pixels[row * self.width + column]);
        // New pixels lie a quarter of an old one beside its centre.
        let pair = |new: usize, olds: usize| {
            let old = new / 2;
            let other = if new.is_multiple_of(2) { old.saturating_sub(1) } else { old + 1 };
            (old, other.min(olds - 1))
        };
        for row in 0..height {
            let (y, beside_y) = pair(row, self.height);
            for column in 0..width {
                let (x, beside_x) = pair(column, self.width);
                let sum = 9 * shade(x, y)
                    + 3 * (shade(beside_x, y) + shade(x, beside_y))
                    + shade(beside_x, beside_y);
                pixels.push((sum / 16) as u8);
            }
        }
        Picture { width, height, pixels }
    }

    /// The same picture, each pixel the weighted mean of its neighbourhood of 3 by 3.
    pub(crate) fn smoothed(&self) -> Picture {
        let (width, height) = (self.width, self.height);
        let mut across = vec![0u16; self.pixels.len()];
        for row in 0..height {
            let line = &self.pixels[row * width..(row + 1) * width];
            for column in 0..width {
                let [left, right] = [column.saturating_sub(1), (column + 1).min(width - 1)];
                across[row * width + column] =
                    u16::from(line[left]) + 2 * u16::from(line[column]) + u16::from(line[right]);
            }
        }
        let mut pixels = vec![0; self.pixels.len()];
        for row in 0..height {
            let [above, below] = [row.saturating_sub(1), (row + 1).min(height - 1)];
            for column in 0..width {
                let sum = across[above * width + column]
                    + 2 * across[row * width + column]
                    + across[below * width + column];
                pixels[row * width + column] = (sum / 16) as u8;
            }
        }
        Picture { width, height, pixels }
    }
}
