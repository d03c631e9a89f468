//! Mistakes in the word that a message begins with.

use super::Intent::Clear;
use super::{Good, Mistake, Outcome};
use crate::rng::Rng;

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake { name: "word: some letters Latin", intent: Clear, spoil: mixed },
    Mistake { name: "word: all letters Latin look-alikes", intent: Clear, spoil: alike },
    Mistake { name: "word: by its sound", intent: Clear, spoil: sound },
    Mistake { name: "word: on the wrong keyboard", intent: Clear, spoil: keyboard },
    Mistake { name: "word: a letter wrong", intent: Clear, spoil: typing },
    Mistake { name: "word: in English", intent: Clear, spoil: english },
    Mistake { name: "word: left out", intent: Clear, spoil: left_out },
    Mistake { name: "word: left out, its asterisk not", intent: Clear, spoil: empty },
    Mistake { name: "word: another word before it", intent: Clear, spoil: polite },
    Mistake { name: "word: a colon behind it", intent: Clear, spoil: colon },
    Mistake { name: "word: a space for its asterisk", intent: Clear, spoil: space },
    Mistake { name: "word: no asterisk behind it", intent: Clear, spoil: glued },
    Mistake { name: "word: something in it that cannot be seen", intent: Clear, spoil: unseen },
];

fn mixed(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let word = rng.pick(&["Пpoпycк", "Прoпуск", "пропуcк", "ПPОПУСК", "Пропусk", "nропуск"]);
    Some((good.with(0, word), "word", "mixed_script"))
}

fn alike(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(0, rng.pick(&["nponyck", "Nponyck", "NPONYCK"])), "word", "latin"))
}

fn sound(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(0, rng.pick(&["Propusk", "propusk", "PROPUSK"])), "word", "latin"))
}

fn keyboard(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(0, rng.pick(&["Ghjgecr", "ghjgecr"])), "word", "latin"))
}

fn typing(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let words = ["Пропус", "Прпуск", "Пропускк", "Прапуск", "Пропсук", "Рпопуск", "Пропуска"];
    Some((good.with(0, rng.pick(&words)), "word", "word"))
}

fn english(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(0, rng.pick(&["Permit", "Pass"])), "word", "word"))
}

fn left_out(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields[1..].join("*"), "word", "word"))
}

fn empty(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(0, ""), "word", "empty"))
}

fn polite(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let before = rng.pick(&["Цифровой", "Здравствуйте!", "Добрый день,", "Прошу"]);
    Some((good.with(0, format!("{before} пропуск")), "word", "word"))
}

fn colon(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let mark = rng.pick(&[":", ".", ",", " -"]);
    Some((good.with(0, format!("Пропуск{mark}")), "word", "word"))
}

fn space(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((format!("Пропуск {}", good.fields[1..].join("*")), "word", "word"))
}

fn glued(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((format!("Пропуск{}", good.fields[1..].join("*")), "word", "word"))
}

fn unseen(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let word = rng.pick(&["Пропуск\u{200b}", "\u{feff}Пропуск", "Про\u{ad}пуск"]);
    Some((good.with(0, word), "word", "word"))
}
