//! R004: a name that is defined nowhere.

use crate::diagnostic::{Applicability, Severity};
use crate::document::condition::Condition;
use crate::document::suggest;
use crate::document::template::{Reference, Template};
use crate::lint::correction::respelled;
use crate::lint::site::TemplateRole;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R004",
    name: "undefined-name",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::File,
    summary: "A condition names checks of its document, and a template names values that are there.",
    why: "An undefined name makes a condition that can never be decided, or an argument that can never be filled. The step it belongs to never runs.",
    remedy: "Define the check, or correct the name.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "when: err_high and recent_deploy",
            "when: «err_hi» and recent_deploy",
        ),
        Example::edit(
            RUNBOOK,
            "deployment: \"{{ incident.service }}\"",
            "deployment: \"{{ «incidents.service» }}\"",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "when: err_high and recent_deploy",
        "when: err_high and recent_deploy and not upstream_bad",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let checks: Vec<&str> = scope.checks().iter().filter_map(|site| site.name).collect();
    for site in scope.conditions() {
        for (name, range) in site.condition().into_iter().flat_map(Condition::names) {
            if !checks.contains(&name.as_str()) {
                let nearest = suggest::nearest(name.as_str(), checks.iter().copied());
                findings
                    .report(&RULE, scope.text(site.route.clone(), range.clone()))
                    .message(format!("there is no check `{name}` here"))
                    .label("undefined")
                    .did_you_mean(
                        scope,
                        &Spelled::Text(site.route.clone(), range),
                        nearest,
                        "define it under `checks`",
                    );
            }
        }
    }
    let action = scope.action();
    let params: Vec<&str> = match (action, scope.query()) {
        (Some(action), _) => action.spec.params.keys().map(String::as_str).collect(),
        (None, Some(query)) => query.spec.params.keys().map(String::as_str).collect(),
        (None, None) => Vec::new(),
    };
    for site in scope.templates() {
        for reference in site.template().into_iter().flat_map(Template::references) {
            if let Err(help) = defined(site.role, reference, &params) {
                let place = Spelled::Text(site.route.clone(), reference.span.clone());
                let name = meant(site.role, reference, &params).unwrap_or_default();
                findings
                    .report(
                        &RULE,
                        scope.text(site.route.clone(), reference.span.clone()),
                    )
                    .message(format!(
                        "`{}` is not defined here",
                        reference.segments().join(".")
                    ))
                    .label("undefined")
                    .help(help)
                    .fix_if(
                        format!("write `{name}`"),
                        Applicability::Unsafe,
                        respelled(scope.entry, &place, &name),
                    );
            }
        }
    }
}

/// The name that looks most like one that is not defined; each part has to be near a known one.
fn meant(role: TemplateRole, reference: &Reference, params: &[&str]) -> Option<String> {
    let roots: &[&str] = match role {
        TemplateRole::QueryText => return near(reference.segments().first()?, params),
        TemplateRole::CheckArgument | TemplateRole::StepArgument => &["incident", "change"],
        TemplateRole::UndoArgument => &["params", "snapshot"],
        TemplateRole::Target => &["params"],
        TemplateRole::ActionCheckArgument | TemplateRole::SnapshotArgument => {
            &["params", "incident"]
        }
    };
    let (first, rest) = reference.segments().split_first()?;
    let mut parts = vec![near(first, roots)?];
    match (parts.first()?.as_str(), rest) {
        ("params", [name]) => parts.push(near(name, params)?),
        ("params", _) => return None,
        _ => parts.extend(rest.iter().cloned()),
    }
    Some(parts.join("."))
}

fn near(name: &str, known: &[&str]) -> Option<String> {
    if known.contains(&name) {
        return Some(name.to_owned());
    }
    suggest::nearest(name, known.iter().copied()).map(str::to_owned)
}

/// Whether a name can be filled in, and what can be when it cannot. Facts of incidents and of changes are not known
/// before an incident happens.
fn defined(role: TemplateRole, reference: &Reference, params: &[&str]) -> Result<(), String> {
    let segments: Vec<&str> = reference.segments().iter().map(String::as_str).collect();
    let known = |name: &str| params.contains(&name);
    let fine = match (role, segments.as_slice()) {
        (TemplateRole::QueryText, [name]) => known(name),
        (TemplateRole::QueryText, _) => false,
        (
            TemplateRole::CheckArgument | TemplateRole::StepArgument,
            ["incident", _] | ["change", _, _],
        ) => true,
        (TemplateRole::ActionCheckArgument | TemplateRole::SnapshotArgument, ["incident", _]) => {
            true
        }
        (
            TemplateRole::ActionCheckArgument
            | TemplateRole::SnapshotArgument
            | TemplateRole::Target
            | TemplateRole::UndoArgument,
            ["params", name],
        ) => known(name),
        // What an undo can be derived from, and which fields are captured, is the business of T009 and T010.
        (TemplateRole::UndoArgument, [root, ..]) if *root != "params" => true,
        _ => false,
    };
    if fine {
        return Ok(());
    }
    Err(match role {
        TemplateRole::QueryText => format!("parameters of this query: {}", params.join(", ")),
        TemplateRole::CheckArgument | TemplateRole::StepArgument => {
            "use `incident.NAME` or `change.TYPE.NAME`".to_owned()
        }
        TemplateRole::UndoArgument => "use `params.NAME` or `snapshot.NAME`".to_owned(),
        TemplateRole::Target => "use `params.NAME`".to_owned(),
        TemplateRole::ActionCheckArgument | TemplateRole::SnapshotArgument => {
            "use `params.NAME` or `incident.NAME`".to_owned()
        }
    })
}
