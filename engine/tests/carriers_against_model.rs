//! Look-ups by number plate, Troika and Strelka card answer as the slow model does, for every role:
//! with several permits a carrier, in stores that are changed, loaded again and merged.

mod harness;
mod model;

use std::collections::BTreeMap;

use harness::{engine_words, model_words};
use model::{Row, World};
use proptest::prelude::*;
use propusk_engine::audit::AuditLog;
use propusk_engine::change::Change;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::row::PERMITS;
use propusk_engine::secret::Keys;
use propusk_engine::store::{AUDIT, Snapshot};
use propusk_engine::time::Instant;
use propusk_engine::verdict::Role;
use propusk_engine::verify::{Carrier, Query};
use propusk_engine::writer::Writer;
use serde_json::Value;

/// Carriers, each in several spellings; the last of a kind is named by no permit.
const PLATES: [&[&str]; 4] = [
    &["А123ВС77", "a 123-bc 77", "A123BC77"],
    &["В200ВВ77", "b200bb77"],
    &["С300СС77"],
    &["T404TT77"],
];
const TROIKAS: [&[&str]; 3] = [&["0123456789"], &["9876543210"], &["0000000404"]];
const STRELKAS: [&[&str]; 3] = [&["01234567890"], &["98765432109"], &["00000000404"]];
/// What no permit can name.
const UNREADABLE: [&str; 3] = ["", "?", "3004AAAAAAAAAAAA"];
/// The days on which permits begin and end, and shortly around them.
const DAYS: [&str; 4] = ["2020-04-20", "2020-04-22", "2020-04-24", "2020-04-28"];
const HOLDERS: [(&str, &str); 2] = [("Артёмова", "4509 123456"), ("Другой", "4510 654321")];
const DESTINATIONS: [&str; 2] = ["Тверская ул., д. 1", "Арбат, д. 3"];
const MOST: usize = 10;
const NOW: Instant = Instant::from_unix(1_587_000_000);

/// One permit: everything that it may be.
#[derive(Clone, Debug)]
struct Permit {
    plate: Option<(usize, usize)>,
    troika: Option<usize>,
    strelka: Option<usize>,
    days: (usize, usize),
    holder: usize,
    destination: Option<usize>,
    protected: bool,
    revoked_on: Option<usize>,
}

fn permit() -> impl Strategy<Value = Permit> {
    let carriers = (
        proptest::option::weighted(0.8, (0..3usize, 0..3usize)),
        proptest::option::of(0..2usize),
        proptest::option::of(0..2usize),
    );
    let days =
        (0..DAYS.len(), 0..DAYS.len()).prop_map(|(one, other)| (one.min(other), one.max(other)));
    let rest = (
        0..HOLDERS.len(),
        proptest::option::of(0..DESTINATIONS.len()),
        proptest::bool::weighted(0.2),
        proptest::option::weighted(0.2, 0..DAYS.len()),
    );
    (carriers, days, rest).prop_map(|((plate, troika, strelka), days, rest)| {
        let (holder, destination, protected, revoked_on) = rest;
        Permit { plate, troika, strelka, days, holder, destination, protected, revoked_on }
    })
}

#[derive(Clone, Debug)]
enum Step {
    /// One permit more, or one that is there with other columns; its last day stays.
    Load(usize, Permit),
    /// A new status: active, revoked or removed, on a day.
    Change(usize, usize, usize),
    Compact,
    CompactTiers,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..MOST, permit()).prop_map(|(which, permit)| Step::Load(which, permit)),
        4 => (0..MOST, 0..3usize, 0..DAYS.len())
            .prop_map(|(which, word, day)| Step::Change(which, word, day)),
        1 => Just(Step::Compact),
        1 => Just(Step::CompactTiers),
    ]
}

fn midnight(day: usize) -> String {
    format!("{}T00:00:00+03:00", DAYS[day])
}

/// The row of a permit whose last day is given.
fn row(which: usize, permit: &Permit, last: usize) -> Row {
    let mut row = Row::new();
    let mut put = |column: &str, value: String| drop(row.insert(column.to_owned(), value));
    let (month, day) = (&DAYS[last][5..7], &DAYS[last][8..]);
    put("code", format!("{day}{month}PERMIT00000{}", char::from(b'A' + which as u8)));
    put("type", "1".to_owned());
    put("issued_at", "2020-04-15T09:00:00+03:00".to_owned());
    put("valid_from", DAYS[permit.days.0.min(last)].to_owned());
    put("valid_to", DAYS[last].to_owned());
    let (surname, document) = HOLDERS[permit.holder];
    put("surname", surname.to_owned());
    put("birth_date", "02.01.1990".to_owned());
    put("doc_number", document.to_owned());
    let spelled = |spellings: &[&str], which: usize| spellings[which % spellings.len()].to_owned();
    if let Some((plate, spelling)) = permit.plate {
        put("plate", spelled(PLATES[plate], spelling));
    }
    if let Some(troika) = permit.troika {
        put("troika", spelled(TROIKAS[troika], 0));
    }
    if let Some(strelka) = permit.strelka {
        put("strelka", spelled(STRELKAS[strelka], 0));
    }
    if let Some(destination) = permit.destination {
        put("destination", DESTINATIONS[destination].to_owned());
    }
    if permit.protected {
        put("protected", "true".to_owned());
    }
    if let Some(day) = permit.revoked_on {
        put("status", "revoked".to_owned());
        put("status_on", midnight(day));
    }
    row
}

struct Living {
    _folder: tempfile::TempDir,
    policy: Policy,
    writer: Writer,
    log: AuditLog,
    world: World,
    /// What each permit that is there was loaded as, by its place.
    loaded: BTreeMap<usize, Row>,
    last_days: BTreeMap<usize, usize>,
}

impl Living {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let policy = Policy::default();
        let keys = Keys::random().expect("random bytes");
        let writer = Writer::open(folder.path(), &keys, &policy).expect("a writer");
        let log = AuditLog::open(&folder.path().join(AUDIT)).expect("a log");
        let (world, loaded, last_days) = (World::default(), BTreeMap::new(), BTreeMap::new());
        Living { _folder: folder, policy, writer, log, world, loaded, last_days }
    }

    fn record(&mut self, which: usize) -> Option<&mut Row> {
        let code = self.loaded.get(&which)?["code"].clone();
        self.world.permits.iter_mut().find(|row| row["code"] == code)
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Load(which, permit) => self.load(&[(*which, permit.clone())]),
            Step::Change(which, word, day) => self.change(*which, *word, *day),
            Step::Compact => drop(self.writer.compact(NOW).expect("merged")),
            Step::CompactTiers => drop(self.writer.compact_tiers(NOW).expect("merged")),
        }
    }

    fn load(&mut self, permits: &[(usize, Permit)]) {
        let last = |days: &mut BTreeMap<usize, usize>, which, permit: &Permit| {
            // A code names its last day.
            *days.entry(which).or_insert(permit.days.1)
        };
        let rows: Vec<(usize, Row)> = permits
            .iter()
            .map(|(which, permit)| {
                (*which, row(*which, permit, last(&mut self.last_days, *which, permit)))
            })
            .collect();
        let mut load = self.writer.load();
        let (intake, mut collector) = load.begin(Register::Permits).expect("a collector");
        for (_, row) in &rows {
            let prepared = intake.prepare(&harness::row(&PERMITS, row)).expect("a good row");
            collector.push(prepared).expect("kept");
        }
        load.seal(collector).expect("sealed");
        load.publish(NOW).expect("published");
        for (which, row) in rows {
            // The same row again leaves later statuses as they are.
            if self.loaded.get(&which) == Some(&row) {
                continue;
            }
            match self.record(which) {
                Some(record) => *record = row.clone(),
                None => self.world.permits.push(row.clone()),
            }
            self.loaded.insert(which, row);
        }
    }

    fn change(&mut self, which: usize, word: usize, day: usize) {
        let Some(loaded) = self.loaded.get(&which).cloned() else { return };
        let word = ["active", "revoked", "removed"][word];
        let on = midnight(day);
        let change = Change::read(&loaded["code"], word, Some(&on), None, &self.policy);
        self.writer.apply(&[change.expect("a change")], NOW).expect("applied");
        let Some(row) = self.record(which) else { return };
        row.remove("status_on");
        row.insert("status".into(), word.into());
        match word {
            "revoked" => drop(row.insert("status_on".into(), on)),
            // As it was loaded, where it was loaded so.
            "active" if !loaded.contains_key("status") => drop(row.remove("status")),
            "active" => {}
            _ => {
                let code = row["code"].clone();
                self.world.permits.retain(|row| row["code"] != code);
                self.loaded.remove(&which);
            }
        }
    }

    /// Asks every question of every role, and holds the answers against the model's.
    fn compare(&mut self, what: &str) {
        let snapshot = self.writer.snapshot();
        let kinds: [(&str, Carrier, &[&[&str]]); 3] = [
            ("plate", Carrier::Plate, &PLATES),
            ("troika", Carrier::Troika, &TROIKAS),
            ("strelka", Carrier::Strelka, &STRELKAS),
        ];
        for (by, carrier, values) in kinds {
            let spellings = values.iter().flat_map(|spellings| spellings.iter());
            for text in spellings.chain(&UNREADABLE) {
                for day in DAYS {
                    let start =
                        Instant::parse(&format!("{day}T00:00:00+03:00")).expect("an instant");
                    for at in [start.plus_seconds(-1), start, start.plus_seconds(86_400)] {
                        for role in Role::ALL {
                            self.ask(&snapshot, (by, carrier, text), at, *role, what);
                        }
                    }
                }
            }
        }
    }

    fn ask(
        &mut self,
        snapshot: &Snapshot,
        (by, carrier, text): (&str, Carrier, &str),
        at: Instant,
        role: Role,
        what: &str,
    ) {
        let shown_rows = [("", ""), ("document", HOLDERS[0].1), ("surname", HOLDERS[1].0)];
        let destinations = [None, Some(DESTINATIONS[0]), Some(" арбат,  Д. 3")];
        for (place, (column, value)) in shown_rows.into_iter().enumerate() {
            let shown: Row = Some((column.to_owned(), value.to_owned()))
                .filter(|_| !column.is_empty())
                .into_iter()
                .collect();
            let destination = destinations[(place + role as usize) % destinations.len()];
            let query = Query {
                role,
                shown: harness::shown(&shown),
                destination,
                ..Query::new(text.as_bytes(), at)
            };
            let answer = match role {
                Role::Official => {
                    let log = &mut self.log;
                    snapshot.verify_for_official(Some(carrier), &query, &self.policy, log, NOW)
                }
                _ => snapshot.verify_carrier(carrier, &query, &self.policy),
            };
            let answer = answer.expect("an answer");
            let asked = format!("{by} {text} {at} {role} {shown:?} {destination:?} after {what}");
            let best = model::verify::best_by(&self.world, by, text, at.unix(), &shown);
            let expected = model::verify::verify_by(&self.world, by, text, at.unix(), &shown);
            assert_eq!(engine_words(&answer.judged), model_words(&expected), "{asked}");
            let holder = best.map_or(Value::Null, |(answer, row)| {
                model::disclosure::holder(&answer, row, role.as_str(), destination)
            });
            let told = serde_json::to_value(&answer.holder).expect("JSON");
            assert_eq!(told, holder, "{asked}");
        }
    }
}

/// A few dozen lives, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let usual = ProptestConfig { max_shrink_iters: 400, ..ProptestConfig::default() };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { 10 };
    ProptestConfig { cases, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_permits_are_looked_up_as_the_model_does(
        first in proptest::collection::vec(permit(), 1..MOST),
        steps in proptest::collection::vec(step(), 0..7),
    ) {
        let mut living = Living::new();
        let first: Vec<(usize, Permit)> = first.into_iter().enumerate().collect();
        living.load(&first);
        living.compare(&format!("{first:?}"));
        for step in &steps {
            living.take(step);
            living.compare(&format!("{first:?} {steps:?}"));
        }
    }
}

/// Permits that are alike but for their codes are one answer in every store, whatever its secrets.
#[test]
fn of_equals_the_smallest_code_is_answered_for() {
    let alike = |destination| Permit {
        plate: Some((0, 0)),
        troika: None,
        strelka: None,
        days: (0, 3),
        holder: 0,
        destination,
        protected: false,
        revoked_on: None,
    };
    for _ in 0..8 {
        let mut living = Living::new();
        let permits = [(1, alike(Some(1))), (0, alike(Some(0))), (2, alike(None))];
        living.load(&permits);
        living.compare("equals");
        let at = Instant::parse("2020-04-23T12:00:00+03:00").expect("an instant");
        let destination = Some(DESTINATIONS[0]);
        let query = Query { role: Role::Taxi, destination, ..Query::new(b"A123BC77", at) };
        let answer =
            living.writer.snapshot().verify_carrier(Carrier::Plate, &query, &living.policy);
        let told = serde_json::to_value(answer.expect("an answer").holder).expect("JSON");
        assert_eq!(told["destination_confirmed"], true);
    }
}
