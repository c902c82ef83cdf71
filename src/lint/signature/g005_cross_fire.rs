//! G005: two signatures that recognise the same incident.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{ExpectedVerdict, FixtureKind, Signature};
use crate::engine::signature::Verdict;
use crate::lint::{Category, Change, Check, Example, Findings, Needs, Rule, RunScope};

const INCIDENT: &str = "postmortems/2026-03-14-null-currency/fixtures/incident.yaml";
const ROLLS_BACK: &str = "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G005",
    name: "cross-fire",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::Fixtures,
    summary: "A positive fixture of one signature is matched by no other signature, unless the fixture says so.",
    why: "When two signatures claim one incident, which runbook starts depends on a score at the second decimal. Whoever wrote them should decide, not the noise.",
    remedy: "Add an exclusion to one of them, or expect the verdict in the fixture under `expect.signatures`.",
    bad: &[Example::edits(&[
        Change::file(
            "runbooks/signatures/slow-poison/signature.yaml",
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: slow-poison, title: Errors without a release, version: 1.0.0, owner: sre, status: shadow}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  window: 15m\n  require:\n    alerted: {alert: HighRequestErrorRate}\n    odd: {log: {contains: nil currency}, count: {at_least: 5, within: 5m}}\n  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 5%}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n  routes: [{runbook: error-rate-after-deploy}]\n",
        ),
        Change::file(
            "runbooks/signatures/slow-poison/fixtures/slow-poison-quiet.yaml",
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: slow-poison-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: slow-poison}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {slow-poison: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
        ),
        Change::edit(
            INCIDENT,
            "    signatures: {bad-deploy-5xx",
            "    signatures: {«bad-deploy-5xx»",
        ),
        Change::edit(
            ROLLS_BACK,
            "    signatures: {bad-deploy-5xx",
            "    signatures: {«bad-deploy-5xx»",
        ),
    ])],
    good: &[Example::edits(&[
        Change::file(
            "runbooks/signatures/slow-poison/signature.yaml",
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {id: slow-poison, title: Errors without a release, version: 1.0.0, owner: sre, status: shadow}\nspec:\n  incident_class: elevated-error-rate\n  correlate: [service, environment]\n  window: 15m\n  require:\n    alerted: {alert: HighRequestErrorRate}\n    odd: {log: {contains: nil currency}, count: {at_least: 5, within: 5m}}\n  exclude:\n    released: {change: deploy, within: 1h}\n  score: {match_at: 0.8, ambiguous_at: 0.5}\n  routes: [{runbook: error-rate-after-deploy}]\n",
        ),
        Change::file(
            "runbooks/signatures/slow-poison/fixtures/slow-poison-quiet.yaml",
            "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {id: slow-poison-quiet, title: Nothing is wrong}\nspec:\n  target: {signature: slow-poison}\n  kind: benign\n  provenance: {origin: written}\n  clock: {start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}\n  subject: {service: checkout, environment: production, severity: sev4}\n  alerts: [{name: SomethingElse, at: 2026-11-02T10:10:00Z}]\n  expect:\n    signatures: {slow-poison: no_match}\n    forbidden: [\"*\"]\n    outcome: escalated\n",
        ),
    ])],
    check: Check::Runs(check),
};

fn check(scope: &RunScope<'_>, findings: &mut Findings) {
    for run in &scope.runs.fixtures {
        let Some(document) = scope.head.document(run.fixture) else {
            continue;
        };
        let Some(fixture) = document.fixture() else {
            continue;
        };
        if fixture.spec.kind != FixtureKind::Positive {
            continue;
        }
        let expected = &fixture.spec.expect.signatures;
        let meant = expected
            .iter()
            .find(|(_, verdict)| **verdict == ExpectedVerdict::Match);
        let Some((meant, _)) = meant else { continue };
        let hits = run.verdicts.values();
        let undeclared = hits.filter(|result| {
            result.verdict == Verdict::Match && !expected.contains_key(&result.id)
        });
        for result in undeclared {
            let route = Route::root().key("spec").key("expect").key("signatures");
            let draft = findings
                .report(&RULE, document.key(route.key(meant.as_str())))
                .message(format!(
                    "the incident of `{meant}` is also matched by `{}` (score {:.2})",
                    result.id, result.score
                ))
                .label(format!("`{}` matches too", result.id))
                .help(format!(
                    "exclude it in one of the two, or expect `{}: match` here",
                    result.id
                ));
            if let Some(other) = scope.head.find::<Signature>(result.id.as_str()) {
                draft.related(
                    other.scope.identity(),
                    "matches although nobody said it should",
                );
            }
        }
    }
}
