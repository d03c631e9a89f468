//! `request`: requests by SMS, on the web and by telephone, answered line by line and issued.

mod program;

use program::{Loaded, json_lines, run, status, told};
use serde_json::{Value, json};

const NOON: &str = "2020-05-04T12:00:00+03:00";

fn sms(text: &str) -> Value {
    json!({ "received_at": NOON, "phone": "+79161234567", "text": text })
}

fn form(changes: &Value) -> Value {
    let mut form = json!({
        "received_at": NOON, "channel": "web", "phone": "+79161234567", "travel_date": "2020-05-06",
        "type": 3, "surname": "Образцова", "first_name": "Анна", "patronymic": null,
        "birth_date": "1980-01-02", "doc_type": "1", "doc_series": "4509", "doc_number": "123456",
        "troika": "0012345678", "purpose": "Дача", "departure": "Арбат, 1", "destination": "Ступино",
    });
    for (name, value) in changes.as_object().unwrap() {
        form[name] = value.clone();
    }
    form
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

#[test]
fn every_line_is_answered_in_its_place() {
    let loaded = Loaded::new();
    let input = [
        sms("Пропуск*3*2**AB123456**1111222333**вокзал*Павелецкий").to_string(),
        sms("Пpoпycк * 3*2**AB123456**1111222333**вокзал*дача").to_string(),
        form(&json!({})).to_string(),
        form(&json!({ "birth_date": "2010-01-02", "channel": "telephone" })).to_string(),
        "{".to_owned(),
        form(&json!({ "channel": "post" })).to_string(),
        form(&json!({ "colour": "red" })).to_string(),
        form(&json!({ "received_at": "2020-05-04" })).to_string(),
        form(&json!({ "text": "Пропуск" })).to_string(),
        form(&json!({ "doc_number": 12.5 })).to_string(),
        sms("").to_string(),
    ];
    let mut command = loaded.command("request", &loaded.key);
    let output = run(command.args(["--issuer", "region"]), (input.join("\n") + "\n").as_bytes());
    assert_eq!(status(&output), 1, "{}", told(&output));
    let answers = json_lines(&output.stdout);
    assert_eq!(answers.len(), input.len());
    let outcomes: Vec<_> = answers.iter().map(|line| line["outcome"].as_str()).collect();
    let (issued, refused) = (Some("issued"), Some("refused"));
    let expected = [issued, refused, issued, Some("not_required")];
    assert_eq!(outcomes[..4], expected);
    assert_eq!(outcomes[4..], [None, None, None, None, None, None, refused]);
    for (line, error) in [
        (4, "JSON: "),
        (5, "channel: "),
        (6, "JSON: unknown field `colour`"),
        (7, "received_at: "),
        (8, "text: "),
        (9, "JSON: "),
    ] {
        assert_eq!(answers[line]["input"], input[line].as_str());
        assert!(answers[line]["error"].as_str().unwrap().starts_with(error), "{}", answers[line]);
    }
    let corrected = &answers[1];
    assert_eq!(
        (&corrected["field"], &corrected["reason"]),
        (&json!("word"), &json!("mixed_script"))
    );
    let text = "Пропуск*3*2**AB123456**1111222333**вокзал*дача";
    assert_eq!((&corrected["suggestion"], &corrected["parts"]), (&json!(text), &json!(3)));
    let back = loaded.done("request", &[], &lines(&[sms(text)]));
    assert_eq!(back[0]["outcome"], "issued");
    let over = loaded.done("request", &[], &lines(&[sms(&text.replace("дача", "дом"))]));
    assert_eq!((&over[0]["field"], &over[0]["reason"]), (&json!("doc_number"), &json!("quota")));

    let code = answers[0]["code"].as_str().unwrap();
    let verified = loaded.done("verify", &["--at", NOON], code);
    assert_eq!(
        (&verified[0]["verdict"], &verified[0]["subtype"]),
        (&json!("valid"), &json!("other"))
    );
    let by = ["--by", "troika", "--at", "2020-05-06T12:00:00+03:00", "--role", "official"];
    let found = loaded.done("verify", &by, "0012345678");
    assert_eq!(found[0]["verdict"], "valid");
    assert_eq!(found[0]["holder"]["departure"], "Арбат, 1");
    assert_eq!(found[0]["holder"]["issuer"], "region");
    loaded.done("check", &[], "");
}

#[test]
fn many_requests_share_publishes_and_merge() {
    let loaded = Loaded::new();
    let text = |each: usize| sms(&format!("Пропуск*3*2**AB1{each:05}****вокзал*дача"));
    let all: Vec<Value> = (0..500).map(text).collect();
    let answers = loaded.done("request", &[], &lines(&all));
    assert!(answers.iter().all(|answer| answer["outcome"] == "issued"));
    let inspected = loaded.done("inspect", &[], "");
    let permits = inspected.iter().find(|line| line["register"] == "permits").unwrap();
    assert!(permits["segments"].as_u64().unwrap() < 30, "{permits}");
    assert_eq!(permits["rows"], 150 + 500);
}

#[test]
fn a_gateway_that_asks_all_day_is_answered_at_once() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;
    let loaded = Loaded::new();
    let mut command = loaded.command("request", &loaded.key);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut output = BufReader::new(output);
    let mut codes = std::collections::HashSet::new();
    for each in 0..60 {
        let request = sms(&format!("Пропуск*3*2**AB1{each:05}****вокзал*дача"));
        writeln!(input, "{request}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        let code = answer["code"].as_str().unwrap().to_owned();
        // Another process sees it at its next question.
        if each % 20 == 0 {
            let verified = loaded.done("verify", &["--at", NOON], &code);
            assert_eq!(verified[0]["verdict"], "valid");
        }
        assert!(codes.insert(code));
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    // Permits of long ago that were just asked for are not dropped as too old by a merge.
    let asked: String = codes.iter().map(|code| format!("{code}\n")).collect();
    let verified = loaded.done("verify", &["--at", NOON], &asked);
    assert!(verified.iter().all(|line| line["verdict"] == "valid"));
    let inspected = loaded.done("inspect", &[], "");
    let permits = inspected.iter().find(|line| line["register"] == "permits").unwrap();
    assert!(permits["segments"].as_u64().unwrap() < 30, "merged beside: {permits}");
}
