//! P007: a verification that looks at data from before the change.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::condition::Condition;
use crate::document::edit::NewValue;
use crate::document::id::QueryId;
use crate::document::model::{Action, Query, Runbook};
use crate::document::unit::Duration;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Found, Needs, Rule};

use super::window::longest_range;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P007",
    name: "verifies-too-early",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::Repository,
    summary: "`settle` and `hold` reach the action's floor, and `settle` the range of the queries that decide.",
    why: "`rate(…[5m])` one minute after a change is made of four minutes from before it: the run sees the old world and \
          calls it a success or a failure. The action's `verify_floor` is how long its effect needs to show, as those know \
          who wrote it.",
    remedy: "Raise `settle` or `hold`, or use a query with a shorter range.",
    bad: &[
        Example::edit(RUNBOOK, "settle: 2m,", "settle: «30s»,"),
        Example::edit(RUNBOOK, "settle: 2m,", "settle: «90s»,"),
        Example::edit(RUNBOOK, "settle: 2m,", "settle: 2m, hold: «1m»,"),
    ],
    good: &[Example::edit(
        RUNBOOK,
        "settle: 2m,",
        "settle: 3m, hold: 2m,",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    for site in scope.steps() {
        let Some(verify) = &site.step.verify else {
            continue;
        };
        let id = site.step.action.as_str();
        let Some(action) = scope.repository.find::<Action>(id) else {
            continue;
        };
        let route = site.route.clone().key("verify");
        let floor = action.document.spec.verify_floor;
        let mut below_floor = false;
        for (key, written, least) in [
            ("settle", verify.settle, floor.map(|floor| floor.settle)),
            ("hold", verify.hold, floor.map(|floor| floor.hold)),
        ] {
            let (Some(written), Some(least)) = (written, least) else {
                continue;
            };
            if written < least {
                below_floor |= key == "settle";
                let place = Route::root().key("spec").key("verify_floor").key(key);
                too_short(findings, scope, route.clone().key(key), key, written, least)
                    .message(format!(
                        "step `{}` has `{key}: {written}`, but `{id}` needs {least}",
                        site.step.id
                    ))
                    .related(action.scope.value(place), "the action's floor");
            }
        }
        if below_floor {
            continue;
        }
        let settle = verify
            .settle
            .max(floor.map(|floor| floor.settle))
            .unwrap_or_default();
        let asked = verify.success.as_deref();
        let Some((query, range)) = asked.and_then(|text| slowest(scope, &runbook.spec, text))
        else {
            continue;
        };
        if settle < range {
            let place = Route::root().key("spec").key("template");
            too_short(findings, scope, route.key("settle"), "settle", settle, range)
                .message(format!(
                    "step `{}` is looked at after {settle}, with a query over the last {range}: it sees the time before",
                    site.step.id
                ))
                .related(query.scope.value(place), format!("looks back {range}"));
        }
    }
}

fn too_short<'f>(
    findings: &'f mut Findings,
    scope: &DocumentScope<'_>,
    place: Route,
    key: &str,
    written: Duration,
    least: Duration,
) -> crate::lint::Draft<'f> {
    findings
        .report(&RULE, scope.value(place.clone()))
        .label(format!("{written}, less than {least}"))
        .help(format!("write `{key}: {least}` or more"))
        .fix_if(
            format!("write `{key}: {least}`"),
            Applicability::Safe,
            scope.edits(|editor| editor.set(&place, &NewValue::text(least.to_string()))),
        )
}

/// The query of a condition that looks back furthest.
fn slowest<'a>(
    scope: &DocumentScope<'a>,
    runbook: &Runbook,
    text: &str,
) -> Option<(Found<'a, Query>, Duration)> {
    let condition = Condition::parse(text).ok()?;
    let mut ids: Vec<&QueryId> = condition
        .names()
        .filter_map(|(name, _)| runbook.checks.get(name)?.query.as_ref())
        .collect();
    ids.dedup();
    let queries = ids
        .into_iter()
        .filter_map(|id| scope.repository.find::<Query>(id.as_str()));
    queries
        .filter_map(|query| Some((query, longest_range(&query.document.spec)?)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
}
