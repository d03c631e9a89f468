//! Running the program on a store that holds the examples.

#![allow(dead_code, reason = "each test uses some of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A permit of the examples, on a day on which it is valid.
pub(crate) const PERMIT: &str = "2704-ВУ07-SIFO-H9KP";
pub(crate) const DAY: &str = "2020-04-27T08:00:00+03:00";

/// A store with all example registers, and the folder that it lives in.
pub(crate) struct Loaded {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: String,
    pub(crate) key: String,
}

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/examples")
}

impl Loaded {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store").display().to_string();
        // In an order in which nothing could be loaded as it comes.
        let inputs = ["certificates", "results", "cards", "permits", "sources"];
        let inputs = inputs.map(|name| format!("{name}={}/{name}.csv", examples().display()));
        let mut arguments = vec!["load", "--store", &store];
        arguments.extend(inputs.iter().map(String::as_str));
        let output = run(propusk().args(arguments), b"");
        assert_eq!(status(&output), 0, "{}", told(&output));
        Loaded { key: format!("{store}.key"), folder, store }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A command on the store under keys.
    pub(crate) fn command(&self, name: &str, key: &str) -> Command {
        let mut command = propusk();
        command.args([name, "--store", &self.store, "--key", key]);
        command
    }

    /// A command on the store under its own keys, which is well done.
    pub(crate) fn done(&self, name: &str, arguments: &[&str], input: &str) -> Vec<Value> {
        let output = run(self.command(name, &self.key).args(arguments), input.as_bytes());
        let lines = String::from_utf8_lossy(&output.stdout);
        assert_eq!(status(&output), 0, "{name}: {}{lines}", told(&output));
        json_lines(&output.stdout)
    }

    /// A gate's key file.
    pub(crate) fn gate(&self) -> String {
        let out = self.path("gate.key");
        self.done("key", &["--for", "gate", "--out", &out], "");
        out
    }
}

pub(crate) fn propusk() -> Command {
    Command::new(env!("CARGO_BIN_EXE_propusk"))
}

/// Runs with something on the standard input.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that ends at once reads none of it.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
    child.wait_with_output().unwrap()
}

pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn json_lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
