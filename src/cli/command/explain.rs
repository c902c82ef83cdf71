//! `rbk explain`

use clap::Args;

use super::Run;
use crate::cli::{CliError, Console, Exit};
use crate::lint::{explain, registry};

/// Arguments of `rbk explain`.
#[derive(Args)]
pub(in crate::cli) struct Explain {
    /// Code or name of a rule; all of them are listed when it is left out
    rule: Option<String>,
}

impl Run for Explain {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match self.rule {
            Some(rule) => print(&rule, console),
            None => {
                for rule in registry::all() {
                    console.line(format!(
                        "{}  {:<28}  {}",
                        rule.code, rule.name, rule.summary
                    ));
                }
                Ok(Exit::Clean)
            }
        }
    }
}

/// Prints everything a rule says about itself.
pub(super) fn print(rule: &str, console: &mut Console) -> Result<Exit, CliError> {
    let rule = registry::find(rule)
        .map_err(|error| CliError::usage(error).help("run `rbk explain` for a list"))?;
    console.print(explain::explain(rule));
    Ok(Exit::Clean)
}
