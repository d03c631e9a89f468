//! Reading of messages against a slow and obvious model of their grammar: on good messages, on every
//! kind of mistake, and on both with any characters put in, taken out or changed.

mod model;

use std::collections::BTreeMap;

use model::{identity, policy, time};
use propusk_datasets::mistakes;
use propusk_engine::policy::Policy;
use propusk_engine::request::{Decision, Field, read_message};
use propusk_engine::time::{Date, Instant};

type Fault = (&'static str, &'static str);

#[derive(Debug, PartialEq)]
enum Told {
    Issue { fields: BTreeMap<&'static str, String>, from: i64, to: i64 },
    NotRequired,
    Refused(Fault),
}

const LAYOUTS: [&str; 3] = [
    "type doc_type doc_series doc_number plate troika strelka inn organisation",
    "type doc_type doc_series doc_number birth_date plate troika strelka institution",
    "type doc_type doc_series doc_number plate troika strelka purpose destination",
];

/// What the contract says of a message that arrived on a date.
fn model(text: &str, today: i64) -> Told {
    match asked(text) {
        Err(fault) => Told::Refused(fault),
        Ok(fields) => judged(fields, today),
    }
}

fn asked(text: &str) -> Result<BTreeMap<&'static str, String>, Fault> {
    let parts: Vec<&str> = text.trim().split('*').collect();
    if parts == [""] {
        return Err(("text", "empty"));
    }
    if parts.len() == 1 {
        return Err(("text", "separator"));
    }
    word(parts[0].trim())?;
    if parts.len() != 10 {
        let marks = "＊﹡∗⁎✱✲٭×•⋆★✶";
        let other = text.trim().contains(|each| marks.contains(each));
        return Err(("text", if other { "separator" } else { "fields" }));
    }
    let kind = parts[1].trim();
    let layout = match kind {
        "1" => LAYOUTS[0],
        "2" => LAYOUTS[1],
        _ => LAYOUTS[2],
    };
    let names: Vec<&'static str> = layout.split(' ').collect();
    for (name, part) in ["word"].iter().chain(&names).zip(&parts) {
        if *part != part.trim() {
            return Err((name, "spaces"));
        }
    }
    match kind {
        "1" | "2" | "3" => {}
        "" => return Err(("type", "empty")),
        _ => return Err(("type", "word")),
    }
    Ok(names.into_iter().zip(parts[1..].iter().map(|part| (*part).to_owned())).collect())
}

fn word(text: &str) -> Result<(), Fault> {
    let small: String = text
        .chars()
        .map(|letter| match letter {
            'А'..='Я' | 'A'..='Z' => letter.to_lowercase().next().unwrap(),
            other => other,
        })
        .collect();
    if small == "пропуск" {
        return Ok(());
    }
    if text.is_empty() {
        return Err(("word", "empty"));
    }
    if ["propusk", "propysk", "propusc", "ghjgecr"].contains(&small.as_str()) {
        return Err(("word", "latin"));
    }
    // Each letter with the Latin ones that look like it.
    let alike = ["пn", "рp", "оo", "пn", "уy", "сc", "кk"];
    let letters: Vec<char> = small.chars().collect();
    let looks = letters.len() == alike.len()
        && letters.iter().zip(alike).all(|(letter, alike)| alike.contains(*letter));
    if !looks {
        return Err(("word", "word"));
    }
    let latin = letters.iter().all(char::is_ascii);
    Err(("word", if latin { "latin" } else { "mixed_script" }))
}

fn judged(fields: BTreeMap<&'static str, String>, today: i64) -> Told {
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let born = identity::birth_date(value("birth_date").trim()).ok().filter(|born| *born <= today);
    if born.is_some_and(|born| !policy::reached(born, 14, today)) {
        return Told::NotRequired;
    }
    let kind = value("type").to_owned();
    let layout = LAYOUTS[kind.parse::<usize>().unwrap() - 1];
    for name in layout.split(' ') {
        if let Err(reason) = right(name, &fields, born.is_some()) {
            return Told::Refused((name, reason));
        }
    }
    let last = policy::permit_last_day(&kind, today);
    if today > last {
        Told::Refused(("type", "ended"))
    } else {
        Told::Issue { fields, from: today, to: last }
    }
}

/// Whether a field is as it should be.
fn right(
    name: &str,
    fields: &BTreeMap<&'static str, String>,
    born: bool,
) -> Result<(), &'static str> {
    let value = fields[name].as_str();
    let series = fields["doc_series"].as_str();
    let passport = fields["doc_type"] == "1";
    let nothing = ["нет", "нету", "none", "отсутствует", "n/a"];
    let says_nothing = || {
        let small: String = value
            .chars()
            .map(|letter| match letter {
                'А'..='Я' | 'A'..='Z' => letter.to_lowercase().next().unwrap(),
                other => other,
            })
            .collect();
        nothing.contains(&small.as_str())
    };
    let digits = |text: &str, count: usize| {
        identity::work_licence(&format!("1{text}"))
            .is_ok_and(|plain| time::digits(&plain, count + 1).is_some())
    };
    let text = |limit: usize| {
        let unseen = value.chars().any(|each| {
            use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};
            let category = each.general_category();
            !each.is_whitespace()
                && matches!(category, GeneralCategory::Control | GeneralCategory::Format)
        });
        if unseen {
            Err("control")
        } else if !value.chars().any(char::is_alphanumeric) {
            Err("empty")
        } else if value.chars().count() > limit {
            Err("length")
        } else {
            Ok(())
        }
    };
    let optional = |form: fn(&str) -> Result<String, &'static str>| {
        if value.is_empty() { Ok(()) } else { form(value).map(|_| ()) }
    };
    match name {
        "type" => Ok(()),
        "doc_type" if value.is_empty() => Err("empty"),
        "doc_type" if ["1", "2", "3"].contains(&value) => Ok(()),
        "doc_type" => Err("word"),
        "doc_series" if passport && value.is_empty() => Err("empty"),
        "doc_series" if passport && !digits(value, 4) => Err("passport"),
        "doc_series" if !passport && says_nothing() => Err("placeholder"),
        "doc_series" => Ok(()),
        "doc_number" if value.is_empty() => Err("empty"),
        "doc_number" if passport && !digits(value, 6) => Err("passport"),
        "doc_number" => identity::document(series, value).map(|_| ()),
        "birth_date" if value.is_empty() => Err("empty"),
        "birth_date" if born => Ok(()),
        "birth_date" => Err("date"),
        "plate" if says_nothing() => Err("placeholder"),
        "plate" => optional(identity::plate),
        "troika" => optional(identity::troika),
        "strelka" => optional(identity::strelka),
        "inn" => optional(identity::inn),
        _ if value.is_empty() => Err("empty"),
        "organisation" | "purpose" => text(20),
        _ => text(255),
    }
}

fn engine(text: &str, today: i64) -> Told {
    let at = Date::from_days(i32::try_from(today).unwrap()).unwrap().start();
    match read_message(text, Instant::from_unix(at.unix() + 40_000), &Policy::default()) {
        Err(mistake) => Told::Refused((mistake.field.as_str(), mistake.reason.as_str())),
        Ok(Decision::NotRequired) => Told::NotRequired,
        Ok(Decision::Issue(due)) => {
            let kind = due.asked.value(Field::Type).parse::<usize>().unwrap();
            let names = LAYOUTS[kind - 1].split(' ');
            let values = names.map(|name| {
                let field = Field::parse(name).unwrap();
                (name, due.asked.value(field).to_owned())
            });
            let (from, to) = (due.valid_from.days().into(), due.valid_to.days().into());
            Told::Issue { fields: values.collect(), from, to }
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick<'p>(&mut self, pieces: &[&'p str]) -> &'p str {
        pieces[self.below(pieces.len())]
    }

    /// Puts pieces in, takes characters out, or changes them.
    fn mutate(&mut self, text: &str) -> String {
        let mut letters: Vec<String> = text.chars().map(String::from).collect();
        for _ in 0..=self.below(3) {
            let at = self.below(letters.len() + 1);
            let piece = self.pick(PIECES).to_owned();
            match self.below(4) {
                0 if at < letters.len() => drop(letters.remove(at)),
                1 if at < letters.len() => letters[at] = piece,
                2 if at + 1 < letters.len() => letters.swap(at, at + 1),
                _ => letters.insert(at, piece),
            }
        }
        letters.concat()
    }
}

const PIECES: &[&str] = &[
    "*",
    "**",
    " ",
    "\u{a0}",
    "\n",
    "0",
    "1",
    "2",
    "3",
    "9",
    "А",
    "A",
    "о",
    "O",
    "п",
    "П",
    "Ё",
    "ё",
    "-",
    "–",
    ".",
    "/",
    "№",
    "#",
    "＊",
    "×",
    "нет",
    "None",
    "\u{200b}",
    "\u{7}",
    "ß",
    "ﬁ",
    "１",
    "٣",
    "²",
    "Ⅷ",
    "е\u{308}",
    "\"",
    "«",
    "15.04.1981",
    "2010-01-01",
    "2020-05-05",
    "000000",
    "4509",
    "123456",
    "7707083893",
    "0000000000",
    "00000000000",
    "А123ВС77",
    "😷",
    "І",
    "ı",
    "Ж",
    "%",
    "@",
];

#[test]
fn messages_are_read_as_the_contract_says() {
    let first = time::civil(2020, 4, 13).unwrap();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let names = mistakes::names();
    let mut seen = BTreeMap::<String, usize>::new();
    let runs = std::env::var("PROPUSK_MESSAGES").map_or(60_000, |runs| runs.parse().unwrap());
    for run in 0..runs {
        let round = run / names.len();
        let spoilt = mistakes::sample(11, round as u64, run % names.len());
        let text = match round % 7 {
            0 => spoilt.meant,
            1 => spoilt.text,
            2 => numbers.mutate(&spoilt.text),
            _ => numbers.mutate(&spoilt.meant),
        };
        let today = first + numbers.below(25) as i64;
        let told = model(&text, today);
        assert_eq!(engine(&text, today), told, "{text:?} on {}", time::print_date(today));
        let kind = match told {
            Told::Refused((field, reason)) => format!("{field} {reason}"),
            Told::NotRequired => "not_required".to_owned(),
            Told::Issue { fields, .. } => format!("issue {}", fields["type"]),
        };
        *seen.entry(kind).or_default() += 1;
    }
    for (kind, count) in &seen {
        println!("{kind}: {count}");
    }
    assert!(seen.len() > 40, "{seen:?}");
}
