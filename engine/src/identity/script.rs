//! Dashes, apostrophes, scripts, and the twelve letters that look alike in both.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};
use unicode_script::{Script, UnicodeScript as _};

use crate::code::fold::LOOK_ALIKES;

/// Whether this is one of the dashes that people write for a hyphen.
pub(super) const fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

/// Whether this is one of the marks that people write for an apostrophe.
pub(super) const fn is_apostrophe(character: char) -> bool {
    matches!(
        character,
        '\'' | '`'
            | '\u{B4}'
            | '\u{2B9}'
            | '\u{2BB}'
            | '\u{2BC}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{201B}'
            | '\u{2032}'
            | '\u{FF07}'
    )
}

/// The Latin capital that looks like this Cyrillic capital; any other character as it is.
pub(super) fn to_latin(character: char) -> char {
    let pair = LOOK_ALIKES.iter().find(|(cyrillic, _)| *cyrillic == character);
    pair.map_or(character, |(_, latin)| *latin)
}

/// The Cyrillic capital that looks like this Latin capital; any other character as it is.
pub(super) fn to_cyrillic(character: char) -> char {
    let pair = LOOK_ALIKES.iter().find(|(_, latin)| *latin == character);
    pair.map_or(character, |(cyrillic, _)| *cyrillic)
}

/// The script of a letter, as far as names and documents care; `None` for all else.
pub(super) fn letter_script(character: char) -> Option<Script> {
    if character.is_ascii() {
        return character.is_ascii_alphabetic().then_some(Script::Latin);
    }
    let script = character.script();
    (matches!(script, Script::Latin | Script::Cyrillic)
        && character.general_category_group() == GeneralCategoryGroup::Letter)
        .then_some(script)
}
