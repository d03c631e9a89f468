//! Precedence: where two verdicts could be given, the first in the order of the verdicts is. Each row
//! is asked of two records: of one that both verdicts fit, and of its twin that only the weaker fits.

use propusk_engine::verdict::Verdict;

use crate::model::{Row, World};
use crate::registers::good;
use crate::{Held, changed, row};

/// The verdicts from the strongest to the weakest.
const ORDER: &[&str] = &[
    "malformed",
    "unknown",
    "revoked",
    "suspended",
    "reported_lost",
    "replaced",
    "replacement_overdue",
    "not_yet_valid",
    "expired",
    "holder_mismatch",
    "valid",
];

/// A record that is not in the store.
const ABSENT: &str = "absent";
/// A code with a symbol that no code has.
const GARBLED: &str = "garbled";

const OTHER: &str = "document=4509123457";

/// Register; the stronger verdict and what brings it; the weaker and what brings it; when; what is shown.
/// The good records hold: the permit 2020-04-15 to 30, the certificate 2021-12-02 12:00 to
/// 2021-12-05 10:00, the card 2024-02-29 to 2029-02-28.
#[rustfmt::skip]
const PAIRS: &[(&str, &str, &str, &str, &str, &str, &str)] = &[
    ("permits", "malformed", GARBLED, "unknown", ABSENT, "2020-04-15T00:00:00+03:00", ""),
    ("permits", "malformed", GARBLED, "holder_mismatch", "", "2020-04-15T00:00:00+03:00", OTHER),
    ("permits", "malformed", GARBLED, "valid", "", "2020-04-15T00:00:00+03:00", ""),
    ("certificates", "unknown", ABSENT, "holder_mismatch", "", "2021-12-02T12:00:00+03:00", OTHER),
    ("certificates", "unknown", ABSENT, "valid", "", "2021-12-02T12:00:00+03:00", ""),

    ("permits", "revoked", "status=revoked", "not_yet_valid", "", "2020-04-14T23:59:59+03:00", ""),
    ("permits", "revoked", "status=revoked", "expired", "", "2020-05-01T00:00:00+03:00", ""),
    ("permits", "revoked", "status=revoked", "holder_mismatch", "", "2020-04-15T00:00:00+03:00", OTHER),
    ("permits", "revoked", "status=revoked", "valid", "", "2020-04-15T00:00:00+03:00", ""),
    ("permits", "revoked", "status=revoked; status_on=2020-04-14T12:00:00+03:00", "not_yet_valid", "", "2020-04-14T12:00:00+03:00", ""),
    ("permits", "revoked", "status=revoked; status_on=2020-05-02T12:00:00+03:00", "expired", "", "2020-05-02T12:00:00+03:00", ""),
    ("certificates", "revoked", "status=revoked", "not_yet_valid", "", "2021-12-02T11:59:59+03:00", ""),
    ("certificates", "revoked", "status=revoked", "expired", "", "2021-12-05T10:00:00+03:00", ""),
    ("certificates", "revoked", "status=revoked", "holder_mismatch", "", "2021-12-02T12:00:00+03:00", OTHER),
    ("certificates", "revoked", "result_id=TAKEN", "suspended", "status=suspended", "2021-12-02T12:00:00+03:00", ""),
    ("certificates", "revoked", "result_id=TAKEN", "not_yet_valid", "", "2021-12-02T11:59:59+03:00", ""),
    ("certificates", "revoked", "result_id=TAKEN", "expired", "", "2021-12-05T10:00:00+03:00", ""),
    ("certificates", "revoked", "result_id=TAKEN", "holder_mismatch", "", "2021-12-02T12:00:00+03:00", OTHER),
    ("certificates", "suspended", "status=suspended", "not_yet_valid", "", "2021-12-02T11:59:59+03:00", ""),
    ("certificates", "suspended", "status=suspended", "expired", "", "2021-12-05T10:00:00+03:00", ""),
    ("certificates", "suspended", "status=suspended", "holder_mismatch", "", "2021-12-02T12:00:00+03:00", OTHER),
    ("certificates", "suspended", "status=suspended", "valid", "", "2021-12-02T12:00:00+03:00", ""),
    ("cards", "reported_lost", "status=lost; status_on=2024-02-28", "not_yet_valid", "", "2024-02-28T23:59:59+03:00", ""),
    ("cards", "reported_lost", "status=lost; status_on=2029-03-01", "expired", "", "2029-03-01T00:00:00+03:00", ""),
    ("cards", "reported_lost", "status=lost; status_on=2024-02-29", "holder_mismatch", "", "2024-02-29T00:00:00+03:00", OTHER),
    ("cards", "reported_lost", "status=lost; status_on=2024-02-29", "valid", "", "2024-02-29T00:00:00+03:00", ""),
    ("cards", "replaced", "status=replaced; status_on=2024-02-28", "not_yet_valid", "", "2024-02-28T23:59:59+03:00", ""),
    ("cards", "replaced", "status=replaced; status_on=2029-03-01", "expired", "", "2029-03-01T00:00:00+03:00", ""),
    ("cards", "replaced", "status=replaced; status_on=2024-02-29", "holder_mismatch", "", "2024-02-29T00:00:00+03:00", OTHER),
    ("cards", "replaced", "status=replaced; status_on=2024-02-29", "valid", "", "2024-02-29T00:00:00+03:00", ""),
    ("cards", "replacement_overdue", "status=damaged; status_on=2024-02-20", "not_yet_valid", "", "2024-02-28T00:00:00+03:00", ""),
    ("cards", "replacement_overdue", "status=details_changed; status_on=2029-02-21", "expired", "", "2029-03-01T00:00:00+03:00", ""),
    ("cards", "replacement_overdue", "status=damaged; status_on=2024-02-29", "holder_mismatch", "", "2024-03-08T00:00:00+03:00", OTHER),
    ("cards", "replacement_overdue", "status=details_changed; status_on=2024-02-29", "valid", "", "2024-03-08T00:00:00+03:00", ""),

    // Issued after its end: this certificate is never valid.
    ("certificates", "not_yet_valid", "issued_at=2021-12-05T12:00:00+03:00", "expired", "", "2021-12-05T10:00:00+03:00", ""),
    ("certificates", "not_yet_valid", "issued_at=2021-12-05T12:00:00+03:00", "expired", "", "2021-12-05T11:59:59+03:00", ""),
    ("permits", "not_yet_valid", "valid_from=2020-04-16", "holder_mismatch", "", "2020-04-15T23:59:59+03:00", OTHER),
    ("permits", "not_yet_valid", "valid_from=2020-04-16", "valid", "", "2020-04-15T23:59:59+03:00", ""),
    ("certificates", "expired", "reported_at=2021-12-02T09:59:59+03:00", "holder_mismatch", "", "2021-12-05T09:59:59+03:00", OTHER),
    ("certificates", "expired", "reported_at=2021-12-02T09:59:59+03:00", "valid", "", "2021-12-05T09:59:59+03:00", ""),
    ("cards", "holder_mismatch", "doc_number=4509123457", "valid", "", "2024-02-29T00:00:00+03:00", "document=4509123456"),
];

/// What cannot meet: the stronger, the weaker ones, and why.
const NEVER: &[(&str, &str, &str)] = &[
    (
        "malformed",
        "revoked suspended reported_lost replaced replacement_overdue not_yet_valid expired",
        "what is no code names no record",
    ),
    (
        "unknown",
        "revoked suspended reported_lost replaced replacement_overdue not_yet_valid expired",
        "no record is there to be in that state",
    ),
    ("revoked", "reported_lost replaced replacement_overdue", "cards are not revoked"),
    ("suspended", "reported_lost replaced replacement_overdue", "cards are not suspended"),
    ("reported_lost", "replaced replacement_overdue", "a card has one status"),
    ("replaced", "replacement_overdue", "a card has one status"),
];

/// The record of a row with a code of its own; `both` or its twin.
fn record(register: &str, changes: &str, number: usize) -> (String, Row) {
    let changes = if changes == ABSENT || changes == GARBLED { "" } else { changes };
    let (code, own) = match register {
        "permits" => (format!("3004{number:012}"), format!("code=3004{number:012}")),
        "certificates" => (format!("{number:026}"), format!("token={number:026}")),
        _ => (format!("AA{number:07}"), format!("number={number:07}")),
    };
    (code, changed(&changed(&good(register), &own), changes))
}

#[test]
fn every_pair() {
    let mut world = World { sources: vec![good("sources")], ..World::default() };
    world.results.push(changed(&good("results"), "result_id=TAKEN; status=withdrawn"));
    let mut questions = Vec::new();
    for (index, (register, stronger, strong, weaker, weak, at, shown)) in PAIRS.iter().enumerate() {
        let both = format!("{weak}; {strong}");
        let both = if [ABSENT, GARBLED].contains(strong) { *strong } else { both.as_str() };
        let twins = [(*stronger, both.trim_start_matches("; ")), (*weaker, *weak)];
        for (place, (expected, changes)) in twins.into_iter().enumerate() {
            let (mut code, values) = record(register, changes, 2 * index + place + 1);
            match *register {
                _ if changes == ABSENT => {}
                "permits" => world.permits.push(values),
                "certificates" => world.certificates.push(values),
                _ => world.cards.push(values),
            }
            if changes == GARBLED {
                code.replace_range(code.len() - 1.., "?");
            }
            questions.push((code, *at, *shown, expected, index));
        }
    }
    let held = Held::of(world);
    for (code, at, shown, expected, index) in questions {
        let judged = held.ask(&code, at, &row(shown));
        assert_eq!(judged.verdict.as_str(), expected, "{:?}", PAIRS[index]);
    }
}

#[test]
fn every_two_verdicts_meet_or_cannot() {
    let known: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    assert!(known.iter().all(|verdict| ORDER.contains(verdict)) && known.len() == ORDER.len());
    for (place, stronger) in ORDER.iter().enumerate() {
        for weaker in &ORDER[place + 1..] {
            let meet =
                PAIRS.iter().any(|(_, one, _, other, ..)| one == stronger && other == weaker);
            let never = NEVER.iter().any(|(one, others, _)| {
                one == stronger && others.split(' ').any(|other| other == *weaker)
            });
            assert!(meet != never, "{stronger} and {weaker}");
        }
    }
}

/// The verdicts that some row names.
pub(crate) fn named() -> impl Iterator<Item = &'static str> {
    PAIRS.iter().flat_map(|(_, stronger, _, weaker, ..)| [*stronger, *weaker])
}
