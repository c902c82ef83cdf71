//! What ends a run from outside: kill switch, commander, severity, budgets.

use super::lab::{Lab, POLICY, RUNBOOK, WELL, actions, end};
use crate::document::model::Outcome;
use crate::engine::reason::Reason;
use crate::engine::trace::Trace;

const DONE: &str = "k8s.rollout-undo 41";
const UNDONE: &str = "undo k8s.rollout-undo 42";

/// The fixture in which everything goes well, with one more event. The action runs from 10:12:00 to
/// 10:12:30, the first look is at 10:14:30, success has held at 10:17:00.
fn with(event: &str) -> Lab {
    Lab::new().edit(
        WELL,
        "  events:\n",
        &format!("  events:\n    - {{{event}}}\n"),
    )
}

/// The same, with an action that makes nothing better: it is undone from 10:14:30 on.
fn failing_with(event: &str) -> Lab {
    with(event).edit(WELL, "8% 0.3%x10", "8%x20")
}

#[track_caller]
fn ends(trace: &Trace, outcome: Outcome, reason: Reason, acts: &[&str]) {
    assert_eq!(
        end(trace),
        (outcome, Some(reason)),
        "{}",
        trace.lines().join("\n")
    );
    assert_eq!(actions(trace), acts, "{}", trace.lines().join("\n"));
    let handoff = trace.handoff().unwrap();
    assert_eq!(handoff.actions_taken.len(), acts.len());
}

#[test]
fn stop_now_stops_everything_the_undo_included() {
    let halt = |at: &str| format!("do: kill_switch, level: stop_now, at: 2026-11-02T{at}Z");
    let stopped =
        |lab: Lab, acts: &[&str]| ends(&lab.run(), Outcome::Stopped, Reason::KillSwitch, acts);
    stopped(with(&halt("10:10:30")), &[]);
    stopped(with(&halt("10:12:10")), &[DONE]);
    stopped(with(&halt("10:15:00")), &[DONE]);
    stopped(failing_with(&halt("10:14:00")), &[DONE]);
    stopped(failing_with(&halt("10:14:40")), &[DONE, UNDONE]);
    let trace = with(&halt("10:15:00")).run();
    assert_eq!(
        trace.handoff().unwrap().armed_undo.len(),
        1,
        "what is armed is handed over"
    );
}

#[test]
fn pause_new_lets_what_is_under_way_end() {
    let halt = |at: &str| format!("do: kill_switch, level: pause_new, at: 2026-11-02T{at}Z");
    let stopped =
        |lab: Lab, acts: &[&str]| ends(&lab.run(), Outcome::Stopped, Reason::KillSwitch, acts);
    stopped(with(&halt("10:10:30")), &[]);
    stopped(with(&halt("10:12:10")), &[DONE]);
    stopped(with(&halt("10:15:00")), &[DONE]);
    stopped(failing_with(&halt("10:14:00")), &[DONE, UNDONE]);
    let trace = with(&halt("10:15:00")).run();
    assert!(
        trace.lines().iter().any(|l| l.contains("held after")),
        "the verification ended first"
    );
}

#[test]
fn advise_only_starts_nothing_new() {
    let halt = |at: &str| format!("do: kill_switch, level: advise_only, at: 2026-11-02T{at}Z");
    ends(
        &with(&halt("10:10:30")).run(),
        Outcome::Escalated,
        Reason::ModeAdvise,
        &[],
    );
    let verified = with(&halt("10:15:00")).run();
    assert_eq!(end(&verified), (Outcome::Mitigated, None));
    ends(
        &failing_with(&halt("10:14:00")).run(),
        Outcome::Escalated,
        Reason::RolledBack,
        &[DONE, UNDONE],
    );
}

#[test]
fn a_commander_who_takes_over_decides_from_there() {
    let takes_over = |at: &str| format!("do: commander_takes_over, at: 2026-11-02T{at}Z");
    for (at, acts) in [
        ("10:10:30", &[][..]),
        ("10:12:10", &[DONE]),
        ("10:15:00", &[DONE]),
    ] {
        ends(
            &with(&takes_over(at)).run(),
            Outcome::Stopped,
            Reason::Commander,
            acts,
        );
    }
    ends(
        &failing_with(&takes_over("10:14:00")).run(),
        Outcome::Stopped,
        Reason::Commander,
        &[DONE],
    );
    ends(
        &failing_with(&takes_over("10:14:40")).run(),
        Outcome::Stopped,
        Reason::Commander,
        &[DONE, UNDONE],
    );
}

#[test]
fn a_raised_severity_hands_over() {
    let severity =
        |name: &str, at: &str| format!("do: severity, severity: {name}, at: 2026-11-02T{at}Z");
    ends(
        &with(&severity("sev1", "10:11:00")).run(),
        Outcome::Escalated,
        Reason::SeverityRaised,
        &[],
    );
    ends(
        &with(&severity("sev1", "10:15:00")).run(),
        Outcome::Escalated,
        Reason::SeverityRaised,
        &[DONE],
    );
    ends(
        &with(&severity("unheard-of", "10:11:00")).run(),
        Outcome::Escalated,
        Reason::SeverityRaised,
        &[],
    );
    let milder = with(&severity("sev3", "10:11:00")).run();
    assert_eq!(end(&milder), (Outcome::Mitigated, None));
    // An undo under way is not abandoned: the run escalates right after it.
    ends(
        &failing_with(&severity("sev1", "10:14:40")).run(),
        Outcome::Escalated,
        Reason::RolledBack,
        &[DONE, UNDONE],
    );
}

#[test]
fn what_is_in_shadow_does_not_use_up_the_budget() {
    let mut lab = Lab::new();
    for number in 0..100 {
        let signature = format!(
            "apiVersion: rbk/v1\nkind: Signature\nmetadata: {{id: shade-{number}, title: Shade, version: 1.0.0, owner: sre, status: shadow}}\nspec:\n  incident_class: elevated-error-rate\n  require:\n    said: {{log: {{contains: shade {number}}}}}\n  score: {{match_at: 1, ambiguous_at: 1}}\n"
        );
        let path = format!("runbooks/signatures/shade-{number}/signature.yaml");
        lab = lab.add(&path, &signature);
    }
    let with = |queries: u32| {
        let budgets = format!("budgets: {{wall_clock: 45m, actions: 3, queries: {queries}}}");
        let lab = lab.clone();
        lab.edit(
            POLICY,
            "budgets: {wall_clock: 45m, actions: 3, queries: 500}",
            &budgets,
        )
        .run()
    };
    let looked_at = |trace: &Trace| {
        let candidates = trace.candidates().iter();
        candidates.filter(|result| !result.stable).count()
    };
    let (ample, scarce) = (with(500), with(100));
    assert_eq!(
        (end(&ample), looked_at(&ample)),
        ((Outcome::Mitigated, None), 100)
    );
    assert_eq!(
        (end(&scarce), looked_at(&scarce)),
        ((Outcome::Mitigated, None), 0)
    );
}

#[test]
fn budgets_end_a_run() {
    let budget = |text: &str| {
        Lab::new().edit(
            POLICY,
            "budgets: {wall_clock: 45m, actions: 3, queries: 500}",
            &format!("budgets: {{{text}}}"),
        )
    };
    let over = |lab: Lab, acts: &[&str]| {
        ends(&lab.run(), Outcome::Escalated, Reason::BudgetExceeded, acts)
    };
    over(budget("wall_clock: 90s, actions: 3, queries: 500"), &[]);
    over(budget("wall_clock: 5m, actions: 3, queries: 500"), &[DONE]);
    over(budget("wall_clock: 45m, actions: 0, queries: 500"), &[]);
    over(budget("wall_clock: 45m, actions: 3, queries: 2"), &[]);
    over(budget("wall_clock: 45m, actions: 3, queries: 14"), &[DONE]);
    let own = Lab::new().edit(
        RUNBOOK,
        "  escalate: {to",
        "  budgets: {wall_clock: 5m}\n  escalate: {to",
    );
    over(own, &[DONE]);
    let looser = Lab::new()
        .edit(
            RUNBOOK,
            "  escalate: {to",
            "  budgets: {wall_clock: 10h}\n  escalate: {to",
        )
        .edit(POLICY, "wall_clock: 45m", "wall_clock: 5m");
    over(looser, &[DONE]);
}

#[test]
fn an_undo_under_way_outlasts_the_clock() {
    let lab = Lab::new().edit(WELL, "8% 0.3%x10", "8%x20").edit(
        POLICY,
        "wall_clock: 45m",
        "wall_clock: 280s",
    );
    // Verification fails after 270 s, the undo takes 30 s.
    ends(
        &lab.run(),
        Outcome::Escalated,
        Reason::RolledBack,
        &[DONE, UNDONE],
    );
}

#[test]
fn evidence_that_grows_old_before_the_write_is_asked_for_again() {
    use crate::engine::command::Command;
    use crate::engine::trace::{Note, Record};
    // The snapshot is slow: with every answer to it two and a half minutes pass.
    let lab = Lab::new();
    let fixture = lab.fixture(WELL);
    let world = super::world::World::new(&fixture);
    let input = world.input();
    let slow = crate::document::unit::Duration::from_secs(150);
    let lab = lab.edit("deployment-revision.yaml", "timeout: 5s", "timeout: 10m");
    let (trace, commands) = world
        .with_delay("deployment-revision", slow)
        .play_recording(&lab.prepared(), input);
    let again = trace.entries.iter().filter(|e| {
        matches!(
            e.what,
            Record::Noted {
                note: Note::EvidenceTooOld { .. }
            }
        )
    });
    assert!(again.count() >= 1, "{}", trace.lines().join("\n"));
    assert_eq!(end(&trace).1, Some(Reason::PreflightInconclusive));
    assert!(!commands.iter().any(|c| matches!(c, Command::Execute(_))));
}
