//! From a form to a certificate on paper and back: `match` issues and draws, `verify --image` reads.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{Loaded, json_lines, propusk, run, status, told};
use propusk_imaging::{Picture, read};
use serde_json::{Value, json};

const SOURCES: &str = "source_id,name,kind,connected_from\nL1,Лаборатория,laboratory,2021-05-01\n";

fn result(id: &str, first_name: &str, protected: bool) -> Value {
    json!({
        "result_id": id, "source_id": "L1", "kind": "pcr", "outcome": "negative",
        "sampled_at": "2021-06-01T08:00:00+03:00", "reported_at": "2021-06-01T12:00:00+03:00",
        "surname": "Образцова", "first_name": first_name, "birth_date": "1990-02-03",
        "doc_number": "4509123456", "phone": "+79000000001", "protected": protected.to_string(),
    })
}

fn form(request_id: &str, first_name: &str) -> Value {
    json!({
        "request_id": request_id, "submitted_at": "2021-06-01T12:30:00+03:00",
        "surname": "Образцова", "first_name": first_name, "birth_date": "1990-02-03",
        "doc_number": "4509123456", "phone": "+79000000001",
    })
}

fn ndjson(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A store with one laboratory and three patients.
fn clinic() -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").display().to_string();
    let results = ["Мария", "Анна", "Ольга"]
        .map(|name| result(&format!("result of {name}"), name, name == "Ольга"));
    let (sources, file) = (folder.path().join("sources.csv"), folder.path().join("results.ndjson"));
    fs::write(&sources, SOURCES).unwrap();
    fs::write(&file, ndjson(&results)).unwrap();
    let inputs = [format!("sources={}", sources.display()), format!("results={}", file.display())];
    let output = run(propusk().args(["load", "--store", &store]).args(inputs), b"");
    assert_eq!(status(&output), 0, "{}", told(&output));
    Loaded { key: format!("{store}.key"), folder, store }
}

fn files(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_form_becomes_a_certificate_on_paper_that_a_camera_reads() {
    let clinic = clinic();
    let folder = clinic.path("qr");
    let forms = [
        form("Q1", "Мария"),
        form("../../Q2", "Анна"),
        form("Q3", "Ольга"),
        form("Q1", "Мария"),
        form("Q4", "Никто"),
    ];
    let lines = clinic.done("match", &["--qr", &folder], &ndjson(&forms));
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["issued", "issued", "issued", "issued", "no_match"]);
    assert_eq!(lines[0]["token"], lines[3]["token"]);
    assert_eq!(lines[0]["valid_until"], "2021-06-04T12:00:00+03:00");
    let url =
        |line: &Value| format!("https://immune.mos.ru/qr?id={}", line["token"].as_str().unwrap());
    assert_eq!(lines[0]["url"], url(&lines[0]));
    assert!(lines[4].get("token").is_none() && lines[4].get("url").is_none());
    let names = ["Q1", "~2E~2E~2F~2E~2E~2FQ2", "Q3"];
    let endings = ["html", "png", "svg"];
    let expected: BTreeSet<String> =
        names.iter().flat_map(|name| endings.map(|ending| format!("{name}.{ending}"))).collect();
    assert_eq!(files(Path::new(&folder)), expected);
    assert!(!clinic.folder.path().join("Q2.png").exists());
    // What is drawn says what was told, and verifies.
    let at = ["--at", "2021-06-01T12:30:00+03:00", "--role", "venue"];
    let mut arguments = at.to_vec();
    let pictures: Vec<String> = names.iter().map(|name| format!("{folder}/{name}.png")).collect();
    for picture in &pictures {
        arguments.extend(["--image", picture]);
    }
    let verified = clinic.done("verify", &arguments, "");
    for ((line, answer), picture) in lines.iter().zip(&verified).zip(&pictures) {
        assert_eq!(answer["input"], line["url"]);
        assert_eq!((&answer["verdict"], &answer["subtype"]), (&json!("valid"), &json!("pcr")));
        let found = read(&Picture::open(Path::new(picture)).unwrap());
        assert_eq!(found.len(), 1);
    }
    assert_eq!(verified[0]["holder"]["initials"], "О. М.");
    assert!(verified[2].get("holder").is_none(), "a protected person");
    // The page says what a venue sees, and of a protected person nothing.
    let page = fs::read_to_string(format!("{folder}/Q1.html")).unwrap();
    let token = lines[0]["token"].as_str().unwrap();
    for said in ["О. М.", "03.02.1990", "… 3456", "04.06.2021 12:00", token, "ПЦР", "PCR"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // The token is random and may hold any digits.
    let page = page.replace(token, "");
    for kept in [
        "Образцова",
        "ОБРАЗЦОВА",
        "Мария",
        "9000000001",
        "4509",
        "result of",
        "http-equiv",
        "<script",
    ] {
        assert!(!page.contains(kept), "{kept}: {page}");
    }
    let protected = fs::read_to_string(format!("{folder}/Q3.html")).unwrap();
    let protected = protected.replace(lines[2]["token"].as_str().unwrap(), "");
    assert!(!protected.contains("1990") && !protected.contains("3456"));
}

#[test]
fn what_was_issued_is_the_same_in_every_later_run() {
    let clinic = clinic();
    let forms = ndjson(&[form("Q1", "Мария")]);
    let dry = clinic.done("match", &["--dry-run"], &forms);
    assert!(dry[0].get("token").is_none(), "{dry:?}");
    let first = clinic.done("match", &[], &forms);
    assert_eq!(clinic.done("match", &[], &forms), first);
    assert_eq!(clinic.done("match", &["--dry-run"], &forms), first);
    let token = first[0]["token"].as_str().unwrap();
    let change = json!({"code": token, "status": "suspended", "on": "2021-06-01T12:15:00+03:00"});
    clinic.done("change", &[], &change.to_string());
    let refused = clinic.done("match", &[], &forms);
    assert_eq!(
        (&refused[0]["outcome"], &refused[0]["reason"]),
        (&json!("not_eligible"), &json!("suspended"))
    );
    // A row that cannot be read has its line, and the others their certificates.
    let broken = format!("{forms}not JSON\n{}", ndjson(&[form("Q2", "Анна")]));
    let output = run(clinic.command("match", &clinic.key).arg("-"), broken.as_bytes());
    assert_eq!(status(&output), 1, "{}", told(&output));
    let lines = json_lines(&output.stdout);
    assert!(lines[1]["error"].as_str().unwrap().contains("json"));
    assert_eq!(lines[2]["outcome"], "issued");
}

#[test]
fn a_picture_without_a_code_is_told_and_the_next_is_read() {
    let clinic = clinic();
    let folder = clinic.path("qr");
    clinic.done("match", &["--qr", &folder], &ndjson(&[form("Q1", "Мария")]));
    let (text, good) = (clinic.path("text.png"), format!("{folder}/Q1.png"));
    fs::write(&text, "no picture").unwrap();
    let missing = clinic.path("missing.jpg");
    let at = ["--at", "2021-06-01T12:30:00+03:00"];
    let mut command = clinic.command("verify", &clinic.key);
    command.args(at).args(["--image", &text, "--image", &good, "--image", &missing]);
    let output = run(&mut command, b"");
    assert_eq!(status(&output), 1, "{}", told(&output));
    let lines = json_lines(&output.stdout);
    assert_eq!(lines[0]["input"], text);
    assert!(lines[0]["error"].as_str().unwrap().contains("neither a PNG nor a JPEG"));
    assert_eq!(lines[1]["verdict"], "valid");
    assert_eq!(lines[2]["input"], missing);
    for wrong in [["--by", "plate"], ["codes.txt", "--strict"]] {
        let mut command = clinic.command("verify", &clinic.key);
        let output = run(command.args(wrong).args(["--image", &good]), b"");
        assert_eq!(status(&output), 2, "{}", told(&output));
    }
}

/// What a holder presents is a code, whatever it looks like.
#[test]
fn a_code_that_is_a_question_is_malformed() {
    let clinic = clinic();
    let picture = clinic.path("question.png");
    let question = r#"{"code":"2704ВУ07SIFOH9KP","at":"2020-04-27T08:00:00+03:00"}"#;
    fs::write(&picture, propusk_imaging::Symbol::of(question).unwrap().png(6).unwrap()).unwrap();
    let lines = clinic.done("verify", &["--image", &picture], "");
    assert_eq!((&lines[0]["verdict"], &lines[0]["input"]), (&json!("malformed"), &json!(question)));
}
