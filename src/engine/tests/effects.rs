//! What happens once an action runs: its result, its verification, its undo.

use super::lab::{ACTION, Lab, POLICY, RUNBOOK, WELL, actions, end, two_writes};
use crate::document::model::Outcome;
use crate::engine::handoff::Effect;
use crate::engine::reason::Reason;
use crate::engine::trace::{Record, Trace, VerifyEnd};

const WORLD: &str = "    - {on: undo, takes: 30s, then: {http-error-ratio: \"8% 0.3%x10\"}}\n";
const DONE: &str = "k8s.rollout-undo 41";
const UNDONE: &str = "undo k8s.rollout-undo 42";

fn world(entries: &[&str]) -> Lab {
    let lines: String = entries.iter().map(|e| format!("    - {{{e}}}\n")).collect();
    Lab::new().edit(WELL, WORLD, &lines)
}

#[track_caller]
fn ends(trace: &Trace, reason: Reason, acts: &[&str]) {
    assert_eq!(
        end(trace),
        (Outcome::Escalated, Some(reason)),
        "{}",
        trace.lines().join("\n")
    );
    assert_eq!(actions(trace), acts, "{}", trace.lines().join("\n"));
}

fn verified(trace: &Trace) -> Option<VerifyEnd> {
    trace.entries.iter().rev().find_map(|e| match &e.what {
        Record::Verified { end, .. } => Some(*end),
        _ => None,
    })
}

#[test]
fn an_error_of_the_executor_is_quoted_and_escalated() {
    let trace = world(&["on: undo, result: error, error: \"no such revision\\u001b[2J\""]).run();
    ends(&trace, Reason::ActionFailed, &[DONE]);
    let handoff = trace.handoff().unwrap();
    let Effect::Failed { error } = &handoff.actions_taken[0].effect else {
        panic!("{handoff:?}");
    };
    assert_eq!(error, "\"no such revision\\u{1b}[2J\"");
    assert!(
        handoff.armed_undo.is_empty(),
        "what was not done needs no undo"
    );
}

#[test]
fn an_idempotent_action_is_tried_again() {
    let retry = "          on_failure: rollback\n          retry: {attempts: 2, cooldown: 1m}\n";
    let fails_once = |lab: Lab| lab.edit(RUNBOOK, "          on_failure: rollback\n", retry);
    let entries = [
        "on: undo, result: error, takes: 10s",
        "on: undo, takes: 30s, then: {http-error-ratio: \"8% 0.3%x10\"}",
    ];
    let trace = fails_once(world(&entries)).run();
    assert_eq!(
        end(&trace),
        (Outcome::Mitigated, None),
        "{}",
        trace.lines().join("\n")
    );
    assert_eq!(actions(&trace), [DONE, DONE]);
    let asked = trace
        .entries
        .iter()
        .filter(|e| matches!(e.what, Record::ApprovalAsked { .. }));
    assert_eq!(asked.count(), 1, "people are asked once per step");
    let always = fails_once(world(&["on: undo, result: error, takes: 10s"])).run();
    ends(&always, Reason::ActionFailed, &[DONE, DONE]);
    let once = fails_once(world(&entries)).edit(ACTION, "idempotent: true", "idempotent: false");
    ends(&once.run(), Reason::ActionFailed, &[DONE]);
}

#[test]
fn an_executor_that_does_not_answer_leaves_the_effect_unknown() {
    for then in [
        "",
        ", then: {http-error-ratio: \"8% 0.3%x10\"}",
        ", then: {http-error-ratio: \"8%x20\"}",
    ] {
        let trace = world(&[&format!("on: undo, result: timeout{then}")]).run();
        ends(&trace, Reason::ActionTimeout, &[DONE]);
        assert_eq!(verified(&trace), Some(VerifyEnd::Unknown));
        let handoff = trace.handoff().unwrap();
        assert_eq!(handoff.actions_taken[0].effect, Effect::Unknown);
        assert_eq!(handoff.armed_undo.len(), 1);
        assert!(handoff.next_step.contains("took effect"));
    }
}

#[test]
fn success_has_to_hold_without_interruption() {
    // Good, bad for one look, then good: the clock of success starts again.
    let trace =
        world(&["on: undo, takes: 30s, then: {http-error-ratio: \"0.3%x6 3% 0.3%x40\"}"]).run();
    assert_eq!(end(&trace), (Outcome::Mitigated, None));
    let never = world(&["on: undo, takes: 30s, then: {http-error-ratio: \"0.3%x3 3% 0.3%x3 3% 0.3%x3 3% 0.3%x3 3% 0.3%x3 3% 0.3%x3 3% 0.3%x3 3%\"}"]).run();
    assert_eq!(verified(&never), Some(VerifyEnd::Failed));
    ends(&never, Reason::RolledBack, &[DONE, UNDONE]);
}

#[test]
fn what_cannot_be_verified_is_left_armed() {
    for answer in ["{unavailable: true}", "{empty: true}", "\"_x40\""] {
        let trace = world(&[&format!(
            "on: undo, takes: 30s, then: {{http-error-ratio: {answer}}}"
        )])
        .run();
        ends(&trace, Reason::VerifyInconclusive, &[DONE]);
        assert_eq!(trace.handoff().unwrap().armed_undo.len(), 1);
    }
    let guard = world(&["on: undo, takes: 30s, then: {http-error-ratio: \"8% 0.3%x10\", neighbour-error-ratio: {unavailable: true}}"]).run();
    ends(&guard, Reason::VerifyInconclusive, &[DONE]);
}

#[test]
fn a_failed_step_escalates_when_it_says_so() {
    let lab = world(&["on: undo, takes: 30s"]).edit(
        RUNBOOK,
        "on_failure: rollback",
        "on_failure: escalate",
    );
    let trace = lab.run();
    ends(&trace, Reason::VerifyFailed, &[DONE]);
    assert_eq!(trace.handoff().unwrap().armed_undo.len(), 1);
}

#[test]
fn an_undo_that_fails_is_told_at_once() {
    for result in ["error", "timeout"] {
        let trace = world(&[
            "on: undo, takes: 30s",
            &format!("on: undo, result: {result}"),
        ])
        .run();
        ends(&trace, Reason::RollbackFailed, &[DONE, UNDONE]);
    }
    let expired = world(&["on: undo, takes: 30s"]).edit(ACTION, "valid_for: 24h", "valid_for: 1m");
    ends(&expired.run(), Reason::RollbackFailed, &[DONE]);
}

#[test]
fn the_undo_is_exempt_from_caps_and_cooldowns() {
    let lab = world(&["on: undo, takes: 30s"]).edit(ACTION, "rate: 2 per 1h", "rate: 1 per 1h");
    ends(&lab.run(), Reason::RolledBack, &[DONE, UNDONE]);
}

#[test]
fn writes_are_undone_last_in_first_out() {
    let entries = "    - {on: undo, takes: 30s, then: {http-error-ratio: \"8% 0.3%x10\"}}\n    - {on: again, takes: 30s, then: {http-error-ratio: \"8%x40\", deployment-revision: {value: 7}}}\n    - {on: k8s.rollout-undo, takes: 30s}\n";
    let trace = two_writes().edit(WELL, WORLD, entries).run();
    assert_eq!(
        end(&trace).1,
        Some(Reason::RolledBack),
        "{}",
        trace.lines().join("\n")
    );
    let targets: Vec<(bool, &str)> = trace
        .executed()
        .map(|(call, _)| (call.undo, call.target.as_deref().unwrap()))
        .collect();
    let (first, second) = (
        "deployment/shop/checkout",
        "deployment/shop/payments-gateway",
    );
    assert_eq!(
        targets,
        [
            (false, first),
            (false, second),
            (true, second),
            (true, first)
        ]
    );
}

#[test]
fn a_second_write_on_one_target_counts_as_tier_2() {
    let lab = two_writes()
        .edit(
            RUNBOOK,
            "deployment: payments-gateway",
            "deployment: checkout",
        )
        .edit(ACTION, "  tier: 2", "  tier: 1")
        .edit(ACTION, "cooldown: 15m", "cooldown: 1s")
        .edit(
            POLICY,
            "production: {0: auto, 1: gated",
            "production: {0: auto, 1: auto",
        )
        .edit(RUNBOOK, "max_tier: 2", "max_tier: 1");
    let trace = lab.run();
    assert_eq!(actions(&trace), [DONE]);
    assert_eq!(end(&trace).1, Some(Reason::TierTooHigh));
}

#[test]
fn a_cap_on_targets_holds_within_a_run() {
    let lab = two_writes().edit(POLICY, "2: {max_targets: 2", "2: {max_targets: 1");
    ends(&lab.run(), Reason::CapExceeded, &[DONE]);
    let lab = two_writes().edit(ACTION, "max_targets: 2, min", "max_targets: 1, min");
    ends(&lab.run(), Reason::CapExceeded, &[DONE]);
}

#[test]
fn a_failed_call_undoes_the_writes_before_it() {
    let entries = "    - {on: undo, takes: 30s, then: {http-error-ratio: \"8% 0.3%x10\"}}\n    - {on: again, result: error}\n    - {on: k8s.rollout-undo, takes: 30s}\n";
    let trace = two_writes().edit(WELL, WORLD, entries).run();
    ends(
        &trace,
        Reason::RolledBack,
        &[DONE, "k8s.rollout-undo 7", UNDONE],
    );
}

#[test]
fn what_runs_is_what_was_looked_at_and_armed() {
    // The second step names the latest release, and another one happens while the first is verified.
    let lab = two_writes()
        .edit(RUNBOOK, "to_revision: 7", "to_revision: \"{{ change.deploy.previous_revision }}\"")
        .edit(WELL, "  changes: [", "  changes: [{type: deploy, at: 2026-11-02T10:13:00Z, facts: {revision: 43, previous_revision: 42}}, ");
    let trace = lab.run();
    assert_eq!(actions(&trace), [DONE, "k8s.rollout-undo 42"]);
    let mut before =
        trace.entries.iter().rev().skip_while(
            |e| !matches!(&e.what, Record::Executed { call, .. } if call.step == "again"),
        );
    let last = before.find(|e| matches!(e.what, Record::Preflight { .. }));
    assert!(
        matches!(
            last.map(|e| &e.what),
            Some(Record::Preflight { again: true, .. })
        ),
        "preflight is repeated for the other call"
    );
}
