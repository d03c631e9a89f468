//! Matching: what a registration comes to, and where the nearest result differs.

use std::collections::BTreeSet;

use propusk_engine::matching::{MatchRole, Matched, Outcome, Relation};
use propusk_engine::row::REGISTRATIONS;
use propusk_engine::time::Instant;

use crate::model::{self, World};
use crate::registers::good;
use crate::{Held, changed, harness};

/// The laboratories and clinics: when each was connected.
const SOURCES: &[&str] = &[
    "source_id=L1; connected_from=2020-01-01",
    "source_id=L2; connected_from=2021-12-02; connected_to=2021-12-02",
    "source_id=L3; connected_from=2021-12-03",
    "source_id=C1; connected_from=",
    "source_id=C2; connected_from=; connected_to=2030-01-01",
];

/// Results, as changes of a negative PCR test of L1, sampled on 2021-12-01 at 10:00 and reported a day
/// later; the form, as changes of one of the same person of 2021-12-02 at 12:00; what it comes to.
#[rustfmt::skip]
const OUTCOMES: &[(&[&str], &str, &str)] = &[
    // 1. A field cannot be read or is missing: the first in the order of the columns.
    (&[""], "request_id=; submitted_at=", "invalid request_id: empty"),
    (&[""], "submitted_at=; surname=", "invalid submitted_at: empty"),
    (&[""], "submitted_at=2021-12-02T12:00:00; surname=", "invalid submitted_at: instant"),
    (&[""], "surname=; first_name=", "invalid surname: empty"),
    (&[""], "surname=Тестова1; first_name=", "invalid surname: digit"),
    (&[""], "first_name=; patronymic=1", "invalid first_name: empty"),
    (&[""], "first_name=Жq; patronymic=1", "invalid first_name: mixed_script"),
    (&[""], "patronymic=1; birth_date=", "invalid patronymic: digit"),
    (&[""], "birth_date=; doc_number=", "invalid birth_date: empty"),
    (&[""], "birth_date=1990; doc_number=?", "invalid birth_date: date"),
    (&[""], "birth_date=2021-12-03; doc_number=?", "invalid birth_date: date"),
    (&[""], "doc_number=", "invalid doc_number: empty"),
    (&[""], "doc_number=?; snils=1", "invalid doc_number: symbol"),
    (&[""], "doc_number=0; snils=1", "invalid doc_number: zeros"),
    (&[""], "doc_number=; snils=1; phone=", "invalid snils: snils"),
    (&[""], "phone=; work_licence=?", "invalid phone: empty"),
    (&[""], "phone=916; work_licence=?", "invalid phone: phone"),
    (&[""], "work_licence=?", "invalid work_licence: symbol"),
    (&[""], "phone=; source_id=C1", "invalid phone: empty"),

    // 2. Issued: reported by then, and inside its validity.
    (&[""], "submitted_at=2021-12-02T10:00:00+03:00", "issued 2021-12-05T10:00:00+03:00"),
    (&[""], "submitted_at=2021-12-02T09:59:59+03:00", "not_eligible not_reported_yet"),
    (&[""], "submitted_at=2021-12-05T09:59:59+03:00", "issued 2021-12-05T10:00:00+03:00"),
    (&[""], "submitted_at=2021-12-05T10:00:00+03:00", "not_eligible expired"),
    (&["reported_at=2021-12-07T23:59:59+03:00"], "submitted_at=2021-12-10T23:59:58+03:00", "issued 2021-12-10T23:59:59+03:00"),
    (&["reported_at=2021-12-08T00:00:00+03:00"], "submitted_at=2021-12-09T23:59:59+03:00", "issued 2021-12-10T00:00:00+03:00"),
    (&["reported_at=2021-12-08T00:00:00+03:00"], "submitted_at=2021-12-10T00:00:00+03:00", "not_eligible expired"),
    // A vaccination, a recovery.
    (&["kind=vaccination; outcome="], "submitted_at=2022-12-01T23:59:59+03:00", "issued 2022-12-02T00:00:00+03:00"),
    (&["kind=vaccination; outcome="], "submitted_at=2022-12-02T00:00:00+03:00", "not_eligible expired"),
    (&["kind=recovery; outcome="], "submitted_at=2021-12-19T23:59:59+03:00", "issued 2022-06-02T00:00:00+03:00"),
    (&["kind=recovery; outcome="], "submitted_at=2021-12-20T00:00:00+03:00", "issued 2022-12-02T00:00:00+03:00"),
    (&["kind=recovery; outcome=; sampled_at=2021-05-31T10:00:00+03:00"], "submitted_at=2021-12-19T23:59:59+03:00", "not_eligible expired"),
    (&["kind=recovery; outcome=; sampled_at=2021-05-31T10:00:00+03:00"], "submitted_at=2021-12-20T00:00:00+03:00", "issued 2022-06-01T00:00:00+03:00"),
    // Not withdrawn.
    (&["status=withdrawn; status_on=2021-12-02T12:00:01+03:00"], "", "issued 2021-12-05T10:00:00+03:00"),
    (&["status=withdrawn; status_on=2021-12-02T12:00:00+03:00"], "", "not_eligible withdrawn"),
    (&["status=withdrawn"], "", "not_eligible withdrawn"),
    // From a source that was connected on the date of the report, whatever it is when the form comes.
    (&["source_id=L2; reported_at=2021-12-01T23:59:59+03:00"], "", "not_eligible source_not_connected"),
    (&["source_id=L2; reported_at=2021-12-02T00:00:00+03:00"], "", "issued 2021-12-05T00:00:00+03:00"),
    (&["source_id=L2; reported_at=2021-12-02T20:59:59Z"], "submitted_at=2021-12-04T00:00:00+03:00", "issued 2021-12-05T23:59:59+03:00"),
    (&["source_id=L2; reported_at=2021-12-02T21:00:00Z"], "submitted_at=2021-12-04T00:00:00+03:00", "not_eligible source_not_connected"),
    (&["source_id=L3"], "submitted_at=2021-12-04T00:00:00+03:00", "not_eligible source_not_connected"),
    (&["source_id=C1"], "", "not_eligible source_not_connected"),
    (&["source_id=C2"], "", "not_eligible source_not_connected"),
    // Of several, the one that ends last; one is enough.
    (&["", "reported_at=2021-12-02T11:00:00+03:00"], "", "issued 2021-12-05T11:00:00+03:00"),
    (&["reported_at=2021-12-02T11:00:00+03:00", ""], "", "issued 2021-12-05T11:00:00+03:00"),
    (&["kind=vaccination; outcome=", "reported_at=2021-12-02T11:00:00+03:00"], "", "issued 2022-12-02T00:00:00+03:00"),
    (&["", "outcome=positive; reported_at=2021-12-02T11:00:00+03:00"], "", "issued 2021-12-05T10:00:00+03:00"),
    (&["status=withdrawn; reported_at=2021-12-02T11:00:00+03:00", ""], "", "issued 2021-12-05T10:00:00+03:00"),
    // A protected person gets a certificate as everyone does.
    (&["protected=true"], "", "issued 2021-12-05T10:00:00+03:00"),

    // To coincide: names, birth date and phone equal in canonical form,
    (&[""], "surname=тecтова; phone=8 (916) 123-45-67; birth_date=01.01.1990", "issued 2021-12-05T10:00:00+03:00"),
    (&[""], "doc_series=45 09; doc_number=№ 123456", "issued 2021-12-05T10:00:00+03:00"),
    (&[""], "patronymic=-", "issued 2021-12-05T10:00:00+03:00"),
    (&["patronymic=Нет"], "", "issued 2021-12-05T10:00:00+03:00"),
    (&["patronymic=Ивановна"], "patronymic=ИВАНОВНА", "issued 2021-12-05T10:00:00+03:00"),
    (&["patronymic=Ивановна"], "", "no_match"),
    (&[""], "patronymic=Ивановна", "no_match"),
    (&[""], "surname=Testova", "no_match"),
    (&[""], "first_name=Яна", "no_match"),
    (&[""], "birth_date=1990-01-02", "no_match"),
    (&[""], "phone=+79161234568", "no_match"),
    // document, SNILS and licence equal where both have them,
    (&[""], "doc_number=4509123457", "no_match"),
    (&["snils=112-233-445 95"], "snils=11223344595", "issued 2021-12-05T10:00:00+03:00"),
    (&["snils=112-233-445 95"], "", "issued 2021-12-05T10:00:00+03:00"),
    (&[""], "snils=112-233-445 95", "issued 2021-12-05T10:00:00+03:00"),
    (&["snils=112-233-445 95"], "snils=001-001-998 00", "no_match"),
    (&["snils=112-233-445 95"], "doc_number=4509123457; snils=112-233-445 95", "no_match"),
    (&["work_licence=77 1"], "work_licence=771", "issued 2021-12-05T10:00:00+03:00"),
    (&["work_licence=77 1"], "", "issued 2021-12-05T10:00:00+03:00"),
    (&[""], "work_licence=771", "issued 2021-12-05T10:00:00+03:00"),
    (&["work_licence=771"], "work_licence=772", "no_match"),
    // at least one of document and SNILS on both sides.
    (&["doc_number=; snils=112-233-445 95"], "snils=112-233-445 95", "issued 2021-12-05T10:00:00+03:00"),
    (&["snils=112-233-445 95"], "doc_number=; snils=112-233-445 95", "issued 2021-12-05T10:00:00+03:00"),
    (&["doc_number=; snils=112-233-445 95"], "", "no_match"),
    (&["work_licence=771"], "doc_number=; snils=112-233-445 95; work_licence=771", "no_match"),

    // 3. Not eligible: withdrawn, then not reported yet, not connected, positive, inconclusive, expired.
    (&["outcome=positive"], "", "not_eligible positive"),
    (&["outcome=inconclusive"], "", "not_eligible inconclusive"),
    (&["status=withdrawn"], "submitted_at=2021-12-02T09:59:59+03:00", "not_eligible withdrawn"),
    (&["status=withdrawn; source_id=C1"], "", "not_eligible withdrawn"),
    (&["status=withdrawn; outcome=positive"], "", "not_eligible withdrawn"),
    (&["status=withdrawn; outcome=inconclusive"], "", "not_eligible withdrawn"),
    (&["status=withdrawn"], "submitted_at=2021-12-05T10:00:00+03:00", "not_eligible withdrawn"),
    (&["source_id=C1"], "submitted_at=2021-12-02T09:59:59+03:00", "not_eligible not_reported_yet"),
    (&["outcome=positive"], "submitted_at=2021-12-02T09:59:59+03:00", "not_eligible not_reported_yet"),
    (&["outcome=inconclusive"], "submitted_at=2021-12-02T09:59:59+03:00", "not_eligible not_reported_yet"),
    (&["kind=vaccination; outcome=; sampled_at=2020-11-30T10:00:00+03:00"], "submitted_at=2021-12-02T09:59:59+03:00", "not_eligible not_reported_yet"),
    (&["source_id=C1; outcome=positive"], "", "not_eligible source_not_connected"),
    (&["source_id=C1; outcome=inconclusive"], "", "not_eligible source_not_connected"),
    (&["source_id=C1"], "submitted_at=2021-12-05T10:00:00+03:00", "not_eligible source_not_connected"),
    (&["outcome=positive"], "submitted_at=2021-12-05T10:00:00+03:00", "not_eligible positive"),
    (&["outcome=inconclusive"], "submitted_at=2021-12-05T10:00:00+03:00", "not_eligible inconclusive"),
    // The reason of the one that was reported last.
    (&["outcome=positive", "outcome=inconclusive; reported_at=2021-12-02T10:00:01+03:00"], "", "not_eligible inconclusive"),
    (&["outcome=inconclusive; reported_at=2021-12-02T10:00:01+03:00", "outcome=positive"], "", "not_eligible inconclusive"),
    (&["outcome=inconclusive", "outcome=positive; reported_at=2021-12-02T10:00:01+03:00"], "", "not_eligible positive"),
    (&["status=withdrawn", "reported_at=2021-12-02T12:00:01+03:00"], "", "not_eligible not_reported_yet"),

    // 4. Nothing coincides, and the form names a source that was not connected on its date, or no source.
    (&[""], "surname=Другая; source_id=L2; submitted_at=2021-12-01T23:59:59+03:00", "source_not_connected"),
    (&[""], "surname=Другая; source_id=L2; submitted_at=2021-12-02T00:00:00+03:00", "no_match"),
    (&[""], "surname=Другая; source_id=L2; submitted_at=2021-12-02T20:59:59Z", "no_match"),
    (&[""], "surname=Другая; source_id=L2; submitted_at=2021-12-02T21:00:00Z", "source_not_connected"),
    (&[""], "surname=Другая; source_id=L1", "no_match"),
    (&[""], "surname=Другая; source_id=C1", "source_not_connected"),
    (&[""], "surname=Другая; source_id=C2", "source_not_connected"),
    (&[""], "surname=Другая; source_id=L404", "source_not_connected"),
    (&[], "source_id=L404", "source_not_connected"),
    // What coincides comes first.
    (&[""], "source_id=C1", "issued 2021-12-05T10:00:00+03:00"),
    (&["outcome=positive"], "source_id=C1", "not_eligible positive"),

    // 5. Nothing coincides.
    (&[""], "surname=Другая", "no_match"),
    (&[], "", "no_match"),
    (&[], "source_id=L1", "no_match"),
];

/// Results and the form, changed likewise; where the nearest result differs; whether the applicant is
/// told as well as the laboratory: the phone is equal, and the document or the birth date.
#[rustfmt::skip]
const DIFFERS: &[(&[&str], &str, &str, bool)] = &[
    // Each field: another value, or missing on one side.
    (&[""], "surname=Другая", "surname=contradicted", true),
    (&[""], "first_name=Яна", "first_name=contradicted", true),
    (&["patronymic=Ивановна"], "patronymic=Петровна", "patronymic=contradicted", true),
    (&["patronymic=Ивановна"], "", "patronymic=omitted", true),
    (&[""], "patronymic=Ивановна", "patronymic=omitted", true),
    (&[""], "birth_date=1990-01-02", "birth_date=contradicted", true),
    (&[""], "doc_number=4509123457", "document=contradicted", true),
    (&[""], "doc_number=; snils=112-233-445 95", "document=omitted", true),
    (&["doc_number=; snils=112-233-445 95"], "", "document=omitted", true),
    (&[""], "phone=+79161234568", "phone=contradicted", false),
    // SNILS and licence only where both sides have them.
    (&["snils=112-233-445 95"], "snils=001-001-998 00", "snils=contradicted", true),
    (&["doc_number=; snils=112-233-445 95"], "doc_number=; snils=001-001-998 00", "snils=contradicted", true),
    (&["work_licence=771"], "work_licence=772", "work_licence=contradicted", true),
    (&["snils=112-233-445 95; work_licence=771"], "surname=Другая", "surname=contradicted", true),
    (&[""], "surname=Другая; snils=112-233-445 95; work_licence=771", "surname=contradicted", true),
    // Several, in their order.
    (
        &["snils=112-233-445 95; work_licence=771"],
        "surname=Другая; first_name=Яна; patronymic=Петровна; birth_date=1990-01-02; phone=9161234568; snils=001-001-998 00; work_licence=772",
        "surname=contradicted first_name=contradicted patronymic=omitted birth_date=contradicted phone=contradicted snils=contradicted work_licence=contradicted",
        false,
    ),
    // Candidates share the document,
    (&[""], "surname=Другая; first_name=Яна; birth_date=1991-01-01", "surname=contradicted first_name=contradicted birth_date=contradicted", true),
    (&[""], "birth_date=1990-01-02; phone=9161234568", "birth_date=contradicted phone=contradicted", false),
    // or phone and birth date,
    (&[""], "surname=Другая; first_name=Яна; doc_number=4509123457", "surname=contradicted first_name=contradicted document=contradicted", true),
    (&[""], "surname=Другая; birth_date=1990-01-02; doc_number=4509123457", "", false),
    (&[""], "surname=Другая; phone=9161234568; doc_number=4509123457", "", false),
    // or all three names and birth date.
    (&[""], "phone=9161234568; doc_number=4509123457", "document=contradicted phone=contradicted", false),
    (&["patronymic=Ивановна"], "patronymic=ивановна; phone=9161234568; doc_number=4509123457", "document=contradicted phone=contradicted", false),
    (&[""], "phone=9161234568; doc_number=4509123457; birth_date=1990-01-02", "", false),
    (&[""], "phone=9161234568; doc_number=4509123457; first_name=Яна", "", false),
    (&[""], "phone=9161234568; doc_number=4509123457; patronymic=Ивановна", "", false),
    (&["snils=112-233-445 95"], "surname=Другая; phone=9161234568; doc_number=4509123457; snils=112-233-445 95", "", false),
    // The nearest has the fewest differing fields, however early it was reported;
    (&["surname=Другая; reported_at=2021-12-02T09:00:00+03:00", "first_name=Яна; phone=9161234568"], "", "surname=contradicted", true),
    (&["first_name=Яна; phone=9161234568", "surname=Другая; reported_at=2021-12-02T09:00:00+03:00"], "", "surname=contradicted", true),
    // of several, it is the one that was reported last.
    (&["surname=Другая", "first_name=Яна; reported_at=2021-12-02T10:00:01+03:00"], "", "first_name=contradicted", true),
    (&["first_name=Яна; reported_at=2021-12-02T10:00:01+03:00", "surname=Другая"], "", "first_name=contradicted", true),
    // Results of protected persons are never candidates.
    (&["protected=true"], "surname=Другая", "", false),
    (&["protected=true", "first_name=Яна; phone=9161234568"], "surname=Другая", "surname=contradicted first_name=contradicted phone=contradicted", false),
    (&["protected=false"], "surname=Другая", "surname=contradicted", true),
];

/// The same where the laboratory and the applicant are told of different results: for the applicant there
/// are none but those with the phone, and the document or the birth date.
#[rustfmt::skip]
const APART: &[(&[&str], &str, &str, &str)] = &[
    (&["surname=Другая", "phone=9161234568; reported_at=2021-12-02T10:00:01+03:00"], "", "phone=contradicted", "surname=contradicted"),
    (&["surname=Другая; first_name=Яна", "phone=9161234568"], "", "phone=contradicted", "surname=contradicted first_name=contradicted"),
    (&["surname=Другая; first_name=Яна; birth_date=1991-01-01", "phone=9161234568"], "", "phone=contradicted", "surname=contradicted first_name=contradicted birth_date=contradicted"),
    (&["surname=Другая; doc_number=4509123457; birth_date=1991-01-01", "phone=9161234568"], "", "phone=contradicted", ""),
];

/// Results as near as each other, reported at the same instant: the answer does not hang on which of them
/// comes first.
#[rustfmt::skip]
const AS_NEAR: &[(&[&str], &str, &str)] = &[
    (&["surname=Другая", "first_name=Яна"], "", "no_match surname=contradicted"),
    (&["surname=Другая", "surname=Testova"], "", "no_match surname=equivalent"),
    (&["patronymic=Ивановна", "patronymic=Петровна"], "patronymic=Сидоровна", "no_match patronymic=contradicted"),
    (&["patronymic=Ивановна", ""], "patronymic=Сидоровна", "no_match patronymic=omitted"),
    (&["outcome=positive", "outcome=inconclusive"], "", "not_eligible positive"),
    (&["outcome=positive", "status=withdrawn"], "", "not_eligible withdrawn"),
];

/// Two surnames, and whether some published rule makes them one.
#[rustfmt::skip]
const SURNAMES: &[(&str, &str, Relation)] = &[
    ("Тестова", "Testova", Relation::Equivalent),
    ("Щербаков", "Shcherbakov", Relation::Equivalent),
    ("Жуков", "ZHUKOV", Relation::Equivalent),
    ("Хачатурян", "Khachaturian", Relation::Equivalent),
    ("Юшкевич", "Iushkevich", Relation::Equivalent),
    ("Ольгин", "Olgin", Relation::Equivalent),
    ("Эйнем", "Einem", Relation::Equivalent),
    ("Цой", "Tsoi", Relation::Equivalent),
    ("Цой", "Tcoi", Relation::Equivalent),
    ("Подъячев", "Podieiachev", Relation::Equivalent),
    ("Подъячев", "Podiachev", Relation::Equivalent),
    ("Подъячев", "Podyachev", Relation::Equivalent),
    ("Подъячев", "Podjachev", Relation::Contradicted),
    ("Müller", "Muller", Relation::Equivalent),
    ("Müller", "Mueller", Relation::Equivalent),
    ("Müller", "Moeller", Relation::Contradicted),
    ("Тестова", "Testowa", Relation::Contradicted),
    ("Iuliia", "Yuliya", Relation::Equivalent),
    ("Şahin", "Sahin", Relation::Equivalent),
    ("Цой", "Цои", Relation::Equivalent),
    ("Иванов", "Ivanova", Relation::Contradicted),
    ("Иванов", "Иванова", Relation::Contradicted),
    ("Иванов-Тестов", "Иванов Тестов", Relation::Contradicted),
];

fn held(results: &[&str]) -> Held {
    let result = |(number, changes): (usize, &&str)| {
        changed(&good("results"), &format!("result_id=R{number}; {changes}"))
    };
    Held::of(World {
        sources: SOURCES.iter().map(|changes| changed(&good("sources"), changes)).collect(),
        results: results.iter().enumerate().map(result).collect(),
        ..World::default()
    })
}

/// The answers to the laboratory and to the applicant; the model gives the same.
fn ask(held: &Held, form: &str) -> [Matched; 2] {
    let form = changed(&good("registrations"), form);
    let row = harness::row(&REGISTRATIONS, &form);
    let match_as =
        |role| held.snapshot().match_registration(&row, role, &held.policy).expect("an answer");
    let answers = [MatchRole::Laboratory, MatchRole::Applicant].map(match_as);
    let models = [
        model::matching::match_registration(&held.world, &form),
        model::matching::match_registration_for_applicant(&held.world, &form),
    ];
    for (answer, model) in answers.iter().zip(models) {
        assert_eq!(answer.outcome.as_str(), model.outcome, "the model: {form:?}");
        assert_eq!((answer.field, answer.reason), (model.field, model.reason), "{form:?}");
        assert_eq!(answer.valid_until.map(Instant::unix), model.valid_until, "{form:?}");
        let differs = answer.differs.iter().map(|(name, how)| ((*name).to_owned(), how.as_str()));
        assert!(
            differs.collect::<BTreeSet<_>>() == model.differs.into_iter().collect(),
            "{form:?}"
        );
        let regimes = answer.regimes.iter().map(|(name, by)| ((*name).to_owned(), by.to_string()));
        assert!(
            regimes.collect::<BTreeSet<_>>() == model.regimes.into_iter().collect(),
            "{form:?}"
        );
    }
    answers
}

/// What it comes to, in one line.
fn told(answer: &Matched) -> String {
    let mut told = answer.outcome.to_string();
    match (answer.field, answer.reason) {
        (Some(field), Some(reason)) => told += &format!(" {field}: {reason}"),
        (None, Some(reason)) => told += &format!(" {reason}"),
        _ => {}
    }
    if let Some(until) = answer.valid_until {
        told += &format!(" {until}");
    }
    told
}

fn differs(answer: &Matched) -> String {
    let each = answer.differs.iter().map(|(field, relation)| format!("{field}={relation}"));
    each.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_outcome() {
    for (results, form, expected) in OUTCOMES {
        for answer in ask(&held(results), form) {
            assert_eq!(told(&answer), *expected, "{results:?} {form}");
            let differs = answer.outcome == Outcome::NoMatch || answer.differs.is_empty();
            assert!(differs, "{results:?} {form}");
        }
    }
}

#[test]
fn every_difference() {
    for (results, form, expected, to_applicant) in DIFFERS {
        let [laboratory, applicant] = ask(&held(results), form);
        assert_eq!(told(&laboratory), "no_match", "{results:?} {form}");
        assert_eq!(differs(&laboratory), *expected, "{results:?} {form}");
        let expected = if *to_applicant { *expected } else { "" };
        assert_eq!(differs(&applicant), expected, "the applicant: {results:?} {form}");
        for answer in [laboratory, applicant] {
            names_what_differs(&answer);
        }
    }
    for (results, form, to_laboratory, to_applicant) in APART {
        let [laboratory, applicant] = ask(&held(results), form);
        assert_eq!(differs(&laboratory), *to_laboratory, "{results:?} {form}");
        assert_eq!(differs(&applicant), *to_applicant, "the applicant: {results:?} {form}");
        for answer in [laboratory, applicant] {
            names_what_differs(&answer);
        }
    }
    for (results, form, expected) in AS_NEAR {
        let turned: Vec<_> = results.iter().rev().copied().collect();
        for results in [results.to_vec(), turned] {
            for answer in ask(&held(&results), form) {
                let told = format!("{} {}", told(&answer), differs(&answer));
                assert_eq!(told.trim_end(), *expected, "{results:?} {form}");
            }
        }
    }
    for (stored, given, relation) in SURNAMES {
        for (stored, given) in [(stored, given), (given, stored)] {
            let held = held(&[&format!("surname={stored}")]);
            let [laboratory, applicant] = ask(&held, &format!("surname={given}"));
            assert_eq!(differs(&laboratory), format!("surname={relation}"), "{stored} {given}");
            assert_eq!(laboratory.regimes.is_empty(), *relation == Relation::Contradicted);
            assert!(applicant.regimes.is_empty());
        }
    }
}

/// What differs is told by its names with commas between, in the order of the form, and nothing else is.
fn names_what_differs(answer: &Matched) {
    let names = [
        ("surname", "Фамилия", "Surname"),
        ("first_name", "Имя", "First name"),
        ("patronymic", "Отчество", "Patronymic"),
        ("birth_date", "Дата рождения", "Date of birth"),
        ("document", "Документ", "Document"),
        ("phone", "Телефон", "Phone"),
        ("snils", "СНИЛС", "SNILS"),
        ("work_licence", "Патент на работу", "Work licence"),
    ];
    let (russian, english) = answer.told();
    for (field, ru, en) in names {
        let differs = answer.differs.iter().any(|(other, _)| *other == field);
        assert_eq!((russian.contains(ru), english.contains(en)), (differs, differs), "{russian}");
    }
    let differing =
        names.iter().filter(|(field, ..)| answer.differs.iter().any(|(other, _)| other == field));
    let (ru, en): (Vec<_>, Vec<_>) = differing.map(|(_, ru, en)| (*ru, *en)).unzip();
    assert!(russian.contains(&ru.join(", ")) && english.contains(&en.join(", ")), "{russian}");
}

#[test]
fn every_message() {
    let mut messages = BTreeSet::new();
    for (results, form, _) in OUTCOMES {
        let [answer, _] = ask(&held(results), form);
        let (russian, english) = (answer.message().ru(), answer.message().en());
        let is_russian = |letter: char| matches!(letter, 'А'..='я' | 'ё');
        assert!(russian.chars().any(is_russian) && russian.ends_with('.'), "{russian}");
        assert!(english.is_ascii() && english.ends_with('.'), "{english}");
        if answer.outcome == Outcome::NoMatch {
            assert!(russian.contains("обратитесь в лабораторию"), "{russian}");
        }
        // Nothing is told of fields but where one is wrong or differs.
        if answer.outcome != Outcome::Invalid && answer.differs.is_empty() {
            assert_eq!(answer.told(), (russian.to_owned(), english.to_owned()), "{form}");
        }
        let source = answer.outcome == Outcome::SourceNotConnected;
        let reason = answer.reason.filter(|_| answer.outcome == Outcome::NotEligible);
        let what =
            if source { "source_not_connected" } else { reason.unwrap_or(answer.outcome.as_str()) };
        messages.insert((what, russian, english));
    }
    // Invalid, issued, no match, and six reasons: each has a message of its own, and only one.
    let of = |part: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        messages.iter().map(part).collect::<BTreeSet<_>>().len()
    };
    assert_eq!([of(|m| m.0), of(|m| m.1), of(|m| m.2), messages.len()], [9; 4]);
}

/// The outcomes and relations that some row names.
pub(crate) fn named() -> BTreeSet<&'static str> {
    let words = OUTCOMES.iter().flat_map(|(_, _, expected)| expected.split([' ', ':']));
    let relations = DIFFERS.iter().flat_map(|(_, _, expected, _)| expected.split([' ', '=']));
    words.chain(relations).chain(SURNAMES.iter().map(|(_, _, how)| how.as_str())).collect()
}
