//! E007: a go-ahead that is too easily had.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Mode, Tier};
use crate::document::unit::Duration;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "E007",
    name: "weak-approval",
    severity: Severity::Error,
    locked: true,
    category: Category::Escalation,
    needs: Needs::Repository,
    summary: "A go-ahead at run time is asked of somebody, lapses soon, and silence never grants it.",
    why: "An approval that never lapses is given for a situation that is long gone. One that nobody has to give is none.",
    remedy: "For every tier that the matrix gates, set `approvals` (at least 1; at least 2 different people from tier 2 up), `from`, `expires` (an hour at most) and `on_timeout`.",
    bad: &[
        Example::edit(
            GOVERNANCE,
            "    1: {approvals: 1, from: [service_oncall], expires: 15m, on_timeout: escalate}",
            "    1: «{approvals: 1, from: [service_oncall], on_timeout: escalate}»",
        ),
        Example::edit(GOVERNANCE, "expires: 10m", "expires: «2h»"),
    ],
    good: &[Example::edit(GOVERNANCE, "expires: 10m", "expires: 20m")],
    check: Check::Document(check),
};

/// Longest time a question may stand.
const LONGEST: Duration = Duration::from_secs(3_600);

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(governance) = scope.governance() else {
        return;
    };
    let spec = &governance.spec;
    let route = Route::root().key("spec").key("run_time_approval");
    for tier in [Tier::LOW_RISK, Tier::NEEDS_APPROVAL] {
        let gated = spec
            .execute
            .values()
            .any(|row| row.get(&tier) == Some(&Mode::Gated));
        if gated && !spec.run_time_approval.contains_key(&tier) {
            findings
                .report(&RULE, scope.key(route.clone()))
                .message(format!("tier {tier} is gated, but nobody is named who may give the go-ahead"))
                .label(format!("has no entry for tier {tier}"))
                .help(format!("add `{tier}: {{approvals: 1, from: [service_oncall], expires: 15m, on_timeout: escalate}}`"));
        }
    }
    for (tier, approval) in &spec.run_time_approval {
        let route = route.clone().key(tier.to_string());
        let set = |key: &str, value: NewValue| {
            scope.edits(|editor| editor.set(&route.clone().key(key), &value))
        };
        let enough = if *tier >= Tier::NEEDS_APPROVAL { 2 } else { 1 };
        if approval.approvals < enough {
            findings
                .report(&RULE, scope.value(route.clone().key("approvals")))
                .message(format!(
                    "tier {tier} needs {enough} approvals, not {}",
                    approval.approvals
                ))
                .label("too few")
                .help(format!("ask for at least {enough}"))
                .fix_if(
                    format!("ask for {enough}"),
                    Applicability::Safe,
                    set("approvals", NewValue::number(enough)),
                );
        } else if enough > 1 && !approval.distinct {
            findings
                .report(&RULE, scope.value(route.clone()))
                .message("one person may give all approvals")
                .label("`distinct: true` is missing")
                .help("add `distinct: true`")
                .fix_if(
                    "add `distinct: true`",
                    Applicability::Safe,
                    set("distinct", NewValue::Literal("true".to_owned())),
                );
        }
        match approval.expires {
            None => {
                findings
                    .report(&RULE, scope.value(route.clone()))
                    .message(format!("a go-ahead for tier {tier} never lapses"))
                    .label("has no `expires`")
                    .help("add `expires: 15m`")
                    .fix_if(
                        "add `expires: 15m`",
                        Applicability::Safe,
                        set("expires", NewValue::text("15m")),
                    );
            }
            Some(expires) if expires > LONGEST => {
                findings
                    .report(&RULE, scope.value(route.clone().key("expires")))
                    .message(format!(
                        "a question may stand for {LONGEST} at most, not {expires}"
                    ))
                    .label("too long")
                    .help("the situation will have changed; ask again instead")
                    .fix_if(
                        format!("let it stand for {LONGEST}"),
                        Applicability::Safe,
                        set("expires", NewValue::text(LONGEST.to_string())),
                    );
            }
            Some(_) => {}
        }
        if approval.on_timeout.is_none() {
            findings
                .report(&RULE, scope.value(route.clone()))
                .message("nothing is said about silence")
                .label("has no `on_timeout`")
                .help("add `on_timeout: escalate`")
                .fix_if(
                    "add `on_timeout: escalate`",
                    Applicability::Safe,
                    set("on_timeout", NewValue::text("escalate")),
                );
        }
    }
}
