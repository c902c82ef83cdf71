//! `rbk approvals`: who approved what, and whether it was enough.

mod evaluate;
mod explained;
#[cfg(feature = "github")]
mod facts;
mod grant;
mod log;
mod show;
mod verify;

pub(super) use explained::explain;

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
    /// Gather from GitHub and git what landings are judged by: one record for each, as a line of JSON
    #[cfg(feature = "github")]
    Facts(facts::FactsCommand),
    /// Write an emergency exception for exactly the bytes of a change, to be signed
    Grant(grant::GrantCommand),
    /// List landings with who approved them, from records or from the evidence of a bundle
    Log(log::Log),
    /// Say who approved a runbook: which bytes, on which commit, under which policy
    Show(show::Show),
    /// See again that everything in a bundle was approved
    Verify(verify::Verify),
}

impl Run for Approvals {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.command {
            Command::Evaluate(arguments) => arguments.run(console),
            #[cfg(feature = "github")]
            Command::Facts(arguments) => arguments.run(console),
            Command::Grant(arguments) => arguments.run(console),
            Command::Log(arguments) => arguments.run(console),
            Command::Show(arguments) => arguments.run(console),
            Command::Verify(arguments) => arguments.run(console),
        }
    }
}
