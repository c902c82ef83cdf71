//! T009: an undo whose arguments cannot be known when it is armed.

use crate::diagnostic::Severity;
use crate::document::model::Params;
use crate::document::template::Reference;
use crate::lint::site::TemplateRole;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T009",
    name: "undo-not-derivable",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "The arguments of an undo come from the action's parameters and its snapshot, and are always known.",
    why: "The undo is filled in before the action runs, from `params` and `snapshot` and nothing else, and is carried out \
          exactly so, perhaps by a human hours later. A name that has no value then leaves an action nobody can take back.",
    remedy: "Use a required parameter of the action, capture what is missing in `snapshot`, or write the value out.",
    bad: &[
        Example::edit(
            ACTION,
            "to_revision: \"{{ snapshot.revision }}\"",
            "to_revision: \"{{ «change.deploy.previous_revision» }}\"",
        ),
        Example::edits(&[
            Change::edit(
                ACTION,
                "minimum: 1, maximum: 1000000}",
                "minimum: 1, maximum: 1000000, optional: true}",
            ),
            Change::edit(
                ACTION,
                "to_revision: \"{{ snapshot.revision }}\"",
                "to_revision: \"{{ «params.to_revision» }}\"",
            ),
        ]),
    ],
    good: &[Example::edit(
        ACTION,
        "to_revision: \"{{ snapshot.revision }}\"",
        "to_revision: \"{{ snapshot.revision | int }}\"",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let undo = scope
        .templates()
        .iter()
        .filter(|site| site.role == TemplateRole::UndoArgument);
    for site in undo {
        for reference in site
            .template()
            .into_iter()
            .flat_map(|template| template.references())
        {
            let Some((why, help)) = obstacle(reference, &action.spec.params) else {
                continue;
            };
            findings
                .report(
                    &RULE,
                    scope.text(site.route.clone(), reference.span.clone()),
                )
                .message(format!("the undo needs `{reference}`, {why}"))
                .label("not known when the undo is armed")
                .help(help);
        }
    }
}

/// Why a name may have no value when the undo is armed, and what to do. Names within `snapshot` have a rule of their
/// own (T010).
fn obstacle(reference: &Reference, params: &Params) -> Option<(String, String)> {
    match reference.segments() {
        [root, ..] if root == "snapshot" => None,
        [root, name, ..] if root == "params" => match params.get(name) {
            None => {
                let known: Vec<_> = params.keys().map(|name| format!("`{name}`")).collect();
                let help = if known.is_empty() {
                    "declare the parameter, or capture the value in `snapshot`".to_owned()
                } else {
                    format!("the action's parameters are {}", known.join(", "))
                };
                Some(("which is no parameter of this action".to_owned(), help))
            }
            Some(param) if param.optional && param.default.is_none() => Some((
                "a parameter that callers may leave out".to_owned(),
                format!("require `{name}`, give it a default, or capture the value in `snapshot`"),
            )),
            Some(_) => None,
        },
        _ => Some((
            "but only `params` and `snapshot` are known to it".to_owned(),
            "capture the value in `snapshot`, or pass it as a parameter".to_owned(),
        )),
    }
}
