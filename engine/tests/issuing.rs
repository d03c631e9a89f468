//! Certificates on request: one for each result, the same however often and by however many threads
//! it is asked for, durable when it is told.

mod clinic;

use std::collections::{BTreeSet, HashMap};
use std::thread;

use clinic::{Clinic, Values, form, instant, result, row, with};
use proptest::prelude::*;
use propusk_engine::audit::AuditLog;
use propusk_engine::code::certificate_url;
use propusk_engine::disclosure::Disclosed;
use propusk_engine::issue::CertificateDesk;
use propusk_engine::matching::{MatchRole, Outcome};
use propusk_engine::record::Register;
use propusk_engine::row::REGISTRATIONS;
use propusk_engine::secret::Keys;
use propusk_engine::store::{AUDIT, Store};
use propusk_engine::time::Instant;
use propusk_engine::verdict::{Role, Verdict};
use propusk_engine::verify::Query;
use propusk_engine::writer::Writer;

const THREADS: usize = 8;

fn clinic_with_result() -> Clinic {
    let clinic = Clinic::new();
    clinic.report(&result("R1"), "2021-06-01T12:00");
    clinic
}

#[test]
fn a_certificate_runs_from_the_registration_to_the_end_that_policy_gives() {
    let clinic = clinic_with_result();
    let matched = clinic.ask(&form("2021-06-01T12:30"));
    assert_eq!((matched.outcome, matched.reason), (Outcome::Issued, None));
    assert_eq!(matched.valid_until, Some(instant("2021-06-04T12:00")));
    let token = matched.token.unwrap();
    let url = certificate_url(&token, &clinic.policy.certificate_hosts[0]);
    for code in [token.canonical(), url] {
        let judged = clinic.asked(&code, "2021-06-01T12:30", Role::Status).judged;
        assert_eq!(judged.verdict, Verdict::Valid);
        let validity = (instant("2021-06-01T12:30"), instant("2021-06-04T12:00"));
        assert_eq!(judged.validity(), Some(validity));
        assert_eq!(clinic.verdict(&code, "2021-06-01T12:29"), Verdict::NotYetValid);
        assert_eq!(clinic.verdict(&code, "2021-06-04T12:00"), Verdict::Expired);
    }
}

#[test]
fn the_same_result_gives_the_same_certificate_also_after_a_restart() {
    let clinic = clinic_with_result();
    let token = clinic.token(&form("2021-06-01T12:30"));
    let generation = clinic.store.snapshot().unwrap().generation();
    assert_eq!(clinic.token(&form("2021-06-01T12:30")), token);
    // It runs from the first registration.
    let later = clinic.ask(&form("2021-06-02T09:00"));
    assert_eq!(later.token.unwrap().canonical(), token);
    assert_eq!(later.valid_until, Some(instant("2021-06-04T12:00")));
    assert_eq!(clinic.verdict(&token, "2021-06-01T12:30"), Verdict::Valid);
    // An earlier one comes late: the certificate is the same, and good at its instant of issue.
    assert_eq!(clinic.token(&form("2021-06-01T12:10")), token);
    assert_eq!(clinic.verdict(&token, "2021-06-01T12:10"), Verdict::NotYetValid);
    assert_eq!(clinic.store.snapshot().unwrap().generation(), generation, "nothing was written");
    let clinic = clinic.reopened();
    assert_eq!(clinic.token(&form("2021-06-02T10:00")), token);
    clinic.desk.writer().compact(instant("2021-06-02T10:00")).unwrap();
    assert_eq!(clinic.token(&form("2021-06-02T10:00")), token);
    assert_eq!(clinic.verdict(&token, "2021-06-02T10:00"), Verdict::Valid);
    clinic.store.snapshot().unwrap().check().unwrap();
}

#[test]
fn a_store_from_a_backup_gives_the_token_that_people_have() {
    let clinic = clinic_with_result();
    let token = clinic.token(&form("2021-06-01T12:30"));
    // Another store under the same keys, which never heard of the certificate.
    let root = clinic.folder.path().join("restored");
    let writer = std::sync::Arc::new(Writer::open(&root, &clinic.keys, &clinic.policy).unwrap());
    let restored = Clinic {
        folder: tempfile::tempdir().unwrap(),
        keys: clinic.keys.clone(),
        policy: clinic.policy.clone(),
        desk: CertificateDesk::new(writer).unwrap(),
        store: Store::open(&root, &clinic.keys).unwrap(),
    };
    restored.connect(clinic::LABORATORY, Some("2021-05-01"), None);
    restored.report(&result("R1"), "2021-06-01T12:00");
    assert_eq!(restored.token(&form("2021-06-03T12:30")), token);
    // Under other keys nothing links it.
    let other = clinic_with_result();
    assert_ne!(other.token(&form("2021-06-01T12:30")), token);
}

#[test]
fn rotated_secrets_leave_certificates_as_they_are() {
    let clinic = clinic_with_result();
    let token = clinic.token(&form("2021-06-01T12:30"));
    let (keys, root) = (Keys::random().unwrap(), clinic.folder.path().join("rotated"));
    let now = instant("2021-06-01T13:00");
    clinic.desk.writer().rotate(&root, &keys, &clinic.policy, now).unwrap();
    let writer = Writer::open(&root, &keys, &clinic.policy).unwrap();
    let desk = CertificateDesk::new(std::sync::Arc::new(writer)).unwrap();
    let rows = [row(&REGISTRATIONS, &form("2021-06-02T12:30"))];
    let answers = desk.answer(&rows, MatchRole::Applicant, now).unwrap();
    assert_eq!(answers[0].token.unwrap().canonical(), token);
}

#[test]
fn eight_threads_that_ask_for_the_same_get_the_same() {
    let clinic = clinic_with_result();
    let tokens: BTreeSet<String> = thread::scope(|scope| {
        let asking: Vec<_> = (0..THREADS)
            .map(|thread| {
                let clinic = &clinic;
                scope.spawn(move || {
                    let form = form(&format!("2021-06-01T12:3{thread}"));
                    let token = clinic.token(&form);
                    // What was answered is there.
                    assert_eq!(clinic.verdict(&token, "2021-06-01T12:40"), Verdict::Valid);
                    token
                })
            })
            .collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(tokens.len(), 1);
    assert_eq!(certificates(&clinic), 1);
}

fn certificates(clinic: &Clinic) -> usize {
    clinic
        .store
        .snapshot()
        .unwrap()
        .register(Register::Certificates)
        .map_or(0, propusk_engine::store::OpenRegister::rows)
}

/// The result of a patient of many, and their form.
fn patient(number: usize) -> (Values, Values) {
    let document = format!("{:06}", 100_000 + number);
    let phone = format!("+7 901 {number:07}");
    let id = format!("M{number}");
    let own = [("doc_number", document.as_str()), ("phone", phone.as_str())];
    (with(result(&id), &own), with(form("2021-06-01T12:30"), &own))
}

#[test]
fn many_at_once_share_a_publish_and_each_has_its_own() {
    let clinic = Clinic::new();
    let patients: Vec<_> = (0..200).map(patient).collect();
    let results: Vec<_> = patients.iter().map(|(result, _)| result.clone()).collect();
    assert_eq!(clinic.load(Register::Results, &results, "2021-06-01T12:00"), []);
    let before = clinic.store.snapshot().unwrap().generation();
    // Each twice, and some that get none.
    let mut rows: Vec<_> =
        patients.iter().chain(&patients).map(|(_, form)| row(&REGISTRATIONS, form)).collect();
    rows.push(row(&REGISTRATIONS, &with(form("2021-06-01T12:30"), &[("surname", "")])));
    rows.push(row(&REGISTRATIONS, &form("2021-06-01T12:30")));
    let now = instant("2021-06-01T12:30");
    let answers = clinic.desk.answer(&rows, MatchRole::Applicant, now).unwrap();
    assert_eq!(answers[400].outcome, Outcome::Invalid);
    assert_eq!(answers[401].outcome, Outcome::NoMatch);
    let tokens: Vec<_> =
        answers[..400].iter().map(|answer| answer.token.unwrap().canonical()).collect();
    assert_eq!(tokens[..200], tokens[200..]);
    assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), 200);
    assert_eq!(certificates(&clinic), 200);
    assert_eq!(clinic.store.snapshot().unwrap().generation(), before + 1);
    assert!(tokens.iter().all(|token| clinic.verdict(token, "2021-06-02T00:00") == Verdict::Valid));
}

#[test]
fn a_certificate_that_was_taken_back_is_not_given_again() {
    let clinic = clinic_with_result();
    let token = clinic.token(&form("2021-06-01T12:30"));
    for (status, reason) in [("suspended", "suspended"), ("revoked", "revoked")] {
        clinic.change(&token, status, "2021-06-02T00:00");
        assert_eq!(clinic.refusal(&form("2021-06-02T00:00")), Some(reason));
        // Before that it was good.
        assert_eq!(clinic.token(&form("2021-06-01T23:59")), token);
        clinic.change(&token, "active", "2021-06-02T00:00");
        assert_eq!(clinic.token(&form("2021-06-02T00:00")), token);
    }
    // Another result of the same person gives one of its own.
    clinic.change(&token, "suspended", "2021-06-02T00:00");
    let other = with(result("R2"), &[("reported_at", "2021-06-01T11:00:00+03:00")]);
    clinic.report(&other, "2021-06-01T12:00");
    let second = clinic.token(&form("2021-06-02T00:00"));
    assert_ne!(second, token);
    assert_eq!(clinic.verdict(&second, "2021-06-02T00:00"), Verdict::Valid);
}

#[test]
fn a_removed_certificate_is_replaced_by_one_with_another_token() {
    let clinic = clinic_with_result();
    let token = clinic.token(&form("2021-06-01T12:30"));
    let change =
        propusk_engine::change::Change::read(&token, "removed", None, None, &clinic.policy);
    let now = instant("2021-06-01T12:45");
    clinic.desk.writer().apply(&[change.unwrap()], now).unwrap();
    let second = clinic.token(&form("2021-06-01T13:00"));
    assert_ne!(second, token);
    assert_eq!(clinic.verdict(&token, "2021-06-01T13:00"), Verdict::Unknown);
    assert_eq!(clinic.token(&form("2021-06-01T13:00")), second);
}

#[test]
fn a_certificate_of_the_register_is_the_results_own_where_it_is_that_persons() {
    let clinic = clinic_with_result();
    let mut loaded = result("R1");
    for column in ["source_id", "outcome", "phone"] {
        loaded.remove(column);
    }
    loaded.insert("issued_at", instant("2021-06-01T12:05").to_string());
    let token = |last: char| format!("0000000000000000000000000{last}");
    let own = with(loaded.clone(), &[("token", token('1').as_str())]);
    // Somebody else's, which names the same result.
    let other = with(loaded, &[("token", token('2').as_str()), ("first_name", "Анна")]);
    assert_eq!(clinic.load(Register::Certificates, &[other], "2021-06-01T12:10"), []);
    let issued = clinic.token(&form("2021-06-01T12:30"));
    assert!(![token('1'), token('2')].contains(&issued));
    let clinic = clinic_with_result();
    assert_eq!(clinic.load(Register::Certificates, &[own], "2021-06-01T12:10"), []);
    assert_eq!(clinic.token(&form("2021-06-01T12:30")), token('1'));
}

#[test]
fn of_several_results_the_one_whose_validity_ends_last_gives_its_certificate() {
    let clinic = clinic_with_result();
    let vaccinated = with(result("V1"), &[("kind", "vaccination"), ("outcome", "")]);
    clinic.report(&vaccinated, "2021-06-01T12:00");
    let matched = clinic.ask(&form("2021-06-01T12:30"));
    assert_eq!(matched.valid_until, Some(instant("2022-06-02T00:00")));
    let (token, again) = (matched.token, clinic.ask(&form("2021-07-01T12:30")));
    assert_eq!((again.outcome, again.token), (Outcome::Issued, token));
}

/// Twins share all but the first name, and where the laboratory left out the document nothing but that
/// tells them apart: neither gets the other's certificate, nor is told how the other's test ended.
#[test]
fn twins_never_merge() {
    let clinic = Clinic::new();
    let (snils, other_snils) = ("112-233-445 95", "001-001-998 00");
    let one = with(result("R1"), &[("snils", snils)]);
    let bare = [("first_name", "Марина"), ("doc_series", ""), ("doc_number", "")];
    let bare = with(with(result("R2"), &bare), &[("snils", other_snils)]);
    let other = with(bare, &[("outcome", "positive")]);
    clinic.report(&one, "2021-06-01T12:00");
    clinic.report(&other, "2021-06-01T12:00");
    let asks = |first_name, snils| {
        with(form("2021-06-01T12:30"), &[("first_name", first_name), ("snils", snils)])
    };
    clinic.token(&asks("Мария", snils));
    assert_eq!(clinic.refusal(&asks("Марина", other_snils)), Some("positive"));
    // With the other's name, or the other's number, it is nobody's.
    for (first_name, snils) in [("Марина", snils), ("Мария", other_snils), ("Марина", "")]
    {
        let matched = clinic.ask(&asks(first_name, snils));
        assert_eq!((matched.outcome, matched.token), (Outcome::NoMatch, None), "{first_name}");
    }
    assert_eq!(certificates(&clinic), 1);
}

#[test]
fn a_protected_persons_certificate_discloses_nothing() {
    let clinic = Clinic::new();
    clinic.report(&with(result("R1"), &[("protected", "true")]), "2021-06-01T12:00");
    let token = clinic.token(&form("2021-06-01T12:30"));
    assert_eq!(clinic.asked(&token, "2021-06-01T13:00", Role::Venue).holder, None);
    assert_eq!(clinic.verdict(&token, "2021-06-01T13:00"), Verdict::Valid);
}

#[test]
fn a_venue_sees_initials_and_an_official_what_the_laboratory_said() {
    let clinic = clinic_with_result();
    let token = clinic.token(&with(form("2021-06-01T12:30"), &[("surname", " ОБРАЗЦОВА ")]));
    let venue = clinic.asked(&token, "2021-06-01T13:00", Role::Venue).holder;
    let Some(Disclosed::Venue { initials, document_last_four, .. }) = venue else { panic!() };
    assert_eq!((initials.as_str(), document_last_four.as_deref()), ("О. М. Т.", Some("3456")));
    let mut log = AuditLog::open(&clinic.root().join(AUDIT)).unwrap();
    let at = instant("2021-06-01T13:00");
    let query = Query::new(token.as_bytes(), at);
    let snapshot = clinic.store.snapshot().unwrap();
    let answer = snapshot.verify_for_official(None, &query, &clinic.policy, &mut log, at).unwrap();
    let Some(Disclosed::Official(told)) = answer.holder else { panic!() };
    assert_eq!(told["surname"], "Образцова");
    assert_eq!(told["result_id"], "R1");
    assert_eq!(told["reported_at"], "2021-06-01T12:00:00+03:00");
    assert!(!told.contains_key("phone"), "a certificate does not say it");
    let log = std::fs::read_to_string(clinic.root().join(AUDIT)).unwrap();
    assert!(log.contains("\"issue\""), "{log}");
}

#[test]
fn a_dry_run_tells_what_is_there_and_writes_nothing() {
    let clinic = clinic_with_result();
    let form = row(&REGISTRATIONS, &form("2021-06-01T12:30"));
    let ask = || {
        let snapshot = clinic.store.snapshot().unwrap();
        snapshot.match_registration(&form, MatchRole::Applicant, &clinic.policy).unwrap()
    };
    let dry = ask();
    assert_eq!((dry.outcome, dry.token), (Outcome::Issued, None));
    assert_eq!(dry.valid_until, Some(instant("2021-06-04T12:00")));
    assert_eq!(certificates(&clinic), 0);
    let now = instant("2021-06-01T12:30");
    let rows = std::slice::from_ref(&form);
    let issued = clinic.desk.answer(rows, MatchRole::Applicant, now).unwrap();
    assert_eq!(ask().token, issued[0].token);
    assert!(issued[0].token.is_some());
}

/// Results of one person as a laboratory may report them.
fn any_result() -> impl Strategy<Value = (usize, usize, i64, i64, bool)> {
    (0..3usize, 0..4usize, 0..200i64, 0..48i64, any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is reported and asked: what is issued verifies as valid from the registration on,
    /// to the instant that was told, and stays the same.
    #[test]
    fn what_is_issued_is_valid(
        results in proptest::collection::vec(any_result(), 1..5),
        asks in proptest::collection::vec(0..400i64, 1..6),
    ) {
        let clinic = Clinic::new();
        let start = instant("2021-06-01T00:00");
        let hour = |hours: i64| start.plus_seconds(hours * 3600).to_string();
        let rows: Vec<Values> = results.iter().enumerate().map(|(number, each)| {
            let (kind, outcome, sampled, wait, withdrawn) = *each;
            let kind = ["pcr", "vaccination", "recovery"][kind];
            let outcome = ["negative", "negative", "positive", "inconclusive"][outcome];
            let mut row = with(result(&format!("P{number}")), &[
                ("kind", kind),
                ("outcome", if kind == "pcr" { outcome } else { "" }),
                ("sampled_at", &hour(sampled)),
                ("reported_at", &hour(sampled + wait)),
            ]);
            if withdrawn {
                row.insert("status", "withdrawn".to_owned());
                row.insert("status_on", hour(sampled + wait + 24));
            }
            row
        }).collect();
        prop_assert_eq!(clinic.load(Register::Results, &rows, "2021-06-01T00:00"), []);
        let mut asks = asks;
        asks.sort_unstable();
        let mut known: HashMap<String, Instant> = HashMap::new();
        for ask in asks {
            let at = start.plus_seconds(ask * 3600);
            let matched = clinic.ask(&form(&at.to_string()));
            let Some(token) = matched.token else {
                prop_assert_ne!(matched.outcome, Outcome::Issued);
                continue;
            };
            let (token, until) = (token.canonical(), matched.valid_until.unwrap());
            let verdict = |at: Instant| clinic.verdict(&token, &at.to_string());
            prop_assert_eq!(verdict(at), Verdict::Valid);
            // Or revoked, where its result is withdrawn by then.
            prop_assert!(matches!(verdict(until), Verdict::Expired | Verdict::Revoked));
            prop_assert_eq!(*known.entry(token.clone()).or_insert(until), until);
            prop_assert_eq!(clinic.ask(&form(&at.to_string())), matched);
        }
        prop_assert_eq!(certificates(&clinic), known.len());
    }
}

#[test]
fn keys_that_lack_a_secret_open_no_desk() {
    let clinic = clinic_with_result();
    let root = clinic.folder.path().join("other");
    let writer = Writer::open(&root, &clinic.keys, &clinic.policy).unwrap();
    drop(CertificateDesk::new(std::sync::Arc::new(writer)).unwrap());
    for lacks in ["code", "identity", "details"] {
        let mut keys = clinic.keys.clone();
        match lacks {
            "code" => keys.medical.code = None,
            "identity" => keys.medical.identity = None,
            _ => keys.medical.details = None,
        }
        let writer = Writer::open(&root, &keys, &clinic.policy).unwrap();
        let error = CertificateDesk::new(std::sync::Arc::new(writer)).err().unwrap();
        assert!(error.to_string().contains(lacks), "{error}");
    }
}
