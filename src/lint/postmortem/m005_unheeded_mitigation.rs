//! M005: a mitigation the library did not learn from.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Action, Fixture};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";
const HELPED: &str =
    "    - {at: 2026-03-14T10:27:00Z, action: k8s.rollout-undo, actor: human, effective: true}\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M005",
    name: "unheeded-mitigation",
    severity: Severity::Warning,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::Repository,
    summary: "A mitigation that helped is an action of the catalogue; one of the catalogue that did not help is forbidden by a fixture.",
    why: "What helped should be at hand the next time, and what did not should not be tried again. Both are known right after the \
          incident and forgotten a month later.",
    remedy: "Add an action for what helped, or name the one there is. For what did not help, add it to `forbidden` of a fixture \
             beside the postmortem.",
    bad: &[
        Example::edit(
            POSTMORTEM,
            "action: k8s.rollout-undo",
            "action: «roll the release back by hand»",
        ),
        Example::edit(
            POSTMORTEM,
            HELPED,
            "    - {at: 2026-03-14T10:20:00Z, action: «k8s.rollout-undo», actor: human, effective: false}\n",
        ),
    ],
    good: &[Example::edits(&[Change::edit(
        POSTMORTEM,
        HELPED,
        "    - {at: 2026-03-14T10:20:00Z, action: k8s.scale-in, actor: human, effective: false}\n    \
         - {at: 2026-03-14T10:27:00Z, action: k8s.rollout-undo, actor: human, effective: true}\n",
    )])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    for (index, mitigation) in postmortem.spec.mitigations.iter().enumerate() {
        let place = scope.value(
            Route::root()
                .key("spec")
                .key("mitigations")
                .index(index)
                .key("action"),
        );
        let action = &mitigation.action;
        let known = scope.repository.find::<Action>(action).is_some();
        if mitigation.effective && !known {
            findings
                .report(&RULE, place)
                .message(format!(
                    "`{action}` helped, but is no action of the catalogue"
                ))
                .label("helped")
                .help("add an action for it, or name the one that does this");
        } else if !mitigation.effective && known && !is_forbidden(scope, action) {
            findings
                .report(&RULE, place)
                .message(format!(
                    "`{action}` did not help, but no fixture beside this postmortem forbids it"
                ))
                .label("did not help")
                .help(format!(
                    "add `{action}` to `expect.forbidden` of a fixture in this folder"
                ));
        }
    }
}

/// Whether a fixture beside the postmortem, or one that names it as its source, forbids the action by name.
fn is_forbidden(scope: &DocumentScope<'_>, action: &str) -> bool {
    let library = scope.repository.library();
    let beside = library.entries_below(scope.entry.folder());
    let named = scope.entry.id().map(|id| library.fixtures_from(id));
    let named = named.into_iter().flatten();
    let related = beside.chain(named.filter_map(|id| Some((*id, library.entry(*id)?))));
    let complete = related.filter(|(_, entry)| entry.is_complete());
    let mut fixtures = complete.filter_map(|(_, entry)| entry.document::<Fixture>());
    fixtures.any(|fixture| {
        let forbidden = &fixture.spec.expect.forbidden;
        forbidden.iter().any(|name| name == action)
    })
}
