//! Identity documents and work licences.

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::Script;

use super::script::{is_dash, letter_script, to_latin};
use super::short::Short;

const LONGEST: usize = 20;

/// The canonical form of a document: series, then number. `None` where both are absent or blank.
///
/// # Errors
///
/// `empty` (also a series without a number), `symbol`, `length` or `zeros`, tried in that order.
pub fn canonical(
    series: Option<&str>,
    number: Option<&str>,
) -> Result<Option<String>, &'static str> {
    let series = series.unwrap_or_default();
    let number = number.unwrap_or_default();
    if super::is_blank(series) && super::is_blank(number) {
        return Ok(None);
    }
    // A series alone would be the same document for everyone who has that series.
    if squeezed(number).is_empty() {
        return Err("empty");
    }
    checked(&[series, number].concat()).map(Some)
}

/// The canonical form of a work licence.
///
/// # Errors
///
/// `empty`, `symbol`, `length` or `zeros`, tried in that order.
pub fn licence(text: &str) -> Result<String, &'static str> {
    checked(text)
}

/// A document in place.
pub(crate) type ShortDocument = Short<LONGEST>;

/// The canonical form of a document of Latin letters and digits; `None` for all else, whatever it
/// may be.
pub(crate) fn short(series: Option<&str>, number: &str) -> Option<ShortDocument> {
    let mut document = ShortDocument::new();
    append(&mut document, series.unwrap_or_default())?;
    let series_bytes = document.as_bytes().len();
    append(&mut document, number)?;
    let has_number = document.as_bytes().len() > series_bytes;
    let is_zero = document.as_bytes().iter().all(|byte| *byte == b'0');
    (has_number && !is_zero).then_some(document)
}

/// Appends what tells documents apart; `None` where something else stands in the text.
fn append(document: &mut ShortDocument, text: &str) -> Option<()> {
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => document.push(byte.to_ascii_uppercase())?,
            b' ' | b'-' => {}
            _ => return None,
        }
    }
    Some(())
}

fn checked(text: &str) -> Result<String, &'static str> {
    let document = squeezed(text);
    if document.is_empty() {
        return Err("empty");
    }
    if !document.chars().all(is_symbol) {
        return Err("symbol");
    }
    if document.chars().count() > LONGEST {
        return Err("length");
    }
    if document.bytes().all(|byte| byte == b'0') { Err("zeros") } else { Ok(document) }
}

/// Only what tells documents apart. `№` goes before NFKC, which would make it `No`.
pub(crate) fn squeezed(text: &str) -> String {
    if text.is_ascii() {
        let kept = text.chars().filter(|kept| !kept.is_whitespace() && *kept != '-');
        return kept.map(|character| character.to_ascii_uppercase()).collect();
    }
    let composed = text.chars().filter(|character| *character != '№').nfkc();
    let kept: String = composed.filter(|kept| !kept.is_whitespace() && !is_dash(*kept)).collect();
    kept.to_uppercase().chars().map(to_latin).collect()
}

fn is_symbol(character: char) -> bool {
    character.is_ascii_digit()
        || character.is_ascii_uppercase()
        || letter_script(character) == Some(Script::Cyrillic)
}
