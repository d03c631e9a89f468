//! The program and its keys: where they come from, who may read them, what a gate's can do.

mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use program::{DAY, Loaded, PERMIT, examples, propusk, run, status, told};
use serde_json::Value;

/// `verify` on a store under keys.
fn verify(loaded: &Loaded, key: &str) -> Command {
    let mut command = loaded.command("verify", key);
    command.args(["--at", DAY]);
    command
}

/// The same, by a shell that opens descriptors for it.
fn verify_by_shell(loaded: &Loaded, key: &str, redirection: &str) -> Output {
    let mut shell = Command::new("sh");
    let script = format!("\"$0\" verify --store \"$1\" --at {DAY} --key {key} {redirection}");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_propusk"), &loaded.store, &loaded.key]);
    run(&mut shell, PERMIT.as_bytes())
}

fn assert_valid(output: &Output) {
    assert_eq!(status(output), 0, "{}", told(output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdict"], "valid");
}

fn mode(path: &str) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_key_comes_from_the_environment() {
    let loaded = Loaded::new();
    let text = fs::read_to_string(&loaded.key).unwrap();
    fs::remove_file(&loaded.key).unwrap();
    assert_valid(&run(verify(&loaded, "env:STORE_KEY").env("STORE_KEY", &text), PERMIT.as_bytes()));
    let missing = run(&mut verify(&loaded, "env:STORE_KEY"), PERMIT.as_bytes());
    assert_eq!(status(&missing), 3);
    assert!(told(&missing).contains("env:STORE_KEY: there is no such variable"));
    let broken = text.replacen("code = \"", "code = \"zz", 1);
    let broken = run(verify(&loaded, "env:STORE_KEY").env("STORE_KEY", broken), PERMIT.as_bytes());
    assert_eq!(status(&broken), 3);
    assert!(told(&broken).contains("env:STORE_KEY is not readable"), "{}", told(&broken));
    let secret = text.split('"').nth(1).unwrap();
    assert!(!told(&broken).contains(&secret[..8]));
}

#[test]
fn a_key_comes_from_a_descriptor() {
    let loaded = Loaded::new();
    assert_valid(&verify_by_shell(&loaded, "fd:3", "3<\"$2\""));
    // A pipe as well: what a keeper of secrets writes never is a file.
    let mut piped = Command::new("sh");
    let script = "cat \"$2\" | \"$0\" inspect --store \"$1\" --key fd:0".to_string();
    piped.args(["-c", &script, env!("CARGO_BIN_EXE_propusk"), &loaded.store, &loaded.key]);
    let inspected = run(&mut piped, b"");
    assert_eq!(status(&inspected), 0, "{}", told(&inspected));
    let closed = verify_by_shell(&loaded, "fd:9", "9<&-");
    assert_eq!(status(&closed), 3);
    assert!(told(&closed).contains("fd:9"), "{}", told(&closed));
    let endless = verify_by_shell(&loaded, "fd:3", "3</dev/zero");
    assert_eq!(status(&endless), 3);
    assert!(told(&endless).contains("longer than"), "{}", told(&endless));
    assert_eq!(status(&run(&mut verify(&loaded, "fd:three"), PERMIT.as_bytes())), 2);
    assert_eq!(status(&run(&mut verify(&loaded, "env:"), PERMIT.as_bytes())), 2);
}

#[test]
fn a_key_that_is_read_only_is_not_written() {
    let loaded = Loaded::new();
    let new = loaded.path("new");
    let sources = format!("sources={}/sources.csv", examples().display());
    let load = |key: &str| {
        let mut command = propusk();
        command.args(["load", "--store", &new, "--key", key, &sources]);
        command
    };
    for key in ["env:STORE_KEY", "fd:9"] {
        let refused = run(&mut load(key), b"");
        assert_eq!(status(&refused), 2);
        assert!(told(&refused).contains(&format!("{key} is read only")), "{}", told(&refused));
        assert!(!Path::new(&new).exists() && !Path::new(key).exists());
    }
    // Keys that are there are read for a new store as well.
    let text = fs::read_to_string(&loaded.key).unwrap();
    assert_eq!(status(&run(load("env:STORE_KEY").env("STORE_KEY", &text), b"")), 0);
    assert!(!Path::new(&format!("{new}.key")).exists());
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let loaded = Loaded::new();
    assert_eq!(mode(&loaded.key), 0o600);
    for wrong in [0o640, 0o604, 0o660] {
        fs::set_permissions(&loaded.key, fs::Permissions::from_mode(wrong)).unwrap();
        let refused = run(&mut verify(&loaded, &loaded.key), PERMIT.as_bytes());
        assert_eq!(status(&refused), 3);
        assert!(refused.stdout.is_empty());
        let mended = format!("run `chmod 600 {}`", loaded.key);
        assert!(told(&refused).contains(&mended), "{}", told(&refused));
    }
    fs::set_permissions(&loaded.key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_valid(&run(&mut verify(&loaded, &loaded.key), PERMIT.as_bytes()));
}

#[test]
fn a_gate_key_verifies_codes_and_nothing_more() {
    let loaded = Loaded::new();
    let gate = loaded.gate();
    assert_eq!(mode(&gate), 0o600);
    let text = fs::read_to_string(&gate).unwrap();
    for absent in ["identity", "details", "signing"] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert_eq!(text.matches("code = ").count(), 3);
    assert_eq!(text.matches("verifying = ").count(), 1);
    // All codes get the answers that the whole key gives.
    let codes = fs::read_to_string(examples().join("queries.ndjson")).unwrap();
    let codes = codes.lines().map(|line| {
        let mut query: Value = serde_json::from_str(line).unwrap();
        let code = serde_json::json!({ "code": query["code"].take(), "at": query["at"].take() });
        if code["at"].is_null() { serde_json::json!({ "code": code["code"] }) } else { code }
    });
    let codes: String = codes.map(|code| format!("{code}\n")).collect();
    let by_gate = run(&mut verify(&loaded, &gate), codes.as_bytes());
    let by_whole = run(&mut verify(&loaded, &loaded.key), codes.as_bytes());
    assert_eq!(status(&by_gate), 0, "{}", told(&by_gate));
    assert!(by_gate.stdout == by_whole.stdout && by_gate.stdout.len() > 10_000);

    let official = run(verify(&loaded, &gate).args(["--role", "official"]), PERMIT.as_bytes());
    assert_eq!(status(&official), 2);
    assert!(told(&official).contains("no `details` secret for permits"), "{}", told(&official));
    let shown = format!("{{\"code\":\"{PERMIT}\",\"document\":\"4509 123456\"}}\n");
    let compared = run(&mut verify(&loaded, &gate), shown.as_bytes());
    assert_eq!(status(&compared), 2);
    assert!(told(&compared).contains("no `identity` secret for permits"), "{}", told(&compared));
    let registrations = examples().join("registrations.csv").display().to_string();
    let matched = run(loaded.command("match", &gate).args(["--dry-run", &registrations]), b"");
    assert_eq!(status(&matched), 2);
    assert!(told(&matched).contains("no `identity` secret for medical"), "{}", told(&matched));
}

#[test]
fn a_gate_key_is_never_written_over_another() {
    let loaded = Loaded::new();
    let gate = loaded.gate();
    let before = fs::read(&gate).unwrap();
    for (out, kept) in [(&gate, &gate), (&loaded.key, &loaded.key)] {
        let held = fs::read(kept).unwrap();
        let refused =
            run(loaded.command("key", &loaded.key).args(["--for", "gate", "--out", out]), b"");
        assert_eq!(status(&refused), 2);
        assert!(told(&refused).contains("is not overwritten"), "{}", told(&refused));
        assert_eq!(fs::read(kept).unwrap(), held);
    }
    assert_eq!(fs::read(&gate).unwrap(), before);
    // Of a gate's key another gate's is made; of a key without secrets none.
    let second = loaded.path("second.key");
    let made = run(loaded.command("key", &gate).args(["--for", "gate", "--out", &second]), b"");
    assert_eq!(status(&made), 0);
    assert_eq!(fs::read(&second).unwrap(), before);
    let none = loaded.path("none.key");
    let mut empty = loaded.command("key", "env:NOTHING");
    let empty = run(empty.env("NOTHING", "").args(["--for", "gate", "--out", &none]), b"");
    assert_eq!(status(&empty), 2);
    assert!(!Path::new(&none).exists());
    let nobody = run(loaded.command("key", &gate).args(["--for", "check", "--out", &none]), b"");
    assert_eq!(status(&nobody), 2);
}
