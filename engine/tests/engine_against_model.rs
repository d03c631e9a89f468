//! The engine answers as the slow model does, of the example registers and of generated ones: every
//! code at every instant around every limit, single and in batches, with and without what a holder
//! shows; every form; every row that is rejected.

mod harness;
mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use harness::{engine_words, model_words};
use model::{World, field, matching, time};
use proptest::prelude::*;
use propusk_engine::code::Code;
use propusk_engine::matching::MatchRole;
use propusk_engine::policy::Policy;
use propusk_engine::row::REGISTRATIONS;
use propusk_engine::secret::Keys;
use propusk_engine::store::{Snapshot, Store};
use propusk_engine::time::Instant;
use propusk_engine::verify::{Carrier, Judged, Query};

/// A folder of generated registers of 300 people, with that share of dirty rows.
fn generated(seed: u64, dirty: f64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let options = propusk_datasets::Options { people: 300, seed, dirty };
    propusk_datasets::generate(folder.path(), &options, &|_| {}).expect("registers");
    folder
}

struct Fixture {
    world: World,
    registrations: Vec<model::Row>,
    store: Store,
    policy: Policy,
    _folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
        let mut world = World::load(&examples);
        // The examples name no plates: give some permits the same ones, and results a withdrawal.
        for (index, permit) in world.permits.iter_mut().enumerate() {
            permit.insert("plate".into(), format!("а{:03}вс77", index % 40));
            permit.insert("troika".into(), format!("{:010}", index % 50 + 1));
        }
        for (index, result) in world.results.iter_mut().enumerate().filter(|(i, _)| i % 5 == 0) {
            result.insert("status".into(), "withdrawn".into());
            if index % 10 == 0 {
                let reported_at = result["reported_at"].clone();
                result.insert("status_on".into(), reported_at);
            }
        }
        let ids: Vec<String> = world.results.iter().map(|row| row["result_id"].clone()).collect();
        for (certificate, id) in world.certificates.iter_mut().zip(ids) {
            certificate.insert("result_id".into(), id);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let store = harness::store(folder.path(), &world);
        let registrations = model::table(&examples.join("registrations.csv"));
        Fixture { world, registrations, store, policy: Policy::default(), _folder: folder }
    }

    /// Generated registers, some rows of them dirty: engine and model reject the same ones.
    fn generated(seed: u64) -> Self {
        let data = generated(seed, 0.02);
        let folder = tempfile::tempdir().expect("a folder");
        let (world, rejected) = harness::sift(&World::load(data.path()), folder.path());
        assert!(rejected > 0, "some rows are dirty");
        let store = harness::store(folder.path(), &world);
        let registrations = model::table(&data.path().join("registrations.csv"));
        Fixture { world, registrations, store, policy: Policy::default(), _folder: folder }
    }

    fn snapshot(&self) -> std::sync::Arc<Snapshot> {
        self.store.snapshot().unwrap()
    }

    fn codes(&self) -> Vec<String> {
        let column = |rows: &[model::Row], name: &str| {
            rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>()
        };
        let mut codes = column(&self.world.permits, "code");
        codes.extend(column(&self.world.certificates, "token"));
        codes.extend(
            self.world.cards.iter().map(|row| format!("{}{}", row["series"], row["number"])),
        );
        codes.push("3004ABCDEFGH9999".into());
        codes.push("no code".into());
        codes
    }

    /// Every instant in any register, and the seconds beside, and the ends that follow from them.
    fn instants(&self, code: &str) -> Vec<i64> {
        let mut limits: Vec<i64> = ["2021-12-08", "2021-12-20", "2020-05-01", "2024-02-29"]
            .iter()
            .map(|date| Instant::parse(&format!("{date}T00:00:00+03:00")).expect("limit").unix())
            .collect();
        let nothing = BTreeMap::new();
        for at in [limits[0], limits[1], limits[1] - 1] {
            let answer = model::verify::verify(&self.world, code.as_bytes(), at, &nothing);
            limits.extend(answer.valid_from);
            limits.extend(answer.valid_until);
        }
        let rows = [&self.world.permits, &self.world.certificates, &self.world.cards];
        for row in rows.into_iter().flatten() {
            let own = ["code", "token", "number"].iter().filter_map(|name| field(row, name));
            if own.into_iter().any(|own| code.ends_with(own))
                && let Some(on) = field(row, "status_on")
            {
                let on =
                    time::instant(on).or_else(|| time::instant(&format!("{on}T00:00:00+03:00")));
                limits.extend(on);
                limits.extend(on.map(|on| on + 8 * 86_400));
            }
        }
        limits.iter().flat_map(|limit| [limit - 1, *limit, limit + 1]).collect()
    }
}

#[test]
fn every_code_at_every_limit() {
    compare_codes(&Fixture::new());
}

fn compare_codes(fixture: &Fixture) {
    let (snapshot, nothing) = (fixture.snapshot(), BTreeMap::new());
    let codes = fixture.codes();
    let mut batch = Vec::new();
    for code in &codes {
        for at in fixture.instants(code) {
            let expected =
                model_words(&model::verify::verify(&fixture.world, code.as_bytes(), at, &nothing));
            let at = Instant::from_unix(at);
            let answer =
                snapshot.verify(&Query::new(code.as_bytes(), at), &fixture.policy).unwrap();
            assert_eq!(engine_words(&answer.judged), expected, "{code} at {at}");
            let by_line = snapshot.judge(code.as_bytes(), at, &fixture.policy).unwrap();
            assert_eq!(by_line, answer.judged, "{code} at {at}");
        }
    }
    for at in
        ["2020-04-30T12:00:00+03:00", "2021-12-19T23:59:59+03:00", "2022-03-01T00:00:00+03:00"]
    {
        let at = Instant::parse(at).unwrap();
        snapshot.verify_batch(&codes, at, &fixture.policy, &mut batch).unwrap();
        assert_eq!(batch.len(), codes.len());
        for (code, judged) in codes.iter().zip(&batch) {
            let answer =
                snapshot.verify(&Query::new(code.as_bytes(), at), &fixture.policy).unwrap();
            assert_eq!(*judged, answer.judged, "{code} at {at}");
        }
    }
}

/// Certificates of all kinds, the samples of each on days of a year and a half before and after rules
/// took over, and on all days around the end of February: a year later some of these end together, and
/// half a year later they did not.
fn sampled_around_takeovers() -> World {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples");
    let mut world = World::load(&examples);
    let base = world.certificates[0].clone();
    let days = |from: &str, to: &str, step: i64| {
        let day = |text| time::date(text).expect("a date");
        (day(from)..day(to)).step_by(step as usize).map(time::start)
    };
    let sampled = days("2020-02-26", "2020-03-03", 1)
        .chain(days("2020-07-01", "2022-03-01", 11))
        .chain(days("2021-12-05", "2021-12-24", 1));
    world.certificates.clear();
    for (number, midnight) in sampled.enumerate() {
        for (of, kind) in ["pcr", "vaccination", "recovery"].into_iter().enumerate() {
            let number = number * 3 + of;
            let at = midnight + [0, 86_399, 50_000][number % 3];
            let at = Instant::from_unix(at).to_string();
            let token = Code::certificate((number as u128 + 1) << 90 | 12_345);
            let mut row = base.clone();
            row.remove("result_id");
            row.insert("token".into(), token.canonical());
            row.insert("kind".into(), kind.into());
            for column in ["sampled_at", "reported_at", "issued_at"] {
                row.insert(column.into(), at.clone());
            }
            row.remove("status");
            row.remove("status_on");
            if number % 7 == 0 {
                row.insert("status".into(), ["revoked", "suspended"][number % 2].into());
            }
            world.certificates.push(row);
        }
    }
    world
}

/// The answers of batches: certificates alone, cards alone, and both in turn, each again among others.
fn batches(fixture: &Fixture, at: Instant) -> Vec<(String, Judged)> {
    let (certificates, cards) = (
        fixture.world.certificates.iter().map(|row| row["token"].clone()).collect::<Vec<_>>(),
        fixture.world.cards.iter().map(|row| format!("{}{}", row["series"], row["number"])),
    );
    let cards = cards.collect::<Vec<_>>();
    let turns = certificates.iter().zip(cards.iter().cycle());
    let mixed = turns.flat_map(|(token, card)| [token.clone(), card.clone()]).collect::<Vec<_>>();
    let (snapshot, mut answers) = (fixture.snapshot(), Vec::new());
    for codes in [certificates, cards, mixed] {
        let mut judged = Vec::new();
        // What is asked for the first time is proved; after that no answer waits for it.
        for _ in 0..2 {
            snapshot.verify_batch(&codes, at, &fixture.policy, &mut judged).unwrap();
            answers.extend(codes.iter().cloned().zip(judged.iter().copied()));
        }
    }
    answers
}

/// The dates of the rules to come, and the seconds beside.
fn around(dates: &[&str]) -> Vec<Instant> {
    let midnight = |date: &&str| Instant::parse(&format!("{date}T00:00:00+03:00")).expect("a date");
    let beside = |at: Instant| [-1, 0, 1].map(|seconds| at.plus_seconds(seconds));
    dates.iter().map(midnight).flat_map(beside).collect()
}

#[test]
fn batches_before_at_and_after_a_takeover() {
    let world = sampled_around_takeovers();
    let folder = tempfile::tempdir().expect("a folder");
    let store = harness::store(folder.path(), &world);
    let policy = Policy::default();
    let fixture = Fixture { world, registrations: Vec::new(), store, policy, _folder: folder };
    let nothing = BTreeMap::new();
    let dates =
        ["2020-08-28", "2020-08-29", "2021-06-20", "2021-12-08", "2021-12-20", "2022-09-01"];
    for at in around(&dates) {
        let mut told: BTreeMap<String, _> = BTreeMap::new();
        for (code, judged) in batches(&fixture, at) {
            let expected = told.entry(code.clone()).or_insert_with(|| {
                let code = code.as_bytes();
                model_words(&model::verify::verify(&fixture.world, code, at.unix(), &nothing))
            });
            assert_eq!(engine_words(&judged), *expected, "{code} at {at}");
        }
    }
}

/// Rules of every kind that take over one after the other, longer and shorter ones, in other units too.
#[test]
fn batches_under_many_rules_to_come() {
    let toml = propusk_engine::policy::DEFAULT_TOML
        .replace(
            "from = \"2021-12-08\"\nhours = 48\n",
            "from = \"2021-12-08\"\nhours = 48\napplies_to_existing = true\n",
        )
        .replace(
            "[[recovery]]\nmonths = 6\n",
            "[[vaccination]]\nfrom = \"2021-11-01\"\nmonths = 9\napplies_to_existing = true\n\
             counted_from = \"sampled_at\"\n\n\
             [[vaccination]]\nfrom = \"2022-02-01\"\ncalendar_days = 400\n\
             counted_from = \"sampled_at\"\n\n\
             [[recovery]]\nhours = 4000\n",
        )
        .replace(
            "[card_holder]",
            "[[card]]\nfrom = \"2025-01-10\"\nmonths = 36\napplies_to_existing = true\n\n\
             [[card]]\nfrom = \"2025-06-01\"\nmonths = 84\napplies_to_existing = true\n\n\
             [card_holder]",
        );
    let policy = Policy::from_toml(&toml).expect("a policy");
    let world = sampled_around_takeovers();
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), Keys::random().expect("keys"));
    harness::seal_under(folder.path(), &world, &keys, &policy);
    let store = Store::open(folder.path(), &keys).expect("a store");
    let fixture = Fixture { world, registrations: Vec::new(), store, policy, _folder: folder };
    let dates =
        ["2021-11-01", "2021-12-08", "2021-12-20", "2022-02-01", "2025-01-10", "2025-06-01"];
    let mut ends: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for at in around(&dates) {
        for (code, judged) in batches(&fixture, at) {
            let query = Query::new(code.as_bytes(), at);
            let alone = fixture.snapshot().verify(&query, &fixture.policy).unwrap();
            assert_eq!(judged, alone.judged, "{code} at {at}");
            ends.entry(code).or_default().extend(judged.validity().map(|(_, end)| end.unix()));
        }
    }
    let changing = |kinds: usize| ends.values().filter(|ends| ends.len() == kinds).count();
    assert!(changing(2) > 50 && changing(3) > 50, "ends change with the rules");
}

#[test]
fn a_policy_that_the_store_was_not_sealed_under_is_obeyed() {
    let fixture = Fixture::new();
    let toml = propusk_engine::policy::DEFAULT_TOML.replace("hours = 48", "hours = 47");
    let other = Policy::from_toml(&toml).unwrap();
    let snapshot = fixture.snapshot();
    let at = Instant::parse("2022-01-01T00:00:00+03:00").unwrap();
    let mut shorter = 0;
    for code in fixture.codes() {
        let query = Query::new(code.as_bytes(), at);
        let until = |policy: &Policy| {
            snapshot
                .verify(&query, policy)
                .unwrap()
                .judged
                .validity()
                .map(|(_, until)| until.unix())
        };
        let (sealed, now) = (until(&fixture.policy), until(&other));
        assert!(sealed == now || sealed == now.map(|now| now + 3600), "{code}");
        shorter += usize::from(sealed != now);
    }
    assert!(shorter > 5, "some certificates fall under the rule of 48 hours");
}

#[test]
fn every_plate_and_card_gives_the_best_permit() {
    let fixture = Fixture::new();
    let (snapshot, nothing) = (fixture.snapshot(), BTreeMap::new());
    for number in 0..60 {
        for day in ["2020-03-15", "2020-04-20", "2020-05-10"] {
            let at = Instant::parse(&format!("{day}T12:00:00+03:00")).unwrap();
            for (carrier, by, value) in [
                (Carrier::Plate, "plate", format!("A{number:03}BC77")),
                (Carrier::Troika, "troika", format!("{number:010}")),
            ] {
                let query = Query::new(value.as_bytes(), at);
                let answer = snapshot.verify_carrier(carrier, &query, &fixture.policy).unwrap();
                let expected =
                    model::verify::verify_by(&fixture.world, by, &value, at.unix(), &nothing);
                let (got, expected) = (engine_words(&answer.judged), model_words(&expected));
                assert_eq!((&got[0], &got[6]), (&expected[0], &expected[6]), "{by} {value} {at}");
            }
        }
    }
}

#[test]
fn every_form_comes_to_the_same() {
    let fixture = Fixture::new();
    for form in &fixture.registrations {
        compare_form(&fixture, form);
    }
    // Many at once, whoever stands beside whom.
    let rows = fixture.registrations.iter().map(|form| harness::row(&REGISTRATIONS, form));
    let (rows, snapshot) = (rows.collect::<Vec<_>>(), fixture.snapshot());
    let mut together = Vec::new();
    for role in [MatchRole::Laboratory, MatchRole::Applicant] {
        snapshot.match_registrations(&rows, role, &fixture.policy, &mut together).unwrap();
        assert_eq!(together.len(), rows.len());
        for (row, got) in rows.iter().zip(&together) {
            let alone = snapshot.match_registration(row, role, &fixture.policy).unwrap();
            assert_eq!(*got, alone, "{role} {row:?}");
        }
        // However many they are: forms are matched in groups.
        let all = together.clone();
        for count in (0..=3).chain(61..=67).chain(125..=131) {
            snapshot
                .match_registrations(&rows[..count], role, &fixture.policy, &mut together)
                .unwrap();
            assert_eq!(together, all[..count], "{count}");
        }
    }
}

fn compare_form(fixture: &Fixture, form: &model::Row) {
    let snapshot = fixture.snapshot();
    for role in [MatchRole::Laboratory, MatchRole::Applicant] {
        let expected = match role {
            MatchRole::Laboratory => matching::match_registration(&fixture.world, form),
            MatchRole::Applicant => {
                matching::match_registration_for_applicant(&fixture.world, form)
            }
        };
        let row = harness::row(&REGISTRATIONS, form);
        let got = snapshot.match_registration(&row, role, &fixture.policy).unwrap();
        assert_eq!(got.outcome.as_str(), expected.outcome, "{form:?}");
        assert_eq!((got.field, got.reason), (expected.field, expected.reason), "{form:?}");
        assert_eq!(got.valid_until.map(Instant::unix), expected.valid_until, "{form:?}");
        let differs: BTreeMap<_, _> = got
            .differs
            .iter()
            .map(|(field, relation)| ((*field).to_owned(), relation.as_str()))
            .collect();
        assert_eq!(differs, expected.differs, "{role} {form:?}");
        let regimes: BTreeMap<_, _> = got
            .regimes
            .iter()
            .map(|(field, regime)| ((*field).to_owned(), regime.to_string()))
            .collect();
        assert_eq!(regimes, expected.regimes, "{role} {form:?}");
    }
}

#[test]
fn generated_registers_come_to_the_same() {
    for seed in [1, 2, 3] {
        let fixture = Fixture::generated(seed);
        compare_codes(&fixture);
        for form in &fixture.registrations {
            compare_form(&fixture, form);
        }
        compare_carriers(&fixture);
        compare_holders(&fixture);
    }
}

/// Most rows are dirty, so that every way to spoil a row is met.
#[test]
fn the_same_rows_are_rejected() {
    for seed in [1, 2, 3] {
        let (data, folder) = (generated(seed, 0.8), tempfile::tempdir().expect("a folder"));
        let (_, rejected) = harness::sift(&World::load(data.path()), folder.path());
        assert!(rejected > 1000, "{rejected}");
    }
}

/// Every plate and transport card that a permit names, as that permit writes it.
fn compare_carriers(fixture: &Fixture) {
    let (snapshot, nothing) = (fixture.snapshot(), BTreeMap::new());
    let mut asked = 0;
    for permit in &fixture.world.permits {
        let end = time::end(model::date_of(permit, "valid_to"));
        for (carrier, by) in
            [(Carrier::Plate, "plate"), (Carrier::Troika, "troika"), (Carrier::Strelka, "strelka")]
        {
            let Some(text) = field(permit, by) else { continue };
            for at in [end - 86_400, end - 1, end] {
                let query = Query::new(text.as_bytes(), Instant::from_unix(at));
                let answer = snapshot.verify_carrier(carrier, &query, &fixture.policy).unwrap();
                let expected = model::verify::verify_by(&fixture.world, by, text, at, &nothing);
                let (got, expected) = (engine_words(&answer.judged), model_words(&expected));
                assert_eq!((&got[0], &got[6]), (&expected[0], &expected[6]), "{by} {text} {at}");
                asked += 1;
            }
        }
    }
    assert!(asked > 50, "permits name plates and cards: {asked}");
}

/// What each holder shows of a permit, and what the next one shows of the same.
fn compare_holders(fixture: &Fixture) {
    let snapshot = fixture.snapshot();
    let permits = &fixture.world.permits;
    for (permit, next) in permits.iter().zip(permits.iter().skip(1)) {
        let (code, at) = (&permit["code"], time::start(model::date_of(permit, "valid_to")));
        for holder in [permit, next] {
            let mut shown = model::Row::new();
            let series = field(holder, "doc_series").unwrap_or("");
            shown.insert("document".into(), format!("{series} {}", holder["doc_number"]));
            for column in ["surname", "first_name", "patronymic", "birth_date"] {
                let text = field(holder, column);
                shown.extend(text.map(|text| (column.to_owned(), text.to_owned())));
            }
            let expected = model::verify::verify(&fixture.world, code.as_bytes(), at, &shown);
            let query = Query::new(code.as_bytes(), Instant::from_unix(at));
            let query = Query { shown: harness::shown(&shown), ..query };
            let answer = snapshot.verify(&query, &fixture.policy).unwrap();
            assert_eq!(engine_words(&answer.judged), model_words(&expected), "{code} {shown:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn forms_made_of_parts_of_results(
        picks in proptest::collection::vec((0usize..150, 0usize..4), 300),
        hours in 0i64..400,
    ) {
        static FIXTURE: std::sync::LazyLock<Fixture> = std::sync::LazyLock::new(Fixture::new);
        let (fixture, mut picks) = (&*FIXTURE, picks.into_iter());
        let results = &fixture.world.results;
        let (base, _) = picks.next().unwrap();
        let mut form: model::Row = model::Row::new();
        for column in ["surname", "first_name", "patronymic", "birth_date", "doc_series",
            "doc_number", "snils", "phone", "work_licence"] {
            let (other, chance) = picks.next().unwrap();
            let from = if chance == 0 { other } else { base } % results.len();
            if let Some(value) = field(&results[from], column) {
                form.insert(column.into(), value.into());
            }
        }
        let reported = Instant::parse(&results[base % results.len()]["reported_at"]).unwrap();
        form.insert("request_id".into(), "Q".into());
        let submitted = reported.plus_seconds(hours * 3600 - 7200);
        form.insert("submitted_at".into(), submitted.to_string());
        compare_form(fixture, &form);
    }

    #[test]
    fn what_a_holder_shows(pick in 0usize..150, other in 0usize..150, columns in 0u8..32, swap in 0u8..32) {
        static FIXTURE: std::sync::LazyLock<Fixture> = std::sync::LazyLock::new(Fixture::new);
        let fixture = &*FIXTURE;
        let certificates = &fixture.world.certificates;
        let own = &certificates[pick % certificates.len()];
        let other = &certificates[other % certificates.len()];
        let at = Instant::parse(&own["issued_at"]).unwrap();
        let mut shown = model::Row::new();
        for (bit, column) in ["surname", "first_name", "patronymic", "birth_date", "doc_number"]
            .into_iter().enumerate() {
            let from = if swap >> bit & 1 == 1 { other } else { own };
            if columns >> bit & 1 == 1 {
                let series = if column == "doc_number" { field(from, "doc_series") } else { None };
                let text = format!("{}{}", series.unwrap_or(""), field(from, column).unwrap_or(""));
                if !text.trim().is_empty() {
                    let name = if column == "doc_number" { "document" } else { column };
                    shown.insert(name.into(), text);
                }
            }
        }
        let expected = model::verify::verify(&fixture.world, own["token"].as_bytes(), at.unix(), &shown);
        let mut query = Query::new(own["token"].as_bytes(), at);
        query.shown = harness::shown(&shown);
        let answer = fixture.snapshot().verify(&query, &fixture.policy).unwrap();
        prop_assert_eq!(engine_words(&answer.judged), model_words(&expected));
    }
}
