//! Where monitoring finds what an agent says of itself.

use camino::Utf8PathBuf;
use clap::Args;

use crate::agent::AgentReport;
use crate::cli::CliError;
use crate::cli::command::source::Connection;
use crate::distribution::{post_json, replace_file};

/// Files and an address for reports.
#[derive(Args)]
pub(super) struct Destinations {
    /// File that is replaced with the agent's report as JSON after every synchronisation
    #[arg(long, value_name = "FILE")]
    status_file: Option<Utf8PathBuf>,
    /// File that is replaced with the report as Prometheus metrics: NAME.prom in the folder of the textfile collector
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<Utf8PathBuf>,
    /// Address that the report is sent to as JSON
    #[arg(long, value_name = "URL")]
    report_to: Option<String>,
}

impl Destinations {
    pub(super) fn are_none(&self) -> bool {
        self.status_file.is_none() && self.metrics_file.is_none() && self.report_to.is_none()
    }

    /// Writes a report everywhere; one place that fails keeps it from no other.
    pub(super) fn write(
        &self,
        report: &AgentReport,
        connection: &Connection,
    ) -> Result<(), CliError> {
        let json = serde_json::to_vec_pretty(report)
            .map_err(|error| CliError::could_not(format!("the report: {error}")))?;
        let mut problems = Vec::new();
        if let Some(file) = &self.status_file {
            let json = [&json, b"\n".as_slice()].concat();
            problems.extend(replace(file, &json).err());
        }
        if let Some(file) = &self.metrics_file {
            problems.extend(replace(file, report.metrics().as_bytes()).err());
        }
        if let Some(address) = &self.report_to {
            let sent = post_json(address, &json, connection.options()?);
            problems.extend(sent.err().map(|error| error.to_string()));
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(CliError::could_not(problems.join("; ")).help(
                "the synchronisation itself is not touched by this; check where the report goes",
            )),
        }
    }
}

/// Replaces a file in one step, so that a reader never sees half of it.
fn replace(file: &Utf8PathBuf, bytes: &[u8]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{file} cannot be written: {error}");
    replace_file(file.as_std_path(), bytes).map_err(failed)
}
