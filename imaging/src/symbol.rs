//! From a text to the modules of a QR code, and to pictures of it.

use std::fmt::Write as _;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around a code.
pub(crate) const QUIET_ZONE: usize = 4;

/// A QR code as modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    side: usize,
    dark: Vec<bool>,
}

/// Why there is no QR code or no picture of it.
#[derive(Debug, thiserror::Error)]
pub enum SymbolError {
    /// A QR code does not hold that much.
    #[error("a text of {bytes} bytes does not fit into a QR code; shorten it")]
    TooLong {
        /// The bytes of the text.
        bytes: usize,
    },
    /// The picture cannot be written.
    #[error("the picture of a QR code cannot be written: {0}")]
    Picture(#[from] image::ImageError),
}

impl Symbol {
    /// The code of a text. A quarter of it may be damaged (level Q): certificates are folded,
    /// photographed and shown on broken screens.
    ///
    /// # Errors
    /// [`SymbolError::TooLong`].
    pub fn of(text: &str) -> Result<Self, SymbolError> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::Q)
            .map_err(|_| SymbolError::TooLong { bytes: text.len() })?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Symbol { side: code.width(), dark })
    }

    /// Modules of a side, without the quiet zone.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether the module in that column and row is dark; what lies outside is light.
    #[must_use]
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        column < self.side && row < self.side && self.dark[row * self.side + column]
    }

    /// A PNG picture with its quiet zone, so many pixels a module.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn png(&self, module_pixels: usize) -> Result<Vec<u8>, SymbolError> {
        let module_pixels = module_pixels.max(1);
        let side = (self.side + 2 * QUIET_ZONE) * module_pixels;
        let module = |pixel: usize| (pixel / module_pixels).wrapping_sub(QUIET_ZONE);
        let pixels: Vec<u8> = (0..side * side)
            .map(|place| self.is_dark(module(place % side), module(place / side)))
            .map(|dark| if dark { 0 } else { 255 })
            .collect();
        let mut png = Vec::new();
        PngEncoder::new(&mut png).write_image(
            &pixels,
            side as u32,
            side as u32,
            ExtendedColorType::L8,
        )?;
        Ok(png)
    }

    /// A whole SVG picture with its quiet zone.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut svg = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
        svg.push('\n');
        svg.push_str(&self.svg_element());
        svg.push('\n');
        svg
    }

    /// The same as an element for a page of HTML: dark modules as one path on a light ground.
    #[must_use]
    pub fn svg_element(&self) -> String {
        let side = self.side + 2 * QUIET_ZONE;
        let mut path = String::new();
        for row in 0..self.side {
            let mut column = 0;
            while column < self.side {
                let run = (column..self.side).take_while(|at| self.is_dark(*at, row)).count();
                if run > 0 {
                    let (x, y) = (column + QUIET_ZONE, row + QUIET_ZONE);
                    // Writing into a string cannot fail.
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                column += run.max(1);
            }
        }
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_svg_draws_the_modules_that_are_dark_and_no_other() {
        let symbol = Symbol::of("https://immune.mos.ru/qr?id=01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
        let svg = symbol.svg();
        let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut drawn = vec![false; symbol.side * symbol.side];
        for piece in path.split('M').skip(1) {
            let (x, rest) = piece.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let run: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            for column in x..x + run {
                drawn[(y - QUIET_ZONE) * symbol.side + column - QUIET_ZONE] = true;
            }
        }
        assert_eq!(drawn, symbol.dark);
    }

    #[test]
    fn a_text_that_does_not_fit_is_told() {
        let error = Symbol::of(&"x".repeat(3000)).unwrap_err();
        assert!(matches!(error, SymbolError::TooLong { bytes: 3000 }), "{error}");
    }
}
