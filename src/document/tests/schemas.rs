//! The shipped schemas against any document.

use proptest::prelude::*;

use crate::document::schema::Violation;
use crate::document::{SchemaSet, Source, parse};

const RUNBOOK: &str = "apiVersion: rbk/v1
kind: Runbook
metadata: {id: a-b, title: A title, version: 1.0.0, owner: team, status: draft, review_by: 2027-03-01}
spec:
  incident_class: elevated-error-rate
  scope: {services: [checkout], environments: [staging], do_not_touch: [\"statefulset/**\"]}
  autonomy: {max_tier: 2, mode: gated}
  checks:
    high: {query: ratio, at_least: 5%, for: 3m}
    change: {change: deploy, within: 30m}
    lines: {log: {regex: \"panic:\"}, count: {at_least: 20, within: 5m}}
    spans: {trace: {status: error}, share: {at_least: 5%}}
  decide:
    - {when: high and change, path: undo}
    - {otherwise: escalate, because: no pattern}
  paths:
    undo:
      preflight: [not lines]
      steps:
        - id: undo
          action: k8s.rollout-undo
          with: {namespace: payments}
          verify: {settle: 60s, within: 10m, success: high, failure: high}
          on_failure: rollback
      outcome: mitigated
  escalate: {to: service_oncall, ack_within: 5m}
";

fn violations(text: &str) -> Vec<Violation> {
    let file = Source::from_text("runbook.yaml", text).unwrap();
    let documents = parse(&file);
    let Some(root) = documents.first().map(|document| document.tree.root()) else {
        return Vec::new();
    };
    let found = SchemaSet::shipped()
        .unwrap()
        .validate("Runbook", root)
        .unwrap();
    for violation in &found {
        assert!(
            file.text().get(violation.span.range()).is_some(),
            "{violation:?}"
        );
        assert!(
            !violation.message.is_empty() && !violation.message.contains('\n'),
            "{violation:?}"
        );
    }
    found
}

#[test]
fn the_sample_is_sound() {
    assert_eq!(violations(RUNBOOK), []);
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "id",
        "spec",
        ": ",
        "query: x, ",
        "at_least",
        "5%",
        "path: ",
        "escalate",
        "when",
        "otherwise",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "null",
        "true",
        "17",
        "1.5",
        "5 minutes",
        "~",
        "within: ",
        "'",
        "steps:",
        "verify: {}",
    ]);
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn violations_of_mutated_documents_have_places_and_words(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, pieces()), 1..5),
    ) {
        let mut text: Vec<char> = RUNBOOK.chars().collect();
        for (at, cut, insert) in edits {
            let at = at.index(text.len() + 1);
            text.splice(at..(at + cut).min(text.len()), insert.chars());
        }
        violations(&text.into_iter().collect::<String>());
    }
}

// The schema's authors worded it.
const ANY: &str = "";

/// Deletes one key, or misspells it, or gives it a value of another type: one mistake each. What the schemas word themselves is left open.
#[test]
fn one_mistake_is_one_violation() {
    let cases = [
        ("owner: team, ", "", "`owner` is missing from `metadata`"),
        (
            "owner: team",
            "ownr: team",
            "`ownr` is not a key of `metadata`; did you mean `owner`?",
        ),
        ("version: 1.0.0", "version: 1.0", ", found the number `1.0`"),
        ("version: 1.0.0", "version: v1", ", found `v1`"),
        (
            "mode: gated",
            "mode: gate",
            "`gate` is not one of off, shadow, advise, gated, auto; did you mean `gated`?",
        ),
        (
            "mode: gated",
            "mode: true",
            "`true` is not one of off, shadow, advise, gated, auto",
        ),
        ("max_tier: 2", "max_tier: high", ", found `high`"),
        ("for: 3m", "for: 3 min", ", found `3 min`"),
        (
            "query: ratio, ",
            "",
            "`high` needs one of the keys query, change, log, trace, alert, fact",
        ),
        ("at_least: 5%, for: 3m", "for: 3m", ANY),
        (
            "at_least: 5%, for: 3m",
            "at_least: 5%, below: 9%, for: 3m",
            "`high` has `at_least` and `below`, but at most one of above, at_least, below, at_most, equals, not_equals, between, in, present, absent is allowed",
        ),
        ("{change: deploy, within: 30m}", "{change: deploy}", ANY),
        (
            "{change: deploy, within: 30m}",
            "{change: deploy, within: 30m, above: 5}",
            ANY,
        ),
        (
            "path: undo}",
            "paht: undo}",
            "`paht` is not a key of `decide[0]`; did you mean `path`?",
        ),
        (
            ", path: undo}",
            "}",
            "`decide[0]` needs one of the keys path, escalate, outcome",
        ),
        (
            "otherwise: escalate",
            "otherwise: page",
            "`page` is not one of escalate, dismiss",
        ),
        (
            "to: service_oncall, ",
            "",
            "`to` is missing from `escalate`",
        ),
        (
            "services: [checkout]",
            "services: checkout",
            "found `checkout`",
        ),
        (
            "    high: {",
            "    Err-High: {",
            ", found the key `Err-High`",
        ),
        ("    high: {", "    and: {", ", found the key `and`"),
        (
            "incident_class: elevated-error-rate",
            "incident_class:",
            "`incident_class` has no value; expected ",
        ),
        (
            "within: 10m, success: high",
            "within: 10m, sucess: high",
            "`sucess` is not a key of `verify`; did you mean `success`?",
        ),
        (
            "  autonomy: {max_tier: 2, mode: gated}",
            "  autonomy: {max_tier: 2, mode: gated, services: [a]}",
            "`services` is not a key of `autonomy`; it belongs in `scope`",
        ),
        (
            "  incident_class: elev",
            "  max_tier: 2\n  incident_class: elev",
            "`max_tier` is not a key of `spec`; it belongs one level down, in `autonomy`",
        ),
        (
            "kind: Runbook",
            "kind: Runbok",
            "expected `Runbook`, found `Runbok`",
        ),
    ];
    for (from, to, message) in cases {
        let text = RUNBOOK.replacen(from, to, 1);
        assert_ne!(text, RUNBOOK);
        let found: Vec<String> = violations(&text)
            .into_iter()
            .map(|violation| violation.message)
            .collect();
        assert_eq!(found.len(), 1, "{from} -> {to}: {found:?}");
        assert!(found[0].contains(message), "{from} -> {to}: {found:?}");
    }
}
