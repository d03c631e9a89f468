//! `key`: a key file with less in it, for one purpose.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use propusk_engine::record::Group;
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::StoreArgs;

/// Writes a key file for a gate: it verifies codes, and does not match registrations, disclose
/// details or load
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// For whom
    #[arg(long = "for", value_enum)]
    holder: Holder,
    /// The key file to write; one that is there is never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Holder {
    /// Verifies codes on a copy without details
    Gate,
}

#[derive(Serialize)]
struct Written {
    out: String,
    groups: Vec<Group>,
    verifies_manifest: bool,
}

/// Writes it.
pub(crate) fn run(args: &KeyArgs, common: &Common) -> Result<u8, CliError> {
    let keys = args.store.keys()?;
    let keys = match args.holder {
        Holder::Gate => keys.for_gate(),
    };
    let groups = Group::ALL.iter().copied().filter(|group| !keys.group(*group).is_empty());
    let groups: Vec<Group> = groups.collect();
    if groups.is_empty() {
        let text = "the keys have no `code` secret of any group; name a whole key file with --key";
        return Err(CliError::Use(text.to_owned()));
    }
    keys.write_new(&args.out)?;
    let out = args.out.display().to_string();
    let written = Written { out, groups, verifies_manifest: keys.verifying.is_some() };
    let mut output = Output::stdout(&["out", "groups", "verifies_manifest"], common.format)
        .map_err(CliError::output)?;
    output.push(&written).and_then(|()| output.finish()).map_err(CliError::output)?;
    Ok(DONE)
}
