//! A review for programs. The shape is `schema/review.schema.json`; a change that could break a reader raises [`VERSION`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{CONTEXT, Conclusion, Review, Status, status};
use crate::change::diff::render::{Compared, json};
use crate::diagnostic::render::{Format, Style};
use crate::governance::{Account, Evaluation};
use crate::testing::report::Report;

/// Version of the shape.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'r> {
    version: u32,
    tool: Tool,
    pull_request: PullRequest<'r>,
    head: &'r str,
    base: &'r str,
    policy: Option<&'r str>,
    conclusion: Conclusion,
    status: Shown,
    obstacles: Vec<String>,
    approvals: &'r Evaluation,
    accounts: BTreeMap<Account, &'r str>,
    diff: Option<Value>,
    findings: Option<Value>,
    tests: Option<&'r Report>,
    reproduce: &'r str,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct PullRequest<'r> {
    number: u64,
    title: &'r str,
}

#[derive(Serialize)]
struct Shown {
    context: &'static str,
    #[serde(flatten)]
    status: Status,
}

/// The review as indented JSON, ending with a line break.
pub fn machine(review: &Review) -> String {
    let pull = &review.pull;
    let compared = Compared {
        base: pull.base.clone(),
        head: Some(pull.head.clone()),
        // What the evaluation says is more.
        approvals: None,
    };
    let diff = review.diff.as_ref().ok().map(|diff| json(diff, &compared));
    let report = review.findings.as_ref().ok();
    let findings = report.map(|report| Format::Json.render(report, &Style::default()));
    let output = Output {
        version: VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        pull_request: PullRequest {
            number: pull.number,
            title: &pull.title,
        },
        head: &pull.head,
        base: &pull.base,
        policy: pull.policy.as_deref(),
        conclusion: review.conclusion(),
        status: Shown {
            context: CONTEXT,
            status: status(review),
        },
        obstacles: review.obstacles(),
        approvals: &review.evaluation,
        accounts: accounts(review),
        diff: diff.and_then(|text| serde_json::from_str(&text).ok()),
        findings: findings.and_then(|text| serde_json::from_str(&text).ok()),
        tests: review.tests.as_ref().ok(),
        reproduce: &review.reproduce,
    };
    // Nothing in it can fail: keys are text and numbers are finite.
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}

/// What the accounts are called that the evaluation speaks of.
fn accounts(review: &Review) -> BTreeMap<Account, &str> {
    let evaluation = &review.evaluation;
    let teams = evaluation.units.iter().flat_map(|unit| unit.teams.values());
    let of_teams = teams.flat_map(|team| team.has.iter().chain(&team.could));
    let reviewers = review.facts.iter().flat_map(|facts| &facts.reviews);
    let spoken_of: BTreeSet<Account> = evaluation
        .contributors
        .iter()
        .chain(of_teams)
        .copied()
        .chain(reviewers.filter_map(|review| review.user))
        .collect();
    let users = review.facts.iter().flat_map(|facts| &facts.users);
    users
        .filter(|(account, _)| spoken_of.contains(account))
        .map(|(account, user)| (*account, user.login.as_str()))
        .collect()
}
