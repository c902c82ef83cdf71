//! T007: an action that says it can be undone and not how.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::ReversibilityClass;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const INVERSE: &str = "    inverse:
      action: k8s.rollout-undo
      with: {namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\", to_revision: \"{{ snapshot.revision }}\"}
";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T007",
    name: "undo-missing",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "A reversible action names its inverse, a compensable one its compensation.",
    why: "The undo is armed before an action runs. An undo that is promised and not written down cannot be armed, and the \
          run finds that out in the middle of an incident.",
    remedy: "Write `inverse` (exact) or `compensation` (approximate) with the call that undoes the action, or choose the \
             class that is true.",
    bad: &[Example::edits(&[
        Change::edit(ACTION, INVERSE, ""),
        Change::edit(ACTION, "class: reversible", "class: «reversible»"),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let reversibility = &action.spec.reversibility;
    let (class, key) = match reversibility.class {
        ReversibilityClass::Reversible if reversibility.inverse.is_none() => {
            ("reversible", "inverse")
        }
        ReversibilityClass::Compensable if reversibility.compensation.is_none() => {
            ("compensable", "compensation")
        }
        _ => return,
    };
    let route = Route::root().key("spec").key("reversibility").key("class");
    findings
        .report(&RULE, scope.value(route))
        .message(format!(
            "the action is called {class}, but names no `{key}`"
        ))
        .label("how?")
        .help(format!(
            "add `{key}: {{action: …, with: …}}`, or choose the class that is true"
        ));
}
