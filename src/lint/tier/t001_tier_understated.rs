//! T001: a runbook whose steps may have a higher tier than it declares.

use super::call::rated_steps;
use super::t006_human_only_step::is_reported as is_human_only;
use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Tier;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";
const OTHER: &str = "runbooks/catalog/actions/k8s.scale-in.yaml";
const FLAT: &str = "raise_tier: [{param: namespace, in: [kube-system], to: 3}]";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "T001",
    name: "tier-understated",
    severity: Severity::Error,
    locked: true,
    category: Category::Tier,
    needs: Needs::Repository,
    summary: "`max_tier` is at least the tier every step may have when it is run.",
    why: "`max_tier` decides who has to approve a runbook and what its reviewers expect. The tier of a call is the highest \
          of: its action's, what `raise_tier` makes of its arguments, its own `tier`, its undo's, and 2 when an earlier step \
          writes to the same target. An argument that is only known in the run counts as every value it may have, except \
          those whose target `do_not_touch` covers. Otherwise the run is refused when it is needed, or does more than was \
          approved.",
    remedy: "Raise `max_tier`, which asks for the approvals it deserves, or confine the arguments: write them out, narrow \
             `scope.services`, or add targets to `do_not_touch`.",
    bad: &[
        Example::edit(RUNBOOK, "{max_tier: 2,", "{max_tier: «1»,"),
        Example::edits(&[
            Change::edit(RUNBOOK, "{max_tier: 2,", "{max_tier: «1»,"),
            Change::edit(ACTION, "  tier: 2\n", "  tier: 1\n"),
            Change::edit(
                ACTION,
                FLAT,
                "raise_tier: [{param: deployment, in: [checkout], to: 2}]",
            ),
            Change::edit(
                OTHER,
                FLAT,
                "raise_tier: [{param: deployment, in: [checkout], to: 2}]",
            ),
        ]),
    ],
    good: &[Example::edits(&[
        Change::edit(RUNBOOK, "{max_tier: 2,", "{max_tier: 1,"),
        Change::edit(ACTION, "  tier: 2\n", "  tier: 1\n"),
        Change::edit(
            ACTION,
            FLAT,
            "raise_tier: [{param: deployment, in: [payments-gateway], to: 2}]",
        ),
        Change::edit(
            OTHER,
            FLAT,
            "raise_tier: [{param: deployment, in: [payments-gateway], to: 2}]",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(runbook) = scope.runbook() else {
        return;
    };
    let most = runbook.spec.autonomy.max_tier;
    let steps = rated_steps(scope);
    let rated = steps
        .iter()
        .filter(|step| !is_human_only(step, &runbook.spec));
    let highest = rated
        .filter_map(|step| Some((step, step.highest()?)))
        .reduce(|best, next| {
            if next.1.tier > best.1.tier {
                next
            } else {
                best
            }
        });
    let Some((step, ground)) = highest.filter(|(_, ground)| ground.tier > most) else {
        return;
    };
    let tier = ground.tier;
    let id = &step.site.step.id;
    let (verb, help) = if ground.certain {
        (
            "counts as",
            format!("raise `max_tier` to {tier}, or take the step out"),
        )
    } else {
        let mut help =
            "confine the argument: write it out, narrow `scope.services`, or cover the target in `do_not_touch`".to_owned();
        if tier < Tier::HUMAN_ONLY {
            help.push_str(&format!("; or raise `max_tier` to {tier}"));
        }
        ("may count as", help)
    };
    let route = Route::root().key("spec").key("autonomy").key("max_tier");
    findings
        .report(&RULE, scope.value(route))
        .message(format!(
            "step `{id}` {verb} tier {tier}, but the runbook declares `max_tier: {most}`"
        ))
        .label(format!("lower than {tier}"))
        .related(
            scope.value(step.site.route.clone().key("action")),
            format!("step `{id}`"),
        )
        .related(ground.place.clone(), ground.why.clone())
        .help(help);
}
