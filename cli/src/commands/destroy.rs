//! `destroy`: the end of a register, with the group whose secrets protect it.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Args;
use propusk_engine::challenge::hold;
use propusk_engine::policy::Policy;
use propusk_engine::record::{Group, Register};
use propusk_engine::secret::destroy_group;
use propusk_engine::writer::Writer;
use serde::Serialize;

use crate::commands::Common;
use crate::error::{CliError, DONE};
use crate::output::Output;
use crate::setting::{self, StoreArgs};

const COLUMNS: &[&str] = &["group", "secrets", "rows", "files", "rejects", "outboxes"];

/// Destroys a register and those that share its secrets, or all: first the secrets in the key file,
/// then the files, rejected rows and outboxes included. There is no way back
///
/// Sources, results and certificates share their secrets; permits and cards have their own. Copies
/// of the key file elsewhere are not reached: destroy them as well.
#[derive(Args, Debug)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The register; all of them without
    #[arg(long, value_parser = register, value_name = "R")]
    register: Option<Register>,
    /// Do not ask on a terminal
    #[arg(long)]
    yes: bool,
}

fn register(text: &str) -> Result<Register, String> {
    let known = || Register::ALL.iter().map(|each| each.as_str()).collect::<Vec<_>>().join(", ");
    Register::parse(text).ok_or_else(|| format!("no such register; there are {}", known()))
}

#[derive(Serialize)]
struct Gone {
    group: Group,
    /// Whether the key file had secrets of the group until now.
    secrets: &'static str,
    rows: u64,
    files: u64,
    rejects: usize,
    outboxes: usize,
}

/// Destroys them.
pub(crate) fn run(args: &DestroyArgs, common: &Common) -> Result<u8, CliError> {
    let root = args.store.existing()?;
    let key = args.store.key_file()?;
    let groups = match args.register {
        Some(register) => vec![register.group()],
        None => Group::ALL.to_vec(),
    };
    if !args.yes && std::io::stdin().is_terminal() {
        confirm(&groups)?;
    }
    // Nobody else may write under secrets that are about to go; what is published is not read.
    drop(Writer::open(&root, &args.store.keys()?, &Policy::default())?);
    drop(hold(&root)?);
    let mut output = Output::stdout(COLUMNS, common.format).map_err(CliError::output)?;
    for group in groups {
        let had = destroy_group(&key, group)?;
        let writer = Writer::open(&root, &args.store.keys()?, &Policy::default())?;
        let destroyed = writer.destroy(group, setting::now())?;
        let gone = Gone {
            group,
            secrets: if had { "destroyed" } else { "gone already" },
            rows: destroyed.rows,
            files: destroyed.files,
            rejects: destroyed.rejects.len(),
            outboxes: destroyed.outboxes.len(),
        };
        output.push(&gone).map_err(CliError::output)?;
    }
    output.finish().map_err(CliError::output)?;
    Ok(DONE)
}

fn confirm(groups: &[Group]) -> Result<(), CliError> {
    let names: Vec<_> = groups.iter().map(|group| group.as_str()).collect();
    eprintln!("This destroys {} for good. Type `destroy` to go on:", names.join(", "));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|source| CliError::Stream { stream: "the terminal", source })?;
    if line.trim() == "destroy" {
        return Ok(());
    }
    Err(CliError::Use("nothing was destroyed".to_owned()))
}
