//! `rbk approvals log`

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use clap::Args;
use serde::Serialize;

use crate::cli::command::Run;
use crate::cli::command::gate::{evidence_of, read_records};
use crate::cli::command::shared::{Output, print_json};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::governance::statement::{Chain, Judged, judge};
use crate::governance::{Reason, Verdict};

/// Arguments of `rbk approvals log`.
#[derive(Args)]
pub(super) struct Log {
    /// Records of landings, as `rbk approvals facts` writes them; each is judged
    #[arg(long, value_name = "FILE", required_unless_present = "bundle")]
    records: Option<Utf8PathBuf>,
    /// Folder of a bundle, whose evidence is read
    #[arg(long, value_name = "DIR", conflicts_with = "records")]
    bundle: Option<Utf8PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// A landing.
#[derive(Serialize)]
struct Row {
    commit: String,
    pull_request: Option<u64>,
    verdict: Verdict,
    reasons: Vec<Reason>,
    approved_by: BTreeSet<String>,
    exception: Option<String>,
}

impl Run for Log {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let rows = match (&self.records, &self.bundle) {
            (Some(file), _) => judge(&read_records(file)?).iter().map(judged).collect(),
            (None, Some(folder)) => stated(&evidence_of(folder)?),
            (None, None) => Vec::new(),
        };
        match self.format {
            Output::Json => print_json(console, &rows)?,
            Output::Human => rows.iter().for_each(|row| console.line(row.line())),
        }
        Ok(Exit::Clean)
    }
}

fn judged(landing: &Judged<'_>) -> Row {
    let (facts, evaluation) = (&landing.record.facts, &landing.evaluation);
    let accounts = evaluation
        .units
        .iter()
        .flat_map(|unit| unit.counted.values());
    let name = |account: &u64| {
        let user = facts.users.get(account);
        user.map_or_else(|| format!("account {account}"), |user| user.login.clone())
    };
    Row {
        commit: facts.landing.tip.clone(),
        pull_request: evaluation.pull_request,
        verdict: evaluation.verdict,
        reasons: evaluation.reasons.clone(),
        approved_by: accounts.map(name).collect(),
        exception: evaluation.exception.clone(),
    }
}

fn stated(chain: &Chain) -> Vec<Row> {
    let reviews = chain.in_force().map(|(_, link)| &link.statement.predicate);
    reviews
        .map(|review| Row {
            commit: review.landing.tip.clone(),
            pull_request: review.pull_request.as_ref().map(|pull| pull.number),
            verdict: review.evaluation.verdict,
            reasons: review.evaluation.reasons.clone(),
            approved_by: review
                .approvals
                .counted
                .iter()
                .filter_map(|approval| approval.login.clone())
                .collect(),
            exception: review
                .exception
                .as_ref()
                .map(|exception| exception.id.clone()),
        })
        .collect()
}

impl Row {
    fn line(&self) -> String {
        let commit: String = self.commit.chars().take(12).collect();
        let pull = self
            .pull_request
            .map_or("-".to_owned(), |number| format!("#{number}"));
        let mut said = Vec::new();
        if !self.approved_by.is_empty() {
            let names: Vec<&str> = self.approved_by.iter().map(String::as_str).collect();
            said.push(format!("approved by {}", names.join(", ")));
        }
        if let Some(exception) = &self.exception {
            said.push(format!("exception {exception}"));
        }
        said.extend(self.reasons.iter().map(|reason| reason.code().to_owned()));
        let line = format!(
            "{commit}  {pull:<6} {:<17} {}",
            self.verdict.code(),
            said.join("; ")
        );
        visible_line(line.trim_end())
    }
}
