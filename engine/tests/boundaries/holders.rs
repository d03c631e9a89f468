//! Holders: what somebody shows beside a code, and whether it is the record's.

use crate::model::World;
use crate::registers::good;
use crate::{Held, changed, row};

const FULL: &str = "3004FFFFFFFFFFFF";
const BARE: &str = "3004BBBBBBBBBBBB";
const SNILS_ONLY: &str = "00000000000000000000000001";
const CARD: &str = "AA0000001";

/// Code, what is shown, and whether it is the record's.
#[rustfmt::skip]
const ROWS: &[(&str, &str, bool)] = &[
    // Nothing shown, nothing compared.
    (FULL, "", true),
    (BARE, "", true),
    (SNILS_ONLY, "", true),
    // The document, in canonical form.
    (FULL, "document=45 09 123456", true),
    (FULL, "document=4509123456", true),
    (FULL, "document=45–09 № 123-456", true),
    (FULL, "document=４５０９123456", true),
    (FULL, "document=4509123457", false),
    (FULL, "document=123456", false),
    (FULL, "document=4509", false),
    (FULL, "document=1234564509", false),
    (CARD, "document=АВ 123", true),
    (CARD, "document=ab123", true),
    (CARD, "document=БВ123", false),
    // What cannot be read is not equal.
    (FULL, "document=?", false),
    (FULL, "document= ", false),
    (FULL, "document=№", false),
    (FULL, "document=0000000000", false),
    (FULL, "document=450912345645091234567", false),
    (FULL, "surname=Артёмова1", false),
    (FULL, "surname= ", false),
    (FULL, "surname=Артёмоvа", false),
    (FULL, "first_name=Ан\u{200b}на", false),
    (FULL, "patronymic=Ивановна7", false),
    (FULL, "birth_date=1990", false),
    (FULL, "birth_date=1990-02-30", false),
    (FULL, "birth_date= ", false),
    // Names, in canonical form; a transliteration is another name.
    (FULL, "surname=Артёмова", true),
    (FULL, "surname=АРТЕМОВА", true),
    (FULL, "surname= артeмова", true),
    (FULL, "surname=Артемов", false),
    (FULL, "surname=Artemova", false),
    (FULL, "first_name=анна", true),
    (FULL, "first_name=Aннa", true),
    (FULL, "first_name=Анна-Мария", false),
    (FULL, "first_name=Ивановна", false),
    (FULL, "patronymic=ИВАНОВНА", true),
    (FULL, "patronymic=Петровна", false),
    (FULL, "patronymic=-", false),
    (FULL, "patronymic=нет", false),
    (FULL, "patronymic= ", false),
    // The date of birth, in both orders.
    (FULL, "birth_date=1990-01-02", true),
    (FULL, "birth_date=02.01.1990", true),
    (FULL, "birth_date=01.02.1990", false),
    (FULL, "birth_date=1990-01-03", false),
    // All that is given counts.
    (FULL, "document=4509123456; surname=Артёмова; first_name=Анна; patronymic=Ивановна; birth_date=1990-01-02", true),
    (FULL, "document=4509123457; surname=Артёмова; first_name=Анна; patronymic=Ивановна; birth_date=1990-01-02", false),
    (FULL, "document=4509123456; surname=Артёмов; first_name=Анна; patronymic=Ивановна; birth_date=1990-01-02", false),
    (FULL, "document=4509123456; surname=Артёмова; first_name=Яна; patronymic=Ивановна; birth_date=1990-01-02", false),
    (FULL, "document=4509123456; surname=Артёмова; first_name=Анна; patronymic=Яновна; birth_date=1990-01-02", false),
    (FULL, "document=4509123456; surname=Артёмова; first_name=Анна; patronymic=Ивановна; birth_date=1990-01-01", false),
    // What the record lacks, nobody can have shown; a patronymic that says there is none is absent.
    (BARE, "document=4509123456", true),
    (BARE, "surname=Артёмова", false),
    (BARE, "first_name=Анна", false),
    (BARE, "birth_date=1990-01-02", false),
    (BARE, "patronymic=Ивановна", false),
    (BARE, "patronymic=-", true),
    (BARE, "patronymic=НЕТ", true),
    (BARE, "patronymic=none", true),
    (BARE, "patronymic= ", true),
    (CARD, "patronymic=-", true),
    (SNILS_ONLY, "document=11223344595", false),
    (SNILS_ONLY, "document=4509123456", false),
    (SNILS_ONLY, "surname=Тестова", true),
];

#[test]
fn every_row() {
    let full = "code=3004FFFFFFFFFFFF; surname=Артёмова; first_name=Анна; patronymic=Ивановна; \
                birth_date=02.01.1990; doc_series=45 09; doc_number=№123456";
    let held = Held::of(World {
        permits: vec![
            changed(&good("permits"), full),
            changed(&good("permits"), "code=3004BBBBBBBBBBBB"),
        ],
        certificates: vec![changed(
            &good("certificates"),
            "token=00000000000000000000000001; doc_number=; snils=112-233-445 95",
        )],
        cards: vec![changed(&good("cards"), "doc_number=ав123; patronymic=НЕТ")],
        ..World::default()
    });
    for (code, shown, same) in ROWS {
        let at = match *code {
            SNILS_ONLY => "2021-12-02T12:00:00+03:00",
            CARD => "2024-02-29T00:00:00+03:00",
            _ => "2020-04-15T00:00:00+03:00",
        };
        let expected = if *same { "valid" } else { "holder_mismatch" };
        let judged = held.ask(code, at, &row(shown));
        assert_eq!(judged.verdict.as_str(), expected, "{code} {shown}");
    }
}
