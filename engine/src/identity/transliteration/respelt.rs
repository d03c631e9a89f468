//! Whether two Latin spellings are of one Cyrillic name, written by two regimes.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::letters::{ALPHABET, CONSONANTS, EDGE, Places, SETTLED, SIGNS, Table, Way, behind};
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
    let by_two = STEPS.iter().find(|steps| {
        pairs.iter().all(|pair| pair.0.is_plainly(&pair.1) || is_respelt(steps, pair))
    });
    by_two.map(|steps| (steps.one, steps.other))
}

/// What two regimes write for one letter.
struct Step {
    ways: [Way; 2],
    symbols: [usize; 2],
    is_sign: bool,
}

/// All steps of two regimes, by the first letter that the one writes; at the end those where it writes
/// none.
struct Steps {
    one: Regime,
    other: Regime,
    tables: [&'static Table; 2],
    by_letter: [Vec<Step>; 27],
}

/// The steps of every two regimes, in the order in which they are looked for.
static STEPS: LazyLock<Vec<Steps>> = LazyLock::new(|| {
    // ISO 9 without its diacritics writes Я as A: that would make one name of many.
    let named = || Regime::ALL.iter().filter(|regime| **regime != Regime::Iso9Bare);
    let tables = || named().filter_map(|regime| Some((*regime, regimes::table(*regime)?)));
    let pairs = tables().flat_map(|one| tables().map(move |other| (one, other)));
    pairs.filter(|((one, _), (other, _))| one != other).map(steps).collect()
});

fn steps(
    ((one, table), (other, other_table)): ((Regime, &'static Table), (Regime, &'static Table)),
) -> Steps {
    let mut by_letter: [Vec<Step>; 27] = Default::default();
    for letter in ALPHABET {
        for way in table.ways(letter) {
            let group = &mut by_letter[way.text.chars().next().map_or(26, group)];
            group.extend(other_table.ways(letter).map(|other| Step {
                ways: [way, other],
                symbols: [way, other].map(|way| way.text.chars().count()),
                is_sign: behind(letter) & SIGNS != 0,
            }));
        }
    }
    Steps { one, other, tables: [table, other_table], by_letter }
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
fn is_respelt(steps: &Steps, words: &(Word, Word)) -> bool {
    let [table, other_table] = steps.tables;
    let lengths = (words.0.symbols.len(), words.1.symbols.len());
    let mut open: Vec<Reached> = vec![(0, 0, EDGE, EDGE)];
    let mut seen: HashSet<Reached> = open.iter().copied().collect();
    while let Some((at, other_at, place, other_place)) = open.pop() {
        let settled = place & other_place & SETTLED != 0;
        if settled && (at, other_at) == lengths {
            return true;
        }
        let begun = words.0.symbols.get(at).map(|symbol| group(symbol.exact));
        let groups = begun.into_iter().filter(|group| *group < 26).chain([26]);
        for step in groups.flat_map(|group| &steps.by_letter[group]) {
            // A sign stands behind a consonant.
            if step.is_sign && place & other_place & CONSONANTS == 0 {
                continue;
            }
            let [way, other] = &step.ways;
            let (next, other_next) = (at + step.symbols[0], other_at + step.symbols[1]);
            let ends = (next, other_next) == lengths;
            if way.after & place != 0
                && other.after & other_place != 0
                && words.0.has(at, way.text, table.apart)
                && words.1.has(other_at, other.text, other_table.apart)
                && (ends || !(way.last || other.last))
            {
                let reached = (next, other_next, way.then, other.then);
                if seen.insert(reached) {
                    open.push(reached);
                }
            }
        }
    }
    false
}
