//! T019: several low-risk writes on one target.

use crate::diagnostic::{Applicability, Severity};
use crate::document::edit::NewValue;
use crate::document::model::Tier;
use crate::engine::tier;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::call::rated_steps;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T019",
    name: "repeated-low-tier-write",
    severity: Severity::Warning,
    locked: false,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "A path writes to one target at tier 1 once; the second write counts as tier 2.",
    why: "Tier 1 is for one small reversible write. Two on the same target in a row are a change of their own, and the undo of the first may not fit any more after the second.",
    remedy: "Let one action do both, or raise the tier of the later step so that it reads as what it is.",
    bad: &[Example::edits(&[
        Change::edit(ACTION, "  tier: 2\n", "  tier: 1\n"),
        Change::edit(
            RUNBOOK,
            "      outcome: mitigated\n",
            "        - id: again\n          action: «k8s.rollout-undo»\n          with: {namespace: shop, deployment: \"{{ incident.service }}\", to_revision: \"{{ change.deploy.previous_revision }}\"}\n          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated\n",
        ),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for step in rated_steps(scope) {
        let Some(first) = step.repeats else { continue };
        let own = tier::floor(&step.action.document.spec);
        if own == Tier::LOW_RISK && step.site.step.tier.is_none() {
            findings
                .report(&RULE, scope.value(step.site.route.clone().key("action")))
                .message(format!(
                    "step `{}` writes to the target of step `{first}` again, which counts as tier {}",
                    step.site.step.id,
                    tier::repeated(own)
                ))
                .label("a second write")
                .help("let one action do both, or write `tier: 2` here")
                .fix_if(
                    "write `tier: 2` here",
                    Applicability::Safe,
                    scope.edits(|editor| {
                        editor.set(&step.site.route.clone().key("tier"), &NewValue::number(2))
                    }),
                );
        }
    }
}
