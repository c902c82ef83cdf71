//! GitHub on a bad day: what is late, slow, broken, or used up.

use rbk::governance::Verdict;

use super::approved;
use crate::forge::Trouble;
use crate::forge::world::{ALICE, BOB, CAROL, DAVE, How, RUNBOOK, World};
use crate::workbench::words;

fn merged() -> World {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Squash);
    world
}

#[test]
fn an_error_of_the_server_is_asked_again() {
    let world = merged();
    world
        .forge
        .trouble("GET", "/repos/.*/reviews", 2, Trouble::Fails(502));
    world
        .forge
        .trouble("GET", "/repos/.*/timeline", 1, Trouble::SlowDown(403, 1));
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

#[test]
fn an_error_that_stays_is_neither_yes_nor_no() {
    let world = merged();
    world
        .forge
        .trouble("GET", "/repos/.*/reviews", 99, Trouble::Fails(503));
    world.clone_anew();
    let ran = world.rbk(&words("approvals facts")).expect(3);
    assert!(
        ran.stderr
            .contains("FACTS_INCOMPLETE: GitHub did not answer GET"),
        "{ran}"
    );
    assert!(ran.stdout.is_empty(), "{ran}");
}

#[test]
fn answers_of_a_proxy_are_no_facts() {
    let world = merged();
    world
        .forge
        .trouble("GET", "/repos/.*/reviews", 9, Trouble::NotJson);
    world.clone_anew();
    let ran = world.rbk(&words("approvals facts")).expect(3);
    assert!(ran.stderr.contains("cannot be read"), "{ran}");
}

#[test]
fn a_limit_that_is_used_up_is_reported_and_not_slept_through() {
    let world = merged();
    world.forge.with(|state| state.access.remaining = 3);
    world.clone_anew();
    let ran = world.rbk(&words("approvals facts")).expect(3);
    assert!(
        ran.stderr
            .contains("the limit of requests to GitHub is used up"),
        "{ran}"
    );
    assert!(ran.stderr.contains("it is there again at 20"), "{ran}");
}

/// Shortly after a merge the index from commits to pull requests may be empty.
#[test]
fn an_index_that_is_late_is_asked_again() {
    let (mut world, number) = approved();
    world.merge(number, BOB, How::Rebase);
    let lists = "/repos/{owner}/{repo}/commits/{commit_sha}/pulls";
    world.forge.trouble(
        "GET",
        "/repos/.*/commits/[0-9a-f]{40}/pulls",
        1,
        Trouble::NotIndexed,
    );
    world.clone_anew();
    let api = world.forge.api();
    let now = world.now().to_string();
    let line =
        format!("approvals facts --api {api} --repository acme/runbooks --path clone --now {now}");
    let ran = world.bench.rbk(&words(&line)).expect(0);
    assert!(ran.stdout.contains("\"merged\":true"), "{ran}");
    assert_eq!(world.forge.log().count("GET", lists), 2);
}

/// The number in the message says where to look, and proves nothing by itself.
#[test]
fn the_number_in_a_message_is_a_hint() {
    let world = merged();
    world.forge.trouble(
        "GET",
        "/repos/.*/commits/[0-9a-f]{40}/pulls",
        99,
        Trouble::NotIndexed,
    );
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

#[test]
fn a_merge_commit_that_the_answer_leaves_out_is_found_in_the_timeline() {
    let world = merged();
    world
        .forge
        .with(|state| state.access.is_newest_version = true);
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

#[test]
fn a_repository_that_was_renamed_is_found() {
    let world = merged();
    world.forge.with(|state| {
        let repository = state.repositories.get_mut(&9001).unwrap();
        repository.former_names.push("acme/runbooks".to_owned());
        repository.full_name = "acme/playbooks".to_owned();
    });
    assert_eq!(world.newest().verdict, Verdict::Allow);
}

#[test]
fn a_token_is_sent_and_never_shown() {
    let world = merged();
    world
        .forge
        .with(|state| state.access.token = Some("ghs_right".to_owned()));
    world.clone_anew();
    let run = |token: &str| {
        let api = world.forge.api();
        let now = world.now().to_string();
        let line = format!(
            "approvals facts --api {api} --repository acme/runbooks --path clone --now {now}"
        );
        let command = world
            .bench
            .command(&words(&line))
            .env("GITHUB_TOKEN", token)
            .output();
        let output = command.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = run("ghs_right");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("ghs_right"));
    let (code, said) = run("ghs_wrong");
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("401") && !said.contains("ghs_wrong"),
        "{said}"
    );
}

#[test]
fn an_answer_that_never_ends_is_broken_off() {
    let world = merged();
    world
        .forge
        .trouble("GET", "/repos/.*/reviews", 9, Trouble::Endless);
    world.clone_anew();
    let ran = world.rbk(&words("approvals facts")).expect(3);
    assert!(ran.stderr.contains("FACTS_INCOMPLETE"), "{ran}");
}

/// A server of one's own has its API below a path, and GraphQL beside it.
#[test]
fn an_enterprise_server_is_asked_below_its_path() {
    let mut world = World::enterprise();
    world.branch("feature");
    let message = "Change it\n\nCo-authored-by: Dave <dave@example.org>\n";
    let text = (ALICE, message);
    world.push_as(
        ALICE,
        text,
        "feature",
        RUNBOOK,
        "within: 30m",
        "within: 20m",
    );
    let number = world.open(ALICE, "feature");
    // More than one page, so that the address of the next one is followed too.
    for _ in 0..120 {
        world.review(number, CAROL, "COMMENTED");
    }
    world.approve(number, BOB);
    world.approve(number, CAROL);
    world.merge(number, BOB, How::Squash);
    let evaluation = world.newest();
    assert_eq!(evaluation.verdict, Verdict::Allow);
    assert!(evaluation.contributors.contains(&DAVE), "{evaluation:?}");
}

/// Both at once: the index is late, and the answer does not say which commit the pull request became.
#[test]
fn a_hint_is_followed_though_the_answer_leaves_the_merge_commit_out() {
    let world = merged();
    let path = "/repos/.*/commits/[0-9a-f]{40}/pulls";
    world.forge.trouble("GET", path, 99, Trouble::NotIndexed);
    world
        .forge
        .with(|state| state.access.is_newest_version = true);
    assert_eq!(world.newest().verdict, Verdict::Allow);
}
