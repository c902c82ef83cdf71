//! T011: an undo that stops working before it may be needed.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Action, Budgets};
use crate::document::unit::Duration;
use crate::lint::{Category, Check, Example, Findings, Needs, RepositoryScope, Rule};

const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T011",
    name: "undo-expires-early",
    severity: Severity::Warning,
    locked: false,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "An action's undo works until the step was verified and the run's time is used up.",
    why: "An undo is needed when the verification fails, which is minutes after the write, or when somebody looks at the handoff. One that has expired by then is none.",
    remedy: "Lengthen `valid_for`, or shorten `settle`, `hold` and the budget.",
    bad: &[Example::edit(ACTION, "valid_for: 24h", "valid_for: «30m»")],
    good: &[Example::edit(ACTION, "valid_for: 24h", "valid_for: 2h")],
    check: Check::Repository(check),
};

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let policy = scope
        .policy()
        .and_then(|policy| policy.document.spec.defaults.as_ref());
    let mut said = BTreeSet::new();
    for document in scope.documents() {
        let Some(runbook) = document.runbook().map(|runbook| &runbook.spec) else {
            continue;
        };
        let budget = |budgets: Option<&Budgets>| budgets.and_then(|budgets| budgets.wall_clock);
        let own = budget(runbook.budgets.as_ref());
        let given = own.or_else(|| budget(policy.and_then(|defaults| defaults.budgets.as_ref())));
        for site in document.steps() {
            let id = site.step.action.as_str();
            let Some(action) = scope.find::<Action>(id) else {
                continue;
            };
            let spec = &action.document.spec;
            let Some(valid) = spec.reversibility.valid_for else {
                continue;
            };
            let floor = spec.verify_floor;
            let verify = site.step.verify.as_ref();
            let settle = verify
                .and_then(|verify| verify.settle)
                .max(floor.map(|floor| floor.settle));
            let hold = verify
                .and_then(|verify| verify.hold)
                .max(floor.map(|floor| floor.hold));
            let needed = [settle, hold, given]
                .into_iter()
                .flatten()
                .fold(Duration::ZERO, Duration::saturating_add);
            if valid < needed && said.insert(id) {
                let route = Route::root()
                    .key("spec")
                    .key("reversibility")
                    .key("valid_for");
                findings
                    .report(&RULE, action.scope.value(route.clone()))
                    .message(format!(
                        "the undo of `{id}` works for {valid}, but step `{}` may need it for {needed}",
                        site.step.id
                    ))
                    .label("expires too early")
                    .related(document.value(site.route.clone().key("action")), "settle, hold and the time of the run")
                    .help(format!("write `valid_for: {needed}` or more"))
                    .fix_if(
                        format!("write `valid_for: {needed}`"),
                        Applicability::Unsafe,
                        action.scope.edits(|editor| {
                            editor.replace(&route, &NewValue::text(needed.to_string()))
                        }),
                    );
            }
        }
    }
}
