//! Values that say what was meant, in another way than they should.

use super::Intent::{Arguable, Clear};
use super::{Good, Mistake, Outcome};
use crate::rng::Rng;

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake { name: "type: marks around it", intent: Clear, spoil: type_marked },
    Mistake { name: "type: the letter for 3", intent: Clear, spoil: type_letter },
    Mistake { name: "kind of document: marks around it", intent: Clear, spoil: doc_type_marked },
    Mistake { name: "passport: all in the number", intent: Clear, spoil: all_in_number },
    Mistake { name: "passport: all in the series", intent: Clear, spoil: all_in_series },
    Mistake { name: "passport: the wrong way round", intent: Clear, spoil: turned },
    Mistake { name: "passport: a letter for a digit", intent: Clear, spoil: passport_letter },
    Mistake { name: "passport: words before the numbers", intent: Clear, spoil: passport_words },
    Mistake { name: "series: a word for nothing", intent: Clear, spoil: series_nothing },
    Mistake { name: "cards: each in the other's field", intent: Clear, spoil: cards_exchanged },
    Mistake { name: "Troika: spaces in it", intent: Clear, spoil: troika_spaces },
    Mistake { name: "Troika: letters for digits", intent: Clear, spoil: troika_letters },
    Mistake { name: "Troika: a word before it", intent: Clear, spoil: troika_word },
    Mistake { name: "Troika: full-width digits", intent: Clear, spoil: troika_wide },
    Mistake { name: "Strelka: hyphens in it", intent: Clear, spoil: strelka_hyphens },
    Mistake { name: "INN: spaces in it", intent: Clear, spoil: inn_spaces },
    Mistake { name: "INN: a word before it", intent: Clear, spoil: inn_word },
    Mistake { name: "plate: marks in it", intent: Clear, spoil: plate_marks },
    Mistake { name: "plate: something for nothing", intent: Clear, spoil: plate_nothing },
    Mistake { name: "Troika: something for nothing", intent: Clear, spoil: troika_nothing },
    Mistake { name: "Strelka: something for nothing", intent: Clear, spoil: strelka_nothing },
    Mistake { name: "INN: something for nothing", intent: Clear, spoil: inn_nothing },
    Mistake { name: "date: the month first", intent: Clear, spoil: month_first },
    Mistake { name: "date: the year first", intent: Clear, spoil: year_first },
    Mistake { name: "date: slashes", intent: Clear, spoil: slashes },
    Mistake {
        name: "date: slashes, perhaps the month first",
        intent: Arguable,
        spoil: slashes_either,
    },
    Mistake { name: "date: commas or spaces", intent: Clear, spoil: date_marks },
    Mistake { name: "date: no zeros before digits", intent: Clear, spoil: date_short },
    Mistake { name: "date: a year of two digits", intent: Clear, spoil: short_year },
    Mistake { name: "date: the month as a word", intent: Clear, spoil: month_word },
    Mistake { name: "date: no marks", intent: Arguable, spoil: date_plain },
    Mistake { name: "date: the word for a year", intent: Clear, spoil: year_word },
    Mistake { name: "date: a letter for zero", intent: Clear, spoil: date_letter },
    Mistake { name: "text: something that cannot be seen", intent: Clear, spoil: unseen },
    Mistake { name: "all values in quotation marks", intent: Clear, spoil: quoted },
];

fn type_marked(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let kind = &good.fields[1];
    let marked = [format!("{kind}."), format!("№{kind}"), format!("({kind})"), format!("«{kind}»")];
    Some((good.with(1, marked[rng.below(4) as usize].clone()), "type", "word"))
}

fn type_letter(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    (good.kind == 3).then(|| (good.with(1, rng.pick(&["З", "з"])), "type", "word"))
}

fn doc_type_marked(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let kind = &good.fields[2];
    let marked = [format!("{kind}."), format!("№ {kind}"), format!("[{kind}]")];
    Some((good.with(2, marked[rng.below(3) as usize].clone()), "doc_type", "word"))
}

/// The message with a passport's two fields written otherwise.
fn passport(good: &Good<'_>, series: &str, number: &str) -> Option<String> {
    let mut fields = good.fields.clone();
    series.clone_into(&mut fields[3]);
    number.clone_into(&mut fields[4]);
    good.is_passport().then(|| fields.join("*"))
}

fn all_in_number(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (series, number) = (&good.fields[3], &good.fields[4]);
    let between = rng.pick(&["", " ", "-", " № "]);
    let text = passport(good, "", &format!("{series}{between}{number}"))?;
    Some((text, "doc_series", "empty"))
}

fn all_in_series(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (series, number) = (&good.fields[3], &good.fields[4]);
    let between = rng.pick(&["", " ", "-"]);
    let text = passport(good, &format!("{series}{between}{number}"), "")?;
    Some((text, "doc_series", "passport"))
}

fn turned(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let text = passport(good, &good.fields[4], &good.fields[3])?;
    Some((text, "doc_series", "passport"))
}

fn passport_letter(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let number = good.fields[4].replacen('0', "О", 1).replacen('3', "З", 1);
    let letters = number.chars().filter(|each| !each.is_ascii_digit()).count();
    let text = passport(good, &good.fields[3], &number)?;
    (letters > 0).then_some((text, "doc_number", "passport"))
}

fn passport_words(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let (series, number) = (&good.fields[3], &good.fields[4]);
    let text = passport(good, &format!("серия {series}"), &format!("номер {number}"))?;
    Some((text, "doc_series", "passport"))
}

fn series_nothing(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let free = !good.is_passport() && good.fields[3].is_empty();
    free.then(|| (good.with(3, rng.pick(&["нет", "Нет", "НЕТ"])), "doc_series", "placeholder"))
}

fn cards_exchanged(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let (troika, strelka) = (good.place("troika")?, good.place("strelka")?);
    let mut fields = good.fields.clone();
    if fields[troika].is_empty() || fields[strelka].is_empty() {
        return None;
    }
    fields.swap(troika, strelka);
    Some((fields.join("*"), "troika", "troika"))
}

/// A field's value changed, where it has one; the reason is the field's own.
fn changed(good: &Good<'_>, name: &'static str, to: impl Fn(&str) -> String) -> Outcome {
    let value = good.value(name)?;
    let new = to(value);
    (new != value).then(|| (good.with(good.place(name).unwrap_or(0), new), name, name))
}

/// Something in a field that was meant to be empty.
fn filled(good: &Good<'_>, name: &'static str, with: &str, reason: &'static str) -> Outcome {
    let place = good.place(name)?;
    good.fields[place].is_empty().then(|| (good.with(place, with), name, reason))
}

fn troika_spaces(_: &mut Rng, good: &Good<'_>) -> Outcome {
    changed(good, "troika", |card| format!("{} {} {}", &card[..4], &card[4..7], &card[7..]))
}

fn troika_letters(_: &mut Rng, good: &Good<'_>) -> Outcome {
    changed(good, "troika", |card| card.replacen('0', "О", 2).replacen('1', "l", 1))
}

fn troika_word(_: &mut Rng, good: &Good<'_>) -> Outcome {
    changed(good, "troika", |card| format!("Тройка {card}"))
}

fn troika_wide(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let wide = |digit: char| char::from_u32(digit as u32 + 0xFEE0).unwrap_or(digit);
    changed(good, "troika", |card| card.chars().map(wide).collect())
}

fn strelka_hyphens(_: &mut Rng, good: &Good<'_>) -> Outcome {
    changed(good, "strelka", |card| format!("{}-{}-{}", &card[..5], &card[5..8], &card[8..]))
}

fn inn_spaces(_: &mut Rng, good: &Good<'_>) -> Outcome {
    changed(good, "inn", |inn| format!("{} {} {}", &inn[..2], &inn[2..4], &inn[4..]))
}

fn inn_word(_: &mut Rng, good: &Good<'_>) -> Outcome {
    changed(good, "inn", |inn| format!("ИНН {inn}"))
}

fn plate_marks(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let mark = rng.pick(&["/", "_", ".", "|"]);
    changed(good, "plate", |plate| {
        let region = plate.char_indices().nth(6).map_or(0, |(at, _)| at);
        format!("{}{mark}{}", &plate[..region], &plate[region..])
    })
}

fn plate_nothing(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    match rng.below(3) {
        0 => filled(good, "plate", "нет", "placeholder"),
        1 => filled(good, "plate", rng.pick(&["-", "0", "—"]), "plate"),
        _ => filled(good, "plate", "такси", "plate"),
    }
}

fn troika_nothing(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    filled(good, "troika", rng.pick(&["нет", "-", "0", "none"]), "troika")
}

fn strelka_nothing(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    filled(good, "strelka", rng.pick(&["нет", "-", "0", "отсутствует"]), "strelka")
}

fn inn_nothing(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    filled(good, "inn", rng.pick(&["нет", "-", "0"]), "inn")
}

/// Day, month and year of the date of birth.
fn born<'g>(good: &'g Good<'_>) -> Option<(&'g str, &'g str, &'g str)> {
    let date = good.value("birth_date")?;
    Some((&date[..2], &date[3..5], &date[6..]))
}

/// The message with another text for the date of birth.
fn dated(good: &Good<'_>, date: String) -> Outcome {
    Some((good.with(good.place("birth_date")?, date), "birth_date", "date"))
}

fn month_first(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    // A day that could be a month would be another date.
    if day > "12" { dated(good, format!("{month}.{day}.{year}")) } else { None }
}

fn year_first(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    let mark = rng.pick(&[".", "/", " "]);
    dated(good, [year, month, day].join(mark))
}

fn slashes(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    let mark = rng.pick(&["/", "-"]);
    if day > "12" || day == month { dated(good, [day, month, year].join(mark)) } else { None }
}

fn slashes_either(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    let mark = rng.pick(&["/", "-"]);
    if day <= "12" && day != month { dated(good, [day, month, year].join(mark)) } else { None }
}

fn date_marks(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    dated(good, [day, month, year].join(rng.pick(&[",", " ", "_", ", ", ". "])))
}

fn date_short(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    let bare = |number: &str| number.trim_start_matches('0').to_owned();
    let short = [bare(day), bare(month), year.to_owned()].join(".");
    if short == [day, month, year].join(".") { None } else { dated(good, short) }
}

fn short_year(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    // Of 20 and before it cannot be told which century.
    if &year[2..] > "20" { dated(good, [day, month, &year[2..]].join(".")) } else { None }
}

fn month_word(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    let russian = [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ];
    let english = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let place = month.parse::<usize>().ok()? - 1;
    let word = if rng.below(3) == 0 { english[place] } else { russian[place] };
    dated(good, format!("{day} {word} {year}"))
}

fn date_plain(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    dated(good, [day, month, year].concat())
}

fn year_word(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let (day, month, year) = born(good)?;
    let word = rng.pick(&["г", " г.", " года", " г.р."]);
    dated(good, format!("{day}.{month}.{year}{word}"))
}

fn date_letter(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let date = good.value("birth_date")?;
    let wrong = date.replacen('0', "О", 1);
    if wrong == date { None } else { dated(good, wrong) }
}

fn unseen(rng: &mut Rng, good: &Good<'_>) -> Outcome {
    let place = 9;
    let unseen = rng.pick(&["\u{200b}", "\u{ad}", "\u{202e}", "\u{7}"]);
    let value = format!("{unseen}{}", good.fields[place]);
    Some((good.with(place, value), good.name(place), "control"))
}

fn quoted(_: &mut Rng, good: &Good<'_>) -> Outcome {
    let mut fields = good.fields.clone();
    // Names of firms have quotation marks of their own, so texts stay as they are.
    for (place, field) in fields.iter_mut().enumerate().take(9).skip(1) {
        if !field.is_empty() && good.name(place) != "purpose" {
            *field = format!("\"{field}\"");
        }
    }
    Some((fields.join("*"), "type", "word"))
}
