//! What somebody can find out who asks for matches as often as he likes: an applicant nothing of anybody
//! but those who gave his phone, nobody anything of a protected person by asking for others.
//! `docs/threat-model.md` states the attacks.

mod harness;
mod model;

use std::sync::Arc;

use model::{Row, World, field};
use propusk_engine::code::Code;
use propusk_engine::identity::transliteration::Explanation;
use propusk_engine::matching::{MatchRole, Matched, Outcome, Relation};
use propusk_engine::policy::Policy;
use propusk_engine::row::REGISTRATIONS;
use propusk_engine::store::{Snapshot, Store};
use propusk_engine::time::Instant;

/// What a form can be asked with, and what of it stands in a result.
const FIELDS: [(&str, &[&str]); 8] = [
    ("surname", &["surname"]),
    ("first_name", &["first_name"]),
    ("patronymic", &["patronymic"]),
    ("birth_date", &["birth_date"]),
    ("document", &["doc_series", "doc_number"]),
    ("snils", &["snils"]),
    ("phone", &["phone"]),
    ("work_licence", &["work_licence"]),
];

fn row(columns: &[(&str, &str)]) -> Row {
    columns.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
}

/// The result of a person who was tested, and the form of another who asks.
fn victim() -> Row {
    row(&[
        ("result_id", "R1"),
        ("source_id", "L1"),
        ("kind", "pcr"),
        ("outcome", "negative"),
        ("sampled_at", "2021-12-08T10:00:00+03:00"),
        ("reported_at", "2021-12-08T20:00:00+03:00"),
        ("surname", "Щербакова"),
        ("first_name", "Юлия"),
        ("patronymic", "Дмитриевна"),
        ("birth_date", "1985-03-17"),
        ("doc_series", "4511"),
        ("doc_number", "765432"),
        ("snils", "112-233-445 95"),
        ("phone", "+79161112233"),
        ("work_licence", "77 700700"),
    ])
}

fn asking() -> Row {
    row(&[
        ("request_id", "Q1"),
        ("submitted_at", "2021-12-09T09:00:00+03:00"),
        ("surname", "Мельник"),
        ("first_name", "Олег"),
        ("patronymic", "Петрович"),
        ("birth_date", "1979-11-02"),
        ("doc_series", "4620"),
        ("doc_number", "111222"),
        ("snils", "001-001-998 00"),
        ("phone", "+79269998877"),
        ("work_licence", "50 100200"),
    ])
}

/// A result of the one who asks.
fn own() -> Row {
    let mut own = asking();
    own.remove("request_id");
    own.remove("submitted_at");
    let test = victim();
    for column in ["source_id", "kind", "outcome", "sampled_at", "reported_at"] {
        own.insert(column.to_owned(), test[column].clone());
    }
    own.insert("result_id".to_owned(), "R2".to_owned());
    own
}

/// All of an answer that anybody is told.
#[derive(Debug, PartialEq)]
struct Told {
    outcome: Outcome,
    field: Option<&'static str>,
    reason: Option<&'static str>,
    differs: Vec<(&'static str, Relation)>,
    regimes: Vec<(&'static str, Explanation)>,
    token: Option<Code>,
    valid_until: Option<Instant>,
}

struct Held {
    store: Store,
    policy: Policy,
    _folder: tempfile::TempDir,
}

impl Held {
    fn of(results: &[&Row]) -> Self {
        let source = [
            ("source_id", "L1"),
            ("name", "Laboratory"),
            ("kind", "laboratory"),
            ("connected_from", "2020-01-01"),
        ];
        let sources = vec![row(&source)];
        let results = results.iter().map(|result| (*result).clone()).collect();
        Held::of_world(&World { sources, results, ..World::default() })
    }

    fn of_world(world: &World) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = harness::store(folder.path(), world);
        Held { store, policy: Policy::default(), _folder: folder }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.store.snapshot().expect("a snapshot")
    }

    fn ask(&self, form: &Row, role: MatchRole) -> Told {
        let row = harness::row(&REGISTRATIONS, form);
        let answer = self.snapshot().match_registration(&row, role, &self.policy);
        let Matched { outcome, field, reason, differs, regimes, token, valid_until, .. } =
            answer.expect("an answer");
        Told { outcome, field, reason, differs, regimes, token, valid_until }
    }
}

/// Every form of the one who asks in which some fields are the victim's.
fn forms(victim: &Row) -> impl Iterator<Item = (u32, Row)> + '_ {
    (0..1u32 << FIELDS.len()).map(move |taken| {
        let mut form = asking();
        for (place, (_, columns)) in FIELDS.iter().enumerate() {
            for column in columns.iter().filter(|_| taken >> place & 1 == 1) {
                form.insert((*column).to_owned(), victim[*column].clone());
            }
        }
        (taken, form)
    })
}

fn takes(taken: u32, name: &str) -> bool {
    let place = FIELDS.iter().position(|(field, _)| *field == name).expect(name);
    taken >> place & 1 == 1
}

/// Whoever knows everything of a person but the phone learns nothing: every form comes to what it would
/// come to if the person had never been tested, whether the one who asks has a result or not.
#[test]
fn without_the_phone_nobody_was_tested() {
    let (victim, own) = (victim(), own());
    for own in [None, Some(&own)] {
        let with: Vec<_> = own.into_iter().chain([&victim]).collect();
        let without: Vec<_> = own.into_iter().collect();
        let (with, without) = (Held::of(&with), Held::of(&without));
        let mut told = 0;
        for (taken, form) in forms(&victim).filter(|(taken, _)| !takes(*taken, "phone")) {
            let answer = with.ask(&form, MatchRole::Applicant);
            assert_eq!(answer, without.ask(&form, MatchRole::Applicant), "{taken:b}");
            told += usize::from(!answer.differs.is_empty());
        }
        // Of his own result he is told, near as the other may be.
        assert_eq!(told > 0, own.is_some());
    }
}

/// With the phone: what differs is told where the document or the birth date is right too, and nothing
/// else; the laboratory is told of every candidate, and the regimes are for it alone.
#[test]
fn with_the_phone_what_differs_and_no_more() {
    let (victim, held) = (victim(), Held::of(&[&victim()]));
    let values: Vec<&String> = victim.values().collect();
    for (taken, form) in forms(&victim) {
        let has = |name| takes(taken, name);
        let names = ["surname", "first_name", "patronymic"].into_iter().all(has);
        let coincides = taken == (1 << FIELDS.len()) - 1;
        let candidate =
            has("document") || (has("phone") && has("birth_date")) || (names && has("birth_date"));
        let to_applicant = has("phone") && (has("document") || has("birth_date"));
        for (role, is_told) in
            [(MatchRole::Laboratory, candidate), (MatchRole::Applicant, to_applicant)]
        {
            let answer = held.ask(&form, role);
            let expected = if coincides { Outcome::Issued } else { Outcome::NoMatch };
            assert_eq!(answer.outcome, expected, "{taken:b}");
            assert_eq!(!answer.differs.is_empty(), is_told && !coincides, "{role} {taken:b}");
            let told: Vec<_> = answer.differs.iter().map(|(field, _)| *field).collect();
            let all = FIELDS.iter().map(|(field, _)| *field);
            let order = ["surname", "first_name", "patronymic", "birth_date", "document", "phone"];
            let order = order.into_iter().chain(["snils", "work_licence"]);
            let differing: Vec<_> = order.filter(|field| !has(field)).collect();
            assert!(told.is_empty() || told == differing, "{role} {taken:b} {told:?}");
            assert_eq!(all.count(), FIELDS.len());
            assert!(role == MatchRole::Laboratory || answer.regimes.is_empty());
            // Nothing that is stored stands in an answer.
            let printed = format!("{answer:?}");
            assert!(values.iter().all(|value| value.len() < 4 || !printed.contains(*value)));
        }
    }
}

/// A protected person is as if there were none, for both roles, until all of the form is right.
#[test]
fn a_protected_person_is_as_if_absent() {
    let mut protected = victim();
    protected.insert("protected".to_owned(), "true".to_owned());
    let own = own();
    for own in [None, Some(&own)] {
        let with: Vec<_> = own.into_iter().chain([&protected]).collect();
        let without: Vec<_> = own.into_iter().collect();
        let (with, without) = (Held::of(&with), Held::of(&without));
        for (taken, form) in forms(&protected) {
            let coincides = taken == (1 << FIELDS.len()) - 1;
            for role in [MatchRole::Applicant, MatchRole::Laboratory] {
                let answer = with.ask(&form, role);
                if coincides {
                    assert_eq!(answer.outcome, Outcome::Issued);
                } else {
                    assert_eq!(answer, without.ask(&form, role), "{role} {taken:b}");
                }
            }
        }
    }
}

/// The same with transliterated names: what a regime would explain is not told of either.
#[test]
fn a_spelling_is_no_way_round() {
    let mut protected = victim();
    protected.insert("protected".to_owned(), "true".to_owned());
    let (with, without) = (Held::of(&[&protected]), Held::of(&[]));
    let mut form = protected.clone();
    let columns = REGISTRATIONS.columns.iter().map(|column| column.name);
    let columns: Vec<_> = columns.collect();
    form.retain(|column, _| columns.contains(&column.as_str()));
    form.extend([
        ("request_id".to_owned(), "Q1".to_owned()),
        ("submitted_at".to_owned(), "2021-12-09T09:00:00+03:00".to_owned()),
        ("surname".to_owned(), "Shcherbakova".to_owned()),
    ]);
    for role in [MatchRole::Applicant, MatchRole::Laboratory] {
        assert_eq!(with.ask(&form, role), without.ask(&form, role));
    }
    let open = Held::of(&[&victim()]);
    let laboratory = open.ask(&form, MatchRole::Laboratory);
    let regimes: Vec<_> = laboratory.regimes.iter().map(|(f, by)| (*f, by.to_string())).collect();
    assert_eq!(regimes, [("surname", "icao_9303".to_owned())]);
    let applicant = open.ask(&form, MatchRole::Applicant);
    assert_eq!((applicant.differs, applicant.regimes), (laboratory.differs, Vec::new()));
}

/// Over generated registers: the applicant's answer is the one of a store that holds no results but
/// those with the form's phone, whatever of other people he puts into his form.
#[test]
fn an_answer_hangs_on_the_results_of_one_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = propusk_datasets::Options { people: 300, seed: 7, dirty: 0.0 };
    propusk_datasets::generate(folder.path(), &options, &|_| {}).expect("registers");
    let world = World::load(folder.path());
    let registrations = model::table(&folder.path().join("registrations.csv"));
    let all = Held::of_world(&world);
    let phone_of = |row: &Row| model::identity::phone(&row["phone"]).ok();
    let (mut asked, mut told) = (0, 0);
    for own in world.results.iter().step_by(world.results.len() / 12) {
        let own_phone = phone_of(own).expect("a phone");
        let results = world.results.iter().filter(|row| phone_of(row) == Some(own_phone.clone()));
        let results = results.cloned().collect();
        let alone = Held::of_world(&World { results, ..world.clone() });
        // His form, with each other person's fields, two at a time and all but two.
        for (number, other) in world.results.iter().enumerate() {
            let mut form = registrations[number % registrations.len()].clone();
            form.remove("source_id");
            for (place, (_, columns)) in FIELDS.iter().enumerate() {
                let pair = [number % 8, (number / 8) % 8];
                let from_other = pair.contains(&place) ^ (number / 64 % 2 == 1);
                for column in *columns {
                    let from = if from_other && *column != "phone" { other } else { own };
                    match field(from, column) {
                        Some(value) => form.insert((*column).to_owned(), value.to_owned()),
                        None => form.remove(*column),
                    };
                }
            }
            let answer = all.ask(&form, MatchRole::Applicant);
            assert_eq!(answer, alone.ask(&form, MatchRole::Applicant), "{form:?}");
            asked += 1;
            told += usize::from(!answer.differs.is_empty());
        }
    }
    assert!(asked > 1_000 && told > 100, "{asked} {told}");
}
