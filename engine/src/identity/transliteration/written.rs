//! Whether one regime writes a Cyrillic word as a Latin one.

use super::letters::{EDGE, HARD, Places, SETTLED, Table};
use super::words::Word;

/// How far the Latin word may be written, and the place reached there.
type Reached = (usize, Places);

/// Whether a regime writes the Cyrillic word as the Latin one, in any of its ways.
pub(super) fn writes(table: &Table, cyrillic: &Word, latin: &Word) -> bool {
    let (mut reached, mut further): (Vec<Reached>, Vec<Reached>) = (vec![(0, EDGE)], Vec::new());
    let last = cyrillic.symbols.len().saturating_sub(1);
    for (at, symbol) in cyrillic.symbols.iter().enumerate() {
        let letter = symbol.exact;
        for (written, place) in &reached {
            let mut is_letter = false;
            for way in table.ways(letter) {
                is_letter = true;
                if way.after & place != 0
                    && (!way.last || at == last)
                    && latin.has(*written, way.text, table.apart)
                {
                    further.push((written + way.text.chars().count(), way.then));
                }
            }
            // What no regime writes stands for itself; an apostrophe may be left out.
            if !is_letter && place & SETTLED != 0 {
                let after = if letter == '\'' { HARD } else { EDGE };
                let itself = latin.symbols.get(*written) == Some(symbol);
                further.extend(itself.then_some((written + 1, after)));
                further.extend((after == HARD).then_some((*written, after)));
            }
        }
        further.sort_unstable();
        further.dedup();
        reached.clear();
        core::mem::swap(&mut reached, &mut further);
        if reached.is_empty() {
            return false;
        }
    }
    reached.iter().any(|(written, place)| *written == latin.symbols.len() && place & SETTLED != 0)
}

/// Whether a regime writes two Cyrillic words alike, each letter in its ordinary way.
pub(super) fn writes_alike(table: &Table, one: &Word, other: &Word) -> bool {
    let written = |word: &Word| {
        let texts = word.symbols.iter().map(|symbol| (table.ordinary(symbol.exact), symbol.plain));
        texts
            .flat_map(|(text, plain)| {
                let itself = text.is_none().then_some(plain);
                text.unwrap_or_default().chars().chain(itself)
            })
            .collect::<Vec<_>>()
    };
    written(one) == written(other)
}
