//! Mistakes in what stands between and around the fields.

use super::Intent::{Arguable, Clear};
use super::{Good, Mistake, Outcome};
use crate::rng::Rng;

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake { name: "spaces around every asterisk", intent: Clear, spoil: spaced },
    Mistake { name: "a space behind an asterisk", intent: Clear, spoil: space_behind },
    Mistake { name: "a space before an asterisk", intent: Clear, spoil: space_before },
    Mistake { name: "a space in an empty field", intent: Clear, spoil: space_alone },
    Mistake { name: "a line for each field", intent: Clear, spoil: lines },
    Mistake { name: "full-width asterisks", intent: Clear, spoil: full_width },
    Mistake { name: "some asterisks of another kind", intent: Clear, spoil: other_kind },
    Mistake { name: "other marks for asterisks", intent: Clear, spoil: other_marks },
    Mistake { name: "a comma for every asterisk", intent: Arguable, spoil: commas },
    Mistake { name: "a space for every asterisk", intent: Arguable, spoil: spaces },
    Mistake { name: "one asterisk is another mark", intent: Clear, spoil: one_mark },
    Mistake { name: "every asterisk twice", intent: Clear, spoil: doubled },
    Mistake { name: "every asterisk three times", intent: Clear, spoil: trebled },
    Mistake { name: "an asterisk at the end", intent: Clear, spoil: trailing },
    Mistake { name: "an asterisk at the beginning", intent: Clear, spoil: leading },
    Mistake { name: "asterisks at both ends", intent: Clear, spoil: both_ends },
    Mistake { name: "an empty field left out", intent: Arguable, spoil: left_out },
    Mistake { name: "two empty fields left out", intent: Arguable, spoil: two_left_out },
    Mistake { name: "an empty field too many", intent: Arguable, spoil: too_many },
    Mistake { name: "quotation marks around all", intent: Clear, spoil: quoted },
    Mistake { name: "brackets around every field", intent: Clear, spoil: bracketed },
    Mistake { name: "the type left out", intent: Arguable, spoil: no_type },
    Mistake { name: "the type empty", intent: Arguable, spoil: empty_type },
    Mistake { name: "two fields run together", intent: Arguable, spoil: together },
    Mistake { name: "spaces, and the word in Latin letters", intent: Clear, spoil: spaced_latin },
    Mistake { name: "asterisks twice, and at the end", intent: Clear, spoil: doubled_trailing },
    Mistake { name: "quoted, with spaces", intent: Clear, spoil: quoted_spaced },
];

fn spaced(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join(" * "), "word", "spaces"))
}

/// Any white space.
fn white(rng: &mut Rng) -> &'static str {
    rng.pick(&[" ", " ", "  ", "\u{a0}", "\t", "\n"])
}

fn space_behind(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = 1 + rng.below(9) as usize;
    let value = format!("{}{}", white(rng), good.fields[place]);
    let value = if good.fields[place].is_empty() { return None } else { value };
    Some((good.with(place, value), good.name(place), "spaces"))
}

fn space_before(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = rng.below(9) as usize;
    if good.fields[place].is_empty() {
        return None;
    }
    let value = format!("{}{}", good.fields[place], white(rng));
    Some((good.with(place, value), good.name(place), "spaces"))
}

fn space_alone(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = 1 + rng.below(8) as usize;
    good.fields[place]
        .is_empty()
        .then(|| (good.with(place, white(rng)), good.name(place), "spaces"))
}

fn lines(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join("*\n"), "type", "spaces"))
}

fn full_width(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join("＊"), "text", "separator"))
}

fn other_kind(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let mark = rng.pick(&["＊", "∗", "•", "×"]);
    let half = good.fields[4..].join(mark);
    Some((format!("{}*{half}", good.fields[..4].join("*")), "text", "separator"))
}

fn other_marks(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let mark = rng.pick(&["#", ";", "|", "/", "+", "\\"]);
    Some((good.fields.join(mark), "text", "separator"))
}

fn commas(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join(","), "text", "separator"))
}

fn spaces(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let filled: Vec<&str> =
        good.fields.iter().map(String::as_str).filter(|field| !field.is_empty()).collect();
    Some((filled.join(" "), "text", "separator"))
}

fn one_mark(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = 2 + rng.below(8) as usize;
    let (before, behind) = good.fields.split_at(place);
    Some((format!("{}#{}", before.join("*"), behind.join("*")), "text", "fields"))
}

fn doubled(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join("**"), "text", "fields"))
}

fn trebled(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join("***"), "text", "fields"))
}

fn trailing(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join("*") + "*", "text", "fields"))
}

fn leading(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((format!("*{}", good.fields.join("*")), "word", "empty"))
}

fn both_ends(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((format!("*{}*", good.fields.join("*")), "word", "empty"))
}

/// The message without so many of its empty fields.
fn without(rng: &mut Rng, good: &Good<'_>, count: usize) -> Outcome {
    let mut fields = good.fields.to_vec();
    for _ in 0..count {
        let empty: Vec<usize> = (1..fields.len()).filter(|at| fields[*at].is_empty()).collect();
        if empty.is_empty() {
            return None;
        }
        fields.remove(rng.pick(&empty));
    }
    Some((fields.join("*"), "text", "fields"))
}

fn left_out(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    without(rng, good, 1)
}

fn two_left_out(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    without(rng, good, 2)
}

fn too_many(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let mut fields = good.fields.to_vec();
    fields.insert(2 + rng.below(8) as usize, String::new());
    Some((fields.join("*"), "text", "fields"))
}

fn quoted(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (open, close) = rng.pick(&[("\"", "\""), ("«", "»"), ("“", "”"), ("<", ">"), ("[", "]")]);
    Some((format!("{open}{}{close}", good.fields.join("*")), "word", "word"))
}

fn bracketed(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (open, close) = rng.pick(&[("<", ">"), ("[", "]"), ("{", "}")]);
    let rest = good.fields[1..].iter().map(|field| match field.as_str() {
        "" => String::new(),
        field => format!("{open}{field}{close}"),
    });
    let rest: Vec<String> = rest.collect();
    Some((format!("Пропуск*{}", rest.join("*")), "type", "word"))
}

fn no_type(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((format!("Пропуск*{}", good.fields[2..].join("*")), "text", "fields"))
}

fn empty_type(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(1, ""), "type", "empty"))
}

fn together(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = 2 + rng.below(7) as usize;
    let (before, behind) = good.fields.split_at(place);
    let text = format!("{} {}", before.join("*"), behind.join("*"));
    (!before[place - 1].is_empty() && !behind[0].is_empty()).then_some((text, "text", "fields"))
}

fn spaced_latin(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let mut fields = good.fields.clone();
    "Propusk".clone_into(&mut fields[0]);
    Some((fields.join("* "), "word", "latin"))
}

fn doubled_trailing(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields.join("**") + "**", "text", "fields"))
}

fn quoted_spaced(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((format!("«{}»", good.fields.join(" *")), "word", "word"))
}
