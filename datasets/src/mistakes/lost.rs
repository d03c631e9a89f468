//! Mistakes after which nobody can know what was meant.

use super::Intent::Lost;
use super::{Good, Mistake, Outcome};
use crate::rng::Rng;

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake { name: "no such type", intent: Lost, spoil: no_such_type },
    Mistake { name: "no such kind of document", intent: Lost, spoil: no_such_document },
    Mistake { name: "the kind of document empty", intent: Lost, spoil: doc_type_empty },
    Mistake { name: "no number of the document", intent: Lost, spoil: no_number },
    Mistake { name: "no series of a passport", intent: Lost, spoil: no_series },
    Mistake { name: "a digit of the passport lost", intent: Lost, spoil: short_passport },
    Mistake { name: "a passport of zeros", intent: Lost, spoil: zeros },
    Mistake { name: "a document of too many symbols", intent: Lost, spoil: long_document },
    Mistake { name: "a document with other symbols", intent: Lost, spoil: odd_document },
    Mistake { name: "a plate too short", intent: Lost, spoil: short_plate },
    Mistake { name: "a plate too long", intent: Lost, spoil: long_plate },
    Mistake { name: "a digit of the Troika card lost", intent: Lost, spoil: short_troika },
    Mistake { name: "a digit of the Strelka card too many", intent: Lost, spoil: long_strelka },
    Mistake { name: "an INN with a wrong digit", intent: Lost, spoil: wrong_inn },
    Mistake { name: "a day that is none", intent: Lost, spoil: no_day },
    Mistake { name: "a birth after today", intent: Lost, spoil: unborn },
    Mistake { name: "no date of birth", intent: Lost, spoil: no_birth },
    Mistake { name: "a text too long", intent: Lost, spoil: long_text },
    Mistake { name: "the last field empty", intent: Lost, spoil: last_empty },
    Mistake { name: "the last field left out", intent: Lost, spoil: last_left_out },
    Mistake { name: "the purpose empty", intent: Lost, spoil: no_purpose },
    Mistake { name: "the type of another message", intent: Lost, spoil: other_type },
    Mistake { name: "cut off before its end", intent: Lost, spoil: cut_off },
    Mistake { name: "the number of the document left out", intent: Lost, spoil: number_left_out },
    Mistake { name: "a word too many", intent: Lost, spoil: word_too_many },
    Mistake { name: "the type for work, to see a doctor", intent: Lost, spoil: work_for_doctor },
    Mistake { name: "cut off within the plate", intent: Lost, spoil: cut_plate },
    Mistake { name: "a word before the number", intent: Lost, spoil: word_before_number },
    Mistake { name: "another message altogether", intent: Lost, spoil: other_message },
    Mistake { name: "another word", intent: Lost, spoil: other_word },
];

fn no_such_type(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(1, rng.pick(&["0", "4", "7", "12"])), "type", "word"))
}

fn no_such_document(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(2, rng.pick(&["0", "4", "9", "паспорт"])), "doc_type", "word"))
}

fn doc_type_empty(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(2, ""), "doc_type", "empty"))
}

fn no_number(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(4, ""), "doc_number", "empty"))
}

fn no_series(_: &mut Rng, good: &Good<'_>) -> Outcome {
    good.is_passport().then(|| (good.with(3, ""), "doc_series", "empty"))
}

fn short_passport(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (place, field) = rng.pick(&[(3, "doc_series"), (4, "doc_number")]);
    good.is_passport().then(|| (good.with(place, &good.fields[place][1..]), field, "passport"))
}

fn zeros(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let mut fields = good.fields.clone();
    if good.is_passport() {
        "0000".clone_into(&mut fields[3]);
    } else {
        fields[3].clear();
    }
    "000000".clone_into(&mut fields[4]);
    Some((fields.join("*"), "doc_number", "zeros"))
}

fn long_document(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let long = good.fields[4].repeat(4);
    (!good.is_passport()).then(|| (good.with(4, long), "doc_number", "length"))
}

fn odd_document(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let odd = format!("{}{}", good.fields[4], rng.pick(&["@", "?", "Ü", "%"]));
    (!good.is_passport()).then(|| (good.with(4, odd), "doc_number", "symbol"))
}

fn short_plate(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = good.place("plate")?;
    Some((good.with(place, rng.pick(&["A1", "77", "АВ1"])), "plate", "plate"))
}

fn long_plate(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let plate = good.value("plate")?;
    Some((good.with(good.place("plate")?, plate.repeat(2)), "plate", "plate"))
}

fn short_troika(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let card = good.value("troika")?;
    Some((good.with(good.place("troika")?, &card[1..]), "troika", "troika"))
}

fn long_strelka(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let card = good.value("strelka")?;
    Some((good.with(good.place("strelka")?, format!("{card}5")), "strelka", "strelka"))
}

fn wrong_inn(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let inn = good.value("inn")?;
    let last = (inn.as_bytes()[9] - b'0' + 1) % 10;
    Some((good.with(good.place("inn")?, format!("{}{last}", &inn[..9])), "inn", "inn"))
}

fn birth(good: &Good<'_>, date: &str, reason: &'static str) -> Outcome {
    Some((good.with(good.place("birth_date")?, date), "birth_date", reason))
}

fn no_day(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    birth(good, rng.pick(&["30.02.1980", "31.04.1975", "00.05.1980", "29.02.1981"]), "date")
}

fn unborn(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    birth(good, rng.pick(&["01.01.2031", "15.04.2081", "15.04.1881"]), "date")
}

fn no_birth(_: &mut Rng, good: &Good<'_>) -> Outcome {
    birth(good, "", "empty")
}

fn long_text(_: &mut Rng, good: &Good<'_>) -> Outcome {
    match good.kind {
        1 => Some((good.with(9, "Объединение кондитеров"), "organisation", "length")),
        3 => Some((good.with(8, "Поездка к родственникам"), "purpose", "length")),
        _ => None,
    }
}

fn last_empty(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(9, ""), good.name(9), "empty"))
}

fn last_left_out(_: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.fields[..9].join("*"), "text", "fields"))
}

fn no_purpose(_: &mut Rng, good: &Good<'_>) -> Outcome {
    (good.kind == 3).then(|| (good.with(8, ""), "purpose", "empty"))
}

/// The fields are those of one type, the type is another: either may be wrong.
fn other_type(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let other = rng.pick(match good.kind {
        1 => &["2", "3"],
        2 => &["1", "3"],
        _ => &["1", "2"],
    });
    // The first value that stands where the other type has something else.
    let (field, reason) = match (good.kind, other) {
        (2, _) => ("plate", "plate"),
        (_, "2") if good.fields[5].is_empty() => ("birth_date", "empty"),
        (_, "2") => ("birth_date", "date"),
        (3, _) => ("inn", "inn"),
        // An INN could be a purpose.
        (_, _) if good.value("inn").is_some() => return None,
        (_, _) => ("purpose", "empty"),
    };
    Some((good.with(1, other), field, reason))
}

fn cut_off(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = 4 + rng.below(5) as usize;
    let value = &good.fields[place];
    let symbols = value.chars().count() as u64;
    if symbols == 0 {
        return None;
    }
    let kept: String = value.chars().take(1 + rng.below(symbols) as usize).collect();
    Some((format!("{}*{kept}", good.fields[..place].join("*")), "text", "fields"))
}

fn number_left_out(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let mut fields = good.fields.to_vec();
    fields.remove(4);
    Some((fields.join("*"), "text", "fields"))
}

fn word_too_many(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let mut fields = good.fields.to_vec();
    let word = rng.pick(&["Москва", "Иванов", "Анна", "срочно", "Россия"]);
    fields.insert(2 + rng.below(8) as usize, word.to_owned());
    Some((fields.join("*"), "text", "fields"))
}

/// Nothing but a date of birth shows that it is another type's message.
fn work_for_doctor(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let is_plain = good.kind == 2 && good.fields[6..9].iter().all(String::is_empty);
    is_plain.then(|| (good.with(1, "1"), "plate", "plate"))
}

/// What is left of a plate could be taken for the text that stands last.
fn cut_plate(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = good.place("plate").filter(|_| good.kind < 3)?;
    let kept: String = good.value("plate")?.chars().take(5 + rng.below(3) as usize).collect();
    Some((format!("{}*{kept}", good.fields[..place].join("*")), "text", "fields"))
}

/// A word where a document of another person could have its series.
fn word_before_number(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    if good.is_passport() || !good.fields[3].is_empty() {
        return None;
    }
    let mut fields = good.fields.to_vec();
    let word = rng.pick(&["Москва", "Анна", "Марк", "Омск", "карта"]);
    fields.insert(3 + rng.below(2) as usize, word.to_owned());
    Some((fields.join("*"), "text", "fields"))
}

fn other_message(rng: &mut Rng, _: &Good<'_>) -> Outcome {
    let (text, reason) = rng.pick(&[
        ("Как получить пропуск?", "separator"),
        ("Пропуск", "separator"),
        ("  ", "empty"),
        ("3", "separator"),
        ("Спасибо!", "separator"),
    ]);
    Some((text.to_owned(), "text", reason))
}

fn other_word(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    Some((good.with(0, rng.pick(&["Отмена", "Вопрос", "Справка", "Не пропуск"])), "word", "word"))
}
