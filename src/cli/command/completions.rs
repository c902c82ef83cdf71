//! `rbk completions`

use clap::Args;
use clap_complete::Shell;

use super::Run;
use crate::cli::{CliError, Console, Exit, definition};

/// Arguments of `rbk completions`.
#[derive(Args)]
pub(in crate::cli) struct Completions {
    /// The shell to complete for
    shell: Shell,
}

impl Run for Completions {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut definition(), "rbk", &mut script);
        console.print(String::from_utf8_lossy(&script));
        Ok(Exit::Clean)
    }
}
