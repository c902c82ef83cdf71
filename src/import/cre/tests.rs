//! The examples that define the semantics of `preq`, by their names.

use super::*;
use crate::logs::{Event, Known, Occurrences, stamp_of};
use crate::recognition::{LogSignature, look_through};

fn file(name: &str) -> String {
    let path = format!("{}/tests/data/preq/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rules(name: &str) -> Vec<Result<Rule, Refused>> {
    read(&file(&format!("{name}.yaml"))).unwrap()
}

/// Whether the rule of a file holds in a log.
fn fires(rule: &str, log: &str) -> bool {
    let [rule] = <[_; 1]>::try_from(rules(rule)).unwrap();
    let rule = rule.unwrap();
    let mut occurrences = Occurrences::of(&rule.pattern);
    let log = file(&format!("{log}.log"));
    let mut lines: Vec<_> = log.lines().zip(0..).collect();
    lines.sort_by_key(|(line, number)| (stamp_of(line.as_bytes()).map(|stamp| stamp.at), *number));
    for (line, number) in lines {
        let stamp = stamp_of(line.as_bytes()).filter(|stamp| stamp.known == Known::Moment);
        let event = Event {
            line: number,
            at: stamp.map(|stamp| stamp.at),
        };
        let set = |conditions: &[Condition]| {
            let found = conditions.iter().enumerate();
            found
                .filter(|(_, it)| it.is_in(line.as_bytes()))
                .map(|(number, _)| 1_u64 << number)
                .sum()
        };
        occurrences.event(event, set(&rule.conditions), set(&rule.negations));
    }
    occurrences.finish();
    assert!(!occurrences.is_inconclusive());
    !occurrences.drain().is_empty()
}

/// A rule, a log, and whether the one fires on the other.
const EXAMPLES: &[(&str, &str, bool)] = &[
    ("01-set-single-example", "01-example", true),
    ("02-set-multiple-example-good-window", "02-example", true),
    (
        "02-set-multiple-example-good-window",
        "02-example-out-of-order",
        true,
    ),
    ("02-set-multiple-example-bad-window", "02-example", false),
    ("03-set-negative-example", "03-example", false),
    ("04-set-1x1-example", "04-example", false),
    ("08-sequence-example-good-window", "08-example", true),
    ("08-sequence-example-bad-window", "08-example", false),
    ("09-sequence-negate-example", "09-example", false),
    ("13-string-example", "13-example", true),
    ("14-string-example", "14-example", true),
    ("15-regex-example", "15-example", true),
    ("16-regex-example", "16-example", true),
    ("17-jq-example", "17-example", true),
    ("18-jq-example", "18-example", true),
    ("26-negate-window", "26-example", false),
    ("26-negate-window", "26-example-moved-negative", true),
    ("27-negate-window", "27-example", false),
    ("27-negate-window-shorter", "27-example", true),
    ("28-negate-anchor", "28-example", false),
    ("28-negate-anchor-shorter", "28-example", true),
    ("21-negative-example", "21-example", false),
    ("24-multiple-negatives", "24-example", false),
    ("25-negate-options-1x1", "25-example", false),
    ("25-negate-options-1x1", "25-example-new-negate-time", true),
    ("27-negate-window", "27-example-smaller", true),
    ("29-negate-slide", "29-example", false),
    ("29-negate-slide", "29-example-fp-moved", true),
    ("29-negate-slide-anchor-1", "29-example", true),
    ("29-negate-slide-anchor-1", "29-example-fp-moved", false),
    ("29-negate-slide-anchor-1-window", "29-example", false),
    (
        "29-negate-slide-anchor-1-window",
        "29-example-fp-moved",
        true,
    ),
    ("30-negate-absolute", "30-example", false),
    ("32-example-condition-count", "32-count-example", true),
];

#[test]
fn the_examples_fire_as_their_names_say() {
    for (rule, log, expected) in EXAMPLES {
        assert_eq!(fires(rule, log), *expected, "{rule} on {log}");
    }
}

#[test]
fn as_signatures_the_examples_fire_as_they_do_as_rules() {
    let defaults = Defaults {
        class: None,
        owner: "sre".to_owned(),
        service: None,
        environment: "production".to_owned(),
        licence: None,
    };
    for (rule, log, expected) in EXAMPLES {
        let [read] = <[_; 1]>::try_from(rules(rule)).unwrap();
        let signature = match signature(&read.unwrap(), &defaults, false) {
            Ok(signature) => LogSignature::of(&signature).unwrap(),
            Err(why) => {
                assert!(
                    rule.contains("jq") && why.contains("of an object"),
                    "{rule}: {why}"
                );
                continue;
            }
        };
        let log = format!("{}/tests/data/preq/{log}.log", env!("CARGO_MANIFEST_DIR"));
        let found = look_through(&[signature], &[log.clone().into()]).unwrap();
        assert_eq!(!found.signatures.is_empty(), *expected, "{rule} on {log}");
    }
}

#[test]
fn bad_examples_are_refused_and_say_why() {
    for (name, why) in [
        ("05-bad-set-example", "stand in `match`, not `order`"),
        ("06-bad-set-example", "a condition that must occur"),
        ("07-bad-sequence-example", "stand in `order`, not `match`"),
        ("07-bad-set-window", "need a window"),
        (
            "10-bad-sequence-match-example",
            "stand in `order`, not `match`",
        ),
        ("11-bad-sequence-one-condition", "two events at least"),
        ("12-bad-sequence-one-negate", "a condition that must occur"),
        ("19-bad-literal-block-example", "line break"),
        ("20-bad-regex-example", "use `regex`"),
        (
            "31-bad-negate-anchor",
            "the anchor 3 names no condition: there are 0 to 2",
        ),
        ("41-nested", "correlates several sources by `hostname`"),
    ] {
        for rule in rules(name) {
            let refused = rule.map(|rule| rule.id).unwrap_err();
            assert!(refused.why.contains(why), "{name}: {refused}");
        }
    }
}

#[test]
fn a_file_of_several_rules_shares_its_terms() {
    let rules = rules("00-rules-document-example");
    assert_eq!(rules.len(), 2);
    for rule in rules {
        let rule = rule.unwrap();
        assert!(
            rule.conditions
                .iter()
                .any(|it| matches!(it, Condition::Regex(_))),
            "{}",
            rule.id
        );
    }
}
