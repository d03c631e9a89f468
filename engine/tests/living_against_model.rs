//! A store that lives answers as the slow model does: after each of any number of changes, loads,
//! withdrawals, merges and reopenings, to its writer and to a reader that only follows.

mod harness;
mod model;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use harness::{engine_words, model_words};
use model::World;
use proptest::prelude::*;
use propusk_engine::change::{Change, Changed};
use propusk_engine::matching::MatchRole;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::{REGISTRATIONS, Table};
use propusk_engine::secret::Keys;
use propusk_engine::store::{Snapshot, Store};
use propusk_engine::time::Instant;
use propusk_engine::verify::{Carrier, Query};
use propusk_engine::writer::Writer;

const EACH: usize = 8;
/// Midnights in Moscow, as a card's status wants them.
const DAYS: [&str; 4] = ["2020-04-12", "2020-04-28", "2021-12-10", "2024-07-01"];
/// Nothing is kept for shorter than until then.
const EARLY: i64 = 1_500_000_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A new status for so many records, one after the other.
    Change {
        which: usize,
        count: usize,
        word: usize,
        day: usize,
    },
    /// A row again as it was loaded, or with another holder.
    Load {
        which: usize,
        other: bool,
    },
    /// A result is withdrawn, or counts again.
    Withdraw {
        which: usize,
        day: Option<usize>,
    },
    Compact,
    CompactTiers,
    Reopen,
    Rotate,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..EACH * 3;
    prop_oneof![
        8 => (which.clone(), 1..4usize, 0..6usize, 0..DAYS.len())
            .prop_map(|(which, count, word, day)| Step::Change { which, count, word, day }),
        4 => (which, any::<bool>()).prop_map(|(which, other)| Step::Load { which, other }),
        3 => (0..EACH, proptest::option::of(0..DAYS.len()))
            .prop_map(|(which, day)| Step::Withdraw { which, day }),
        1 => Just(Step::Compact),
        2 => Just(Step::CompactTiers),
        1 => Just(Step::Reopen),
        1 => Just(Step::Rotate),
    ]
}

/// One register's rows in the model, and what each was loaded as.
type Loaded = BTreeMap<(&'static str, String), model::Row>;

struct Living {
    folder: tempfile::TempDir,
    rotations: usize,
    keys: Keys,
    policy: Policy,
    writer: Writer,
    reader: Store,
    /// Every record that ever was, by table and key.
    all: Vec<(&'static str, String)>,
    world: World,
    /// The rows that were loaded first, and what each record there is was loaded as.
    first: Loaded,
    loaded: Loaded,
    forms: Vec<model::Row>,
}

fn rows<'w>(world: &'w mut World, table: &str) -> &'w mut Vec<model::Row> {
    match table {
        "permits" => &mut world.permits,
        "certificates" => &mut world.certificates,
        "cards" => &mut world.cards,
        _ => &mut world.results,
    }
}

fn code(table: &str, row: &model::Row) -> String {
    match table {
        "permits" => row["code"].clone(),
        "certificates" => row["token"].clone(),
        "cards" => format!("{}{}", row["series"], row["number"]),
        _ => row["result_id"].clone(),
    }
}

impl Living {
    fn new() -> Self {
        let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
        let mut world = World::load(&examples);
        for rows in
            [&mut world.results, &mut world.certificates, &mut world.permits, &mut world.cards]
        {
            rows.truncate(EACH);
        }
        for (index, permit) in world.permits.iter_mut().enumerate() {
            permit.insert("plate".into(), format!("а{:03}вс77", index % 3));
        }
        let ids: Vec<String> = world.results.iter().map(|row| row["result_id"].clone()).collect();
        for (certificate, id) in world.certificates.iter_mut().zip(ids) {
            certificate.insert("result_id".into(), id);
        }
        let mut loaded = Loaded::new();
        for table in ["permits", "certificates", "cards", "results"] {
            for row in rows(&mut world, table) {
                loaded.insert((table, code(table, row)), row.clone());
            }
        }
        let all = loaded.keys().filter(|(table, _)| *table != "results").cloned().collect();
        let folder = tempfile::tempdir().expect("a folder");
        let (root, keys) = (folder.path().join("0"), Keys::random().expect("random bytes"));
        harness::seal(&root, &world, &keys);
        let policy = Policy::default();
        let writer = Writer::open(&root, &keys, &policy).expect("a writer");
        let reader = Store::open(&root, &keys).expect("a reader");
        let forms = model::table(&examples.join("registrations.csv"));
        let forms = forms.into_iter().take(EACH).collect();
        Living {
            folder,
            rotations: 0,
            keys,
            policy,
            writer,
            reader,
            all,
            world,
            first: loaded.clone(),
            loaded,
            forms,
        }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join(self.rotations.to_string())
    }

    fn record(&mut self, table: &str, key: &str) -> Option<&mut model::Row> {
        rows(&mut self.world, table).iter_mut().find(|row| code(table, row) == key)
    }

    fn take(&mut self, step: Step) {
        let now = Instant::from_unix(EARLY);
        match step {
            Step::Change { which, count, word, day } => self.change(which, count, word, day),
            Step::Load { which, other } => self.load_again(which, other),
            Step::Withdraw { which, day } => self.withdraw(which, day),
            Step::Compact => drop(self.writer.compact(now).expect("merged")),
            Step::CompactTiers => drop(self.writer.compact_tiers(now).expect("merged")),
            Step::Reopen => self.reopen(),
            Step::Rotate => {
                self.rotations += 1;
                let keys = Keys::random().expect("random bytes");
                let root = self.root();
                self.writer.rotate(&root, &keys, &self.policy, now).expect("rotated");
                self.keys = keys;
                self.reopen();
                self.reader = Store::open(&root, &self.keys).expect("a reader");
                // Rows are written as they are now, so that is what they were loaded as.
                for (table, key) in self.loaded.keys().cloned().collect::<Vec<_>>() {
                    let row = self.record(table, &key).cloned().expect("a record");
                    self.loaded.insert((table, key), row);
                }
            }
        }
    }

    fn reopen(&mut self) {
        // The lock goes with the writer, so the old one must go first.
        let elsewhere = self.folder.path().join("elsewhere");
        self.writer = Writer::open(&elsewhere, &self.keys, &self.policy).expect("a writer");
        self.writer = Writer::open(&self.root(), &self.keys, &self.policy).expect("a writer");
        std::fs::remove_dir_all(elsewhere).expect("removed");
    }

    fn change(&mut self, which: usize, count: usize, word: usize, day: usize) {
        let mut changes = Vec::new();
        let mut expected = Vec::new();
        for which in which..which + count {
            let (table, key) = self.all[which % self.all.len()].clone();
            let words: &[&str] = match table {
                "permits" => &["active", "revoked", "removed"],
                "certificates" => &["active", "revoked", "suspended", "removed"],
                _ => &["active", "lost", "damaged", "details_changed", "replaced", "removed"],
            };
            let word = words[word % words.len()];
            let on = match table {
                "cards" => DAYS[day].to_owned(),
                _ => format!("{}T00:00:00+03:00", DAYS[day]),
            };
            let change = Change::read(&key, word, Some(&on), None, &self.policy);
            changes.push(change.expect("a change"));
            let known = self.record(table, &key);
            expected.push(known.is_some());
            let Some(row) = known else { continue };
            row.remove("status_on");
            row.insert("status".into(), word.into());
            if word == "removed" {
                rows(&mut self.world, table).retain(|row| code(table, row) != key);
                // It is gone: the same row loaded again is a new record.
                self.loaded.remove(&(table, key));
            } else if word != "active" {
                row.insert("status_on".into(), on);
            }
        }
        let receipt = self.writer.apply(&changes, Instant::from_unix(EARLY)).expect("applied");
        let known: Vec<bool> =
            receipt.changed.iter().map(|changed| *changed != Changed::Unknown).collect();
        assert_eq!(known, expected);
    }

    /// Loads a row, in the store and in the model.
    fn load(&mut self, register: Register, table: &'static str, row: model::Row) {
        let mut load = self.writer.load();
        let (intake, mut collector) = load.begin(register).expect("a collector");
        let prepared = intake.prepare(&harness::row(Table::of(register), &row)).expect("good");
        collector.push(prepared).expect("kept");
        load.seal(collector).expect("sealed");
        load.publish(Instant::from_unix(EARLY)).expect("published");
        let key = code(table, &row);
        if self.loaded.get(&(table, key.clone())) == Some(&row) {
            return;
        }
        self.loaded.insert((table, key.clone()), row.clone());
        match self.record(table, &key) {
            Some(before) => *before = row,
            None => rows(&mut self.world, table).push(row),
        }
    }

    fn load_again(&mut self, which: usize, other: bool) {
        let (table, key) = self.all[which % self.all.len()].clone();
        let mut row = self.first[&(table, key)].clone();
        if other {
            row.insert("surname".into(), "Другой".into());
        }
        let register = match table {
            "permits" => Register::Permits,
            "certificates" => Register::Certificates,
            _ => Register::Cards,
        };
        self.load(register, table, row);
    }

    fn withdraw(&mut self, which: usize, day: Option<usize>) {
        let mut row = self.world.results[which % self.world.results.len()].clone();
        row.remove("status");
        row.remove("status_on");
        if let Some(day) = day {
            row.insert("status".into(), "withdrawn".into());
            row.insert("status_on".into(), format!("{}T00:00:00+03:00", DAYS[day]));
        }
        self.load(Register::Results, "results", row);
    }

    fn compare(&self, steps: &[Step]) {
        for snapshot in [&*self.writer.snapshot(), &*self.reader.snapshot().expect("a snapshot")] {
            for day in DAYS {
                let midnight = Instant::parse(&format!("{day}T00:00:00+03:00")).expect("midnight");
                for at in [midnight.plus_seconds(-1), midnight, midnight.plus_seconds(8 * 86_400)] {
                    self.compare_at(snapshot, at, steps);
                }
            }
            let forms = self.forms.iter().map(|form| harness::row(&REGISTRATIONS, form));
            let (forms, role) = (forms.collect::<Vec<_>>(), MatchRole::Laboratory);
            let mut together = Vec::new();
            let matched = snapshot.match_registrations(&forms, role, &self.policy, &mut together);
            matched.expect("answers");
            for ((form, row), together) in self.forms.iter().zip(&forms).zip(together) {
                let expected = model::matching::match_registration(&self.world, form);
                let got = snapshot.match_registration(row, role, &self.policy).expect("an answer");
                assert_eq!(together, got, "{steps:?} {form:?}");
                assert_eq!(got.outcome.as_str(), expected.outcome, "{steps:?} {form:?}");
                assert_eq!(got.valid_until.map(Instant::unix), expected.valid_until, "{steps:?}");
            }
        }
    }

    fn compare_at(&self, snapshot: &Snapshot, at: Instant, steps: &[Step]) {
        let nothing = BTreeMap::new();
        let codes: Vec<&str> = self.all.iter().map(|(_, code)| code.as_str()).collect();
        let mut batch = Vec::new();
        snapshot.verify_batch(&codes, at, &self.policy, &mut batch).expect("verdicts");
        for (code, judged) in codes.iter().zip(&batch) {
            let query = Query::new(code.as_bytes(), at);
            let answer = snapshot.verify(&query, &self.policy).expect("an answer");
            let expected = model::verify::verify(&self.world, code.as_bytes(), at.unix(), &nothing);
            assert_eq!(engine_words(&answer.judged), model_words(&expected), "{code} {steps:?}");
            assert_eq!(*judged, answer.judged, "{code} {steps:?}");
            let by_line = snapshot.judge(code.as_bytes(), at, &self.policy).expect("a verdict");
            assert_eq!(by_line, answer.judged, "{code} {steps:?}");
        }
        for plate in ["A000BC77", "A001BC77", "A002BC77"] {
            let query = Query::new(plate.as_bytes(), at);
            let answer = snapshot.verify_carrier(Carrier::Plate, &query, &self.policy);
            let expected =
                model::verify::verify_by(&self.world, "plate", plate, at.unix(), &nothing);
            let got = engine_words(&answer.expect("an answer").judged);
            let expected = model_words(&expected);
            assert_eq!((&got[0], &got[6]), (&expected[0], &expected[6]), "{plate} {steps:?}");
        }
    }
}

/// How many files of a kind a store has.
fn files(root: &Path, ending: &str) -> usize {
    let names = std::fs::read_dir(root).expect("a folder");
    names
        .filter(|name| name.as_ref().is_ok_and(|n| n.path().to_string_lossy().ends_with(ending)))
        .count()
}

/// A few dozen lives, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let usual = ProptestConfig { max_shrink_iters: 400, ..ProptestConfig::default() };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { 48 };
    ProptestConfig { cases, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_steps_lead_where_the_model_goes(steps in proptest::collection::vec(step(), 1..16)) {
        let mut living = Living::new();
        for (done, step) in steps.iter().enumerate() {
            living.take(*step);
            living.compare(&steps[..=done]);
        }
        living.writer.compact(Instant::from_unix(EARLY)).expect("merged");
        living.compare(&steps);
        prop_assert!(files(&living.root(), ".segment") <= 5);
        prop_assert!(living.writer.snapshot().check().is_ok());
    }
}
