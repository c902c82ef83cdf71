//! `rbk push`

use camino::Utf8PathBuf;
use clap::Args;

use super::Run;
use super::publication::open;
use super::shared::{Output, counted, print_json};
use super::source::{Connection, keychain};
use crate::cli::{CliError, Console, Exit};
use crate::distribution::{Pushed, Reference, push};

/// Arguments of `rbk push`.
#[derive(Args)]
pub(in crate::cli) struct Push {
    /// Folder that `rbk publish` wrote to
    public: Utf8PathBuf,
    /// Artifact to write: oci://REGISTRY/NAME:TAG
    artifact: String,
    /// Root file, complete; give every version, oldest first, when keys were rotated
    #[arg(long, required = true)]
    root: Vec<Utf8PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

impl Run for Push {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let reference: Reference = self.artifact.parse().map_err(CliError::usage)?;
        // Opened as for publishing: what does not verify here is not copied either.
        let repository = open(&self.public, &self.root)?;
        let paths = repository.newest().map_err(CliError::could_not)?;
        let options = self.connection.options()?;
        let pushed = push(
            self.public.as_std_path(),
            &paths,
            reference,
            keychain(),
            options,
        );
        let pushed = pushed.map_err(|error| {
            let remedy = error.reason().remedy();
            CliError::could_not(error).help(remedy)
        })?;
        if let Output::Json = self.format {
            print_json(console, &pushed)?;
            return Ok(Exit::Clean);
        }
        let Pushed {
            sha256,
            files,
            sent,
            bytes,
        } = pushed;
        let files = counted(files, "file");
        console.line(format!(
            "{} holds {files}; {sent} were sent ({bytes} bytes)",
            self.artifact
        ));
        console.line(format!("manifest sha256:{sha256}"));
        Ok(Exit::Clean)
    }
}
