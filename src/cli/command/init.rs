//! `rbk init`

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::Run;
use crate::cli::{CliError, Console, Exit};
use crate::library::starter;

/// Arguments of `rbk init`.
#[derive(Args)]
pub(in crate::cli) struct Init {
    /// Folder to write to; created when it does not exist
    #[arg(default_value = ".")]
    folder: Utf8PathBuf,
}

impl Run for Init {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        write_starter(&self.folder)?;
        for (path, _) in starter::FILES {
            console.line(format!("wrote {}", in_folder(&self.folder, path)));
        }
        console.line("");
        let here = self.folder == ".";
        let folder = if here {
            String::new()
        } else {
            format!(" {}", self.folder)
        };
        let policy = in_folder(&self.folder, "runbooks/governance.yaml");
        console.line(format!(
            "Next: `rbk lint{folder}`, `rbk test{folder}`, then read {policy}."
        ));
        Ok(Exit::Clean)
    }
}

/// A file of the new repository as the caller would write its path.
fn in_folder(folder: &Utf8Path, path: &str) -> Utf8PathBuf {
    if folder == "." {
        Utf8PathBuf::from(path)
    } else {
        folder.join(path)
    }
}

/// Writes the starter library. Nothing is written when one of its files is already there.
fn write_starter(folder: &Utf8Path) -> Result<(), CliError> {
    if let Some((path, _)) = starter::FILES
        .iter()
        .find(|(path, _)| folder.join(path).exists())
    {
        return Err(
            CliError::usage(format!("{} already exists", in_folder(folder, path)))
                .help("nothing was written; run `rbk init` in another folder, or `rbk new` to add a document"),
        );
    }
    for (path, text) in starter::FILES {
        let path = folder.join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text));
        written.map_err(|error| {
            CliError::could_not(format!("{path} cannot be written: {error}"))
                .help("choose a folder you may write to")
        })?;
    }
    Ok(())
}
