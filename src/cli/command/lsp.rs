//! `rbk lsp`

use std::io::{self, BufReader};

use clap::Args;

use super::Run;
use super::library::Day;
use crate::cli::{CliError, Console, Exit};
use crate::lsp::{Ended, Settings, serve};

/// Arguments of `rbk lsp`.
#[derive(Args)]
pub(in crate::cli) struct Lsp {
    #[command(flatten)]
    day: Day,
    /// Serve over standard input and output, which is the only way; some editors say so
    #[arg(long)]
    stdio: bool,
}

impl Run for Lsp {
    fn run(self, _console: &mut Console) -> Result<Exit, CliError> {
        let settings = Settings::on(self.day.date());
        // Standard input is locked by the thread that reads it.
        match serve(BufReader::new(io::stdin()), io::stdout(), settings) {
            Ended::Orderly => Ok(Exit::Clean),
            Ended::WithoutShutdown => Ok(Exit::Findings),
        }
    }
}
