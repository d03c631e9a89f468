//! Whether two Latin spellings are of one Cyrillic name, written by two regimes.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::letters::{ALPHABET, CONSONANTS, EDGE, Places, SETTLED, SIGNS, Table, behind};
use super::words::{Script, Symbol, Word};
use super::{Regime, WORD_LETTERS_MAX, regimes};

/// Letters that every regime writes by one letter, and writes nothing else by: their order is the
/// same in all spellings of a name.
const FIXED: [char; 9] = ['B', 'D', 'F', 'L', 'M', 'N', 'P', 'R', 'V'];

/// The first two regimes that write some Cyrillic name as the first words and as the second.
pub(super) fn regimes(pairs: &[(Word, Word)]) -> Option<(Regime, Regime)> {
    if !pairs.iter().all(|(one, other)| may_be_respelt(one, other)) {
        return None;
    }
    // ISO 9 without its diacritics writes Я as A: that would make one name of many.
    let tables = || {
        let named = Regime::ALL.iter().filter(|regime| **regime != Regime::Iso9Bare);
        named.filter_map(|regime| Some((*regime, regimes::table(*regime)?)))
    };
    for (one, table) in tables() {
        for (other, other_table) in tables().filter(|(other, _)| *other != one) {
            let both = (table, other_table);
            if pairs.iter().all(|pair| pair.0.is_plainly(&pair.1) || is_respelt(both, pair)) {
                return Some((one, other));
            }
        }
    }
    None
}

/// What is soon seen of two words: both Latin, not too long, with the same fixed letters, and such
/// that some regimes could write them alike if each letter might be written by regimes of its own.
fn may_be_respelt(one: &Word, other: &Word) -> bool {
    let is_right =
        |word: &Word| word.script == Script::Latin && word.symbols.len() <= WORD_LETTERS_MAX;
    let fixed = |word: &Word| {
        let plain = word.symbols.iter().map(|symbol| symbol.plain);
        plain.filter(|letter| FIXED.contains(letter)).collect::<Vec<_>>()
    };
    is_right(one)
        && is_right(other)
        && fixed(one) == fixed(other)
        && (one.is_plainly(other) || is_respelt_by_any(one, other))
}

/// Two ways of writing one letter.
type Alike = (&'static str, &'static str);

/// All ways of writing a letter beside all others, by the first letter of the one; at the end those
/// that write nothing.
static ALIKE: LazyLock<[Vec<Alike>; 27]> = LazyLock::new(|| {
    let mut alike: [Vec<Alike>; 27] = Default::default();
    let ways = |letter| {
        let tables = Regime::ALL.iter().filter_map(|regime| regimes::table(*regime));
        tables.flat_map(move |table| table.ways(letter).map(|way| way.text))
    };
    for letter in ALPHABET {
        for one in ways(letter) {
            let group = &mut alike[one.chars().next().map_or(26, group)];
            for other in ways(letter) {
                if !group.contains(&(one, other)) {
                    group.push((one, other));
                }
            }
        }
    }
    alike
});

/// The group of ways that begin with a letter.
fn group(letter: char) -> usize {
    let plain = Symbol::new(letter).plain as usize;
    plain.checked_sub('A' as usize).filter(|place| *place < 26).unwrap_or(26)
}

/// Whether two words can be written alike, each letter by any regimes wherever it stands.
fn is_respelt_by_any(one: &Word, other: &Word) -> bool {
    const PLACES: usize = WORD_LETTERS_MAX + 1;
    let mut seen = [false; PLACES * PLACES];
    let mut open = vec![(0, 0)];
    while let Some((at, other_at)) = open.pop() {
        if core::mem::replace(&mut seen[at * PLACES + other_at], true) {
            continue;
        }
        if (at, other_at) == (one.symbols.len(), other.symbols.len()) {
            return true;
        }
        let begun = one.symbols.get(at).map(|symbol| group(symbol.exact));
        for group in begun.into_iter().filter(|group| *group < 26).chain([26]) {
            for (text, other_text) in &ALIKE[group] {
                if one.has(at, text, "") && other.has(other_at, other_text, "") {
                    open.push((at + text.chars().count(), other_at + other_text.chars().count()));
                }
            }
        }
    }
    false
}

/// How far both words are written, and the places reached in both.
type Reached = (usize, usize, Places, Places);

/// Whether there is a Cyrillic word that the regimes write as the two words: letter by letter, all
/// that lead on are followed.
fn is_respelt(tables: (&Table, &Table), words: &(Word, Word)) -> bool {
    let mut seen: HashSet<Reached> = HashSet::new();
    let mut open: Vec<Reached> = vec![(0, 0, EDGE, EDGE)];
    let lengths = (words.0.symbols.len(), words.1.symbols.len());
    while let Some(reached) = open.pop() {
        if !seen.insert(reached) {
            continue;
        }
        let (at, other_at, place, other_place) = reached;
        let settled = place & other_place & SETTLED != 0;
        if settled && (at, other_at) == lengths {
            return true;
        }
        for letter in ALPHABET {
            // A sign stands behind a consonant.
            if behind(letter) & SIGNS != 0 && place & other_place & CONSONANTS == 0 {
                continue;
            }
            let ways = tables
                .0
                .ways(letter)
                .filter(|way| way.after & place != 0 && words.0.has(at, way.text, tables.0.apart));
            for way in ways {
                let next = at + way.text.chars().count();
                for other in tables.1.ways(letter) {
                    let other_next = other_at + other.text.chars().count();
                    let ends = (next, other_next) == lengths;
                    if other.after & other_place != 0
                        && words.1.has(other_at, other.text, tables.1.apart)
                        && (ends || !(way.last || other.last))
                    {
                        open.push((next, other_next, way.then, other.then));
                    }
                }
            }
        }
    }
    false
}
