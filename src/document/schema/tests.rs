mod combinations;

use super::*;
use crate::document::{Source, Target, parse};

const COMMON: &str = include_str!("tests/common.schema.json");

const RUNBOOK: &str = include_str!("tests/runbook.schema.json");

fn set() -> SchemaSet {
    SchemaSet::compile(&[
        ("runbook.schema.json", RUNBOOK),
        ("common.schema.json", COMMON),
    ])
    .unwrap()
}

const HEAD: &str = "apiVersion: rbk/v1\nmetadata: {id: a, owner: o}\n";

fn violations(text: &str) -> Vec<Violation> {
    let parsed = parse(&Source::from_text("a.yaml", text).unwrap()).remove(0);
    assert_eq!(parsed.problems, []);
    set().validate("Runbook", parsed.tree.root()).unwrap()
}

/// (place, marked text, message) of every violation.
fn found(text: &str) -> Vec<(String, String, String)> {
    let all = violations(text).into_iter();
    all.map(|v| {
        (
            v.route.to_string(),
            text[v.span.range()].to_owned(),
            v.message,
        )
    })
    .collect()
}

fn in_spec(spec: &str) -> Vec<(String, String, String)> {
    found(&format!("{HEAD}spec:\n{spec}\n"))
}

fn one(spec: &str) -> (String, String, String) {
    let mut all = in_spec(spec);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

fn is(actual: (String, String, String), route: &str, marked: &str, message: &str) {
    assert_eq!(
        actual,
        (route.to_owned(), marked.to_owned(), message.to_owned())
    );
}

#[test]
fn sound_documents_have_no_violations() {
    assert_eq!(
        in_spec(
            "  effect: read\n  timeout: 5m\n  wait: never\n  checks: {a: {query: q, above: 1, for: 3m}}\n  decide: [{when: a, path: p}, {otherwise: escalate}]"
        ),
        []
    );
    assert_eq!(
        set().validate(
            "Nonsense",
            parse(&Source::from_text("a", "a: 1").unwrap())[0]
                .tree
                .root()
        ),
        None
    );
}

#[test]
fn missing_keys_point_at_the_key_they_are_missing_from() {
    let text = "apiVersion: rbk/v1\nmetadata: {id: a}\n";
    assert_eq!(
        found(text),
        [
            (
                "spec".into(),
                "apiVersion: rbk/v1".into(),
                "`spec` is missing from the document".into()
            ),
            (
                "metadata.owner".into(),
                "metadata".into(),
                "`owner` is missing from `metadata`".into()
            ),
        ]
    );
    assert_eq!(violations(text)[1].target, Target::Key);
}

#[test]
fn unknown_keys_come_with_the_nearest_name_or_the_right_place() {
    is(
        one("  tiemout: 5m"),
        "spec.tiemout",
        "tiemout",
        "`tiemout` is not a key of `spec`; did you mean `timeout`?",
    );
    is(
        one("  rate: x"),
        "spec.rate",
        "rate",
        "`rate` is not a key of `spec`; it belongs one level down, in `limits`",
    );
    is(
        one("  limits: {timeout: 5m}"),
        "spec.limits.timeout",
        "timeout",
        "`timeout` is not a key of `limits`; it belongs one level up, beside `limits`",
    );
    is(
        one("  owner: x"),
        "spec.owner",
        "owner",
        "`owner` is not a key of `spec`; it belongs in `metadata`",
    );
    is(
        one("  limits: {foo: 1}"),
        "spec.limits.foo",
        "foo",
        "`foo` is not a key of `limits`; its keys are rate",
    );
    let kind = &violations(&format!("{HEAD}spec:\n  limits: {{foo: 1}}\n"))[0].kind;
    assert_eq!(
        kind,
        &ViolationKind::UnknownKey {
            known: vec!["rate".into()],
            suggestion: None,
            belongs: None
        }
    );
}

#[test]
fn a_misspelt_required_key_is_one_mistake() {
    let text = "apiVersion: rbk/v1\nmetadata: {id: a, ownr: o}\nspec: {}\n";
    assert_eq!(
        found(text),
        [(
            "metadata.ownr".into(),
            "ownr".into(),
            "`ownr` is not a key of `metadata`; did you mean `owner`?".into()
        )]
    );
}

#[test]
fn types_and_forms_are_named_in_plain_words() {
    is(
        one("  timeout: [5m]"),
        "spec.timeout",
        "[5m]",
        "expected a duration such as 30s, 5m or 2h, found a list",
    );
    is(
        one("  timeout: 5 minutes"),
        "spec.timeout",
        "5 minutes",
        "expected a duration such as 30s, 5m or 2h, found `5 minutes`",
    );
    is(
        one("  timeout: 300"),
        "spec.timeout",
        "300",
        "expected a duration such as 30s, 5m or 2h, found the number `300`",
    );
    is(
        one("  max_tier: high"),
        "spec.max_tier",
        "high",
        "expected a whole number, found `high`",
    );
    is(
        one("  max_tier:"),
        "spec.max_tier",
        "",
        "`max_tier` has no value; expected a whole number",
    );
    is(
        one("  max_tier: 7"),
        "spec.max_tier",
        "7",
        "the number `7` is above the largest value allowed, 3",
    );
    is(
        one("  effect: reed"),
        "spec.effect",
        "reed",
        "`reed` is not one of read, notify, write, delete; did you mean `read`?",
    );
    is(
        one("  effect: [read]"),
        "spec.effect",
        "[read]",
        "expected one of read, notify, write, delete, found a list",
    );
    is(
        one("  tags: []"),
        "spec.tags",
        "[]",
        "the list has no items, but needs at least 1",
    );
    is(
        one("  tags: [a, b, a]"),
        "spec.tags[2]",
        "a",
        "`a` is already in this list",
    );
    is(
        one("  tags: [a, 1.0]"),
        "spec.tags[1]",
        "1.0",
        "expected text, found the number `1.0`; put it in quotes if it is text",
    );
    let text = "apiVersion: rbk/v2\nmetadata: {id: a, owner: o, title: '', labels: {Tier: a, team: 5}}\nspec: {}\n";
    assert_eq!(
        found(text)
            .into_iter()
            .map(|(_, _, message)| message)
            .collect::<Vec<_>>(),
        [
            "expected `rbk/v1`, found `rbk/v2`",
            "the text is empty",
            "expected lower-case letters, found the key `Tier`",
            "expected text, found the number `5`; put it in quotes if it is text",
        ]
    );
}

#[test]
fn one_document_gives_all_its_violations() {
    let all = in_spec(
        "  effect: reed\n  timeout: x\n  foo: 1\n  checks: {a: {query: 1, above: 1}, b: {}}",
    );
    assert_eq!(all.len(), 5, "{all:#?}");
}

#[test]
fn places_are_described() {
    let set = set();
    let at = |pointer: &str| set.describe("Runbook", &Route::from_pointer(pointer).unwrap());
    assert_eq!(
        at("/metadata/owner").unwrap().description.unwrap(),
        "The team that answers for it."
    );
    assert_eq!(
        at("/spec/effect").unwrap().values,
        ["read", "notify", "write", "delete"]
    );
    let timeout = at("/spec/timeout").unwrap();
    assert_eq!(timeout.description.unwrap(), "How long it may take.");
    assert_eq!(
        timeout.expected.unwrap(),
        "a duration such as 30s, 5m or 2h"
    );
    assert_eq!(
        at("/spec/checks/any/for").unwrap().expected.unwrap(),
        "a duration such as 30s, 5m or 2h"
    );
    assert_eq!(
        at("/spec/decide/0").unwrap().keys,
        ["because", "escalate", "otherwise", "path", "when"]
    );
    assert_eq!(at("/spec/nowhere"), None);
}

#[test]
fn schemas_that_cannot_be_used_are_refused() {
    let compile = |text: &str| {
        SchemaSet::compile(&[("a.json", text)])
            .map(|_| ())
            .unwrap_err()
    };
    let kind = |rest: &str| format!(r#"{{"properties": {{"kind": {{"const": "A"}}}}, {rest}}}"#);
    assert!(matches!(compile("{"), SchemaError::NotJson { .. }));
    assert!(matches!(
        compile(r#"{"$id": "https://e.test/a"}"#),
        SchemaError::HasId { .. }
    ));
    assert!(matches!(
        compile(&kind(r#""type": "nonsense""#)),
        SchemaError::Invalid { .. }
    ));
    assert!(matches!(
        compile(&kind(r#""$ref": "b.json""#)),
        SchemaError::Invalid { .. }
    ));
    assert!(matches!(
        compile(&kind(r#""$ref": "https://e.test/b""#)),
        SchemaError::Invalid { .. }
    ));
}

#[test]
fn violations_are_limited_and_many_of_them_do_not_take_long() {
    let names: String = (0..20_000).map(|n| format!("    K{n}: 5\n")).collect();
    let text = format!(
        "apiVersion: rbk/v1\nmetadata:\n  id: a\n  owner: o\n  labels:\n{names}spec: {{}}\n"
    );
    assert_eq!(violations(&text).len(), explain::MAX_VIOLATIONS);
}

#[test]
fn every_kind_has_a_schema() {
    let shipped = SchemaSet::shipped().unwrap();
    let kinds: Vec<&str> = shipped.kinds().collect();
    let expected: Vec<&str> = crate::document::model::Kind::ALL
        .iter()
        .map(|kind| kind.name())
        .collect();
    assert_eq!(kinds, expected);
}

#[test]
fn a_key_that_is_there_is_not_suggested_again() {
    let found = found("apiVersion: rbk/v1\nmetadata: {id: a, owner: o, ownr: p}\nspec: {}\n");
    let message = &found.iter().find(|found| found.1 == "ownr").unwrap().2;
    assert!(
        message.starts_with("`ownr` is not a key of `metadata`"),
        "{message}"
    );
    assert!(message.ends_with("`owner` is there already"), "{message}");
}
