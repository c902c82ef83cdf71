//! M008: a runbook that failed and was not tried again.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Fixture, Runbook};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";
const FIXTURE: &str = "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M008",
    name: "unchanged-after-failure",
    severity: Severity::Warning,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::Repository,
    summary: "A runbook that could not end an incident has a fixture of that incident.",
    why: "It was run, it did not help, and nothing says that it would do better now. The next run fails the same way.",
    remedy: "Replay the incident as a fixture of the runbook and name the postmortem as its `source`.",
    bad: &[Example::edits(&[Change::edit(
        POSTMORTEM,
        "automation: {involved: false}",
        "automation: {involved: true, runbook: «error-rate-after-deploy», outcome: escalated}",
    )])],
    good: &[Example::edits(&[
        Change::edit(
            POSTMORTEM,
            "automation: {involved: false}",
            "automation: {involved: true, runbook: error-rate-after-deploy, outcome: escalated}",
        ),
        Change::edit(
            FIXTURE,
            "provenance: {origin: written}",
            "provenance: {origin: derived, source: 2026-03-14-null-currency, licence: Apache-2.0}",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    let Some(automation) = &postmortem.spec.automation else {
        return;
    };
    let helped = matches!(
        automation.outcome.as_deref(),
        None | Some("resolved" | "mitigated" | "dismissed")
    );
    let Some(id) = automation
        .runbook
        .as_ref()
        .filter(|_| automation.involved && !helped)
    else {
        return;
    };
    let Some(runbook) = scope.repository.find::<Runbook>(id.as_str()) else {
        return;
    };
    let library = scope.repository.library();
    let own = postmortem.metadata.id.as_str();
    let replayed = library.fixtures_of(runbook.scope.id).iter().any(|id| {
        let fixture = library
            .entry(*id)
            .and_then(|entry| entry.document::<Fixture>());
        let source =
            fixture.and_then(|fixture| fixture.spec.provenance.as_ref()?.source.as_deref());
        source.is_some_and(|source| source.contains(own))
    });
    if !replayed {
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("spec").key("automation").key("runbook")),
            )
            .message(format!(
                "`{id}` was run and did not help, and none of its fixtures replays this incident"
            ))
            .label("not tried again")
            .related(runbook.scope.identity(), "the runbook")
            .help(format!(
                "add a fixture with `provenance: {{origin: derived, source: {own}, licence: …}}`"
            ));
    }
}
