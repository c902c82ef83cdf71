//! What keeps a run from acting.

use super::lab::{ACTION, Lab, POLICY, RUNBOOK, WELL, actions, end, refused};
use crate::document::model::{HaltLevel, Mode, Outcome, Tier};
use crate::engine::call::PastAction;
use crate::engine::reason::Reason;
use crate::engine::trace::{Record, Trace};

fn refusal_codes(trace: &Trace) -> Vec<&'static str> {
    let judged = trace.entries.iter().filter_map(|e| match &e.what {
        Record::Judged { reasons, .. } => Some(reasons),
        _ => None,
    });
    judged.flatten().map(|r| r.code.code()).collect()
}

#[track_caller]
fn refused_as(lab: &Lab, reason: Reason, code: &str) {
    let trace = lab.run();
    refused(&trace, reason);
    assert!(
        refusal_codes(&trace).contains(&code),
        "{:?}",
        refusal_codes(&trace)
    );
}

#[test]
fn modes_below_gated_execute_nothing_and_propose_the_rest() {
    for (mode, reason) in [
        ("off", Reason::ModeOff),
        ("shadow", Reason::ModeShadow),
        ("advise", Reason::ModeAdvise),
    ] {
        let labs = [
            Lab::new().edit(POLICY, "checkout: gated", &format!("checkout: {mode}")),
            Lab::new().edit(RUNBOOK, "mode: gated", &format!("mode: {mode}")),
            Lab::new().edit(
                ACTION,
                "  timeout:",
                &format!("  max_mode: {mode}\n  timeout:"),
            ),
            Lab::new().edit(
                POLICY,
                "production: {0: auto, 1: gated, 2: gated",
                &format!("production: {{0: auto, 1: gated, 2: {mode}"),
            ),
        ];
        for lab in labs {
            let trace = lab.run();
            refused(&trace, reason);
            assert_eq!(trace.proposed().count(), 1);
        }
    }
    let unnamed = Lab::new().edit(POLICY, "{checkout: gated, payments", "{payments");
    refused(&unnamed.run(), Reason::ModeShadow);
}

#[test]
fn a_hole_in_the_matrix_is_off() {
    let lab = Lab::new().edit(
        POLICY,
        "1: gated, 2: gated, 3: off}\n  run",
        "1: gated, 3: off}\n  run",
    );
    refused(&lab.run(), Reason::ModeOff);
}

#[test]
fn every_limit_on_the_mode_is_named() {
    let trace = Lab::new().run();
    let mode = trace.entries.iter().find_map(|e| match &e.what {
        Record::Judged { mode, .. } => mode.clone(),
        _ => None,
    });
    let mode = mode.unwrap();
    assert_eq!(mode.mode, Mode::Gated);
    assert_eq!(
        mode.contributions.len(),
        3,
        "matrix, runbook, rollout: {mode:?}"
    );
}

#[test]
fn tiers_are_computed_not_declared() {
    refused(
        &Lab::new().edit(RUNBOOK, "max_tier: 2", "max_tier: 1").run(),
        Reason::TierTooHigh,
    );
    let raised = Lab::new()
        .edit(ACTION, "in: [kube-system], to: 3", "in: [shop], to: 3")
        .run();
    refused(&raised, Reason::TierTooHigh);
    let irreversible = Lab::new().edit(ACTION, "class: reversible", "class: irreversible");
    refused(&irreversible.run(), Reason::TierTooHigh);
    let by_step = Lab::new().edit(
        RUNBOOK,
        "          with: {namespace",
        "          tier: 3\n          with: {namespace",
    );
    refused(&by_step.run(), Reason::TierTooHigh);
    let declared_low = Lab::new().edit(ACTION, "  tier: 2", "  tier: 0").run();
    let (call, _) = declared_low.executed().next().unwrap();
    assert_eq!(call.tier, Tier::LOW_RISK, "a write is never of tier 0");
}

#[test]
fn arguments_are_validated() {
    let unknown_service = Lab::new().edit(
        RUNBOOK,
        "deployment: \"{{ incident.service }}\"",
        "deployment: elsewhere",
    );
    refused_as(&unknown_service, Reason::Unauthorised, "free_text");
    let text = Lab::new().edit(
        WELL,
        "previous_revision: 41",
        "previous_revision: \"41; rm -rf /\"",
    );
    refused_as(&text, Reason::Unauthorised, "argument_invalid");
    let below = Lab::new().edit(WELL, "previous_revision: 41", "previous_revision: 0");
    refused_as(&below, Reason::Unauthorised, "argument_invalid");
    let missing = Lab::new().edit(WELL, ", previous_revision: 41", "");
    refused_as(&missing, Reason::Unauthorised, "argument_invalid");
    let omitted = Lab::new().edit(RUNBOOK, "namespace: shop, deployment", "deployment");
    refused_as(&omitted, Reason::Unauthorised, "argument_missing");
    let surplus = Lab::new().edit(RUNBOOK, "namespace: shop", "force: true, namespace: shop");
    refused_as(&surplus, Reason::Unauthorised, "argument_unknown");
    let unconstrained = Lab::new().edit(
        ACTION,
        "namespace: {type: string, lookup: namespaces}",
        "namespace: {type: string}",
    );
    refused_as(&unconstrained, Reason::Unauthorised, "free_text");
}

#[test]
fn a_target_on_the_list_is_not_touched() {
    for pattern in [
        "deployment/shop/checkout",
        "deployment/**",
        "*/shop/*",
        "namespace/shop",
    ] {
        let lab = Lab::new().edit(RUNBOOK, "\"statefulset/**\"", &format!("\"{pattern}\""));
        refused_as(&lab, Reason::DoNotTouch, "do_not_touch");
    }
    let other = Lab::new().edit(RUNBOOK, "\"statefulset/**\"", "\"namespace/shopping\"");
    assert_eq!(end(&other.run()).0, Outcome::Mitigated);
}

#[test]
fn a_freeze_stops_the_action_but_not_its_undo() {
    let freeze = |days: &str| {
        Lab::new().edit(
            POLICY,
            "tiers: [1, 2], from: 2026-12-20, to: 2027-01-03, zone: UTC, allow: [k8s.rollout-undo]",
            days,
        )
    };
    let covering = "tiers: [1, 2], from: 2026-11-01, to: 2026-11-02, zone: UTC, allow: []";
    refused_as(&freeze(covering), Reason::Frozen, "frozen");
    let other_zone = covering.replace("UTC", "Mars/Olympus");
    refused_as(&freeze(&other_zone), Reason::Frozen, "frozen");
    for open in [
        covering.replace("allow: []", "allow: [k8s.rollout-undo]"),
        covering.replace("tiers: [1, 2]", "tiers: [1]"),
        covering.replace("to: 2026-11-02", "to: 2026-11-01"),
    ] {
        assert_eq!(end(&freeze(&open).run()).0, Outcome::Mitigated, "{open}");
    }
    let event = "  events:\n    - {do: freeze, at: 2026-11-02T10:13:00Z}\n";
    let lab = Lab::new()
        .edit(WELL, "  events:\n", event)
        .edit(WELL, "8% 0.3%x10", "8%x20");
    let trace = lab.run();
    assert_eq!(
        end(&trace).1,
        Some(Reason::RolledBack),
        "{}",
        trace.lines().join("\n")
    );
    assert_eq!(
        actions(&trace),
        ["k8s.rollout-undo 41", "undo k8s.rollout-undo 42"]
    );
    let early = lab.edit(WELL, "10:13:00Z", "10:10:30Z");
    refused(&early.run(), Reason::Frozen);
}

fn past(at: &str, target: &str) -> PastAction {
    PastAction {
        action: "k8s.rollout-undo".into(),
        target: Some(format!("deployment/shop/{target}")),
        tier: Tier::NEEDS_APPROVAL,
        at: at.parse().unwrap(),
        ended: Some(at.parse().unwrap()),
        undo: false,
    }
}

#[test]
fn caps_rates_cooldowns_and_concurrency_hold() {
    let with = |past: Vec<PastAction>| Lab::new().run_with(|input| input.history = past);
    let cooling = with(vec![past("2026-11-02T10:01:00Z", "checkout")]);
    refused(&cooling, Reason::CapExceeded);
    assert!(refusal_codes(&cooling).contains(&"cooldown"));
    let elsewhere = with(vec![past("2026-11-02T10:01:00Z", "cart")]);
    assert_eq!(end(&elsewhere).0, Outcome::Mitigated);
    let often = with(vec![
        past("2026-11-02T09:30:00Z", "a"),
        past("2026-11-02T09:40:00Z", "b"),
    ]);
    refused(&often, Reason::CapExceeded);
    assert!(refusal_codes(&often).contains(&"rate_limit"));
    assert!(refusal_codes(&often).contains(&"hourly_cap"));
    let mut running = past("2026-11-02T09:00:00Z", "cart");
    running.ended = None;
    let busy = with(vec![running]);
    refused(&busy, Reason::CapExceeded);
    assert!(refusal_codes(&busy).contains(&"concurrency"));
    let mut other = past("2026-11-02T09:00:00Z", "checkout");
    other.action = "k8s.restart".into();
    assert_eq!(end(&with(vec![other.clone()])).0, Outcome::Mitigated);
    other.ended = None;
    let held = with(vec![other.clone()]);
    refused(&held, Reason::CapExceeded);
    assert!(refusal_codes(&held).contains(&"target_busy"));
    assert!(!refusal_codes(&held).contains(&"concurrency"));
    other.tier = Tier::READ_ONLY;
    assert_eq!(end(&with(vec![other])).0, Outcome::Mitigated);
    let tomorrow = with(vec![past("2026-11-03T10:00:00Z", "checkout")]);
    refused(&tomorrow, Reason::CapExceeded);
}

#[test]
fn a_write_that_nobody_would_observe_is_refused() {
    let lab = Lab::new().edit(RUNBOOK, "          verify: {settle: 2m, within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n", "");
    refused_as(&lab, Reason::Unauthorised, "unverified");
}

#[test]
fn a_tier_nobody_may_approve_is_refused() {
    let rule = "    2: {approvals: 2, from: [service_oncall, incident-commanders], distinct: true, expires: 10m, on_timeout: escalate}\n";
    refused_as(
        &Lab::new().edit(POLICY, rule, ""),
        Reason::Unauthorised,
        "approval_impossible",
    );
}

#[test]
fn a_halt_in_force_stops_a_run_at_once() {
    for (level, reason) in [
        (HaltLevel::StopNow, Reason::KillSwitch),
        (HaltLevel::PauseNew, Reason::KillSwitch),
        (HaltLevel::AdviseOnly, Reason::ModeAdvise),
    ] {
        let trace = Lab::new().run_with(|input| input.halt = Some(level));
        refused(&trace, reason);
    }
}

#[test]
fn preflight_fails_closed() {
    let failing = [
        (POLICY, "    sre: {members", "    other: {members"),
        (
            WELL,
            "pending-migrations: {value: 0}",
            "pending-migrations: {value: 1}",
        ),
        (
            WELL,
            "changes: [{type: deploy",
            "changes: [{type: config, at: 2026-11-02T10:08:00Z}, {type: deploy",
        ),
        (RUNBOOK, "corroborated(2)", "corroborated(4)"),
    ];
    for (file, from, to) in failing {
        let trace = Lab::new().edit(file, from, to).run();
        refused(&trace, Reason::PreflightFailed);
    }
    let unknown = Lab::new().edit(
        WELL,
        "pending-migrations: {value: 0}",
        "pending-migrations: {empty: true}",
    );
    refused(&unknown.run(), Reason::PreflightInconclusive);
    let nobody_knows = Lab::new().run_with(|input| input.incident.commander_active = None);
    refused(&nobody_knows, Reason::PreflightInconclusive);
    let in_control = Lab::new().run_with(|input| input.incident.commander_active = Some(true));
    refused(&in_control, Reason::PreflightFailed);
}

#[test]
fn an_undo_that_cannot_be_armed_stops_the_write() {
    let unresolved = [
        (
            "to_revision: \"{{ snapshot.revision }}\"",
            "to_revision: \"{{ snapshot.other }}\"",
        ),
        (
            "namespace: \"{{ params.namespace }}\", deployment: \"{{ params.deployment }}\", to_revision",
            "namespace: \"{{ params.other }}\", deployment: \"{{ params.deployment }}\", to_revision",
        ),
    ];
    for (from, to) in unresolved {
        refused(
            &Lab::new().edit(ACTION, from, to).run(),
            Reason::PreflightFailed,
        );
    }
    for answer in [
        "{unavailable: true}",
        "{empty: true}",
        "{value: 0}",
        "{value: 41.5}",
    ] {
        let lab = Lab::new().edit(
            WELL,
            "deployment-revision: {value: 42}",
            &format!("deployment-revision: {answer}"),
        );
        refused(&lab.run(), Reason::SnapshotFailed);
    }
}
