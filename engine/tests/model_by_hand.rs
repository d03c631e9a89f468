//! The model against answers that were worked out by hand.

mod model;

use model::code::{Code, decode};
use model::{Row, World, identity, matching, policy, time, verify};
use proptest::prelude::*;

fn row(columns: &[(&str, &str)]) -> Row {
    let given = columns.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
}

fn at(text: &str) -> i64 {
    time::instant(text).expect("an instant")
}

#[test]
fn lengths_of_time() {
    let day = |text| time::date(text).expect("a date");
    assert_eq!(time::print(policy::card_end(day("2024-02-29"))), "2029-03-01T00:00:00+03:00");
    assert_eq!(time::print_date(time::plus_months(day("2021-08-31"), 6)), "2022-02-28");
    let sampled = at("2021-06-30T23:30:00Z");
    let end = |asked| time::print(policy::recovery_end(sampled, at(asked)));
    assert_eq!(end("2021-12-19T23:59:59+03:00"), "2022-01-02T00:00:00+03:00");
    assert_eq!(end("2021-12-20T00:00:00+03:00"), "2022-07-02T00:00:00+03:00");
    for bad in ["2021-06-30T23:30:00", "2021-02-29T00:00:00Z", "2021-06-30T23:30:00.5Z"] {
        assert_eq!(time::instant(bad), None, "{bad}");
    }
    for date in -200_000..200_000 {
        let (year, month, day) = time::parts(date);
        assert_eq!(time::civil(year, month, day), Some(date));
    }
}

#[test]
fn codes() {
    let permit = Ok(Code::Permit("2902ABCDEFGH1234".to_owned()));
    assert_eq!(decode("2902-АВcd efgh-1234".as_bytes()), permit);
    assert_eq!(decode("\u{a0}2902авCDEFGH1234\n".as_bytes()), permit);
    assert_eq!(decode(b"2902-ABCDEFGH1234"), Err("length"));
    assert_eq!(decode(b"3002ABCDEFGH1234"), Err("expiry_date"));
    assert_eq!(decode(b"\xff"), Err("length"));
    assert_eq!(decode(b"2902ABCDEFGH123\xff"), Err("symbol"));
    assert_eq!(decode(" \u{3000}".as_bytes()), Err("empty"));
    assert_eq!(decode(b"https://immune.mos.ru@evil.su/qr?id=1"), Err("host"));
    assert_eq!(decode(b"https://immune.mos.ru/qr?id="), Err("length"));
    assert_eq!(decode(b"80000000000000000000000000"), Err("non_canonical"));
    assert_eq!(decode(b"8000000000000000000000000U"), Err("symbol"));
}

#[test]
fn canonical_forms() {
    let name = |text| identity::name(text);
    assert_eq!(name(" салтыков \u{2013} Щедрин "), Ok("САЛТЫКОВ-ЩЕДРИН".to_owned()));
    assert_eq!(name("O\u{2019}Neill"), Ok("O'NEILL".to_owned()));
    assert_eq!(name("Сeмён"), Ok("СЕМЕН".to_owned()));
    assert_eq!(name("Жq"), Err("mixed_script"));
    assert_eq!(name("Анна1\u{200b}"), Err("control"));
    assert_eq!(name("Анна\u{ff11}"), Err("digit"));
    assert_eq!(identity::patronymic("нeт"), Ok(None));
    assert_eq!(identity::document("64 18", "№ 632-762"), Ok("6418632762".to_owned()));
    assert_eq!(identity::document("", "000-000"), Err("zeros"));
    assert_eq!(identity::document("", "№"), Err("empty"));
    assert_eq!(identity::phone("8 (916) 123-45-67"), Ok("+79161234567".to_owned()));
    assert_eq!(identity::phone("8 (495) 123-45-67"), Err("phone"));
    assert_eq!(identity::snils("112-233-445 95"), Ok("11223344595".to_owned()));
    assert_eq!(identity::snils("112-233-445 96"), Err("snils"));
    assert_eq!(identity::inn("7707083893"), Ok("7707083893".to_owned()));
    assert_eq!(identity::inn("7707083894"), Err("inn"));
    assert_eq!(identity::plate("а 123 вс 77"), Ok("A123BC77".to_owned()));
    assert_eq!(identity::birth_date("29.02.2000"), identity::birth_date("2000-02-29"));
    assert_eq!(identity::birth_date("1899-12-31"), Err("date"));
}

fn person(surname: &str, patronymic: &str, number: &str) -> Vec<(&'static str, String)> {
    let columns = [
        ("surname", surname),
        ("first_name", "Анна"),
        ("patronymic", patronymic),
        ("birth_date", "1990-01-01"),
        ("doc_number", number),
        ("phone", "+79161234567"),
    ];
    columns.map(|(column, value)| (column, value.to_owned())).to_vec()
}

#[test]
fn relations() {
    let about = |who: Vec<(&str, String)>, more: &[(&str, &str)]| {
        let who: Vec<(&str, &str)> = who.iter().map(|(c, v)| (*c, v.as_str())).collect();
        row(&[&who, more].concat())
    };
    let mut world = World::default();
    world.results.push(about(
        person("Цой", "", "123456"),
        &[
            ("result_id", "R1"),
            ("source_id", "L1"),
            ("kind", "pcr"),
            ("outcome", "negative"),
            ("sampled_at", "2021-11-01T10:00:00+03:00"),
            ("reported_at", "2021-11-02T10:00:00+03:00"),
        ],
    ));
    let form = [("request_id", "Q1"), ("submitted_at", "2021-11-02T11:00:00+03:00")];
    for (surname, relation, regime) in [
        ("Tsoi", "equivalent", Some("icao_9303")),
        ("TCOI", "equivalent", Some("gost_r_52535_1")),
        ("Tsoy", "equivalent", Some("mvd_310")),
        ("Coj", "equivalent", Some("iso_9")),
        ("Цои", "equivalent", Some("without_diacritics")),
        ("Ким", "contradicted", None),
    ] {
        let asked = about(person(surname, "Ивановна", "123457"), &form);
        let answer = matching::match_registration(&world, &asked);
        assert_eq!(answer.outcome, "no_match");
        let expected =
            [("document", "contradicted"), ("patronymic", "omitted"), ("surname", relation)];
        assert!(answer.differs.iter().map(|(field, told)| (field.as_str(), *told)).eq(expected));
        assert_eq!(answer.regimes.get("surname").map(String::as_str), regime);
        let told = matching::MatchAnswer { regimes: std::collections::BTreeMap::new(), ..answer };
        assert_eq!(matching::match_registration_for_applicant(&world, &asked), told);
        world.results[0].insert("protected".to_owned(), "true".to_owned());
        assert!(matching::match_registration(&world, &asked).differs.is_empty());
        world.results[0].remove("protected");
    }
}

#[test]
fn the_best_permit_of_a_plate() {
    let permit = |code, date, status| {
        row(&[
            ("code", code),
            ("type", "3"),
            ("valid_from", date),
            ("valid_to", date),
            ("doc_number", "123456"),
            ("plate", "А123ВС77"),
            ("status", status),
        ])
    };
    let world = World {
        permits: vec![
            permit("0205AAAAAAAAAAAA", "2020-05-02", "revoked"),
            permit("0105AAAAAAAAAAAA", "2020-05-01", ""),
            permit("0305AAAAAAAAAAAA", "2020-05-03", ""),
        ],
        ..World::default()
    };
    let verdict =
        |when| verify::verify_by(&world, "plate", "a123bc77", at(when), &row(&[])).verdict;
    assert_eq!(verdict("2020-05-01T12:00:00+03:00"), "valid");
    assert_eq!(verdict("2020-05-02T12:00:00+03:00"), "not_yet_valid");
    assert_eq!(verdict("2020-05-04T00:00:00+03:00"), "expired");
    let shown = row(&[("document", "№ 123 456"), ("patronymic", "нет")]);
    let code = b"0105AAAAAAAAAAAA";
    let noon = at("2020-05-01T12:00:00+03:00");
    assert_eq!(verify::verify(&world, code, noon, &shown).verdict, "valid");
    let shown = row(&[("surname", "Ким")]);
    assert_eq!(verify::verify(&world, code, noon, &shown).verdict, "holder_mismatch");
}

proptest! {
    #[test]
    fn canonical_forms_are_idempotent(
        text in "[-А-яЁёA-Za-z0-9 '\u{300}-\u{308}\u{a0}\u{b4}\u{2010}\u{2116}ÀàÉŸſß]{0,12}",
    ) {
        if let Ok(name) = identity::name(&text) {
            prop_assert_eq!(identity::name(&name), Ok(name.clone()));
        }
        if let Ok(document) = identity::document("", &text) {
            prop_assert_eq!(identity::document("", &document), Ok(document.clone()));
        }
    }

    #[test]
    fn any_bytes_decode_or_fail(code in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = decode(&code);
    }
}
