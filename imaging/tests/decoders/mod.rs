//! Three ways to read the codes of a picture, two of which are other people's.

#![allow(dead_code, reason = "each test uses some of it")]

use propusk_imaging::read;
use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader as _;
use rxing::multi::qrcode::QRCodeMultiReader;
use rxing::{BinaryBitmap, DecodeHintValue, DecodeHints, Luma8LuminanceSource};

use crate::pictures::Canvas;

/// The texts that a decoder reads.
pub(crate) type Decoder = fn(&Canvas) -> Vec<String>;

pub(crate) fn by_ladder(canvas: &Canvas) -> Vec<String> {
    let found = read(&canvas.picture());
    found.into_iter().map(|code| String::from_utf8_lossy(&code.text).into_owned()).collect()
}

/// As rqrr finds and reads them by itself.
pub(crate) fn by_rqrr(canvas: &Canvas) -> Vec<String> {
    let grey = canvas.grey();
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(canvas.width, canvas.height, |x, y| {
            grey[y * canvas.width + x]
        });
    let grids = image.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// As rxing, a port of ZXing, finds and reads them.
pub(crate) fn by_rxing(canvas: &Canvas) -> Vec<String> {
    let (width, height) = (canvas.width as u32, canvas.height as u32);
    let Ok(source) = Luma8LuminanceSource::new(canvas.grey(), width, height) else {
        return Vec::new();
    };
    let mut image = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints::default().with(DecodeHintValue::TryHarder(true));
    let read = QRCodeMultiReader::default().decode_multiple_with_hints(&mut image, &hints);
    read.unwrap_or_default().iter().map(|code| code.getText().to_owned()).collect()
}
