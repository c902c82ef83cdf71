use std::collections::BTreeSet;

use camino::Utf8Path;

use super::*;
use crate::closure::Role;
use crate::document::Segment;
use crate::document::model::{Kind, ObjectRef};
use crate::library::FixtureTarget;

fn paths(library: &Library, ids: &[crate::library::DocId]) -> Vec<String> {
    let entries = ids.iter().filter_map(|id| library.entry(*id));
    entries.map(|entry| entry.path().to_string()).collect()
}

#[test]
fn every_reference_is_located_where_it_is_written() {
    let library = Library::from_sources(starter_files());
    let mut kinds = BTreeSet::new();
    for reference in library.references() {
        let entry = library.entry(reference.from).unwrap();
        let (id, route) = library.spelled(reference).unwrap();
        let node = entry.tree().resolve(&route).unwrap();
        let as_key = route.last() == Some(&Segment::Key(id.clone()));
        assert!(
            as_key || node.as_str() == Some(&id),
            "{} {route}",
            entry.path()
        );
        assert!(reference.target.is_some(), "{}: {id}", entry.path());
        kinds.insert((entry.kind().unwrap(), reference.kind, reference.role));
    }
    for expected in [
        (Kind::Runbook, Kind::Action, Role::Use),
        (Kind::Runbook, Kind::Query, Role::Use),
        (Kind::Runbook, Kind::Service, Role::Use),
        (Kind::Action, Kind::Action, Role::Use),
        (Kind::Action, Kind::Query, Role::Use),
        (Kind::Signature, Kind::Query, Role::Use),
        (Kind::Signature, Kind::Runbook, Role::Use),
        (Kind::Signature, Kind::Postmortem, Role::Mention),
        (Kind::Postmortem, Kind::Signature, Role::Mention),
        (Kind::Service, Kind::Service, Role::Use),
        (Kind::Fixture, Kind::Query, Role::Test),
        (Kind::Governance, Kind::Service, Role::Mention),
    ] {
        assert!(kinds.contains(&expected), "{expected:?}");
    }
}

#[test]
fn users_of_a_document_are_known() {
    let library = Library::from_sources(starter_files());
    let query = library.find(Kind::Query, "http-error-ratio").unwrap();
    let users: BTreeSet<_> = library
        .references_to(query)
        .filter(|reference| reference.role == Role::Use)
        .filter_map(|reference| library.entry(reference.from)?.object())
        .map(|object| object.to_string())
        .collect();
    assert_eq!(
        users.into_iter().collect::<Vec<_>>(),
        [
            "Runbook/error-rate-after-deploy",
            "Signature/bad-deploy-5xx"
        ]
    );
}

#[test]
fn unknown_ids_have_no_target_and_a_nearest_name() {
    let library = starter_with(&[(
        RUNBOOK,
        "query: pending-migrations",
        "query: pending-migration",
    )]);
    let unknown: Vec<_> = library
        .references()
        .iter()
        .filter(|reference| reference.target.is_none())
        .filter_map(|reference| library.spelled(reference))
        .collect();
    let [(id, route)] = unknown.as_slice() else {
        panic!("{unknown:?}");
    };
    assert_eq!(id, "pending-migration");
    assert_eq!(route.to_string(), "spec.checks.migrations.query");
    assert_eq!(library.queries().nearest(id), Some("pending-migrations"));
}

fn document(kind: &str, id: &str) -> String {
    format!("apiVersion: rbk/v1\nkind: {kind}\nmetadata: {{id: {id}, title: t}}\nspec: {{}}\n")
}

fn fixture(id: &str, target: &str) -> String {
    format!(
        "apiVersion: rbk/v1\nkind: Fixture\nmetadata: {{id: {id}, title: t}}\nspec:\n  {target}\n  kind: benign\n  clock: {{start: 2026-01-01T00:00:00Z, step: 30s, end: 2026-01-01T01:00:00Z}}\n  subject: {{service: a, environment: b}}\n"
    )
}

#[test]
fn ids_are_compared_without_case_and_within_their_kind() {
    let library = sources(&[
        ("a.yaml", &document("Runbook", "Queue")),
        ("b.yaml", &document("Runbook", "queue")),
        ("c.yaml", &document("Action", "queue")),
    ]);
    let [duplicate] = library.duplicates() else {
        panic!("{:?}", library.duplicates());
    };
    assert_eq!(
        (duplicate.kind, duplicate.id.as_str()),
        (Kind::Runbook, "queue")
    );
    assert_eq!(paths(&library, &duplicate.documents), ["a.yaml", "b.yaml"]);
}

#[test]
fn fixtures_belong_to_the_closest_document_above_them() {
    let library = sources(&[
        ("r/runbook.yaml", &document("Runbook", "r")),
        ("r/fixtures/quiet.yaml", &fixture("quiet", "")),
        ("s/signature.yaml", &document("Signature", "s")),
        ("s/fixtures/quiet.yaml", &fixture("quiet", "")),
        (
            "s/fixtures/also.yaml",
            &fixture("quiet", "target: {runbook: r}"),
        ),
        ("t/signature.yaml", &document("Signature", "t")),
        ("t/other.yaml", &document("Signature", "u")),
        ("t/fixtures/which.yaml", &fixture("which", "")),
        (
            "t/fixtures/this.yaml",
            &fixture("this", "target: {signature: u}"),
        ),
        (
            "t/fixtures/lost.yaml",
            &fixture("lost", "target: {signature: v}"),
        ),
        ("alone/fixture.yaml", &fixture("alone", "")),
    ]);
    let of = |kind, id: &str| {
        let target = library.find(kind, id).unwrap();
        paths(&library, library.fixtures_of(target))
    };
    assert_eq!(
        of(Kind::Runbook, "r"),
        ["r/fixtures/quiet.yaml", "s/fixtures/also.yaml"]
    );
    assert_eq!(of(Kind::Signature, "s"), ["s/fixtures/quiet.yaml"]);
    assert_eq!(of(Kind::Signature, "u"), ["t/fixtures/this.yaml"]);

    let target = |path: &str| {
        let (id, _) = library.entries_at(path.into()).next().unwrap();
        library.fixture_target(id).unwrap()
    };
    assert!(matches!(
        target("t/fixtures/which.yaml"),
        FixtureTarget::Ambiguous(several) if several.len() == 2
    ));
    assert_eq!(
        target("t/fixtures/lost.yaml"),
        FixtureTarget::Unknown(ObjectRef::new(Kind::Signature, "v"))
    );
    assert_eq!(target("alone/fixture.yaml"), FixtureTarget::Nothing);

    // Two fixtures called `quiet` test r; the one that tests s is another matter.
    let [duplicate] = library.duplicates() else {
        panic!("{:?}", library.duplicates());
    };
    assert_eq!(
        paths(&library, &duplicate.documents),
        ["r/fixtures/quiet.yaml", "s/fixtures/also.yaml"]
    );
}

#[test]
fn fixtures_are_found_by_folder_and_by_source() {
    let target = "provenance: {origin: recorded, source: outage}\n  target: {runbook: r}";
    let library = sources(&[
        ("a/b/one.yaml", &fixture("one", target)),
        ("a/b-c/two.yaml", &fixture("two", "target: {runbook: r}")),
        (
            "a/b/c/three.yaml",
            &fixture("three", "target: {runbook: r}"),
        ),
        ("z.yaml", &fixture("four", target)),
    ]);
    let below = |folder: &str| -> Vec<&str> {
        let found = library.entries_below(Utf8Path::new(folder));
        found.filter_map(|(_, entry)| entry.id()).collect()
    };
    assert_eq!(below("a/b"), ["three", "one"]);
    assert_eq!(below("a"), ["three", "one", "two"]);
    assert_eq!(below(""), ["three", "one", "two", "four"]);
    assert!(below("b").is_empty());

    let from = |source: &str| -> Vec<&str> {
        let found = library.fixtures_from(source).iter();
        found.filter_map(|id| library.entry(*id)?.id()).collect()
    };
    assert_eq!(from("outage"), ["one", "four"]);
    assert!(from("other").is_empty());
}
