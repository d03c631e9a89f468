//! Permit requests by SMS, each with its outcome.

use std::io::Result;

use propusk_engine::time::Instant;

use crate::ids;
use crate::mistakes::{self, Intent};
use crate::names::{INSTITUTIONS, PURPOSES, STREETS};
use crate::person::{DocKind, Person, Stream, day};
use crate::records;
use crate::registers::{doc_type, instant_text, plate};
use crate::rng::Rng;
use crate::sheet::{Lines, json};

/// The ten fields of a message: the word and nine more.
pub(crate) type Fields = [String; 10];

/// A good message of the type.
pub(crate) fn good(rng: &mut Rng, person: &Person, kind: u64) -> Fields {
    let (mut car, mut troika, mut strelka) = (String::new(), String::new(), String::new());
    match rng.below(9) {
        0..3 => car = plate(rng),
        3..5 => troika = ids::digits(rng.below(1_000_000_000), 10),
        5 => strelka = ids::digits(3_000_000_000 + rng.below(1_000_000_000), 11),
        6 => {
            car = plate(rng);
            troika = ids::digits(rng.below(1_000_000_000), 10);
        }
        7 => {
            troika = ids::digits(rng.below(1_000_000_000), 10);
            strelka = ids::digits(3_000_000_000 + rng.below(1_000_000_000), 11);
        }
        _ => {}
    }
    let word = rng.pick(&["Пропуск", "Пропуск", "пропуск", "ПРОПУСК"]);
    let head = [word, ["", "1", "2", "3"][kind as usize], doc_type(person)].map(str::to_owned);
    let [word, kind_text, document] = head;
    let (mut series, mut number) = (person.series.clone(), person.number.clone());
    // Most foreign passports are said to have no series.
    if person.doc_kind == DocKind::Foreign && rng.below(3) > 0 {
        number = std::mem::take(&mut series) + &number;
    }
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

/// The files that requests go to.
pub(crate) struct Requests {
    pub(crate) lines: Lines,
    pub(crate) truth: Lines,
}

impl Requests {
    fn push(&mut self, person: &Person, at: Instant, text: &str, truth: &str) -> Result<()> {
        let (at, phone) = (instant_text(at), person.phone);
        self.lines.push(&format!(
            "{{\"received_at\":\"{at}\",\"phone\":\"+7{phone}\",\"text\":{}}}",
            json(text)
        ))?;
        self.truth.push(&format!("{{\"outcome\":{truth}}}"))
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
            return self.push(person, at, &text, "\"not_required\"");
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
            let spoilt = mistakes::spoilt(&mut rng, &fields, kind, at);
            return self.push(person, at, &spoilt.text, &truth(&spoilt));
        }
        self.push(person, at, &fields.join("*"), "\"issued\"")?;
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
            self.push(person, later(days), text, &format!("\"{outcome}\""))?;
        }
        Ok(())
    }
}

/// What a spoilt message must be answered with. Where it is arguable what was meant, nothing is said
/// of a suggestion.
fn truth(spoilt: &mistakes::Spoilt) -> String {
    let mut truth =
        format!("\"refused\",\"field\":\"{}\",\"reason\":\"{}\"", spoilt.field, spoilt.reason);
    match spoilt.intent {
        Intent::Clear => truth.push_str(&format!(",\"suggestion\":{}", json(&spoilt.meant))),
        Intent::Lost => truth.push_str(",\"suggestion\":null"),
        Intent::Arguable => {}
    }
    truth
}
