//! `check`: a full proof of a store's integrity.

use clap::Args;
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::StoreArgs;

/// Proves every byte of a store; exit status 3 where one is damaged
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Serialize)]
struct Checked {
    generation: u64,
    rows: u64,
    state: &'static str,
}

/// Checks it.
pub(crate) fn run(args: &CheckArgs, common: &Common) -> Result<u8, CliError> {
    let store = args.store.open()?;
    let snapshot = store.snapshot()?;
    let rows = snapshot.check()?;
    let checked = Checked { generation: snapshot.generation(), rows, state: "whole" };
    let mut output = Output::stdout(&["generation", "rows", "state"], common.format)
        .map_err(CliError::output)?;
    output.push(&checked).and_then(|()| output.finish()).map_err(CliError::output)?;
    Ok(DONE)
}
