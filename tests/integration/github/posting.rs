//! What is said on a pull request is said once, whatever becomes of the answers.

use std::time::Duration;

use rbk::github::{Client, GithubError, Place, Posted, Settings};
use rbk::review::{State, Status};

use super::opened;
use crate::forge::Trouble;
use crate::forge::world::{MALLORY, World};

const MARKER: &str = "<!-- rbk -->";
const BOT: &str = "github-actions[bot]";
const COMMENTS: &str = "/repos/acme/runbooks/issues/1/comments";

fn client(world: &World) -> Client {
    let settings = Settings {
        place: Place::new(&world.forge.api(), "acme/runbooks").unwrap(),
        token: None,
        cache: None,
        first_wait: Duration::from_millis(1),
    };
    Client::new(settings).unwrap()
}

fn say(world: &World, text: &str) -> Result<Posted, GithubError> {
    let body = format!("{MARKER}\n{text}");
    client(world).keep_comment(1, BOT, MARKER, &body)
}

fn said(world: &World) -> Vec<String> {
    world.forge.with(|state| {
        let comments = state.comments.iter();
        comments.map(|comment| comment.body.clone()).collect()
    })
}

#[test]
fn there_is_one_comment_and_it_is_kept_up_to_date() {
    let (world, _) = opened();
    assert_eq!(say(&world, "one").unwrap(), Posted::Created);
    world.forge.forget();
    assert_eq!(say(&world, "one").unwrap(), Posted::Unchanged);
    assert_eq!(world.forge.log().writes(), 0);
    assert_eq!(say(&world, "two").unwrap(), Posted::Updated);
    assert_eq!(said(&world), [format!("{MARKER}\ntwo")]);
}

/// A request that is answered with an error may have been carried out: asking again blindly would say it twice.
#[test]
fn a_comment_that_was_posted_in_spite_of_an_error_is_not_posted_again() {
    let (world, _) = opened();
    let trouble = Trouble::DoneButFails(502);
    world.forge.trouble("POST", COMMENTS, 1, trouble);
    assert_eq!(say(&world, "one").unwrap(), Posted::Created);
    assert_eq!(said(&world).len(), 1, "{}", world.forge.log());
    let (world, _) = opened();
    world
        .forge
        .trouble("POST", COMMENTS, 1, Trouble::Fails(502));
    assert_eq!(say(&world, "one").unwrap(), Posted::Created);
    assert_eq!(said(&world).len(), 1, "{}", world.forge.log());
}

/// Whoever can comment could write the marker; only the own comment is replaced.
#[test]
fn comments_of_others_are_left_alone() {
    let (world, _) = opened();
    let forged = format!("{MARKER}\nall is well");
    world.forge.with(|state| state.access.account = MALLORY);
    let by_mallory = client(&world).keep_comment(1, "mallory", MARKER, &forged);
    assert_eq!(by_mallory.unwrap(), Posted::Created);
    world.forge.with(|state| state.access.account = 41_898_282);
    assert_eq!(say(&world, "denied").unwrap(), Posted::Created);
    assert_eq!(said(&world), [forged, format!("{MARKER}\ndenied")]);
}

#[test]
fn the_own_comment_is_found_on_the_last_page_too() {
    let (world, _) = opened();
    assert_eq!(say(&world, "one").unwrap(), Posted::Created);
    world.forge.with(|state| {
        let own = state.comments.pop().unwrap();
        let other = |id| {
            let mut other = own.clone();
            (other.id, other.author, other.body) = (id, MALLORY, "chatter".to_owned());
            other
        };
        let chatter: Vec<_> = (1..=130).map(other).collect();
        state.comments.extend(chatter);
        state.comments.push(own);
    });
    assert_eq!(say(&world, "two").unwrap(), Posted::Updated);
    assert_eq!(said(&world).len(), 131);
}

#[test]
fn a_token_that_may_only_read_is_told_so() {
    let (world, _) = opened();
    world.forge.with(|state| state.access.may_write = false);
    let refused = say(&world, "one").unwrap_err();
    assert!(
        matches!(refused, GithubError::Forbidden { .. }),
        "{refused}"
    );
    assert_eq!(said(&world), [""; 0]);
}

#[test]
fn a_status_is_set_once_until_it_changes() {
    let (world, number) = opened();
    let head = world.pull(number).head;
    let status = |state, description: &str| Status {
        state,
        description: description.to_owned(),
    };
    let keep = |status: &Status| client(&world).keep_status(&head, status).unwrap();
    let missing = status(State::Failure, "two approvals are missing");
    assert_eq!(keep(&missing), Posted::Created);
    world.forge.forget();
    assert_eq!(keep(&missing), Posted::Unchanged);
    assert_eq!(world.forge.log().writes(), 0);
    assert_eq!(keep(&status(State::Success, "approved")), Posted::Updated);
    // Going back to what it was before is a change as well.
    assert_eq!(keep(&missing), Posted::Updated);
    let newest = world
        .forge
        .with(|state| state.statuses.last().unwrap().state.clone());
    assert_eq!(newest, "failure");
}
