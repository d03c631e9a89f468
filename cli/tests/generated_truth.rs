//! The truth of generated registers is met line by line: by `load`'s rejects, `verify`,
//! `match` and `request`. `PROPUSK_PEOPLE` says how many people are generated for each of two seeds.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const REGISTERS: [&str; 5] = ["sources", "results", "certificates", "permits", "cards"];

fn propusk(folder: &Path, arguments: &[&str], input: Option<&str>) -> (Option<i32>, Vec<Value>) {
    let input = input
        .map_or_else(Stdio::null, |file| File::open(folder.join(file)).expect("an input").into());
    let output = Command::new(env!("CARGO_BIN_EXE_propusk"))
        .args(arguments)
        .current_dir(folder)
        .stdin(input)
        .output()
        .expect("the program runs");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let objects = lines.lines().map(|line| serde_json::from_str(line).expect("an object"));
    (output.status.code(), objects.collect())
}

fn objects(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("a file");
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// The members of the truth that the answer has otherwise.
fn differing(answers: &[Value], truth: &[Value]) -> Vec<String> {
    assert_eq!(answers.len(), truth.len(), "as many answers as lines");
    let pairs = answers.iter().zip(truth).enumerate();
    let wrong = pairs.filter(|(_, (answer, truth))| {
        truth.as_object().expect("an object").iter().any(|(name, value)| answer[name] != *value)
    });
    wrong.map(|(line, (answer, truth))| format!("{}: {answer} for {truth}", line + 1)).collect()
}

/// Every request meets its truth. Nearly every refused one gets a corrected message, and every such
/// message is accepted when it is sent back. Answers how many were corrected, and how many refused.
fn meet_requests(folder: &Path) -> (usize, usize) {
    let request = ["request", "--store", "store"];
    let asked = objects(&folder.join("data/sms.ndjson"));
    let (status, answers) = propusk(folder, &request, Some("data/sms.ndjson"));
    let wrong = differing(&answers, &objects(&folder.join("data/truth/request.ndjson")));
    assert!(wrong.is_empty(), "{:#?}", &wrong[..wrong.len().min(10)]);
    assert_eq!(status, Some(0));

    let refused = |answer: &&Value| answer["outcome"] == "refused" && answer["reason"] != "quota";
    let refused = answers.iter().filter(refused).count();
    let mut back = String::new();
    for (mut line, answer) in asked.into_iter().zip(&answers) {
        if answer["suggestion"].is_string() {
            line["text"] = answer["suggestion"].clone();
            back.push_str(&format!("{line}\n"));
        }
    }
    let corrected = back.lines().count();
    assert!(corrected * 10 >= refused * 9, "{corrected} of {refused}");
    fs::write(folder.join("back.ndjson"), back).expect("a file");
    let (_, answers) = propusk(folder, &request, Some("back.ndjson"));
    assert_eq!(answers.len(), corrected);
    for answer in answers {
        assert_eq!(answer["outcome"], "issued", "{answer}");
    }
    (corrected, refused)
}

#[test]
fn every_line_meets_its_truth() {
    let people = std::env::var("PROPUSK_PEOPLE").unwrap_or_else(|_| "3000".to_owned());
    let (mut corrected, mut refused) = (0, 0);
    for seed in ["1", "2"] {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = temporary.path();
        let generate =
            ["generate", "--out", "data", "--people", &people, "--seed", seed, "--dirty", "0.02"];
        assert_eq!(propusk(folder, &generate, None).0, Some(0));
        let inputs = REGISTERS.map(|register| format!("{register}=data/{register}.csv"));
        let mut load = vec!["load", "--store", "store", "--rejects", "rejects"];
        load.extend(inputs.iter().map(String::as_str));
        assert_eq!(propusk(folder, &load, None).0, Some(1), "done, with rows rejected");

        let mut rejected = BTreeSet::new();
        for register in REGISTERS {
            let path = folder.join(format!("rejects.{register}.reasons.ndjson"));
            for each in if path.exists() { objects(&path) } else { Vec::new() } {
                let text = |name: &str| each[name].as_str().expect("a text").to_owned();
                let line = each["line"].as_u64().expect("a line");
                rejected.insert((register.to_owned(), line, text("column"), text("reason")));
            }
        }
        let truth: BTreeSet<_> = objects(&folder.join("data/truth/rejects.ndjson"))
            .iter()
            .map(|each| {
                let text = |name: &str| each[name].as_str().expect("a text").to_owned();
                (
                    text("register"),
                    each["line"].as_u64().expect("a line"),
                    text("column"),
                    text("reason"),
                )
            })
            .collect();
        assert!(truth.len() > 50);
        let wrong: Vec<_> = rejected.symmetric_difference(&truth).take(10).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");

        let verify = ["verify", "--store", "store", "--at", "2022-01-01T00:00:00+03:00"];
        let (_, answers) = propusk(folder, &verify, Some("data/codes.txt"));
        let wrong = differing(&answers, &objects(&folder.join("data/truth/verify.ndjson")));
        assert!(wrong.is_empty(), "{:#?}", &wrong[..wrong.len().min(10)]);

        let requests = meet_requests(folder);
        (corrected, refused) = (corrected + requests.0, refused + requests.1);

        let register = ["match", "--store", "store", "--dry-run", "data/registrations.csv"];
        let (_, answers) = propusk(folder, &register, None);
        let wrong = differing(&answers, &objects(&folder.join("data/truth/match.ndjson")));
        assert!(wrong.is_empty(), "{:#?}", &wrong[..wrong.len().min(10)]);
    }
    let share = 100.0 * corrected as f64 / refused as f64;
    println!("corrected {corrected} of {refused}: {share:.1} %");
}
