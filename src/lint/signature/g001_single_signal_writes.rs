//! G001: one kind of evidence that starts a write.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{
    Action, Check as Observation, CheckSource, Path, Query, Runbook, Signal, Signature,
};
use crate::lint::{
    Category, Change, Check, DocumentScope, Example, Findings, Needs, RepositoryScope, Rule,
};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const SEQUENCE: &str = "  sequence: [deploy, err]\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G001",
    name: "single-signal-writes",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::Repository,
    summary: "A signature that leads to a write needs evidence of at least two kinds.",
    why: "One kind of signal has one way of being wrong: an exporter that breaks, a dashboard that was relabelled, a log line \
          somebody else writes. Two kinds that agree are rarely wrong together.",
    remedy: "Require a second kind of signal, raise `match_at` so that a supporting one is needed, or route to a path that only reads.",
    bad: &[Example::edits(&[
        Change::edit(
            SIGNATURE,
            "deploy: {change: deploy, within: 20m}",
            "slow: {query: neighbour-error-ratio, at_least: 5%}",
        ),
        Change::edit(SIGNATURE, SEQUENCE, ""),
        Change::edit(
            SIGNATURE,
            "routes: [{runbook: error-rate-after-deploy, path: undo}]",
            "routes: [«{runbook: error-rate-after-deploy, path: undo}»]",
        ),
    ])],
    good: &[Example::edits(&[
        // Without the log lines the score is 2/3: `match_at: 0.8` demands them.
        Change::edit(
            SIGNATURE,
            "deploy: {change: deploy, within: 20m}",
            "slow: {query: neighbour-error-ratio, at_least: 5%}",
        ),
        Change::edit(SIGNATURE, SEQUENCE, ""),
        Change::edit(SIGNATURE, "match_at: 0.6", "match_at: 0.8"),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let known = |check: &Observation| match check.source() {
        Some(CheckSource::Query(id)) => scope.repository.find::<Query>(id.as_str()).is_some(),
        _ => true,
    };
    if !signature.require.values().all(known) {
        return;
    }
    let needed = needed(signature, scope.repository);
    if needed.len() > 1 {
        return;
    }
    for (index, route) in signature.routes.iter().enumerate() {
        let Some(runbook) = scope.repository.find::<Runbook>(route.runbook.as_str()) else {
            continue;
        };
        let mut paths = runbook.document.spec.paths.iter().filter(|(id, path)| {
            route.path.as_ref().is_none_or(|named| named == *id) && writes(path, scope.repository)
        });
        let Some((id, _)) = paths.next() else {
            continue;
        };
        let only = match needed.first() {
            Some(signal) => format!("only {} evidence", word(*signal)),
            None => "no evidence but facts of the incident".to_owned(),
        };
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("spec").key("routes").index(index)),
            )
            .message(format!(
                "a match needs {only}, and leads to the path `{id}`, which writes"
            ))
            .label("leads to a write")
            .related(
                scope.key(Route::root().key("spec").key("require")),
                "what a match needs",
            )
            .related(
                runbook
                    .scope
                    .key(Route::root().key("spec").key("paths").key(id.as_str())),
                "writes",
            )
            .help("require a second kind of signal, such as a change or log lines");
    }
}

/// The kinds of evidence without which there is no match: those required, and those of supporting conditions that
/// `match_at` cannot be reached without.
fn needed(signature: &Signature, repository: &RepositoryScope<'_>) -> BTreeSet<Signal> {
    let mut kinds: BTreeSet<Signal> = signature
        .require
        .values()
        .filter_map(|check| signal(check, repository))
        .collect();
    let total: f64 = signature.support.values().map(|one| one.weight).sum();
    let all = signature.require.len() as f64 + total;
    for one in signature.support.values() {
        // Rounding may not make a condition look needed that is not.
        if (all - one.weight) / all < signature.score.match_at - 1e-9 {
            kinds.extend(signal(&one.check, repository));
        }
    }
    kinds
}

fn signal(check: &Observation, repository: &RepositoryScope<'_>) -> Option<Signal> {
    Some(match check.source()? {
        CheckSource::Query(id) => repository.find::<Query>(id.as_str())?.document.spec.signal,
        CheckSource::Change(_) => Signal::Change,
        CheckSource::Log(_) => Signal::Log,
        CheckSource::Trace(_) => Signal::Trace,
        CheckSource::Alert(_) => Signal::Alert,
        CheckSource::Fact(_) => return None,
    })
}

fn writes(path: &Path, repository: &RepositoryScope<'_>) -> bool {
    path.steps.iter().any(|step| {
        let action = repository.find::<Action>(step.action.as_str());
        action.is_some_and(|action| action.document.spec.effect.changes_the_world())
    })
}

fn word(signal: Signal) -> &'static str {
    match signal {
        Signal::Metric => "metric",
        Signal::Log => "log",
        Signal::Trace => "trace",
        Signal::Change => "change",
        Signal::State => "state",
        Signal::Alert => "alert",
    }
}
