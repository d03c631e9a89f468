//! The message of an applicant: a word, then nine fields between asterisks.
//!
//! A good message is read without a single allocation. What is wrong is told in this order: no
//! asterisks, the word, the number of fields, white space beside asterisks, the type; the values
//! come after that.

use crate::request::asked::{Asked, Field, layout, subtype};
use crate::request::mistake::{Mistake, Reason, mistake};
use crate::request::script;

/// The word that every message begins with, in small letters.
pub(crate) const WORD: &str = "пропуск";
/// What stands between fields.
pub(crate) const SEPARATOR: char = '*';
/// The word and nine fields.
const PARTS: usize = 10;

/// Takes a message apart. White space around the whole message is not part of it.
///
/// # Errors
/// The first mistake in the order above.
pub(crate) fn parse(text: &str) -> Result<Asked<'_>, Mistake> {
    let text = text.trim();
    if text.is_empty() {
        return mistake(Field::Text, Reason::Empty);
    }
    let mut parts = [""; PARTS];
    let mut count = 0;
    for part in text.split(SEPARATOR) {
        if let Some(place) = parts.get_mut(count) {
            *place = part;
        }
        count += 1;
    }
    if count == 1 {
        return mistake(Field::Text, Reason::Separator);
    }
    word(parts[0].trim())?;
    if count != PARTS {
        let other = text.contains(script::is_like_asterisk);
        return mistake(Field::Text, if other { Reason::Separator } else { Reason::Fields });
    }
    let fields = fields(&parts)?;
    let mut asked = Asked::new();
    for (field, part) in fields.iter().zip(&parts[1..]) {
        asked.set(*field, part);
    }
    Ok(asked)
}

/// Whether this is the word, in capital or small letters.
pub(crate) fn is_word(text: &str) -> bool {
    text == "Пропуск"
        || text.len() == WORD.len() && text.chars().map(script::small).eq(WORD.chars())
}

fn word(text: &str) -> Result<(), Mistake> {
    if is_word(text) {
        return Ok(());
    }
    if text.is_empty() {
        return mistake(Field::Word, Reason::Empty);
    }
    let reason = match script::word_in_other_letters(text) {
        Some(script::Letters::Latin) => Reason::Latin,
        Some(script::Letters::Mixed) => Reason::MixedScript,
        None => Reason::Word,
    };
    mistake(Field::Word, reason)
}

/// The fields that the parts are, by the type; none has white space at its ends.
fn fields(parts: &[&str; PARTS]) -> Result<&'static [Field; 9], Mistake> {
    let found = subtype(parts[1].trim());
    // Where no type says what the fields are, those of type 3 name the place.
    let fields = found.map_or(&crate::request::asked::LAYOUTS[2], layout);
    let spaced = |part: &&str| part.starts_with(is_space) || part.ends_with(is_space);
    if parts[0].ends_with(is_space) {
        return mistake(Field::Word, Reason::Spaces);
    }
    if let Some(place) = parts[1..].iter().position(spaced) {
        return mistake(fields[place], Reason::Spaces);
    }
    match found {
        Some(_) => Ok(fields),
        None if parts[1].is_empty() => mistake(Field::Type, Reason::Empty),
        None => mistake(Field::Type, Reason::Word),
    }
}

/// White space beside an asterisk. A part is read byte by byte where it is ASCII.
fn is_space(character: char) -> bool {
    character.is_whitespace()
}
