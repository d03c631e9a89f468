//! Codes to verify, each with its verdict.

use propusk_engine::time::Instant;

use crate::ids::{self, Space};
use crate::mess;
use crate::person::{Person, Stream, day};
use crate::records::Coded;
use crate::registers::instant_text;
use crate::rng::Rng;
use crate::sheet::json;

/// A line of `codes.txt` and of its truth.
pub(crate) struct Query {
    pub(crate) line: String,
    pub(crate) truth: String,
}

fn answer(code: &str, at: Instant, holder: &str, truth: String) -> Query {
    let line = format!("{{\"code\":{},\"at\":\"{}\"{holder}}}", json(code), instant_text(at));
    Query { line, truth }
}

fn verdict(word: &str) -> String {
    format!("{{\"verdict\":\"{word}\"}}")
}

/// The code as it may be read at a gate.
fn written(rng: &mut Rng, coded: &Coded) -> String {
    let code = match coded {
        Coded::Certificate(certificate) => match rng.below(4) {
            0 => format!("https://immune.mos.ru/qr?id={}", certificate.token),
            1 => format!("https://IMMUNE.mos.ru/qr?id={}", certificate.token.to_lowercase()),
            _ => mess::token(rng, &certificate.token),
        },
        Coded::Permit(permit) => mess::permit(rng, &permit.code),
        Coded::Card(card) => {
            let gap = if rng.below(3) == 0 { " " } else { "" };
            format!("{}{gap}{}", mess::code(rng, &card.series), card.number)
        }
    };
    if rng.below(10) == 0 { format!(" {code}\t") } else { code }
}

/// What the holder showed, as members of the query, and whether it is the record's.
fn shown(rng: &mut Rng, seed: u64, person: &Person) -> (String, bool) {
    let mut members = String::new();
    let right = !rng.per_mille(250);
    let other = match rng.below(3) {
        // The neighbour in the family: often a twin or a namesake.
        0 => Person::derive(seed, person.index ^ 1),
        _ => Person::derive(seed, person.index ^ 2),
    };
    let holder = if right { person } else { &other };
    let document = if !right && rng.below(2) == 0 {
        one_digit_apart(&person.series, &person.number)
    } else {
        let (series, number) = mess::document(rng, &holder.series, &holder.number);
        format!("{series} {number}")
    };
    members.push_str(&format!(",\"document\":{}", json(&document)));
    if rng.below(3) == 0 {
        let mut name = String::new();
        mess::name(rng, person.surname, &mut name);
        members.push_str(&format!(",\"surname\":{}", json(&name)));
    }
    if rng.below(4) == 0 {
        let mut birth = String::new();
        mess::birth(rng, person.birth, &mut birth);
        members.push_str(&format!(",\"birth_date\":{}", json(&birth)));
    }
    (members, right)
}

/// A document whose last digit is another one.
pub(crate) fn one_digit_apart(series: &str, number: &str) -> String {
    let (head, last) = number.split_at(number.len() - 1);
    let digit = last.bytes().next().unwrap_or(b'0') - b'0';
    format!("{series} {head}{}", (digit + 1) % 10)
}

fn moment(rng: &mut Rng, coded: &Coded) -> Instant {
    let boundary = rng.pick(&coded.boundaries());
    match rng.below(8) {
        0 => boundary.plus_seconds(-1),
        1 => boundary,
        2 => boundary.plus_seconds(1),
        3 => boundary.plus_seconds(rng.between(-3_000_000, 3_000_000)),
        _ => {
            let [from, until, ..] = coded.boundaries();
            from.plus_seconds(rng.between(0, (until.unix() - from.unix()).max(0)))
        }
    }
}

/// A question about a record of the person, if she has any.
pub(crate) fn known(rng: &mut Rng, seed: u64, person: &Person) -> Option<Query> {
    let count = Coded::all(seed, person).count() as u64;
    if count == 0 {
        return None;
    }
    let coded = Coded::all(seed, person).nth(rng.below(count) as usize)?;
    let at = moment(rng, &coded);
    let (holder, right) =
        if rng.per_mille(300) { shown(rng, seed, person) } else { (String::new(), true) };
    let code = written(rng, &coded);
    Some(answer(&code, at, &holder, verdict(coded.verdict(at, right))))
}

/// A well-formed code that no clean row has; some of them stand in rejected rows.
pub(crate) fn unknown(rng: &mut Rng, seed: u64, index: u64) -> Query {
    let at = day(2020, 4, 1).start().plus_seconds(rng.between(0, 800 * 86_400));
    let dirty = rng.below(3) == 0;
    let (space, index) = if dirty { (Space::Dirty, rng.below(50)) } else { (Space::Never, index) };
    let code = match rng.below(3) {
        0 => ids::token(seed, space, index),
        1 => {
            let valid_to = day(2020, 4, 15).plus_days(rng.between(0, 40) as i32);
            mess::permit(rng, &ids::permit(seed, space, index, valid_to))
        }
        _ => {
            let (series, number) = ids::card(seed, space, index);
            series + &number
        }
    };
    if rng.below(2) == 0 {
        return Query { line: code.trim().to_owned(), truth: verdict("unknown") };
    }
    answer(&code, at, "", verdict("unknown"))
}

/// A malformed code with its reason.
pub(crate) fn malformed(rng: &mut Rng, seed: u64, index: u64) -> Query {
    let token = ids::token(seed, Space::Never, index);
    let permit = ids::permit(seed, Space::Never, index, day(2020, 4, 15));
    let host = "https://immune.mos.ru";
    let (code, reason) = match rng.below(19) {
        0 => ("  \t".to_owned(), "empty"),
        1 => (format!("https://irnmune.mos.ru/qr?id={token}"), "host"),
        2 => (format!("https://immune.mos.ru.example.com/qr?id={token}"), "host"),
        3 => (format!("https://immune.mos.ru:443/qr?id={token}"), "host"),
        4 => (format!("https://a@immune.mos.ru/qr?id={token}"), "host"),
        5 => (format!("http://immune.mos.ru/qr?id={token}"), "url"),
        6 => (format!("{host}/qr/?id={token}"), "url"),
        7 => (format!("{host}/qr?id={token}&a=1"), "url"),
        8 => (format!("{host}/qr?id={token}#x"), "url"),
        9 => (format!("{host}/qr?id=%41{token}"), "url"),
        10 => (token[..25].to_owned(), "length"),
        11 => (format!("{permit}0"), "length"),
        12 => (format!("{}-{}", &permit[..8], &permit[8..]), "length"),
        13 => (format!("{}U", &token[..25]), "symbol"),
        14 => (format!("{}Ж", &permit[..15]), "symbol"),
        15 => (format!("{}\u{17F}", &token[..25]), "symbol"),
        16 => (format!("Z{}", &token[1..]), "non_canonical"),
        17 => (format!("3102{}", &permit[4..]), "expiry_date"),
        _ => (format!("0013{}", &permit[4..]), "expiry_date"),
    };
    let truth = format!("{{\"verdict\":\"malformed\",\"reason\":\"{reason}\"}}");
    if rng.below(2) == 0 && !code.trim().is_empty() {
        return Query { line: code, truth };
    }
    let at = day(2021, 6, 1).start().plus_seconds(rng.between(0, 86_400 * 100));
    answer(&code, at, "", truth)
}

/// The next question, if this person gives any.
pub(crate) fn next(rng: &mut Rng, seed: u64, person: &Person, people: u64) -> Option<Query> {
    match rng.below(100) {
        0..55 => known(rng, seed, person),
        55..80 => {
            let hot = Person::derive(seed, rng.zipf(people));
            let mut draw = Rng::new(rng.next(), Stream::Query as u64, hot.index);
            known(&mut draw, seed, &hot)
        }
        80..88 => Some(unknown(rng, seed, person.index)),
        88..95 => Some(malformed(rng, seed, person.index)),
        _ => None,
    }
}
