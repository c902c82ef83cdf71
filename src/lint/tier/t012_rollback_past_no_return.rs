//! T012: a rollback that would have to go past a step which cannot be undone.

use std::collections::BTreeMap;

use super::call::{RatedStep, rated_steps};
use crate::diagnostic::{Applicability, Severity};
use crate::document::edit::NewValue;
use crate::document::model::{OnFailure, ReversibilityClass};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const STEPS: &str = "      steps:\n";
const SCALE_IN: &str = "      steps:
        - id: shrink
          action: k8s.scale-in
          with: {namespace: shop, deployment: payments-gateway, replicas: 2}
          verify: {settle: 2m, hold: 5m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}
          on_failure: escalate
";
const OFF: Change = Change::edit(
    RUNBOOK,
    "{max_tier: 2, mode: gated}",
    "{max_tier: 3, mode: off}",
);

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T012",
    name: "rollback-past-no-return",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "No step that rolls back follows a step which cannot be undone.",
    why: "A rollback takes back the steps of the run, last first. When one of them cannot be undone it ends half way, and \
          leaves a mixture of old and new that nobody has ever run.",
    remedy: "Put the step that cannot be undone last, or let the steps after it escalate instead of rolling back.",
    bad: &[Example::edits(&[
        OFF,
        Change::edit(RUNBOOK, STEPS, SCALE_IN),
        Change::edit(RUNBOOK, "on_failure: rollback", "on_failure: «rollback»"),
        Change::edit(
            RUNBOOK,
            "      outcome: mitigated\n",
            "      outcome: mitigated\n      waiver: {no_rollback: fewer replicas are kept whatever comes after}\n",
        ),
    ])],
    good: &[Example::edits(&[
        OFF,
        Change::edit(RUNBOOK, STEPS, SCALE_IN),
        Change::edit(RUNBOOK, "on_failure: rollback", "on_failure: escalate"),
        Change::edit(
            RUNBOOK,
            "      outcome: mitigated\n",
            "      outcome: mitigated\n      waiver: {no_rollback: fewer replicas are kept whatever comes after}\n",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let mut stuck: BTreeMap<&str, RatedStep<'_>> = BTreeMap::new();
    for step in rated_steps(scope) {
        let path = step.site.path_id.as_str();
        if let Some(earlier) = stuck.get(path)
            && step.site.step.on_failure == Some(OnFailure::Rollback)
        {
            let site = &step.site;
            let place = site.route.clone().key("on_failure");
            findings
                .report(&RULE, scope.value(place.clone()))
                .message(format!(
                    "when step `{}` fails the run is rolled back, but step `{}` before it cannot be undone",
                    site.step.id, earlier.site.step.id
                ))
                .label("would end half way")
                .related(
                    scope.value(earlier.site.route.clone().key("action")),
                    format!("`{}` is irreversible", earlier.site.step.action),
                )
                .help("escalate here instead, or move the step that cannot be undone to the end")
                .fix_if(
                    "escalate here instead",
                    Applicability::Unsafe,
                    scope.edits(|editor| editor.replace(&place, &NewValue::text("escalate"))),
                );
        }
        let class = step.action.document.spec.reversibility.class;
        if step.writes() && class == ReversibilityClass::Irreversible {
            stuck.entry(path).or_insert(step);
        }
    }
}
