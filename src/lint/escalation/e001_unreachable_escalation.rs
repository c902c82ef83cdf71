//! E001: an escalation that leads nowhere.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::suggest;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E001",
    name: "unreachable-escalation",
    severity: Severity::Error,
    locked: true,
    category: Category::Escalation,
    needs: Needs::Repository,
    summary: "Every escalation leads to somebody: an on-call rotation or a team of the policy.",
    why: "When a runbook gives up, it hands over. A name that leads nowhere turns the handover into silence, at the moment in which a human is needed most.",
    remedy: "Name `service_oncall`, `owner_of_dependency` or a team of the policy, and give every service an on-call team that exists.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "escalate: {to: service_oncall",
            "escalate: {to: «nobody»",
        ),
        Example::edit(
            RUNBOOK,
            "then: incident-commanders",
            "then: «incident-commander»",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "escalate: {to: service_oncall",
        "escalate: {to: sre",
    )],
    check: Check::Document(check),
};

/// Targets that are resolved when a run escalates.
const RESOLVED: [&str; 2] = ["service_oncall", "owner_of_dependency"];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let Some(policy) = scope.repository.policy() else {
        return;
    };
    let spec = Route::root().key("spec");
    let teams = &policy.document.spec.teams;
    let mut named: Vec<(Route, &str)> = Vec::new();
    if let Some(escalate) = &runbook.spec.escalate {
        named.push((spec.clone().key("escalate").key("to"), &escalate.to));
        named.extend(
            escalate
                .then
                .as_deref()
                .map(|then| (spec.clone().key("escalate").key("then"), then)),
        );
    } else if policy
        .document
        .spec
        .defaults
        .as_ref()
        .is_none_or(|defaults| defaults.escalate.is_none())
    {
        findings
            .report(&RULE, scope.identity())
            .message("nobody is told when this runbook gives up")
            .label("has no `escalate`, and neither has the policy")
            .help("add `escalate: {to: service_oncall, ack_within: 5m}`");
    }
    for (index, row) in runbook.spec.decide.iter().enumerate() {
        if let Some(target) = &row.escalate {
            named.push((
                spec.clone().key("decide").index(index).key("escalate"),
                target,
            ));
        }
    }
    for (route, target) in named {
        if !RESOLVED.contains(&target) && !teams.contains_key(target) {
            let nearest = suggest::nearest(
                target,
                RESOLVED
                    .into_iter()
                    .chain(teams.keys().map(|team| team.as_str())),
            );
            findings
                .report(&RULE, scope.value(route.clone()))
                .message(format!(
                    "`{target}` is neither a team of the policy nor a target that can be resolved"
                ))
                .label("leads nowhere")
                .did_you_mean(
                    scope,
                    &Spelled::Value(route),
                    nearest,
                    "name `service_oncall`, `owner_of_dependency` or a team",
                );
        }
    }
}
