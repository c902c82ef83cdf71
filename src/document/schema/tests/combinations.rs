//! Alternatives, and keys that need or exclude each other.

use super::*;

#[test]
fn of_several_forms_the_one_that_fits_best_is_explained() {
    is(
        one("  decide: [{when: a, paht: p}]"),
        "spec.decide[0].paht",
        "paht",
        "`paht` is not a key of `decide[0]`; did you mean `path`?",
    );
    is(
        one("  decide: [{when: a, escalate: [x]}]"),
        "spec.decide[0].escalate",
        "[x]",
        "expected text, found a list",
    );
    is(
        one("  decide: [{when: a, because: x}]"),
        "spec.decide[0].escalate",
        "{when: a, because: x}",
        "`escalate` is missing from `decide[0]`",
    );
    is(
        one("  decide: [{otherwise: path}]"),
        "spec.decide[0].otherwise",
        "path",
        "expected `escalate`, found `path`",
    );
    is(
        one("  decide: [escalate]"),
        "spec.decide[0]",
        "escalate",
        "expected a mapping, found `escalate`",
    );
    is(
        one("  wait: soon"),
        "spec.wait",
        "soon",
        "expected a duration such as 30s, 5m or 2h or never or always, found `soon`",
    );
    is(
        one("  wait: [1]"),
        "spec.wait",
        "[1]",
        "expected a duration such as 30s, 5m or 2h, a whole number or never or always, found a list",
    );
}

#[test]
fn keys_that_exclude_or_need_each_other() {
    is(
        one("  checks: {a: {for: 3m}}"),
        "spec.checks.a",
        "a",
        "`a` needs one of the keys query, change, log",
    );
    is(
        one("  checks: {a: {query: q, above: 1, change: c}}"),
        "spec.checks.a.change",
        "change",
        "`a` has `query` and `change`, but exactly one of query, change, log is allowed",
    );
    is(
        one("  checks: {a: {above: 1, change: c}}"),
        "spec.checks.a.above",
        "above",
        "`change` takes no comparison",
    );
    is(
        one("  checks: {a: {query: q, above: 1, below: 2}}"),
        "spec.checks.a.below",
        "below",
        "`a` has `above` and `below`, but at most one of above, below is allowed",
    );
    is(
        one("  checks: {a: {query: q}}"),
        "spec.checks.a",
        "a",
        "`a` needs at least one of the keys above, below",
    );
    is(
        one("  checks: {a: {change: c, for: 3m}}"),
        "spec.checks.a.for",
        "for",
        "`for` belongs to `query`",
    );
    is(
        one("  checks: {a: {log: {}}}"),
        "spec.checks.a.for",
        "a",
        "`log` needs `for`",
    );
    is(
        one("  checks: {a: {qurey: q, for: 3m}}"),
        "spec.checks.a.qurey",
        "qurey",
        "`qurey` is not a key of `a`; did you mean `query`?",
    );
}

#[test]
fn keys_that_were_not_evaluated_are_reported_once() {
    let schema = r#"{
      "type": "object",
      "properties": {"kind": {"const": "A"}},
      "allOf": [
        {"properties": {"size": {"type": "integer"}, "name": {"type": "string"}}},
        {"if": {"required": ["size"]}, "then": {"properties": {"unit": {"type": "string"}}}}
      ],
      "unevaluatedProperties": false
    }"#;
    let set = SchemaSet::compile(&[("a.schema.json", schema)]).unwrap();
    let messages = |text: &str| -> Vec<String> {
        let documents = parse(&Source::from_text("a.yaml", text).unwrap());
        let found = set.validate("A", documents[0].tree.root()).unwrap();
        found
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    };
    assert_eq!(messages("{kind: A, size: 1, unit: m}"), [] as [&str; 0]);
    assert_eq!(
        messages("{kind: A, unit: m}"),
        ["`unit` does not go with the other keys of the document"]
    );
    assert_eq!(
        messages("{kind: A, size: x, name: n}"),
        ["expected a whole number, found `x`"]
    );
    assert_eq!(
        messages("{kind: A, nmae: n}"),
        ["`nmae` is not a key of the document; did you mean `name`?"]
    );
}
