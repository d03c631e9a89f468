//! The program on the examples, against the answers that stand beside them.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use program::{Loaded, examples, json_lines, run, status};
use serde_json::Value;

/// Lines whose expected answer says that the holder does not match though nothing was shown; there
/// the code is just valid.
const NOTHING_SHOWN: [usize; 9] = [25, 70, 157, 219, 242, 295, 501, 503, 567];

/// Runs the program.
fn propusk(arguments: &[&str]) -> Output {
    propusk_with(arguments, b"")
}

/// Runs it with something on the standard input.
fn propusk_with(arguments: &[&str], input: &[u8]) -> Output {
    run(program::propusk().args(arguments), input)
}

/// A store with all example registers, and the folder that it lives in.
fn loaded() -> (tempfile::TempDir, String) {
    let Loaded { folder, store, .. } = Loaded::new();
    (folder, store)
}

#[test]
fn verify_gives_the_expected_answers() {
    let (_folder, store) = loaded();
    let queries = examples().join("queries.ndjson").display().to_string();
    let output = propusk(&["verify", "--store", &store, &queries]);
    assert_eq!(status(&output), 0);
    let answers = json_lines(&output.stdout);
    let expected = json_lines(&fs::read(examples().join("expected.ndjson")).unwrap());
    assert_eq!(answers.len(), expected.len());
    for (index, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
        let line = index + 1;
        for member in ["kind", "verdict", "reason", "notice", "valid_from", "valid_until"] {
            if member == "verdict" && NOTHING_SHOWN.contains(&line) {
                assert_eq!(expected["verdict"], "holder_mismatch", "line {line}");
                assert_eq!(answer["verdict"], "valid", "line {line}");
                continue;
            }
            assert_eq!(answer[member], expected[member], "line {line}: {member}");
        }
    }
}

#[test]
fn match_gives_the_expected_outcomes() {
    let (_folder, store) = loaded();
    let file = examples().join("registrations.csv").display().to_string();
    let arguments = ["match", "--store", &store, "--dry-run", "--role", "laboratory", &file];
    let output = propusk(&arguments);
    assert_eq!(status(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    let answers = json_lines(&output.stdout);
    let expected = json_lines(&fs::read(examples().join("expected-match.ndjson")).unwrap());
    assert_eq!(answers.len(), expected.len());
    for (index, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
        let line = index + 1;
        for member in ["outcome", "field", "reason", "valid_until"] {
            assert_eq!(answer[member], expected[member], "line {line}: {member}");
        }
        // The fields that differ are a set: how they stand is not compared.
        let names = |differs: &Value| {
            differs.as_object().map(|map| map.keys().cloned().collect::<BTreeSet<_>>())
        };
        let wanted = expected["differs"]
            .as_array()
            .map(|fields| fields.iter().map(|field| field.as_str().unwrap().to_owned()).collect());
        assert_eq!(names(&answer["differs"]), wanted, "line {line}: differs");
        assert!(answer["message_ru"].is_string() && answer["message_en"].is_string());
    }
    let input = fs::read(&file).unwrap();
    let again =
        propusk_with(&["match", "--store", &store, "--dry-run", "--role", "laboratory"], &input);
    assert_eq!(again.stdout, output.stdout);
    // Without that certificates are issued; whoever asks again is given the same.
    let issue = || json_lines(&propusk(&["match", "--store", &store, &file]).stdout);
    let issued = issue();
    assert_eq!(issued.len(), answers.len());
    for (index, (issued, told)) in issued.iter().zip(&answers).enumerate() {
        let is_issued = told["outcome"] == "issued";
        assert_eq!(issued["outcome"], told["outcome"], "line {}", index + 1);
        assert_eq!(issued["token"].is_string(), is_issued, "line {}", index + 1);
    }
    assert_eq!(issue(), issued);
}

#[test]
fn broken_lines_keep_their_places() {
    let (_folder, store) = loaded();
    let input = b"{\"code\": 5}\nAB1234567\n\xff\xff1234567\n{\"code\":\"x\",\"at\":\"now\"}\n\n";
    let output = propusk_with(&["verify", "--store", &store], input);
    assert_eq!(status(&output), 1);
    let answers = json_lines(&output.stdout);
    assert_eq!(answers.len(), 5);
    assert!(answers[0]["error"].is_string() && answers[0]["input"] == "{\"code\": 5}");
    assert_eq!(answers[1]["verdict"], "unknown");
    assert_eq!(answers[2]["reason"], "symbol");
    assert!(answers[3]["error"].as_str().unwrap().starts_with("at:"));
    assert_eq!(answers[4]["reason"], "empty");
}

#[test]
fn exit_statuses_tell_what_happened() {
    let (folder, store) = loaded();
    assert_eq!(status(&propusk_with(&["verify", "--store", &store], b"AB1234567\n")), 0);
    assert_eq!(
        status(&propusk_with(&["verify", "--store", &store, "--strict"], b"AB1234567\n")),
        1
    );
    assert_eq!(status(&propusk(&["verify", "--store", &store, "--at", "today"])), 2);
    assert_eq!(status(&propusk(&["verify", "--store", "/nowhere/at/all"])), 3);
    assert_eq!(status(&propusk(&["verify", "--store", &store, "--max-age", "1d"])), 0);
    assert_eq!(status(&propusk(&["check", "--store", &store])), 0);
    assert_eq!(json_lines(&propusk(&["inspect", "--store", &store]).stdout).len(), 5);
    let manifest = folder.path().join("store/MANIFEST");
    fs::write(&manifest, "not a manifest\n").unwrap();
    assert_eq!(status(&propusk(&["check", "--store", &store])), 3);
}

#[test]
fn another_key_file_is_refused() {
    let (folder, store) = loaded();
    let other = folder.path().join("other").display().to_string();
    let sources = format!("sources={}/sources.csv", examples().display());
    assert_eq!(status(&propusk(&["load", "--store", &other, &sources])), 0);
    let key = format!("{other}.key");
    assert_eq!(status(&propusk(&["check", "--store", &store, "--key", &key])), 3);
}

#[test]
fn rejected_rows_are_mended_and_loaded_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let header = "code,type,issued_at,valid_from,valid_to,doc_number\n";
    let good = "0405AAAABBBBCCCC,1,2020-05-04T00:00:00+03:00,2020-05-04,2020-05-04,4510123456\n";
    let bad = "0405AAAABBBBDDDD,1,2020-05-04,2020-05-04,2020-05-04,4510123457\n";
    let twice = good.replace("123456", "999999");
    fs::write(place("in.csv"), [header, good, bad, good, &twice].concat()).unwrap();
    let input = format!("permits={}", place("in.csv"));
    let rejects = place("rejects.csv");
    let first = propusk(&["load", "--store", &place("store"), &input, "--rejects", &rejects]);
    assert_eq!(status(&first), 1);
    let told = &json_lines(&first.stdout)[0];
    assert_eq!(
        (&told["rows"], &told["same"], &told["rejected"]),
        (&1.into(), &1.into(), &2.into())
    );
    let kept = fs::read_to_string(&rejects).unwrap();
    assert_eq!(kept, [header, bad, &twice].concat());
    let reasons = json_lines(&fs::read(format!("{rejects}.reasons.ndjson")).unwrap());
    assert_eq!((&reasons[0]["line"], &reasons[0]["column"]), (&3.into(), &"issued_at".into()));
    assert_eq!((&reasons[1]["line"], &reasons[1]["reason"]), (&5.into(), &"duplicate".into()));
    let mended = kept.replace(",1,2020-05-04,", ",1,2020-05-04T00:00:00+03:00,");
    fs::write(place("mended.csv"), mended).unwrap();
    let again = format!("permits={}", place("mended.csv"));
    let second = propusk(&["load", "--store", &place("second"), &again]);
    let errors = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(status(&second), 0, "{errors}");
    let third = propusk(&["load", "--store", &place("third"), &input]);
    let errors = String::from_utf8_lossy(&third.stderr).into_owned();
    assert!(errors.contains("in.csv:3: issued_at: "), "{errors}");
    assert!(!errors.contains("4510123457"), "{errors}");
}

#[test]
fn the_clock_and_only_the_clock_changes_verdicts() {
    let (folder, store) = loaded();
    let out = folder.path().join("changes.csv").display().to_string();
    let span = ["--since", "2020-01-01T00:00:00+03:00", "--as-of", "2020-06-01T00:00:00+03:00"];
    let arguments = [&["revalidate", "--store", &store][..], &span].concat();
    let output = propusk(&arguments);
    assert_eq!(status(&output), 0);
    let changes = json_lines(&output.stdout);
    assert!(!changes.is_empty());
    assert_eq!(status(&propusk(&[&arguments[..], &["--out", &out]].concat())), 0);
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), changes.len() + 1);
    let turned = ["--since", span[3], "--as-of", span[1]];
    assert_eq!(status(&propusk(&[&["revalidate", "--store", &store][..], &turned].concat())), 2);
}

#[test]
fn the_demo_agrees_with_its_truth() {
    let output = propusk(&["demo", "--people", "2000"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("differences from the truth: 0\n"), "{text}");
    assert_eq!(status(&output), 0);
}

#[test]
fn shells_and_readers_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    assert!(propusk(&["completions", "bash"]).stdout.len() > 1000);
    assert_eq!(status(&propusk(&["man", "--out", &out])), 0);
    assert!(folder.path().join("propusk-verify.1").exists());
}
