//! G002: conditions that nothing ties together.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G002",
    name: "uncorrelated-conditions",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::File,
    summary: "A signature requires something, and several conditions share a window and correlation keys.",
    why: "Without a window a release of the morning and an error rate of the evening make a match; without keys the release of \
          one service and the errors of another do.",
    remedy: "Add `window` and `correlate: [service, environment]`, and at least one required condition.",
    bad: &[
        Example::edit(SIGNATURE, "  window: 15m\n  require:\n", "  «require»:\n"),
        Example::edit(
            SIGNATURE,
            "  correlate: [service, environment]\n  window: 15m\n  require:\n",
            "  window: 15m\n  «require»:\n",
        ),
        Example::edits(&[
            Change::edit(SIGNATURE, "status: stable", "status: draft"),
            Change::edit(
                SIGNATURE,
                "  require:\n    deploy: {change: deploy, within: 20m}\n    err: {query: http-error-ratio, at_least: 5%, for: 3m}\n  support:\n    panic: {log: {regex: \"panic: nil currency\"}, count: {at_least: 20, within: 5m}, weight: 1}\n  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 5%}\n  sequence: [deploy, err]\n  score: {match_at: 0.6, ambiguous_at: 0.4}\n  routes: [{runbook: error-rate-after-deploy, path: undo}]\n",
                "  «require: {}»\n  exclude:\n    upstream: {query: dependency-error-ratio, at_least: 5%}\n  score: {match_at: 0.6, ambiguous_at: 0.4}\n",
            ),
        ]),
    ],
    good: &[Example::edit(
        SIGNATURE,
        "correlate: [service, environment]",
        "correlate: [service]",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let require = Route::root().key("spec").key("require");
    if signature.require.is_empty() {
        findings
            .report(&RULE, scope.whole(require))
            .message("the signature requires nothing, so that it holds whatever happens")
            .label("nothing required")
            .help("add the conditions without which it was another incident");
        return;
    }
    // Negations and supporting conditions are tied to the required ones by the same keys.
    let conditions = signature.require.len() + signature.support.len();
    let mut missing = Vec::new();
    if signature.require.len() > 1 && signature.window.is_none() {
        missing.push(("window", "window: 15m", NewValue::text("15m")));
    }
    if conditions > 1 && signature.correlate.is_empty() {
        let keys = ["service", "environment"].map(NewValue::text);
        let keys = NewValue::List(keys.into());
        missing.push(("correlate", "correlate: [service, environment]", keys));
    }
    let spec = Route::root().key("spec");
    for (name, written, value) in missing {
        findings
            .report(&RULE, scope.key(require.clone()))
            .message(format!(
                "{conditions} conditions and no `{name}`: nothing says that they belong to one incident"
            ))
            .label("not tied together")
            .help(format!("add e.g. `{written}`"))
            .fix_if(
                format!("add `{written}`"),
                Applicability::Unsafe,
                scope.edits(|editor| editor.set(&spec.clone().key(name), &value)),
            );
    }
}
