//! Permit requests by SMS, each with its outcome.

use std::io::Result;

use propusk_engine::time::Instant;

use crate::ids;
use crate::names::{INSTITUTIONS, PURPOSES, STREETS};
use crate::person::{DocKind, Person, Stream, day};
use crate::records;
use crate::registers::{doc_type, instant_text, plate};
use crate::rng::Rng;
use crate::sheet::{Lines, json};

/// The ten fields of a message: the word and nine more.
type Fields = [String; 10];

/// A good message of the type.
fn good(rng: &mut Rng, person: &Person, kind: u64) -> Fields {
    let car = plate(rng);
    let troika = ids::digits(rng.below(10_000_000_000), 10);
    let (car, troika) =
        if rng.below(2) == 0 { (car, String::new()) } else { (String::new(), troika) };
    let word = rng.pick(&["Пропуск", "Пропуск", "пропуск", "ПРОПУСК"]);
    let head = [word, ["", "1", "2", "3"][kind as usize], doc_type(person)].map(str::to_owned);
    let [word, kind_text, document] = head;
    let (series, number) = (person.series.clone(), person.number.clone());
    let strelka = String::new();
    match kind {
        1 => {
            let inn = if rng.below(4) == 0 { String::new() } else { ids::inn(rng.next()) };
            let organisation = rng.pick(&["Ромашка", "Мосгаз", "Завод Салют"]).to_owned();
            [word, kind_text, document, series, number, car, troika, strelka, inn, organisation]
        }
        2 => {
            let mut birth = String::new();
            let (year, month, date) = person.birth.ymd();
            birth.push_str(&format!("{date:02}.{month:02}.{year:04}"));
            let institution = rng.pick(INSTITUTIONS).to_owned();
            [word, kind_text, document, series, number, birth, car, troika, strelka, institution]
        }
        _ => {
            let purpose = rng.pick(PURPOSES).to_owned();
            let destination = format!("{}, {}", rng.pick(STREETS), 1 + rng.below(90));
            [word, kind_text, document, series, number, car, troika, strelka, purpose, destination]
        }
    }
}

/// Spoils the message in one way that makes it refused.
fn spoil(rng: &mut Rng, fields: &Fields, kind: u64) -> String {
    let mut fields = fields.clone();
    let troika = if kind == 2 { 7 } else { 6 };
    match rng.below(9) {
        0 => return fields.join(" * "),
        1 => fields[0] = "Пpoпycк".to_owned(),
        2 => fields[1] = "7".to_owned(),
        3 => fields[2] = "9".to_owned(),
        4 => fields[4] = String::new(),
        5 => fields[troika] = "123".to_owned(),
        6 => fields[troika - 1] = "A1".to_owned(),
        7 => return fields[..9].join("*"),
        _ if kind == 1 => fields[8] = "7707083894".to_owned(),
        _ if kind == 2 => fields[5] = "30.02.1980".to_owned(),
        _ => fields[8] = "Поездка к родственникам".to_owned(),
    }
    fields.join("*")
}

/// The files that requests go to.
pub(crate) struct Requests {
    pub(crate) lines: Lines,
    pub(crate) truth: Lines,
}

impl Requests {
    fn push(&mut self, person: &Person, at: Instant, text: &str, outcome: &str) -> Result<()> {
        let (at, phone) = (instant_text(at), person.phone);
        self.lines.push(&format!(
            "{{\"received_at\":\"{at}\",\"phone\":\"+7{phone}\",\"text\":{}}}",
            json(text)
        ))?;
        self.truth.push(&format!("{{\"outcome\":\"{outcome}\"}}"))
    }

    /// The requests of a person, mostly none.
    pub(crate) fn next(&mut self, seed: u64, person: &Person) -> Result<()> {
        let mut rng = Rng::new(seed, Stream::Sms as u64, person.index);
        if !rng.per_mille(50) {
            return Ok(());
        }
        if person.birth > day(2008, 1, 1) {
            // Only the second type tells the age.
            let at = day(2020, 4, 14).start().plus_seconds(rng.between(0, 50 * 86_400));
            let text = good(&mut rng, person, 2).join("*");
            return self.push(person, at, &text, "not_required");
        }
        if person.fourteenth() > day(2020, 4, 1) || person.doc_kind == DocKind::Birth {
            return Ok(());
        }
        let kind = 1 + rng.below(3);
        // Work permits end on 30 April.
        let days = if kind == 1 { 17 } else { 50 };
        let at = day(2020, 4, 13).start().plus_seconds(rng.between(0, days * 86_400 - 1));
        let fields = good(&mut rng, person, kind);
        if rng.below(2) == 0 {
            let text = spoil(&mut rng, &fields, kind);
            return self.push(person, at, &text, "refused");
        }
        self.push(person, at, &fields.join("*"), "issued")?;
        self.quota(seed, person, at, kind, &fields.join("*"))
    }

    /// Now and then more requests, one of which is once too often in its week.
    fn quota(
        &mut self,
        seed: u64,
        person: &Person,
        at: Instant,
        kind: u64,
        text: &str,
    ) -> Result<()> {
        let has_other = records::permit(seed, person).is_some_and(|permit| permit.kind == 3);
        if kind != 3 || has_other || !person.index.is_multiple_of(3) {
            return Ok(());
        }
        let monday = at.date().week_start();
        let later = |days: i32| monday.plus_days(days).start().plus_seconds(3600 * 12);
        // Three travel in the week after the first one's and one in the week after that.
        for (days, outcome) in [(7, "issued"), (8, "issued"), (13, "refused"), (14, "issued")] {
            self.push(person, later(days), text, outcome)?;
        }
        Ok(())
    }
}
