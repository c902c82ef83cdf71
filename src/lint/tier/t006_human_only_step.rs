//! T006: a step for humans that an agent could execute.

use super::call::{RatedStep, rated_steps};
use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Mode, Runbook, Tier};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T006",
    name: "human-only-step",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "A step of tier 3 stands only in a runbook that executes nothing.",
    why: "Tier 3 is for people. The engine refuses such a step, so a run that comes to it in mode `gated` or `auto` stops \
          half way, with its earlier steps done; and a mistake in the policy would be all it takes to run it.",
    remedy: "Hand over to a human instead of the step, choose an action that can be undone, or set `mode: off` for the whole runbook.",
    bad: &[Example::edit(
        RUNBOOK,
        "          action: k8s.rollout-undo\n",
        "          action: «k8s.rollout-undo»\n          tier: 3\n",
    )],
    good: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "          action: k8s.rollout-undo\n",
            "          action: k8s.rollout-undo\n          tier: 3\n",
        ),
        Change::edit(
            RUNBOOK,
            "{max_tier: 2, mode: gated}",
            "{max_tier: 3, mode: off}",
        ),
    ])],
    check: Check::Document(check),
};

/// Whether the step may be one for humans and nothing in runbook or action keeps an agent from executing it. What only
/// might be tier 3 is a question of `max_tier` first.
pub(super) fn is_reported(step: &RatedStep<'_>, runbook: &Runbook) -> bool {
    let executes = |mode: Mode| mode >= Mode::Gated;
    let human = |tier: Option<Tier>| tier == Some(Tier::HUMAN_ONLY);
    let is_certain = human(step.certain().map(|ground| ground.tier));
    let may_be = human(step.highest().map(|ground| ground.tier));
    executes(runbook.autonomy.mode)
        && step.action.document.spec.max_mode.is_none_or(executes)
        && (is_certain || may_be && human(Some(runbook.autonomy.max_tier)))
}

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    for step in rated_steps(scope) {
        if !is_reported(&step, &runbook.spec) {
            continue;
        }
        let Some(ground) = step
            .certain()
            .filter(|ground| ground.tier == Tier::HUMAN_ONLY)
            .or(step.highest())
        else {
            continue;
        };
        let mode = Route::root().key("spec").key("autonomy").key("mode");
        let verb = if ground.certain { "is" } else { "may be" };
        findings
            .report(&RULE, scope.value(step.site.route.clone().key("action")))
            .message(format!(
                "step `{}` {verb} tier 3, for humans only, but the runbook runs in mode `{}`",
                step.site.step.id, runbook.spec.autonomy.mode
            ))
            .label("no agent may execute this")
            .related(ground.place.clone(), ground.why.clone())
            .related(scope.value(mode), "agents execute steps here")
            .help("escalate instead of taking this step, or keep the runbook from executing anything with `mode: off`");
    }
}
