//! `rbk explain`

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::Run;
use super::shared::write_file;
use crate::cli::{CliError, Console, Exit};
use crate::lint::{explain, registry};

/// Arguments of `rbk explain`.
#[derive(Args)]
pub(in crate::cli) struct Explain {
    /// Code or name of a rule; all of them are listed when it is left out
    rule: Option<String>,
    /// Folder to write a page of documentation for every rule to
    #[arg(long, conflicts_with = "rule", value_name = "DIR")]
    out: Option<Utf8PathBuf>,
}

impl Run for Explain {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        match (self.rule, self.out) {
            (Some(rule), _) => print(&rule, console),
            (None, Some(folder)) => write_pages(&folder, console),
            (None, None) => {
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

/// Writes the pages of `docs/rules/`.
fn write_pages(folder: &Utf8Path, console: &mut Console) -> Result<Exit, CliError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        CliError::could_not(format!("{folder} cannot be made: {error}"))
            .help("choose a folder you may write to")
    })?;
    let pages = explain::pages();
    for (name, text) in &pages {
        write_file(&folder.join(name), text.as_bytes())?;
    }
    console.line(format!("wrote {} pages to {folder}", pages.len()));
    Ok(Exit::Clean)
}
