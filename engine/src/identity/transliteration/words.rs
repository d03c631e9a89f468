//! The words of two names, side by side.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::decompose_canonical;

use super::LETTERS_MAX;

/// The script of a word, as far as transliteration cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// It has Cyrillic letters.
    Cyrillic,
    /// It has none.
    Latin,
}

/// A letter, and the same without its diacritics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub exact: char,
    pub plain: char,
}

/// A word, without what says nothing of its letters.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub script: Script,
    pub symbols: Vec<Symbol>,
}

impl Symbol {
    pub(super) fn new(exact: char) -> Self {
        if exact.is_ascii() || (matches!(exact, 'А'..='Я') && exact != 'Й') {
            return Symbol { exact, plain: exact };
        }
        let mut plain = None;
        decompose_canonical(exact, |part| plain = plain.or(Some(part)));
        Symbol { exact, plain: plain.unwrap_or(exact) }
    }

    /// Whether this is the letter of a table: a bare one stands for those with diacritics too, but for
    /// those that are letters apart.
    fn is(self, letter: char, apart: &str) -> bool {
        self.exact == letter
            || (letter.is_ascii() && self.plain == letter && !apart.contains(self.exact))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let mut word = Word { script: Script::Latin, symbols: Vec::with_capacity(text.len()) };
        for letter in text.nfc() {
            match letter {
                // Dots that keep letters apart, and marks that compose with nothing.
                '\u{B7}' | '\u{300}'..='\u{36F}' => continue,
                '\u{400}'..='\u{52F}' => word.script = Script::Cyrillic,
                _ => {}
            }
            // The hard sign is two primes, or quotation marks.
            let letter = if matches!(letter, '\u{2BA}' | '\u{201D}') { '"' } else { letter };
            word.symbols.push(Symbol::new(letter));
        }
        word
    }

    /// Whether both are the same but for diacritics.
    pub(super) fn is_plainly(&self, other: &Word) -> bool {
        let mut symbols = self.symbols.iter().zip(&other.symbols);
        self.symbols.len() == other.symbols.len()
            && symbols.all(|(one, other)| one.plain == other.plain)
    }

    /// Whether a text of a table stands at a place.
    pub(super) fn has(&self, place: usize, text: &str, apart: &str) -> bool {
        let mut rest = self.symbols.get(place..).unwrap_or_default().iter();
        text.chars().all(|letter| rest.next().is_some_and(|symbol| symbol.is(letter, apart)))
    }
}

/// The words of both, where they are as many, with the same spaces and hyphens between; `None` else,
/// and where a text is longer than a name.
pub(super) fn pairs(one: &str, other: &str) -> Option<Vec<(Word, Word)>> {
    if [one, other].iter().any(|text| text.chars().nth(LETTERS_MAX).is_some()) {
        return None;
    }
    let mut pairs = Vec::with_capacity(1);
    let (mut ones, mut others) =
        (one.split_inclusive([' ', '-']), other.split_inclusive([' ', '-']));
    loop {
        let (one, other) = match (ones.next(), others.next()) {
            (None, None) => return Some(pairs),
            (Some(one), Some(other)) => (one, other),
            _ => return None,
        };
        let (word, separator) = divided(one);
        let (other_word, other_separator) = divided(other);
        if separator != other_separator {
            return None;
        }
        pairs.push((Word::new(word), Word::new(other_word)));
    }
}

/// A word and what stands behind it.
fn divided(piece: &str) -> (&str, Option<char>) {
    match piece.strip_suffix([' ', '-']) {
        Some(word) => (word, piece.chars().next_back()),
        None => (piece, None),
    }
}
