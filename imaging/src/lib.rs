//! QR codes of Propusk: from a text to a picture, and from photographs and screenshots back to texts.
//!
//! Pictures come from outside, so every step is bounded: the bytes and pixels of a file, the patterns
//! that are looked at, and the ways in which they are tried.
//!
//! ```
//! use propusk_imaging::{Picture, Symbol, read};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let symbol = Symbol::of("https://immune.mos.ru/qr?id=01ARZ3NDEKTSV4RRFFQ69G5FAV")?;
//! let picture = Picture::of_bytes(&symbol.png(8)?)?;
//! assert_eq!(read(&picture)[0].text, b"https://immune.mos.ru/qr?id=01ARZ3NDEKTSV4RRFFQ69G5FAV");
//! # Ok(())
//! # }
//! ```
//!
//! Every module imports only modules that stand above it in this list.

mod symbol;

mod picture;

mod contrast;

mod finder;

mod grid;

mod ladder;

pub use ladder::{Found, LADDER, Step, read, read_by};
pub use picture::{BYTES_MAX, DECODED_BYTES_MAX, PIXELS_MAX, Picture, PictureError, SIDE_MAX};
pub use symbol::{Symbol, SymbolError};
