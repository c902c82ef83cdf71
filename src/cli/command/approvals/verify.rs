//! `rbk approvals verify`

use camino::Utf8PathBuf;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::bundle::Unapproved;
use crate::cli::command::Run;
use crate::cli::command::bundle::open;
use crate::cli::command::gate::{exit, read_records, refused};
use crate::cli::command::shared::{Output, counted, now, print_json};
use crate::cli::{CliError, Console, Exit};
use crate::governance::statement::judge;

/// Arguments of `rbk approvals verify`.
#[derive(Args)]
pub(super) struct Verify {
    /// Folder of a bundle
    #[arg(long, value_name = "DIR")]
    bundle: Utf8PathBuf,
    /// Records of all its landings: each is judged again, and what follows compared. Without them, what the evidence
    /// itself holds is looked at again
    #[arg(long, value_name = "FILE")]
    records: Option<Utf8PathBuf>,
    /// The moment for which exceptions have to hold, e.g. 2026-11-01T12:00:00Z; now when left out
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// What was found, for a program.
#[derive(Serialize)]
struct Report {
    approved: bool,
    statements: u64,
    documents: u64,
    recomputed: bool,
    problems: Vec<String>,
}

impl Run for Verify {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let bundle = open(&self.bundle)?;
        let records = self.records.as_ref().map(|file| read_records(file));
        let records = records.transpose()?;
        let mut found = bundle.unapproved(self.at.unwrap_or_else(now));
        let chain = bundle.evidence.as_ref().and_then(|it| it.chain().ok());
        if let (Some(records), Some(chain)) = (&records, &chain) {
            let faults = chain.recompute(&judge(records));
            found.extend(faults.into_iter().map(Unapproved::Chain));
        }
        let statements = chain.map_or(0, |chain| chain.links().len() as u64);
        let documents = bundle.documents.len() as u64;
        if let Output::Json = self.format {
            let report = Report {
                approved: found.is_empty(),
                statements,
                documents,
                recomputed: records.is_some(),
                problems: found.iter().map(ToString::to_string).collect(),
            };
            print_json(console, &report)?;
            return Ok(exit(&found));
        }
        if !found.is_empty() {
            return Ok(refused(&found, console));
        }
        let how = match records {
            Some(_) => "judged again by the records",
            None => "seen again by what they hold",
        };
        console.line(format!(
            "{} approved by {}, {how}",
            counted(documents, "document"),
            counted(statements, "statement")
        ));
        Ok(Exit::Clean)
    }
}
