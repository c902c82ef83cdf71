//! T010: an undo that uses something nobody captures.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::suggest;
use crate::lint::correction::respelled;
use crate::lint::site::TemplateRole;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T010",
    name: "snapshot-never-captured",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::File,
    summary: "Everything an undo takes from `snapshot` is captured there.",
    why: "The snapshot is the only memory of how things were. What is not captured before the action is gone after it, and \
          the undo cannot be armed.",
    remedy: "Capture the value under `reversibility.snapshot`, or use the name it is captured under.",
    bad: &[Example::edit(
        ACTION,
        "to_revision: \"{{ snapshot.revision }}\"",
        "to_revision: \"{{ «snapshot.old_revision» }}\"",
    )],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(action) = scope.action() else { return };
    let snapshot = &action.spec.reversibility.snapshot;
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
            let name = match reference.segments() {
                [root, name, ..] if root == "snapshot" => name,
                _ => continue,
            };
            if snapshot.contains_key(name) {
                continue;
            }
            let place = Spelled::Text(site.route.clone(), reference.span.clone());
            let names = snapshot.keys().map(|name| name.as_str());
            let meant = suggest::nearest(name, names.clone())
                .or_else(|| names.clone().next().filter(|_| names.len() == 1));
            let captured: Vec<_> = snapshot.keys().map(|name| format!("`{name}`")).collect();
            let help = if captured.is_empty() {
                format!("capture it: `snapshot: {{{name}: {{query: …}}}}`")
            } else {
                format!("the snapshot captures {}", captured.join(", "))
            };
            let route = Route::root()
                .key("spec")
                .key("reversibility")
                .key("snapshot");
            findings
                .report(
                    &RULE,
                    scope.text(site.route.clone(), reference.span.clone()),
                )
                .message(format!(
                    "the undo needs `{reference}`, which is never captured"
                ))
                .label("never captured")
                .related(scope.value(route), "what is captured before the action")
                .help(help)
                .fix_if(
                    format!("write `snapshot.{}`", meant.unwrap_or_default()),
                    Applicability::Unsafe,
                    meant.and_then(|name| {
                        respelled(scope.entry, &place, &format!("snapshot.{name}"))
                    }),
                );
        }
    }
}
