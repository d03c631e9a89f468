//! The clean rows of the registers.

use propusk_engine::time::{Date, Instant};

use crate::ids;
use crate::mess;
use crate::names::{INSTITUTIONS, ORGANISATIONS, PURPOSES};
use crate::person::{DocKind, Person};
use crate::records::{Card, Certificate, LabResult, Permit, Source, Status};
use crate::rng::Rng;
use crate::sheet::Sheet;

fn instant(at: Instant, out: &mut String) {
    let date = at.date();
    let clock = (at.unix() - date.start().unix()).unsigned_abs();
    mess::date(date, out);
    for (mark, number) in [('T', clock / 3600), (':', clock / 60 % 60), (':', clock % 60)] {
        out.push(mark);
        ids::push_digits(out, number, 2);
    }
    out.push_str("+03:00");
}

pub(crate) fn instant_text(at: Instant) -> String {
    let mut text = String::with_capacity(25);
    instant(at, &mut text);
    text
}

fn date_text(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// Fills in the names and the birth date.
pub(crate) fn names(sheet: &mut Sheet, rng: &mut Rng, person: &Person) {
    mess::name(rng, person.surname, sheet.cell("surname"));
    mess::name(rng, person.first_name, sheet.cell("first_name"));
    mess::patronymic(rng, person.patronymic, sheet.cell("patronymic"));
    mess::birth(rng, person.birth, sheet.cell("birth_date"));
}

/// Fills in the document.
pub(crate) fn document(sheet: &mut Sheet, rng: &mut Rng, person: &Person) {
    let (series, number) = mess::document(rng, &person.series, &person.number);
    sheet.set("doc_series", &series);
    sheet.set("doc_number", &number);
}

fn protection(sheet: &mut Sheet, rng: &mut Rng, person: &Person) {
    let plain = if rng.below(2) == 0 { "" } else { "false" };
    sheet.set("protected", if person.protected { "true" } else { plain });
}

fn status(sheet: &mut Sheet, rng: &mut Rng, status: Option<Status>) {
    match status {
        Some(status) => {
            sheet.set("status", status.word);
            if let Some(on) = status.on {
                instant(on, sheet.cell("status_on"));
            }
        }
        None => sheet.set("status", if rng.below(2) == 0 { "" } else { "active" }),
    }
}

pub(crate) fn source_id(index: u64) -> String {
    format!("S{index:02}")
}

pub(crate) fn result_id(index: u64) -> String {
    format!("R{index:09}")
}

/// A source's row.
pub(crate) fn source(sheet: &mut Sheet, index: u64, source: &Source) {
    sheet.begin();
    sheet.set("source_id", &source_id(index));
    let word = if source.clinic { "Клиника" } else { "Лаборатория" };
    sheet.set("name", &format!("{word} «Здоровье», {}", index + 1));
    sheet.set("kind", if source.clinic { "clinic" } else { "laboratory" });
    sheet.set("connected_from", &date_text(source.from));
    sheet.set("connected_to", &date_text(source.to));
}

/// A result's row.
pub(crate) fn result(sheet: &mut Sheet, rng: &mut Rng, person: &Person, result: &LabResult) {
    sheet.begin();
    sheet.set("result_id", &result_id(person.index));
    sheet.set("source_id", &source_id(result.source));
    sheet.set("kind", result.kind.word());
    sheet.set("outcome", result.outcome);
    instant(result.sampled, sheet.cell("sampled_at"));
    instant(result.reported, sheet.cell("reported_at"));
    names(sheet, rng, person);
    if result.with_document {
        document(sheet, rng, person);
    }
    if let Some(snils) = &person.snils {
        mess::snils(rng, snils, sheet.cell("snils"));
    }
    mess::phone(rng, person.phone, sheet.cell("phone"));
    if rng.below(3) == 0 {
        sheet.set("email", &format!("user{}@example.ru", person.index));
    }
    if let (true, Some(licence)) = (result.with_licence, &person.licence) {
        sheet.set("work_licence", licence);
    }
    protection(sheet, rng, person);
    status(sheet, rng, result.withdrawn);
}

/// A certificate's row.
pub(crate) fn certificate(
    sheet: &mut Sheet,
    rng: &mut Rng,
    person: &Person,
    certificate: &Certificate,
) {
    sheet.begin();
    sheet.set("token", &mess::token(rng, &certificate.token));
    sheet.set("kind", certificate.result.kind.word());
    if certificate.names_result {
        sheet.set("result_id", &result_id(person.index));
    }
    instant(certificate.issued, sheet.cell("issued_at"));
    instant(certificate.result.sampled, sheet.cell("sampled_at"));
    instant(certificate.result.reported, sheet.cell("reported_at"));
    names(sheet, rng, person);
    document(sheet, rng, person);
    protection(sheet, rng, person);
    status(sheet, rng, certificate.status);
}

/// A Moscow number plate with the usual letters.
pub(crate) fn plate(rng: &mut Rng) -> String {
    let letters = ['А', 'В', 'Е', 'К', 'М', 'Н', 'О', 'Р', 'С', 'Т', 'У', 'Х'];
    let mut text = String::from(rng.pick(&letters));
    ids::push_digits(&mut text, 1 + rng.below(999), 3);
    text.push(rng.pick(&letters));
    text.push(rng.pick(&letters));
    text.push_str(rng.pick(&["77", "97", "99", "177", "197", "199", "777", "797", "799"]));
    text
}

fn address(rng: &mut Rng, person: &Person) -> String {
    // A few addresses are written on two lines, which a quoted CSV field may hold.
    let comma = if rng.per_mille(2) { ",\n" } else { ", " };
    format!("{}{comma}дом {}", person.street, person.house)
}

fn journey(sheet: &mut Sheet, rng: &mut Rng, person: &Person, kind: u64) {
    match rng.below(10) {
        0..4 => sheet.set("plate", &plate(rng)),
        4..7 => sheet.set("troika", &ids::digits(rng.below(10_000_000_000), 10)),
        7 => sheet.set("strelka", &ids::digits(rng.below(100_000_000_000), 11)),
        _ => {}
    }
    match kind {
        1 => {
            let number = ids::inn(rng.next());
            sheet.set("inn", &number);
            sheet.set("organisation", rng.pick(ORGANISATIONS));
        }
        2 => sheet.set("institution", rng.pick(INSTITUTIONS)),
        _ => sheet.set("purpose", rng.pick(PURPOSES)),
    }
    let departure = address(rng, person);
    sheet.set("departure", &departure);
    let street = rng.pick(crate::names::STREETS);
    sheet.set("destination", &format!("{street}, дом {}", 1 + rng.below(90)));
}

/// A permit's row.
pub(crate) fn permit(sheet: &mut Sheet, rng: &mut Rng, person: &Person, permit: &Permit) {
    sheet.begin();
    sheet.set("code", &mess::permit(rng, &permit.code));
    sheet.set("type", ["", "1", "2", "3"][permit.kind as usize]);
    sheet.set("issuer", if rng.below(5) == 0 { "region" } else { "moscow" });
    instant(permit.issued, sheet.cell("issued_at"));
    mess::date(permit.from, sheet.cell("valid_from"));
    mess::date(permit.to, sheet.cell("valid_to"));
    names(sheet, rng, person);
    sheet.set("doc_type", doc_type(person));
    document(sheet, rng, person);
    journey(sheet, rng, person, permit.kind);
    protection(sheet, rng, person);
    status(sheet, rng, permit.status);
}

/// The kind of document as permits name it.
pub(crate) fn doc_type(person: &Person) -> &'static str {
    match person.doc_kind {
        DocKind::Passport => "1",
        DocKind::Foreign => "2",
        DocKind::Birth => "3",
    }
}

fn sha256_text(rng: &mut Rng, out: &mut String) {
    for _ in 0..4 {
        let word = rng.next();
        for place in (0..16).rev() {
            out.push(b"0123456789abcdef"[(word >> (4 * place)) as usize & 15] as char);
        }
    }
}

/// A card's row.
pub(crate) fn card(sheet: &mut Sheet, seed: u64, rng: &mut Rng, person: &Person, card: &Card) {
    sheet.begin();
    let series = mess::code(rng, &card.series);
    sheet.set("series", &series);
    sheet.set("number", &card.number);
    mess::date(card.issued, sheet.cell("issued_on"));
    names(sheet, rng, person);
    sheet.set("gender", if person.male { "M" } else { "F" });
    sheet.set("nationality", person.nationality);
    sha256_text(rng, sheet.cell("photo_sha256"));
    sha256_text(rng, sheet.cell("signature_sha256"));
    document(sheet, rng, person);
    protection(sheet, rng, person);
    if let Some((word, on)) = card.status {
        sheet.set("status", word);
        mess::date(on, sheet.cell("status_on"));
        if word == "replaced" {
            let (series, number) = ids::card(seed, ids::Space::Replacement, person.index);
            sheet.set("replaced_by", &format!("{series}{number}"));
        }
    }
}
