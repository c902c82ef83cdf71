//! P009: a write that nobody watches from the side.

use crate::diagnostic::Severity;
use crate::document::model::Action;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P009",
    name: "unguarded-neighbours",
    severity: Severity::Warning,
    locked: false,
    category: Category::Preflight,
    needs: Needs::Repository,
    summary: "A verification of a write has a `guard` on neighbours or dependants.",
    why: "A service can be healed at the expense of those that call it or share its nodes. The guard is what notices while the undo still works.",
    remedy: "Add a check of callers or dependencies and name it as `guard`.",
    bad: &[Example::edits(&[
        Change::edit(RUNBOOK, ", guard: neighbours_ok}", "}"),
        Change::edit(
            RUNBOOK,
            "          verify: {settle",
            "          «verify»: {settle",
        ),
        Change::edit(
            RUNBOOK,
            "    neighbours_ok: {query: neighbour-error-ratio, below: 2%}\n",
            "",
        ),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.steps() {
        let Some(verify) = &site.step.verify else {
            continue;
        };
        let action = scope.repository.find::<Action>(site.step.action.as_str());
        let writes = action.is_some_and(|action| action.document.spec.effect.changes_the_world());
        if writes && verify.guard.is_none() {
            findings
                .report(&RULE, scope.key(site.route.clone().key("verify")))
                .message(format!(
                    "nothing watches the neighbours while step `{}` takes effect",
                    site.step.id
                ))
                .label("no `guard`")
                .help("add e.g. `guard: neighbours_ok`, a check of those who call the service");
        }
    }
}
