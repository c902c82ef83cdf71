//! T014: a retry of an action that is not the same when done twice.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::model::{Action, Effect};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const STEP: &str = "          on_failure: rollback\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T014",
    name: "retry-not-idempotent",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "Only an action that is the same when done twice is tried again.",
    why: "An attempt that timed out may have taken effect. Doing it again scales out twice, sends two messages or moves \
          twice as many; reading alone may be repeated freely.",
    remedy: "Take `retry` out, or make the operation idempotent and say so with `idempotent: true`.",
    bad: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            STEP,
            "          on_failure: rollback\n          retry: «{attempts: 2, cooldown: 15m}»\n",
        ),
        Change::edit(ACTION, "  idempotent: true\n", ""),
    ])],
    good: &[Example::edit(
        RUNBOOK,
        STEP,
        "          on_failure: rollback\n          retry: {attempts: 2, cooldown: 15m}\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        let Some(retry) = site.step.retry.filter(|retry| retry.attempts > 1) else {
            continue;
        };
        let id = site.step.action.as_str();
        let Some(action) = scope.repository.find::<Action>(id) else {
            continue;
        };
        let spec = &action.document.spec;
        if spec.idempotent || spec.effect == Effect::Read {
            continue;
        }
        let place = site.route.clone().key("retry");
        let idempotent = Route::root().key("spec").key("idempotent");
        findings
            .report(&RULE, scope.value(place.clone()))
            .message(format!(
                "step `{}` tries `{id}` up to {} times, but doing it twice is not the same as doing it once",
                site.step.id, retry.attempts
            ))
            .label("may take effect more than once")
            .related(action.scope.value(idempotent), "not declared idempotent")
            .help("take `retry` out: a failed attempt escalates")
            .fix_if(
                "take `retry` out",
                Applicability::Safe,
                scope.edits(|editor| editor.remove(&place)),
            );
    }
}
