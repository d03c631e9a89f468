//! Boundary cases, each row written by hand from the rules of the product, and in their order: every
//! group of rows stands under the sentences that it holds the engine to. A slow model answers each row
//! too, wherever it has an answer.

mod carriers;
mod codes;
mod disclosure;
#[path = "../harness/mod.rs"]
mod harness;
mod holders;
mod identity;
mod loads;
mod matching;
#[path = "../model/mod.rs"]
mod model;
mod precedence;
mod registers;
mod verdicts;
mod vocabulary;

use std::sync::Arc;

use model::{Row, World};
use propusk_engine::policy::Policy;
use propusk_engine::store::{Snapshot, Store};
use propusk_engine::time::Instant;
use propusk_engine::verify::{Judged, Query};

/// A row from `column=value; column=value`. `#` is a hash of 64 symbols.
fn row(text: &str) -> Row {
    changed(&Row::new(), text)
}

/// A row with some columns otherwise; a column without a value is taken out.
fn changed(row: &Row, changes: &str) -> Row {
    let mut row = row.clone();
    for change in changes.split("; ").filter(|change| !change.is_empty()) {
        let (column, value) = change.split_once('=').expect(change);
        let column = column.trim_start().to_owned();
        match value {
            "" => row.remove(&column),
            "#" => row.insert(column, "0f".repeat(32)),
            _ => row.insert(column, value.to_owned()),
        };
    }
    row
}

/// An instant that a row names.
fn instant(text: &str) -> Instant {
    Instant::parse(text).expect(text)
}

/// A world in a store.
struct Held {
    world: World,
    store: Store,
    policy: Policy,
    _folder: tempfile::TempDir,
}

impl Held {
    fn of(world: World) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = harness::store(folder.path(), &world);
        Held { world, store, policy: Policy::default(), _folder: folder }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.store.snapshot().expect("a snapshot")
    }

    /// The answer that a code gets alone, among others, and from the model.
    fn ask(&self, code: &str, at: &str, shown: &Row) -> Judged {
        let (snapshot, as_of) = (self.snapshot(), instant(at));
        let shown_texts = harness::shown(shown);
        let query = Query { shown: shown_texts, ..Query::new(code.as_bytes(), as_of) };
        let judged = snapshot.verify(&query, &self.policy).expect("an answer").judged;
        if shown.is_empty() {
            let mut batch = Vec::new();
            let codes = ["?", code, code];
            snapshot.verify_batch(&codes, as_of, &self.policy, &mut batch).expect("answers");
            assert_eq!(batch[1..], [judged, judged], "in a batch: {code} at {at}");
            let by_line = snapshot.judge(code.as_bytes(), as_of, &self.policy);
            assert_eq!(by_line.expect("an answer"), judged, "by its line: {code} at {at}");
        }
        let model = model::verify::verify(&self.world, code.as_bytes(), as_of.unix(), shown);
        let (engine, model) = (harness::engine_words(&judged), harness::model_words(&model));
        assert_eq!(engine, model, "the model: {code} at {at} {shown:?}");
        judged
    }
}
