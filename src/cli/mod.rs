//! The command line: reads arguments, calls the layers below, prints.
//!
//! Each command is a file in `command/`; adding one touches that file and the table in
//! `command`. Only this layer prints, and only it decides exit codes.

mod command;
mod console;
mod exit;
#[cfg(feature = "author")]
mod replace;

use std::process::ExitCode;

use clap::Parser;

pub use console::Console;
pub use exit::{CliError, Exit};

/// Lint, test, sign and distribute the runbooks that automation may run in production.
#[derive(Parser)]
#[command(name = "rbk", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

/// Runs the command named by the process arguments.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut console = Console::standard();
    let exit = match arguments.command.run(&mut console) {
        Ok(exit) => exit,
        Err(error) => {
            console.error(&error);
            error.exit()
        }
    };
    // A result that could not be written must not look like one that was.
    match console.finish() {
        Ok(()) => exit.into(),
        Err(_) => Exit::CouldNotEvaluate.into(),
    }
}

/// The definition of the command line, for completions and tests.
pub fn definition() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}
