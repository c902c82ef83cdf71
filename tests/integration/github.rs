//! Facts from GitHub and git, end to end: the binary, real repositories, and a mock that keeps to GitHub's description.
//!
//! Each thing that GOVERNANCE §2 says about GitHub has a test here in which ignoring it would give another verdict.

mod doctor;
mod emergencies;
mod keeping;
mod landings;
mod people;
mod posting;
mod requests;
mod review;
mod time;
mod weather;

use rbk::governance::{Evaluation, Reason};

use crate::forge::world::{ALICE, BOB, CAROL, RUNBOOK, World};

/// A pull request of Alice's that changes a tier 2 runbook, pushed and opened. Two of her team have to approve it.
fn opened() -> (World, u64) {
    let mut world = World::new();
    world.branch("feature");
    world.push(ALICE, "feature", RUNBOOK, "within: 30m", "within: 20m");
    let number = world.open(ALICE, "feature");
    (world, number)
}

/// The same, approved by both others.
pub(crate) fn approved() -> (World, u64) {
    let (mut world, number) = opened();
    world.approve(number, BOB);
    world.approve(number, CAROL);
    (world, number)
}

/// Why reviews do not count.
fn rejected(evaluation: &Evaluation) -> Vec<Reason> {
    evaluation.rejected.iter().map(|it| it.reason).collect()
}
