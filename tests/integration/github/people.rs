//! Who counts, and who does not.

use rbk::governance::{Reason, Verdict};

use super::{approved, opened, rejected};
use crate::forge::world::{ALICE, BOB, CAROL, DAVE, How, MALLORY, RUNBOOK, World};

#[test]
fn who_wrote_committed_or_pushed_does_not_approve() {
    // Bob writes a commit that Alice pushes.
    let mut world = World::new();
    world.branch("feature");
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
    assert_eq!(rejected(&world.newest()), [Reason::SelfApproval]);

    // Bob pushes a commit that Alice wrote.
    let mut world = World::new();
    world.branch("feature");
    world.push_as(
        BOB,
        (ALICE, "Change it"),
        "feature",
        RUNBOOK,
        "within: 30m",
        "within: 20m",
    );
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, CAROL, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::SelfApproval]);
}

#[test]
fn a_co_author_does_not_approve() {
    let mut world = World::new();
    world.branch("feature");
    let message = "Change it\n\nCo-authored-by: Bob <bob@example.org>\n";
    world.push_as(
        ALICE,
        (ALICE, message),
        "feature",
        RUNBOOK,
        "within: 30m",
        "within: 20m",
    );
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, CAROL, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::SelfApproval]);
    // Whose address that is only GitHub knows, and it was asked once.
    assert_eq!(world.forge.log().count("POST", "/graphql"), 1);
}

#[test]
fn an_author_nobody_knows_could_be_anybody() {
    let (mut world, number) = approved();
    world.forge.with(|state| {
        state.accounts.get_mut(&ALICE).unwrap().emails.clear();
    });
    world.merge(number, BOB, How::Merge);
    assert_eq!(world.newest().reasons, [Reason::UnknownContributor]);
}

#[test]
fn a_reviewer_whose_account_is_gone_is_unknown() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    assert_eq!(world.newest().verdict, Verdict::Allow);
    world.forge.with(|state| {
        state.accounts.get_mut(&CAROL).unwrap().is_deleted = true;
    });
    let evaluation = world.newest();
    assert_eq!(rejected(&evaluation), [Reason::ReviewerUnknown]);
    assert_eq!(evaluation.verdict, Verdict::Deny);
}

/// A login can be given up and taken by somebody else; the id of an account cannot.
#[test]
fn a_login_that_somebody_else_took_does_not_approve() {
    let (mut world, number) = opened();
    world.forge.with(|state| {
        state.accounts.get_mut(&BOB).unwrap().login = "robert".to_owned();
        state.accounts.get_mut(&MALLORY).unwrap().login = "bob".to_owned();
    });
    world.approve(number, MALLORY);
    world.approve(number, CAROL);
    world.merge(number, CAROL, How::Squash);
    let evaluation = world.newest();
    assert_eq!(rejected(&evaluation), [Reason::NotInRequiredTeam]);
    assert_eq!(evaluation.verdict, Verdict::Deny);
    // And Bob, under his new name, is still Bob.
    let (mut world, number) = approved();
    world.forge.with(|state| {
        state.accounts.get_mut(&BOB).unwrap().login = "robert".to_owned();
    });
    world.merge(number, CAROL, How::Squash);
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

#[test]
fn a_dismissed_approval_and_a_request_for_changes_are_heeded() {
    let (mut world, number) = approved();
    world.review(number, DAVE, "CHANGES_REQUESTED");
    world.review(number, CAROL, "CHANGES_REQUESTED");
    world.merge(number, BOB, How::Squash);
    let found = world.newest();
    assert!(found.reasons.contains(&Reason::ChangesRequested));
    // Carol may approve, so that what she asks for counts; Dave may not.
    let [who] = &found.details[..] else {
        panic!("{:?}", found.details);
    };
    assert!(
        who.starts_with("carol asks for changes, in review "),
        "{who}"
    );
    let (mut world, number) = approved();
    world.forge.with(|state| {
        let pull = state.pulls.get_mut(&number).unwrap();
        pull.reviews[0].state = "DISMISSED".to_owned();
    });
    world.merge(number, BOB, How::Squash);
    assert_eq!(rejected(&world.newest()), [Reason::Dismissed]);
}

#[test]
fn a_word_nobody_knows_for_a_review_is_no_opinion_but_an_error() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    world.forge.with(|state| {
        let pull = state.pulls.get_mut(&number).unwrap();
        pull.reviews[0].state = "ENDORSED".to_owned();
    });
    world.clone_anew();
    let ran = world.rbk(&["approvals", "facts"]).expect(3);
    assert!(ran.stderr.contains("FACTS_INCOMPLETE"), "{ran}");
    assert!(ran.stderr.contains("ENDORSED"), "{ran}");
}

fn with_team_of_github() -> World {
    World::with_policy(|policy| {
        policy.replacen(
            "sre: {members: [{login: alice, id: 101}, {login: bob, id: 102}, {login: carol, id: 103}]}",
            "sre: {github: acme/sre, id: 12}",
            1,
        )
    })
}

#[test]
fn a_team_of_github_is_who_is_in_it_now() {
    let mut world = with_team_of_github();
    world.forge.with(|state| {
        state.teams.push(crate::forge::state::Team {
            id: 12,
            organization: "acme".to_owned(),
            slug: "sre".to_owned(),
            members: vec![ALICE, BOB, CAROL],
        });
    });
    world.branch("feature");
    world.push(ALICE, "feature", RUNBOOK, "within: 30m", "within: 20m");
    let number = world.open(ALICE, "feature");
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    assert_eq!(world.newest().verdict, Verdict::Allow);

    // The token of a workflow may not see who is in a team: that is no approval by anybody.
    world
        .forge
        .with(|state| state.access.may_read_members = false);
    assert!(world.newest().reasons.contains(&Reason::TeamUnresolved));

    // A team of that name which is another one decides nothing either.
    world.forge.with(|state| {
        state.access.may_read_members = true;
        state.teams[0].id = 13;
    });
    assert!(world.newest().reasons.contains(&Reason::TeamUnresolved));
}
