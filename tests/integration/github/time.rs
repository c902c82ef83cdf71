//! When something was approved, by the forge's clock: dates of commits are chosen by whoever makes them.

use rbk::governance::{Reason, Verdict};

use super::{approved, opened, rejected};
use crate::forge::state::{Activity, CheckRun, Happened};
use crate::forge::world::{ALICE, BOB, CAROL, How, MALLORY, RUNBOOK, World};

/// After a force-push GitHub may show old approvals on the new head.
#[test]
fn an_approval_that_was_moved_to_another_head_does_not_count() {
    let (mut world, number) = approved();
    let main = world.head("main");
    let worse = world
        .read(&main, RUNBOOK)
        .replace("within: 30m", "within: 90m");
    let edit = (RUNBOOK.to_owned(), Some(worse));
    let replaced = world.commit_on(Some(&main), ALICE, "Change it", &[edit]);
    world.force_push(ALICE, "feature", &replaced);
    world.forge.with(|state| {
        let pull = state.pulls.get_mut(&number).unwrap();
        for review in &mut pull.reviews {
            review.commit = Some(replaced.clone());
        }
    });
    world.merge(number, BOB, How::Squash);
    let evaluation = world.newest();
    assert_eq!(evaluation.verdict, Verdict::Deny);
    assert_eq!(rejected(&evaluation), [Reason::StaleReanchored; 2]);
}

/// Whoever makes a commit dates it. One that claims to be older than its approvals is not.
#[test]
fn a_commit_that_is_dated_back_was_not_there_earlier() {
    let (mut world, number) = approved();
    let main = world.head("main");
    let worse = world
        .read(&main, RUNBOOK)
        .replace("within: 30m", "within: 90m");
    world.misdate(-600);
    let edit = (RUNBOOK.to_owned(), Some(worse));
    let replaced = world.commit_on(Some(&main), ALICE, "Change it", &[edit]);
    world.misdate(0);
    world.force_push(ALICE, "feature", &replaced);
    world.forge.with(|state| {
        let pull = state.pulls.get_mut(&number).unwrap();
        for review in &mut pull.reviews {
            review.commit = Some(replaced.clone());
        }
    });
    world.merge(number, BOB, How::Squash);
    let rejected = rejected(&world.newest());
    assert_eq!(rejected, [Reason::StaleReanchored; 2]);
}

/// Nor does one that claims to be from tomorrow make approvals stale.
#[test]
fn a_commit_that_is_dated_ahead_can_be_approved_today() {
    let mut world = World::new();
    world.branch("feature");
    world.misdate(600);
    world.push(ALICE, "feature", RUNBOOK, "within: 30m", "within: 20m");
    world.misdate(0);
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

/// The push that made the head the head may be many pushes ago, and on a later page.
#[test]
fn pushes_are_read_to_their_end() {
    let (mut world, number) = approved();
    let head = world.pull(number).head;
    world.merge(number, BOB, How::Squash);
    world.wait(1);
    let now = world.now();
    world.forge.with(|state| {
        let repository = state.repositories.get_mut(&9001).unwrap();
        let last = repository.activity.last().unwrap().clone();
        let later = (0..130).map(|id| Activity {
            id: 900_000 + id,
            branch: "feature".to_owned(),
            before: head.clone(),
            after: "d".repeat(40),
            at: now,
            kind: "push".to_owned(),
            ..last.clone()
        });
        repository.activity.extend(later);
    });
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

/// Pushing what was approved once more, after something else was the head, revives nothing.
#[test]
fn going_back_to_an_approved_commit_does_not_bring_its_approvals_back() {
    let (mut world, number) = approved();
    let good = world.pull(number).head;
    world.push(ALICE, "feature", RUNBOOK, "within: 20m", "within: 90m");
    world.force_push(ALICE, "feature", &good);
    world.merge(number, BOB, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::StaleReanchored; 2]);
}

#[test]
fn an_approval_of_an_earlier_head_does_not_cover_a_later_one() {
    let (mut world, number) = approved();
    world.push(ALICE, "feature", RUNBOOK, "within: 20m", "within: 90m");
    world.merge(number, BOB, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::StaleCommit; 2]);
}

#[test]
fn an_approval_after_the_merge_comes_too_late() {
    let (mut world, number) = opened();
    world.approve(number, BOB);
    world.merge(number, BOB, How::Squash);
    world.approve(number, CAROL);
    assert_eq!(rejected(&world.newest()), [Reason::ApprovalAfterMerge]);
}

#[test]
fn an_approval_for_another_branch_does_not_count_here() {
    let (mut world, number) = approved();
    world.event(number, ALICE, Happened::Simple("base_ref_changed"));
    world.wait(1);
    world.merge(number, BOB, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::StaleRetargeted; 2]);
}

#[test]
fn a_pull_request_of_another_repository_or_branch_does_not_count_here() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    world.forge.with(|state| {
        state.pulls.get_mut(&number).unwrap().base_branch = "release".to_owned();
    });
    assert_eq!(world.newest().reasons, [Reason::PrNotMergedHere]);
}

/// A change from a fork, whose pushes nobody here may see.
fn of_fork() -> (World, u64) {
    let mut world = World::new();
    world.fork("feature");
    world.forge.with(|state| {
        state.access.hidden.insert(crate::forge::world::FORK);
    });
    world.push(MALLORY, "feature", RUNBOOK, "within: 30m", "within: 20m");
    let number = world.open(MALLORY, "feature");
    (world, number)
}

#[test]
fn of_a_fork_it_is_not_known_when_the_head_became_the_head() {
    let (mut world, number) = of_fork();
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::FreshnessUnproven; 2]);
}

/// With the fork went whatever could be known of its pushes, and the head is still in the repository it was for.
#[test]
fn a_fork_that_was_deleted_proves_nothing() {
    let (mut world, number) = of_fork();
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Merge);
    world.forge.with(|state| {
        let fork = state.repositories.get_mut(&crate::forge::world::FORK);
        fork.unwrap().is_deleted = true;
    });
    let evaluation = world.newest();
    assert_eq!(rejected(&evaluation), [Reason::FreshnessUnproven; 2]);
    assert_eq!(evaluation.verdict, Verdict::Deny);
}

/// A check that ran on the head shows that it was there by then.
#[test]
fn a_check_of_the_head_shows_that_it_was_there() {
    let (mut world, number) = of_fork();
    let (head, started_at) = (world.pull(number).head, world.now());
    world.forge.with(|state| {
        let id = state.fresh_id();
        state.check_runs.push(CheckRun {
            id,
            name: "check".to_owned(),
            head,
            started_at,
        });
    });
    world.wait(1);
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    assert_eq!(world.newest().verdict, Verdict::Allow);

    // But not that it stayed the head.
    world.event(number, MALLORY, Happened::Simple("head_ref_force_pushed"));
    assert_eq!(rejected(&world.newest()), [Reason::StaleReanchored; 2]);
}

/// What happens to the branch of that name after the merge says nothing about what was merged.
#[test]
fn a_branch_that_is_used_again_does_not_disturb_what_it_was_used_for() {
    let (mut world, number) = approved();
    let head = world.pull(number).head;
    world.merge(number, BOB, How::Squash);
    world.set_branch(9001, "feature", &head, CAROL, "force_push");
    assert_eq!(world.newest().verdict, Verdict::Allow);
}
