//! `rotate`: the store anew, under other secrets.

use std::path::PathBuf;

use clap::Args;
use propusk_engine::secret::Keys;
use propusk_engine::writer::Writer;
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::{self, StoreArgs};

/// Writes a new store with the same records under new secrets, from the details of this one; a copy
/// without details cannot be rotated
///
/// This store stays as it is: let gates go over to the new one with its new key file, then destroy
/// the old one.
#[derive(Args, Debug)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The folder of the new store; its key file is written beside it, as FOLDER.key
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Rotated {
    store: String,
    key: String,
    rows: u64,
}

/// Writes it.
pub(crate) fn run(args: &RotateArgs, common: &Common) -> Result<u8, CliError> {
    let policy = common.policy()?;
    let writer = Writer::open(&args.store.existing()?, &args.store.keys()?, &policy)?;
    let new = StoreArgs { store: args.out.clone(), key: None };
    let (key, keys) = (new.key_file()?, Keys::random()?);
    keys.write_new(&key)?;
    let rows = writer.rotate(&args.out, &keys, &policy, setting::now())?;
    let (store, key) = (args.out.display().to_string(), key.display().to_string());
    let mut output =
        Output::stdout(&["store", "key", "rows"], common.format).map_err(CliError::output)?;
    let rotated = Rotated { store, key, rows };
    output.push(&rotated).and_then(|()| output.finish()).map_err(CliError::output)?;
    Ok(DONE)
}
