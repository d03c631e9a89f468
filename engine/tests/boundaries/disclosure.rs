//! Disclosure: what each role is told of a holder, beside the verdict that everybody gets.

use std::fs;

use propusk_engine::audit::AuditLog;
use propusk_engine::error::StoreError;
use propusk_engine::policy::Policy;
use propusk_engine::record::Group;
use propusk_engine::secret::Keys;
use propusk_engine::store::Store;
use propusk_engine::verdict::Role;
use propusk_engine::verify::{Answer, Carrier, Query};
use serde_json::Value;

use crate::model::World;
use crate::registers::good;
use crate::{Held, changed, harness, instant, row};

const PERSON: &str = "surname=Артёмова; first_name=анна-мария; patronymic=Ивановна; \
                      birth_date=02.01.1990; doc_series=45 09; doc_number=№ 123456";

/// The records: register, what they have beside the person, what they do not.
const RECORDS: &[(&str, &str)] = &[
    (
        "permits",
        "code=3004FFFFFFFFFFFF; plate=А123ВС77; purpose=врач; destination=Тверская  ул., д. 1Ё",
    ),
    ("permits", "code=3004SECRET000000; protected=true; plate=С300СС77; destination=Тверская ул."),
    (
        "permits",
        "code=3004REVOKED00000; status=revoked; status_on=2020-04-20T00:00:00+03:00; destination=Тверская ул.",
    ),
    (
        "permits",
        "code=3004BARE00000000; surname=; first_name=; patronymic=; birth_date=; doc_series=; doc_number=аб1",
    ),
    ("certificates", "token=00000000000000000000000001; protected=false"),
    ("certificates", "token=00000000000000000000000002; protected=true"),
    (
        "certificates",
        "token=00000000000000000000000003; status=suspended; status_on=2021-12-03T00:00:00+03:00",
    ),
    (
        "certificates",
        "token=00000000000000000000000004; patronymic=НЕТ; doc_series=; doc_number=; snils=112-233-445 95",
    ),
    ("cards", "number=0000001"),
    ("cards", "number=0000002; status=lost; status_on=2024-05-01"),
    ("cards", "number=0000003; status=replaced; status_on=2024-05-01"),
    ("cards", "number=0000004; status=damaged; status_on=2024-05-01"),
    ("cards", "number=0000005; protected=true"),
];

const PERMIT: &str = "3004FFFFFFFFFFFF";
const SECRET: &str = "3004SECRET000000";
const REVOKED: &str = "3004REVOKED00000";
const BARE: &str = "3004BARE00000000";
const CERTIFICATE: &str = "00000000000000000000000001";
const SECRET_CERTIFICATE: &str = "00000000000000000000000002";
const SUSPENDED: &str = "00000000000000000000000003";
const SNILS_ONLY: &str = "00000000000000000000000004";

const YES: &str = r#"{"destination_confirmed": true}"#;
const NO: &str = r#"{"destination_confirmed": false}"#;
const VENUE: &str =
    r#"{"initials": "А. А. И.", "birth_date": "1990-01-02", "document_last_four": "3456"}"#;
/// All that a record holds, as it was written.
const ALL_OF_PERMIT: &str = r#"{
    "code": "3004FFFFFFFFFFFF", "type": "1", "issued_at": "2020-04-15T09:00:00+03:00",
    "valid_from": "2020-04-15", "valid_to": "2020-04-30", "surname": "Артёмова",
    "first_name": "анна-мария", "patronymic": "Ивановна", "birth_date": "02.01.1990",
    "doc_series": "45 09", "doc_number": "№ 123456", "plate": "А123ВС77", "purpose": "врач",
    "destination": "Тверская  ул., д. 1Ё"}"#;
const ALL_OF_BARE: &str = r#"{
    "code": "3004BARE00000000", "type": "1", "issued_at": "2020-04-15T09:00:00+03:00",
    "valid_from": "2020-04-15", "valid_to": "2020-04-30", "doc_number": "аб1"}"#;
const ALL_OF_CERTIFICATE: &str = r#"{
    "token": "00000000000000000000000001", "kind": "pcr", "issued_at": "2021-12-02T12:00:00+03:00",
    "sampled_at": "2021-12-01T10:00:00+03:00", "reported_at": "2021-12-02T10:00:00+03:00",
    "surname": "Артёмова", "first_name": "анна-мария", "patronymic": "Ивановна",
    "birth_date": "02.01.1990", "doc_series": "45 09", "doc_number": "№ 123456",
    "protected": "false"}"#;
const NOTHING: &str = "null";

const APRIL: &str = "2020-04-20T12:00:00+03:00";
const DECEMBER: &str = "2021-12-03T12:00:00+03:00";
const MAY: &str = "2024-05-02T00:00:00+03:00";

use Role::{Official, Status, Taxi, Venue};

/// Code, when, role, what is shown and where a taxi is to go, the verdict, what is told of the holder.
#[rustfmt::skip]
const ROWS: &[(&str, &str, Role, &str, &str, &str)] = &[
    // A turnstile is told of nobody.
    (PERMIT, APRIL, Status, "", "valid", NOTHING),
    (PERMIT, APRIL, Status, "to=Тверская ул., д. 1Ё", "valid", NOTHING),
    (CERTIFICATE, DECEMBER, Status, "", "valid", NOTHING),
    ("AA0000001", MAY, Status, "", "valid", NOTHING),

    // A taxi: whether the destination that it names is the permit's, however it is spaced or raised.
    (PERMIT, APRIL, Taxi, "to=Тверская  ул., д. 1Ё", "valid", YES),
    (PERMIT, APRIL, Taxi, "to= тверская ул., Д. 1е", "valid", YES),
    (PERMIT, APRIL, Taxi, "to=Тверская ул., д. 1", "valid", NO),
    (PERMIT, APRIL, Taxi, "to=Тверская ул.", "valid", NO),
    (BARE, APRIL, Taxi, "to=Тверская ул.", "valid", NO),
    // One that names none is told nothing; certificates and cards have none.
    (PERMIT, APRIL, Taxi, "", "valid", NOTHING),
    (CERTIFICATE, DECEMBER, Taxi, "to=Тверская ул.", "valid", NOTHING),
    ("AA0000001", MAY, Taxi, "to=Тверская ул.", "valid", NOTHING),

    // A venue: initials, date of birth, the last four symbols of the document; what there is of it.
    (PERMIT, APRIL, Venue, "", "valid", VENUE),
    (PERMIT, APRIL, Venue, "to=Тверская ул.", "valid", VENUE),
    (CERTIFICATE, DECEMBER, Venue, "", "valid", VENUE),
    ("AA0000001", MAY, Venue, "", "valid", VENUE),
    ("AA0000004", MAY, Venue, "", "valid", VENUE),
    (BARE, APRIL, Venue, "", "valid", r#"{"initials": "", "document_last_four": "AБ1"}"#),
    (SNILS_ONLY, DECEMBER, Venue, "", "valid", r#"{"initials": "А. А.", "birth_date": "1990-01-02"}"#),

    // An official: everything that the record holds, purpose and destination too.
    (PERMIT, APRIL, Official, "", "valid", ALL_OF_PERMIT),
    (BARE, APRIL, Official, "", "valid", ALL_OF_BARE),
    (CERTIFICATE, DECEMBER, Official, "", "valid", ALL_OF_CERTIFICATE),

    // A protected record gives every role what a turnstile gets.
    (SECRET, APRIL, Status, "", "valid", NOTHING),
    (SECRET, APRIL, Taxi, "to=Тверская ул.", "valid", NOTHING),
    (SECRET, APRIL, Venue, "", "valid", NOTHING),
    (SECRET, APRIL, Official, "", "valid", NOTHING),
    (SECRET_CERTIFICATE, DECEMBER, Venue, "", "valid", NOTHING),
    (SECRET_CERTIFICATE, DECEMBER, Official, "", "valid", NOTHING),
    ("AA0000005", MAY, Venue, "", "valid", NOTHING),
    ("AA0000005", MAY, Official, "", "valid", NOTHING),

    // Before and after its time a record still tells who holds it,
    (PERMIT, "2020-04-14T23:59:59+03:00", Taxi, "to=Тверская ул., д. 1Ё", "not_yet_valid", YES),
    (PERMIT, "2020-04-14T23:59:59+03:00", Venue, "", "not_yet_valid", VENUE),
    (PERMIT, "2020-04-14T23:59:59+03:00", Official, "", "not_yet_valid", ALL_OF_PERMIT),
    (PERMIT, "2020-05-01T00:00:00+03:00", Taxi, "to=Тверская ул., д. 1Ё", "expired", YES),
    (PERMIT, "2020-05-01T00:00:00+03:00", Venue, "", "expired", VENUE),
    (PERMIT, "2020-05-01T00:00:00+03:00", Official, "", "expired", ALL_OF_PERMIT),
    (REVOKED, "2020-04-19T23:59:59+03:00", Venue, "", "valid", VENUE),
    // but a withdrawn one does not,
    (REVOKED, "2020-04-20T00:00:00+03:00", Taxi, "to=Тверская ул.", "revoked", NOTHING),
    (REVOKED, "2020-04-20T00:00:00+03:00", Venue, "", "revoked", NOTHING),
    (REVOKED, "2020-04-20T00:00:00+03:00", Official, "", "revoked", NOTHING),
    (SUSPENDED, "2021-12-02T23:59:59+03:00", Venue, "", "valid", VENUE),
    (SUSPENDED, "2021-12-03T00:00:00+03:00", Venue, "", "suspended", NOTHING),
    (SUSPENDED, "2021-12-03T00:00:00+03:00", Official, "", "suspended", NOTHING),
    ("AA0000002", MAY, Venue, "", "reported_lost", NOTHING),
    ("AA0000002", MAY, Official, "", "reported_lost", NOTHING),
    ("AA0000003", MAY, Venue, "", "replaced", NOTHING),
    ("AA0000003", MAY, Official, "", "replaced", NOTHING),
    ("AA0000004", "2024-05-08T23:59:59+03:00", Venue, "", "valid", VENUE),
    ("AA0000004", "2024-05-09T00:00:00+03:00", Venue, "", "replacement_overdue", NOTHING),
    ("AA0000004", "2024-05-09T00:00:00+03:00", Official, "", "replacement_overdue", NOTHING),
    // nor one that another person shows.
    (PERMIT, APRIL, Venue, "document=4509123456", "valid", VENUE),
    (PERMIT, APRIL, Taxi, "to=Тверская ул., д. 1Ё; document=4509123457", "holder_mismatch", NOTHING),
    (PERMIT, APRIL, Venue, "document=4509123457", "holder_mismatch", NOTHING),
    (PERMIT, APRIL, Official, "document=4509123457", "holder_mismatch", NOTHING),
    (PERMIT, APRIL, Venue, "surname=Другая", "holder_mismatch", NOTHING),
    // Before and after its time what is shown is not compared.
    (PERMIT, "2020-04-14T23:59:59+03:00", Venue, "document=4509123457", "not_yet_valid", VENUE),
    (PERMIT, "2020-05-01T00:00:00+03:00", Venue, "document=4509123457", "expired", VENUE),
    // A protected record tells of its holder neither way.
    (SECRET, "2020-04-14T23:59:59+03:00", Venue, "document=4509123457", "not_yet_valid", NOTHING),
    (SECRET, APRIL, Venue, "document=4509123457", "holder_mismatch", NOTHING),
    // Of nothing there is nothing to tell.
    ("3004UNKNOWN00000", APRIL, Taxi, "to=Тверская ул.", "unknown", NOTHING),
    ("3004UNKNOWN00000", APRIL, Venue, "", "unknown", NOTHING),
    ("3004UNKNOWN00000", APRIL, Official, "", "unknown", NOTHING),
    ("?", APRIL, Venue, "", "malformed", NOTHING),
    ("?", APRIL, Official, "", "malformed", NOTHING),
];

/// By the plate of the same permits: role, what is shown and where a taxi is to go, verdict, holder.
const BY_PLATE: &[(&str, Role, &str, &str, &str)] = &[
    ("A123BC77", Status, "", "valid", NOTHING),
    ("A123BC77", Taxi, "to=Тверская ул., д. 1Ё", "valid", YES),
    ("A123BC77", Taxi, "to=Арбат, д. 1", "valid", NO),
    ("A123BC77", Taxi, "", "valid", NOTHING),
    ("A123BC77", Venue, "", "valid", VENUE),
    ("A123BC77", Venue, "document=4509123457", "holder_mismatch", NOTHING),
    ("A123BC77", Official, "", "valid", ALL_OF_PERMIT),
    ("C300CC77", Venue, "", "valid", NOTHING),
    ("C300CC77", Official, "", "valid", NOTHING),
    ("T404TT77", Official, "", "unknown", NOTHING),
];

/// What no file of a store may hold, in any spelling.
const NEVER_IN_CLEAR: &[&str] = &[
    "Артёмова",
    "АРТЕМОВА",
    "анна-мария",
    "АННА-МАРИЯ",
    "Ивановна",
    "02.01.1990",
    "1990-01-02",
    "4509123456",
    "123456",
    "11223344595",
    "112-233-445 95",
    "А123ВС77",
    "A123BC77",
    "врач",
    "Тверская",
    "3004FFFFFFFFFFFF",
    "3004SECRET000000",
    "AA0000001",
    "00000000000000000000000001",
];

fn world() -> World {
    let mut world = World { sources: vec![good("sources")], ..World::default() };
    for (register, changes) in RECORDS {
        let record = changed(&changed(&good(register), PERSON), changes);
        match *register {
            "permits" => world.permits.push(record),
            "certificates" => world.certificates.push(record),
            _ => world.cards.push(record),
        }
    }
    world
}

struct Asked {
    held: Held,
    log: AuditLog,
    _folder: tempfile::TempDir,
}

impl Asked {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let log = AuditLog::open(&folder.path().join("audit")).expect("a log");
        Asked { held: Held::of(world()), log, _folder: folder }
    }

    fn ask(&mut self, code: &str, at: &str, role: Role, beside: &str) -> Answer {
        self.ask_by(None, code, at, role, beside)
    }

    fn ask_by(
        &mut self,
        carrier: Option<Carrier>,
        text: &str,
        at: &str,
        role: Role,
        beside: &str,
    ) -> Answer {
        let mut shown = row(beside);
        let to = shown.remove("to");
        let shown = harness::shown(&shown);
        let query = Query::new(text.as_bytes(), instant(at));
        let query = Query { role, shown, destination: to.as_deref(), ..query };
        let (snapshot, policy) = (self.held.snapshot(), &self.held.policy);
        let unnoted = match carrier {
            None => snapshot.verify(&query, policy),
            Some(carrier) => snapshot.verify_carrier(carrier, &query, policy),
        };
        if role != Official {
            return unnoted.expect("an answer");
        }
        assert!(matches!(unnoted, Err(StoreError::Unaudited)), "{text}");
        let noted = snapshot.verify_for_official(carrier, &query, policy, &mut self.log, query.at);
        noted.expect("an answer")
    }
}

#[test]
fn every_row() {
    let mut asked = Asked::new();
    for (plate, role, beside, verdict, holder) in BY_PLATE {
        let answer = asked.ask_by(Some(Carrier::Plate), plate, APRIL, *role, beside);
        assert_eq!(answer.judged.verdict.as_str(), *verdict, "{plate} {role} {beside}");
        let told = serde_json::to_value(&answer.holder).expect("JSON");
        assert_eq!(told, serde_json::from_str::<Value>(holder).expect(holder), "{plate} {role}");
    }
    for (code, at, role, beside, verdict, holder) in ROWS {
        let answer = asked.ask(code, at, *role, beside);
        assert_eq!(answer.judged.verdict.as_str(), *verdict, "{code} {at} {role} {beside}");
        let told = serde_json::to_value(&answer.holder).expect("JSON");
        let expected: Value = serde_json::from_str(holder).expect(holder);
        assert_eq!(told, expected, "{code} {at} {role} {beside}");
        // Whoever asks, the verdict, kind, subtype and validity are those of a turnstile.
        let status = asked.ask(code, at, Status, beside);
        assert_eq!((status.judged, status.holder), (answer.judged, None), "{code} {at} {role}");
    }
}

/// Which secrets are here beside those of the codes; when, what is shown, and whether that is answered.
#[rustfmt::skip]
const SECRETS: &[(bool, &str, &str, Role, &str, bool)] = &[
    // Without the secret of the details: verdicts and comparisons, and no details.
    (true, PERMIT, APRIL, Status, "", true),
    (true, PERMIT, APRIL, Status, "document=4509123456", true),
    (true, PERMIT, APRIL, Venue, "", false),
    (true, PERMIT, APRIL, Taxi, "to=Тверская ул.", false),
    (true, PERMIT, APRIL, Venue, "document=4509123457", true),
    (true, CERTIFICATE, DECEMBER, Venue, "", false),
    (true, SUSPENDED, DECEMBER, Venue, "", true),
    (true, "AA0000001", MAY, Venue, "", false),
    // Without that of identities too: verdicts alone.
    (false, PERMIT, APRIL, Status, "", true),
    (false, PERMIT, APRIL, Status, "document=4509123456", false),
    (false, REVOKED, APRIL, Status, "document=4509123456", true),
    (false, PERMIT, APRIL, Venue, "", false),
    (false, SUSPENDED, DECEMBER, Status, "", true),
    (false, "AA0000001", MAY, Status, "", true),
];

#[test]
fn every_secret_that_is_missing() {
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), Keys::random().expect("keys"));
    harness::seal(folder.path(), &world(), &keys);
    for (identities, code, at, role, beside, answered) in SECRETS {
        let mut fewer = keys.for_gate();
        for group in Group::ALL.iter().filter(|_| *identities) {
            fewer.group_mut(*group).identity = keys.group(*group).identity.clone();
        }
        let store = Store::open(folder.path(), &fewer).expect("a store");
        let mut shown = row(beside);
        let to = shown.remove("to");
        let query = Query::new(code.as_bytes(), instant(at));
        let shown = harness::shown(&shown);
        let query = Query { role: *role, shown, destination: to.as_deref(), ..query };
        let answer = store.snapshot().expect("a snapshot").verify(&query, &Policy::default());
        match answer {
            Ok(answer) => assert!(answered & answer.holder.is_none(), "{code} {role} {beside}"),
            Err(StoreError::NoSecret { .. }) => assert!(!answered, "{code} {role} {beside}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn no_file_of_a_store_holds_a_code_or_a_person_in_clear() {
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), Keys::random().expect("keys"));
    let mut world = world();
    let result = changed(&changed(&good("results"), PERSON), "snils=112-233-445 95");
    world.results.push(result);
    harness::seal(folder.path(), &world, &keys);
    let mut files = 0;
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).expect("bytes");
        files += 1;
        for text in NEVER_IN_CLEAR {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} in {}", path.display());
        }
    }
    assert!(files >= 9, "four registers and their details, and the sources");
}

/// The roles that some row names.
pub(crate) fn roles() -> Vec<Role> {
    ROWS.iter().map(|(_, _, role, ..)| *role).collect()
}
