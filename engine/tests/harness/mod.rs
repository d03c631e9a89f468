//! Loads tables of the model's rows into a real store.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::Path;

use propusk_engine::collector::Pushed;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::row::{Row, Table};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verify::{Judged, Shown};
use propusk_engine::writer::Writer;

use crate::model::{self, World, field};

/// A row of the engine from one of the model's.
pub(crate) fn row<'a>(table: &'static Table, values: &'a model::Row) -> Row<'a> {
    let mut row = Row::empty(table);
    for (column, value) in values {
        assert!(row.set(column, value.as_str()), "{column}");
    }
    row
}

/// Seals a world into a store in `root` and opens it; every row must be good.
pub(crate) fn store(root: &Path, world: &World) -> Store {
    let keys = Keys::random().expect("random bytes");
    seal(root, world, &keys);
    Store::open(root, &keys).expect("an open store")
}

/// Seals a world into a store in `root`; every row must be good.
pub(crate) fn seal(root: &Path, world: &World, keys: &Keys) {
    seal_under(root, world, keys, &Policy::default());
}

/// The same under another policy.
pub(crate) fn seal_under(root: &Path, world: &World, keys: &Keys, policy: &Policy) {
    let writer = Writer::open(root, keys, policy).expect("a writer");
    let mut load = writer.load();
    let sources = world.sources.iter().map(|values| {
        SourceRecord::read(&row(Table::of(Register::Sources), values)).expect("a good source")
    });
    load.seal_sources(&sources.collect::<Vec<_>>()).expect("sealed sources");
    for (register, rows) in [
        (Register::Results, &world.results),
        (Register::Certificates, &world.certificates),
        (Register::Permits, &world.permits),
        (Register::Cards, &world.cards),
    ] {
        let (intake, mut collector) = load.begin(register).expect("a collector");
        for values in rows {
            let prepared = intake.prepare(&row(Table::of(register), values)).expect("a good row");
            collector.push(prepared).expect("a kept row");
        }
        load.seal(collector).expect("a sealed segment");
    }
    load.publish(Instant::from_unix(1_700_000_000)).expect("a published generation");
}

/// The good rows of registers that may have others, and how many those are. What the engine says of
/// every row, beside a store in `root`, the model says too.
pub(crate) fn sift(dirty: &World, root: &Path) -> (World, usize) {
    let (keys, policy) = (Keys::random().expect("random bytes"), Policy::default());
    let root = root.join("sifted");
    let writer = Writer::open(&root, &keys, &policy).expect("a writer");
    let mut load = writer.load();
    let (mut good, mut rejected) = (World::default(), 0);
    let mut sources = Vec::new();
    for values in &dirty.sources {
        assert_eq!(model::rows::fault("sources", values, &[]), None, "{values:?}");
        let row = row(Table::of(Register::Sources), values);
        sources.push(SourceRecord::read(&row).expect("a good source"));
        good.sources.push(values.clone());
    }
    load.seal_sources(&sources).expect("sealed sources");
    for (register, rows, kept) in [
        (Register::Results, &dirty.results, &mut good.results),
        (Register::Certificates, &dirty.certificates, &mut good.certificates),
        (Register::Permits, &dirty.permits, &mut good.permits),
        (Register::Cards, &dirty.cards, &mut good.cards),
    ] {
        let name = register.as_str();
        let (intake, mut collector) = load.begin(register).expect("a collector");
        let mut first: BTreeMap<String, &model::Row> = BTreeMap::new();
        for values in rows {
            let fault = model::rows::fault(name, values, &good.sources);
            let prepared = intake.prepare(&row(Table::of(register), values));
            let told = prepared.as_ref().err().map(|fault| (fault.column, fault.reason));
            assert_eq!(told, fault, "{name} {values:?}");
            let Ok(prepared) = prepared else {
                rejected += 1;
                continue;
            };
            let expected = match first.get(&model::rows::primary_key(name, values)) {
                None => Pushed::Added,
                Some(earlier) if *earlier == values => Pushed::Same,
                Some(_) => Pushed::Duplicate,
            };
            assert_eq!(collector.push(prepared).expect("a kept row"), expected, "{values:?}");
            match expected {
                Pushed::Added => {
                    first.insert(model::rows::primary_key(name, values), values);
                    kept.push(values.clone());
                }
                Pushed::Same => {}
                Pushed::Duplicate => rejected += 1,
            }
        }
        load.seal(collector).expect("a sealed segment");
    }
    (good, rejected)
}

/// What a holder showed.
pub(crate) fn shown(values: &model::Row) -> Shown<'_> {
    Shown {
        document: field(values, "document"),
        surname: field(values, "surname"),
        first_name: field(values, "first_name"),
        patronymic: field(values, "patronymic"),
        birth_date: field(values, "birth_date"),
    }
}

/// An answer in the words of both sides: verdict, kind, subtype, reason, notice, validity.
pub(crate) fn engine_words(judged: &Judged) -> [Option<String>; 7] {
    let print = |instant: Instant| instant.unix().to_string();
    [
        Some(judged.verdict.to_string()),
        judged.kind.map(|kind| kind.to_string()),
        judged.subtype.map(|subtype| subtype.to_string()),
        judged.reason.map(|reason| reason.to_string()),
        judged.notice.map(|notice| notice.to_string()),
        judged.validity().map(|(from, _)| print(from)),
        judged.validity().map(|(_, until)| print(until)),
    ]
}

/// The model's answer in the same words.
pub(crate) fn model_words(answer: &model::verify::Answer) -> [Option<String>; 7] {
    let text = |word: Option<&'static str>| word.map(str::to_owned);
    [
        Some(answer.verdict.to_owned()),
        text(answer.kind),
        text(answer.subtype),
        text(answer.reason),
        text(answer.notice),
        answer.valid_from.map(|instant| instant.to_string()),
        answer.valid_until.map(|instant| instant.to_string()),
    ]
}
