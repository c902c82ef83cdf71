//! Every operation that is described is served, and its answer is as described, in a repository where all of them have one.

use std::collections::BTreeSet;

use serde_json::json;

use crate::forge::description::description;
use crate::forge::state::{CheckRun, Happened, Team, WorkflowRun};
use crate::forge::world::{ALICE, BASE, BOB, CAROL, FORK, How, MALLORY, RUNBOOK, World};

/// A pull request with everything that one can have, merged.
fn eventful() -> World {
    let mut world = World::new();
    world.fork("feature");
    let first = world.push(MALLORY, "feature", RUNBOOK, "within: 30m", "within: 25m");
    let number = world.open(MALLORY, "feature");
    let review = world.review(number, BOB, "CHANGES_REQUESTED");
    let main = world.head("main");
    world.force_push(MALLORY, "feature", &main);
    world.push(MALLORY, "feature", RUNBOOK, "within: 30m", "within: 20m");
    let dismissed = Happened::Dismissed {
        review,
        state: "CHANGES_REQUESTED".to_owned(),
    };
    world.event(number, CAROL, dismissed);
    world.event(number, MALLORY, Happened::Committed { commit: first });
    world.event(number, CAROL, Happened::Simple("base_ref_changed"));
    world.review(number, CAROL, "PENDING");
    world.approve(number, CAROL);
    let head = world.pull(number).head;
    world.forge.with(|state| {
        let pull = state.pulls.get_mut(&number).unwrap();
        pull.reviews[1].submitted_at = None;
        pull.reviews[0].commit = None;
        state.check_runs.push(CheckRun {
            id: 31,
            name: "check".to_owned(),
            head: head.clone(),
            started_at: state.now,
        });
        state.teams.push(Team {
            id: 12,
            organization: "acme".to_owned(),
            slug: "sre".to_owned(),
            members: vec![ALICE, BOB, CAROL],
        });
        let run = WorkflowRun {
            id: 41,
            name: "runbooks".to_owned(),
            event: "pull_request".to_owned(),
            head,
            head_branch: "feature".to_owned(),
            head_repository: FORK,
            pulls: vec![number],
        };
        state.runs.insert(41, run);
        let parameters = json!({
            "required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true, "require_code_owner_review": false,
            "require_last_push_approval": true, "required_review_thread_resolution": false,
        });
        let rule = json!({
            "type": "pull_request", "parameters": parameters, "ruleset_source_type": "Repository",
            "ruleset_source": "acme/runbooks", "ruleset_id": 51,
        });
        state.branch_rules.insert("main".to_owned(), vec![rule]);
        state.rulesets.push(json!({
            "id": 51, "name": "main", "target": "branch", "source_type": "Repository", "source": "acme/runbooks",
            "enforcement": "active", "rules": [{"type": "deletion"}],
        }));
        let protection = json!({"url": "https://api.github.com/x", "allow_deletions": {"enabled": false}});
        state.protection.insert("main".to_owned(), protection);
    });
    world.merge(number, BOB, How::Merge);
    world
}

#[test]
fn every_operation_answers_as_described() {
    let world = eventful();
    let (forge, head, main) = (&world.forge, world.pull(1).head, world.head("main"));
    let of_repository = |rest: &str| format!("/repos/acme/runbooks{rest}");
    let comment = forge.post(
        &of_repository("/issues/1/comments"),
        &json!({"body": "hello"}),
    );
    assert_eq!(comment.status, 201);
    let comment = of_repository(&format!("/issues/comments/{}", comment.json()["id"]));
    let patched = forge.patch(&comment, &json!({"body": "bye"}));
    assert_eq!(
        (patched.status, &patched.json()["body"]),
        (200, &json!("bye"))
    );
    let status = json!({"state": "success", "context": "rbk/approvals", "description": "fine", "target_url": null});
    let status = forge.post(&of_repository(&format!("/statuses/{head}")), &status);
    assert_eq!(status.status, 201);
    let mut asked = vec![
        comment,
        "/rate_limit".to_owned(),
        "/users/bob".to_owned(),
        "/user/102".to_owned(),
        "/orgs/acme/teams/sre".to_owned(),
        "/orgs/acme/teams/sre/members".to_owned(),
        of_repository(&format!("/commits/{head}")),
        of_repository(&format!("/commits/{main}/pulls")),
        of_repository(&format!("/commits/{head}/check-runs?filter=all")),
        of_repository(&format!("/commits/{head}/statuses")),
    ];
    asked.extend(
        [
            "",
            "/activity?ref=feature&direction=asc",
            "/branches/main",
            "/branches/main/protection",
            "/rules/branches/main",
            "/rulesets",
            "/rulesets/51",
            "/actions/runs/41",
            "/issues/1/comments",
            "/issues/1/timeline",
            "/pulls?state=all&base=main",
            "/pulls/1",
            "/pulls/1/commits",
            "/pulls/1/reviews",
        ]
        .map(of_repository),
    );
    for path in &asked {
        let got = forge.get(path);
        assert_eq!(got.status, 200, "{path}: {}", got.body);
        // The base repository has no branch of the fork's name; everything else has entries.
        assert!(path.contains("/activity") || got.body != "[]", "{path}");
    }
    assert_eq!(
        forge.get("/repos/forks/runbooks/activity").json()[0]["activity_type"],
        "push"
    );
    let log = forge.log();
    let served: BTreeSet<(&str, &str)> = log
        .0
        .iter()
        .map(|entry| (entry.method.as_str(), entry.operation.as_str()))
        .collect();
    let missing: Vec<_> = description()
        .all()
        .filter(|it| !served.contains(it))
        .collect();
    assert_eq!(missing, []);
}

/// A fork that was deleted, an account that was, and an event by it: whatever is gone is shown as GitHub shows it.
#[test]
fn what_is_gone_is_shown_as_github_does() {
    let world = eventful();
    world.forge.with(|state| {
        state.repositories.get_mut(&FORK).unwrap().is_deleted = true;
        state.accounts.get_mut(&MALLORY).unwrap().is_deleted = true;
        state.accounts.get_mut(&CAROL).unwrap().is_deleted = true;
    });
    let pull = world.forge.get("/repos/acme/runbooks/pulls/1").json();
    assert_eq!(pull["head"]["repo"], json!(null));
    assert_eq!(pull["user"]["login"], "ghost");
    assert_eq!(pull["base"]["repo"]["id"], BASE);
    let pulls = world
        .forge
        .get("/repos/acme/runbooks/pulls?state=closed")
        .json();
    assert_eq!(pulls[0]["user"], json!(null));
    let reviews = world
        .forge
        .get("/repos/acme/runbooks/pulls/1/reviews")
        .json();
    assert_eq!(reviews[2]["user"], json!(null));
    let events = world.forge.get("/repos/acme/runbooks/issues/1/timeline");
    assert_eq!(events.status, 200);
    let commits = world
        .forge
        .get("/repos/acme/runbooks/pulls/1/commits")
        .json();
    assert_eq!(commits[0]["author"], json!(null));
    assert_eq!(world.forge.get("/users/carol").status, 404);
    assert_eq!(world.forge.get("/repos/forks/runbooks").status, 404);
}

#[test]
fn a_question_in_graphql_that_nobody_understands_is_a_violation() {
    let world = World::new();
    let asked = json!({
        "query": "query Q($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }",
        "variables": {"owner": "acme", "name": "runbooks"},
    });
    assert_eq!(world.forge.post("/graphql", &asked).status, 500);
    assert_eq!(world.forge.take_violations().len(), 1);
}
