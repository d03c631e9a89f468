//! `check`: a full proof of a store's integrity.

use clap::Args;
use propusk_engine::audit::verify_chain;
use propusk_engine::store::AUDIT;
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::StoreArgs;

/// Proves every byte of a store, and the chain of its audit log where that is here; exit status 3 where
/// one is damaged
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Serialize)]
struct Checked {
    generation: u64,
    rows: u64,
    /// Lines of the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    audited: Option<u64>,
    state: &'static str,
}

/// Checks it.
pub(crate) fn run(args: &CheckArgs, common: &Common) -> Result<u8, CliError> {
    let store = args.store.open()?;
    let snapshot = store.snapshot()?;
    let rows = snapshot.check()?;
    // A gate's copy has none.
    let log = args.store.store.join(AUDIT);
    let audited = if log.exists() { Some(verify_chain(&log)?) } else { None };
    let checked = Checked { generation: snapshot.generation(), rows, audited, state: "whole" };
    let mut output = Output::stdout(&["generation", "rows", "audited", "state"], common.format)
        .map_err(CliError::output)?;
    output.push(&checked).and_then(|()| output.finish()).map_err(CliError::output)?;
    Ok(DONE)
}
