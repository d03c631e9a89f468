//! A plan of a little work: what it says fits together, comes back from its JSON, and can be compared.

use propusk_bench::plan::Plan;
use propusk_bench::plan::compare::{compare, differences};
use propusk_bench::plan::report::comparison;
use propusk_bench::plan::workload::{Popularity, Workload};

fn little() -> Workload {
    Workload {
        records: 40_000,
        measured_records_max: 10_000,
        popularity: Popularity::Zipf(0.99),
        updates_per_second: 500,
        batch: 32,
        threads: 2,
        seconds: 0.02,
        line_memory_mib_max: 8,
        latency_us: 60e6,
        ..Workload::default()
    }
}

fn measured() -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let at = "2020-04-30T12:00:00+03:00".to_owned();
    let stages = std::cell::RefCell::new(Vec::new());
    let progress = |stage: &str| stages.borrow_mut().push(stage.to_owned());
    let plan = Plan::measure(little(), folder.path(), at, &progress).unwrap();
    assert!(stages.borrow().iter().any(|stage| stage.contains("10000 records")));
    // Nothing stays behind.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    plan
}

#[test]
fn a_plan_fits_together_and_comes_back_from_its_json() {
    let plan = measured();
    assert_eq!(plan.workload, little());
    assert_eq!((plan.holdings.records, plan.asked.records), (10_000, 40_000));
    let records: Vec<_> = plan.stores.iter().map(|store| store.records).collect();
    assert_eq!(records, [156, 625, 2500, 10_000]);
    // The model was fitted on the small stores, and on no call of the workload's size.
    assert!(plan.model.fitted.iter().all(|told| told.point.records <= 2500));
    assert!(plan.model.fitted.iter().all(|told| told.point.batch != 32));
    assert!(plan.model.held_out.iter().all(|told| told.point.records == 10_000));
    let own = plan.model.held_out.iter().find(|told| told.point.batch == 32).unwrap();
    assert_eq!(plan.model.error, own.error());
    // Half-full lines of four places of 16 bytes, and 20 bytes and more beside.
    assert!((31.9..32.2).contains(&plan.holdings.hot_bytes));
    assert!(plan.holdings.warm_bytes > plan.holdings.hot_bytes + 36.0);
    let sections: f64 = plan.holdings.sections.iter().map(|section| section.bytes).sum();
    assert!(sections <= plan.holdings.disk_bytes);
    assert!(plan.loads.iter().all(|load| load.latency_us.p50 <= load.latency_us.p99_99));
    assert!(plan.updates.is_some_and(|updates| updates.made_per_second > 0.0));
    assert!(plan.machine.lines.is_sorted_by(|a, b| a.bytes < b.bytes));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    plan.write(&path).unwrap();
    assert_eq!(Plan::read(&path).unwrap(), plan);
    for (text, told) in [("{", "no plan"), ("{\"version\":1}", "no plan")] {
        std::fs::write(&path, text).unwrap();
        assert!(Plan::read(&path).unwrap_err().to_string().contains(told));
    }
    let newer = serde_json::to_string(&Plan { version: 2, ..plan.clone() }).unwrap();
    std::fs::write(&path, newer).unwrap();
    assert!(Plan::read(&path).unwrap_err().to_string().contains("version 2"));
    compares(&plan);
    shows(&plan);
}

/// Against itself all is one; against a plan that differs, what differs.
fn compares(plan: &Plan) {
    let same = compare(plan, plan);
    assert_eq!(same.len(), plan.figures().len());
    assert!(same.iter().filter_map(|figure| figure.ratio).all(|ratio| ratio == 1.0));
    assert!(differences(plan, plan).is_empty());
    let mut other = plan.clone();
    other.workload.batch = 64;
    other.answer.capacity = plan.answer.capacity * 2.0;
    other.updates = None;
    let compared = compare(plan, &other);
    let capacity = compared.iter().find(|figure| figure.figure == "capacity").unwrap();
    assert!((capacity.ratio.unwrap() - 2.0).abs() < 0.01);
    assert!(compared.iter().all(|figure| !figure.figure.starts_with("updates")));
    assert_eq!(differences(plan, &other), ["batch: 32, 64"]);
    let page = comparison(("a<b.json", plan), ("b.json", &other));
    assert!(page.contains("a&lt;b.json") && page.contains("batch: 32, 64"));
}

/// The page has every plot, closes what it opens and needs nothing else.
fn shows(plan: &Plan) {
    let page = plan.page();
    for (begin, end) in [("<svg ", "</svg>"), ("<table>", "</table>"), ("<figure>", "</figure>")] {
        assert_eq!(page.matches(begin).count(), page.matches(end).count());
    }
    assert_eq!(page.matches("<svg ").count(), 5);
    for absent in ["<script", "href=", "src=", "url(", "@import", "NaN", "inf "] {
        assert!(!page.contains(absent), "{absent}");
    }
    // The sentence stands before all else.
    assert!(page.find(&plan.answer.verdict).unwrap() < page.find("<table>").unwrap());
}
