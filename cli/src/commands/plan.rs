//! `plan`: how many machines a workload needs, and what a look-up takes on this one.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use propusk_bench::plan::Plan;
use propusk_bench::plan::compare::{compare, differences};
use propusk_bench::plan::report::comparison;
use propusk_bench::plan::workload::{Popularity, Workload};

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting;

/// Measures this machine and a workload on it, and tells how many such machines the workload needs
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// A workload in TOML, with the names of these options (`hit_share = 0.5`), which win over it
    #[arg(long, value_name = "FILE")]
    workload: Option<PathBuf>,
    /// Records of the store [default: 1000000]
    #[arg(long, value_name = "N")]
    records: Option<u64>,
    /// The largest store that is built; beyond it the model tells [default: 10000000]
    #[arg(long, value_name = "N")]
    measured_records_max: Option<u64>,
    /// The share of codes that the store knows [default: 0.9]
    #[arg(long, value_name = "SHARE")]
    hit_share: Option<f64>,
    /// How often one known code is asked for beside another [default: uniform]
    #[arg(long, value_name = "uniform|zipf:S")]
    popularity: Option<Popularity>,
    /// Changes of status a second [default: 0]
    #[arg(long, value_name = "N")]
    updates_per_second: Option<u64>,
    /// Codes that are asked for in one call [default: 256]
    #[arg(long, value_name = "N")]
    batch: Option<usize>,
    /// Threads that ask [default: one a core, less one for the writer where there are updates]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Codes a second, of all machines together [default: 1000000]
    #[arg(long, value_name = "N")]
    look_ups_per_second: Option<u64>,
    /// The share of calls, in per cent, that must keep to the latency [default: 99]
    #[arg(long, value_name = "PERCENT")]
    percentile: Option<f64>,
    /// How long such a call may take from the moment at which it was due [default: 1000]
    #[arg(long, value_name = "MICROSECONDS")]
    latency_us: Option<f64>,
    /// The share of a machine's capacity that stays free [default: 0.3]
    #[arg(long, value_name = "SHARE")]
    headroom: Option<f64>,
    /// How long each offered load is kept up; all else that is measured takes parts of it [default: 1]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Memory, and room in the folder, that random lines are taken from at most [default: 4096]
    #[arg(long, value_name = "MEBIBYTES")]
    line_memory_mib_max: Option<u64>,
    /// Where stores are measured: on the disk that the real one will be on [default: the system's
    /// folder for temporary files]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Compare two plans that were written as JSON, instead of measuring
    #[arg(long, num_args = 2, value_names = ["A.json", "B.json"])]
    compare: Option<Vec<PathBuf>>,
    /// Write a page with plots, which needs no other file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the plan as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "compare")]
    json: Option<PathBuf>,
}

/// Makes a plan, or compares two.
pub(crate) fn run(args: &PlanArgs, common: &Common) -> Result<u8, CliError> {
    if let Some([a, b]) = args.compare.as_deref() {
        return compare_plans(a, b, args, common);
    }
    let workload = args.workload()?.checked()?;
    let folder = args.folder.clone().unwrap_or_else(std::env::temp_dir);
    let plan = measure(workload, &folder)?;
    if let Some(path) = &args.json {
        plan.write(path)?;
    }
    if let Some(path) = &args.html {
        write(path, &plan.page())?;
    }
    let mut output =
        Output::stdout(&["figure", "value", "unit"], common.format).map_err(CliError::output)?;
    for figure in plan.figures() {
        output.push(&figure).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)?;
    eprintln!("{}", plan.answer.verdict);
    Ok(DONE)
}

impl PlanArgs {
    /// The workload of the file, or the usual one, with what the options say.
    fn workload(&self) -> Result<Workload, CliError> {
        let mut workload = match &self.workload {
            None => Workload::default(),
            Some(path) => {
                let failed = |source| CliError::File { path: path.clone(), source };
                let text = fs::read_to_string(path).map_err(failed)?;
                let named = |error| CliError::Use(format!("{}: {error}", path.display()));
                Workload::from_toml(&text).map_err(named)?
            }
        };
        set(&mut workload.records, self.records);
        set(&mut workload.measured_records_max, self.measured_records_max);
        set(&mut workload.hit_share, self.hit_share);
        set(&mut workload.popularity, self.popularity);
        set(&mut workload.updates_per_second, self.updates_per_second);
        set(&mut workload.batch, self.batch);
        set(&mut workload.threads, self.threads);
        set(&mut workload.look_ups_per_second, self.look_ups_per_second);
        set(&mut workload.percentile, self.percentile);
        set(&mut workload.latency_us, self.latency_us);
        set(&mut workload.headroom, self.headroom);
        set(&mut workload.seconds, self.seconds);
        set(&mut workload.line_memory_mib_max, self.line_memory_mib_max);
        Ok(workload)
    }
}

fn set<T: Copy>(member: &mut T, option: Option<T>) {
    *member = option.unwrap_or(*member);
}

/// Measures, and tells on a terminal what it is at.
fn measure(workload: Workload, folder: &Path) -> Result<Plan, CliError> {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
        bar.set_style(style);
    }
    let told = |stage: &str| {
        bar.set_message(stage.to_owned());
        bar.tick();
    };
    let plan = Plan::measure(workload, folder, setting::now().to_string(), &told);
    bar.finish_and_clear();
    Ok(plan?)
}

fn compare_plans(a: &Path, b: &Path, args: &PlanArgs, common: &Common) -> Result<u8, CliError> {
    let (plan_a, plan_b) = (Plan::read(a)?, Plan::read(b)?);
    if let Some(path) = &args.html {
        let (name_a, name_b) = (a.display().to_string(), b.display().to_string());
        write(path, &comparison((&name_a, &plan_a), (&name_b, &plan_b)))?;
    }
    let columns = &["figure", "a", "b", "ratio", "unit"];
    let mut output = Output::stdout(columns, common.format).map_err(CliError::output)?;
    for figure in compare(&plan_a, &plan_b) {
        output.push(&figure).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)?;
    for difference in differences(&plan_a, &plan_b) {
        eprintln!("asked differently: {difference}");
    }
    Ok(DONE)
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    fs::write(path, text).map_err(|source| CliError::File { path: path.to_owned(), source })
}
