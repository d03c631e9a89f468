//! The `propusk` command line.

mod commands;
mod error;
mod input;
mod key_source;
mod output;
mod page;
mod pictures;
mod setting;
mod text;

use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // A reader that has had enough, such as `head`, is no fault.
            if error.is_broken_pipe() {
                return ExitCode::SUCCESS;
            }
            eprintln!("propusk: {error}");
            ExitCode::from(error.status())
        }
    }
}
