//! B002: text from outside that decides what an action does.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Action, ParamType};
use crate::document::template::{Reference, Template};
use crate::lint::site::TemplateRole;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "B002",
    name: "injectable-parameter",
    severity: Severity::Error,
    locked: true,
    category: Category::Scope,
    needs: Needs::Repository,
    summary: "Text that reaches an action is confined to values somebody vetted.",
    why: "Alerts, change records and logs hold text that an attacker may have written. Where such text fills a parameter without pattern, list or catalogue behind it, the attacker chooses what the agent does.",
    remedy: "Give the parameter a `lookup`, an `enum` or a `pattern`; a parameter that is part of the target needs a `lookup` or an `enum` when it is filled from change records or facts.",
    bad: &[
        Example::edit(
            ACTION,
            "deployment: {type: string, lookup: services}",
            "deployment: «{type: string}»",
        ),
        Example::edits(&[
            Change::edit(
                ACTION,
                "deployment: {type: string, lookup: services}",
                "deployment: {type: string, pattern: \"^[a-z-]+$\"}",
            ),
            Change::edit(
                RUNBOOK,
                "deployment: \"{{ incident.service }}\"",
                "deployment: «\"{{ change.deploy.deployment }}\"»",
            ),
        ]),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "deployment: \"{{ incident.service }}\"",
        "deployment: checkout",
    )],
    check: Check::Document(check),
};

/// Facts of the incident that come from the caller and the catalogue, not from telemetry.
const TRUSTED: [&str; 5] = ["id", "service", "environment", "severity", "incident_class"];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if let Some(action) = scope.action() {
        free_text(scope, &action.spec, findings);
    }
    for call in scope.calls() {
        let Some(action) = scope.repository.find::<Action>(call.action.as_str()) else {
            continue;
        };
        let action = &action.document.spec;
        let target = action
            .target
            .as_deref()
            .and_then(|text| Template::parse(text).ok());
        let names_target = |name: &str| {
            target.iter().flat_map(Template::references).any(|reference| {
                matches!(reference.segments(), [root, param] if root == "params" && param == name)
            })
        };
        for site in scope
            .templates()
            .iter()
            .filter(|site| site.role == TemplateRole::StepArgument)
        {
            let Some((name, param)) = action
                .params
                .iter()
                .find(|(name, _)| site.route == call.argument_route(name))
            else {
                continue;
            };
            let vetted = param.kind != ParamType::String
                || param.lookup.is_some()
                || !param.one_of.is_empty();
            if vetted || !names_target(name) || !action.effect.changes_the_world() {
                continue;
            }
            if let Some(reference) = site
                .template()
                .and_then(|template| template.references().find(|reference| untrusted(reference)))
            {
                findings
                    .report(&RULE, scope.value(site.route.clone()))
                    .message(format!(
                        "`{}` decides what `{}` acts on, and nobody vetted its values",
                        reference.segments().join("."),
                        call.action
                    ))
                    .label("chosen by text from outside")
                    .help(format!(
                        "give the parameter `{name}` of `{}` a `lookup` or an `enum`",
                        call.action
                    ));
            }
        }
    }
}

fn untrusted(reference: &Reference) -> bool {
    match reference.segments() {
        [root, ..] if root == "change" => true,
        [root, fact, ..] if root == "incident" => !TRUSTED.contains(&fact.as_str()),
        _ => false,
    }
}

// A reading or notifying action too: what is typed into it goes to a system or to a human unread.
fn free_text(scope: &DocumentScope<'_>, action: &Action, findings: &mut Findings) {
    for (name, param) in &action.params {
        if !param.is_constrained() {
            findings
                .report(
                    &RULE,
                    scope.value(Route::root().key("spec").key("params").key(name.as_str())),
                )
                .message(format!("the parameter `{name}` takes any text"))
                .label("free text")
                .help("give it a `lookup`, an `enum` or a `pattern`");
        }
    }
}
