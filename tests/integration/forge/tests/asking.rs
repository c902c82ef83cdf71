//! Requests that are not as described are reported, each for its own reason.

use serde_json::json;

use super::{Forge, get_with, noon};

/// Asks and gives back the violation this was.
fn violation(ask: impl FnOnce(&Forge) -> u16) -> String {
    let forge = Forge::start(noon());
    assert_eq!(ask(&forge), 500);
    let [violation] = forge.take_violations().try_into().unwrap();
    violation
}

#[test]
fn an_answer_as_described_is_no_violation() {
    let forge = Forge::start(noon());
    let got = forge.get("/repos/acme/runbooks");
    assert_eq!((got.status, &got.json()["id"]), (200, &json!(9001)));
    forge.finish();
}

#[test]
fn an_unknown_path_and_an_unknown_parameter_are_reported() {
    let unknown = violation(|forge| forge.get("/repos/acme/runbooks/pull/7").status);
    assert!(unknown.contains("no such operation"), "{unknown}");
    let unknown = violation(|forge| forge.get("/repos/acme/runbooks/activity?page=2").status);
    assert!(unknown.contains("no query parameter `page`"), "{unknown}");
    let wrong = violation(|forge| forge.get("/repos/acme/runbooks/pulls?per_page=all").status);
    assert!(wrong.contains("`per_page` may not be `all`"), "{wrong}");
    let wrong = violation(|forge| {
        let path = "/repos/acme/runbooks/commits/main/check-runs?filter=newest";
        forge.get(path).status
    });
    assert!(wrong.contains("`filter` may not be `newest`"), "{wrong}");
    let wrong = violation(|forge| forge.get("/repos/acme/runbooks/pulls/seven").status);
    assert!(
        wrong.contains("`pull_number` may not be `seven`"),
        "{wrong}"
    );
}

#[test]
fn a_body_that_is_not_as_described_is_reported() {
    let path = "/repos/acme/runbooks/issues/7/comments";
    let missing = violation(|forge| forge.post(path, &json!({})).status);
    assert!(missing.contains("body"), "{missing}");
    let unknown = json!({"body": "text", "author": "me"});
    let unknown = violation(|forge| forge.post(path, &unknown).status);
    assert!(unknown.contains("Additional properties"), "{unknown}");
    let path = format!("/repos/acme/runbooks/statuses/{}", "a".repeat(40));
    let wrong = violation(|forge| forge.post(&path, &json!({"state": "ok"})).status);
    assert!(wrong.contains("/state"), "{wrong}");
}

#[test]
fn headers_that_github_wants_are_wanted() {
    let address = |forge: &Forge| format!("{}/repos/acme/runbooks", forge.api());
    let html = violation(|forge| get_with(&address(forge), &[("accept", "text/html")]).status);
    assert!(html.contains("it accepts `text/html`"), "{html}");
    let accept = ("accept", "application/vnd.github+json");
    let nobody = violation(|forge| get_with(&address(forge), &[accept, ("user-agent", "")]).status);
    assert!(nobody.contains("no `user-agent`"), "{nobody}");
    let version = ("x-github-api-version", "2019-01-01");
    let version = violation(|forge| get_with(&address(forge), &[accept, version]).status);
    assert!(version.contains("no version `2019-01-01`"), "{version}");
    let no_token = violation(|forge| {
        forge.with(|state| state.access.token = Some("secret".to_owned()));
        get_with(&address(forge), &[accept]).status
    });
    assert!(no_token.contains("no `authorization`"), "{no_token}");
}

#[test]
fn a_wrong_token_is_refused_and_the_right_one_is_not() {
    let forge = Forge::start(noon());
    forge.with(|state| state.access.token = Some("secret".to_owned()));
    let address = format!("{}/rate_limit", forge.api());
    let ask = |token| {
        let accept = ("accept", "application/vnd.github+json");
        get_with(&address, &[accept, ("authorization", token)]).status
    };
    assert_eq!(ask("Bearer guessed"), 401);
    assert_eq!(ask("Bearer secret"), 200);
}

#[test]
#[should_panic = "not as GitHub's description has it"]
fn a_violation_fails_the_test() {
    let forge = Forge::start(noon());
    forge.get("/nothing");
}
