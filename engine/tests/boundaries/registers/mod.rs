//! Registers: columns, and every rule that a row may break, with the column and the reason that are told.

mod rows;

use std::collections::BTreeSet;

use propusk_engine::collector::Pushed;
use propusk_engine::policy::Policy;
use propusk_engine::record::{Register, Status};
use propusk_engine::register::{Registration, SourceRecord};
use propusk_engine::row::{REGISTRATIONS, Row as EngineRow, RowFault, Table};
use propusk_engine::secret::Keys;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

use crate::model::{self, Row};
use crate::{changed, harness, row};
use rows::{AGAIN, ROWS, STATUSES};

/// Every table: its columns in order, the required ones with an exclamation mark.
const COLUMNS: &[(&str, &str)] = &[
    ("sources", "source_id! name! kind! connected_from connected_to"),
    (
        "results",
        "result_id! source_id! kind! outcome sampled_at! reported_at! surname! first_name! patronymic \
         birth_date! doc_series doc_number snils phone! email work_licence protected status status_on",
    ),
    (
        "certificates",
        "token! kind! result_id issued_at! sampled_at! reported_at! surname! first_name! patronymic \
         birth_date! doc_series doc_number snils protected status status_on",
    ),
    (
        "permits",
        "code! type! issuer issued_at! valid_from! valid_to! surname first_name patronymic birth_date \
         doc_type doc_series doc_number! plate troika strelka inn organisation institution purpose \
         departure destination protected status status_on",
    ),
    (
        "cards",
        "series! number! issued_on! surname! first_name! patronymic birth_date! gender! nationality! \
         photo_sha256! signature_sha256! doc_series doc_number! protected status status_on replaced_by",
    ),
    (
        "registrations",
        "request_id! submitted_at! surname! first_name! patronymic birth_date! doc_series doc_number \
         snils phone! work_licence source_id",
    ),
];

/// A good row of each table, which the rows below change.
const GOOD: &[(&str, &str)] = &[
    ("sources", "source_id=L1; name=Лаборатория; kind=laboratory; connected_from=2020-01-01"),
    (
        "results",
        "result_id=R1; source_id=L1; kind=pcr; outcome=negative; sampled_at=2021-12-01T10:00:00+03:00; \
         reported_at=2021-12-02T10:00:00+03:00; surname=Тестова; first_name=Анна; \
         birth_date=1990-01-01; doc_number=4509123456; phone=+79161234567",
    ),
    (
        "certificates",
        "token=01234567890123456789012345; kind=pcr; issued_at=2021-12-02T12:00:00+03:00; \
         sampled_at=2021-12-01T10:00:00+03:00; reported_at=2021-12-02T10:00:00+03:00; \
         surname=Тестова; first_name=Анна; birth_date=1990-01-01; doc_number=4509123456",
    ),
    (
        "permits",
        "code=3004ABCDEFGH1234; type=1; issued_at=2020-04-15T09:00:00+03:00; valid_from=2020-04-15; \
         valid_to=2020-04-30; doc_number=4509123456",
    ),
    (
        "cards",
        "series=AA; number=0000001; issued_on=2024-02-29; surname=Тестова; first_name=Анна; \
         birth_date=1990-01-01; gender=F; nationality=UZB; photo_sha256=#; signature_sha256=#; \
         doc_number=4509123456",
    ),
    (
        "registrations",
        "request_id=Q1; submitted_at=2021-12-02T12:00:00+03:00; surname=Тестова; first_name=Анна; \
         birth_date=1990-01-01; doc_number=4509123456; phone=+79161234567",
    ),
];

/// A writer over a register of sources, so that results can name them.
fn with_writer(ask: impl FnOnce(&Writer)) {
    let (folder, keys, policy) =
        (tempfile::tempdir().expect("a folder"), Keys::random().expect("keys"), Policy::default());
    let sources = [("L1", "2020-01-01"), ("C1", "")].map(|(id, from)| {
        let changes = format!("source_id={id}; connected_from={from}");
        let values = changed(&good("sources"), &changes);
        SourceRecord::read(&harness::row(Table::of(Register::Sources), &values)).expect("a source")
    });
    let writer = Writer::open(folder.path(), &keys, &policy).expect("a writer");
    let mut load = writer.load();
    load.seal_sources(&sources).expect("sealed");
    load.publish(Instant::from_unix(1_700_000_000)).expect("published");
    ask(&writer);
}

pub(crate) fn good(table: &str) -> Row {
    row(GOOD.iter().find(|(name, _)| *name == table).expect(table).1)
}

/// What is told of a row: `column: reason`, or nothing.
fn told(writer: &Writer, table: &str, values: &Row) -> String {
    let text = |fault: RowFault| fault.to_string();
    if table == "registrations" {
        let read = Registration::read(&harness::row(&REGISTRATIONS, values));
        return read.err().map_or_else(String::new, text);
    }
    let register = Register::parse(table).expect(table);
    let row = harness::row(Table::of(register), values);
    if register == Register::Sources {
        return SourceRecord::read(&row).err().map_or_else(String::new, text);
    }
    let (intake, _) = writer.load().begin(register).expect("a collector");
    intake.prepare(&row).err().map_or_else(String::new, text)
}

#[test]
fn every_column() {
    for (name, columns) in COLUMNS {
        let table = Register::parse(name).map_or(&REGISTRATIONS, Table::of);
        assert_eq!(table.name, *name);
        let written = table
            .columns
            .iter()
            .map(|column| format!("{}{}", column.name, if column.required { "!" } else { "" }));
        assert_eq!(written.collect::<Vec<_>>().join(" "), *columns, "{name}");
        // There are no others.
        assert!(!EngineRow::empty(table).set("colour", "red"), "{name}");
    }
}

#[test]
fn every_required_column() {
    with_writer(|writer| {
        for (name, columns) in COLUMNS {
            for column in columns.split(' ').filter_map(|column| column.strip_suffix('!')) {
                let without = changed(&good(name), &format!("{column}="));
                assert_eq!(told(writer, name, &without), format!("{column}: empty"), "{name}");
                let blank = changed(&good(name), &format!("{column}=\u{a0}"));
                assert_eq!(told(writer, name, &blank), format!("{column}: empty"), "{name}");
            }
        }
    });
}

#[test]
fn every_row() {
    with_writer(|writer| {
        for (name, changes, expected) in ROWS {
            let values = changed(&good(name), changes);
            assert_eq!(told(writer, name, &values), *expected, "{name}: {changes}");
            if *name != "registrations" && !changes.contains("nationality") {
                let known = ["source_id=L1", "source_id=C1"].map(row);
                let model = model::rows::fault(name, &values, &known);
                let model =
                    model.map_or_else(String::new, |(column, why)| format!("{column}: {why}"));
                assert_eq!(model, *expected, "the model: {name}: {changes}");
            }
        }
    });
}

#[test]
fn every_status() {
    with_writer(|writer| {
        for (name, words, on) in STATUSES {
            let known = Status::ALL.iter().map(|status| status.as_str());
            for word in known.chain(["Active", "ACTIVE", "gone"]) {
                let values = changed(&good(name), &format!("status={word}; status_on={on}"));
                let expected =
                    if words.split(' ').any(|each| each == word) { "" } else { "status: word" };
                assert_eq!(told(writer, name, &values), expected, "{name}: {word}");
            }
        }
    });
}

#[test]
fn every_second_row() {
    with_writer(|writer| {
        for (name, changes, expected) in AGAIN {
            let register = Register::parse(name).expect(name);
            let (intake, mut collector) = writer.load().begin(register).expect("a collector");
            let first = good(name);
            let pushed = [first.clone(), changed(&first, changes)].map(|values| {
                let prepared = intake.prepare(&harness::row(Table::of(register), &values));
                collector.push(prepared.expect("a good row")).expect("a kept row")
            });
            assert_eq!(pushed, [Pushed::Added, *expected], "{name}: {changes}");
            let columns = COLUMNS.iter().find(|(table, _)| *table == *name).expect(name).1;
            assert!(columns.starts_with(intake.primary_column()), "{name}");
        }
    });
}

#[test]
fn a_row_that_is_too_long_to_be_kept() {
    with_writer(|writer| {
        for (letters, expected) in [(30_000, ""), (33_000, "code: too_long")] {
            let long = changed(&good("permits"), &format!("purpose={}", "я".repeat(letters)));
            assert_eq!(told(writer, "permits", &long), expected, "{letters}");
        }
    });
}

#[test]
fn sources_are_no_records() {
    with_writer(|writer| {
        let expected = "source_id: sources";
        let (intake, _) = writer.load().begin(Register::Sources).expect("a collector");
        let values = good("sources");
        let told = intake.prepare(&harness::row(Table::of(Register::Sources), &values)).err();
        assert_eq!(told.map(|fault| fault.to_string()).as_deref(), Some(expected));
    });
}

/// The reasons that some row names.
pub(crate) fn reasons() -> BTreeSet<&'static str> {
    let named = ROWS.iter().filter_map(|(_, _, expected)| expected.split_once(": "));
    named.map(|(_, reason)| reason).chain(["too_long", "sources"]).collect()
}

/// The statuses that some register has.
pub(crate) fn statuses() -> BTreeSet<&'static str> {
    STATUSES.iter().flat_map(|(_, words, _)| words.split(' ')).collect()
}
