//! `rbk review`

use std::fs::OpenOptions;
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use super::Run;
use super::github::{Connected, Connection, could_not};
use super::library::Day;
use super::lint;
use super::shared::write_file;
use super::test;
use crate::change::Event;
use crate::change::diff::{Diff, compare_and_test};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::Report;
use crate::github::gather::{GatherError, Proposal};
use crate::github::{GithubError, Posted};
use crate::governance::statement::judge;
use crate::governance::{Evaluation, Reason, Record, User};
use crate::library::Library;
use crate::lint::Options;
use crate::review::{
    Conclusion, MARKER, Pull, Review, annotations, comment, machine, status, summary,
};

/// The account that workflows comment as.
const WORKFLOW_ACCOUNT: &str = "github-actions[bot]";

/// Arguments of `rbk review`.
#[derive(Args)]
pub(in crate::cli) struct ReviewCommand {
    #[command(flatten)]
    connection: Connection,
    /// The pull request; that of the event a workflow runs for when left out
    #[arg(long, value_name = "NUMBER")]
    pull_request: Option<u64>,
    /// Refuse unless this is its head; that of the event when left out
    #[arg(long, value_name = "COMMIT")]
    expect_head: Option<String>,
    /// Print the review and write nothing to GitHub
    #[arg(long)]
    dry_run: bool,
    /// The account whose comment is kept up to date: the one the token belongs to
    #[arg(long, value_name = "LOGIN", default_value = WORKFLOW_ACCOUNT)]
    comment_as: String,
    /// How to print the review
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// From which conclusion on the command fails
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
    /// Folder to write comment.md, summary.md and review.json to
    #[arg(long, value_name = "DIR")]
    out: Option<Utf8PathBuf>,
    #[command(flatten)]
    day: Day,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Workflow commands, which GitHub shows beside the lines of the change
    #[default]
    Github,
    /// The comment, as Markdown
    Markdown,
    /// JSON for a program: schema/review.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Only when it could not be evaluated
    Never,
    /// When more approvals mend nothing, documents have errors or fixtures fail
    #[default]
    Denied,
    /// Also while approvals are missing
    Waiting,
}

impl Run for ReviewCommand {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let (number, expected) = self.asked()?;
        let connected = self.connection.open()?;
        let proposal = connected.gatherer()?.proposal(number);
        let review = match proposal {
            Ok(proposal) => {
                if let Some(expected) = expected.filter(|expected| *expected != proposal.head) {
                    return Err(CliError::could_not(format!(
                        "pull request {number} is at {} now, and this run is for {expected}",
                        proposal.head
                    ))
                    .help("the run for the new head reviews it"));
                }
                self.review(&connected, proposal)
            }
            Err(error) => incomplete(number, expected, &error),
        };
        self.tell(&review, console)?;
        if !self.dry_run && review.facts.is_some() {
            self.post(&connected, &review, console)?;
        }
        Ok(self.exit(&review))
    }
}

impl ReviewCommand {
    /// Which pull request, and the head it has to have.
    fn asked(&self) -> Result<(u64, Option<String>), CliError> {
        let event = std::env::var("GITHUB_EVENT_PATH").ok();
        let event = event.map(|path| Event::read(Utf8Path::new(&path)));
        let event = event.transpose().map_err(CliError::usage)?;
        let number = self
            .pull_request
            .or_else(|| event.as_ref().and_then(Event::pull_request))
            .ok_or_else(|| {
                CliError::usage("nothing says which pull request is to be reviewed")
                    .help("give `--pull-request NUMBER`, or run it on a `pull_request` event")
            })?;
        if self.expect_head.is_some() {
            return Ok((number, self.expect_head.clone()));
        }
        let head = event.map(|event| event.head()).transpose();
        Ok((number, head.map_err(CliError::usage)?.flatten()))
    }

    fn review(&self, connected: &Connected, proposal: Proposal) -> Review {
        let records = [proposal.record];
        let mut judged = judge(&records);
        let evaluation = match judged.pop() {
            Some(judged) => judged.evaluation,
            None => Evaluation::error(Reason::FactsIncomplete, "nothing was judged"),
        };
        let after = proposal.merged.as_deref().unwrap_or(&proposal.head);
        let (diff, findings, tests) = match connected.library(after) {
            Ok(after) => (
                compared(connected, &proposal.base, &after),
                self.findings(&after)
                    .map(|report| report.below(connected.folder())),
                test::run(&after, None)
                    .map(|report| report.below(connected.folder()))
                    .map_err(|error| error.to_string()),
            ),
            Err(why) => (Err(why.clone()), Err(why.clone()), Err(why)),
        };
        let [mut record] = records;
        name_members(&mut record);
        Review {
            pull: Pull {
                number: proposal.number,
                title: proposal.title,
                head: proposal.head.clone(),
                base: proposal.base.clone(),
                policy: (!record.policy.is_null()).then(|| proposal.base.clone()),
            },
            facts: Some(record.facts),
            evaluation,
            diff,
            findings,
            tests,
            reproduce: format!("rbk diff {} {}", proposal.base, proposal.head),
        }
    }

    fn findings(&self, library: &Library) -> Result<Report, String> {
        let outcome = lint::run(library, &Options::on(self.day.date()));
        let outcome = outcome.map_err(|error| error.to_string())?;
        lint::finish(&outcome).map_err(|error| error.to_string())?;
        Ok(outcome.report)
    }

    /// Prints it, and leaves it where a workflow looks for a summary.
    fn tell(&self, review: &Review, console: &mut Console) -> Result<(), CliError> {
        match self.format {
            Form::Github => console.print(annotations(review)),
            Form::Markdown => console.print(comment(review)),
            Form::Json => console.print(machine(review)),
        }
        if let Some(out) = &self.out {
            std::fs::create_dir_all(out).map_err(|error| {
                CliError::could_not(format!("{out} cannot be written: {error}"))
            })?;
            write_file(&out.join("comment.md"), comment(review).as_bytes())?;
            write_file(&out.join("summary.md"), summary(review).as_bytes())?;
            write_file(&out.join("review.json"), machine(review).as_bytes())?;
        }
        let Ok(file) = std::env::var("GITHUB_STEP_SUMMARY") else {
            return Ok(());
        };
        let broken = |error: std::io::Error| {
            CliError::could_not(format!(
                "the job summary at {file} cannot be written: {error}"
            ))
        };
        let mut there = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&file)
            .map_err(broken)?;
        there.write_all(summary(review).as_bytes()).map_err(broken)
    }

    /// Says it on GitHub. A token that may only read, as that of a fork, is no error: the summary and the annotations have
    /// it all.
    fn post(
        &self,
        connected: &Connected,
        review: &Review,
        console: &mut Console,
    ) -> Result<(), CliError> {
        let client = &connected.client;
        let text = comment(review);
        let commented = client.keep_comment(review.pull.number, &self.comment_as, MARKER, &text);
        self.told("comment", commented, console)?;
        let set = client.keep_status(&review.pull.head, &status(review));
        self.told("status", set, console)
    }

    fn told(
        &self,
        what: &str,
        posted: Result<Posted, GithubError>,
        console: &mut Console,
    ) -> Result<(), CliError> {
        let became = match posted {
            Ok(Posted::Created) => "new",
            Ok(Posted::Updated) => "updated",
            Ok(Posted::Unchanged) => "unchanged",
            Err(error) if error.is_out_of_sight() => {
                eprintln!("note: no {what}: {error}; the job summary has the whole review");
                return Ok(());
            }
            Err(error) => return Err(could_not(error)),
        };
        if self.format == Form::Github {
            console.line(format!("{what}: {became}"));
        }
        Ok(())
    }

    fn exit(&self, review: &Review) -> Exit {
        let conclusion = review.conclusion();
        if conclusion == Conclusion::CouldNotEvaluate {
            return Exit::CouldNotEvaluate;
        }
        let has_errors = review
            .findings
            .as_ref()
            .is_ok_and(|report| report.summary.errors > 0);
        let fails = review.tests.as_ref().is_ok_and(|report| !report.passed());
        let is_denied = conclusion == Conclusion::Denied || has_errors || fails;
        Exit::findings_unless(match self.fail_on {
            FailOn::Never => true,
            FailOn::Denied => !is_denied,
            FailOn::Waiting => !is_denied && conclusion != Conclusion::Waiting,
        })
    }
}

/// Names, for the reader, the members of teams that the policy lists and nothing else speaks of. What was judged is judged.
fn name_members(record: &mut Record) {
    let Ok(policy) = record.policy() else {
        return;
    };
    for member in policy.spec.teams.values().flat_map(|team| &team.members) {
        record.facts.users.entry(member.id).or_insert_with(|| User {
            login: member.login.clone(),
            id: member.id,
            kind: "User".to_owned(),
        });
    }
}

fn compared(connected: &Connected, base: &str, after: &Library) -> Result<Diff, String> {
    let before = connected.library(base)?;
    Ok(compare_and_test(&before, after))
}

/// A review of a pull request of which not enough could be found out.
fn incomplete(number: u64, head: Option<String>, error: &GatherError) -> Review {
    let why = error.to_string();
    Review {
        pull: Pull {
            number,
            title: String::new(),
            head: head.unwrap_or_default(),
            base: String::new(),
            policy: None,
        },
        facts: None,
        evaluation: Evaluation::error(Reason::FactsIncomplete, why.clone()),
        diff: Err(why.clone()),
        findings: Err(why.clone()),
        tests: Err(why),
        reproduce: format!("rbk review --pull-request {number} --dry-run"),
    }
}
