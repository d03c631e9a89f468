//! The verdict on a code.

use super::code::{self, Code};
use super::{Row, World, date_of, field, identity, in_status, instant_of, policy, time};

/// What the gate is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) kind: Option<&'static str>,
    pub(crate) subtype: Option<&'static str>,
    pub(crate) verdict: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) notice: Option<&'static str>,
    pub(crate) valid_from: Option<i64>,
    pub(crate) valid_until: Option<i64>,
}

impl Answer {
    fn bare(kind: Option<&'static str>, verdict: &'static str) -> Answer {
        Answer {
            kind,
            subtype: None,
            verdict,
            reason: None,
            notice: None,
            valid_from: None,
            valid_until: None,
        }
    }
}

/// The verdict on a code, as of an instant. `shown` is what the holder showed: `document`,
/// `surname`, `first_name`, `patronymic`, `birth_date`, each where it was given.
pub(crate) fn verify(world: &World, code: &[u8], at: i64, shown: &Row) -> Answer {
    let code = match code::decode(code) {
        Ok(code) => code,
        Err(reason) => {
            return Answer { reason: Some(reason), ..Answer::bare(None, "malformed") };
        }
    };
    let known = match &code {
        Code::Permit(_) => {
            find(&world.permits, &code, |row| text(row, "code")).map(|row| permit(row, at, shown))
        }
        Code::Certificate(_) => find(&world.certificates, &code, |row| text(row, "token"))
            .map(|row| certificate(world, row, at, shown)),
        Code::Card(_) => find(&world.cards, &code, card_code).map(|row| card(row, at, shown)),
    };
    known.unwrap_or_else(|| Answer::bare(Some(code.kind()), "unknown"))
}

/// The verdict of the best permit that names the plate, the Troika or the Strelka card: `by` is the
/// name of the column.
pub(crate) fn verify_by(world: &World, by: &str, value: &str, at: i64, shown: &Row) -> Answer {
    let best = best_by(world, by, value, at, shown);
    best.map_or_else(|| Answer::bare(Some("permit"), "unknown"), |(answer, _)| answer)
}

/// The best permit itself, with its answer: valid before not yet valid before the rest, then the one
/// that ends last, then the one with the smallest code.
pub(crate) fn best_by<'w>(
    world: &'w World,
    by: &str,
    value: &str,
    at: i64,
    shown: &Row,
) -> Option<(Answer, &'w Row)> {
    let canonical = match by {
        "plate" => identity::plate,
        "troika" => identity::troika,
        "strelka" => identity::strelka,
        other => panic!("no such column: {other}"),
    };
    // What cannot be read is named by no permit.
    let value = canonical(value).ok()?;
    let names_it =
        |row: &&Row| field(row, by).is_some_and(|text| canonical(text).as_deref() == Ok(&value));
    let mut answers: Vec<(Answer, &Row)> =
        world.permits.iter().filter(names_it).map(|row| (permit(row, at, shown), row)).collect();
    answers.sort_by_key(|(answer, row)| {
        let class = match answer.verdict {
            "valid" => 0,
            "not_yet_valid" => 1,
            _ => 2,
        };
        let code = match code::decode(text(row, "code").as_bytes()) {
            Ok(Code::Permit(code)) => code,
            other => panic!("no permit: {other:?}"),
        };
        (class, std::cmp::Reverse(answer.valid_until), code)
    });
    answers.into_iter().next()
}

fn text(row: &Row, column: &str) -> String {
    field(row, column).expect(column).to_owned()
}

fn card_code(row: &Row) -> String {
    format!("{}{}", text(row, "series").trim(), text(row, "number").trim())
}

fn find<'rows>(
    rows: &'rows [Row],
    wanted: &Code,
    written: impl Fn(&Row) -> String,
) -> Option<&'rows Row> {
    rows.iter().find(|row| code::decode(written(row).as_bytes()).as_ref() == Ok(wanted))
}

/// The verdict where nothing was withdrawn.
fn in_time(row: &Row, from: i64, until: i64, at: i64, shown: &Row) -> &'static str {
    if at < from {
        "not_yet_valid"
    } else if at >= until {
        "expired"
    } else if !is_holder(row, shown) {
        "holder_mismatch"
    } else {
        "valid"
    }
}

fn permit(row: &Row, at: i64, shown: &Row) -> Answer {
    let from = time::start(date_of(row, "valid_from"));
    let until = time::end(date_of(row, "valid_to"));
    let subtype = match field(row, "type") {
        Some("1") => "work",
        Some("2") => "medical",
        Some("3") => "other",
        other => panic!("no such type of permit: {other:?}"),
    };
    let verdict = if in_status(row, "revoked", at) {
        "revoked"
    } else {
        in_time(row, from, until, at, shown)
    };
    Answer {
        subtype: Some(subtype),
        valid_from: Some(from),
        valid_until: Some(until),
        ..Answer::bare(Some("permit"), verdict)
    }
}

fn certificate(world: &World, row: &Row, at: i64, shown: &Row) -> Answer {
    let subtype = match field(row, "kind") {
        Some("pcr") => "pcr",
        Some("vaccination") => "vaccination",
        Some("recovery") => "recovery",
        other => panic!("no such kind of certificate: {other:?}"),
    };
    let from = instant_of(row, "issued_at");
    let (sampled_at, reported_at) = (instant_of(row, "sampled_at"), instant_of(row, "reported_at"));
    let until = policy::certificate_end(subtype, sampled_at, reported_at, at);
    let result = field(row, "result_id").and_then(|result_id| world.result(result_id));
    let result_withdrawn = result.is_some_and(|result| in_status(result, "withdrawn", at));
    let verdict = if in_status(row, "revoked", at) || result_withdrawn {
        "revoked"
    } else if in_status(row, "suspended", at) {
        "suspended"
    } else {
        in_time(row, from, until, at, shown)
    };
    Answer {
        subtype: Some(subtype),
        valid_from: Some(from),
        valid_until: Some(until),
        ..Answer::bare(Some("certificate"), verdict)
    }
}

fn card(row: &Row, at: i64, shown: &Row) -> Answer {
    let issued_on = date_of(row, "issued_on");
    let (from, until) = (time::start(issued_on), policy::card_end(issued_on));
    let status = field(row, "status").unwrap_or("active");
    // Before the day of `status_on` the card is as it was.
    let begun = status != "active" && time::start(date_of(row, "status_on")) <= at;
    let mut due = false;
    let withdrawn = match status {
        "lost" if begun => Some("reported_lost"),
        "replaced" if begun => Some("replaced"),
        "damaged" | "details_changed" if begun => {
            due = at < policy::replacement_end(date_of(row, "status_on"));
            if due { None } else { Some("replacement_overdue") }
        }
        _ => None,
    };
    let verdict = withdrawn.unwrap_or_else(|| in_time(row, from, until, at, shown));
    Answer {
        notice: (due && verdict == "valid").then_some("replacement_due"),
        valid_from: Some(from),
        valid_until: Some(until),
        ..Answer::bare(Some("card"), verdict)
    }
}

/// Whether everything that was shown is the record's. What cannot be read is not equal.
fn is_holder(row: &Row, shown: &Row) -> bool {
    shown.iter().all(|(what, given)| match what.as_str() {
        "document" => {
            let given = identity::document("", given);
            given.is_ok_and(|given| record_document(row) == Some(given))
        }
        "surname" | "first_name" => {
            let own = field(row, what).map(|own| identity::name(own).expect("a good name"));
            identity::name(given).is_ok_and(|given| own == Some(given))
        }
        "patronymic" => {
            let own = field(row, what).unwrap_or("");
            let own = identity::patronymic(own).expect("a good patronymic");
            identity::patronymic(given) == Ok(own)
        }
        "birth_date" => {
            let own = field(row, what).map(|own| identity::birth_date(own).expect("a good date"));
            identity::birth_date(given).is_ok_and(|given| own == Some(given))
        }
        other => panic!("nobody can show this: {other}"),
    })
}

/// The document of a good row, if it has one.
pub(crate) fn record_document(row: &Row) -> Option<String> {
    let (series, number) = (field(row, "doc_series"), field(row, "doc_number"));
    if series.is_none() && number.is_none() {
        return None;
    }
    let document = identity::document(series.unwrap_or(""), number.unwrap_or(""));
    Some(document.expect("a good document"))
}
