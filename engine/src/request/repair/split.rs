//! The fields of a message, whatever stands between them.

use crate::request::grammar::SEPARATOR;
use crate::request::repair::lead;
use crate::request::script::{is_enclosing, is_invisible, is_like_asterisk};

/// Marks that people put between fields for want of an asterisk.
const OTHERS: [char; 13] = ['#', ';', '|', '/', '\\', ',', '+', '=', '_', '^', '~', '-', '.'];
/// So many marks are no accident.
const MARKS_MIN: usize = 5;
/// The word and nine fields.
const PARTS: usize = 10;

/// The ways to take a message apart that make sense; each field without white space at its ends.
pub(super) fn splits(text: &str) -> Vec<Vec<String>> {
    let text = cleaned(text);
    let asterisks = text.matches(SEPARATOR).count();
    if asterisks >= MARKS_MIN - 1 {
        let mut ways = vec![divided(&text)];
        if asterisks != PARTS - 1 {
            ways.extend(mended(&text, asterisks));
        }
        return ways;
    }
    let mut ways = Vec::new();
    for mark in OTHERS {
        if text.matches(mark).count() + asterisks >= MARKS_MIN {
            ways.push(divided(&text.replace(mark, "*")));
        }
    }
    if text.lines().count() > MARKS_MIN {
        ways.push(divided(&text.replace(['\n'], "*")));
    }
    if asterisks == 0 {
        ways.extend(by_spaces(&text));
    }
    ways
}

/// The text without what cannot be seen, marks like asterisks made such, and no quotation marks
/// around the whole.
fn cleaned(text: &str) -> String {
    let mark = |character: char| match character {
        other if is_like_asterisk(other) => SEPARATOR,
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        '\r' => '\n',
        other => other,
    };
    let text: String = text.chars().filter(|each| !is_invisible_mark(*each)).map(mark).collect();
    let text = text.trim();
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
        return String::new();
    };
    let inner = text.strip_prefix(first).and_then(|text| text.strip_suffix(last));
    match inner {
        Some(inner) if encloses(first, last) => inner.trim().to_owned(),
        _ => text.to_owned(),
    }
}

/// Line ends and tabs part words; everything else that cannot be seen goes.
fn is_invisible_mark(character: char) -> bool {
    !character.is_whitespace() && is_invisible(character)
}

fn encloses(first: char, last: char) -> bool {
    is_enclosing(first) && is_enclosing(last)
}

/// The fields between asterisks. Where every run of them is a multiple of some number, each was
/// typed that often.
fn divided(text: &str) -> Vec<String> {
    let often = text
        .split(|character| character != SEPARATOR)
        .map(str::len)
        .filter(|length| *length > 0)
        .fold(0, greatest_common);
    let text = if often > 1 { text.replace(&"*".repeat(often), "*") } else { text.to_owned() };
    text.split(SEPARATOR).map(|field| field.trim().to_owned()).collect()
}

fn greatest_common(one: usize, other: usize) -> usize {
    if other == 0 { one } else { greatest_common(other, one % other) }
}

/// The fields where so many other marks stand for asterisks as are missing.
fn mended(text: &str, asterisks: usize) -> impl Iterator<Item = Vec<String>> {
    let fits = move |mark: &char| asterisks + text.matches(*mark).count() == PARTS - 1;
    OTHERS.into_iter().filter(fits).map(|mark| divided(&text.replace(mark, "*")))
}

/// The fields of a message that has spaces for asterisks: what is empty left no trace, and the last
/// fields are texts of one or more words.
fn by_spaces(text: &str) -> Vec<Vec<String>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < MARKS_MIN || words.len() > 24 || !lead::is_word(words[0]) {
        return Vec::new();
    }
    // Where a text begins is tried at every word; the readings decide.
    let from = 4.min(words.len());
    let mut ways = Vec::new();
    for last in from..words.len() {
        let tail = words[last..].join(" ");
        let head = |until: usize| words[..until].iter().map(|word| (*word).to_owned());
        ways.push(head(last).chain([tail.clone()]).collect());
        for purpose in from..last.saturating_sub(1) {
            let text = words[purpose..last].join(" ");
            ways.push(head(purpose).chain([text, tail.clone()]).collect());
        }
    }
    ways
}
