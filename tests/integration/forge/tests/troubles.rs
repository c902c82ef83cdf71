//! Whatever goes wrong on purpose goes wrong as it should, and then no more.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Forge, agent, get_with, noon};
use crate::forge::Trouble;
use crate::forge::world::{ALICE, RUNBOOK, World};

#[test]
fn an_error_of_the_server_lasts_as_long_as_arranged() {
    let forge = Forge::start(noon());
    forge.trouble("GET", "/repos/acme/runbooks", 2, Trouble::Fails(502));
    let status = || forge.get("/repos/acme/runbooks").status;
    assert_eq!([status(), status(), status()], [502, 502, 200]);
}

#[test]
fn a_post_may_be_carried_out_and_answered_with_an_error() {
    let world = opened();
    let comments = "/repos/acme/runbooks/issues/1/comments";
    let trouble = Trouble::DoneButFails(502);
    world.forge.trouble("POST", comments, 1, trouble);
    let body = json!({"body": "hello"});
    assert_eq!(world.forge.post(comments, &body).status, 502);
    let there = world.forge.get(comments).json();
    assert_eq!(there.as_array().map(Vec::len), Some(1));
    assert_eq!(there[0]["user"]["login"], "github-actions[bot]");
    assert_eq!(world.forge.post(comments, &body).status, 201);
}

fn opened() -> World {
    let mut world = World::new();
    world.branch("feature");
    world.push(ALICE, "feature", RUNBOOK, "within: 30m", "within: 20m");
    world.open(ALICE, "feature");
    world
}

#[test]
fn whoever_asks_too_fast_is_told_to_wait() {
    let forge = Forge::start(noon());
    forge.trouble("GET", "/rate_limit", 1, Trouble::SlowDown(429, 7));
    let refused = forge.get("/rate_limit");
    assert_eq!((refused.status, refused.header("retry-after")), (429, "7"));
}

#[test]
fn an_answer_may_be_late_or_none() {
    let forge = Forge::start(noon());
    let pause = Duration::from_millis(200);
    forge.trouble("GET", "/rate_limit", 1, Trouble::Late(pause));
    let begin = Instant::now();
    assert_eq!(forge.get("/rate_limit").status, 200);
    assert!(begin.elapsed() >= pause);
    forge.trouble("GET", "/rate_limit", 1, Trouble::NotJson);
    assert!(forge.get("/rate_limit").body.starts_with("<html>"));
}

#[test]
fn an_answer_may_never_end() {
    let forge = Forge::start(noon());
    forge.trouble("GET", "/rate_limit", 1, Trouble::Endless);
    let mut response = agent()
        .get(format!("{}/rate_limit", forge.api()))
        .header("accept", "application/json")
        .call()
        .unwrap();
    let read = response
        .body_mut()
        .with_config()
        .limit(1 << 20)
        .read_to_vec();
    assert!(read.is_err());
}

#[test]
fn a_token_that_may_only_read_writes_nothing() {
    let world = opened();
    world.forge.with(|state| state.access.may_write = false);
    let comments = "/repos/acme/runbooks/issues/1/comments";
    let refused = world.forge.post(comments, &json!({"body": "hello"}));
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["message"],
        "Resource not accessible by integration"
    );
    assert_eq!(world.forge.get(comments).json(), json!([]));
}

#[test]
fn a_name_a_repository_had_leads_to_where_it_is_now() {
    let forge = Forge::start(noon());
    forge.with(|state| {
        let repository = state.repositories.get_mut(&9001).unwrap();
        repository.former_names.push("acme/runbooks".to_owned());
        repository.full_name = "acme/playbooks".to_owned();
    });
    let moved = forge.get("/repos/acme/runbooks/pulls?state=all");
    assert_eq!(moved.status, 301);
    let address = moved.header("location").to_owned();
    assert!(
        address.ends_with("/repositories/9001/pulls?state=all"),
        "{address}"
    );
    let accept = ("accept", "application/vnd.github+json");
    assert_eq!(get_with(&address, &[accept]).status, 200);
    let written = forge.post(
        "/repos/acme/runbooks/issues/1/comments",
        &json!({"body": ""}),
    );
    assert_eq!(written.status, 307);
}

#[test]
fn an_enterprise_server_has_its_api_below_a_path() {
    let forge = Forge::start_enterprise(noon());
    assert!(forge.api().ends_with("/api/v3"));
    let repository = forge.get("/repos/acme/runbooks");
    assert_eq!(repository.status, 200);
    let url = format!("{}/repos/acme/runbooks", forge.api());
    assert_eq!(repository.json()["url"], url);
    let host = forge.api().replace("/api/v3", "");
    let accept = ("accept", "application/vnd.github+json");
    let elsewhere = get_with(&format!("{host}/repos/acme/runbooks"), &[accept]);
    assert_eq!(elsewhere.status, 500);
    assert_eq!(forge.take_violations().len(), 1);
}
