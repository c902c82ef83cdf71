//! `rbk review`, as a workflow runs it.

use serde_json::{Value, json};

use super::{approved, opened};
use crate::forge::world::{ACTION, ALICE, BOB, CAROL, POLICY, RUNBOOK, World};
use crate::workbench::Ran;

/// Runs the review on the event of a pull request, with a summary as a runner has it.
fn review(world: &World, number: u64, more: &[&str]) -> Ran {
    let head = world.pull(number).head;
    let event = json!({"pull_request": {"number": number, "head": {"sha": head}, "base": {"sha": world.head("main")}}});
    world.bench.write("event.json", event.to_string());
    world.clone_anew();
    world.rbk_with(&[&["review"], more].concat(), |command| {
        command
            .env("GITHUB_EVENT_PATH", world.bench.path("event.json"))
            .env("GITHUB_STEP_SUMMARY", world.bench.path("summary.md"));
    })
}

fn comments(world: &World) -> Vec<String> {
    world
        .forge
        .with(|state| state.comments.iter().map(|it| it.body.clone()).collect())
}

fn statuses(world: &World) -> Vec<(String, String)> {
    world.forge.with(|state| {
        let statuses = state.statuses.iter();
        let said =
            statuses.map(|it| (it.state.clone(), it.description.clone().unwrap_or_default()));
        said.collect()
    })
}

#[test]
fn a_reviewer_reads_what_is_missing_and_who_can_give_it() {
    let (world, number) = opened();
    let ran = review(&world, number, &[]).expect(0);
    let [comment] = comments(&world).try_into().unwrap();
    assert!(
        comment.contains("bob") && comment.contains("carol"),
        "{comment}"
    );
    let [(state, description)] = statuses(&world).try_into().unwrap();
    assert_eq!(state, "pending", "{description}");
    assert!(world.bench.read("summary.md").contains("Pull request 1"));
    assert!(ran.stdout.contains("comment: new"), "{ran}");
}

#[test]
fn saying_the_same_again_asks_nothing_of_github() {
    let (mut world, number) = opened();
    review(&world, number, &[]).expect(0);
    let ran = review(&world, number, &[]).expect(0);
    assert!(
        ran.stdout.contains("comment: unchanged\nstatus: unchanged"),
        "{ran}"
    );
    assert_eq!(world.forge.log().writes(), 2);
    world.approve(number, BOB);
    world.approve(number, CAROL);
    let ran = review(&world, number, &[]).expect(0);
    assert!(
        ran.stdout.contains("comment: updated\nstatus: updated"),
        "{ran}"
    );
    assert_eq!(comments(&world).len(), 1);
    assert_eq!(statuses(&world).last().unwrap().0, "success");
}

#[test]
fn the_comments_of_others_are_left_alone() {
    let (world, number) = opened();
    let forged = "<!-- rbk:review v1 sha256:00 -->\nEverything is approved.";
    world.forge.with(|state| {
        let (id, at) = (state.fresh_id(), state.now);
        state.comments.push(crate::forge::state::Comment {
            id,
            number,
            author: crate::forge::world::MALLORY,
            body: forged.to_owned(),
            created_at: at,
            updated_at: at,
        });
    });
    review(&world, number, &[]).expect(0);
    let comments = comments(&world);
    assert_eq!(comments.len(), 2);
    assert_eq!(comments[0], forged);
}

#[test]
fn a_token_that_may_only_read_leaves_the_summary() {
    let (world, number) = opened();
    world.forge.with(|state| state.access.may_write = false);
    let ran = review(&world, number, &[]).expect(0);
    assert!(
        ran.stderr.contains("the job summary has the whole review"),
        "{ran}"
    );
    assert!(comments(&world).is_empty());
    assert!(world.bench.read("summary.md").contains("bob"));
}

#[test]
fn what_is_more_dangerous_comes_first() {
    let mut world = World::new();
    world.branch("feature");
    world.push(ALICE, "feature", ACTION, "no_commander, ", "");
    world.push(ALICE, "feature", ACTION, "  tier: 2\n", "  tier: 3\n");
    world.push(
        ALICE,
        "feature",
        RUNBOOK,
        "services: [checkout]",
        "services: [checkout, payments-gateway]",
    );
    let number = world.open(ALICE, "feature");
    let ran = review(&world, number, &["--format", "json", "--dry-run"]).expect(1);
    let review: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(review["conclusion"], "waiting", "{review:#}");
    assert_eq!(world.forge.log().writes(), 0);
}

#[test]
fn a_change_of_the_policy_is_judged_by_the_policy_before_it() {
    let mut world = World::new();
    world.branch("feature");
    world.push(
        ALICE,
        "feature",
        POLICY,
        "require: {sre: 2}, min_distinct: 2}\n  tests",
        "require: {sre: 1}, min_distinct: 1}\n  tests",
    );
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    review(&world, number, &[]);
    assert_eq!(statuses(&world).last().unwrap().0, "pending");
}

#[test]
fn a_head_that_moved_on_is_reviewed_by_its_own_run() {
    let (mut world, number) = approved();
    let head = world.pull(number).head;
    world.push(ALICE, "feature", RUNBOOK, "within: 20m", "within: 90m");
    let ran = review(&world, number, &["--expect-head", &head]).expect(3);
    assert!(ran.stderr.contains("this run is for"), "{ran}");
    assert_eq!(world.forge.log().writes(), 0);
}

#[test]
fn facts_that_cannot_be_had_look_like_neither_yes_nor_no() {
    let (world, number) = approved();
    world.forge.trouble(
        "GET",
        "/repos/.*/reviews",
        99,
        crate::forge::Trouble::Fails(503),
    );
    review(&world, number, &[]).expect(3);
    let summary = world.bench.read("summary.md");
    assert!(summary.contains("Could not evaluate"), "{summary}");
    assert_eq!(world.forge.log().writes(), 0);
}
