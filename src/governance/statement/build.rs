//! From a judged landing to its statement.

use std::collections::{BTreeMap, BTreeSet};

use super::accounts::accounts;
use super::history::{Judged, Policy};
use super::{
    Approval, Approvals, Hands, Outcome, PolicyRef, Pull, Requirement, Review, Statement,
    UnitReview,
};
use crate::document::{CanonicalError, Digest};
use crate::governance::facts::{self, Account, Facts, PullRequest, ReviewState};
use crate::governance::people::{People, contributors};
use crate::governance::rules::Rules;
use crate::governance::teams::Teams;
use crate::governance::{Evaluation, Reason, UnitEvaluation};

/// Where in a chain a statement stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Digest of the statement before.
    pub(super) previous: Option<Digest>,
    /// Digest of the statement it takes the place of.
    pub(super) revises: Option<Digest>,
    /// Whether the chain has the policy already.
    pub(super) knows_policy: bool,
}

/// The statement about a landing; none where it could not be judged.
pub(super) fn statement(
    judged: &Judged<'_>,
    place: Place,
) -> Result<Option<Statement>, CanonicalError> {
    let (facts, evaluation) = (&judged.record.facts, &judged.evaluation);
    let Some(Policy { document, rules }) = judged.policy.as_deref() else {
        return Ok(None);
    };
    let pull = evaluation
        .pull_request
        .and_then(|number| facts.prs.iter().find(|pull| pull.number == number));
    let exception = evaluation.exception.as_ref().and_then(|id| {
        facts
            .exceptions
            .iter()
            .find(|exception| exception.id == *id)
    });
    let contributors = hands(pull, facts, rules);
    let mut documents = judged.record.subjects.clone();
    documents.sort();
    Ok(Some(Statement::new(Review {
        previous: place.previous,
        revises: place.revises,
        repository: rules.repository.clone(),
        landing: facts.landing.clone(),
        pull_request: pull.map(summary),
        accounts: accounts(facts, rules, &contributors.accounts, exception),
        contributors,
        teams: teams(evaluation, facts, rules),
        units: units(evaluation, facts),
        approvals: approvals(evaluation, facts),
        exception: exception.cloned(),
        policy: PolicyRef {
            id: document.metadata.id.clone(),
            version: document
                .metadata
                .version
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            digest: document.digest(),
            document: (!place.knows_policy).then(|| document.value().clone()),
        },
        documents,
        evaluation: Outcome {
            verdict: evaluation.verdict,
            reasons: evaluation.reasons.clone(),
            at: facts.now,
            facts: Digest::of_canonical(facts)?,
        },
    })))
}

fn summary(pull: &PullRequest) -> Pull {
    Pull {
        number: pull.number,
        author: pull.author,
        head: pull.head_sha.clone(),
        merged_at: pull.merged_at,
        merged_by: pull.merged_by,
    }
}

fn hands(pull: Option<&PullRequest>, facts: &Facts, rules: &Rules) -> Hands {
    let people = People::new(rules, facts);
    let found = pull.map(|pull| contributors(pull, &people, rules));
    let found = found.unwrap_or_default();
    Hands {
        accounts: found.accounts,
        unknown: found.has_unknown,
    }
}

/// The members of every team that had to give something, be it an exception. A team that nobody knows the members of is not
/// among them.
fn teams(
    evaluation: &Evaluation,
    facts: &Facts,
    rules: &Rules,
) -> BTreeMap<String, BTreeSet<Account>> {
    let teams = Teams::new(rules, facts);
    let demanded = evaluation.units.iter().flat_map(|unit| unit.teams.keys());
    let glass = rules
        .break_glass
        .iter()
        .filter(|_| evaluation.exception.is_some());
    let grantors = glass.flat_map(|glass| glass.approvers.keys().map(|team| team.as_str()));
    let names = demanded.map(String::as_str).chain(grantors);
    names
        .filter_map(|name| Some((name.to_owned(), teams.members(&name.into())?.clone())))
        .collect()
}

fn units(evaluation: &Evaluation, facts: &Facts) -> Vec<UnitReview> {
    let by_path: BTreeMap<&str, &UnitEvaluation> = evaluation
        .units
        .iter()
        .map(|unit| (unit.path.as_str(), unit))
        .collect();
    facts
        .units
        .iter()
        .map(|change| {
            let unit = by_path.get(change.path.as_str());
            UnitReview {
                change: change.clone(),
                requires: unit.and_then(|unit| requirement(unit)),
                counted: unit
                    .map(|unit| unit.counted.keys().copied().collect())
                    .unwrap_or_default(),
                refused: unit.map(|unit| unit.rejected.clone()).unwrap_or_default(),
                reasons: unit.map(|unit| unit.reasons.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

/// A unit that no row fits has no requirement: nothing is enough for it.
fn requirement(unit: &UnitEvaluation) -> Option<Requirement> {
    let has_row = !unit.reasons.contains(&Reason::NoMatrixCell);
    has_row.then(|| Requirement {
        teams: unit
            .teams
            .iter()
            .map(|(team, needed)| (team.clone(), needed.needs))
            .collect(),
        min_distinct: unit.min_distinct,
        one_person_many_teams: unit.one_person_many_teams,
    })
}

fn approvals(evaluation: &Evaluation, facts: &Facts) -> Approvals {
    let by_id: BTreeMap<u64, &facts::Review> = facts
        .reviews
        .iter()
        .map(|review| (review.id, review))
        .collect();
    let counted: BTreeSet<u64> = evaluation
        .units
        .iter()
        .flat_map(|unit| unit.counted.keys().copied())
        .collect();
    let said = |id: u64, reason| {
        let review = by_id.get(&id)?;
        Some(approval(review, reason, facts))
    };
    let objections = facts.reviews.iter();
    let mut objections: Vec<Approval> = objections
        .filter(|review| review.state == ReviewState::ChangesRequested)
        .map(|review| approval(review, None, facts))
        .collect();
    objections.sort_by_key(|objection| objection.review);
    Approvals {
        counted: counted
            .into_iter()
            .filter_map(|id| said(id, None))
            .collect(),
        refused: evaluation
            .rejected
            .iter()
            .filter_map(|rejected| said(rejected.review, Some(rejected.reason)))
            .collect(),
        objections,
    }
}

fn approval(review: &facts::Review, reason: Option<Reason>, facts: &Facts) -> Approval {
    let witness = review.witness.as_ref();
    let witnessed = witness.filter(|witness| witness.signature_ok);
    let login = review.user.and_then(|id| facts.users.get(&id));
    Approval {
        review: review.id,
        account: review.user,
        login: login.map(|user| user.login.clone()),
        commit: witnessed
            .map(|witness| witness.head.clone())
            .or_else(|| review.commit_id.clone()),
        submitted_at: review.submitted_at,
        reason,
    }
}
