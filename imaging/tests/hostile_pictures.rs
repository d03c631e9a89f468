//! Files and pictures that somebody made to harm: a typed error, or an answer within bounds.

mod pictures;

use pictures::{Canvas, Pose, Random, url};
use propusk_imaging::{PIXELS_MAX, Picture, PictureError, SIDE_MAX, Symbol, read};

fn png() -> Vec<u8> {
    Symbol::of(&url(&mut Random::new(1))).unwrap().png(4).unwrap()
}

/// A PNG file whose header says so many pixels, and which has none.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The checksum of a PNG chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
fn what_is_no_picture_is_told() {
    for bytes in [&b""[..], b"x", b"GIF89a", b"RIFF....WEBPVP8 ", b"%PDF-1.7", b"\0\0\0\0"] {
        let error = Picture::of_bytes(bytes).unwrap_err();
        assert!(matches!(error, PictureError::Format), "{error}");
    }
    let missing = Picture::open(std::path::Path::new("no such picture.png")).unwrap_err();
    assert!(matches!(missing, PictureError::Io { .. }), "{missing}");
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused_by_its_header() {
    let side = 8001;
    assert!(u64::from(side) * u64::from(side) > PIXELS_MAX);
    for (width, height) in
        [(SIDE_MAX + 1, 1), (1, SIDE_MAX + 1), (side, side), (u32::MAX >> 1, u32::MAX >> 1)]
    {
        let error = Picture::of_bytes(&png_of(width, height)).unwrap_err();
        let told = matches!(error, PictureError::TooLarge { .. } | PictureError::Damaged(_));
        assert!(told, "{width} x {height}: {error}");
    }
}

#[test]
fn a_damaged_file_gives_an_error_or_a_picture() {
    let mut random = Random::new(7);
    let jpeg = Canvas::new(64, 48, 200.0).jpeg(80);
    for good in [png(), jpeg] {
        for cut in (0..good.len()).step_by(7) {
            let _ = Picture::of_bytes(&good[..cut]);
        }
        for _ in 0..500 {
            let mut bytes = good.clone();
            for _ in 0..1 + random.below(4) {
                let place = random.below(bytes.len());
                bytes[place] = random.next() as u8;
            }
            if let Ok(picture) = Picture::of_bytes(&bytes) {
                assert!((picture.width() * picture.height()) as u64 <= PIXELS_MAX);
            }
        }
    }
}

#[test]
fn pictures_of_nothing_have_no_code() {
    for (width, height) in [(0, 0), (0, 9), (1, 1), (1, 3000), (3000, 1), (20, 20), (21, 21)] {
        for shade in [0, 128, 255] {
            let picture = Picture::of_grey(width, height, vec![shade; width * height]).unwrap();
            assert_eq!(read(&picture), []);
        }
    }
    assert_eq!(Picture::of_grey(2, 2, vec![0; 3]), None);
    let mut random = Random::new(3);
    for deviation in [5.0, 80.0] {
        let mut canvas = Canvas::new(400, 300, 128.0);
        canvas.clutter(&mut random);
        canvas.noise(&mut random, deviation);
        assert_eq!(read(&canvas.picture()), []);
    }
}

/// Patterns of corners by the thousand, of which every three may be a code.
#[test]
fn a_sheet_full_of_corners_ends() {
    for (module, pitch) in [(2, 22), (3, 60), (4, 90)] {
        let side = 1200;
        let mut canvas = Canvas::new(side, side, 255.0);
        for top in (0..side - 7 * module).step_by(pitch) {
            for left in (0..side - 7 * module).step_by(pitch) {
                for (inset, shade) in [(0, 0.0), (1, 255.0), (2, 0.0)] {
                    let near = |from: usize| from + inset * module;
                    let far = |from: usize| from + (7 - inset) * module;
                    canvas.fill([near(left), near(top), far(left), far(top)], shade);
                }
            }
        }
        assert_eq!(read(&canvas.picture()), []);
    }
}

/// Whatever modules stand between true corners, the decoder of other people that gets them answers.
#[test]
fn codes_of_random_modules_are_refused() {
    let mut random = Random::new(11);
    for _ in 0..20 {
        let symbol = Symbol::of(&url(&mut random)).unwrap();
        let (side, module) = (symbol.side(), 6.0);
        let mut canvas = Canvas::new(400, 400, 240.0);
        canvas.draw(&symbol, &Pose::at(200.0, 200.0, module));
        let first = 200.0 - side as f64 * module / 2.0;
        for row in 9..side - 9 {
            for column in 9..side {
                let at = |index: usize| (first + index as f64 * module) as usize;
                let shade = if random.below(2) == 0 { 20.0 } else { 240.0 };
                canvas.fill([at(column), at(row), at(column + 1), at(row + 1)], shade);
            }
        }
        assert_eq!(read(&canvas.picture()), []);
    }
}
