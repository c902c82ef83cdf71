//! A009: autonomy that was not earned step by step.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::id::SignatureId;
use crate::document::model::{Mode, Signature};
use crate::lint::signature::standing::{Standing, gate};
use crate::lint::{Category, Change, ChangeScope, Check, Example, Findings, Found, Needs, Rule};

const POLICY: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A009",
    name: "stage-skipped",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::Git,
    summary: "Since the base of the change no service rose by more than one rollout stage, and no signature became stable without the fixtures promotion demands.",
    why: "Shadow shows what an agent would have done, advice shows what people make of it. A stage that is skipped is seen for the first time when it acts.",
    remedy: "Raise a service one stage at a time: off, shadow, advise, gated, auto. Keep a signature in `shadow` until its fixtures are there.",
    bad: &[
        Example::edits(&[
            Change::edit(
                POLICY,
                "version: 1.0.0, owner: sre, status: stable, review_by: 2027-06-01}\nspec:",
                "version: 2.0.0, owner: sre, status: stable, review_by: 2027-06-01}\nspec:",
            ),
            Change::edit(
                POLICY,
                "payments-gateway: shadow",
                "payments-gateway: «gated»",
            ),
        ]),
        Example::edits(&[
            Change::file(
                "runbooks/signatures/slow-poison/signature.yaml",
                "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: slow-poison, title: Errors without a release, version: 1.0.0, owner: sre, status: «stable»}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  window: 15m\n  require:\n    alerted: {alert: HighRequestErrorRate}\n    odd: {log: {contains: nil currency}, count: {at_least: 5, within: 5m}}\n  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 5%}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n  routes: [{runbook: error-rate-after-deploy}]\n",
            ),
            Change::file(
                "runbooks/signatures/slow-poison/fixtures/slow-poison-quiet.yaml",
                "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: slow-poison-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: slow-poison}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {slow-poison: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
            ),
        ]),
    ],
    good: &[Example::edits(&[
        Change::edit(POLICY, "version: 1.0.0, owner", "version: 2.0.0, owner"),
        Change::edit(
            POLICY,
            "payments-gateway: shadow",
            "payments-gateway: advise",
        ),
    ])],
    check: Check::Change(check),
};

fn check(scope: &ChangeScope<'_>, findings: &mut Findings) {
    rollout(scope, findings);
    let Some(gate) = gate(scope.head) else { return };
    for changed in scope.changed::<Signature>() {
        let stable = |found: Option<Found<'_, Signature>>| {
            found.is_some_and(|found| found.document.metadata.is_stable())
        };
        let Some(after) = changed.after else { continue };
        if stable(changed.before) || !stable(changed.after) {
            continue;
        }
        let id = SignatureId::from(after.document.metadata.id.as_str());
        let missing = Standing::of(&id, scope.head, |_| true).missing(gate);
        if !missing.is_empty() {
            findings
                .report(
                    &RULE,
                    after
                        .scope
                        .value(Route::root().key("metadata").key("status")),
                )
                .message(format!("becomes stable with {}", missing.join(", ")))
                .label("not earned yet")
                .help("set it to `shadow` until the fixtures are there");
        }
    }
}

fn rollout(scope: &ChangeScope<'_>, findings: &mut Findings) {
    let (Some(before), Some(after)) = (scope.base.policy(), scope.head.policy()) else {
        return;
    };
    for (service, mode) in &after.document.spec.rollout {
        // A service that is not named is in shadow.
        let old = before
            .document
            .spec
            .rollout
            .get(service)
            .copied()
            .unwrap_or(Mode::Shadow);
        let skipped = (*mode as u8).saturating_sub(old as u8);
        if skipped > 1 {
            findings
                .report(
                    &RULE,
                    after.scope.value(
                        Route::root()
                            .key("spec")
                            .key("rollout")
                            .key(service.as_str()),
                    ),
                )
                .message(format!("`{service}` rises from {old} to {mode} at once"))
                .label("skips a stage")
                .help("raise it one stage at a time: off, shadow, advise, gated, auto");
        }
    }
}
