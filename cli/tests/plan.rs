//! `plan` as an operator runs it, on a little work: what it prints and writes, never how fast it is.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{json_lines, propusk, run, status, told};
use serde_json::Value;

/// Plans ten thousand records, as quickly as can be.
fn plan(folder: &Path, options: &[&str]) -> std::process::Output {
    let mut command = propusk();
    command.args(["plan", "--records", "10000", "--seconds", "0.02", "--threads", "1"]);
    command.args(["--line-memory-mib-max", "4", "--latency-us", "60000000"]);
    command.args(["--look-ups-per-second", "1", "--folder"]);
    run(command.arg(folder).args(options), b"")
}

#[test]
fn a_plan_is_told_and_written_and_two_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (a, b, page) = (path("a.json"), path("b.json"), path("plan.html"));
    let workload = path("workload.toml");
    fs::write(&workload, "batch = 16\nheadroom = 0.5\npopularity = \"zipf:0.99\"\n").unwrap();

    let first = plan(folder.path(), &["--json", &a, "--html", &page]);
    assert_eq!(status(&first), 0, "{}", told(&first));
    let figures = json_lines(&first.stdout);
    let names: BTreeSet<_> = figures.iter().map(|line| line["figure"].as_str().unwrap()).collect();
    for name in ["machines", "capacity", "look_up", "model_error", "latency_p99.99", "sync"] {
        assert!(names.contains(name), "{name}");
    }
    assert_eq!(names.len(), figures.len());
    assert!(figures.iter().all(|line| line["value"].is_f64() && line["unit"].is_string()));
    let written: Value = serde_json::from_slice(&fs::read(&a).unwrap()).unwrap();
    let verdict = written["answer"]["verdict"].as_str().unwrap();
    assert_eq!(told(&first).trim_end(), verdict);
    assert!(verdict.starts_with("1 machine with 1 core answers 1 look-up a second"));
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains(verdict));

    // A file says what is asked for, and options win over it.
    let options = ["--workload", &workload, "--headroom", "0.25", "--updates-per-second", "100"];
    let second = plan(folder.path(), &[&options[..], &["--json", &b]].concat());
    assert_eq!(status(&second), 0, "{}", told(&second));
    let written: Value = serde_json::from_slice(&fs::read(&b).unwrap()).unwrap();
    assert_eq!(written["workload"]["batch"], 16);
    assert_eq!(written["workload"]["headroom"], 0.25);
    assert_eq!(written["workload"]["popularity"], "zipf:0.99");
    assert!(written["updates"]["made_per_second"].is_f64());

    let compared = run(propusk().args(["plan", "--compare", &a, &b, "--html", &page]), b"");
    assert_eq!(status(&compared), 0, "{}", told(&compared));
    assert!(told(&compared).contains("asked differently: batch: 256, 16"), "{}", told(&compared));
    let lines = json_lines(&compared.stdout);
    // What is measured differs from plan to plan, a byte of the table among it: keys are random.
    let ratios: Vec<_> = lines.iter().filter(|line| line["ratio"].is_f64()).collect();
    assert!(ratios.iter().any(|line| line["figure"] == "hot_bytes"));
    for line in ratios {
        let [a, b, ratio] = ["a", "b", "ratio"].map(|name| line[name].as_f64().unwrap());
        assert!((ratio / (b / a) - 1.0).abs() < 0.01, "{line}");
    }
    assert!(fs::read_to_string(&page).unwrap().contains("B ÷ A"));
    let table = run(propusk().args(["plan", "--compare", &a, &b, "--format", "table"]), b"");
    let head = String::from_utf8(table.stdout).unwrap();
    assert!(head.lines().next().unwrap().starts_with("figure  "), "{head}");
}

#[test]
fn what_cannot_be_planned_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("workload.toml").display().to_string();
    fs::write(&file, "recods = 5\n").unwrap();
    for (options, why) in [
        (&["--hit-share", "2"][..], "`hit_share` must be from 0 to 1"),
        (&["--popularity", "pareto"], "neither `uniform` nor `zipf:S`"),
        (&["--workload", &file], "recods"),
        (&["--compare", &file, &file], "it is no plan"),
        (&["--compare", &file, &file, "--json", "x"], "cannot be used with"),
    ] {
        let refused = run(propusk().arg("plan").args(options), b"");
        assert_eq!(status(&refused), 2, "{options:?}");
        assert!(refused.stdout.is_empty());
        assert!(told(&refused).contains(why), "{}", told(&refused));
    }
}
