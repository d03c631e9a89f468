//! The engine beside what one would use instead, and beside the limit of the memory: one program that
//! loads the same records into each and asks the same questions, in turn, in one run.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::curve::Curve;
use crate::kinds::Kinds;

use crate::question::Result;

mod cold;
mod contestant;
mod contestants;
mod curve;
mod engine;
mod files;
mod kinds;
mod limit;
mod machine;
mod memory;
mod question;
mod report;
mod rounds;
mod run;
mod spread;
mod workload;

/// What lets the C library's allocator take large pages, as the engine's files have them.
const LARGE_PAGES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// Measures the engine, its rivals and the limit of the memory in turn.
#[derive(Parser)]
#[command(name = "rivals", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Action>,
    #[command(flatten)]
    run: Run,
}

/// Something else than that.
#[derive(Subcommand)]
enum Action {
    /// Throughput against the size of what is read: the engine and the limit.
    Curve(Curve),
    /// What reading and encrypting codes costs: full verification against the index alone, for codes of
    /// every kind.
    Kinds(Kinds),
}

/// Who is asked, and what.
#[derive(Args)]
pub(crate) struct Run {
    /// How many permits everybody holds in the base case.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    records: u64,
    /// The workloads, by name and separated by commas, or `all`.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "base")]
    workload: Vec<String>,
    /// Who is measured against the engine, separated by commas, or `all`: `limit` is the memory
    /// itself, with single look-ups.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "all")]
    contestants: Vec<String>,
    /// How many rounds count.
    #[arg(long, value_name = "N", default_value_t = 11)]
    rounds: usize,
    /// The most codes that anybody is asked for in a round; so many that no cache holds their lines.
    #[arg(long, value_name = "N", default_value_t = 1 << 20)]
    questions: usize,
    /// Where a dated record of the run goes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where rivals keep their files meanwhile; the system's folder for such if not said.
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

impl Default for Run {
    /// As where nothing is said.
    fn default() -> Self {
        Arguments::parse_from(["rivals"]).run
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = with_large_pages().and_then(|()| match &arguments.command {
        None => run::run(&arguments.run),
        Some(Action::Curve(curve)) => curve::run(curve),
        Some(Action::Kinds(kinds)) => kinds::run(kinds),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rivals: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Begins anew with an allocator that takes large pages: it reads its settings at the start only.
fn with_large_pages() -> Result<()> {
    let (name, value) = LARGE_PAGES;
    if std::env::var_os(name).is_some() {
        return Ok(());
    }
    let mut again = Command::new(std::env::current_exe()?);
    Err(again.args(std::env::args_os().skip(1)).env(name, value).exec().into())
}
