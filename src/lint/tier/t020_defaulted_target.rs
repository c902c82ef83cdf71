//! T020: a default where a call has to say what it means.

use std::collections::BTreeSet;

use serde_json::Value;

use super::destructive::destructive_word;
use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::model::{Action, ParamSpec};
use crate::document::template::Template;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const NAMESPACE: &str = "    namespace: {type: string, lookup: namespaces}\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T020",
    name: "defaulted-target",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "A parameter that selects the target of a write, or makes it destructive, has no default.",
    why: "A caller that forgets such an argument should be refused. With a default it acts on a target nobody named, and \
          the mistake is seen when the wrong thing has been restarted. A default counts as destructive when `raise_tier` \
          lists it, or when it switches on a parameter called after a destructive operation, such as `force`.",
    remedy: "Take `default` out, so that every caller names the value.",
    bad: &[
        Example::edit(
            ACTION,
            NAMESPACE,
            "    namespace: {type: string, lookup: namespaces, default: «shop»}\n",
        ),
        Example::edit(
            ACTION,
            NAMESPACE,
            "    namespace: {type: string, lookup: namespaces}\n    force: {type: boolean, default: «true»}\n",
        ),
    ],
    good: &[Example::edits(&[Change::edit(
        ACTION,
        NAMESPACE,
        "    namespace: {type: string, lookup: namespaces}\n    force: {type: boolean, default: false}\n",
    )])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let spec = &action.spec;
    if !spec.effect.changes_the_world() {
        return;
    }
    let selecting = selecting(spec);
    let route = Route::root().key("spec");
    for (name, param) in &spec.params {
        let Some(default) = &param.default else {
            continue;
        };
        let (what, place) = if selecting.contains(name) {
            ("selects the target", route.clone().key("target"))
        } else if let Some(index) = raising(spec, name, default) {
            (
                "raises the tier",
                route.clone().key("raise_tier").index(index),
            )
        } else if destroys(name, param, default) {
            (
                "destroys",
                route.clone().key("params").key(name).key("type"),
            )
        } else {
            continue;
        };
        let at = route.clone().key("params").key(name).key("default");
        findings
            .report(&RULE, scope.value(at.clone()))
            .message(format!(
                "parameter `{name}` {what}, but a call that leaves it out gets {default}"
            ))
            .label("nobody has to say this")
            .related(scope.value(place), format!("`{name}` {what}"))
            .help(format!(
                "take the default out, so that callers have to name `{name}`"
            ))
            .fix_if(
                "take the default out",
                Applicability::Safe,
                is_always_given(scope, name)
                    .then(|| scope.edits(|editor| editor.remove(&at)))
                    .flatten(),
            );
    }
}

/// Whether every call of the action names the parameter, so that none relies on the default.
fn is_always_given(scope: &DocumentScope<'_>, name: &str) -> bool {
    let library = scope.repository.library();
    let users = library
        .references_to(scope.id)
        .map(|reference| reference.from);
    let users: BTreeSet<_> = users.collect();
    let documents = users
        .into_iter()
        .filter_map(|id| scope.repository.document(id));
    documents
        .flat_map(|document| document.calls())
        .filter(|call| Some(call.action.as_str()) == scope.entry.id())
        .all(|call| call.with.contains_key(name))
}

/// The parameters from which the target is made.
fn selecting(action: &Action) -> BTreeSet<String> {
    let template = action
        .target
        .as_ref()
        .and_then(|target| Template::parse(target).ok());
    let references = template.iter().flat_map(Template::references);
    references
        .filter_map(|reference| match reference.segments() {
            [root, name, ..] if root == "params" => Some(name.clone()),
            _ => None,
        })
        .collect()
}

/// The row of `raise_tier` that lists the default.
fn raising(action: &Action, name: &str, default: &Value) -> Option<usize> {
    let mut rows = action.raise_tier.iter();
    rows.position(|raise| raise.param == name && raise.values.contains(default))
}

fn destroys(name: &str, param: &ParamSpec, default: &Value) -> bool {
    let is_off = *default == Value::Bool(false) || default.as_f64() == Some(0.0);
    !is_off && !param.is_required() && destructive_word(name).is_some()
}
