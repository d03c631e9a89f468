//! Latin letters: diacritics, and what a machine-readable zone writes for them.

use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

use super::words::{Symbol, Word};

/// Whether two texts are the same without combining marks.
pub(super) fn same_without_diacritics(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one == other;
    }
    let is_mark = |letter: &char| letter.general_category_group() == GeneralCategoryGroup::Mark;
    one.nfd().filter(|letter| !is_mark(letter)).eq(other.nfd().filter(|letter| !is_mark(letter)))
}

/// What a machine-readable zone writes for a letter beside the bare one, by Doc 9303, Part 3, section
/// 6 A (seventh and eighth editions; the same table, with O for Ø, at egov.ice.gov/sevishelp,
/// `transliteration_guide`). Ñ as NXX and Ü as UXX are for single states and left out.
const ZONE: [(char, &str); 18] = [
    ('Ä', "AE"),
    ('Å', "AA"),
    ('Æ', "AE"),
    ('Ð', "D"),
    ('Đ', "D"),
    ('Ħ', "H"),
    ('Ł', "L"),
    ('Ŋ', "N"),
    ('Ö', "OE"),
    ('Ø', "OE"),
    ('Ø', "O"),
    ('Œ', "OE"),
    ('Þ', "TH"),
    ('Ŧ', "T"),
    ('Ü', "UE"),
    ('ẞ', "SS"),
    ('ß', "SS"),
    ('ĸ', "Q"),
];

/// Every way of writing a letter in a machine-readable zone, the letter without diacritics first.
fn ways(symbol: Symbol) -> impl Iterator<Item = [Option<char>; 2]> {
    let zone = ZONE.iter().filter(move |(letter, _)| *letter == symbol.exact);
    let written = zone.map(|(_, text)| {
        let mut letters = text.chars();
        [letters.next(), letters.next()]
    });
    core::iter::once([Some(symbol.plain), None]).chain(written)
}

/// What a word may go on with: the place behind, a letter, and the one that stands ahead then.
fn next(word: &[Symbol], at: usize, ahead: Option<char>) -> Vec<(usize, char, Option<char>)> {
    match (ahead, word.get(at)) {
        (Some(letter), _) => vec![(at, letter, None)],
        (None, None) => Vec::new(),
        (None, Some(symbol)) => {
            ways(*symbol).filter_map(|[first, second]| Some((at + 1, first?, second))).collect()
        }
    }
}

/// Whether a machine-readable zone, which leaves apostrophes out, may write both words alike. Keeps
/// to pairs of places that some ways lead to, so it takes as long as the words are long.
pub(super) fn same_in_zone(one: &Word, other: &Word) -> bool {
    let letters = |word: &Word| -> Vec<Symbol> {
        word.symbols.iter().filter(|symbol| symbol.exact != '\'').copied().collect()
    };
    let (one, other) = (letters(one), letters(other));
    // Pairs of places, and the second letter of the first word's way where it waits for its like.
    type Reached = (usize, usize, Option<char>, Option<char>);
    let mut reached: Vec<Reached> = vec![(0, 0, None, None)];
    let mut looked = 0;
    while let Some(&(at, other_at, ahead, other_ahead)) = reached.get(looked) {
        looked += 1;
        let ends = at == one.len() && other_at == other.len();
        if ends && ahead.is_none() && other_ahead.is_none() {
            return true;
        }
        for (at, letter, ahead) in next(&one, at, ahead) {
            for (other_at, other_letter, other_ahead) in next(&other, other_at, other_ahead) {
                let pair = (at, other_at, ahead, other_ahead);
                if letter == other_letter && !reached.contains(&pair) {
                    reached.push(pair);
                }
            }
        }
    }
    false
}
