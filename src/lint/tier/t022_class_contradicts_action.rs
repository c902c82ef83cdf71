//! T022: a reversibility class that the rest of the action contradicts.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::ReversibilityClass;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T022",
    name: "class-contradicts-action",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "The reversibility class fits the effect, and an undo is written only where the class needs one.",
    why: "The class decides whether an undo is captured and armed. A write that calls itself `none_needed`, or an action with an \
          inverse that calls itself `ephemeral`, runs with no way back although its author thought of one; a read that has a \
          class of its own is a write that calls itself a read.",
    remedy: "Use `none_needed` for what reads or notifies and for nothing else, and the class that the undo belongs to: \
             `reversible` (inverse), `compensable` (compensation), `self_reverting` (time limit).",
    bad: &[
        Example::edit(ACTION, "{class: irreversible}", "{class: «none_needed»}"),
        Example::edits(&[
            Change::edit(ACTION, "effect: write", "effect: read"),
            Change::edit(ACTION, ", \"apps/deployments:patch\"]", "]"),
            Change::edit(ACTION, "{class: irreversible}", "{class: «irreversible»}"),
        ]),
        Example::edit(
            ACTION,
            "{class: irreversible}",
            "{class: «ephemeral», time_limit: 1h}",
        ),
    ],
    good: &[Example::edit(
        ACTION,
        "{class: irreversible}",
        "{class: ephemeral}",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let effect = action.spec.effect;
    let undo = &action.spec.reversibility;
    let spec = Route::root().key("spec");
    let route = spec.clone().key("reversibility");
    let class = scope.value(route.clone().key("class"));
    let is_none = undo.class == ReversibilityClass::NoneNeeded;
    if is_none == effect.changes_the_world() {
        let (message, help) = if is_none {
            (
                "the action changes the world, and its class says that there is nothing to undo",
                "choose the class that is true, or the effect `read` if it changes nothing",
            )
        } else {
            (
                "the action is said to change nothing, and its class says that there is something to undo",
                "write `class: none_needed`, or the effect that is true",
            )
        };
        findings
            .report(&RULE, class)
            .message(message)
            .label("does not fit the effect")
            .related(scope.value(spec.key("effect")), "the effect")
            .help(help);
        return;
    }
    if undo.class > ReversibilityClass::Ephemeral {
        return;
    }
    let written = [
        ("inverse", undo.inverse.is_some()),
        ("compensation", undo.compensation.is_some()),
        ("snapshot", !undo.snapshot.is_empty()),
        ("time_limit", undo.time_limit.is_some()),
    ];
    if let Some((key, _)) = written.into_iter().find(|(_, written)| *written) {
        findings
            .report(&RULE, class)
            .message(format!(
                "the class says that nothing has to be undone, so `{key}` is never used"
            ))
            .label("arms no undo")
            .related(scope.key(route.key(key)), "never used")
            .help("choose the class it belongs to, or remove it");
    }
}
