//! The same values as clerks write them: other spellings that read as the same value.

use propusk_engine::time::Date;

use crate::rng::Rng;

const CYRILLIC: &[char] = &['А', 'В', 'Е', 'К', 'М', 'Н', 'О', 'Р', 'С', 'Т', 'У', 'Х'];
const LATIN: &[char] = &['A', 'B', 'E', 'K', 'M', 'H', 'O', 'P', 'C', 'T', 'Y', 'X'];

fn swap(letter: char, from: &[char], to: &[char]) -> Option<char> {
    from.iter().position(|&each| each == letter).map(|place| to[place])
}

/// The Latin letter that looks like a Cyrillic capital or small one.
fn latin_twin(letter: char) -> Option<char> {
    let capital = letter.to_uppercase().next()?;
    let twin = swap(capital, CYRILLIC, LATIN)?;
    Some(if capital == letter { twin } else { twin.to_ascii_lowercase() })
}

/// One letter of a longer Cyrillic word replaced by its Latin look-alike.
fn with_look_alike(name: &str) -> String {
    // The word keeps other Cyrillic letters, so it stays Cyrillic or can only be read so.
    let long = name.chars().count() >= 4 && !name.contains(['-', ' ', '\'']);
    let place = name
        .char_indices()
        .skip(1)
        .find_map(|(at, letter)| Some((at, letter, latin_twin(letter)?)));
    match place {
        Some((at, letter, twin)) if long => {
            let mut text = String::from(&name[..at]);
            text.push(twin);
            text.push_str(&name[at + letter.len_utf8()..]);
            text
        }
        _ => name.to_owned(),
    }
}

/// A name in one of its spellings.
pub(crate) fn name(rng: &mut Rng, name: &str, out: &mut String) {
    match rng.below(20) {
        0 => out.push_str(&name.to_uppercase()),
        1 => out.push_str(&name.to_lowercase()),
        2 => out.push_str(&name.replace('ё', "е").replace('Ё', "Е")),
        3 => out.push_str(&with_look_alike(name)),
        4 => {
            out.push_str("  ");
            out.push_str(name);
            out.push('\u{A0}');
        }
        5 => out.push_str(&name.replace('-', " \u{2013} ").replace('\'', "\u{2019}")),
        6 => out.push_str(&name.replace('-', "\u{2011}").replace('\'', "`").replace(' ', "  ")),
        _ => out.push_str(name),
    }
}

/// A patronymic, or one of the ways to say that there is none.
pub(crate) fn patronymic(rng: &mut Rng, patronymic: &str, out: &mut String) {
    if patronymic.is_empty() {
        out.push_str(rng.pick(&["", "", "", "-", "нет", "НЕТ", "none", "\u{2014}", "Нeт"]));
    } else {
        name(rng, patronymic, out);
    }
}

/// A date of birth.
pub(crate) fn birth(rng: &mut Rng, date: Date, out: &mut String) {
    if rng.below(4) == 0 {
        let (year, month, day) = date.ymd();
        crate::ids::push_digits(out, u64::from(day), 2);
        out.push('.');
        crate::ids::push_digits(out, u64::from(month), 2);
        out.push('.');
        crate::ids::push_digits(out, u64::from(year.unsigned_abs()), 4);
    } else {
        self::date(date, out);
    }
}

/// A date as `YYYY-MM-DD`.
pub(crate) fn date(date: Date, out: &mut String) {
    let (year, month, day) = date.ymd();
    crate::ids::push_digits(out, u64::from(year.unsigned_abs()), 4);
    out.push('-');
    crate::ids::push_digits(out, u64::from(month), 2);
    out.push('-');
    crate::ids::push_digits(out, u64::from(day), 2);
}

/// A document's series and number, together or apart.
pub(crate) fn document(rng: &mut Rng, series: &str, number: &str) -> (String, String) {
    let (head, tail) = number.split_at(3);
    match rng.below(12) {
        0 => (String::new(), format!("{series} {number}")),
        1 => (String::new(), format!("{series}{number}")),
        2 => (series.to_owned(), format!("№ {number}")),
        3 => (series.to_owned(), format!("{head}-{tail}")),
        4 => (series.to_lowercase(), number.to_owned()),
        5 => (code(rng, series), number.to_owned()),
        6 => (format!("{series} "), number.to_owned()),
        7 if series.is_ascii() && series.len() == 4 => {
            (format!("{} {}", &series[..2], &series[2..]), number.to_owned())
        }
        _ => (series.to_owned(), number.to_owned()),
    }
}

/// A phone of ten digits.
pub(crate) fn phone(rng: &mut Rng, phone: u64, out: &mut String) {
    let text = crate::ids::digits(phone, 10);
    let (area, first, second, third) = (&text[..3], &text[3..6], &text[6..8], &text[8..]);
    match rng.below(8) {
        0 => out.push_str(&text),
        1 => out.extend(["8", &text]),
        2 => out.extend(["8 (", area, ") ", first, "-", second, "-", third]),
        3 => out.extend(["+7 ", area, " ", first, " ", second, " ", third]),
        4 => out.extend(["7", &text]),
        _ => out.extend(["+7", &text]),
    }
}

/// A SNILS, with or without its hyphens.
pub(crate) fn snils(rng: &mut Rng, snils: &str, out: &mut String) {
    if rng.below(2) == 0 {
        out.push_str(snils);
    } else {
        out.extend([&snils[..3], "-", &snils[3..6], "-", &snils[6..9], " ", &snils[9..]]);
    }
}

/// Letters written small, or with a Cyrillic look-alike.
pub(crate) fn code(rng: &mut Rng, code: &str) -> String {
    match rng.below(5) {
        0 => code.to_ascii_lowercase(),
        1 => {
            let chance = rng.next();
            let swapped = code.chars().enumerate().map(|(place, letter)| {
                let twin =
                    swap(letter, LATIN, CYRILLIC).filter(|_| chance >> (place % 64) & 1 == 1);
                twin.unwrap_or(letter)
            });
            swapped.collect()
        }
        _ => code.to_owned(),
    }
}

/// A permit's code, in groups or not.
pub(crate) fn permit(rng: &mut Rng, permit: &str) -> String {
    let groups = [&permit[..4], &permit[4..8], &permit[8..12], &permit[12..]];
    let joined = match rng.below(6) {
        0 => groups.join(" "),
        1 => groups.join("-"),
        2 => format!("{}-{} {}-{}", groups[0], groups[1], groups[2], groups[3]),
        _ => permit.to_owned(),
    };
    code(rng, &joined)
}

/// A token with the leniency of Crockford's Base32.
pub(crate) fn token(rng: &mut Rng, token: &str) -> String {
    match rng.below(6) {
        0 => token.to_ascii_lowercase(),
        1 => token.replace('0', "O").replace('1', "l"),
        _ => token.to_owned(),
    }
}
