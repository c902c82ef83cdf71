//! Fixtures that end differently.

use super::*;
use crate::change::diff::compare_and_test;

fn diff(edits: &[(&str, &str, &str)]) -> Diff {
    compare_and_test(&base(), &with(edits))
}

#[test]
fn a_change_that_stops_an_action_shows_in_the_fixtures_of_its_runbook() {
    let found = diff(&[
        (
            POLICY,
            "staging: {0: auto, 1: auto, 2: gated",
            "staging: {0: auto, 1: auto, 2: off",
        ),
        (
            POLICY,
            "production: {0: auto, 1: gated, 2: gated",
            "production: {0: auto, 1: gated, 2: off",
        ),
    ]);
    let fixtures = found.fixtures.unwrap();
    assert!(fixtures.compared > 10, "{fixtures:?}");
    let rolls_back = fixtures
        .differing
        .iter()
        .find(|it| it.name == "Runbook/error-rate-after-deploy/rolls-back");
    let rolls_back = rolls_back.unwrap();
    assert_eq!(rolls_back.met, [true, false]);
    let outcome = rolls_back
        .endings
        .iter()
        .find(|(what, ..)| what == "outcome")
        .unwrap();
    assert_eq!(
        (outcome.1.as_str(), outcome.2.as_str()),
        ("mitigated", "escalated")
    );
    assert!(rolls_back.endings.iter().any(|(what, before, after)| {
        what == "actions" && before.contains("k8s.rollout-undo") && after == "none"
    }));
    // A fixture in which nothing is done anyway ends as before.
    assert!(
        !fixtures
            .differing
            .iter()
            .any(|it| it.name.ends_with("/upstream-bad")),
        "{fixtures:?}"
    );
}

#[test]
fn words_run_nothing_and_a_new_runbook_has_nothing_to_be_compared_with() {
    let words = diff(&[(RUNBOOK, "title: Roll back", "title: Return")]);
    assert_eq!(words.fixtures, None);
    let without = Library::from_sources(
        starter::FILES
            .iter()
            .filter(|(path, _)| *path != RUNBOOK && !path.starts_with("postmortems"))
            .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec())),
    );
    let found = compare_and_test(&without, &base());
    let fixtures = found.fixtures.unwrap();
    assert!(
        fixtures
            .not_compared
            .iter()
            .any(|it| it.name.starts_with("Runbook/") && it.why.contains("does not exist")),
        "{fixtures:?}"
    );
}
