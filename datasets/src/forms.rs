//! Registrations, each with its outcome.

use propusk_engine::time::Instant;

use crate::mess;
use crate::person::{Person, Stream, day};
use crate::queries::one_digit_apart;
use crate::records::{self, LabResult, SOURCES, Source, Status};
use crate::registers::{document, instant_text, names, source_id};
use crate::rng::Rng;
use crate::sheet::Sheet;

/// A line of truth, with one more member where it is named.
fn truth(outcome: &str, member: &str, value: &str) -> String {
    if member.is_empty() {
        format!("{{\"outcome\":\"{outcome}\"}}")
    } else {
        format!("{{\"outcome\":\"{outcome}\",\"{member}\":\"{value}\"}}")
    }
}

/// What is true of a registration that coincides with the result.
fn coinciding(seed: u64, person: &Person, result: &LabResult, at: Instant) -> String {
    let until = result.kind.until(result.sampled, result.reported, at);
    let source = Source::derive(seed, result.source);
    let reason = if result.withdrawn.is_some_and(|status| status.holds(at)) {
        "withdrawn"
    } else if at < result.reported {
        "not_reported_yet"
    } else if !source.connected(result.reported.date()) {
        "source_not_connected"
    } else if matches!(result.outcome, "positive" | "inconclusive") {
        result.outcome
    } else if at >= until {
        "expired"
    } else if let Some(status) = taken_back(seed, person, result).filter(|it| it.holds(at)) {
        status.word
    } else {
        return truth("issued", "", "");
    };
    truth("not_eligible", "reason", reason)
}

/// The status of the certificate that stands on the result, where it has another than active.
fn taken_back(seed: u64, person: &Person, result: &LabResult) -> Option<Status> {
    let certificate = records::certificate(seed, person, *result)?;
    certificate.status.filter(|_| certificate.names_result)
}

fn moment(rng: &mut Rng, result: &LabResult) -> Instant {
    let until = result.kind.until(result.sampled, result.reported, result.reported);
    match rng.below(12) {
        0 => result.reported.plus_seconds(-1),
        1 => result.reported,
        2 => until.plus_seconds(-1),
        3 => until,
        4 => result.reported.plus_seconds(rng.between(-40_000, 0)),
        5 => until.plus_seconds(rng.between(0, 9_000_000)),
        _ => result
            .reported
            .plus_seconds(rng.between(0, (until.unix() - result.reported.unix() - 1).max(0))),
    }
}

/// Fills in a form as the person would who is in the registers.
fn fill(sheet: &mut Sheet, rng: &mut Rng, person: &Person, at: Instant) {
    sheet.begin();
    sheet.set("request_id", &format!("Q{:09}", person.index));
    sheet.set("submitted_at", &instant_text(at));
    names(sheet, rng, person);
    document(sheet, rng, person);
    if let Some(snils) = &person.snils {
        mess::snils(rng, snils, sheet.cell("snils"));
    }
    mess::phone(rng, person.phone, sheet.cell("phone"));
    if let Some(licence) = person.licence.as_ref().filter(|_| rng.below(2) == 0) {
        sheet.set("work_licence", licence);
    }
}

const CYRILLIC: &str = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя";
const LATIN: [&str; 33] = [
    "a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s",
    "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "ie", "y", "", "e", "iu", "ia",
];

/// A Cyrillic name in the Latin letters of a travel passport, which is no longer the same name.
fn transliterated(name: &str) -> String {
    let mut text = String::new();
    for letter in name.to_lowercase().chars() {
        match CYRILLIC.chars().position(|each| each == letter) {
            Some(place) => text.push_str(LATIN[place]),
            None => text.push(letter),
        }
    }
    text
}

fn clear(sheet: &mut Sheet, column: &str) {
    sheet.cell(column).clear();
}

/// Another spelling of a name that is another name.
fn misspelt(name: &str) -> String {
    let last = name.chars().next_back().unwrap_or('а');
    let cyrillic = ('\u{400}'..='\u{4ff}').contains(&last);
    let letter = if cyrillic { "щ" } else { "q" };
    format!("{name}{letter}")
}

/// Changes one field, so that nothing can coincide.
fn estrange(sheet: &mut Sheet, rng: &mut Rng, seed: u64, person: &Person, with_document: bool) {
    match rng.below(8) {
        0 if !person.surname.is_ascii() => {
            let text = transliterated(person.surname);
            let same = text == person.surname.to_lowercase();
            sheet.set("surname", &if same { misspelt(&text) } else { text });
        }
        0 | 7 => sheet.set("surname", &misspelt(person.surname)),
        1 => sheet.set("first_name", &misspelt(person.first_name)),
        2 if with_document => {
            let text = one_digit_apart(&person.series, &person.number);
            clear(sheet, "doc_series");
            sheet.set("doc_number", &text);
        }
        3 => {
            sheet.cell("phone").clear();
            mess::phone(
                rng,
                9_000_000_000 + (person.phone + 1) % 1_000_000_000,
                sheet.cell("phone"),
            );
        }
        4 => sheet.set("birth_date", &person.birth.plus_days(1).to_string()),
        5 if !person.patronymic.is_empty() => clear(sheet, "patronymic"),
        _ => {
            // The brother, sister or spouse who holds this person's documents.
            let other = Person::derive(seed, person.index ^ 1);
            let same = other.first_name == person.first_name;
            let name = if same { misspelt(other.first_name) } else { other.first_name.to_owned() };
            sheet.set("first_name", &name);
        }
    }
}

const FAULTS: &[(&str, &str, &str)] = &[
    ("surname", "", "empty"),
    ("surname", "Иванов7", "digit"),
    ("first_name", "ЮлGia", "mixed_script"),
    ("first_name", "Ан\u{200B}на", "control"),
    ("birth_date", "30.02.1990", "date"),
    ("birth_date", "", "empty"),
    ("doc_number", "0000000000", "zeros"),
    ("doc_number", "12/345*6", "symbol"),
    ("doc_number", "123456789012345678901", "length"),
    ("snils", "112-233-445 96", "snils"),
    ("phone", "+7 (495) 123-45-67", "phone"),
    ("phone", "", "empty"),
];

fn invalid(sheet: &mut Sheet, rng: &mut Rng) -> String {
    let (field, text, reason) = rng.pick(FAULTS);
    if field == "doc_number" {
        clear(sheet, "doc_series");
    }
    sheet.set(field, text);
    format!("{{\"outcome\":\"invalid\",\"field\":\"{field}\",\"reason\":\"{reason}\"}}")
}

/// A source that is or is not connected at an instant, as wanted.
fn source_at(seed: u64, rng: &mut Rng, at: Instant, connected: bool) -> Option<String> {
    let start = rng.below(SOURCES);
    let mut all = (0..SOURCES).map(|step| (start + step) % SOURCES);
    let found = all.find(|&index| Source::derive(seed, index).connected(at.date()) == connected);
    found.map(source_id)
}

/// A registration of the person, left in the sheet; its truth.
pub(crate) fn next(sheet: &mut Sheet, seed: u64, person: &Person) -> Option<String> {
    let mut rng = Rng::new(seed, Stream::Form as u64, person.index);
    // Whether protected persons get certificates so is left to others to say.
    if person.protected || !rng.per_mille(200) {
        return None;
    }
    let result = records::result(seed, person);
    let at = match &result {
        Some(result) => moment(&mut rng, result),
        None => day(2021, 3, 1).start().plus_seconds(rng.between(0, 300 * 86_400)),
    };
    fill(sheet, &mut rng, person, at);
    let choice = rng.below(20);
    let named = rng.below(3);
    if choice < 2 {
        return Some(invalid(sheet, &mut rng));
    }
    if let Some(result) = result.filter(|_| choice < 13) {
        // What is named here does not matter where a result coincides.
        match rng.below(8) {
            0 | 1 => sheet.set("source_id", &source_id(result.source)),
            2 => sheet.set("source_id", &source_id(9)),
            _ => {}
        }
        return Some(coinciding(seed, person, &result, at));
    }
    if let Some(result) = result {
        estrange(sheet, &mut rng, seed, person, result.with_document);
    }
    let connected = named != 0;
    let source = match (connected, rng.below(4)) {
        (true, 0..3) => None,
        (false, 0) => Some("S9999".to_owned()),
        _ => source_at(seed, &mut rng, at, connected),
    };
    let Some(source) = source else { return Some(truth("no_match", "", "")) };
    sheet.set("source_id", &source);
    Some(truth(if connected { "no_match" } else { "source_not_connected" }, "", ""))
}
