//! What the page says about approvals: what is in the way, who has to approve and can, and which approvals do not count.

use std::collections::{BTreeMap, BTreeSet};

use super::missing::{lacking, needs_more_people};
use super::text::{MOST_PATHS, quoted, several};
use super::{Conclusion, Review};
use crate::diagnostic::render::page::Section;
use crate::governance::{Reason, TeamEvaluation, UnitEvaluation, Weight};

/// Everything but missing approvals that keeps the change from being allowed.
pub(super) fn in_the_way(review: &Review) -> Section {
    let evaluation = &review.evaluation;
    let told_by_table = [Reason::InsufficientApprovals, Reason::TooFewHumans];
    let reasons = evaluation.reasons.iter();
    let reasons = reasons.filter(|reason| {
        // An error is told with everything else that could not be evaluated.
        reason.weight() != Weight::Error && !told_by_table.contains(reason)
    });
    let mut rows: Vec<String> = reasons
        .map(|reason| {
            let files = evaluation
                .units
                .iter()
                .filter(|unit| unit.reasons.contains(reason))
                .map(|unit| unit.path.as_str());
            let files: Vec<&str> = files.collect();
            let place = match files.is_empty() {
                true => String::new(),
                false => format!(" In {}.", several(files.into_iter(), MOST_PATHS)),
            };
            format!("- `{reason}`: {}{place}\n", reason.meaning())
        })
        .collect();
    let is_error = reasons_are_errors(review);
    let details = evaluation.details.iter().filter(|_| !is_error);
    rows.extend(details.map(|detail| format!("- {}\n", quoted(detail))));
    Section {
        title: match review.conclusion() {
            Conclusion::Denied => "In the way",
            _ => "Good to know",
        }
        .to_owned(),
        rows,
        weight: 13,
        ..Section::default()
    }
}

fn reasons_are_errors(review: &Review) -> bool {
    let mut reasons = review.evaluation.reasons.iter();
    reasons.any(|reason| reason.weight() == Weight::Error)
}

/// Who has to approve, has approved and can.
pub(super) fn needed(review: &Review) -> Section {
    // What is missing stands first; what several files need alike is told once.
    let mut groups: BTreeMap<(bool, String, String), Vec<&str>> = BTreeMap::new();
    for unit in &review.evaluation.units {
        for (name, team) in &unit.teams {
            let row = row(review, unit, name, team);
            let is_there = lacking(unit, name) == 0 && !needs_more_people(unit);
            let group = groups.entry((is_there, row, terms(unit))).or_default();
            group.push(&unit.path);
        }
    }
    let rows = groups.into_iter().map(|((_, row, terms), paths)| {
        let paths = several(paths.into_iter(), MOST_PATHS);
        format!("{row} {paths}{terms} |\n")
    });
    let contributors = &review.evaluation.contributors;
    let foot = match contributors.is_empty() {
        true => String::new(),
        false => format!(
            "Contributed, and therefore do not approve: {}.",
            review.names(contributors)
        ),
    };
    Section {
        title: "Approvals".to_owned(),
        head: "| team | needs | has | missing | who can approve | for |\n|---|---|---|---|---|---|\n",
        rows: rows.collect(),
        foot,
        // Many files with needs of their own must not push out what may be done.
        weight: 11,
        ..Section::default()
    }
}

/// The row of a team without the files it is for.
fn row(review: &Review, unit: &UnitEvaluation, name: &str, team: &TeamEvaluation) -> String {
    let lacking = lacking(unit, name);
    let missing = match (lacking, needs_more_people(unit)) {
        (0, false) => "–".to_owned(),
        (0, true) => "other people".to_owned(),
        (count, _) => format!("**{count}**"),
    };
    let could = match lacking == 0 && !needs_more_people(unit) {
        true => "–".to_owned(),
        false => review.names(&team.could),
    };
    format!(
        "| {} | {} | {} | {missing} | {could} |",
        quoted(name),
        team.needs,
        review.names(&team.has)
    )
}

/// What a file is judged by, and what else has to hold.
fn terms(unit: &UnitEvaluation) -> String {
    let mut terms = match unit.tier {
        Some(tier) => format!("<br>tier {tier}"),
        None => "<br>no tier".to_owned(),
    };
    if !unit.environments.is_empty() {
        let environments = unit.environments.iter().map(String::as_str);
        terms.push_str(&format!(" in {}", several(environments, MOST_PATHS)));
    }
    if unit.min_distinct > 1 {
        terms.push_str(&format!(
            "<br>by at least {} different people",
            unit.min_distinct
        ));
    }
    if !unit.one_person_many_teams && unit.teams.len() > 1 {
        terms.push_str("<br>nobody counts for more than one team");
    }
    terms
}

/// Approvals that do not count, and why.
pub(super) fn not_counted(review: &Review) -> Section {
    let reviews = review.facts.iter().flat_map(|facts| &facts.reviews);
    let by: BTreeMap<u64, Option<u64>> = reviews.map(|it| (it.id, it.user)).collect();
    let rejected: BTreeSet<_> = review.evaluation.rejected.iter().collect();
    let rows = rejected.into_iter().map(|rejected| {
        let account = by.get(&rejected.review).copied().flatten();
        let who = account.map_or_else(
            || "nobody known".to_owned(),
            |account| quoted(&review.name(account)),
        );
        format!(
            "| {} | {who} | `{}` | {} |\n",
            rejected.review,
            rejected.reason,
            rejected.reason.meaning()
        )
    });
    Section {
        title: "Approvals that do not count".to_owned(),
        head: "| review | by | reason | which means |\n|---|---|---|---|\n",
        rows: rows.collect(),
        weight: 10,
        ..Section::default()
    }
}
