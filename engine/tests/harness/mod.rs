//! Loads tables of the model's rows into a real store.

#![allow(dead_code)]

use std::path::Path;

use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::row::{Row, Table};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::writer::Writer;

use crate::model::{self, World};

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
    let policy = Policy::default();
    let writer = Writer::open(root, keys, &policy).expect("a writer");
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
