//! `rbk approvals`: who approved what, and whether it was enough.

mod evaluate;
mod explained;
#[cfg(feature = "github")]
mod facts;

use clap::{Args, Subcommand};

pub(super) use evaluate::rules;

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
    /// Gather from GitHub and git what landings are judged by: one record for each, as a line of JSON
    #[cfg(feature = "github")]
    Facts(facts::FactsCommand),
}

impl Run for Approvals {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.command {
            Command::Evaluate(arguments) => arguments.run(console),
            #[cfg(feature = "github")]
            Command::Facts(arguments) => arguments.run(console),
        }
    }
}
