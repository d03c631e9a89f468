//! The commands, one file each.

mod change;
mod check;
mod compact;
mod completions;
mod demo;
mod destroy;
mod generate;
mod identify;
mod inspect;
mod issuing;
mod key;
mod load;
mod man;
mod matching;
mod plan;
mod request;
mod request_line;
mod revalidate;
mod rotate;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::error::CliError;
use crate::output::OutputFormat;
use crate::setting;

/// Loads registers of codes into a sealed store, and says whether a code is good, now, for this
/// person.
#[derive(Parser, Debug)]
#[command(name = "propusk", version, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done; 1 done, with rows rejected, lines that cannot be \
    read, or codes not valid where --strict asks; 2 wrong use; 3 the store or its data is damaged \
    or unreadable.")]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Common {
    /// A policy instead of the embedded one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// How results are written [default: a table on a terminal, NDJSON otherwise]
    #[arg(long, global = true, value_enum)]
    pub(crate) format: Option<OutputFormat>,
}

impl Common {
    /// The policy in force.
    pub(crate) fn policy(&self) -> Result<propusk_engine::policy::Policy, CliError> {
        setting::policy(self.policy.as_deref())
    }
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::DemoArgs),
    Load(load::LoadArgs),
    Verify(verify::VerifyArgs),
    #[command(name = "match")]
    Match(matching::MatchArgs),
    Identify(identify::IdentifyArgs),
    Request(request::RequestArgs),
    Revalidate(revalidate::RevalidateArgs),
    Change(change::ChangeArgs),
    Compact(compact::CompactArgs),
    Generate(generate::GenerateArgs),
    Inspect(inspect::InspectArgs),
    Check(check::CheckArgs),
    Key(key::KeyArgs),
    Rotate(rotate::RotateArgs),
    Plan(plan::PlanArgs),
    Destroy(destroy::DestroyArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Cli {
    /// Does the command; the exit status.
    pub(crate) fn run(&self) -> Result<u8, CliError> {
        match &self.command {
            Command::Demo(args) => demo::run(args, &self.common),
            Command::Load(args) => load::run(args, &self.common),
            Command::Verify(args) => verify::run(args, &self.common),
            Command::Match(args) => matching::run(args, &self.common),
            Command::Identify(args) => identify::run(args, &self.common),
            Command::Request(args) => request::run(args, &self.common),
            Command::Revalidate(args) => revalidate::run(args, &self.common),
            Command::Change(args) => change::run(args, &self.common),
            Command::Compact(args) => compact::run(args, &self.common),
            Command::Generate(args) => generate::run(args, &self.common),
            Command::Inspect(args) => inspect::run(args, &self.common),
            Command::Check(args) => check::run(args, &self.common),
            Command::Key(args) => key::run(args, &self.common),
            Command::Rotate(args) => rotate::run(args, &self.common),
            Command::Plan(args) => plan::run(args, &self.common),
            Command::Destroy(args) => destroy::run(args, &self.common),
            Command::Completions(args) => completions::run(args),
            Command::Man(args) => man::run(args),
        }
    }
}
