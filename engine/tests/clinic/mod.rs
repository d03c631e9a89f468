//! A store with a laboratory and its patients, which is loaded and asked step by step.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use propusk_engine::change::Change;
use propusk_engine::collector::Pushed;
use propusk_engine::issue::CertificateDesk;
use propusk_engine::matching::{MatchRole, Matched, Outcome};
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::register::SourceRecord;
use propusk_engine::revalidate::Cause;
use propusk_engine::row::{REGISTRATIONS, Row, RowFault, SOURCES, Table};
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::time::Instant;
use propusk_engine::verdict::{Role, Verdict};
use propusk_engine::verify::{Answer, Query};
use propusk_engine::writer::Writer;

pub(crate) type Values = BTreeMap<&'static str, String>;

/// The laboratory that is connected from 1 May 2021 on.
pub(crate) const LABORATORY: &str = "L1";

pub(crate) struct Clinic {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) keys: Keys,
    pub(crate) policy: Policy,
    pub(crate) desk: CertificateDesk,
    pub(crate) store: Store,
}

pub(crate) fn instant(text: &str) -> Instant {
    let text = if text.len() == 16 { format!("{text}:00+03:00") } else { text.to_owned() };
    Instant::parse(&text).expect("an instant")
}

pub(crate) fn values(pairs: &[(&'static str, &str)]) -> Values {
    pairs.iter().map(|(column, value)| (*column, (*value).to_owned())).collect()
}

/// A good negative PCR result of a patient, reported on 1 June 2021 at noon.
pub(crate) fn result(id: &str) -> Values {
    values(&[
        ("result_id", id),
        ("source_id", LABORATORY),
        ("kind", "pcr"),
        ("outcome", "negative"),
        ("sampled_at", "2021-06-01T08:00:00+03:00"),
        ("reported_at", "2021-06-01T12:00:00+03:00"),
        ("surname", "Образцова"),
        ("first_name", "Мария"),
        ("patronymic", "Тестовна"),
        ("birth_date", "1990-02-03"),
        ("doc_series", "4509"),
        ("doc_number", "123456"),
        ("phone", "+7 900 000-00-01"),
    ])
}

/// The form of the same patient, handed in then.
pub(crate) fn form(at: &str) -> Values {
    let mut form = result("R1");
    for column in ["result_id", "source_id", "kind", "outcome", "sampled_at", "reported_at"] {
        form.remove(column);
    }
    form.insert("request_id", "Q1".to_owned());
    form.insert("submitted_at", instant(at).to_string());
    form
}

pub(crate) fn with(mut values: Values, pairs: &[(&'static str, &str)]) -> Values {
    for (column, value) in pairs {
        if value.is_empty() {
            values.remove(column);
        } else {
            values.insert(column, (*value).to_owned());
        }
    }
    values
}

pub(crate) fn row(table: &'static Table, values: &Values) -> Row<'static> {
    let mut row = Row::empty(table);
    for (column, value) in values {
        assert!(row.set(column, value.clone()), "{column}");
    }
    row
}

impl Clinic {
    /// A store with the laboratory alone.
    pub(crate) fn new() -> Self {
        let (folder, keys) =
            (tempfile::tempdir().expect("a folder"), Keys::random().expect("keys"));
        let (policy, root) = (Policy::default(), folder.path().join("store"));
        let writer = Arc::new(Writer::open(&root, &keys, &policy).expect("a writer"));
        let desk = CertificateDesk::new(writer).expect("a desk");
        let store = Store::open(&root, &keys).expect("a reader");
        let clinic = Clinic { folder, keys, policy, desk, store };
        clinic.connect(LABORATORY, Some("2021-05-01"), None);
        clinic
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Closes the store and opens it again.
    pub(crate) fn reopened(self) -> Self {
        let Clinic { folder, keys, policy, desk, store } = self;
        drop((desk, store));
        let root = folder.path().join("store");
        let writer = Arc::new(Writer::open(&root, &keys, &policy).expect("a writer"));
        let desk = CertificateDesk::new(writer).expect("a desk");
        let store = Store::open(&root, &keys).expect("a reader");
        Clinic { folder, keys, policy, desk, store }
    }

    pub(crate) fn connect(&self, id: &str, from: Option<&str>, to: Option<&str>) {
        let mut values =
            values(&[("source_id", id), ("name", "Лаборатория"), ("kind", "laboratory")]);
        values.extend(from.map(|from| ("connected_from", from.to_owned())));
        values.extend(to.map(|to| ("connected_to", to.to_owned())));
        let source = SourceRecord::read(&row(&SOURCES, &values)).expect("a good source");
        let mut load = self.desk.writer().load();
        load.seal_sources(&[source]).expect("sealed");
        load.publish(instant("2021-05-01T00:00")).expect("published");
    }

    /// Loads rows of a register at an instant; the first fault of each that is rejected.
    pub(crate) fn load(&self, register: Register, rows: &[Values], at: &str) -> Vec<RowFault> {
        let mut load = self.desk.writer().load();
        let (intake, mut collector) = load.begin(register).expect("a collector");
        let mut faults = Vec::new();
        for values in rows {
            match intake.prepare(&row(Table::of(register), values)) {
                Err(fault) => faults.push(fault),
                Ok(prepared) => {
                    let pushed = collector.push(prepared).expect("kept");
                    assert_ne!(pushed, Pushed::Duplicate, "{values:?}");
                }
            }
        }
        load.seal(collector).expect("sealed");
        load.publish(instant(at)).expect("published");
        faults
    }

    /// Loads one good row of results.
    pub(crate) fn report(&self, result: &Values, at: &str) {
        assert_eq!(self.load(Register::Results, std::slice::from_ref(result), at), []);
    }

    /// Hands in a form.
    pub(crate) fn ask(&self, form: &Values) -> Matched {
        let rows = [row(&REGISTRATIONS, form)];
        let now = instant("2021-06-01T12:30");
        let mut answers = self.desk.answer(&rows, MatchRole::Applicant, now).expect("an answer");
        answers.remove(0)
    }

    /// Hands in a form that gets a certificate: its token.
    pub(crate) fn token(&self, form: &Values) -> String {
        let matched = self.ask(form);
        assert_eq!(matched.outcome, Outcome::Issued, "{matched:?}");
        matched.token.expect("a token").canonical()
    }

    /// Hands in a form that gets none: why.
    pub(crate) fn refusal(&self, form: &Values) -> Option<&'static str> {
        let matched = self.ask(form);
        assert_eq!((matched.outcome, matched.token), (Outcome::NotEligible, None), "{matched:?}");
        matched.reason
    }

    pub(crate) fn asked(&self, code: &str, at: &str, role: Role) -> Answer {
        let query = Query { role, ..Query::new(code.as_bytes(), instant(at)) };
        self.store.snapshot().expect("a snapshot").verify(&query, &self.policy).expect("an answer")
    }

    pub(crate) fn verdict(&self, code: &str, at: &str) -> Verdict {
        self.asked(code, at, Role::Status).judged.verdict
    }

    pub(crate) fn change(&self, code: &str, status: &str, on: &str) {
        let on = instant(on).to_string();
        let change = Change::read(code, status, Some(&on), None, &self.policy).expect("a change");
        self.desk.writer().apply(&[change], instant("2021-06-01T12:45")).expect("applied");
    }

    /// What `revalidate` tells of certificates between two instants.
    pub(crate) fn differences(
        &self,
        since: &str,
        as_of: &str,
    ) -> Vec<(String, Verdict, Verdict, Cause)> {
        let mut told = Vec::new();
        let snapshot = self.store.snapshot().expect("a snapshot");
        snapshot
            .revalidate(instant(since), instant(as_of), &self.policy, &self.policy, &mut |change| {
                told.push((change.code.canonical(), change.from, change.to, change.cause));
            })
            .expect("told");
        told.sort();
        told
    }
}
