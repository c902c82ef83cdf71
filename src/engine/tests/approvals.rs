//! Who may give a go-ahead, and for what.

use super::lab::{Lab, POLICY, WELL, actions, end, refused};
use crate::document::Digest;
use crate::document::model::Outcome;
use crate::engine::reason::Reason;
use crate::engine::trace::{Record, Trace};

const EVENTS: &str = "    - {do: approve, after: 1m, by: alice, team: sre, step: undo}\n    - {do: approve, after: 2m, by: dave, team: incident-commanders, step: undo}\n";

fn answered(events: &[&str]) -> Trace {
    let lines: String = events.iter().map(|e| format!("    - {{{e}}}\n")).collect();
    Lab::new().edit(WELL, EVENTS, &lines).run()
}

fn ignored(trace: &Trace) -> Vec<&str> {
    let answers = trace.entries.iter().filter_map(|e| match &e.what {
        Record::ApprovalAnswered { ignored, .. } => ignored.as_deref(),
        _ => None,
    });
    answers.collect()
}

#[test]
fn two_people_of_the_teams_named_are_enough() {
    for second in [
        "by: dave, team: incident-commanders",
        "by: dave",
        "by: bob, team: service_oncall",
        "by: BOB",
    ] {
        let trace = answered(&[
            "do: approve, after: 1m, by: alice, team: sre",
            &format!("do: approve, after: 2m, {second}"),
        ]);
        assert_eq!(end(&trace), (Outcome::Mitigated, None), "{second}");
    }
}

#[test]
fn an_approval_that_does_not_count_changes_nothing() {
    for second in [
        "by: alice",                       // the same person twice
        "by: alice, team: service_oncall", // in the name of the same team
        "by: mallory",                     // of no team
        "by: mallory, team: sre",          // a claim is no proof
        "by: dave, team: sre",             // of another team
        "by: agent",                       // the agent itself
        "by: dave, team: platform",        // a team that may not answer
    ] {
        let trace = answered(&[
            "do: approve, after: 1m, by: alice, team: sre",
            &format!("do: approve, after: 2m, {second}"),
        ]);
        refused(&trace, Reason::ApprovalTimeout);
    }
}

#[test]
fn aliases_are_one_person_and_barred_accounts_none() {
    let lab = |from: &str, to: &str| Lab::new().edit(POLICY, from, to);
    let aliases = lab("  execute:", "  aliases: [[alice, dave]]\n  execute:");
    refused(&aliases.run(), Reason::ApprovalTimeout);
    let barred = lab("  execute:", "  never_approve: [dave]\n  execute:");
    refused(&barred.run(), Reason::ApprovalTimeout);
    let unlisted = lab(
        "    incident-commanders: {members: [{login: dave, id: 104}, {login: erin, id: 105}]}",
        "    incident-commanders: {github: acme/commanders, id: 7}",
    );
    refused(&unlisted.run(), Reason::ApprovalTimeout);
}

#[test]
fn a_refusal_by_anyone_who_may_answer_ends_the_run() {
    let trace = answered(&[
        "do: approve, after: 1m, by: alice",
        "do: deny, after: 90s, by: bob",
        "do: approve, after: 2m, by: dave",
    ]);
    refused(&trace, Reason::ApprovalDenied);
    let trace = answered(&[
        "do: approve, after: 1m, by: alice",
        "do: deny, after: 90s, by: mallory",
        "do: approve, after: 2m, by: dave",
    ]);
    assert_eq!(end(&trace).0, Outcome::Mitigated, "not everyone may refuse");
    assert_eq!(ignored(&trace).len(), 1);
}

#[test]
fn silence_never_grants() {
    let trace = answered(&[
        "do: approve, after: 1m, by: alice",
        "do: approve, after: 10m, by: dave",
    ]);
    refused(&trace, Reason::ApprovalTimeout);
    assert_eq!(end(&trace).0, Outcome::Escalated);
    let stop = Lab::new()
        .edit(
            POLICY,
            "expires: 10m, on_timeout: escalate",
            "expires: 10m, on_timeout: stop",
        )
        .edit(WELL, EVENTS, "    - {do: approve, after: 1m, by: alice}\n");
    let trace = stop.run();
    refused(&trace, Reason::ApprovalTimeout);
    assert_eq!(end(&trace).0, Outcome::Stopped);
}

#[test]
fn an_approval_is_bound_to_the_call() {
    use crate::engine::command::Command;
    use crate::engine::event::{Event, EventKind};
    let fixture = Lab::new().fixture(WELL);
    let world = super::world::World::new(&fixture);
    let input = world.input();
    let at = input.begin;
    let (trace, commands) = world.play_recording(&Lab::new().prepared(), input);
    let question = commands.iter().find_map(|c| match c {
        Command::RequestApproval(request) => Some(request.id),
        _ => None,
    });
    let (call, _) = trace.executed().next().unwrap();
    assert_eq!(question, call.digest(), "what was approved is what was run");
    let (mut engine, _) = Lab::new().engine();
    let stray = EventKind::Approval {
        question: Digest::of(b"another call"),
        by: "alice".to_owned(),
        team: None,
        approve: true,
    };
    engine.step(Event { at, kind: stray });
    assert_eq!(ignored(engine.trace()).len(), 1);
}

#[test]
fn another_release_during_the_question_voids_the_approval() {
    // The call approved would return to revision 41; by now that is another call.
    let lab = Lab::new().edit(WELL, "  changes: [", "  changes: [{type: deploy, at: 2026-11-02T10:04:30Z, facts: {revision: 43, previous_revision: 42}}, ");
    assert_eq!(actions(&lab.run()), ["k8s.rollout-undo 42"]);
    let later = lab.edit(WELL, "10:04:30Z", "10:11:00Z");
    let trace = later.run();
    assert!(actions(&trace).is_empty());
    assert_eq!(end(&trace).0, Outcome::Escalated);
}

#[test]
fn the_evidence_is_looked_at_again_after_the_go_ahead() {
    // The error goes away while people are asked.
    let gone = Lab::new().edit(WELL, "0.2%x11 8%x68", "0.2%x11 8%x10 0.2%x57");
    refused(&gone.run(), Reason::ConfidenceFell);
    let migrations = Lab::new().edit(
        WELL,
        "pending-migrations: {value: 0}",
        "pending-migrations: \"0x22 3x50\"",
    );
    refused(&migrations.run(), Reason::PreflightFailed);
}
