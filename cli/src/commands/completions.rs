//! `completions`: what a shell completes.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::commands::Cli;
use crate::error::{CliError, DONE};

/// Prints the completions of a shell
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them.
pub(crate) fn run(args: &CompletionsArgs) -> Result<u8, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "propusk", &mut text);
    io::Write::write_all(&mut io::stdout().lock(), &text).map_err(CliError::output)?;
    Ok(DONE)
}
