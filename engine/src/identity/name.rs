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
    Ok((!ABSENT.contains(&name.as_str())).then_some(name))
}

/// The canonical form of what nearly every name is: letters А to Я and Ё alone or A to Z alone,
/// with single spaces or hyphens between them. `None` for all else, whatever it may be.
fn ordinary(text: &str) -> Option<String> {
    let text = text.trim();
    let mut name = String::with_capacity(text.len());
    let (mut cyrillic, mut latin, mut after_letter) = (false, false, false);
    for character in text.chars() {
        let letter = match character {
            'А'..='Я' => character,
            'а'..='я' => char::from_u32(character as u32 - 0x20)?,
            'Ё' | 'ё' => 'Е',
            'A'..='Z' | 'a'..='z' => character.to_ascii_uppercase(),
            ' ' | '-' if after_letter => {
                name.push(character);
                after_letter = false;
                continue;
            }
            _ => return None,
        };
        cyrillic |= !letter.is_ascii();
        latin |= letter.is_ascii();
        after_letter = true;
        name.push(letter);
    }
    (after_letter && cyrillic != latin).then_some(name)
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
