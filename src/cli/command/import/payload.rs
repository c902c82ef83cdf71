//! `rbk import alertmanager`, `pagerduty` and `cdevents`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::command::shared::{print_json, read_file};
use crate::cli::{CliError, Console, Exit};
use crate::import::draft;
use crate::import::payload::{PayloadError, Said, Told, Tool, read};

/// Arguments of an import of payloads.
#[derive(Args)]
pub(super) struct Payload {
    /// Payloads about one incident
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Utf8PathBuf>,
    /// Print a fixture to be completed, with this id, instead of what `rbk decide` reads
    #[arg(long, value_name = "ID")]
    as_fixture: Option<String>,
    /// The service, when the payload does not say it
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// The environment, when the payload does not say it
    #[arg(long, value_name = "ID")]
    environment: Option<String>,
    /// A severity of the taxonomy
    #[arg(long, value_name = "ID")]
    severity: Option<String>,
}

impl Payload {
    pub(super) fn run(self, tool: Tool, console: &mut Console) -> Result<Exit, CliError> {
        let mut told = Told::default();
        for file in &self.files {
            let bytes = read_file(file)?;
            let read = read(tool, &bytes);
            told = told.and(read.map_err(|error| {
                CliError::could_not(format!("{file}: {error}")).help("give the JSON as it was sent")
            })?);
        }
        let said = Said {
            service: self.service,
            environment: self.environment,
            severity: self.severity,
        };
        let refused =
            |error: PayloadError| CliError::usage(format!("the payload is not enough: {error}"));
        match &self.as_fixture {
            None => print_json(console, &told.context(&said).map_err(refused)?)?,
            Some(id) => {
                let fixture = told.fixture(id, &said).map_err(refused)?;
                console.print(draft::text(&fixture, &[]).map_err(CliError::could_not)?);
            }
        }
        Ok(Exit::Clean)
    }
}
