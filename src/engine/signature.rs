//! Scoring signatures: score, ceiling, verdict, and why (`docs/format.md`, "Signatures").

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::check::{Bound, CheckResult};
use super::evidence::EvidenceStore;
use super::incident::Incident;
use super::moment::since;
use super::prepared::{PreparedNegation, PreparedSignature};
use crate::document::id::{CheckName, SignatureId};
use crate::document::logic::Truth;
use crate::document::model::Signal;

/// What a signature says about an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is not this failure.
    NoMatch,
    /// It may be.
    Ambiguous,
    /// It is.
    Match,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::NoMatch => "no_match",
            Self::Ambiguous => "ambiguous",
            Self::Match => "match",
        })
    }
}

/// The part a condition plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It must hold.
    Require,
    /// It adds to the score.
    Support,
    /// It rules the signature out.
    Exclude,
    /// It must not have happened around an anchor; named after the anchor.
    Negate,
}

/// A condition and what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionResult {
    /// The part it plays.
    pub role: Role,
    /// Its name.
    pub name: CheckName,
    /// The kind of evidence it looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
    /// What it found.
    #[serde(flatten)]
    pub result: CheckResult,
}

/// A scored signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignatureResult {
    /// Which.
    pub id: SignatureId,
    /// What it says.
    pub verdict: Verdict,
    /// Weight of what holds, as a share of what could.
    pub score: f64,
    /// The score if everything inconclusive held.
    pub ceiling: f64,
    /// Whether it is stable; others are recorded and never acted on.
    pub stable: bool,
    /// Whether it leads to a runbook that covers the incident, or nowhere; others are looked at only
    /// when none of these fits.
    pub in_scope: bool,
    /// Whether the required conditions began to hold in order and within the window.
    pub order: Truth,
    /// Every condition, required ones first.
    pub conditions: Vec<ConditionResult>,
    /// What decided the verdict.
    pub why: String,
}

impl SignatureResult {
    /// Number of required conditions.
    pub(crate) fn required(&self) -> usize {
        self.of(Role::Require).count()
    }

    /// The conditions of one role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &ConditionResult> {
        self.conditions.iter().filter(move |c| c.role == role)
    }

    /// The exclusion or supporting condition called `name`.
    pub(crate) fn discriminator(&self, name: &CheckName) -> Option<&ConditionResult> {
        self.conditions
            .iter()
            .find(|c| matches!(c.role, Role::Support | Role::Exclude) && c.name == *name)
    }
}

/// A signature with its questions, in the order of [`PreparedSignature::checks`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct BoundSignature(pub(crate) Vec<Bound>);

/// What scoring reads.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) evidence: &'a EvidenceStore,
    pub(crate) incident: &'a Incident,
    pub(crate) now: Timestamp,
}

/// The moments around which negations look, once the required conditions are known: the time each
/// negation covers, or `None` while its anchor does not hold.
pub(crate) fn negation_windows(
    signature: &PreparedSignature,
    bound: &BoundSignature,
    facts: Facts<'_>,
) -> Vec<Option<(Timestamp, Timestamp)>> {
    if signature.negate.is_empty() {
        return Vec::new();
    }
    let began: BTreeMap<&CheckName, Option<Timestamp>> = signature
        .require
        .iter()
        .zip(&bound.0)
        .map(|((name, check), bound)| {
            let result = check.evaluate(bound, facts.evidence, facts.incident, facts.now);
            (name, result.began_at)
        })
        .collect();
    signature
        .negate
        .iter()
        .map(|negation| {
            let anchor = began.get(&negation.anchor).copied().flatten()?;
            Some(negation.covers(anchor, began.values().copied().flatten()))
        })
        .collect()
}

/// Scores a signature on the evidence there is.
pub(crate) fn score(
    signature: &PreparedSignature,
    bound: &BoundSignature,
    facts: Facts<'_>,
    in_scope: bool,
) -> SignatureResult {
    let mut bounds = bound.0.iter();
    let unasked = Bound::Impossible("not asked".to_owned());
    let mut result = |role, name: &CheckName, check: &super::check::PreparedCheck| {
        let bound = bounds.next().unwrap_or(&unasked);
        ConditionResult {
            role,
            name: name.clone(),
            signal: check.signal(),
            result: check.evaluate(bound, facts.evidence, facts.incident, facts.now),
        }
    };
    let mut conditions: Vec<ConditionResult> = Vec::with_capacity(bound.0.len());
    for (name, check) in &signature.require {
        conditions.push(result(Role::Require, name, check));
    }
    // The order of `PreparedSignature::checks`: required, excluding, supporting.
    for (name, check) in &signature.exclude {
        conditions.push(result(Role::Exclude, name, check));
    }
    let mut weights = Vec::with_capacity(signature.support.len());
    for (name, check, weight) in &signature.support {
        let found = result(Role::Support, name, check);
        weights.push((*weight, found.result.truth));
        conditions.push(found);
    }
    let order = order(signature, &conditions);
    for negation in &signature.negate {
        let bound = bound.0.get(conditions.len()).unwrap_or(&unasked);
        let result = negated(negation, bound, &conditions, facts);
        conditions.push(ConditionResult {
            role: Role::Negate,
            name: negation.anchor.clone(),
            signal: negation.check.signal(),
            result,
        });
    }
    let (score, ceiling) = scores(&conditions, &weights);
    let (verdict, why) = verdict(signature, &conditions, order.0, score, ceiling);
    SignatureResult {
        id: signature.id.clone(),
        verdict,
        score,
        ceiling,
        stable: signature.standing() == super::prepared::Standing::Stable,
        in_scope,
        order: order.0,
        conditions,
        why: why.unwrap_or(order.1),
    }
}

/// The result of a signature one of whose required conditions is known not to hold.
pub(crate) fn rejected(signature: &PreparedSignature, failed: ConditionResult) -> SignatureResult {
    SignatureResult {
        id: signature.id.clone(),
        verdict: Verdict::NoMatch,
        score: 0.0,
        ceiling: 0.0,
        stable: signature.standing() == super::prepared::Standing::Stable,
        in_scope: false,
        order: Truth::Inconclusive,
        why: format!("required `{}`: {}", failed.name, failed.result.why),
        conditions: vec![failed],
    }
}

fn truths(conditions: &[ConditionResult], role: Role) -> impl Iterator<Item = Truth> {
    conditions
        .iter()
        .filter(move |c| c.role == role)
        .map(|c| c.result.truth)
}

/// Score = (required + matched support) / (required + all support), where "required" is the number of
/// required conditions that hold; the ceiling takes every inconclusive condition as matched.
fn scores(conditions: &[ConditionResult], weights: &[(f64, Truth)]) -> (f64, f64) {
    let total: f64 = weights.iter().map(|(weight, _)| weight).sum();
    let share = |counts: fn(Truth) -> bool| {
        let required = truths(conditions, Role::Require)
            .filter(|t| counts(*t))
            .count() as f64;
        let matched: f64 = weights
            .iter()
            .filter(|(_, truth)| counts(*truth))
            .map(|(weight, _)| weight)
            .sum();
        let all = required + total;
        if all > 0.0 {
            (required + matched) / all
        } else {
            0.0
        }
    };
    (share(Truth::is_pass), share(|truth| !truth.is_fail()))
}

fn verdict(
    signature: &PreparedSignature,
    conditions: &[ConditionResult],
    order: Truth,
    score: f64,
    ceiling: f64,
) -> (Verdict, Option<String>) {
    let limits = signature.spec().score;
    let first = |role: Role, truth: Truth| {
        conditions
            .iter()
            .find(|c| c.role == role && c.result.truth == truth)
    };
    let say = |verdict, c: &ConditionResult, what: &str| {
        (
            verdict,
            Some(format!("{what} `{}`: {}", c.name, c.result.why)),
        )
    };
    if let Some(c) = first(Role::Require, Truth::Fail) {
        return say(Verdict::NoMatch, c, "required");
    }
    if let Some(c) = first(Role::Exclude, Truth::Pass) {
        return say(Verdict::NoMatch, c, "excluded by");
    }
    if let Some(c) = first(Role::Negate, Truth::Pass) {
        return say(Verdict::NoMatch, c, "must not have happened around");
    }
    if ceiling < limits.ambiguous_at {
        let why = format!("the ceiling {ceiling:.2} is below {}", limits.ambiguous_at);
        return (Verdict::NoMatch, Some(why));
    }
    for (role, what) in [
        (Role::Require, "required but unknown:"),
        (Role::Exclude, "an exclusion is unknown:"),
        (Role::Negate, "a negation is unknown, around"),
    ] {
        if let Some(c) = first(role, Truth::Inconclusive) {
            return say(Verdict::Ambiguous, c, what);
        }
    }
    if !order.is_pass() {
        return (Verdict::Ambiguous, None);
    }
    if score < limits.match_at {
        let why = format!("the score {score:.2} is below {}", limits.match_at);
        return (Verdict::Ambiguous, Some(why));
    }
    let why = format!("score {score:.2}, needed {}", limits.match_at);
    (Verdict::Match, Some(why))
}

/// Whether the required conditions began to hold in the sequence and within the window.
fn order(signature: &PreparedSignature, conditions: &[ConditionResult]) -> (Truth, String) {
    let spec = signature.spec();
    let began: BTreeMap<&CheckName, Timestamp> = conditions
        .iter()
        .filter(|c| c.role == Role::Require)
        .filter_map(|c| Some((&c.name, c.result.began_at?)))
        .collect();
    for pair in spec.sequence.windows(2) {
        let [earlier, later] = pair else { continue };
        match (began.get(earlier), began.get(later)) {
            (Some(a), Some(b)) if a <= b => {}
            (Some(a), Some(b)) => {
                let why = format!("`{later}` began at {b}, before `{earlier}` at {a}");
                return (Truth::Fail, why);
            }
            _ => {
                let why = format!("when `{earlier}` or `{later}` began is not known");
                return (Truth::Inconclusive, why);
            }
        }
    }
    let Some(window) = spec.window.filter(|_| spec.require.len() > 1) else {
        return (Truth::Pass, String::new());
    };
    let unknown = spec.require.keys().find(|name| !began.contains_key(name));
    let (first, last) = (began.values().min(), began.values().max());
    match (unknown, first, last) {
        (None, Some(first), Some(last)) if since(*last, *first) <= window => {
            (Truth::Pass, String::new())
        }
        (_, Some(first), Some(last)) if since(*last, *first) > window => (
            Truth::Fail,
            format!(
                "the conditions began {} apart, not within {window}",
                since(*last, *first)
            ),
        ),
        _ => {
            let name = unknown.map(CheckName::as_str).unwrap_or_default();
            (
                Truth::Inconclusive,
                format!("when `{name}` began is not known"),
            )
        }
    }
}

/// Whether the event of a negation happened: `Pass` means that it did and the signature is out.
fn negated(
    negation: &PreparedNegation,
    bound: &Bound,
    conditions: &[ConditionResult],
    facts: Facts<'_>,
) -> CheckResult {
    let anchor = conditions
        .iter()
        .find(|c| c.role == Role::Require && c.name == negation.anchor)
        .and_then(|c| c.result.began_at);
    let Some(anchor) = anchor else {
        return CheckResult::unknown("when the anchor began is not known");
    };
    let required = conditions.iter().filter(|c| c.role == Role::Require);
    let (from, to) = negation.covers(anchor, required.filter_map(|c| c.result.began_at));
    let mut result =
        negation
            .check
            .happened(bound, facts.evidence, facts.incident, (from, to), facts.now);
    let seen_until = result.observed_at.unwrap_or(facts.now);
    if result.truth.is_fail() && seen_until < to {
        result.truth = Truth::Inconclusive;
        result.why = format!("not so far, but the time looked at ends at {to} only");
    }
    result
}

#[cfg(test)]
mod tests;
