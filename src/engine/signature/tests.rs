use std::sync::Arc;

use super::*;
use crate::engine::check::Bound;
use crate::engine::prepared::Prepared;
use crate::engine::tests::lab::{Lab, SIGNATURE};
use crate::engine::tests::world::World;

const REQUIRE: &str = "    deploy: {change: deploy, within: 20m}\n    err: {query: http-error-ratio, at_least: 5%, for: 3m}\n";
const SUPPORT: &str = "    panic: {log: {regex: \"panic: nil currency\"}, count: {at_least: 20, within: 5m}, weight: 1}\n";
const EXCLUDE: &str = "    upstream: {query: dependency-error-ratio, at_least: 5%}\n";

/// A signature of facts only: `y` is true, `n` false, `u` unknown.
fn scored(require: &str, support: &str, exclude: &str, thresholds: &str) -> SignatureResult {
    let facts = |names: &str, weights: bool| -> String {
        let line = |(index, fact): (usize, char)| {
            let weight = if weights {
                format!(", weight: {}", index + 1)
            } else {
                String::new()
            };
            format!("    c{index}: {{fact: incident.{fact}{weight}}}\n")
        };
        names.chars().enumerate().map(line).collect()
    };
    let section = |name: &str, lines: String| {
        if lines.is_empty() {
            String::new()
        } else {
            format!("  {name}:\n{lines}")
        }
    };
    let lab = Lab::new()
        .edit(
            SIGNATURE,
            &format!("  require:\n{REQUIRE}"),
            &section("require", facts(require, false)),
        )
        .edit(
            SIGNATURE,
            &format!("  support:\n{SUPPORT}"),
            &section("support", facts(support, true)),
        )
        .edit(
            SIGNATURE,
            &format!("  exclude:\n{EXCLUDE}"),
            &section("exclude", facts(exclude, false)),
        )
        .edit(
            SIGNATURE,
            "  sequence: [deploy, err]\n  score: {match_at: 0.6, ambiguous_at: 0.4}",
            &format!("  score: {{{thresholds}}}"),
        )
        .edit(SIGNATURE, "  window: 15m\n", "");
    let prepared: Arc<Prepared> = lab.prepared();
    let fixture = lab.fixture(crate::engine::tests::lab::WELL);
    let mut incident = World::new(&fixture).input().incident;
    incident.facts.insert("y".to_owned(), true.into());
    incident.facts.insert("n".to_owned(), false.into());
    let signature = prepared
        .signature(&"bad-deploy-5xx".into())
        .expect("a usable signature");
    let bound = BoundSignature(signature.checks().map(|_| Bound::Context).collect());
    let facts = Facts {
        evidence: &EvidenceStore::default(),
        incident: &incident,
        now: "2026-11-02T10:10:00Z".parse().unwrap(),
    };
    score(signature, &bound, facts, true)
}

#[test]
fn score_and_ceiling_follow_the_formula() {
    // Weights of support are 1, 2, 3.
    for (require, support, score, ceiling) in [
        ("yy", "", 1.0, 1.0),
        ("yy", "ynn", 3.0 / 8.0, 3.0 / 8.0),
        ("yy", "yun", 3.0 / 8.0, 5.0 / 8.0),
        ("yy", "yyy", 1.0, 1.0),
        ("yu", "yyn", 4.0 / 7.0, 5.0 / 8.0),
        ("nn", "", 0.0, 0.0),
    ] {
        let result = scored(require, support, "", "match_at: 0.6, ambiguous_at: 0.4");
        assert!(
            (result.score - score).abs() < 1e-9,
            "{require} {support}: {}",
            result.score
        );
        assert!(
            (result.ceiling - ceiling).abs() < 1e-9,
            "{require} {support}: {}",
            result.ceiling
        );
    }
}

#[test]
fn verdicts_fail_closed() {
    use Verdict::{Ambiguous, Match, NoMatch};
    for (require, support, exclude, verdict) in [
        ("y", "", "n", Match),
        ("y", "", "u", Ambiguous),
        ("y", "", "y", NoMatch),
        ("u", "", "n", Ambiguous),
        ("n", "y", "n", NoMatch),
        ("u", "", "y", NoMatch),
        ("n", "", "u", NoMatch),
        ("yy", "n", "n", Match),     // 2/3
        ("y", "n", "n", Ambiguous),  // 1/2
        ("y", "u", "n", Ambiguous),  // ceiling 1, score 1/2
        ("y", "nn", "n", NoMatch),   // 1/4
        ("y", "nu", "n", Ambiguous), // ceiling 3/4
    ] {
        let result = scored(
            require,
            support,
            exclude,
            "match_at: 0.6, ambiguous_at: 0.4",
        );
        assert_eq!(
            result.verdict, verdict,
            "{require}/{support}/{exclude}: {}",
            result.why
        );
        assert!(!result.why.is_empty());
    }
}
