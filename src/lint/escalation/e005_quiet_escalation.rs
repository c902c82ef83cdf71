//! E005: a severe incident that wakes nobody up.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E005",
    name: "quiet-escalation",
    severity: Severity::Warning,
    locked: false,
    category: Category::Escalation,
    needs: Needs::Repository,
    summary: "A runbook for a class whose severity wakes people up escalates with `page: true`.",
    why: "A severe incident that is handed over by a message waits until somebody reads messages.",
    remedy: "Add `page: true` to the runbook's `escalate` or to the policy's, or rate the class milder.",
    bad: &[Example::edit(
        RUNBOOK,
        "escalate: {to: service_oncall, ack_within: 5m, then: incident-commanders, page: true}",
        "escalate: «{to: service_oncall, ack_within: 5m, then: incident-commanders}»",
    )],
    good: &[Example::edits(&[
        Change::edit(RUNBOOK, ", page: true}", "}"),
        Change::edit(
            "runbooks/catalog/taxonomy/taxonomy.yaml",
            "severity: sev2",
            "severity: sev3",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook().map(|document| &document.spec) else {
        return;
    };
    let policy = scope.repository.policy();
    let defaults = policy.and_then(|policy| policy.document.spec.defaults.as_ref());
    let of_policy = defaults.and_then(|defaults| defaults.escalate.as_ref());
    let own = runbook.escalate.as_ref();
    // That nobody is told at all is E001's finding.
    if own.or(of_policy).is_none() {
        return;
    }
    // What the runbook leaves out is the policy's.
    let page = own.and_then(|own| own.page);
    let page = page.or_else(|| of_policy.and_then(|policy| policy.page));
    let Some(taxonomy) = scope.repository.taxonomy() else {
        return;
    };
    let class = taxonomy.document.spec.classes.get(&runbook.incident_class);
    let severities = &taxonomy.document.spec.severities;
    let pages = class
        .and_then(|class| class.severity.as_ref())
        .and_then(|id| severities.iter().find(|severity| severity.id == *id))
        .filter(|severity| severity.page);
    if let Some(severity) = pages
        && page != Some(true)
    {
        let place = match own {
            Some(_) => scope.value(Route::root().key("spec").key("escalate")),
            None => scope.identity(),
        };
        findings
            .report(&RULE, place)
            .message(format!(
                "`{}` is usually {}, which wakes people up, but this escalation does not",
                runbook.incident_class, severity.id
            ))
            .label("no `page: true`")
            .help("add `page: true`")
            .fix_if(
                "add `page: true`",
                Applicability::Unsafe,
                own.and_then(|_| {
                    let page = Route::root().key("spec").key("escalate").key("page");
                    let yes = NewValue::Literal("true".to_owned());
                    scope.edits(|editor| editor.set(&page, &yes))
                }),
            );
    }
}
