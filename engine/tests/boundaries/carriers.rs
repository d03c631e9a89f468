//! Carriers: the best permit that names a plate, a Troika or a Strelka card.

use propusk_engine::verify::{Carrier, Query};

use crate::model::{self, World};
use crate::registers::good;
use crate::{Held, changed, harness, instant, row};

/// The permits: each names its plates and cards for the rows below.
const PERMITS: &[&str] = &[
    // One permit alone.
    "code=3004AAAAAAAAAAAA; plate=а 123 вс 77; troika=0123456789; strelka=01234567890",
    // Two of one day each, one of a fortnight, on one plate.
    "code=2004AAAAAAAAAAAA; plate=B200BB77; type=3; valid_from=2020-04-20; valid_to=2020-04-20",
    "code=2204AAAAAAAAAAAA; plate=В200ВВ77; type=3; valid_from=2020-04-22; valid_to=2020-04-22",
    "code=2804AAAAAAAAAAAA; plate=B-200-BB-77; valid_from=2020-04-24; valid_to=2020-04-28",
    "code=2604AAAAAAAAAAAA; plate=b200bb77; valid_from=2020-04-24; valid_to=2020-04-26",
    // A revoked one that would hold longer.
    "code=3004RRRRRRRRRRRR; plate=C300CC77; status=revoked",
    "code=2904RRRRRRRRRRRR; plate=C300CC77; valid_to=2020-04-29",
];

const ONE: &str = "A123BC77";
const MANY: &str = "B200BB77";
const REVOKED: &str = "C300CC77";

/// By what, its text, when, the verdict, and the exclusive end of the permit that gives it.
#[rustfmt::skip]
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    ("plate", ONE, "2020-04-14T23:59:59+03:00", "not_yet_valid", "2020-05-01"),
    ("plate", ONE, "2020-04-15T00:00:00+03:00", "valid", "2020-05-01"),
    ("plate", ONE, "2020-05-01T00:00:00+03:00", "expired", "2020-05-01"),
    ("plate", "а123вс77", "2020-04-15T00:00:00+03:00", "valid", "2020-05-01"),
    ("plate", " А 123-ВС 77", "2020-04-15T00:00:00+03:00", "valid", "2020-05-01"),
    ("troika", "0123456789", "2020-04-15T00:00:00+03:00", "valid", "2020-05-01"),
    ("strelka", "01234567890", "2020-04-15T00:00:00+03:00", "valid", "2020-05-01"),
    // Named by none: not at all, not as this, or nothing that can be read.
    ("plate", "A124BC77", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("plate", "0123456789", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("troika", "0123456788", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("troika", "01234567890", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("strelka", "0123456789", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("plate", "A12", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("plate", "?", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("plate", "", "2020-04-15T00:00:00+03:00", "unknown", ""),
    ("troika", "3004AAAAAAAAAAAA", "2020-04-15T00:00:00+03:00", "unknown", ""),
    // Valid before not yet valid, whatever ends later.
    ("plate", MANY, "2020-04-20T00:00:00+03:00", "valid", "2020-04-21"),
    ("plate", MANY, "2020-04-20T23:59:59+03:00", "valid", "2020-04-21"),
    ("plate", MANY, "2020-04-22T12:00:00+03:00", "valid", "2020-04-23"),
    // Not yet valid before expired; of several, the one that ends last.
    ("plate", MANY, "2020-04-19T23:59:59+03:00", "not_yet_valid", "2020-04-29"),
    ("plate", MANY, "2020-04-21T00:00:00+03:00", "not_yet_valid", "2020-04-29"),
    ("plate", MANY, "2020-04-23T00:00:00+03:00", "not_yet_valid", "2020-04-29"),
    ("plate", MANY, "2020-04-24T00:00:00+03:00", "valid", "2020-04-29"),
    ("plate", MANY, "2020-04-29T00:00:00+03:00", "expired", "2020-04-29"),
    // Valid and not yet valid before revoked; of the rest, the one that ends last.
    ("plate", REVOKED, "2020-04-14T00:00:00+03:00", "not_yet_valid", "2020-04-30"),
    ("plate", REVOKED, "2020-04-29T23:59:59+03:00", "valid", "2020-04-30"),
    ("plate", REVOKED, "2020-04-30T00:00:00+03:00", "revoked", "2020-05-01"),
];

/// What the driver shows: it is compared with every permit that names the plate.
#[rustfmt::skip]
const SHOWN: &[(&str, &str, &str, &str)] = &[
    (ONE, "2020-04-15T00:00:00+03:00", "document=4509123456", "valid"),
    (ONE, "2020-04-15T00:00:00+03:00", "document=4509123457", "holder_mismatch"),
    // One that is not yet valid goes before one that is another's.
    (MANY, "2020-04-20T00:00:00+03:00", "document=4509123457", "not_yet_valid"),
];

fn ask(held: &Held, by: &str, text: &str, at: &str, shown: &str) -> (String, String) {
    let carrier = match by {
        "plate" => Carrier::Plate,
        "troika" => Carrier::Troika,
        _ => Carrier::Strelka,
    };
    let (as_of, shown) = (instant(at), row(shown));
    let query = Query { shown: harness::shown(&shown), ..Query::new(text.as_bytes(), as_of) };
    let answer = held.snapshot().verify_carrier(carrier, &query, &held.policy).expect("an answer");
    let model = model::verify::verify_by(&held.world, by, text, as_of.unix(), &shown);
    let words = harness::engine_words(&answer.judged);
    assert_eq!(words, harness::model_words(&model), "the model: {by} {text} at {at}");
    let until = answer.judged.validity().map(|(_, until)| until.to_string()).unwrap_or_default();
    (answer.judged.verdict.to_string(), until)
}

fn held() -> Held {
    let permits = PERMITS.iter().map(|changes| changed(&good("permits"), changes)).collect();
    Held::of(World { permits, ..World::default() })
}

#[test]
fn every_row() {
    let held = held();
    for (by, text, at, verdict, until) in ROWS {
        let until =
            if until.is_empty() { String::new() } else { format!("{until}T00:00:00+03:00") };
        assert_eq!(
            ask(&held, by, text, at, ""),
            ((*verdict).to_owned(), until),
            "{by} {text} {at}"
        );
    }
    for (plate, at, shown, verdict) in SHOWN {
        assert_eq!(ask(&held, "plate", plate, at, shown).0, *verdict, "{plate} {at} {shown}");
    }
}
