//! `rbk approvals`: who approved what, and whether it was enough.

mod evaluate;
mod explained;

use clap::{Args, Subcommand};

use super::Run;
use crate::cli::{CliError, Console, Exit};

/// Arguments of `rbk approvals`.
#[derive(Args)]
pub(in crate::cli) struct Approvals {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge a landing by facts and policy, without asking anybody: anyone can repeat a decision
    Evaluate(evaluate::Evaluate),
}

impl Run for Approvals {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.command {
            Command::Evaluate(arguments) => arguments.run(console),
        }
    }
}
