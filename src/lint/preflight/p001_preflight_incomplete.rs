//! P001: a write that may begin without looking first.

use super::demand::{Demanded, looks_at_changes};
use crate::diagnostic::{Applicability, Edit, Severity};
use crate::document::Route;
use crate::document::condition::Condition;
use crate::document::edit::NewValue;
use crate::document::id::PathId;
use crate::document::model::{Action, Document, Runbook, Tier};
use crate::engine::tier;
use crate::lint::tier::call::{RatedStep, rated_steps};
use crate::lint::{
    Category, Change, Check, DocumentScope, Example, Findings, Needs, RepositoryScope, Rule,
};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const CALLED: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const UNCALLED: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";
const LIST: &str =
    "[owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P001",
    name: "preflight-incomplete",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::Repository,
    summary: "Before a write, action and path together demand that nothing stands against it.",
    why: "Every write needs `owner_known`, `no_commander`, `not_frozen`, `rollback_armed`, `corroborated(2)`, and recent \
          changes looked at (`changes_known`, or a check for a change in the row that chooses the path or in a preflight). Without them an agent acts against a human who is already at work, in a freeze, on one broken \
          sensor, or where nobody can be called. Only what has to hold by itself counts, not one side of an `or`. An action \
          that no runbook calls has to bring the whole list itself, for whoever calls it next; below tier 2 the corroboration \
          is left to the path, which knows the evidence.",
    remedy: "Add what is missing to the `preflight` of the action, which protects every caller, or of the path.",
    bad: &[
        Example::edits(&[
            Change::edit(CALLED, "not_frozen, ", ""),
            Change::edit(
                RUNBOOK,
                "action: k8s.rollout-undo",
                "action: «k8s.rollout-undo»",
            ),
        ]),
        Example::edit(
            UNCALLED,
            LIST,
            "«[owner_known, no_commander, not_frozen, changes_known, rollback_armed]»",
        ),
        Example::edits(&[
            Change::edit(CALLED, "not_frozen, ", ""),
            Change::edit(
                RUNBOOK,
                "[not migrations, ",
                "[not migrations or not_frozen, ",
            ),
            Change::edit(
                RUNBOOK,
                "action: k8s.rollout-undo",
                "action: «k8s.rollout-undo»",
            ),
        ]),
    ],
    good: &[
        Example::edits(&[
            Change::edit(CALLED, "not_frozen, ", ""),
            Change::edit(
                RUNBOOK,
                "[not migrations, ",
                "[not migrations and not_frozen, ",
            ),
        ]),
        // The row that chooses the path looks for a release.
        Example::edit(CALLED, "changes_known, ", ""),
    ],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if let Some(runbook) = scope.runbook() {
        let steps = rated_steps(scope);
        for step in steps.iter().filter(|step| step.writes()) {
            check_step(scope, runbook, step, findings);
        }
    }
    if let Some(action) = scope.action() {
        check_uncalled(scope, action, findings);
    }
}

fn check_step(
    scope: &DocumentScope<'_>,
    runbook: &Document<Runbook>,
    step: &RatedStep<'_>,
    findings: &mut Findings,
) {
    let Some(ground) = step.highest() else { return };
    let action = &step.action.document.spec;
    let mut demanded = Demanded::default();
    let read = demanded
        .add(&action.preflight, &action.checks, scope.repository)
        .and_then(|()| {
            let preflight = &step.site.path.preflight;
            demanded.add(preflight, &runbook.spec.checks, scope.repository)
        });
    let chosen = chosen_by_changes(&runbook.spec, step.site.path_id, scope.repository);
    let (Some(()), Some(chosen)) = (read, chosen) else {
        return;
    };
    let missing = demanded.missing(true, chosen);
    if missing.is_empty() {
        return;
    }
    let of_action = Route::root().key("spec").key("preflight");
    let id = &step.site.step.action;
    findings
        .report(&RULE, scope.value(step.site.route.clone().key("action")))
        .message(format!(
            "step `{}` may write at tier {} without {}",
            step.site.step.id,
            ground.tier,
            listed(&missing)
        ))
        .label("nothing demands this before it runs")
        .related(
            step.action.scope.value(of_action),
            format!("all that `{id}` demands"),
        )
        .related(
            scope.value(step.site.path_route().key("preflight")),
            "all that the path demands",
        )
        .help(format!(
            "add {} to the `preflight` of `{id}`, or of path `{}`",
            listed(&missing),
            step.site.path_id
        ))
        .fix_if(
            format!("add {} to the path", listed(&missing)),
            Applicability::Safe,
            added(scope, &step.site.path_route().key("preflight"), &missing),
        );
}

fn check_uncalled(scope: &DocumentScope<'_>, action: &Document<Action>, findings: &mut Findings) {
    let spec = &action.spec;
    // A tier that does not fit effect and class is another finding.
    if !spec.effect.changes_the_world() || spec.tier != tier::floor(spec) {
        return;
    }
    let library = scope.repository.library();
    let mut users = library.references_to(scope.id);
    let called = users.any(|user| {
        let user = library.entry(user.from);
        user.is_some_and(|user| user.document::<Runbook>().is_some())
    });
    let mut demanded = Demanded::default();
    if called
        || demanded
            .add(&spec.preflight, &spec.checks, scope.repository)
            .is_none()
    {
        return;
    }
    let missing = demanded.missing(spec.tier >= Tier::NEEDS_APPROVAL, false);
    if missing.is_empty() {
        return;
    }
    let route = Route::root().key("spec");
    let preflight = route.clone().key("preflight");
    findings
        .report(&RULE, scope.value(preflight.clone()))
        .message(format!(
            "no runbook adds to this preflight yet, and at tier {} it lacks {}",
            spec.tier,
            listed(&missing)
        ))
        .label("whoever calls the action next inherits this")
        .related(
            scope.value(route.key("tier")),
            format!("tier {}", spec.tier),
        )
        .help(format!("add {}", listed(&missing)))
        .fix_if(
            format!("add {}", listed(&missing)),
            Applicability::Safe,
            added(scope, &preflight, &missing),
        );
}

/// Edits that demand more before a write.
fn added(scope: &DocumentScope<'_>, preflight: &Route, missing: &[&str]) -> Option<Vec<Edit>> {
    let values: Vec<NewValue> = missing.iter().copied().map(NewValue::text).collect();
    scope.edits(|editor| match scope.node(preflight) {
        Some(_) => editor.append(preflight, &values),
        None => editor.set(preflight, &NewValue::List(values)),
    })
}

/// Whether every row that chooses the path looks at changes; `None` when one cannot be read.
fn chosen_by_changes(
    runbook: &Runbook,
    path: &PathId,
    repository: &RepositoryScope<'_>,
) -> Option<bool> {
    let rows = runbook
        .decide
        .iter()
        .filter(|row| row.path.as_ref() == Some(path));
    let mut all = true;
    for row in rows {
        let when = Condition::parse(row.when.as_ref()?).ok()?;
        all &= looks_at_changes(&when, &runbook.checks, repository);
    }
    Some(all)
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
