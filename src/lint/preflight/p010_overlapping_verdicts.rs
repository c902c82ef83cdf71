//! P010: success and failure that can hold at once, or success that lasts no time.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Applicability, Severity};
use crate::document::condition::Condition;
use crate::document::edit::NewValue;
use crate::document::id::CheckName;
use crate::document::model::{Action, Check as Observation};
use crate::document::unit::Duration;
use crate::lint::possible::possible;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P010",
    name: "overlapping-verdicts",
    severity: Severity::Warning,
    locked: false,
    category: Category::Preflight,
    needs: Needs::Repository,
    summary: "The success and the failure of a verification exclude each other, and success has to last.",
    why: "When both hold, the verdict depends on which is asked first. Success that is true for one sample is noise: the first good scrape after the action ends the run.",
    remedy: "Leave a gap between the two bounds, and give success a `hold` or its check a `for`.",
    bad: &[
        Example::edits(&[
            Change::edit(
                RUNBOOK,
                "err_ok: {query: http-error-ratio, below: 1%, for: 2m}",
                "err_ok: {query: http-error-ratio, below: 8%, for: 2m}",
            ),
            Change::edit(RUNBOOK, "success: err_ok,", "success: «err_ok»,"),
        ]),
        Example::edits(&[
            Change::edit(
                RUNBOOK,
                "err_ok: {query: http-error-ratio, below: 1%, for: 2m}",
                "err_ok: {query: http-error-ratio, below: 1%}",
            ),
            Change::edit(
                ACTION,
                "  verify_floor: {settle: 60s, hold: 2m}\n",
                "  verify_floor: {settle: 60s, hold: 0s}\n",
            ),
            Change::edit(RUNBOOK, "success: err_ok,", "success: «err_ok»,"),
        ]),
    ],
    good: &[Example::edits(&[
        Change::edit(
            RUNBOOK,
            "err_ok: {query: http-error-ratio, below: 1%, for: 2m}",
            "err_ok: {query: http-error-ratio, below: 5%}",
        ),
        Change::edit(RUNBOOK, "settle: 2m,", "settle: 2m, hold: 3m,"),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook().map(|document| &document.spec) else {
        return;
    };
    for site in scope.steps() {
        let Some(verify) = &site.step.verify else {
            continue;
        };
        let parsed = |text: &Option<String>| Condition::parse(text.as_deref()?).ok();
        let Some(success) = parsed(&verify.success) else {
            continue;
        };
        let route = site.route.clone().key("verify");
        if let Some(failure) = parsed(&verify.failure)
            && same_values(&success, &failure, &runbook.checks)
            && possible(
                &[(&success, true), (&failure, true)],
                &runbook.checks,
                scope.repository,
            ) == Some(true)
        {
            findings
                .report(&RULE, scope.value(route.clone().key("success")))
                .message(format!("`{success}` and `{failure}` can hold at once"))
                .label("success and failure")
                .related(
                    scope.value(route.clone().key("failure")),
                    "at the same value",
                )
                .help("leave a gap between the two bounds");
        }
        let floor = scope
            .repository
            .find::<Action>(site.step.action.as_str())
            .and_then(|action| action.document.spec.verify_floor)
            .map(|floor| floor.hold);
        let lasts = verify.hold.or(floor).unwrap_or_default() > Duration::ZERO
            || success
                .names()
                .filter_map(|(name, _)| runbook.checks.get(name))
                .all(|check| check.hold.is_some());
        if !lasts {
            findings
                .report(&RULE, scope.value(route.clone().key("success")))
                .message("one good sample is a success")
                .label("lasts no time")
                .help("add `hold: 2m`, or `for` to its checks")
                .fix_if(
                    "add `hold: 2m`",
                    Applicability::Safe,
                    scope.edits(|editor| editor.set(&route.key("hold"), &NewValue::text("2m"))),
                );
        }
    }
}

/// Whether two conditions ask the same queries and nothing else: of different queries, any two answers can meet.
fn same_values(a: &Condition, b: &Condition, checks: &BTreeMap<CheckName, Observation>) -> bool {
    let asked = |condition: &Condition| -> Option<BTreeSet<String>> {
        let sources = condition.names().map(|(name, _)| {
            let check = checks.get(name)?;
            Some(format!("{} {:?}", check.query.as_ref()?, check.with))
        });
        sources.collect()
    };
    matches!((asked(a), asked(b)), (Some(a), Some(b)) if a == b)
}
