//! What is published while something unapproved is on the branch, under `publish: {on_denied: keep_previous}` (GOVERNANCE §6).

use super::approved;
use crate::forge::world::{
    ACTION, ALICE, BASE, BOB, CAROL, DAVE, How, MALLORY, POLICY, RUNBOOK, World,
};
use crate::workbench::{Ran, words};

const FIXTURE: &str = "runbooks/error-rate-after-deploy/fixtures/unapproved.yaml";

/// A repository that keeps what was approved last; the runbook was changed with approval.
fn keeping() -> World {
    let mut world = World::with_policy(|policy| {
        let publish = "  publish: {on_denied: keep_previous}\n  tests:\n";
        policy.replacen("  tests:\n", publish, 1)
    });
    world.branch("feature");
    world.push(ALICE, "feature", RUNBOOK, "within: 30m", "within: 20m");
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    world
}

/// Gathers, builds, and lets the bundle be verified when there is one.
fn build(world: &World) -> Ran {
    world.clone_anew();
    let records = world.bench.path("records.jsonl");
    let gather = ["approvals", "facts", "--out", records.to_str().unwrap()];
    world.rbk(&gather).expect(0);
    let _ = std::fs::remove_dir_all(world.bench.path("bundle"));
    let ran = world.bench.rbk(&words(
        "bundle build clone --records records.jsonl --out bundle",
    ));
    if ran.code == Some(0) {
        let verify = "approvals verify --bundle bundle --records records.jsonl";
        world.bench.rbk(&words(verify)).expect(0);
    }
    ran
}

/// What the bundle says the runbook is.
fn published(world: &World) -> String {
    let listed = world.bench.rbk(&words("bundle show bundle"));
    let line = listed
        .stdout
        .lines()
        .find(|line| line.contains("Runbook/error-rate"));
    line.unwrap().to_owned()
}

#[test]
fn the_runbook_is_published_as_it_was_approved_last() {
    let mut world = keeping();
    build(&world).expect(0);
    let before = published(&world);
    world.push(MALLORY, "main", RUNBOOK, "within: 20m", "within: 60m");
    let ran = build(&world).expect(0);
    assert!(ran.stdout.contains("NO_PULL_REQUEST"), "{ran}");
    let kept = format!("kept as it was approved last: {RUNBOOK}");
    assert!(ran.stdout.contains(&kept), "{ran}");
    assert_eq!(published(&world), before);

    // It stays so when somebody approves a change on top, which does not show what was there before.
    world.branch("more");
    world.push(ALICE, "more", RUNBOOK, "within: 60m", "within: 50m");
    let number = world.open(ALICE, "more");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    build(&world).expect(0);
    assert_eq!(published(&world), before);

    // What is reverted needs nothing to be kept.
    world.push(ALICE, "main", RUNBOOK, "within: 50m", "within: 20m");
    let ran = build(&world).expect(0);
    assert!(!ran.stdout.contains("kept"), "{ran}");
    assert_eq!(published(&world), before);
}

#[test]
fn a_form_that_nobody_approved_is_not_made_up() {
    let mut world = keeping();
    world.push(MALLORY, "main", RUNBOOK, "within: 20m", "within: 60m");
    build(&world).expect(0);
    world.branch("action");
    world.push(ALICE, "action", ACTION, "title: ", "title: Really ");
    let number = world.open(ALICE, "action");
    world.approve(number, BOB);
    world.approve(number, DAVE);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    // The runbook as it was approved, with an action that was approved with another form of it: nobody saw these together.
    let ran = build(&world).expect(1);
    assert!(
        ran.stdout
            .contains("not the form that statement 2 allowed last"),
        "{ran}"
    );
}

#[test]
fn what_others_are_resolved_with_cannot_be_kept() {
    for (path, from, to) in [
        (ACTION, "title: ", "title: Really "),
        (POLICY, "title: Runbook policy", "title: My policy"),
    ] {
        let mut world = keeping();
        world.push(MALLORY, "main", path, from, to);
        let ran = build(&world).expect(1);
        assert!(
            ran.stdout
                .contains("can keep runbooks, fixtures and postmortems"),
            "{ran}"
        );
        assert!(!world.bench.path("bundle").exists());
    }
}

#[test]
fn what_was_never_approved_is_left_out() {
    let mut world = keeping();
    build(&world).expect(0);
    let before = published(&world);
    let main = world.head("main");
    let quiet = "runbooks/error-rate-after-deploy/fixtures/quiet.yaml";
    let text = world.read(&main, quiet).replacen("id: ", "id: other-", 1);
    let edit = (FIXTURE.to_owned(), Some(text));
    let commit = world.commit_on(Some(&main), MALLORY, "One more", &[edit]);
    world.set_branch(BASE, "main", &commit, MALLORY, "push");
    let ran = build(&world).expect(0);
    assert!(
        ran.stdout
            .contains(&format!("left out, since it was never approved: {FIXTURE}")),
        "{ran}"
    );
    assert_eq!(published(&world), before);
}

#[test]
fn a_policy_that_does_not_say_so_publishes_nothing() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    build(&world).expect(0);
    world.push(MALLORY, "main", RUNBOOK, "within: 20m", "within: 60m");
    let ran = build(&world).expect(1);
    assert!(ran.stdout.contains("nothing is built"), "{ran}");
}
