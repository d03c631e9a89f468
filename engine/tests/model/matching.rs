//! Whether a registration coincides with a result.

use std::collections::BTreeMap;

use super::identity::Canonical;
use super::verify::record_document;
use super::{Row, World, field, identity, in_status, instant_of, policy, time, transliteration};

/// What a registration comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatchAnswer {
    pub(crate) outcome: &'static str,
    pub(crate) field: Option<&'static str>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) differs: BTreeMap<String, &'static str>,
    pub(crate) regimes: BTreeMap<String, String>,
    pub(crate) valid_until: Option<i64>,
}

impl MatchAnswer {
    fn bare(outcome: &'static str) -> MatchAnswer {
        MatchAnswer {
            outcome,
            field: None,
            reason: None,
            differs: BTreeMap::new(),
            regimes: BTreeMap::new(),
            valid_until: None,
        }
    }
}

/// A person in canonical form, field by field; what is absent is not in it.
type Person = BTreeMap<&'static str, String>;

/// The fields in which two persons may differ.
const ALWAYS: [&str; 6] =
    ["surname", "first_name", "patronymic", "birth_date", "document", "phone"];
const WHERE_BOTH_HAVE_THEM: [&str; 2] = ["snils", "work_licence"];

/// Relations, the milder ones first.
const RELATIONS: [&str; 3] = ["omitted", "equivalent", "contradicted"];

/// Why a coinciding result gives no certificate, in the order in which reasons win.
const REASONS: [&str; 6] = [
    "withdrawn",
    "not_reported_yet",
    "source_not_connected",
    "positive",
    "inconclusive",
    "expired",
];

/// The answer to the role `laboratory`: of all results.
pub(crate) fn match_registration(world: &World, registration: &Row) -> MatchAnswer {
    answer(world, registration, &|_, _| true)
}

/// The answer to the applicant: as if there were no results but those with the form's phone, and its
/// document or birth date; and without the regimes.
pub(crate) fn match_registration_for_applicant(world: &World, registration: &Row) -> MatchAnswer {
    let may_be_told_of = |given: &Person, stored: &Person| {
        let share = |name| shares(given, stored, name);
        share("phone") && (share("document") || share("birth_date"))
    };
    let answer = answer(world, registration, &may_be_told_of);
    MatchAnswer { regimes: BTreeMap::new(), ..answer }
}

fn answer(
    world: &World,
    registration: &Row,
    may_be_told_of: &dyn Fn(&Person, &Person) -> bool,
) -> MatchAnswer {
    if let Some((field, reason)) = first_fault(registration) {
        return MatchAnswer {
            field: Some(field),
            reason: Some(reason),
            ..MatchAnswer::bare("invalid")
        };
    }
    let at = instant_of(registration, "submitted_at");
    let given = person(registration);

    let coinciding: Vec<&Row> =
        world.results.iter().filter(|result| coincide(&given, &person(result))).collect();
    let mut eligible: Vec<&Row> = coinciding
        .iter()
        .copied()
        .filter(|result| ineligible(world, result, at).is_none())
        .collect();
    eligible.sort_by_key(|result| (-result_end(result, at), -instant_of(result, "reported_at")));
    let mut taken_back = None;
    for result in &eligible {
        match standing(world, result, at) {
            Standing::None(end) | Standing::Good(end) => {
                let issued = MatchAnswer { valid_until: Some(end), ..MatchAnswer::bare("issued") };
                return issued;
            }
            Standing::TakenBack(reason) => taken_back = taken_back.or(Some(reason)),
        }
    }
    if !eligible.is_empty() {
        let reason = taken_back;
        return MatchAnswer { reason, ..MatchAnswer::bare("not_eligible") };
    }
    // Of several that were reported at the same instant, the reason that comes first.
    let last = coinciding.iter().max_by_key(|result| {
        let reason = ineligible(world, result, at).expect("a reason");
        let place = REASONS.iter().position(|each| *each == reason).expect("a known reason");
        (instant_of(result, "reported_at"), std::cmp::Reverse(place))
    });
    if let Some(last) = last {
        let reason = ineligible(world, last, at);
        return MatchAnswer { reason, ..MatchAnswer::bare("not_eligible") };
    }
    if let Some(source_id) = field(registration, "source_id")
        && !world.connected(source_id, time::moscow_date(at))
    {
        return MatchAnswer::bare("source_not_connected");
    }

    // Of several that are as near, the first in the order of fields and relations.
    let nearest = world
        .results
        .iter()
        .filter(|result| field(result, "protected") != Some("true"))
        .map(|result| (instant_of(result, "reported_at"), person(result)))
        .filter(|(_, stored)| is_candidate(&given, stored) && may_be_told_of(&given, stored))
        .map(|(reported_at, stored)| {
            let differs = differing(&given, &stored);
            let related: Vec<_> = differs
                .iter()
                .map(|name| {
                    let (relation, regimes) = relation(given.get(*name), stored.get(*name));
                    let place = ALWAYS.iter().chain(&WHERE_BOTH_HAVE_THEM).position(|n| n == name);
                    let mildness = RELATIONS.iter().position(|each| *each == relation);
                    let order = regimes.as_deref().map(transliteration::order);
                    ((place, mildness, order), *name, relation, regimes)
                })
                .collect();
            (differs.len(), std::cmp::Reverse(reported_at), related)
        })
        .min_by_key(|(count, reported_at, related)| {
            let order: Vec<_> = related.iter().map(|(order, ..)| order.clone()).collect();
            (*count, *reported_at, order)
        });
    let mut answer = MatchAnswer::bare("no_match");
    for (_, name, relation, regimes) in nearest.into_iter().flat_map(|(_, _, related)| related) {
        answer.differs.insert(name.to_owned(), relation);
        answer.regimes.extend(regimes.map(|regimes| (name.to_owned(), regimes)));
    }
    answer
}

/// The first column, in their order, that is missing or cannot be read.
fn first_fault(row: &Row) -> Option<(&'static str, &'static str)> {
    fn fault<T>(canonical: Canonical<T>) -> Option<&'static str> {
        canonical.err()
    }
    let required = |column: &'static str, rule: &dyn Fn(&str) -> Option<&'static str>| {
        let reason = field(row, column).map_or(Some("empty"), rule);
        reason.map(|reason| (column, reason))
    };
    let optional = |column: &'static str, rule: &dyn Fn(&str) -> Option<&'static str>| {
        field(row, column).and_then(rule).map(|reason| (column, reason))
    };
    let submitted_at = field(row, "submitted_at").and_then(time::instant);
    let birth_date = |text: &str| match (identity::birth_date(text), submitted_at) {
        (Err(reason), _) => Some(reason),
        (Ok(date), Some(at)) if date > time::moscow_date(at) => Some("date"),
        _ => None,
    };
    let document = || {
        let (series, number) = (field(row, "doc_series"), field(row, "doc_number"));
        if series.is_none() && number.is_none() && field(row, "snils").is_some() {
            return None;
        }
        fault(identity::document(series.unwrap_or(""), number.unwrap_or("")))
            .map(|reason| ("doc_number", reason))
    };
    required("request_id", &|_| None)
        .or_else(|| {
            required("submitted_at", &|text| match time::instant(text) {
                Some(_) => None,
                None => Some("instant"),
            })
        })
        .or_else(|| required("surname", &|text| fault(identity::name(text))))
        .or_else(|| required("first_name", &|text| fault(identity::name(text))))
        .or_else(|| optional("patronymic", &|text| fault(identity::patronymic(text))))
        .or_else(|| required("birth_date", &birth_date))
        .or_else(document)
        .or_else(|| optional("snils", &|text| fault(identity::snils(text))))
        .or_else(|| required("phone", &|text| fault(identity::phone(text))))
        .or_else(|| optional("work_licence", &|text| fault(identity::work_licence(text))))
}

/// The canonical forms of a good row.
fn person(row: &Row) -> Person {
    let read = |column, rule: &dyn Fn(&str) -> Canonical| {
        field(row, column).map(|text| rule(text).expect(column))
    };
    let fields = [
        ("surname", read("surname", &identity::name)),
        ("first_name", read("first_name", &identity::name)),
        (
            "patronymic",
            field(row, "patronymic")
                .and_then(|text| identity::patronymic(text).expect("patronymic")),
        ),
        (
            "birth_date",
            read("birth_date", &|text| identity::birth_date(text).map(time::print_date)),
        ),
        ("document", record_document(row)),
        ("snils", read("snils", &identity::snils)),
        ("phone", read("phone", &identity::phone)),
        ("work_licence", read("work_licence", &identity::work_licence)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Whether both have the field, with the same value.
fn shares(one: &Person, other: &Person, name: &str) -> bool {
    one.contains_key(name) && one.get(name) == other.get(name)
}

/// Whether both have the field, with different values.
fn contradict(one: &Person, other: &Person, name: &str) -> bool {
    match (one.get(name), other.get(name)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

fn coincide(given: &Person, stored: &Person) -> bool {
    let equal = ["surname", "first_name", "patronymic", "birth_date", "phone"];
    let equal_where_given = ["document", "snils", "work_licence"];
    equal.iter().all(|name| given.get(name) == stored.get(name))
        && !equal_where_given.iter().any(|name| contradict(given, stored, name))
        && (shares(given, stored, "document") || shares(given, stored, "snils"))
}

/// The end of the certificate that a result gives, as of an instant.
fn result_end(result: &Row, at: i64) -> i64 {
    let kind = field(result, "kind").expect("kind");
    let (sampled_at, reported_at) =
        (instant_of(result, "sampled_at"), instant_of(result, "reported_at"));
    policy::certificate_end(kind, sampled_at, reported_at, at)
}

/// Why no certificate is issued for a result at the instant, if none is.
fn ineligible(world: &World, result: &Row, at: i64) -> Option<&'static str> {
    let reported_at = instant_of(result, "reported_at");
    let source_id = field(result, "source_id").expect("source_id");
    let outcome = field(result, "outcome");
    if in_status(result, "withdrawn", at) {
        Some("withdrawn")
    } else if reported_at > at {
        Some("not_reported_yet")
    } else if !world.connected(source_id, time::moscow_date(reported_at)) {
        Some("source_not_connected")
    } else if outcome == Some("positive") {
        Some("positive")
    } else if outcome == Some("inconclusive") {
        Some("inconclusive")
    } else if at >= result_end(result, at) {
        Some("expired")
    } else {
        None
    }
}

/// What stands on a result that is eligible at an instant, and until when what is given is valid.
enum Standing {
    None(i64),
    Good(i64),
    TakenBack(&'static str),
}

/// The best certificate of the same kind for the same person that names the result.
fn standing(world: &World, result: &Row, at: i64) -> Standing {
    let id = field(result, "result_id");
    let theirs = person(result);
    let is_its = |certificate: &&Row| {
        let whose = person(certificate);
        let names = ["surname", "first_name", "patronymic", "birth_date"];
        field(certificate, "result_id") == id
            && field(certificate, "kind") == field(result, "kind")
            && names.iter().all(|name| whose.get(name) == theirs.get(name))
            && !contradict(&whose, &theirs, "document")
    };
    let certificates: Vec<&Row> = world.certificates.iter().filter(is_its).collect();
    let end = |certificate: &&&Row| result_end(certificate, at);
    let taken_back = |certificate: &&&Row, status| in_status(certificate, status, at);
    let unharmed =
        |c: &&&Row| !taken_back(c, "revoked") && !taken_back(c, "suspended") && at < end(c);
    let same_times = |certificate: &Row| {
        ["sampled_at", "reported_at"]
            .iter()
            .all(|column| instant_of(certificate, column) == instant_of(result, column))
    };
    if let Some(end) = certificates.iter().filter(unharmed).map(|c| end(&c)).max() {
        return Standing::Good(end);
    }
    if certificates.iter().any(|c| in_status(c, "revoked", at) && same_times(c)) {
        return Standing::TakenBack("revoked");
    }
    if certificates.iter().any(|c| in_status(c, "suspended", at)) {
        return Standing::TakenBack("suspended");
    }
    Standing::None(result_end(result, at))
}

fn is_candidate(given: &Person, stored: &Person) -> bool {
    let same = |name: &&str| given.get(*name) == stored.get(*name);
    shares(given, stored, "document")
        || ["phone", "birth_date"].iter().all(same)
        || ["surname", "first_name", "patronymic", "birth_date"].iter().all(same)
}

/// The fields in which two persons differ.
fn differing(given: &Person, stored: &Person) -> Vec<&'static str> {
    let always = ALWAYS.into_iter().filter(|name| given.get(name) != stored.get(name));
    let others = WHERE_BOTH_HAVE_THEM.into_iter().filter(|name| contradict(given, stored, name));
    always.chain(others).collect()
}

/// How two different values are related, and what makes equivalent ones so.
fn relation(given: Option<&String>, stored: Option<&String>) -> (&'static str, Option<String>) {
    let (Some(given), Some(stored)) = (given, stored) else { return ("omitted", None) };
    match transliteration::explanation(given, stored) {
        Some(regimes) => ("equivalent", Some(regimes)),
        None => ("contradicted", None),
    }
}
