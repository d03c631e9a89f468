//! Names of persons.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};
use unicode_script::Script;

use super::script::{is_apostrophe, is_dash, letter_script, to_cyrillic, to_latin};

/// Written for a patronymic that a person does not have.
const ABSENT: [&str; 3] = ["-", "НЕТ", "NONE"];
/// The combining class of the marks above, the diaeresis among them.
const ABOVE: u8 = 230;

/// The canonical form of a name.
///
/// # Errors
///
/// `empty`, `control`, `digit` or `mixed_script`, tried in that order.
pub fn canonical(text: &str) -> Result<String, &'static str> {
    if let Some(name) = ordinary(text) {
        return Ok(name);
    }
    canonical_fully(text)
}

/// The canonical form of a patronymic; `None` where it says that there is none.
///
/// # Errors
///
/// `control`, `digit` or `mixed_script`, tried in that order.
pub fn patronymic(text: Option<&str>) -> Result<Option<String>, &'static str> {
    let Some(text) = text.filter(|text| !super::is_blank(text)) else { return Ok(None) };
    let name = canonical(text)?;
    Ok((!is_absent(name.as_bytes())).then_some(name))
}

/// The canonical form of what nearly every name is, as [`write_plain`] writes it.
fn ordinary(text: &str) -> Option<String> {
    let mut name = vec![0; text.len()];
    let bytes = write_plain(text, &mut name)?;
    name.truncate(bytes);
    String::from_utf8(name).ok()
}

/// Writes the canonical form of what nearly every name is, and answers its bytes: letters А to Я and
/// Ё alone or A to Z alone, with single spaces or hyphens between them and plain spaces around. `None`
/// for all else, whatever it may be, and where there is no room.
#[inline]
pub(crate) fn write_plain(text: &str, name: &mut [u8]) -> Option<usize> {
    let text = text.trim_ascii().as_bytes();
    if !text.is_empty()
        && let Some((first, others)) = name.split_first_chunk_mut()
    {
        let (text_first, rest) = text.split_at(text.len().min(BLOCK));
        // Nearly all are of one block.
        if raise_cyrillic(first, text_first) && (rest.is_empty() || raise_all(others, rest)) {
            return Some(text.len());
        }
    }
    write_words(text, name)
}

/// [`raise_cyrillic`] of more than one block; false where there is no room.
fn raise_all(room: &mut [u8], text: &[u8]) -> bool {
    let Some(room) = room.get_mut(..text.len().next_multiple_of(BLOCK)) else { return false };
    let mut blocks = room.as_chunks_mut().0.iter_mut().zip(text.chunks(BLOCK));
    blocks.all(|(block, text)| raise_cyrillic(block, text))
}

/// Bytes that are raised at once: a name of 16 Cyrillic letters.
const BLOCK: usize = 32;

/// Writes the capitals of Cyrillic letters, and Е for Ё; whether nothing else was there. Every letter is
/// treated alike, whatever it is and however many there are, so the loop is one of vectors.
#[inline]
fn raise_cyrillic(block: &mut [u8; BLOCK], text: &[u8]) -> bool {
    *block = [0; BLOCK];
    block[..text.len()].copy_from_slice(text);
    let letters = text.len().div_ceil(2) as u16;
    let mut words = [0; BLOCK / 2];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u16::from_le_bytes(*bytes);
    }
    let mut wrong = 0u16;
    for (place, word) in (0u16..).zip(&mut words) {
        // The number of the letter behind А: capitals are 0 to 31, small letters 32 to 63.
        let (first, second) = (*word & 0xFF, *word >> 8);
        let number = ((first & 0x1F) << 6 | (second & 0x3F)).wrapping_sub(0x410);
        let is_yo = number == 0x401u16.wrapping_sub(0x410) || number == 0x451 - 0x410;
        let is_letter = ((number < 64) | is_yo) & (first & 0xFE == 0xD0);
        let is_inside = place < letters;
        wrong |= u16::from(is_inside & !is_letter);
        // Capitals are the bytes D0 and 90 to AF; Е is the sixth.
        let capital = if is_yo { 5 } else { number & 31 };
        *word = if is_inside { 0x90D0 + (capital << 8) } else { 0 };
    }
    for (word, bytes) in words.iter().zip(block.as_chunks_mut().0) {
        *bytes = word.to_le_bytes();
    }
    wrong == 0
}

/// The same as [`write_plain`], word by word and letter by letter.
fn write_words(text: &[u8], name: &mut [u8]) -> Option<usize> {
    let name = name.get_mut(..text.len())?;
    let is_cyrillic = !text.first()?.is_ascii();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        if is_cyrillic {
            while let Some(letter) = text.get(at..at + 2).and_then(cyrillic_capital) {
                name[at..at + 2].copy_from_slice(&letter);
                at += 2;
            }
        } else {
            while let Some(letter) = text.get(at).filter(|letter| letter.is_ascii_alphabetic()) {
                name[at] = letter.to_ascii_uppercase();
                at += 1;
            }
        }
        // Behind a word stands the end, or one space or hyphen and another word.
        match text.get(at) {
            _ if at == start => return None,
            None => return Some(at),
            Some(b' ' | b'-') => name[at] = text[at],
            Some(_) => return None,
        }
        at += 1;
    }
    None
}

/// The capital of a Cyrillic letter, in UTF-8, Ё being Е; `None` for all but А to Я, Ё and their small
/// letters.
fn cyrillic_capital(letter: &[u8]) -> Option<[u8; 2]> {
    Some([
        0xD0,
        match *letter {
            [0xD0, second @ 0x90..=0xAF] => second,
            [0xD0, second @ 0xB0..=0xBF] => second - 0x20,
            [0xD1, second @ 0x80..=0x8F] => second + 0x20,
            [0xD0, 0x81] | [0xD1, 0x91] => 0x95,
            _ => return None,
        },
    ])
}

/// Whether a canonical patronymic says that there is none.
pub(crate) fn is_absent(patronymic: &[u8]) -> bool {
    ABSENT.iter().any(|absent| absent.as_bytes() == patronymic)
}

/// The canonical form of any name.
///
/// One pass of the contract's steps is not idempotent for every text: Ё made Е can compose with
/// the mark after it, and a letter changed to the other script can compose there. So the steps
/// run until they change nothing.
fn canonical_fully(text: &str) -> Result<String, &'static str> {
    let mut name = pass(text)?;
    loop {
        let next = pass(&name)?;
        if next == name {
            return Ok(name);
        }
        name = next;
    }
}

fn pass(text: &str) -> Result<String, &'static str> {
    let composed: String = text.chars().map(unify_mark).nfkc().collect();
    let raised: String = composed.to_uppercase().nfkc().map(unify_mark).collect();
    let name = without_yo(&collapse_spaces(&raised));
    if name.is_empty() {
        return Err("empty");
    }
    if name.chars().any(is_control) {
        return Err("control");
    }
    if name.chars().any(|character| character.general_category() == GeneralCategory::DecimalNumber)
    {
        return Err("digit");
    }
    let mut repaired = String::with_capacity(name.len());
    for piece in name.split_inclusive([' ', '-']) {
        repaired.push_str(&one_script(piece)?);
    }
    Ok(repaired)
}

/// Dashes to `-`, apostrophes to `'`.
fn unify_mark(character: char) -> char {
    if is_dash(character) {
        '-'
    } else if is_apostrophe(character) {
        '\''
    } else {
        character
    }
}

/// Runs of White_Space to one space, none at the ends or beside a hyphen.
fn collapse_spaces(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let joined = collapsed.is_empty() || collapsed.ends_with('-') || word.starts_with('-');
        if !joined {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// Ё to Е. Every further diaeresis that would make it Ё again goes too, here and now: one a pass
/// would make a long text of them take for ever.
fn without_yo(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut after_yo = false;
    for character in text.chars() {
        if character == 'Ё' {
            bare.push('Е');
            after_yo = true;
            continue;
        }
        // A mark of a lower class stands before the marks above and does not keep them off.
        after_yo &=
            character == '\u{308}' || (1..ABOVE).contains(&canonical_combining_class(character));
        if !(after_yo && character == '\u{308}') {
            bare.push(character);
        }
    }
    bare
}

/// Whether this character steers a display and is no part of a name. White_Space of these
/// categories is a plain space by now.
fn is_control(character: char) -> bool {
    matches!(character.general_category(), GeneralCategory::Control | GeneralCategory::Format)
}

/// A word in one script, where it has letters of both.
fn one_script(word: &str) -> Result<Cow<'_, str>, &'static str> {
    let [mut has_cyrillic, mut has_latin, mut own_cyrillic, mut own_latin] = [false; 4];
    for character in word.chars() {
        match letter_script(character) {
            Some(Script::Cyrillic) => {
                has_cyrillic = true;
                own_cyrillic |= to_latin(character) == character;
            }
            Some(_) => {
                has_latin = true;
                own_latin |= to_cyrillic(character) == character;
            }
            None => {}
        }
    }
    if !(has_cyrillic && has_latin) {
        return Ok(Cow::Borrowed(word));
    }
    match (own_cyrillic, own_latin) {
        (true, true) => Err("mixed_script"),
        (false, true) => Ok(Cow::Owned(word.chars().map(to_latin).collect())),
        (_, false) => Ok(Cow::Owned(word.chars().map(to_cyrillic).collect())),
    }
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
