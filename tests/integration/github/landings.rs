//! How pull requests land, and which of the commits are theirs.

use rbk::governance::{Reason, Shape, Verdict};

use super::{approved, opened};
use crate::forge::world::{ACTION, ALICE, BASE, BOB, CAROL, How, MALLORY, POLICY, RUNBOOK, World};
use crate::workbench::words;

#[test]
fn however_it_is_merged_what_two_approved_is_allowed() {
    for (how, shape) in [
        (How::Merge, Shape::Merge),
        (How::Squash, Shape::Squash),
        // One commit that is written anew cannot be told from a squash, and need not be.
        (How::Rebase, Shape::Squash),
    ] {
        let (mut world, number) = approved();
        world.merge(number, BOB, how);
        let records = world.records(&[]);
        assert_eq!(records.len(), 2, "{how:?}");
        assert_eq!(records[1].facts.landing.shape, shape, "{how:?}");
        let evaluation = world.newest();
        assert_eq!(
            evaluation.verdict,
            Verdict::Allow,
            "{how:?}: {evaluation:?}"
        );
        assert_eq!(evaluation.pull_request, Some(number));
    }
}

#[test]
fn without_the_second_approval_it_is_denied() {
    let (mut world, number) = opened();
    world.approve(number, BOB);
    world.merge(number, BOB, How::Squash);
    let evaluation = world.newest();
    assert_eq!(evaluation.verdict, Verdict::Deny);
    assert_eq!(evaluation.reasons, [Reason::InsufficientApprovals]);
}

#[test]
fn the_commits_of_a_rebase_are_one_landing() {
    let (mut world, number) = opened();
    world.push(ALICE, "feature", RUNBOOK, "within: 20m", "within: 25m");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Rebase);
    let records = world.records(&[]);
    let landing = &records[1].facts.landing;
    assert_eq!((landing.shape, landing.commits.len()), (Shape::Rebase, 2));
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

#[test]
fn a_push_without_a_pull_request_is_denied() {
    let mut world = World::new();
    world.push(ALICE, "main", RUNBOOK, "within: 30m", "within: 20m");
    let evaluation = world.newest();
    assert_eq!(evaluation.reasons, [Reason::NoPullRequest]);
}

#[test]
fn a_change_of_nothing_that_is_governed_needs_nobody() {
    let mut world = World::new();
    let main = world.head("main");
    let note = ("README.md".to_owned(), Some("read me\n".to_owned()));
    let commit = world.commit_on(Some(&main), ALICE, "Explain", &[note]);
    world.set_branch(9001, "main", &commit, ALICE, "push");
    assert_eq!(world.newest().reasons, [Reason::NoGovernedChange]);
}

/// `merged: true` alone proves nothing: GitHub also calls merged what reached the branch inside another push.
#[test]
fn a_pull_request_that_is_merged_elsewhere_does_not_cover_a_landing() {
    let (mut world, number) = approved();
    let merged = world.merge(number, BOB, How::Squash);
    let more = world.push(MALLORY, "main", RUNBOOK, "within: 20m", "within: 60m");
    // Somebody with access makes GitHub name the same pull request for the commit on top.
    world.forge.with(|state| {
        let pull = state.pulls.get_mut(&number).unwrap();
        pull.landed = vec![merged, more];
    });
    let evaluation = world.newest();
    assert_eq!(evaluation.reasons, [Reason::MergeCommitMismatch]);
}

/// Bytes decide, not what the forge says of the merge.
#[test]
fn a_merge_that_changes_more_than_was_approved_is_denied() {
    let (mut world, number) = approved();
    let (main, head) = (world.head("main"), world.pull(number).head);
    let runbook = world
        .read(&head, RUNBOOK)
        .replace("within: 20m", "within: 90m");
    let edit = (RUNBOOK.to_owned(), Some(runbook));
    let changed = world.commit_on(Some(&main), ALICE, "Change it (#1)", &[edit]);
    world.land(number, BOB, &[changed]);
    assert_eq!(world.newest().reasons, [Reason::LandedBytesDiffer]);
}

#[test]
fn what_changed_on_main_meanwhile_was_not_approved_together() {
    let (mut world, number) = approved();
    world.branch("other");
    world.push(
        BOB,
        "other",
        RUNBOOK,
        "title: Roll back",
        "title: Take back",
    );
    let other = world.open(BOB, "other");
    world.approve(other, ALICE);
    world.approve(other, CAROL);
    world.merge(other, CAROL, How::Squash);
    assert_eq!(world.newest().verdict, Verdict::Allow);
    world.merge(number, BOB, How::Squash);
    assert_eq!(world.newest().reasons, [Reason::ConcurrentChange]);
}

/// A catalogue entry is as dangerous as the runbooks that use it, though their files stay the same.
#[test]
fn a_changed_action_makes_a_unit_of_every_runbook_that_uses_it() {
    let mut world = World::new();
    world.branch("feature");
    world.push(ALICE, "feature", ACTION, "no_commander, ", "");
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.merge(number, BOB, How::Squash);
    let evaluation = world.newest();
    let units: Vec<&str> = evaluation.units.iter().map(|it| it.path.as_str()).collect();
    assert!(
        units.contains(&RUNBOOK) && units.contains(&ACTION),
        "{units:?}"
    );
    assert_eq!(evaluation.verdict, Verdict::Deny);
}

/// The policy that judges a change is the one before it, never the one it brings along.
#[test]
fn a_change_cannot_relax_the_policy_it_is_judged_by() {
    let mut world = World::new();
    world.branch("feature");
    world.push(
        ALICE,
        "feature",
        POLICY,
        "require: {sre: 2}, min_distinct: 2}\n  tests",
        "require: {sre: 0}, min_distinct: 1}\n  tests",
    );
    let number = world.open(ALICE, "feature");
    world.merge(number, BOB, How::Squash);
    let evaluation = world.newest();
    assert!(
        evaluation.reasons.contains(&Reason::InsufficientApprovals),
        "{evaluation:?}"
    );
}

/// Nothing is grandfathered by taking the policy away for a while, or by moving the baseline to oneself.
#[test]
fn a_policy_that_was_gone_for_a_while_judged_nothing_meanwhile() {
    let mut world = World::new();
    let (main, policy) = (world.head("main"), world.read(&world.head("main"), POLICY));
    let without = world.commit_on(Some(&main), MALLORY, "Tidy", &[(POLICY.to_owned(), None)]);
    world.set_branch(9001, "main", &without, MALLORY, "push");
    let back = (POLICY.to_owned(), Some(policy));
    let with = world.commit_on(Some(&without), MALLORY, "Policy", &[back]);
    world.set_branch(9001, "main", &with, MALLORY, "push");
    let records = world.records(&[]);
    let judged = rbk::governance::statement::judge(&records);
    let reasons: Vec<_> = judged
        .iter()
        .map(|it| it.evaluation.reasons.clone())
        .collect();
    let expected = [
        Reason::Grandfathered,
        Reason::NoPullRequest,
        Reason::PolicyInvalid,
    ];
    assert_eq!(reasons, expected.map(|reason| vec![reason]));
}

#[test]
fn a_baseline_covers_what_is_older_and_nothing_else() {
    let mut world = World::new();
    let first = world.push(ALICE, "main", RUNBOOK, "within: 30m", "within: 20m");
    let policy = format!("  baseline: {{commit: {first}, date: 2026-11-02}}\n  governed:");
    let adopted = world.push(ALICE, "main", POLICY, "  governed:", &policy);
    world.push(ALICE, "main", RUNBOOK, "within: 20m", "within: 10m");
    let records = world.records(&[]);
    let tips: Vec<&str> = records
        .iter()
        .map(|it| it.facts.landing.tip.as_str())
        .collect();
    // The commit that moves the baseline is itself judged by the policy before it.
    assert_eq!(
        &tips[..3],
        [
            records[0].facts.landing.tip.as_str(),
            first.as_str(),
            adopted.as_str()
        ]
    );
    assert!(records[0].facts.landing.before_baseline);
    assert!(!records[2].facts.landing.before_baseline);
    assert_eq!(world.newest().reasons, [Reason::NoPullRequest]);
}

#[test]
fn rewritten_history_does_not_follow_what_was_published() {
    let (mut world, number) = approved();
    let published = world.head("main");
    world.merge(number, BOB, How::Squash);
    let records = world.records(&["--since", &published]);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].facts.prev_published_is_ancestor, Some(true));
    let elsewhere = world.commit_on(None, ALICE, "Elsewhere", &[]);
    let records = world.records(&["--since", &elsewhere]);
    let judged = rbk::governance::statement::judge(&records);
    assert_eq!(judged[0].evaluation.reasons, [Reason::ContinuityBroken]);
}

#[test]
fn a_shallow_clone_is_refused_with_its_remedy() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    let origin = format!("file://{}", world.bench.path("origin.git").display());
    world
        .bench
        .git(".", &["clone", "-q", "--depth", "1", &origin, "clone"]);
    let ran = world.rbk(&words("approvals facts")).expect(3);
    assert!(
        ran.stderr.contains("FACTS_INCOMPLETE") && ran.stderr.contains("--unshallow"),
        "{ran}"
    );
}

/// A merge queue lands several pull requests with one push. Each is a landing of its own.
#[test]
fn a_merge_queue_lands_one_pull_request_after_the_other() {
    let (mut world, first) = approved();
    world.branch("note");
    let main = world.head("main");
    let note = ("README.md".to_owned(), Some("read me\n".to_owned()));
    let note = world.commit_on(Some(&main), BOB, "Explain", &[note]);
    world.set_branch(BASE, "note", &note, BOB, "push");
    let second = world.open(BOB, "note");
    let landed = world.queue(&[first, second], CAROL);
    let records = world.records(&[]);
    let tips: Vec<&str> = records[1..]
        .iter()
        .map(|it| it.facts.landing.tip.as_str())
        .collect();
    assert_eq!(tips, landed);
    let judged = rbk::governance::statement::judge(&records);
    assert_eq!(judged[1].evaluation.verdict, Verdict::Allow);
    assert_eq!(judged[1].evaluation.pull_request, Some(first));
    assert_eq!(judged[2].evaluation.reasons, [Reason::NoGovernedChange]);
    let numbers: Vec<u64> = records[2].facts.prs.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [second]);
}

/// Anybody can write a number into a message.
#[test]
fn a_message_that_names_an_approved_pull_request_covers_nothing() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    let message = format!("Change it (#{number})");
    let text = (MALLORY, message.as_str());
    world.push_as(MALLORY, text, "main", RUNBOOK, "within: 20m", "within: 90m");
    assert_eq!(world.newest().reasons, [Reason::NoPullRequest]);
}
