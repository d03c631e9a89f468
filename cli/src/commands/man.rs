//! `man`: the manual pages.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use crate::commands::Cli;
use crate::error::{CliError, DONE};

/// Prints the manual page, or writes a page for each command into a folder
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Write `propusk.1` and a page for each command here
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints or writes them.
pub(crate) fn run(args: &ManArgs) -> Result<u8, CliError> {
    let mut program = Cli::command();
    program.build();
    let Some(out) = &args.out else {
        io::stdout().lock().write_all(&page(&program)?).map_err(CliError::output)?;
        return Ok(DONE);
    };
    let failed = |source| CliError::File { path: out.clone(), source };
    fs::create_dir_all(out).map_err(failed)?;
    fs::write(out.join("propusk.1"), page(&program)?).map_err(failed)?;
    for command in program.get_subcommands() {
        let name = format!("propusk-{}", command.get_name());
        let page = page(command)?;
        fs::write(out.join(format!("{name}.1")), page).map_err(failed)?;
    }
    Ok(DONE)
}

fn page(command: &Command) -> Result<Vec<u8>, CliError> {
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text).map_err(CliError::output)?;
    Ok(text)
}
