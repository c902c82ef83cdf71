//! T002: a step that lowers its action's tier.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::model::Action;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T002",
    name: "step-lowers-tier",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "A step may raise the tier of its action, never lower it.",
    why: "Risk belongs to the operation, and those who know it rated it in the catalogue. The engine takes the higher of \
          both tiers, so a lower one in a step has no effect but to mislead whoever reviews the runbook.",
    remedy: "Take `tier` out of the step, or write one that is higher than the action's.",
    bad: &[Example::edit(
        RUNBOOK,
        "          action: k8s.rollout-undo\n",
        "          action: k8s.rollout-undo\n          tier: «1»\n",
    )],
    good: &[Example::edit(
        RUNBOOK,
        "          action: k8s.rollout-undo\n",
        "          action: k8s.rollout-undo\n          tier: 2\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        let Some(tier) = site.step.tier else { continue };
        let id = site.step.action.as_str();
        let Some(action) = scope.repository.find::<Action>(id) else {
            continue;
        };
        let declared = action.document.spec.tier;
        if tier < declared {
            let place = site.route.key("tier");
            let rated = Route::root().key("spec").key("tier");
            findings
                .report(&RULE, scope.value(place.clone()))
                .message(format!(
                    "step `{}` says tier {tier}, but `{id}` is an action of tier {declared}",
                    site.step.id
                ))
                .label(format!("lower than {declared}"))
                .related(action.scope.value(rated), "rated here")
                .help(format!(
                    "leave `tier` out: the step counts as tier {declared} anyway"
                ))
                .fix_if(
                    "leave `tier` out",
                    Applicability::Safe,
                    scope.edits(|editor| editor.remove(&place)),
                );
        }
    }
}
