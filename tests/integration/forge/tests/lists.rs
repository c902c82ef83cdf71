//! Pages, versions and limits, as GitHub has them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Forge, Got, get_with, noon};
use crate::forge::state::{Activity, CheckRun, Pull, Review};

/// A forge with a pull request that 45 reviews were written for, and a branch that was pushed to 45 times.
fn busy() -> Forge {
    let forge = Forge::start(noon());
    forge.with(|state| {
        let at = noon();
        state.account(101, "alice", "User", &["alice@example.org"]);
        let reviews = (1..=45).map(|id| Review {
            id,
            user: 101,
            state: "COMMENTED".to_owned(),
            commit: None,
            submitted_at: Some(at),
            body: String::new(),
        });
        let pull = Pull {
            number: 7,
            author: 101,
            title: "Change it".to_owned(),
            body: None,
            head_repository: 9001,
            head_branch: "feature".to_owned(),
            head: "a".repeat(40),
            base_branch: "main".to_owned(),
            base: "b".repeat(40),
            is_draft: false,
            is_open: true,
            created_at: at,
            merged: None,
            commits: Vec::new(),
            reviews: reviews.collect(),
            timeline: Vec::new(),
            landed: Vec::new(),
        };
        state.pulls.insert(7, pull);
        let pushes = (1..=45).map(|id| Activity {
            id,
            branch: "feature".to_owned(),
            before: "a".repeat(40),
            after: "b".repeat(40),
            at: at + SignedDuration::from_mins(i64::try_from(id).unwrap()),
            kind: "push".to_owned(),
            actor: 101,
        });
        let repository = state.repositories.get_mut(&9001).unwrap();
        repository.activity.extend(pushes);
        let runs = (1..=3).map(|id| CheckRun {
            id,
            name: "check".to_owned(),
            head: "a".repeat(40),
            started_at: at,
        });
        state.check_runs.extend(runs);
    });
    forge
}

const REVIEWS: &str = "/repos/acme/runbooks/pulls/7/reviews";

fn ids(got: &Got) -> Vec<u64> {
    let list = got.json();
    let list = list.as_array().unwrap().iter();
    list.map(|it| it["id"].as_u64().unwrap()).collect()
}

/// The address a `Link` header has for a relation.
fn linked(got: &Got, relation: &str) -> Option<String> {
    let links = got.headers.get("link")?.to_str().unwrap();
    let mut links = links.split(", ");
    let link = links.find(|it| it.ends_with(&format!("rel=\"{relation}\"")))?;
    Some(link.split(['<', '>']).nth(1)?.to_owned())
}

fn follow(address: &str) -> Got {
    get_with(address, &[("accept", "application/vnd.github+json")])
}

#[test]
fn a_list_has_thirty_entries_to_a_page_unless_more_are_asked_for() {
    let forge = busy();
    let first = forge.get(REVIEWS);
    assert_eq!(ids(&first), (1..=30).collect::<Vec<_>>());
    let next = linked(&first, "next").unwrap();
    assert_eq!(linked(&first, "last").as_ref(), Some(&next));
    // As GitHub does, further pages are named by the id of the repository.
    assert!(
        next.contains("/repositories/9001/pulls/7/reviews?page=2"),
        "{next}"
    );
    let second = follow(&next);
    assert_eq!(ids(&second), (31..=45).collect::<Vec<_>>());
    assert_eq!(linked(&second, "next"), None);
    assert!(linked(&second, "prev").unwrap().ends_with("page=1"));
    let all = forge.get(&format!("{REVIEWS}?per_page=100"));
    assert_eq!((ids(&all).len(), linked(&all, "next")), (45, None));
    let most = forge.get(&format!("{REVIEWS}?per_page=40&page=2"));
    assert_eq!(ids(&most), (41..=45).collect::<Vec<_>>());
    let checks = format!("/repos/acme/runbooks/commits/{}/check-runs", "a".repeat(40));
    let checks = forge.get(&format!("{checks}?per_page=2")).json();
    assert_eq!(checks["total_count"], 3);
    assert_eq!(checks["check_runs"].as_array().map(Vec::len), Some(2));
}

#[test]
fn activity_has_cursors_in_place_of_numbers_and_the_newest_first() {
    let forge = busy();
    let mut got = forge.get("/repos/acme/runbooks/activity?per_page=20&ref=feature");
    let mut found = ids(&got);
    while let Some(next) = linked(&got, "next") {
        assert!(
            next.contains("after=") && !next.contains("&page="),
            "{next}"
        );
        got = follow(&next);
        found.extend(ids(&got));
    }
    assert_eq!(found, (1..=45).rev().collect::<Vec<_>>());
    let other = forge.get("/repos/acme/runbooks/activity?ref=refs/heads/other");
    assert_eq!(ids(&other), [0; 0]);
}

#[test]
fn what_the_client_has_is_not_sent_again_and_costs_nothing() {
    let forge = busy();
    let address = format!("{}{REVIEWS}", forge.api());
    let accept = ("accept", "application/vnd.github+json");
    let first = get_with(&address, &[accept]);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    let left = |got: &Got| got.header("x-ratelimit-remaining").parse::<u64>().unwrap();
    let again = get_with(&address, &[accept, ("if-none-match", &tag)]);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(left(&again), left(&first));
    forge.with(|state| state.pulls.get_mut(&7).unwrap().reviews[3].state = "DISMISSED".to_owned());
    let changed = get_with(&address, &[accept, ("if-none-match", &tag)]);
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
    assert_eq!(left(&changed), left(&first) - 1);
    let log = forge.log();
    let operation = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews";
    assert_eq!(log.answered("GET", operation, 304), 1);
    assert_eq!((log.total(), log.charged(), log.writes()), (3, 2, 0));
    let conditional = log.0.iter().filter(|entry| entry.is_conditional).count();
    assert_eq!(conditional, 2);
}

#[test]
fn a_limit_that_is_used_up_says_when_it_starts_anew() {
    let forge = busy();
    forge.with(|state| state.access.remaining = 1);
    assert_eq!(forge.get(REVIEWS).status, 200);
    let refused = forge.get(REVIEWS);
    assert_eq!(refused.status, 403);
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    let reset = (noon() + SignedDuration::from_hours(1)).as_second();
    assert_eq!(refused.header("x-ratelimit-reset"), reset.to_string());
    // How much is left may always be asked.
    let limits = forge.get("/rate_limit").json();
    assert_eq!(limits["resources"]["core"]["remaining"], 0);
}

#[test]
fn newer_versions_have_no_merge_commit_in_a_pull_request() {
    let forge = busy();
    let path = "/repos/acme/runbooks/pulls/7";
    assert_eq!(
        forge.get(path).json().get("merge_commit_sha"),
        Some(&json!(null))
    );
    let accept = ("accept", "application/vnd.github+json");
    let version = ("x-github-api-version", "2026-03-10");
    let newer = get_with(&format!("{}{path}", forge.api()), &[accept, version]);
    assert_eq!(newer.json().get("merge_commit_sha"), None::<&Value>);
}
