//! Jobs that a fault interrupts, and what must be true of the store afterwards.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::program::{examples, json_lines, propusk, run, status, told};

/// What is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    /// The first load, which makes key and store.
    FirstLoad,
    /// A load onto a store that has lived.
    Load,
    /// Changes, each asked for when the one before was answered.
    Change,
    Compact,
    Destroy,
}

pub(crate) const JOBS: [Job; 5] =
    [Job::FirstLoad, Job::Load, Job::Change, Job::Compact, Job::Destroy];

/// A fault at one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) at: u64,
}

/// Changes of the job that changes.
const CHANGES: usize = 5;
/// Rows of each register, of the many of the examples.
const ROWS: usize = 6;

/// The library that makes calls fail, compiled once.
static SHIM: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source);
    assert!(compiler.status().expect("a C compiler").success());
    (folder, library)
});

/// Registers that are cut from the examples; another seed takes other rows.
pub(crate) struct Registers {
    folder: tempfile::TempDir,
    codes: Vec<String>,
    seed: usize,
}

/// What a finished job left: whether it was well, what it said, and what it acknowledged.
pub(crate) struct Done {
    pub(crate) status: ExitStatus,
    pub(crate) errors: String,
    pub(crate) acknowledged: usize,
}

/// The answers of a store, a line for each code; `None` where there is none yet.
pub(crate) type Answers = Option<Vec<String>>;

impl Registers {
    pub(crate) fn new(seed: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut codes = Vec::new();
        for name in ["sources", "results", "certificates", "permits", "cards"] {
            let text = fs::read_to_string(examples().join(format!("{name}.csv"))).unwrap();
            let mut lines = text.lines();
            let header = lines.next().unwrap();
            let rows: Vec<&str> = lines.collect();
            for part in 0..2 {
                let count = if name == "sources" { rows.len() } else { ROWS };
                let from = if name == "sources" { 0 } else { (seed * 2 + part) * ROWS };
                let cut = (from..from + count).map(|row| rows[row % rows.len()]);
                let cut: Vec<&str> = std::iter::once(header).chain(cut).collect();
                let path = folder.path().join(format!("{name}-{part}.csv"));
                fs::write(path, cut.join("\n") + "\n").unwrap();
                for row in &cut[1..] {
                    let mut cells = row.split(',');
                    let first = cells.next().unwrap();
                    match name {
                        "certificates" | "permits" => codes.push(first.to_owned()),
                        "cards" => codes.push(format!("{first}{}", cells.next().unwrap())),
                        _ => {}
                    }
                }
            }
        }
        Registers { folder, codes, seed }
    }

    fn inputs(&self, part: usize) -> Vec<String> {
        let names = ["sources", "results", "certificates", "permits", "cards"];
        let path = |name: &str| self.folder.path().join(format!("{name}-{part}.csv"));
        names.iter().map(|name| format!("{name}={}", path(name).display())).collect()
    }

    /// The permits of the first part: what is changed.
    fn changed(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("permits-0.csv")).unwrap();
        let codes = text.lines().skip(1).map(|row| row.split(',').next().unwrap().to_owned());
        codes.take(CHANGES).collect()
    }

    /// Makes in a folder what a job begins with.
    pub(crate) fn prepare(&self, job: Job, folder: &Path) {
        if job == Job::FirstLoad {
            return;
        }
        let store = folder.join("store").display().to_string();
        let mut load = propusk();
        load.args(["load", "--store", &store]).args(self.inputs(0));
        let loaded = run(&mut load, b"");
        assert_eq!(status(&loaded), 0, "{}", told(&loaded));
        // Some lives go on before the job, so that there is something to merge.
        let code = self.codes.iter().find(|code| code.len() >= 26).unwrap();
        let line = json!({ "code": code, "status": "revoked", "on": "2021-12-01T00:00:00+03:00" });
        let mut change = propusk();
        let changed = run(change.args(["change", "--store", &store]), line.to_string().as_bytes());
        assert_eq!(status(&changed), 0, "{}", told(&changed));
    }

    /// Does a job in a folder, with a fault if one is given; without, the number of calls is counted.
    pub(crate) fn perform(&self, job: Job, folder: &Path, fault: Option<Fault>) -> Done {
        let store = folder.join("store").display().to_string();
        let mut command = propusk();
        match job {
            Job::FirstLoad => command.args(["load", "--store", &store]).args(self.inputs(0)),
            Job::Load => command.args(["load", "--store", &store]).args(self.inputs(1)),
            Job::Change => command.args(["change", "--store", &store]),
            Job::Compact => command.args(["compact", "--store", &store]),
            Job::Destroy => {
                command.args(["destroy", "--store", &store, "--register", "permits", "--yes"])
            }
        };
        make_faulty(&mut command, folder, fault);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut output = BufReader::new(output);
        let mut acknowledged = 0;
        if job == Job::Change {
            for code in self.changed() {
                let (status, on) = ("revoked", "2020-01-01T00:00:00+03:00");
                let line = json!({ "code": code, "status": status, "on": on });
                let mut answer = String::new();
                let asked = writeln!(input, "{line}").and_then(|()| output.read_line(&mut answer));
                if asked.is_err() || answer.is_empty() {
                    break;
                }
                acknowledged += 1;
            }
        }
        drop(input);
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        Done { status: child.wait().unwrap(), errors, acknowledged }
    }

    /// How many calls a job makes.
    pub(crate) fn count(&self, job: Job, folder: &Path) -> u64 {
        let done = self.perform(job, folder, None);
        assert!(done.status.success(), "{job:?}: {}", done.errors);
        counted(folder)
    }

    /// What a fresh process answers; a whole store is proved besides.
    pub(crate) fn answers(&self, folder: &Path, what: &str) -> Answers {
        let store = folder.join("store");
        if !store.join("MANIFEST").exists() {
            return None;
        }
        let store = store.display().to_string();
        let question = |code: &String| {
            // Within everybody's validity, or long after.
            ["2020-05-01T12:00:00+03:00", "2021-12-20T12:00:00+03:00", "2024-06-01T12:00:00+03:00"]
                .map(|at| json!({ "code": code, "at": at }).to_string() + "\n")
                .concat()
        };
        let mut lines = Vec::new();
        // Each kind alone: a group whose secrets are gone is refused.
        for is_kind in
            [|length| length >= 26, |length| (16..26).contains(&length), |length| length < 16]
        {
            let of_kind = self.codes.iter().filter(|code| is_kind(code.chars().count()));
            let questions: String = of_kind.map(question).collect();
            let mut verify = propusk();
            let asked = run(verify.args(["verify", "--store", &store]), questions.as_bytes());
            if status(&asked) == 2 && told(&asked).contains("no `code` secret") {
                lines.push("refused".to_owned());
                continue;
            }
            assert_eq!(status(&asked), 0, "{what}: {}", told(&asked));
            lines.extend(json_lines(&asked.stdout).iter().map(Value::to_string));
        }
        let checked = run(propusk().args(["check", "--store", &store]), b"");
        assert_eq!(status(&checked), 0, "{what}: {}", told(&checked));
        Some(lines)
    }
}

/// Has a command meet a fault in a folder; without one, the number of its calls is counted.
pub(crate) fn make_faulty(command: &mut Command, folder: &Path, fault: Option<Fault>) {
    command.env("LD_PRELOAD", &SHIM.1).env("FAULT_ROOT", folder);
    match fault {
        Some(Fault { kind, at }) => command.env("FAULT_KIND", kind).env("FAULT_AT", at.to_string()),
        None => command.env("FAULT_KIND", "count").env("FAULT_COUNT", count_file(folder)),
    };
}

/// How many calls a command made in a folder.
pub(crate) fn counted(folder: &Path) -> u64 {
    fs::read_to_string(count_file(folder)).unwrap().parse().unwrap()
}

fn count_file(folder: &Path) -> PathBuf {
    folder.with_extension("count")
}

/// Copies a folder and those in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// A job with what it begins with, and every state that it may be found in: one more for each publish.
pub(crate) struct Prepared<'r> {
    pub(crate) registers: &'r Registers,
    pub(crate) job: Job,
    pub(crate) calls: u64,
    begins: tempfile::TempDir,
    old: Answers,
    new: Answers,
}

impl<'r> Prepared<'r> {
    pub(crate) fn new(registers: &'r Registers, job: Job) -> Self {
        let (begins, ends) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        registers.prepare(job, begins.path());
        let old = registers.answers(begins.path(), "old");
        copy(begins.path(), ends.path());
        let calls = registers.count(job, ends.path());
        let new = registers.answers(ends.path(), "new");
        assert!(old != new && calls > 10, "{job:?} makes {calls} calls");
        Prepared { registers, job, calls, begins, old, new }
    }

    /// What the job begins with, in a folder.
    pub(crate) fn begin(&self, folder: &Path) {
        copy(self.begins.path(), folder);
    }

    /// Holds a folder to what is promised after a job that ended so.
    pub(crate) fn examine(&self, folder: &Path, fault: Fault, done: &Done) {
        let what = format!("{:?} {fault:?} {}", self.job, done.errors);
        assert!(!done.errors.contains("panicked"), "{what}");
        let found = self.registers.answers(folder, &what);
        if done.status.success() {
            assert_eq!(found, self.new, "{what}: it said that all is well");
        } else if let Some(code) = done.status.code() {
            assert_eq!(code, 3, "{what}");
            assert!(done.errors.contains("propusk: "), "{what}");
        }
        self.assert_between(&found, done, &what);
        // What was cut short is done again.
        let again = self.registers.perform(self.job, folder, None);
        assert!(again.status.success(), "{what}: again: {}", again.errors);
        assert_eq!(self.registers.answers(folder, &what), self.new, "{what}: again");
    }

    /// Every answer is the old or the new one, and where answers change together, all are of one side.
    fn assert_between(&self, found: &Answers, done: &Done, what: &str) {
        let Some(found) = found else {
            assert_eq!(self.old, None, "{what}: the store is gone");
            return;
        };
        let Some(new) = &self.new else { panic!("a job ends with a store") };
        let Some(old) = &self.old else {
            // A store that is empty as yet knows nothing.
            let empty = found.iter().all(|line| line.contains("\"unknown\""));
            assert!(empty || found == new, "{what}: half a load is seen");
            return;
        };
        match self.job {
            Job::FirstLoad | Job::Load => assert!(found == old || found == new, "{what}"),
            Job::Change => self.assert_prefix(found, done, what),
            Job::Compact | Job::Destroy => {
                let refused = self.job == Job::Destroy && found.len() < old.len();
                if refused {
                    // The secrets went first: no permit is answered for, and nothing else changed.
                    let others = |lines: &[String]| {
                        let kept = lines.iter().filter(|line| !line.contains("\"permit\""));
                        kept.filter(|line| *line != "refused").cloned().collect::<Vec<_>>()
                    };
                    assert_eq!(others(found), others(old), "{what}");
                    return;
                }
                let mut sides = BTreeMap::new();
                for ((found, old), new) in found.iter().zip(old).zip(new) {
                    if old == new {
                        assert_eq!(found, old, "{what}");
                        continue;
                    }
                    let answer: Value = serde_json::from_str(found).unwrap();
                    let side = sides.entry(answer["kind"].to_string()).or_insert(found == new);
                    assert!(found == if *side { new } else { old }, "{what}: {found}");
                }
            }
        }
    }

    /// What was acknowledged holds, at most one more, and nothing behind it.
    fn assert_prefix(&self, found: &[String], done: &Done, what: &str) {
        let (Some(old), Some(new)) = (&self.old, &self.new) else { panic!("a living store") };
        let changed = self.registers.changed();
        // Of a permit that was revoked already, nothing can be told.
        let mut holds = vec![None; changed.len()];
        for ((found, old), new) in found.iter().zip(old).zip(new) {
            let answer: Value = serde_json::from_str(found).unwrap();
            let place = changed.iter().position(|code| answer["input"] == **code);
            match place {
                Some(place) if old != new => {
                    assert!(found == old || found == new, "{what}: {found}");
                    holds[place] = Some(found == new && holds[place] != Some(false));
                }
                _ => assert_eq!(found, old, "{what}"),
            }
        }
        for (place, holds) in holds.iter().enumerate() {
            let wanted = place < done.acknowledged;
            let open = place == done.acknowledged;
            let right = holds.is_none_or(|holds| holds == wanted);
            assert!(open || right, "{what}: change {place} of {}", done.acknowledged);
        }
    }
}
