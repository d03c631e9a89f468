//! Sources that connect and disconnect, results that come late, are withdrawn or corrected: what
//! that does to registrations, and to certificates that were issued before.

mod clinic;

use std::thread;
use std::time::Duration;

use clinic::{Clinic, LABORATORY, Values, form, instant, result, row, with};
use propusk_engine::disclosure::Disclosed;
use propusk_engine::matching::Outcome;
use propusk_engine::record::Register;
use propusk_engine::revalidate::Cause;
use propusk_engine::row::{RESULTS, Table};
use propusk_engine::verdict::{Role, Verdict};

const ASKED: &str = "2021-06-01T12:30";

fn outcome(clinic: &Clinic, form: &Values) -> (Outcome, Option<&'static str>) {
    let matched = clinic.ask(form);
    (matched.outcome, matched.reason)
}

/// A clinic whose patient has a certificate, and its token.
fn certified() -> (Clinic, String) {
    let clinic = Clinic::new();
    clinic.report(&result("R1"), "2021-06-01T12:00");
    let token = clinic.token(&form(ASKED));
    (clinic, token)
}

#[test]
fn results_of_an_unknown_source_are_loaded_once_the_source_is() {
    let clinic = Clinic::new();
    let late = with(result("R1"), &[("source_id", "L2")]);
    let faults = clinic.load(Register::Results, std::slice::from_ref(&late), "2021-06-01T12:00");
    assert_eq!(
        faults.iter().map(|f| (f.column, f.reason)).collect::<Vec<_>>(),
        [("source_id", "source")]
    );
    // A form that names it is told so; one that names none only that nothing coincides.
    let naming = with(form(ASKED), &[("source_id", "L2")]);
    assert_eq!(outcome(&clinic, &naming), (Outcome::SourceNotConnected, None));
    assert_eq!(outcome(&clinic, &form(ASKED)), (Outcome::NoMatch, None));
    clinic.connect("L2", Some("2021-06-01"), None);
    clinic.report(&late, "2021-06-01T14:00");
    let token = clinic.token(&form(ASKED));
    assert_eq!(clinic.verdict(&token, ASKED), Verdict::Valid);
}

#[test]
fn a_source_that_connects_later_gives_certificates_for_what_it_reports_from_then_on() {
    let clinic = Clinic::new();
    clinic.connect("L2", None, None);
    clinic.report(&with(result("R1"), &[("source_id", "L2")]), "2021-06-01T12:00");
    let refused = (Outcome::NotEligible, Some("source_not_connected"));
    assert_eq!(outcome(&clinic, &form(ASKED)), refused);
    clinic.connect("L2", Some("2021-06-02"), None);
    assert_eq!(outcome(&clinic, &form("2021-06-02T12:00")), refused, "it was reported before");
    let next =
        with(result("R2"), &[("source_id", "L2"), ("reported_at", "2021-06-02T00:00:00+03:00")]);
    clinic.report(&next, "2021-06-02T00:10");
    clinic.token(&form("2021-06-02T12:00"));
    // The register of sources says that it was connected after all.
    clinic.connect("L2", Some("2021-06-01"), None);
    clinic.token(&form("2021-06-01T12:00"));
}

#[test]
fn a_source_that_disconnects_leaves_what_it_reported_before() {
    let clinic = Clinic::new();
    clinic.report(&result("R1"), "2021-06-01T12:00");
    clinic.connect(LABORATORY, Some("2021-05-01"), Some("2021-06-01"));
    let token = clinic.token(&form("2021-06-02T12:00"));
    assert_eq!(clinic.verdict(&token, "2021-06-02T12:00"), Verdict::Valid);
    let other = [("surname", "Примерова"), ("phone", "+7 900 000-00-02"), ("doc_number", "654321")];
    let late = with(result("R2"), &[("reported_at", "2021-06-02T00:00:00+03:00")]);
    clinic.report(&with(late, &other), "2021-06-02T00:10");
    let asked = with(form("2021-06-02T12:00"), &other);
    assert_eq!(outcome(&clinic, &asked), (Outcome::NotEligible, Some("source_not_connected")));
    // Nothing coincides: the source that is named was connected on the last day, and is not after it.
    let nobody = [("surname", "Никтова"), ("phone", "+7 900 000-00-03"), ("doc_number", "777777")];
    let naming = |at| with(with(form(at), &nobody), &[("source_id", LABORATORY)]);
    assert_eq!(outcome(&clinic, &naming("2021-06-01T23:59")), (Outcome::NoMatch, None));
    let unconnected = (Outcome::SourceNotConnected, None);
    assert_eq!(outcome(&clinic, &naming("2021-06-02T00:00")), unconnected);
    // What is said of sources later decides what is issued from then on, and revokes nothing.
    clinic.connect(LABORATORY, None, None);
    let refused = (Outcome::NotEligible, Some("source_not_connected"));
    assert_eq!(outcome(&clinic, &form("2021-06-02T12:00")), refused);
    assert_eq!(clinic.verdict(&token, "2021-06-02T12:00"), Verdict::Valid);
}

#[test]
fn a_result_that_comes_late_answers_the_same_form() {
    let clinic = Clinic::new();
    assert_eq!(outcome(&clinic, &form(ASKED)), (Outcome::NoMatch, None));
    clinic.report(&result("R1"), "2021-06-03T12:00");
    assert_eq!(
        outcome(&clinic, &form("2021-06-01T11:59")),
        (Outcome::NotEligible, Some("not_reported_yet"))
    );
    let token = clinic.token(&form(ASKED));
    assert_eq!(clinic.verdict(&token, ASKED), Verdict::Valid);
}

#[test]
fn a_certificate_waits_for_its_result_and_is_revoked_with_it() {
    let clinic = Clinic::new();
    let token = "00000000000000000000000001";
    let mut certificate = with(result("R1"), &[("token", token)]);
    for column in ["source_id", "outcome", "phone"] {
        certificate.remove(column);
    }
    certificate.insert("issued_at", instant(ASKED).to_string());
    assert_eq!(clinic.load(Register::Certificates, &[certificate], "2021-06-01T12:30"), []);
    assert_eq!(clinic.verdict(token, ASKED), Verdict::Valid);
    let withdrawn = [("status", "withdrawn"), ("status_on", "2021-06-02T00:00:00+03:00")];
    clinic.report(&with(result("R1"), &withdrawn), "2021-06-02T01:00");
    assert_eq!(clinic.verdict(token, "2021-06-01T23:59"), Verdict::Valid);
    assert_eq!(clinic.verdict(token, "2021-06-02T00:00"), Verdict::Revoked);
}

#[test]
fn a_withdrawal_revokes_and_its_end_restores() {
    let (clinic, token) = certified();
    let withdrawn = [("status", "withdrawn"), ("status_on", "2021-06-02T00:00:00+03:00")];
    clinic.report(&with(result("R1"), &withdrawn), "2021-06-02T01:00");
    let told = (token.clone(), Verdict::Valid, Verdict::Revoked, Cause::Status);
    assert_eq!(clinic.differences(ASKED, "2021-06-02T12:00"), [told]);
    assert_eq!(clinic.refusal(&form("2021-06-02T12:00")), Some("withdrawn"));
    assert_eq!(clinic.token(&form("2021-06-01T23:59")), token);
    clinic.report(&result("R1"), "2021-06-02T13:00");
    assert_eq!(clinic.verdict(&token, "2021-06-02T14:00"), Verdict::Valid);
    assert_eq!(clinic.token(&form("2021-06-02T14:00")), token);
    assert_eq!(clinic.differences(ASKED, "2021-06-02T14:00"), []);
}

/// A correction that takes the certificate away: from the load on, told in the diff.
fn revoked_by(change: &[(&'static str, &str)]) -> (Clinic, String) {
    let (clinic, token) = certified();
    clinic.report(&with(result("R1"), change), "2021-06-02T09:00");
    assert_eq!(clinic.verdict(&token, "2021-06-02T08:59"), Verdict::Valid, "{change:?}");
    assert_eq!(clinic.verdict(&token, "2021-06-02T09:00"), Verdict::Revoked, "{change:?}");
    let told = (token.clone(), Verdict::Valid, Verdict::Revoked, Cause::Status);
    assert_eq!(clinic.differences("2021-06-02T00:00", "2021-06-02T12:00"), [told]);
    // It stays so whatever becomes of the store.
    clinic.desk.writer().compact(instant("2021-06-02T10:00")).expect("merged");
    let clinic = clinic.reopened();
    assert_eq!(clinic.verdict(&token, "2021-06-02T09:00"), Verdict::Revoked);
    (clinic, token)
}

#[test]
fn a_result_that_was_positive_after_all_revokes_its_certificate() {
    for word in ["positive", "inconclusive"] {
        let (clinic, token) = revoked_by(&[("outcome", word)]);
        assert_eq!(clinic.refusal(&form("2021-06-02T12:00")), Some(word));
        // Corrected back, the certificate waits for an operator: who revoked it cannot be told.
        clinic.report(&result("R1"), "2021-06-02T13:00");
        assert_eq!(clinic.refusal(&form("2021-06-02T14:00")), Some("revoked"));
        clinic.change(&token, "active", "2021-06-02T14:00");
        assert_eq!(clinic.token(&form("2021-06-02T14:00")), token);
    }
}

#[test]
fn a_result_of_another_person_after_all_revokes_and_gives_that_person_another_certificate() {
    for change in [
        [("first_name", "Анна")],
        [("birth_date", "1990-02-04")],
        [("doc_number", "123457")],
        [("patronymic", "")],
    ] {
        let (clinic, token) = revoked_by(&change);
        assert_eq!(clinic.ask(&form("2021-06-02T12:00")).outcome, Outcome::NoMatch);
        let right = clinic.token(&with(form("2021-06-02T12:00"), &change));
        assert_ne!(right, token);
        assert_eq!(clinic.verdict(&right, "2021-06-02T12:00"), Verdict::Valid);
        assert_eq!(clinic.verdict(&token, "2021-06-02T12:00"), Verdict::Revoked);
    }
}

#[test]
fn a_result_of_another_kind_after_all_revokes_and_gives_another_certificate() {
    let (clinic, token) = revoked_by(&[("kind", "vaccination"), ("outcome", "")]);
    let matched = clinic.ask(&form("2021-06-02T12:00"));
    assert_eq!(matched.valid_until, Some(instant("2022-06-02T00:00")));
    assert_ne!(matched.token.expect("a token").canonical(), token);
}

#[test]
fn corrected_times_move_the_end_of_the_certificate() {
    for (reported_at, until) in [
        ("2021-06-01T10:00:00+03:00", "2021-06-04T10:00"),
        ("2021-06-01T12:10:00+03:00", "2021-06-04T12:10"),
    ] {
        let (clinic, token) = certified();
        let corrected = with(result("R1"), &[("reported_at", reported_at)]);
        clinic.report(&corrected, "2021-06-02T09:00");
        for _ in ["as loaded", "merged"] {
            let judged = clinic.asked(&token, "2021-06-02T12:00", Role::Status).judged;
            assert_eq!(judged.verdict, Verdict::Valid);
            assert_eq!(judged.validity(), Some((instant(ASKED), instant(until))));
            let matched = clinic.ask(&form("2021-06-02T12:00"));
            assert_eq!(matched.token.expect("a token").canonical(), token);
            assert_eq!(matched.valid_until, Some(instant(until)));
            clinic.desk.writer().compact(instant("2021-06-02T10:00")).expect("merged");
        }
    }
}

#[test]
fn what_a_certificate_does_not_say_changes_nothing() {
    let (clinic, token) = certified();
    let generation = |clinic: &Clinic| clinic.store.snapshot().expect("one").generation();
    for change in [
        [("phone", "+7 900 000-00-09")],
        [("email", "m@example.com")],
        [("surname", "ОБРАЗЦОВА")],
        [("work_licence", "77 123456")],
    ] {
        let before = generation(&clinic);
        clinic.report(&with(result("R1"), &change), "2021-06-02T09:00");
        assert_eq!(generation(&clinic), before + 1);
        assert_eq!(clinic.verdict(&token, "2021-06-02T12:00"), Verdict::Valid, "{change:?}");
    }
}

#[test]
fn who_comes_under_protection_is_no_longer_disclosed_by_old_certificates() {
    let (clinic, token) = certified();
    let seen = |clinic: &Clinic| clinic.asked(&token, "2021-06-02T12:00", Role::Venue).holder;
    assert!(matches!(seen(&clinic), Some(Disclosed::Venue { .. })));
    clinic.report(&with(result("R1"), &[("protected", "true")]), "2021-06-02T09:00");
    assert_eq!(seen(&clinic), None);
    assert_eq!(clinic.verdict(&token, "2021-06-02T12:00"), Verdict::Valid);
    assert_eq!(clinic.token(&form("2021-06-02T12:00")), token);
}

#[test]
fn a_status_stays_when_a_certificate_follows_its_result() {
    let (clinic, token) = certified();
    clinic.change(&token, "suspended", "2021-06-02T00:00");
    let corrected = with(result("R1"), &[("reported_at", "2021-06-01T12:10:00+03:00")]);
    clinic.report(&corrected, "2021-06-02T09:00");
    assert_eq!(clinic.verdict(&token, "2021-06-02T12:00"), Verdict::Suspended);
    assert_eq!(clinic.verdict(&token, "2021-06-01T23:59"), Verdict::Valid);
    // And with one that was changed while the load was going on.
    let mut load = clinic.desk.writer().load();
    let (intake, mut collector) = load.begin(Register::Results).expect("a collector");
    let corrected = with(result("R1"), &[("reported_at", "2021-06-01T12:20:00+03:00")]);
    let prepared = intake.prepare(&row(&RESULTS, &corrected)).expect("good");
    collector.push(prepared).expect("kept");
    load.seal(collector).expect("sealed");
    clinic.change(&token, "revoked", "2021-06-02T06:00");
    load.publish(instant("2021-06-02T10:00")).expect("published");
    let judged = clinic.asked(&token, "2021-06-02T12:00", Role::Status).judged;
    assert_eq!(judged.verdict, Verdict::Revoked);
    assert_eq!(judged.validity(), Some((instant(ASKED), instant("2021-06-04T12:20"))));
    assert_eq!(clinic.verdict(&token, "2021-06-02T05:00"), Verdict::Valid);
}

#[test]
fn a_certificate_that_the_same_load_brings_speaks_for_itself() {
    let (clinic, token) = certified();
    let mut load = clinic.desk.writer().load();
    let corrected = with(result("R1"), &[("outcome", "positive")]);
    let mut certificate = with(result("R1"), &[("token", token.as_str())]);
    for column in ["source_id", "outcome", "phone"] {
        certificate.remove(column);
    }
    certificate.insert("issued_at", instant("2021-06-01T13:00").to_string());
    for (register, values) in
        [(Register::Results, corrected), (Register::Certificates, certificate)]
    {
        let (intake, mut collector) = load.begin(register).expect("a collector");
        let table = Table::of(register);
        collector.push(intake.prepare(&row(table, &values)).expect("good")).expect("kept");
        load.seal(collector).expect("sealed");
    }
    load.publish(instant("2021-06-02T09:00")).expect("published");
    let judged = clinic.asked(&token, "2021-06-02T12:00", Role::Status).judged;
    assert_eq!(judged.verdict, Verdict::Valid);
    assert_eq!(judged.validity().map(|(from, _)| from), Some(instant("2021-06-01T13:00")));
}

#[test]
fn a_certificate_that_never_said_what_its_result_does_is_left_alone() {
    let clinic = Clinic::new();
    clinic.report(&result("R1"), "2021-06-01T12:00");
    let token = "00000000000000000000000001";
    let mut certificate = with(result("R1"), &[("token", token), ("kind", "recovery")]);
    for column in ["source_id", "outcome", "phone"] {
        certificate.remove(column);
    }
    certificate.insert("issued_at", instant(ASKED).to_string());
    assert_eq!(clinic.load(Register::Certificates, &[certificate], "2021-06-01T12:30"), []);
    clinic.report(&with(result("R1"), &[("outcome", "positive")]), "2021-06-02T09:00");
    assert_eq!(clinic.verdict(token, "2021-06-02T12:00"), Verdict::Valid);
}

#[test]
fn whoever_asks_while_a_result_is_corrected_is_answered_by_the_correction() {
    for change in [[("first_name", "Анна")], [("outcome", "positive")], [("status", "withdrawn")]]
    {
        let clinic = Clinic::new();
        clinic.report(&result("R1"), "2021-06-01T12:00");
        let mut load = clinic.desk.writer().load();
        let (intake, mut collector) = load.begin(Register::Results).expect("a collector");
        let corrected = row(&RESULTS, &with(result("R1"), &change));
        collector.push(intake.prepare(&corrected).expect("good")).expect("kept");
        load.seal(collector).expect("sealed");
        let matched = thread::scope(|scope| {
            let asking = scope.spawn(|| clinic.ask(&form(ASKED)));
            // Time to match what is there, and to wait at the desk.
            thread::sleep(Duration::from_millis(200));
            load.publish(instant("2021-06-01T12:40")).expect("published");
            asking.join().expect("an answer")
        });
        assert_eq!((matched.token, matched.valid_until), (None, None), "{change:?}");
        assert_ne!(matched.outcome, Outcome::Issued, "{change:?}");
        let snapshot = clinic.store.snapshot().expect("a snapshot");
        assert!(snapshot.register(Register::Certificates).is_none(), "{change:?}");
    }
}
