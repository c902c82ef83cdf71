//! `rbk approvals show`

use std::fmt::Write as _;

use camino::Utf8PathBuf;
use clap::Args;
use serde::Serialize;

use crate::cli::command::Run;
use crate::cli::command::bundle::open;
use crate::cli::command::gate::evidence_of;
use crate::cli::command::shared::{Output, print_json};
use crate::cli::{CliError, Console, Exit};
use crate::diagnostic::visible::visible_line;
use crate::document::Digest;
use crate::document::model::{Kind, ObjectRef};
use crate::governance::Subject;
use crate::governance::statement::{Approval, Chain, Link, Review, UnitReview};

/// Arguments of `rbk approvals show`.
#[derive(Args)]
pub(super) struct Show {
    /// A runbook, or a document as `KIND/ID`; `@VERSION` asks for an earlier version than the bundle's
    #[arg(value_name = "RUNBOOK[@VERSION]")]
    document: String,
    /// Folder of the bundle
    #[arg(long, value_name = "DIR")]
    bundle: Utf8PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// The answer, for a program.
#[derive(Serialize)]
struct Answer<'c> {
    document: &'c Subject,
    statement: usize,
    digest: Digest,
    review: &'c Review,
}

impl Run for Show {
    fn run(self, console: &mut Console) -> Result<Exit, CliError> {
        let (name, version) = match self.document.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (self.document.as_str(), None),
        };
        let object = match name.contains('/') {
            true => name.parse::<ObjectRef>().map_err(CliError::usage)?,
            false => ObjectRef::new(Kind::Runbook, name),
        };
        let chain = evidence_of(&self.bundle)?;
        let version = match version {
            Some(version) => Some(version),
            None => self.version_in_bundle(&object)?,
        };
        let Some((number, link, document)) = newest(&chain, &object, version.as_deref()) else {
            return Err(unknown(&chain, &object, version.as_deref()));
        };
        if let Output::Json = self.format {
            let answer = Answer {
                document,
                statement: number,
                digest: link.digest,
                review: &link.statement.predicate,
            };
            print_json(console, &answer)?;
            return Ok(Exit::Clean);
        }
        console.print(told(document, number, link));
        Ok(Exit::Clean)
    }
}

impl Show {
    fn version_in_bundle(&self, object: &ObjectRef) -> Result<Option<String>, CliError> {
        let bundle = open(&self.bundle)?;
        let mut documents = bundle.documents.into_iter();
        let found = documents.find(|it| it.kind == object.kind && it.id == object.id);
        Ok(found.map(|document| document.version))
    }
}

/// The newest statement in force that names a document, of a version if one is given.
fn newest<'c>(
    chain: &'c Chain,
    object: &ObjectRef,
    version: Option<&str>,
) -> Option<(usize, &'c Link, &'c Subject)> {
    let named = chain.in_force().filter_map(|(at, link)| {
        let mut documents = link.statement.predicate.documents.iter();
        let document = documents.find(|it| {
            it.kind == object.kind
                && it.id == object.id
                && version.is_none_or(|version| version == it.version)
        })?;
        Some((at + 1, link, document))
    });
    named.last()
}

fn unknown(chain: &Chain, object: &ObjectRef, version: Option<&str>) -> CliError {
    let mut versions: Vec<&str> = chain
        .in_force()
        .flat_map(|(_, link)| &link.statement.predicate.documents)
        .filter(|it| it.kind == object.kind && it.id == object.id)
        .map(|it| it.version.as_str())
        .collect();
    versions.dedup();
    let version = version.map(|version| format!("@{version}"));
    let name = visible_line(&format!("{object}{}", version.unwrap_or_default()));
    let error = CliError::usage(format!("no statement of the bundle names {name}"));
    match versions.is_empty() {
        true => error.help("`rbk bundle show DIR` lists the documents of a bundle"),
        false => error.help(visible_line(&format!(
            "versions it names: {}",
            versions.join(", ")
        ))),
    }
}

/// The answer in words.
fn told(document: &Subject, number: usize, link: &Link) -> String {
    let review = &link.statement.predicate;
    let outcome = &review.evaluation;
    let mut lines = vec![
        format!("{}/{}@{}", document.kind, document.id, document.version),
        format!("  source   {} {}", document.source, document.path),
        format!("  closure  {}", document.closure),
        format!(
            "  commit   {} of {}",
            review.landing.tip, review.repository.full_name
        ),
    ];
    lines.push(match &review.pull_request {
        None => "  came from no pull request".to_owned(),
        Some(pull) => {
            let by = pull.merged_by.map(|id| format!(" by {}", who(review, id)));
            let at = pull.merged_at.map(|at| format!(", merged {at}"));
            let author = pull.author.map(|id| format!(" of {}", who(review, id)));
            format!(
                "  pull request {}{}{}{}",
                pull.number,
                author.unwrap_or_default(),
                at.unwrap_or_default(),
                by.unwrap_or_default()
            )
        }
    });
    let policy = &review.policy;
    lines.push(format!(
        "  policy   {}@{} {}",
        policy.id, policy.version, policy.digest
    ));
    let reasons: Vec<_> = outcome.reasons.iter().map(|reason| reason.code()).collect();
    let verdict = format!("  {} {}", outcome.verdict.code(), reasons.join(", "));
    lines.push(format!(
        "{} (statement {number}, {}, judged {})",
        verdict.trim_end(),
        link.digest,
        outcome.at
    ));
    if let Some(exception) = &review.exception {
        let incident = exception.incident.as_deref().unwrap_or("no incident");
        lines.push(format!(
            "  exception {} for {incident}, until {}",
            exception.id, exception.expires_at
        ));
    }
    lines.extend(review.units.iter().map(|unit| demanded(review, unit)));
    let said = &review.approvals;
    listed(&mut lines, review, "counted", &said.counted);
    listed(&mut lines, review, "not counted", &said.refused);
    listed(&mut lines, review, "asked for changes", &said.objections);
    let mut text = String::new();
    for line in lines {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", visible_line(&line));
    }
    text
}

fn listed(lines: &mut Vec<String>, review: &Review, title: &str, approvals: &[Approval]) {
    if approvals.is_empty() {
        return;
    }
    lines.push(format!("  {title}:"));
    for approval in approvals {
        let by = approval
            .account
            .map_or("nobody".to_owned(), |id| who(review, id));
        let commit = approval.commit.as_deref().unwrap_or("no commit");
        let why = approval.reason.map(|it| format!(": {it} {}", it.meaning()));
        lines.push(format!(
            "    review {} by {by} of {commit}, {}{}",
            approval.review,
            approval.submitted_at,
            why.unwrap_or_default()
        ));
    }
}

fn demanded(review: &Review, unit: &UnitReview) -> String {
    let change = &unit.change;
    let tier = change.tier_before.max(change.tier_after);
    let mut about = vec![tier.map_or("no tier".to_owned(), |tier| format!("tier {tier}"))];
    about.extend(change.envs.iter().cloned());
    let needs = match &unit.requires {
        None => "no row of the policy fits".to_owned(),
        Some(requires) => {
            let teams = requires.teams.iter();
            let mut needs: Vec<String> = teams
                .map(|(team, count)| format!("{team} {count}"))
                .collect();
            if requires.min_distinct > 1 {
                needs.push(format!("{} people", requires.min_distinct));
            }
            if needs.is_empty() {
                needs.push("nothing".to_owned());
            }
            format!("needs {}", needs.join(", "))
        }
    };
    let by: Vec<String> = review
        .approvals
        .counted
        .iter()
        .filter(|approval| unit.counted.contains(&approval.review))
        .filter_map(|approval| Some(who(review, approval.account?)))
        .collect();
    let by = match by.is_empty() {
        true => "nobody".to_owned(),
        false => by.join(", "),
    };
    let landed = change.landed.as_deref().unwrap_or("taken away");
    format!(
        "  {} {landed} ({}): {needs}; approved by {by}",
        change.path,
        about.join(", ")
    )
}

/// A login with the id that it stood for.
fn who(review: &Review, account: u64) -> String {
    match review.login(account) {
        Some(login) => format!("{login} ({account})"),
        None => format!("account {account}"),
    }
}
