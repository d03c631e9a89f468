//! The program on a store that changes: what is acknowledged holds at the next question, in any
//! process; copies, rotation and destruction do what they say.

mod program;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use program::{DAY, Loaded, PERMIT, examples, json_lines, propusk, run, status, told};
use serde_json::{Value, json};

/// A gate that asks all day.
struct Gate {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Gate {
    fn open(store: &str, key: &str, arguments: &[&str]) -> Self {
        let mut command = propusk();
        command.args(["verify", "--store", store, "--key", key, "--at", DAY]).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Gate { child, input, output: BufReader::new(output) }
    }

    fn verdict(&mut self, code: &str) -> String {
        writeln!(self.input, "{code}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        answer["verdict"].as_str().unwrap().to_owned()
    }

    fn close(self) {
        let Gate { mut child, input, .. } = self;
        drop(input);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

fn change(code: &str, status: &str) -> String {
    json!({ "code": code, "status": status, "on": "2020-04-01T00:00:00+03:00" }).to_string() + "\n"
}

/// All answers to the examples' questions.
fn answers(store: &str, key: &str) -> Vec<u8> {
    let queries = examples().join("queries.ndjson");
    let asked = run(propusk().args(["verify", "--store", store, "--key", key]).arg(queries), b"");
    assert_eq!(status(&asked), 0, "{}", told(&asked));
    asked.stdout
}

/// Copies the files of a store that a gate needs.
fn copy_for_gate(from: &str, to: &str) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with(".segment") {
            fs::copy(&path, Path::new(to).join(name)).unwrap();
        }
    }
    fs::copy(Path::new(from).join("MANIFEST"), Path::new(to).join("new")).unwrap();
    fs::rename(Path::new(to).join("new"), Path::new(to).join("MANIFEST")).unwrap();
}

#[test]
fn a_gate_that_asks_all_day_follows_every_change() {
    let loaded = Loaded::new();
    let keeping = loaded.path("policy.toml");
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/policy.toml");
    let policy = fs::read_to_string(policy).unwrap();
    fs::write(&keeping, policy.replace("retention_days = 400", "retention_days = 40000")).unwrap();
    let mut gate = Gate::open(&loaded.store, &loaded.key, &[]);
    assert_eq!(gate.verdict(PERMIT), "valid");
    let steps = [("revoked", "revoked"), ("active", "valid")];
    for (to, verdict) in steps.into_iter().cycle().take(11) {
        let told = loaded.done("change", &[], &change(PERMIT, to));
        assert_eq!(told[0]["outcome"], "changed");
        assert_eq!(gate.verdict(PERMIT), verdict);
    }
    loaded.done("compact", &["--policy", &keeping], "");
    assert_eq!(gate.verdict(PERMIT), "revoked");
    // The policy's own retention ended years after the last day of the permit.
    loaded.done("compact", &[], "");
    assert_eq!(gate.verdict(PERMIT), "unknown");
    gate.close();
}

#[test]
fn many_changes_share_a_publish_and_each_is_answered() {
    let loaded = Loaded::new();
    let lines = [
        change(PERMIT, "revoked"),
        change("3112-ZZZZ-ZZZZ-ZZZZ", "revoked"),
        change(PERMIT, "lost"),
        "{\n".to_owned(),
        change(PERMIT, "revoked"),
    ];
    let output = run(&mut loaded.command("change", &loaded.key), lines.concat().as_bytes());
    assert_eq!(status(&output), 1, "{}", told(&output));
    let answers = json_lines(&output.stdout);
    let outcomes = ["changed", "unknown", "", "", "unchanged"];
    for (answer, outcome) in answers.iter().zip(outcomes) {
        assert_eq!(answer["outcome"].as_str().unwrap_or_default(), outcome, "{answer}");
        let generation = if outcome.is_empty() { Value::Null } else { 2.into() };
        assert_eq!(answer["generation"], generation);
    }
    assert!(answers[2]["error"].as_str().unwrap().starts_with("status: "));
    assert!(answers[3]["error"].as_str().unwrap().starts_with("JSON: "));
    let permits =
        |held: Vec<Value>| held.into_iter().find(|line| line["register"] == "permits").unwrap();
    assert_eq!(permits(loaded.done("inspect", &[], ""))["segments"], 2);
    loaded.done("compact", &[], "");
    assert_eq!(permits(loaded.done("inspect", &[], ""))["segments"], 1);
}

#[test]
fn a_copy_is_checked_and_followed_without_details() {
    let loaded = Loaded::new();
    let (copy, gate) = (loaded.path("copy"), loaded.gate());
    copy_for_gate(&loaded.store, &copy);
    let check = || run(propusk().args(["check", "--store", &copy, "--key", &gate]), b"");
    assert_eq!(status(&check()), 0, "{}", told(&check()));
    let mut follower = Gate::open(&copy, &gate, &["--poll", "1s"]);
    assert_eq!(follower.verdict(PERMIT), "valid");
    loaded.done("change", &[], &change(PERMIT, "revoked"));
    copy_for_gate(&loaded.store, &copy);
    let begun = Instant::now();
    while follower.verdict(PERMIT) != "revoked" {
        assert!(begun.elapsed() < Duration::from_secs(60), "the copy is not followed");
        std::thread::sleep(Duration::from_millis(50));
    }
    follower.close();

    // A manifest that somebody else signed, however whole it is.
    let other = Loaded::new();
    fs::copy(Path::new(&other.store).join("MANIFEST"), Path::new(&copy).join("MANIFEST")).unwrap();
    assert_eq!(status(&check()), 3);
    assert!(told(&check()).contains("is not signed by"), "{}", told(&check()));
}

#[test]
fn a_stale_copy_is_refused_where_a_gate_asks_for_it() {
    let loaded = Loaded::new();
    std::thread::sleep(Duration::from_millis(2100));
    let mut fresh = loaded.command("verify", &loaded.key);
    assert_eq!(status(&run(fresh.args(["--max-age", "1d"]), PERMIT.as_bytes())), 0);
    let mut stale = loaded.command("verify", &loaded.key);
    let stale = run(stale.args(["--max-age", "1s"]), PERMIT.as_bytes());
    assert_eq!(status(&stale), 3);
    let says = "s old, the limit is 1 s";
    assert!(stale.stdout.is_empty() && told(&stale).contains(says), "{}", told(&stale));
}

#[test]
fn what_an_official_is_told_is_noted_without_a_name() {
    let loaded = Loaded::new();
    let log = || fs::read_to_string(Path::new(&loaded.store).join("AUDIT")).unwrap();
    let before = log();
    let told = loaded.done("verify", &["--role", "official", "--at", DAY], PERMIT);
    assert!(told[0]["holder"].is_object(), "{}", told[0]);
    let noted = log();
    let line: Value = serde_json::from_str(noted.strip_prefix(&before).unwrap()).unwrap();
    assert_eq!((&line["event"], &line["register"]), (&json!("disclosure"), &json!("permits")));
    assert!(!noted.contains("H9KP"));
    loaded.done("verify", &["--at", DAY], PERMIT);
    assert_eq!(log(), noted);

    let lines = noted.lines().count();
    assert_eq!(loaded.done("check", &[], "")[0]["audited"], lines);
    let path = Path::new(&loaded.store).join("AUDIT");
    fs::write(path, noted.replacen("\"rows\":20", "\"rows\":21", 1)).unwrap();
    let checked = run(&mut loaded.command("check", &loaded.key), b"");
    assert_eq!(status(&checked), 3);
    let said = program::told(&checked);
    assert!(said.contains("AUDIT") && said.contains("audit log"), "{said}");
}

#[test]
fn a_rotated_store_answers_alike_under_other_secrets() {
    let loaded = Loaded::new();
    loaded.done("change", &[], &change(PERMIT, "revoked"));
    let out = loaded.path("rotated");
    let rotated = loaded.done("rotate", &["--out", &out], "");
    assert_eq!(rotated[0]["rows"], 620);
    let new = format!("{out}.key");
    assert_eq!(answers(&out, &new), answers(&loaded.store, &loaded.key));
    let wrong = run(propusk().args(["verify", "--store", &out, "--key", &loaded.key]), b"");
    assert_eq!(status(&wrong), 3);
    let checked = run(propusk().args(["check", "--store", &out, "--key", &new]), b"");
    assert_eq!(status(&checked), 0, "{}", told(&checked));

    for entry in fs::read_dir(&loaded.store).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "details") {
            fs::remove_file(path).unwrap();
        }
    }
    let none = loaded.path("none");
    let mut rotate = loaded.command("rotate", &loaded.key);
    let refused = run(rotate.args(["--out", &none]), b"");
    assert_ne!(status(&refused), 0);
    assert!(told(&refused).contains("details"), "{}", told(&refused));
}

#[test]
fn a_destroyed_group_is_gone_and_the_others_live_on() {
    let loaded = Loaded::new();
    // A rejected row, in clear, in a file that the store only knows of.
    let (input, rejects) = (loaded.path("bad.csv"), loaded.path("rejects.csv"));
    let row = "0405-ABCD-EFGH-1234,1,,2020-05-04,2020-05-04,4510 123457";
    fs::write(&input, format!("code,type,issued_at,valid_from,valid_to,doc_number\n{row}\n"))
        .unwrap();
    let permits = format!("permits={input}");
    let mut load = loaded.command("load", &loaded.key);
    assert_eq!(status(&run(load.args([&permits, "--rejects", &rejects]), b"")), 1);
    assert!(fs::read_to_string(&rejects).unwrap().contains("123457"));

    let backup = fs::read(&loaded.key).unwrap();
    let gone = loaded.done("destroy", &["--register", "permits", "--yes"], "");
    assert_eq!((&gone[0]["secrets"], &gone[0]["rejects"]), (&json!("destroyed"), &json!(2)));
    let reasons = format!("{rejects}.reasons.ndjson");
    assert!(!Path::new(&rejects).exists() && !Path::new(&reasons).exists());
    assert_ne!(fs::read(&loaded.key).unwrap(), backup);
    let left: Vec<_> = fs::read_dir(&loaded.store).unwrap().collect();
    assert!(
        !left.iter().any(|file| {
            file.as_ref().unwrap().file_name().to_str().unwrap().contains("permits")
        })
    );
    let kinds = |answers: &[u8], kind: &str| {
        let known = |line: &&Value| line["kind"] == kind && line["verdict"] != "unknown";
        json_lines(answers).iter().filter(known).count()
    };
    let after = answers(&loaded.store, &loaded.key);
    assert_eq!(kinds(&after, "permit"), 0);
    assert!(kinds(&after, "certificate") > 100 && kinds(&after, "card") > 50);
    let again = loaded.done("destroy", &["--register", "permits", "--yes"], "");
    assert_eq!(again[0]["secrets"], "gone already");
    loaded.done("check", &[], "");
}
