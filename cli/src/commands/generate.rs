//! `generate`: registers, registrations, requests and codes, each with its truth.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use propusk_datasets::{Options, Summary};
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;

/// People at most; the generator's own bound.
const PEOPLE_MAX: u64 = 500_000_000;

/// Generates registers, registrations, SMS requests and codes to verify, with the truth of each
/// line beside them; the same seed gives the same bytes
#[derive(Args, Debug)]
pub(crate) struct GenerateArgs {
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many people the registers tell of
    #[arg(long, value_name = "N", value_parser = people())]
    people: u64,
    /// The seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The share of rows that break a rule, from 0 to 0.95
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    dirty: f64,
}

/// Reads a number of people.
pub(crate) fn people() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=PEOPLE_MAX)
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=0.95).contains(share));
    share.ok_or_else(|| "not a share from 0 to 0.95".to_owned())
}

#[derive(Serialize)]
struct Written {
    file: &'static str,
    rows: u64,
}

/// Generates them.
pub(crate) fn run(args: &GenerateArgs, common: &Common) -> Result<u8, CliError> {
    let options = Options { people: args.people, seed: args.seed, dirty: args.dirty };
    let summary = generate_with_progress(&args.out, &options)?;
    let mut output = Output::stdout(&["file", "rows"], common.format).map_err(CliError::output)?;
    for (file, rows) in summary.files {
        output.push(&Written { file, rows }).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)?;
    Ok(DONE)
}

/// Generates with a bar on a terminal.
pub(crate) fn generate_with_progress(out: &Path, options: &Options) -> Result<Summary, CliError> {
    let bar = ProgressBar::new(options.people);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} people")
    {
        bar.set_style(style);
    }
    let generated = propusk_datasets::generate(out, options, &|people| bar.set_position(people));
    bar.finish_and_clear();
    generated.map_err(|source| CliError::File { path: out.to_owned(), source })
}
