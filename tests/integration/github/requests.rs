//! How much is asked of GitHub.

use super::approved;
use crate::forge::world::{ALICE, BOB, CAROL, How, RUNBOOK, World};

/// What one landing costs: the pull requests of its commit, the pull request, its commits, reviews, timeline, and pushes.
const PER_LANDING: usize = 6;

fn two_landings() -> World {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    world.branch("second");
    world.push(BOB, "second", RUNBOOK, "within: 20m", "within: 25m");
    let number = world.open(BOB, "second");
    world.approve(number, ALICE);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Merge);
    world
}

#[test]
fn no_more_is_asked_than_needed() {
    let world = two_landings();
    let records = world.records(&[]);
    assert_eq!(records.len(), 3);
    let log = world.forge.log();
    assert_eq!(log.total(), 2 * PER_LANDING, "{log}");
    assert_eq!(log.writes(), 0);
    let since = records[1].facts.landing.tip.clone();
    world.forge.forget();
    world.records(&["--since", &since]);
    assert_eq!(world.forge.log().total(), PER_LANDING);
}

#[test]
fn asking_again_costs_nothing_of_the_limit_while_nothing_changed() {
    let mut world = two_landings();
    let cache = world.bench.path("cache");
    let cache = ["--cache", cache.to_str().unwrap()];
    let first = world.records(&cache);
    world.forge.forget();
    let second = world.records(&cache);
    assert_eq!(world.forge.log().charged(), 0, "{}", world.forge.log());
    assert_eq!(first.len(), second.len());
    // One more review is seen, and costs what it changes: the pull request, where it is listed, its reviews and timeline.
    world.review(1, CAROL, "COMMENTED");
    world.forge.forget();
    let third = world.records(&cache);
    assert!(world.forge.log().charged() <= 4, "{}", world.forge.log());
    assert_eq!(third[1].facts.reviews.len(), 3);
}

#[test]
fn lists_are_read_to_their_end() {
    let (mut world, number) = approved();
    for _ in 0..230 {
        world.review(number, CAROL, "COMMENTED");
    }
    world.merge(number, BOB, How::Squash);
    let records = world.records(&[]);
    assert_eq!(records[1].facts.reviews.len(), 232);
    let reviews = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews";
    assert_eq!(world.forge.log().count("GET", reviews), 3);
}

/// GitHub lists 250 commits of a pull request and no more; whoever wrote one of the others is a contributor too.
#[test]
fn a_commit_that_the_list_leaves_out_is_asked_for() {
    let mut world = World::new();
    world.branch("feature");
    let mut head = world.head("main");
    for number in 0..252 {
        let note = ("notes.md".to_owned(), Some(format!("{number}\n")));
        head = world.commit_on(Some(&head), ALICE, "Note", &[note]);
    }
    world.set_branch(9001, "feature", &head, ALICE, "push");
    world.push_as(
        ALICE,
        (BOB, "Change it"),
        "feature",
        RUNBOOK,
        "within: 30m",
        "within: 20m",
    );
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, CAROL, How::Squash);
    let evaluation = world.newest();
    assert!(evaluation.contributors.contains(&BOB), "{evaluation:?}");
    let single = "/repos/{owner}/{repo}/commits/{ref}";
    assert_eq!(world.forge.log().count("GET", single), 3);
}
