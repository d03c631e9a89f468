//! `compact`: one generation out of many.

use clap::Args;
use propusk_engine::writer::Writer;
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::{self, StoreArgs};

const COLUMNS: &[&str] = &["generation", "rows_read", "rows_written", "bytes_written"];

/// Merges every register into one segment, and drops what the policy keeps no longer, details
/// included. Readers go on meanwhile
#[derive(Args, Debug)]
pub(crate) struct CompactArgs {
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Serialize)]
struct Merged {
    generation: u64,
    rows_read: u64,
    rows_written: u64,
    bytes_written: u64,
}

/// Merges them.
pub(crate) fn run(args: &CompactArgs, common: &Common) -> Result<u8, CliError> {
    let policy = common.policy()?;
    let writer = Writer::open(&args.store.existing()?, &args.store.keys()?, &policy)?;
    let done = writer.compact(setting::now())?;
    let merged = Merged {
        generation: writer.snapshot().generation(),
        rows_read: done.rows_read,
        rows_written: done.rows_written,
        bytes_written: done.bytes_written,
    };
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    output.push(&merged).and_then(|()| output.finish()).map_err(CliError::output)?;
    Ok(DONE)
}
