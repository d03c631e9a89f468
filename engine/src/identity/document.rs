//! Identity documents and work licences.

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::Script;

use super::script::{is_dash, letter_script, to_latin};

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
