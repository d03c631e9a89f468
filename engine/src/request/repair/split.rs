//! The fields of a message, whatever stands between them.

use crate::request::grammar::SEPARATOR;
use crate::request::repair::{kind, lead, value};
use crate::request::script::{is_enclosing, is_invisible, is_like_asterisk};

/// Marks that people put between fields for want of an asterisk, and hardly anywhere else.
pub(super) const STRANGE: [char; 9] = ['#', ';', '|', '\\', '+', '=', '_', '^', '~'];
/// Marks that stand in texts and dates too.
const USUAL: [char; 4] = ['/', ',', '-', '.'];
/// So many marks are no accident.
const MARKS_MIN: usize = 5;
/// Longer messages with spaces between fields are not looked into.
const WORDS_MAX: usize = 24;
/// The word and nine fields.
const PARTS: usize = 10;

/// One way to take a message apart, each field without white space at its ends.
type Way = Vec<String>;

/// The ways to take a message apart that make sense, the likeliest together first.
pub(super) fn splits(text: &str) -> Vec<Vec<Way>> {
    let text = cleaned(text);
    let asterisks = text.matches(SEPARATOR).count();
    if asterisks >= MARKS_MIN - 1 {
        let own = divided(&text);
        if own.len() == PARTS {
            return vec![vec![own]];
        }
        let parted = parted(&own);
        return vec![mended(&text, asterisks), vec![own], parted];
    }
    let mut ways = Vec::new();
    for mark in STRANGE.into_iter().chain(USUAL) {
        if text.matches(mark).count() + asterisks >= MARKS_MIN {
            ways.push(divided(&text.replace(mark, "*")));
        }
    }
    if text.lines().count() > MARKS_MIN {
        ways.push(divided(&text.replace('\n', "*")));
    }
    // Lines are fields; spaces are not, where there are lines.
    if asterisks == 0 && !text.contains('\n') {
        ways.extend(by_spaces(&text));
    }
    vec![ways]
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
    let mut inner = text.as_str();
    loop {
        // No message begins or ends with an empty field, so these asterisks are strays.
        let bare = inner.trim().trim_matches(SEPARATOR).trim();
        let opened =
            bare.strip_prefix(is_enclosing).and_then(|bare| bare.strip_suffix(is_enclosing));
        let next = opened.unwrap_or(bare);
        if next == inner {
            return inner.to_owned();
        }
        inner = next;
    }
}

/// Line ends and tabs part words; everything else that cannot be seen goes.
fn is_invisible_mark(character: char) -> bool {
    !character.is_whitespace() && is_invisible(character)
}

/// The fields between asterisks. Where every run of them is a multiple of some number, each was
/// typed that often.
fn divided(text: &str) -> Way {
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

/// The fields where so many strange marks stand for asterisks as are missing.
fn mended(text: &str, asterisks: usize) -> Vec<Way> {
    let fits = |mark: &char| asterisks + text.matches(*mark).count() == PARTS - 1;
    STRANGE.into_iter().filter(fits).map(|mark| divided(&text.replace(mark, "*"))).collect()
}

/// The fields where one space stands for the asterisk that is missing. Two texts cannot be told
/// apart so: a space may be part of either.
fn parted(fields: &Way) -> Vec<Way> {
    if fields.len() + 1 != PARTS {
        return Vec::new();
    }
    let spaces = fields.iter().enumerate().skip(1).flat_map(|(place, field)| {
        field.match_indices(' ').map(move |(at, _)| (place, field.split_at(at)))
    });
    let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    spaces
        .filter(|(place, (before, _))| place + 1 < fields.len() || numbers(before.trim()))
        .map(|(place, (before, behind))| {
            let mut way = fields.clone();
            before.trim().clone_into(&mut way[place]);
            way.insert(place + 1, behind.trim().to_owned());
            way
        })
        .collect()
}

/// The fields of a message that has spaces for asterisks: what is empty left no trace, and the last
/// field is a text of one or more words. Where two texts follow each other, nobody knows where the
/// first ends.
fn by_spaces(text: &str) -> Vec<Way> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [first, kind, ..] = words[..] else { return Vec::new() };
    let two_texts = value::one_digit(kind) == Some('3');
    if words.len() < MARKS_MIN || words.len() > WORDS_MAX || two_texts || !lead::is_word(first) {
        return Vec::new();
    }
    // What begins the text must be a word of it, and not the field before.
    let ways = (4..words.len()).filter(|last| kind::is_word_of_text(words[*last])).map(|last| {
        let head = words[..last].iter().map(|word| (*word).to_owned());
        head.chain([words[last..].join(" ")]).collect()
    });
    ways.collect()
}
