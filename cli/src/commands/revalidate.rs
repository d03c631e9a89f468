//! `revalidate`: every record whose verdict changes between two instants.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use propusk_engine::policy::Policy;
use propusk_engine::record::Register;
use propusk_engine::revalidate::Change;
use propusk_engine::store::Snapshot;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Verdict;
use propusk_loader::parquet_writer::ParquetWriter;
use propusk_loader::source::Format;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::{Output, OutputFormat};
use crate::setting::{self, StoreArgs};

const COLUMNS: &[&str] = &["register", "code", "from", "to", "cause"];

/// Lists every record whose verdict differs between two instants, or two policies
#[derive(Args, Debug)]
pub(crate) struct RevalidateArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The earlier instant
    #[arg(long, value_name = "T", value_parser = setting::instant)]
    since: Instant,
    /// The later instant
    #[arg(long, value_name = "T", value_parser = setting::instant)]
    as_of: Instant,
    /// The policy at the earlier instant [default: the same]
    #[arg(long, value_name = "FILE")]
    policy_since: Option<PathBuf>,
    /// Write the changes here, as .csv, .ndjson, .jsonl or .parquet, and not to the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How many changes there are of each sort.
pub(crate) type Counts = BTreeMap<(Register, Verdict, Verdict), u64>;

/// Lists them.
pub(crate) fn run(args: &RevalidateArgs, common: &Common) -> Result<u8, CliError> {
    if args.as_of < args.since {
        let (since, as_of) = (args.since, args.as_of);
        let text = format!("--as-of {as_of} is before --since {since}; exchange them");
        return Err(CliError::Use(text));
    }
    let policy = common.policy()?;
    let policy_since = match &args.policy_since {
        None => policy.clone(),
        Some(path) => setting::policy(Some(path))?,
    };
    let store = args.store.open()?;
    let span = Span { since: args.since, as_of: args.as_of, policy_since, policy };
    let counts = match &args.out {
        None => {
            let output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
            changes(&*store.snapshot()?, &span, output, CliError::output)?
        }
        Some(path) => {
            let target = Target::of(path, common.format)?;
            let failed = |source| CliError::File { path: path.clone(), source };
            let file = BufWriter::new(File::create(path).map_err(failed)?);
            match target {
                Target::Lines(format) => {
                    let output = Output::new(file, COLUMNS, format).map_err(failed)?;
                    changes(&*store.snapshot()?, &span, output, failed)?
                }
                Target::Parquet => {
                    let output = ParquetWriter::new(file, COLUMNS).map_err(failed)?;
                    changes(&*store.snapshot()?, &span, output, failed)?
                }
            }
        }
    };
    for ((register, from, to), count) in &counts {
        eprintln!("{register}: {from} to {to}: {count}");
    }
    eprintln!("{} verdicts changed", counts.values().sum::<u64>());
    Ok(DONE)
}

/// How a file of changes is written.
enum Target {
    Lines(OutputFormat),
    Parquet,
}

impl Target {
    /// What was asked for, or else what the ending names.
    fn of(path: &Path, asked: Option<OutputFormat>) -> Result<Self, CliError> {
        let named = Format::of_path(path).map(|format| match format {
            Format::Csv => Target::Lines(OutputFormat::Csv),
            Format::Ndjson => Target::Lines(OutputFormat::Ndjson),
            Format::Parquet => Target::Parquet,
        });
        asked.map(Target::Lines).or(named).ok_or_else(|| {
            let (path, endings) = (path.display(), Format::ENDINGS);
            CliError::Use(format!("{path} ends in no known format; use {endings}"))
        })
    }
}

/// Where changes are written.
trait Changes {
    fn push(&mut self, change: &Change) -> io::Result<()>;
    fn finish(self) -> io::Result<()>;
}

impl<W: Write> Changes for Output<W> {
    fn push(&mut self, change: &Change) -> io::Result<()> {
        Output::push(self, change)
    }

    fn finish(self) -> io::Result<()> {
        Output::finish(self)
    }
}

impl<W: Write + Send> Changes for ParquetWriter<W> {
    fn push(&mut self, change: &Change) -> io::Result<()> {
        let Change { register, code, from, to, cause } = change;
        let code = code.canonical();
        let (from, to) = (from.as_str(), to.as_str());
        let row = [register.as_str(), &code, from, to, cause.as_str()];
        ParquetWriter::push(self, row.map(Some))
    }

    fn finish(self) -> io::Result<()> {
        ParquetWriter::finish(self)?.flush()
    }
}

/// Between what verdicts are compared.
pub(crate) struct Span {
    pub(crate) since: Instant,
    pub(crate) as_of: Instant,
    pub(crate) policy_since: Policy,
    pub(crate) policy: Policy,
}

/// Writes the changes and counts them.
fn changes(
    snapshot: &Snapshot,
    span: &Span,
    mut output: impl Changes,
    failed: impl Fn(io::Error) -> CliError,
) -> Result<Counts, CliError> {
    let mut written = Ok(());
    let counts = count(snapshot, span, &mut |change| {
        if written.is_ok() {
            written = output.push(&change);
        }
    })?;
    written.and_then(|()| output.finish()).map_err(failed)?;
    Ok(counts)
}

/// Counts the changes and hands each on.
pub(crate) fn count(
    snapshot: &Snapshot,
    span: &Span,
    each: &mut dyn FnMut(Change),
) -> Result<Counts, CliError> {
    let mut counts = Counts::new();
    let Span { since, as_of, policy_since, policy } = span;
    snapshot.revalidate(*since, *as_of, policy_since, policy, &mut |change: Change| {
        *counts.entry((change.register, change.from, change.to)).or_default() += 1;
        each(change);
    })?;
    Ok(counts)
}
