//! Letters and marks that are taken for each other in messages.

use crate::request::grammar::WORD;

/// Which letters the word was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Latin alone.
    Latin,
    /// Latin and Cyrillic.
    Mixed,
}

/// The word in Latin letters: by sound, and by the keys that it has on a Russian keyboard.
const IN_LATIN: [&str; 4] = ["propusk", "propysk", "propusc", "ghjgecr"];

/// The small letter of a Cyrillic or Latin capital.
pub(crate) fn small(letter: char) -> char {
    match letter {
        'А'..='Я' => char::from_u32(letter as u32 + 0x20).unwrap_or(letter),
        other => other.to_ascii_lowercase(),
    }
}

/// The small Cyrillic letter that a small Latin one looks like.
fn to_cyrillic(letter: char) -> char {
    match letter {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'n' => 'п',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        other => other,
    }
}

/// The letters of a text in small Cyrillic ones, as far as they look so.
pub(crate) fn as_cyrillic(text: &str) -> String {
    text.chars().map(|letter| to_cyrillic(small(letter))).collect()
}

/// In which letters this is the word, if in others than Cyrillic.
pub(crate) fn word_in_other_letters(text: &str) -> Option<Letters> {
    let small: String = text.chars().map(small).collect();
    if IN_LATIN.contains(&small.as_str()) {
        return Some(Letters::Latin);
    }
    if as_cyrillic(text) != WORD {
        return None;
    }
    let cyrillic = !small.is_ascii();
    Some(if cyrillic { Letters::Mixed } else { Letters::Latin })
}

/// Whether this is a mark that is taken for an asterisk.
pub(crate) fn is_like_asterisk(character: char) -> bool {
    matches!(
        character,
        '\u{FF0A}'
            | '\u{FE61}'
            | '\u{2217}'
            | '\u{204E}'
            | '\u{2731}'
            | '\u{2732}'
            | '\u{066D}'
            | '\u{D7}'
            | '\u{2022}'
            | '\u{22C6}'
            | '\u{2605}'
            | '\u{2736}'
    )
}

/// Whether this is a quotation mark or bracket that people put around what they were told to fill
/// in.
pub(crate) fn is_enclosing(character: char) -> bool {
    matches!(
        character,
        '"' | '\''
            | '`'
            | '«'
            | '»'
            | '“'
            | '”'
            | '„'
            | '‟'
            | '‘'
            | '’'
            | '‹'
            | '›'
            | '<'
            | '>'
            | '['
            | ']'
            | '('
            | ')'
            | '{'
            | '}'
    )
}

/// The digit that this was meant for, where digits alone can stand.
pub(crate) fn digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        'О' | 'о' | 'O' | 'o' => Some('0'),
        'З' | 'з' => Some('3'),
        'I' | 'l' | 'І' => Some('1'),
        _ => None,
    }
}

/// Whether a character cannot be seen, and is no white space.
pub(crate) fn is_invisible(character: char) -> bool {
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};
    match character {
        ' '..='~' | 'Ѐ'..='ӿ' => false,
        other => {
            !other.is_whitespace()
                && matches!(
                    other.general_category(),
                    GeneralCategory::Control | GeneralCategory::Format
                )
        }
    }
}
