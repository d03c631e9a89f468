//! A phone is identified while faults happen, and what must be true of its codes and tries afterwards.

#![allow(dead_code, reason = "each test uses some of it")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use serde_json::{Value, json};

use crate::faults::{Fault, make_faulty};
use crate::program::{examples, json_lines, propusk, run, status, told};

pub(crate) const PHONE: &str = "+79161237788";
pub(crate) const AT: &str = "2021-12-20T12:00:00+03:00";

/// What is said in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    Ask,
    Wrong,
    Right,
}

const SAID: [Say; 9] = [
    Say::Ask,
    Say::Wrong,
    Say::Wrong,
    Say::Ask,
    Say::Right,
    Say::Ask,
    Say::Wrong,
    Say::Wrong,
    Say::Wrong,
];

/// How many codes count, and how often the newest was tried; `None` where it cannot be tried.
type Counted = (usize, Option<u32>);

/// What counts when so much was said, and what may count while the next is said.
fn counted_after(said: usize) -> Vec<Counted> {
    let (mut codes, mut tries) = (0, None);
    let mut after = vec![(codes, tries)];
    for say in SAID.iter().take(said + 1) {
        after = vec![(codes, tries)];
        match say {
            Say::Ask => (codes, tries) = (codes + 1, Some(0)),
            Say::Wrong => tries = tries.and_then(|tries| (tries < 2).then_some(tries + 1)),
            Say::Right => {
                // The try is used first, and the code accepted then.
                after.push((codes, tries.map(|tries| tries + 1)));
                tries = None;
            }
        }
        after.push((codes, tries));
    }
    if said == SAID.len() { vec![(codes, tries)] } else { after }
}

/// How a conversation ended: how much of it was answered.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) errors: String,
    pub(crate) answered: usize,
}

/// A store without a book, in a folder.
pub(crate) fn prepare(folder: &Path) {
    let store = folder.join("store").display().to_string();
    let sources = format!("sources={}/sources.csv", examples().display());
    let loaded = run(propusk().args(["load", "--store", &store, &sources]), b"");
    assert_eq!(status(&loaded), 0, "{}", told(&loaded));
}

fn line(code: Option<&str>) -> String {
    let line = match code {
        None => json!({ "phone": PHONE, "at": AT }),
        Some(code) => json!({ "phone": PHONE, "at": AT, "code": code }),
    };
    line.to_string() + "\n"
}

/// The code of the newest message.
fn newest_code(folder: &Path) -> String {
    let outbox = fs::read_to_string(folder.join("outbox")).unwrap_or_default();
    let sms: Value =
        serde_json::from_str(outbox.lines().last().unwrap_or("{}")).unwrap_or_default();
    sms["text_ru"].as_str().unwrap_or_default().chars().take(6).collect()
}

/// Has the conversation, with a fault if one is given.
pub(crate) fn converse(folder: &Path, fault: Option<Fault>) -> Ended {
    let (store, outbox) = (folder.join("store"), folder.join("outbox"));
    let mut command = propusk();
    command.args(["identify", "--store"]).arg(store).arg("--outbox").arg(outbox);
    make_faulty(&mut command, folder, fault);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut output = BufReader::new(output);
    let mut answered = 0;
    for say in SAID {
        let line = match say {
            Say::Ask => line(None),
            Say::Wrong => line(Some("wrong")),
            Say::Right => line(Some(&newest_code(folder))),
        };
        let mut answer = String::new();
        let asked = input.write_all(line.as_bytes()).and_then(|()| output.read_line(&mut answer));
        if asked.is_err() || answer.is_empty() {
            break;
        }
        let outcome = match say {
            Say::Ask => "sent",
            Say::Wrong => "wrong",
            Say::Right => "accepted",
        };
        assert!(answer.contains(&format!("\"outcome\":\"{outcome}\"")), "{say:?}: {answer}");
        answered += 1;
    }
    drop(input);
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    Ended { status: child.wait().unwrap(), errors, answered }
}

/// Holds a folder to what is promised after a conversation that ended so.
pub(crate) fn examine(folder: &Path, fault: Fault, ended: &Ended) {
    let what = format!("{fault:?} after {} answers: {}", ended.answered, ended.errors);
    assert!(!ended.errors.contains("panicked"), "{what}");
    if let Some(code) = ended.status.code() {
        assert_eq!(code, if ended.answered == SAID.len() { 0 } else { 3 }, "{what}");
    }
    // A fresh process: one try of the newest code, then codes until there are no more.
    let input = line(Some("wrong")) + &line(None).repeat(4);
    let mut command = propusk();
    command.args(["identify", "--store"]).arg(folder.join("store"));
    let output = run(command.arg("--outbox").arg(folder.join("outbox")), input.as_bytes());
    assert_eq!(status(&output), 0, "{what}: {}", told(&output));
    let answers = json_lines(&output.stdout);
    let tries = match answers[0]["outcome"].as_str() {
        Some("wrong") => Some(2 - answers[0]["tries_left"].as_u64().unwrap() as u32),
        outcome => {
            assert_eq!(outcome, Some("none"), "{what}");
            None
        }
    };
    let sent = answers[1..].iter().filter(|answer| answer["outcome"] == "sent").count();
    let found = (3 - sent, tries);
    let expected = counted_after(ended.answered);
    assert!(expected.contains(&found), "{what}: {found:?}, not of {expected:?}");
}
