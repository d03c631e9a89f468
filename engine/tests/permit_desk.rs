//! The desk where permits are asked for: what is issued holds, the quota of a week holds whoever
//! asks, at once and after a restart, and the same request is one.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use propusk_engine::change::Change;
use propusk_engine::policy::Policy;
use propusk_engine::record::{Issuer, Register};
use propusk_engine::request::{
    Answer, Asked, Content, Field, Outcome, PermitDesk, Reason, Request, parts,
};
use propusk_engine::row::{PERMITS, Row};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::{Role, Subtype, Verdict};
use propusk_engine::verify::Query;
use propusk_engine::writer::Writer;

const THREADS: usize = 8;

fn at(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

fn open(root: &Path, keys: &Keys) -> PermitDesk {
    let writer = Writer::open(root, keys, &Policy::default()).unwrap();
    PermitDesk::new(Arc::new(writer), Issuer::Moscow).unwrap()
}

/// A message of type 3 for a foreign passport.
fn other(number: &str, destination: &str) -> String {
    format!("Пропуск*3*2**{number}****вокзал*{destination}")
}

fn ask(desk: &PermitDesk, when: &str, text: &str) -> Answer {
    let request = Request { received_at: at(when), content: Content::Message(text) };
    desk.answer(&[request], at(when)).unwrap().remove(0)
}

fn reason(answer: &Answer) -> Option<(Field, Reason)> {
    answer.mistake.map(|mistake| (mistake.field, mistake.reason))
}

const QUOTA: Option<(Field, Reason)> = Some((Field::DocNumber, Reason::Quota));

fn code(answer: &Answer) -> String {
    assert_eq!(answer.outcome, Outcome::Issued, "{answer:?}");
    answer.code.expect("an issued permit has a code").canonical()
}

/// The field that the form of a message calls so.
fn labelled(label: &str) -> Field {
    match label.trim_end_matches('.') {
        "вид документа" | "document kind" => Field::DocType,
        "серия" | "series" => Field::DocSeries,
        "номер" | "number" => Field::DocNumber,
        "машина" | "plate" => Field::Plate,
        "Тройка" | "Troika" => Field::Troika,
        "Стрелка" | "Strelka" => Field::Strelka,
        "цель" | "purpose" => Field::Purpose,
        "куда" | "destination" => Field::Destination,
        other => panic!("{other}"),
    }
}

/// Whoever writes in words is shown a message that is good once its fields are filled in.
#[test]
fn whoever_writes_no_asterisk_is_shown_the_form_of_a_message() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let when = "2020-05-04T08:00:00+03:00";
    for text in ["можно пропуск?", "Пропуск", "3", "Как получить пропуск? Спасибо!"]
    {
        let answer = ask(&desk, when, text);
        assert_eq!(reason(&answer), Some((Field::Text, Reason::Separator)), "{text}");
        let (ru, en) = (&answer.message_ru, &answer.message_en);
        assert!(answer.parts() == 2 && parts(en) <= 3, "{ru} {en}");
        for (told, kind) in [(ru, "вид документа"), (en, "document kind")] {
            let form = told.split_once(": ").unwrap().1.split_once(". ").unwrap().0;
            let mut fields: Vec<&str> = form.split('*').collect();
            assert_eq!((fields[0], fields[2]), ("Пропуск", kind));
            // As it stands it says nothing of anybody, and is no request.
            assert_eq!(ask(&desk, when, form).outcome, Outcome::Refused, "{form}");
            let labels = fields[2..].to_vec();
            fields[2..8].copy_from_slice(&["1", "4509", "123456", "А123ВС77", "1111222333", ""]);
            code(&ask(&desk, when, &fields.join("*")));
            // Each label stands where its field is: what is wrong there is wrong in that field.
            for (place, label) in labels.iter().enumerate() {
                let mut wrong = fields.clone();
                wrong[2 + place] = "?";
                let answer = ask(&desk, when, &wrong.join("*"));
                assert_eq!(answer.mistake.unwrap().field, labelled(label), "{form}");
            }
        }
    }
    // Whoever has found the asterisks is told how many fields there must be.
    let answer = ask(&desk, when, "Пропуск*3*можно?");
    assert_eq!(reason(&answer), Some((Field::Text, Reason::Fields)));
    assert!(!answer.message_ru.contains("Образец"), "{answer:?}");
    // Where it is clear what was meant, the corrected message shows the form.
    let answer = ask(&desk, when, "пропуск,3,2,,AB654321,,,,вокзал,дача");
    assert_eq!(reason(&answer), Some((Field::Text, Reason::Separator)));
    assert!(answer.suggestion.is_some() && !answer.message_ru.contains("Образец"), "{answer:?}");
}

#[test]
fn an_issued_permit_verifies_with_all_that_was_asked_for() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let store = Store::open(folder.path(), &keys).unwrap();
    let text = "пропуск*3*1*4509*123456*А123ВС77*1111222333**вокзал*Павелецкий вокзал";
    let answer = ask(&desk, "2020-05-04T22:59:59+03:00", text);
    let code = code(&answer);
    assert!(code.starts_with("0405"));
    let policy = Policy::default();
    let verify = |when: &str| {
        let mut query = Query::new(code.as_bytes(), at(when));
        query.role = Role::Official;
        store.snapshot().unwrap().verify(&query, &policy)
    };
    assert!(verify("2020-05-04T23:00:00+03:00").is_err(), "officials are noted");
    let query = Query::new(code.as_bytes(), at("2020-05-04T00:00:00+03:00"));
    let judged = store.snapshot().unwrap().verify(&query, &policy).unwrap().judged;
    assert_eq!((judged.verdict, judged.subtype), (Verdict::Valid, Some(Subtype::Other)));
    let day = ["2020-05-04T00:00:00+03:00", "2020-05-05T00:00:00+03:00"].map(at);
    assert_eq!(judged.validity(), Some((day[0], day[1])));
    for message in [&answer.message_ru, &answer.message_en] {
        assert!(message.contains(&code) && message.contains("04.05.2020"), "{message}");
    }
    // A second before midnight in Moscow, and at it.
    let late = ask(&desk, "2020-05-05T20:59:59Z", &other("AA1", "дача"));
    let early = ask(&desk, "2020-05-05T21:00:00Z", &other("AA2", "дача"));
    assert!(self::code(&late).starts_with("0505") && self::code(&early).starts_with("0605"));
}

#[test]
fn work_permits_run_to_the_policys_end_and_no_further() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let text = "Пропуск*1*1*4509*123456****7707083893*Ромашка";
    let first = ask(&desk, "2020-04-15T09:00:00+03:00", text);
    assert!(code(&first).starts_with("3004"));
    assert!(first.message_ru.contains("по 30.04.2020"));
    let last = ask(&desk, "2020-04-30T23:59:59+03:00", text);
    assert_ne!(code(&last), code(&first));
    let over = ask(&desk, "2020-05-01T00:00:00+03:00", text);
    assert_eq!(reason(&over), Some((Field::Type, Reason::Ended)));
    // Even where it would have to be corrected first.
    let over = ask(&desk, "2020-05-01T00:00:00+03:00", &text.replace('*', " * "));
    assert_eq!((reason(&over), over.suggestion), (Some((Field::Type, Reason::Ended)), None));
}

#[test]
fn a_week_has_two_permits_of_type_3_for_a_document() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    // From Monday to Sunday; the document written in other ways is the same.
    let first = ask(&desk, "2020-05-04T00:00:00+03:00", &other("AB1234567", "дача"));
    let second = ask(&desk, "2020-05-10T23:59:59+03:00", "Пропуск*3*2*АВ*1234567****дом*дача");
    assert_ne!(code(&first), code(&second));
    let third = ask(&desk, "2020-05-06T12:00:00+03:00", &other("ab 123-4567", "дача"));
    assert_eq!((third.outcome, reason(&third)), (Outcome::Refused, QUOTA));
    assert!(third.message_ru.contains("11.05.2020"), "{}", third.message_ru);
    // Other weeks, other documents and other types are free.
    let later = ask(&desk, "2020-05-11T00:00:00+03:00", &other("AB1234567", "дача"));
    let sooner = ask(&desk, "2020-05-03T23:59:59+03:00", &other("AB1234567", "дача"));
    let who = ask(&desk, "2020-05-06T12:00:00+03:00", &other("AB1234568", "дача"));
    let doctor = "Пропуск*2*2**AB1234567*01.02.1980****ГКБ № 1";
    let doctor = ask(&desk, "2020-05-06T12:00:00+03:00", doctor);
    let codes = [&first, &second, &later, &sooner, &who, &doctor].map(code);
    assert_eq!(HashSet::from(codes).len(), 6);

    // What is revoked is not counted, from when it is revoked.
    let on = Some("2020-05-07T00:00:00+03:00");
    let policy = Policy::default();
    let change = Change::read(&code(&first), "revoked", on, None, &policy).unwrap();
    desk.writer().apply(&[change], at("2020-05-07T00:00:00+03:00")).unwrap();
    let before = ask(&desk, "2020-05-06T12:00:00+03:00", &other("AB1234567", "дом"));
    assert_eq!(reason(&before), QUOTA);
    let free = ask(&desk, "2020-05-07T12:00:00+03:00", &other("AB1234567", "дом"));
    assert_eq!(free.outcome, Outcome::Issued);
    let full = ask(&desk, "2020-05-08T12:00:00+03:00", &other("AB1234567", "дом"));
    assert_eq!(reason(&full), QUOTA);
}

#[test]
fn the_quota_holds_whoever_asks_at_once_and_after_a_restart() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let documents = ["AB1234567", "AB1234568", "AB1234569"];
    let mut codes = HashSet::new();
    for round in 0..4 {
        let desk = open(folder.path(), &keys);
        let start = std::sync::Barrier::new(THREADS);
        let issued: Vec<Vec<(usize, String)>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (desk, start) = (&desk, &start);
                    scope.spawn(move || {
                        start.wait();
                        let mut issued = Vec::new();
                        for (place, document) in documents.iter().enumerate() {
                            // One week in a round, but for the last one, which is the first's again.
                            let day = [4, 11, 18, 5][round] + thread % 3;
                            let when = format!("2020-05-{day:02}T12:00:00+03:00");
                            let destination = format!("дом номер {round} {thread}");
                            let answer = ask(desk, &when, &other(document, &destination));
                            match answer.outcome {
                                Outcome::Issued => issued.push((place, code(&answer))),
                                _ => assert_eq!(reason(&answer), QUOTA, "{answer:?}"),
                            }
                        }
                        issued
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let expected = if round == 3 { 0 } else { 2 };
        for place in 0..documents.len() {
            let of_it = issued.iter().flatten().filter(|(other, _)| *other == place).count();
            assert_eq!(of_it, expected, "round {round}");
        }
        for (_, code) in issued.into_iter().flatten() {
            assert!(codes.insert(code), "a code was given twice");
        }
        if round == 1 {
            desk.writer().compact(at("2020-05-20T00:00:00+03:00")).unwrap();
        }
    }
    assert_eq!(codes.len(), 18);
    let store = Store::open(folder.path(), &keys).unwrap();
    assert_eq!(store.snapshot().unwrap().check().unwrap(), 18);
}

#[test]
fn permits_that_were_loaded_count_too() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let load = |code: &str, kind: &str, day: &str, number: &str| {
        let mut load = desk.writer().load();
        let (intake, mut collector) = load.begin(Register::Permits).unwrap();
        let mut row = Row::empty(&PERMITS);
        for (column, value) in [
            ("code", code),
            ("type", kind),
            ("issued_at", "2020-05-04T09:00:00+03:00"),
            ("valid_from", day),
            ("valid_to", day),
            ("doc_number", number),
        ] {
            row.set(column, value.to_owned());
        }
        collector.push(intake.prepare(&row).unwrap()).unwrap();
        load.seal(collector).unwrap();
        load.publish(at("2020-05-04T10:00:00+03:00")).unwrap();
    };
    load("04050000000000AA", "3", "2020-05-04", "4509 123456");
    load("04050000000000AB", "2", "2020-05-04", "4509 123456");
    load("10050000000000AC", "3", "2020-05-10", "4509-123456");
    let text = "Пропуск*3*1*4509*123456****вокзал*дача";
    let refused = ask(&desk, "2020-05-05T12:00:00+03:00", text);
    assert_eq!(reason(&refused), QUOTA);
    // Loaded again as another document's, the row is another document's.
    load("10050000000000AC", "3", "2020-05-10", "4509 123457");
    assert_eq!(ask(&desk, "2020-05-05T12:00:00+03:00", text).outcome, Outcome::Issued);
    assert_eq!(reason(&ask(&desk, "2020-05-06T12:00:00+03:00", text)), QUOTA);
    // What is removed is not there any more.
    let removed = Change::read("04050000000000AA", "removed", None, None, &Policy::default());
    desk.writer().apply(&[removed.unwrap()], at("2020-05-06T00:00:00+03:00")).unwrap();
    assert_eq!(ask(&desk, "2020-05-06T12:00:00+03:00", text).outcome, Outcome::Issued);
}

#[test]
fn the_same_request_within_ten_minutes_is_one() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let texts = [
        other("AB1234567", "дача"),
        "Пропуск*2*2**AB1234567*01.02.1980****ГКБ № 1".to_owned(),
        "Пропуск*1*2**AB1234567*****Ромашка".to_owned(),
    ];
    let mut firsts = Vec::new();
    let desk = open(folder.path(), &keys);
    for text in &texts {
        let first = code(&ask(&desk, "2020-04-14T10:00:00+03:00", text));
        let again = ask(&desk, "2020-04-14T10:10:00+03:00", &format!(" {text}\n"));
        assert_eq!(code(&again), first);
        let later = ask(&desk, "2020-04-14T10:10:01+03:00", text);
        assert_ne!(code(&later), first);
        firsts.push(first);
    }
    assert_eq!(reason(&ask(&desk, "2020-04-14T12:00:00+03:00", &texts[0])), QUOTA);
    // Many at once, some of them in one call.
    let mut all = HashSet::new();
    let text = other("AB1234568", "дача");
    let request =
        Request { received_at: at("2020-04-14T11:00:00+03:00"), content: Content::Message(&text) };
    let codes = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| desk.answer(&[request; 3], request.received_at).unwrap()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(codes.len(), THREADS * 3);
    all.extend(codes.iter().map(code));
    assert_eq!(all.len(), 1);

    // After a restart the store knows those of type 3.
    drop(desk);
    let desk = open(folder.path(), &keys);
    let again = ask(&desk, "2020-04-14T11:05:00+03:00", &text);
    assert!(all.contains(&code(&again)));
    assert_eq!(code(&ask(&desk, "2020-04-14T10:00:00+03:00", &texts[0])), firsts[0]);

    // What was taken back is not given again.
    let on = Some("2020-04-14T11:00:00+03:00");
    let change = Change::read(&code(&again), "revoked", on, None, &Policy::default()).unwrap();
    desk.writer().apply(&[change], at("2020-04-14T11:06:00+03:00")).unwrap();
    let new = ask(&desk, "2020-04-14T11:07:00+03:00", &text);
    assert!(!all.contains(&code(&new)));
}

#[test]
fn children_need_none() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let text = |born: &str| format!("Пропуск*2*3*IАБ*123456*{born}****ГКБ № 1");
    let child = ask(&desk, "2020-05-04T12:00:00+03:00", &text("05.05.2006"));
    assert_eq!(child.outcome, Outcome::NotRequired);
    assert_eq!((child.code, child.mistake), (None, None));
    let grown = ask(&desk, "2020-05-05T00:00:00+03:00", &text("05.05.2006"));
    assert_eq!(grown.outcome, Outcome::Issued);
    // Nobody is sent round for a mistake in what she does not need.
    let wrong = text("05.05.2010").replace("****", "*1**123*");
    assert_eq!(ask(&desk, "2020-05-04T12:00:00+03:00", &wrong).outcome, Outcome::NotRequired);
    let spaced = text("05.05.2010").replace('*', " * ");
    assert_eq!(ask(&desk, "2020-05-04T12:00:00+03:00", &spaced).outcome, Outcome::NotRequired);
}

/// A form that is right.
const FORM: &[(Field, &str)] = &[
    (Field::Type, "3"),
    (Field::Surname, "Образцова"),
    (Field::FirstName, "Анна"),
    (Field::BirthDate, "1980-01-02"),
    (Field::DocType, "1"),
    (Field::DocSeries, "45 09"),
    (Field::DocNumber, "123456"),
    (Field::Purpose, "Дача"),
    (Field::Departure, "Москва, Арбат, 1"),
    (Field::Destination, "Ступино, Садовая, 2"),
    (Field::TravelDate, "2020-05-06"),
    (Field::Phone, "+7 916 123-45-67"),
];

#[test]
fn forms_are_checked_like_messages() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let ask = |changes: &[(Field, &'static str)]| {
        let mut asked = Asked::new();
        FORM.iter().chain(changes).for_each(|(field, value)| asked.set(*field, value));
        let received_at = at("2020-05-04T12:00:00+03:00");
        let request = Request { received_at, content: Content::Form(&asked) };
        desk.answer(&[request], received_at).unwrap().remove(0)
    };
    assert!(code(&ask(&[])).starts_with("0605"));
    assert!(code(&ask(&[(Field::TravelDate, "")])).starts_with("0405"));
    for (changes, field, why) in [
        (&[(Field::Type, "")][..], Field::Type, Reason::Empty),
        (&[(Field::Type, "4")], Field::Type, Reason::Word),
        (&[(Field::Surname, "Образцова2")], Field::Surname, Reason::Digit),
        (&[(Field::FirstName, "Анжd")], Field::FirstName, Reason::MixedScript),
        (&[(Field::Patronymic, "Петро\u{200b}вна")], Field::Patronymic, Reason::Control),
        (&[(Field::BirthDate, "2020-05-05")], Field::BirthDate, Reason::Date),
        (&[(Field::DocType, "")], Field::DocType, Reason::Empty),
        (&[(Field::DocSeries, "")], Field::DocSeries, Reason::Empty),
        (&[(Field::DocNumber, "12345")], Field::DocNumber, Reason::Passport),
        (
            &[(Field::DocSeries, "0000"), (Field::DocNumber, "000000")],
            Field::DocNumber,
            Reason::Zeros,
        ),
        (&[(Field::Plate, "1")], Field::Plate, Reason::Plate),
        (&[(Field::Troika, "1")], Field::Troika, Reason::Troika),
        (&[(Field::Strelka, "1")], Field::Strelka, Reason::Strelka),
        (&[(Field::Inn, "7707083894")], Field::Inn, Reason::Inn),
        (&[(Field::Purpose, "")], Field::Purpose, Reason::Empty),
        (&[(Field::Purpose, "ааааааааааааааааааааа")], Field::Purpose, Reason::Length),
        (&[(Field::Destination, " ")], Field::Destination, Reason::Empty),
        (&[(Field::TravelDate, "6 мая")], Field::TravelDate, Reason::Date),
        (&[(Field::TravelDate, "2020-05-03")], Field::TravelDate, Reason::Past),
        (&[(Field::TravelDate, "2020-06-04")], Field::TravelDate, Reason::TooFar),
        (&[(Field::Phone, "+7 495 777-77-77")], Field::Phone, Reason::Phone),
        (&[(Field::Type, "1"), (Field::Organisation, "Завод")], Field::Type, Reason::Ended),
        (&[(Field::Type, "2"), (Field::BirthDate, "")], Field::BirthDate, Reason::Empty),
    ] {
        let answer = ask(changes);
        assert_eq!(reason(&answer), Some((field, why)), "{changes:?} {answer:?}");
        assert_eq!(answer.outcome, Outcome::Refused);
    }
    let young = ask(&[(Field::BirthDate, "2006-05-07"), (Field::Surname, "1")]);
    assert_eq!(young.outcome, Outcome::NotRequired);
    // The whole week is taken: it is the week of the trip that counts.
    assert_eq!(reason(&ask(&[(Field::TravelDate, "2020-05-10")])), QUOTA);
    assert_eq!(ask(&[(Field::TravelDate, "2020-05-11")]).outcome, Outcome::Issued);
}

#[test]
fn answers_fit_few_parts_and_say_what_to_do() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::random().unwrap());
    let desk = open(folder.path(), &keys);
    let issued = ask(&desk, "2020-05-04T12:00:00+03:00", &other("AB1234567", "дача"));
    assert_eq!(issued.parts(), 2, "{}", issued.message_ru);
    for place in 0..propusk_datasets::mistakes::names().len() {
        let spoilt = propusk_datasets::mistakes::sample(3, 0, place);
        let request =
            Request { received_at: spoilt.received_at, content: Content::Message(&spoilt.text) };
        let answer = desk.answer(&[request], spoilt.received_at).unwrap().remove(0);
        assert!(parts(&answer.message_ru) <= 2, "{}", answer.message_ru);
        assert!(!answer.message_ru.contains(['{', '}']) && !answer.message_en.contains(['{', '}']));
        match &answer.suggestion {
            None => assert_eq!(answer.parts(), parts(&answer.message_ru)),
            Some(text) => {
                assert_eq!(answer.parts(), parts(&answer.message_ru) + parts(text));
                let back = ask(&desk, &spoilt.received_at.to_string(), text);
                assert_eq!(back.outcome, Outcome::Issued, "{text}");
            }
        }
    }
}
