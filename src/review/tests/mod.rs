//! Reviews that are made for it: the facts of the published cases, and the library that `rbk init` writes.

mod hostile;
mod limits;
mod logs;
mod outcomes;
mod pages;
mod shape;

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use super::{Pull, Review};
use crate::change::diff::{Diff, compare_and_test};
use crate::diagnostic::Report;
use crate::document::model::Governance;
use crate::governance::{Facts, Rules, evaluate};
use crate::library::{Library, starter};
use crate::testing;

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const ACTION: &str = "runbooks/catalog/actions/k8s.rollout-undo.yaml";

/// A tier raised, a guard dropped and a scope widened, and words.
const RISKY: &[(&str, &str, &str)] = &[
    (ACTION, "  tier: 2\n", "  tier: 3\n"),
    (ACTION, "no_commander, ", ""),
    (
        RUNBOOK,
        "services: [checkout]",
        "services: [checkout, payments-gateway]",
    ),
    (
        RUNBOOK,
        "title: Roll back a release",
        "title: Return from a release",
    ),
];

/// Only words.
const WORDS: &[(&str, &str, &str)] = &[(
    RUNBOOK,
    "title: Roll back a release that raised the error rate, version: 1.0.0",
    "title: Return from a release that raised the error rate, version: 1.0.1",
)];

fn base() -> Library {
    let files = starter::FILES.iter();
    Library::from_sources(
        files.map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec())),
    )
}

/// What comes of edits to the starter, of texts that occur once in a file.
fn diff(edits: &[(&str, &str, &str)]) -> Diff {
    let base = base();
    let mut texts: Vec<(Utf8PathBuf, String)> = Vec::new();
    for (path, old, new) in edits {
        let known = texts.iter().position(|(known, _)| known == path);
        let at = known.unwrap_or_else(|| {
            let (_, entry) = base.entries_at((*path).into()).next().unwrap();
            texts.push(((*path).into(), entry.source().text().to_owned()));
            texts.len() - 1
        });
        let text = &mut texts[at].1;
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {path}");
        *text = text.replace(old, new);
    }
    let texts = texts.into_iter();
    compare_and_test(
        &base,
        &base.with_sources(texts.map(|(path, text)| (path, text.into_bytes()))),
    )
}

/// The facts of a published case as those of a pull request that is open, changed by JSON pointer.
fn facts(case: &str, changes: &[(&str, Value)]) -> Facts {
    let mut facts = cases()["cases"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == case)
        .unwrap()["facts"]
        .clone();
    let head = facts["prs"][0]["head_sha"].clone();
    facts["landing"] = json!({
        "shape": "proposed", "parent": "p".repeat(40), "tip": head, "tip_parents": ["p".repeat(40)], "commits": [head],
    });
    let pull = facts["prs"][0].as_object_mut().unwrap();
    pull.extend([
        ("merged".to_owned(), json!(false)),
        ("merged_at".to_owned(), Value::Null),
        ("merge_commit_sha".to_owned(), Value::Null),
        ("merged_by".to_owned(), Value::Null),
    ]);
    for (pointer, value) in changes {
        *facts.pointer_mut(pointer).unwrap() = value.clone();
    }
    serde_json::from_value(facts).unwrap()
}

fn cases() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/governance/cases.json")).unwrap()
}

fn rules(policy: &str) -> Rules {
    let spec = cases()["policies"][policy]["spec"].clone();
    Rules::new(&serde_json::from_value::<Governance>(spec).unwrap()).unwrap()
}

/// A review under the default policy of the cases.
fn review(facts: Facts, diff: Diff) -> Review {
    Review {
        pull: Pull {
            number: 42,
            title: "Return from releases".to_owned(),
            head: "b".repeat(40),
            base: "a".repeat(40),
            policy: Some("c".repeat(40)),
        },
        evaluation: evaluate(&facts, &rules("default")),
        facts: Some(facts),
        diff: Ok(diff),
        findings: Ok(Report::new(Vec::new(), 20)),
        tests: Ok(testing::report::Report {
            version: testing::report::VERSION,
            summary: testing::report::Summary {
                passed: 7,
                ..testing::report::Summary::default()
            },
            tests: Vec::new(),
        }),
        reproduce: format!("rbk diff {} {}", "a".repeat(40), "b".repeat(40)),
    }
}

/// Nobody approved a change of tier 2 in production.
fn waiting() -> Facts {
    facts(
        "G01",
        &[
            ("/units/0/path", json!(RUNBOOK)),
            ("/units/0/tier_before", json!(2)),
            ("/units/0/tier_after", json!(3)),
            ("/reviews", json!([])),
        ],
    )
}

/// Everybody approved who has to.
fn approved() -> Facts {
    facts("G01", &[("/units/0/path", json!(RUNBOOK))])
}
