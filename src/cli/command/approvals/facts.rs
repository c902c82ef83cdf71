//! `rbk approvals facts`

use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::command::Run;
use crate::cli::command::github::{Connection, incomplete};
use crate::cli::command::shared::write_file;
use crate::cli::{CliError, Console, Exit};
use crate::governance::Record;

/// Arguments of `rbk approvals facts`.
#[derive(Args)]
pub(super) struct FactsCommand {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    range: Range,
    /// File to write to; standard output when left out
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
}

/// Which landings.
#[derive(Args)]
pub(super) struct Range {
    /// The last landing
    #[arg(long, default_value = "HEAD", conflicts_with = "pull_request")]
    commit: String,
    /// Only what landed after this commit, which was published last; from the adoption of the policy on when left out
    #[arg(long, value_name = "COMMIT", conflicts_with = "pull_request")]
    since: Option<String>,
    /// Instead, an open pull request as if it were merged now
    #[arg(long, value_name = "NUMBER")]
    pull_request: Option<u64>,
}

impl Range {
    /// The records of these landings, oldest first.
    pub(super) fn records(&self, connection: &Connection) -> Result<Vec<Record>, CliError> {
        let connected = connection.open()?;
        let mut gatherer = connected.gatherer()?;
        if let Some(number) = self.pull_request {
            let proposal = gatherer.proposal(number).map_err(incomplete)?;
            return Ok(vec![proposal.record]);
        }
        let commit = |revision: &str| {
            let found = connected.git.commit(revision);
            found.map(|commit| commit.id).map_err(CliError::could_not)
        };
        // What was published and is not here any more breaks the line of landings; it is for the evaluation to say so.
        let since = self.since.as_deref();
        let since = since.map(|since| commit(since).unwrap_or_else(|_| since.to_owned()));
        let landings = gatherer.landings(&commit(&self.commit)?, since.as_deref());
        Ok(landings.map_err(incomplete)?.records)
    }
}

impl Run for FactsCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let records = self.range.records(&self.connection)?;
        let mut lines = String::new();
        for record in &records {
            let line = serde_json::to_string(record).map_err(|error| {
                CliError::could_not(format!("a record cannot be written as JSON: {error}"))
            })?;
            lines.push_str(&line);
            lines.push('\n');
        }
        match &self.out {
            Some(file) => {
                write_file(file, lines.as_bytes())?;
                console.line(format!("wrote {} records to {file}", records.len()));
            }
            None => console.print(lines),
        }
        Ok(Exit::Clean)
    }
}
