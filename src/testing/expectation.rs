//! What had to come of a run, against what came of it.

use std::collections::BTreeMap;

use serde::Serialize;
use similar::TextDiff;

use crate::document::id::{ActionId, SignatureId};
use crate::document::model::{
    EscalationExpectation, Expect, ExpectedAction, ExpectedVerdict, Outcome,
};
use crate::engine::moment::since;
use crate::engine::signature::Verdict;
use crate::engine::trace::Trace;

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which: a route below `spec.expect`.
    pub expectation: String,
    /// What had to be.
    pub expected: String,
    /// What was.
    pub actual: String,
}

/// Compares a run with what was expected. `is_write` tells the actions that `*` forbids.
pub fn compare(
    expect: &Expect,
    trace: &Trace,
    is_write: &dyn Fn(&ActionId) -> bool,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differ = |expectation: &str, expected: String, actual: String| {
        if expected != actual {
            found.push(Difference {
                expectation: expectation.to_owned(),
                expected,
                actual,
            });
        }
    };
    for (id, verdict) in &expect.signatures {
        differ(
            &format!("signatures.{id}"),
            word(verdict),
            verdict_of(trace, id),
        );
    }
    let or_none = |found: Option<&str>| found.unwrap_or("none").to_owned();
    if let Some(runbook) = &expect.runbook {
        differ(
            "runbook",
            runbook.clone(),
            or_none(trace.runbook().map(|id| id.as_str())),
        );
    }
    if let Some(path) = &expect.path {
        differ(
            "path",
            path.clone(),
            or_none(trace.path().map(|id| id.as_str())),
        );
    }
    actions(&expect.actions, trace, &mut differ);
    let proposed: Vec<_> = trace.proposed().cloned().collect();
    if !expect.proposed.is_empty() || !proposed.is_empty() {
        differ("proposed", list(&expect.proposed), list(&proposed));
    }
    forbidden(expect, trace, is_write, &mut differ);
    if let Some(escalation) = &expect.escalation {
        escalated(escalation, trace, &mut differ);
    }
    if let Some(outcome) = expect.outcome {
        let ended = trace.ended().map(|ended| ended.outcome);
        let actual = ended.as_ref().map_or_else(
            || "the run had not ended when the clock did".to_owned(),
            Outcome::to_string,
        );
        differ("outcome", outcome.to_string(), actual);
    }
    found
}

/// The differences as a diff of two short documents, for a human.
pub(super) fn diff(differences: &[Difference]) -> String {
    let side = |of: fn(&Difference) -> &String| {
        differences
            .iter()
            .flat_map(|difference| {
                let mut lines = of(difference).lines();
                let first = format!(
                    "{}: {}\n",
                    difference.expectation,
                    lines.next().unwrap_or_default()
                );
                std::iter::once(first).chain(
                    lines
                        .map(|line| format!("    {line}\n"))
                        .collect::<Vec<_>>(),
                )
            })
            .collect::<String>()
    };
    let (expected, actual) = (side(|d| &d.expected), side(|d| &d.actual));
    let diff = TextDiff::from_lines(&expected, &actual);
    diff.iter_all_changes()
        .map(|change| format!("{}{}", change.tag(), change.value()))
        .collect()
}

type Differ<'a> = dyn FnMut(&str, String, String) + 'a;

fn actions(expected: &[ExpectedAction], trace: &Trace, differ: &mut Differ<'_>) {
    let executed: Vec<_> = trace.executed().collect();
    let lines = |texts: Vec<String>| {
        if texts.is_empty() {
            "none".to_owned()
        } else {
            texts.join("\n")
        }
    };
    let mut wanted = Vec::new();
    let mut got = Vec::new();
    for index in 0..expected.len().max(executed.len()) {
        let want = expected.get(index);
        if let Some(want) = want {
            wanted.push(described(want));
        }
        if let Some((call, mode)) = executed.get(index) {
            // What the fixture leaves open is not shown as a difference.
            let all = BTreeMap::new();
            let named = want.map_or(&all, |want| &want.with);
            got.push(described(&ExpectedAction {
                action: call.action.clone(),
                step: want
                    .is_none_or(|want| want.step.is_some())
                    .then(|| call.step.clone()),
                mode: want.is_none_or(|want| want.mode.is_some()).then_some(*mode),
                with: named
                    .keys()
                    .filter_map(|name| Some((name.clone(), call.arguments.get(name)?.clone())))
                    .collect(),
                undo: call.undo,
            }));
        }
    }
    differ("actions", lines(wanted), lines(got));
}

fn described(action: &ExpectedAction) -> String {
    let mut text = action.action.to_string();
    if let Some(step) = &action.step {
        text.push_str(&format!(", step {step}"));
    }
    if let Some(mode) = action.mode {
        text.push_str(&format!(", mode {mode}"));
    }
    for (name, value) in &action.with {
        text.push_str(&format!(", {name} {value}"));
    }
    if action.undo {
        text.push_str(", as undo");
    }
    text
}

fn forbidden(
    expect: &Expect,
    trace: &Trace,
    is_write: &dyn Fn(&ActionId) -> bool,
    differ: &mut Differ<'_>,
) {
    let touched = trace
        .executed()
        .map(|(call, _)| &call.action)
        .chain(trace.proposed());
    let mut wrong: Vec<_> = touched
        .filter(|action| {
            expect
                .forbidden
                .iter()
                .any(|name| **action == *name.as_str() || (name == "*" && is_write(action)))
        })
        .cloned()
        .collect();
    wrong.sort();
    wrong.dedup();
    differ(
        "forbidden",
        "none of them executed or proposed".to_owned(),
        if wrong.is_empty() {
            "none of them executed or proposed".to_owned()
        } else {
            list(&wrong)
        },
    );
}

fn escalated(expected: &EscalationExpectation, trace: &Trace, differ: &mut Differ<'_>) {
    let Some(handoff) = trace.handoff() else {
        differ(
            "escalation",
            format!("reason {}", expected.reason),
            "none".to_owned(),
        );
        return;
    };
    differ(
        "escalation.reason",
        expected.reason.clone(),
        handoff.reason.code().to_owned(),
    );
    if let Some(to) = &expected.to {
        let actual = if *to == handoff.target {
            &handoff.target
        } else {
            &handoff.to
        };
        differ("escalation.to", to.clone(), actual.clone());
    }
    let ended = trace.entries.last().map(|entry| entry.at);
    if let (Some(within), Some(ended)) = (expected.within, ended) {
        let took = since(ended, trace.inputs.begun);
        if took > within {
            differ("escalation.within", within.to_string(), took.to_string());
        }
    }
}

pub(super) fn verdict_of(trace: &Trace, id: &SignatureId) -> String {
    let found = trace
        .candidates()
        .iter()
        .find(|candidate| candidate.id == *id);
    found.map_or_else(
        || "not evaluated".to_owned(),
        |candidate| match candidate.verdict {
            Verdict::Match => word(&ExpectedVerdict::Match),
            Verdict::Ambiguous => word(&ExpectedVerdict::Ambiguous),
            Verdict::NoMatch => word(&ExpectedVerdict::NoMatch),
        },
    )
}

fn word(verdict: &ExpectedVerdict) -> String {
    match verdict {
        ExpectedVerdict::Match => "match",
        ExpectedVerdict::Ambiguous => "ambiguous",
        ExpectedVerdict::NoMatch => "no_match",
    }
    .to_owned()
}

fn list(actions: &[ActionId]) -> String {
    match actions {
        [] => "none".to_owned(),
        _ => actions
            .iter()
            .map(ActionId::as_str)
            .collect::<Vec<_>>()
            .join(", "),
    }
}
