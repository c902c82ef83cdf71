//! E006: an escalation with one chance.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E006",
    name: "nobody-second-in-line",
    severity: Severity::Warning,
    locked: false,
    category: Category::Escalation,
    needs: Needs::File,
    summary: "An escalation says how long the first has to answer and who is next.",
    why: "The one person on call sleeps, travels, or is already busy with the same incident. Without a second in line the handoff ends in a queue.",
    remedy: "Add `ack_within` and `then`.",
    bad: &[Example::edit(
        RUNBOOK,
        "escalate: {to: service_oncall, ack_within: 5m, then: incident-commanders, page: true}",
        "escalate: «{to: service_oncall, page: true}»",
    )],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let route = Route::root().key("spec");
    let escalations = [
        scope
            .runbook()
            .and_then(|document| document.spec.escalate.as_ref())
            .map(|escalate| (escalate, route.clone().key("escalate"))),
        scope
            .governance()
            .and_then(|document| document.spec.defaults.as_ref())
            .and_then(|defaults| defaults.escalate.as_ref())
            .map(|escalate| (escalate, route.key("defaults").key("escalate"))),
    ];
    for (escalate, route) in escalations.into_iter().flatten() {
        let missing: Vec<&str> = [
            ("ack_within", escalate.ack_within.is_none()),
            ("then", escalate.then.is_none()),
        ]
        .into_iter()
        .filter_map(|(key, missing)| missing.then_some(key))
        .collect();
        if !missing.is_empty() {
            findings
                .report(&RULE, scope.value(route))
                .message(format!(
                    "when nobody answers, nothing happens: {} missing",
                    listed(&missing)
                ))
                .label("one chance")
                .help("add e.g. `ack_within: 5m, then: incident-commanders`");
        }
    }
}

fn listed(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let verb = if keys.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", quoted.join(" and "))
}
