//! B006: a step that touches what must not be touched.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::id::ServiceId;
use crate::document::model::Action;
use crate::document::template::Template;
use crate::engine::arguments::DoNotTouch;
use crate::lint::site::CallSite;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B006",
    name: "forbidden-target",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::Repository,
    summary: "A runbook that writes names what it never touches, and no step touches that.",
    why: "`do_not_touch` is the fence around databases, control planes and money. A runbook without a fence, or with a step that climbs it, is one template away from an outage.",
    remedy: "List what must never be touched under `scope.do_not_touch`, and keep the steps away from it.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "do_not_touch: [\"statefulset/**\", \"*/kube-system/**\"]",
            "do_not_touch: [\"statefulset/**\", «\"deployment/shop/*\"»]",
        ),
        Example::edits(&[
            Change::edit(
                RUNBOOK,
                "    do_not_touch: [\"statefulset/**\", \"*/kube-system/**\"]\n",
                "",
            ),
            Change::edit(RUNBOOK, "  scope:\n", "  «scope»:\n"),
        ]),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "\"statefulset/**\"",
        "\"deployment/payments/*\"",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let route = Route::root().key("spec").key("scope");
    let forbidden = &runbook.spec.scope.do_not_touch;
    let mut writes = false;
    for call in scope.calls() {
        let Some(action) = scope.repository.find::<Action>(call.action.as_str()) else {
            continue;
        };
        if !action.document.spec.effect.changes_the_world() {
            continue;
        }
        writes = true;
        let Ok(fence) = DoNotTouch::new(forbidden) else {
            continue;
        };
        let targets = targets(&action.document.spec, call, &runbook.spec.scope.services);
        // A fence that keeps a step from some of the services in scope does what it is for; one that keeps it
        // from all of them contradicts the step.
        let hits: Vec<_> = targets
            .iter()
            .map_while(|target| Some((target, fence.covers(target)?)))
            .collect();
        let hit = hits
            .first()
            .copied()
            .filter(|_| hits.len() == targets.len());
        if let Some((target, pattern)) = hit {
            let index = forbidden
                .iter()
                .position(|known| known == pattern)
                .unwrap_or_default();
            findings
                .report(
                    &RULE,
                    scope.value(route.clone().key("do_not_touch").index(index)),
                )
                .message(format!(
                    "a step acts on `{target}` only, which must not be touched"
                ))
                .label("covers the step's target")
                .related(
                    scope.value(call.action_route()),
                    format!("acts on `{target}`"),
                )
                .help("change the step, or the pattern if it covers more than was meant");
        }
    }
    if writes && forbidden.is_empty() {
        findings
            .report(&RULE, scope.key(route.clone()))
            .message("the runbook writes, and nothing is out of its reach")
            .label("has no `do_not_touch`")
            .help("list what it must never touch, e.g. `do_not_touch: [\"statefulset/**\", \"*/kube-system/**\"]`")
            .fix_if(
                "put stateful sets and the cluster's own namespace out of its reach",
                Applicability::Unsafe,
                scope.edits(|editor| {
                    let patterns = ["statefulset/**", "*/kube-system/**"].map(NewValue::text);
                    let place = route.key("do_not_touch");
                    match scope.node(&place) {
                        Some(_) => editor.append(&place, &patterns),
                        None => editor.set(&place, &NewValue::List(patterns.into())),
                    }
                }),
            );
    }
}

/// Every target that the writes of a runbook can have; `None` when one is known in an incident only.
pub(crate) fn reach(scope: &DocumentScope<'_>) -> Option<Vec<String>> {
    let services = &scope.runbook()?.spec.scope.services;
    let mut all = Vec::new();
    for call in scope.calls() {
        let action = scope.repository.find::<Action>(call.action.as_str())?;
        let action = &action.document.spec;
        if action.effect.changes_the_world() {
            for target in rendered(action, call, services) {
                all.push(target?);
            }
        }
    }
    Some(all)
}

/// The targets a call can have, as far as they can be told before it is made.
fn targets(action: &Action, call: &CallSite<'_>, services: &[ServiceId]) -> Vec<String> {
    let mut found: Vec<_> = rendered(action, call, services)
        .into_iter()
        .flatten()
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The target of a call for every service in scope: literal arguments as they are, `incident.service` as that
/// service. A target with anything else in it is judged when it is known.
fn rendered(action: &Action, call: &CallSite<'_>, services: &[ServiceId]) -> Vec<Option<String>> {
    let template = action.target.as_deref();
    let Some(template) = template.and_then(|text| Template::parse(text).ok()) else {
        return vec![None];
    };
    let render = |service: &ServiceId| -> Option<String> {
        let context = json!({"incident": {"service": service.as_str()}});
        let params: BTreeMap<&String, Value> = call
            .with
            .iter()
            .filter_map(|(name, value)| {
                let value = match value.as_str() {
                    Some(text) => Template::parse(text).ok()?.render(&context).ok()?,
                    None => value.clone(),
                };
                Some((name, value))
            })
            .collect();
        let target = template.render(&json!({"params": params})).ok()?;
        target.as_str().map(str::to_owned)
    };
    services.iter().map(render).collect()
}
