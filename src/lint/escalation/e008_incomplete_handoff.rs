//! E008: a handoff that leaves out what a human needs first.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POLICY: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E008",
    name: "incomplete-handoff",
    severity: Severity::Error,
    locked: false,
    category: Category::Escalation,
    needs: Needs::Repository,
    summary: "The handoff holds a summary, the evidence, the actions taken, the armed undo and the next step.",
    why: "Whoever is woken up has to know in seconds what is broken, what was seen, what was already done and how to take it back. What is not handed over is found out again, or done again.",
    remedy: "Add the field to `defaults.handoff` of the policy.",
    bad: &[Example::edit(
        POLICY,
        "handoff: [summary, evidence, actions_taken, armed_undo, next_step]",
        "handoff: «[summary, evidence, actions_taken, next_step]»",
    )],
    good: &[Example::edit(
        POLICY,
        "handoff: [summary, evidence, actions_taken, armed_undo, next_step]",
        "handoff: [next_step, summary, armed_undo, evidence, actions_taken]",
    )],
    check: Check::Document(check),
};

/// What every handoff has to hold.
const NEEDED: [&str; 5] = [
    "summary",
    "evidence",
    "actions_taken",
    "armed_undo",
    "next_step",
];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(policy) = scope.governance().map(|document| &document.spec) else {
        return;
    };
    let given = policy
        .defaults
        .as_ref()
        .map(|defaults| defaults.handoff.as_slice());
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|field| !given.unwrap_or_default().iter().any(|given| given == field))
        .collect();
    if !missing.is_empty() {
        let handoff = Route::root().key("spec").key("defaults").key("handoff");
        let fields: Vec<NewValue> = missing.iter().copied().map(NewValue::text).collect();
        findings
            .report(&RULE, scope.value(handoff.clone()))
            .message(format!("the handoff leaves out {}", missing.join(", ")))
            .label("incomplete")
            .help(format!("add {}", missing.join(", ")))
            .fix_if(
                format!("add {}", missing.join(", ")),
                Applicability::Safe,
                scope.edits(|editor| match given {
                    Some([_, ..]) => editor.append(&handoff, &fields),
                    _ => editor.set(&handoff, &NewValue::List(fields)),
                }),
            );
    }
}
