//! Every rule against its own examples, and what the registry promises.

use std::collections::BTreeSet;

use super::{overlaid, run, starter};
use crate::diagnostic::render::{Format, Style};
use crate::document::Span;
use crate::library::Library;
use crate::lint::{Check, Example, Options, Outcome, Rule, Runs, TODAY, explain, lint, registry};
use crate::testing::Suite;
use crate::testing::mutation::{Trials, scores};

/// A rule's example as it is run: rules about a change get the starter library as the base.
fn outcome(rule: &Rule, example: &Example) -> (Outcome, Vec<(String, Span)>) {
    let overlay = example
        .build()
        .unwrap_or_else(|why| panic!("{} {}: {why}", rule.code, rule.name));
    let library = overlaid(&overlay);
    let mut options = Options::on(TODAY);
    if matches!(rule.check, Check::Change(_)) {
        options.base = Some(starter());
    }
    let runs = matches!(rule.check, Check::Runs(_)).then(|| observed(rule, &library));
    options.runs = runs.as_ref();
    (lint(&library, &options).unwrap(), overlay.marks)
}

/// What running the fixtures shows; mutants are only tried for the rule about them.
fn observed(rule: &Rule, library: &Library) -> Runs {
    let mut runs = Suite::new(library).unwrap().observe();
    if rule.code == "F010" {
        let trials = Trials::new(library, TODAY).unwrap().signatures().unwrap();
        runs.mutation = scores(library, &trials);
    }
    runs
}

fn shown(outcome: &Outcome) -> String {
    Format::Human.render(&outcome.report, &Style::default())
}

#[test]
fn the_starter_library_breaks_no_rule() {
    let outcome = run(&overlaid(&Example::base().build().unwrap()));
    assert!(outcome.report.findings.is_empty(), "{}", shown(&outcome));
    assert!(outcome.is_complete() && !outcome.is_partial);
}

#[test]
fn bad_examples_break_exactly_their_rule_at_exactly_the_marked_places() {
    let mut wrong = String::new();
    for rule in runnable() {
        for (number, example) in rule.bad.iter().enumerate() {
            let (outcome, marks) = outcome(rule, example);
            let findings = &outcome.report.findings;
            let codes: BTreeSet<_> = findings.iter().map(|f| f.finding.code).collect();
            let mut places: Vec<_> = findings
                .iter()
                .map(|f| (f.primary.path.to_string(), f.primary.span))
                .collect();
            places.sort();
            places.dedup();
            if codes != BTreeSet::from([rule.code]) || places != marks {
                wrong.push_str(&format!(
                    "\n=== {} bad example {number}: marked {marks:?}, found {places:?}\n{}",
                    rule.code,
                    shown(&outcome)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

// One file for each rule, so that a change of words is read where it is made: `messages/CODE.txt`.
#[test]
fn what_a_rule_says_reads_well() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("messages");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for rule in runnable() {
        let said = rule.bad.iter().enumerate().map(|(number, example)| {
            let (outcome, _) = outcome(rule, example);
            format!("bad example {}\n\n{}", number + 1, shown(&outcome))
        });
        let said = said.collect::<Vec<_>>().join("\n");
        settings.bind(|| insta::assert_snapshot!(rule.code, said));
    }
}

#[test]
fn good_examples_break_no_rule() {
    let mut wrong = String::new();
    for rule in runnable() {
        for (number, example) in rule.good.iter().enumerate() {
            let (outcome, marks) = outcome(rule, example);
            if !(outcome.report.findings.is_empty() && marks.is_empty()) {
                let found = shown(&outcome);
                wrong.push_str(&format!(
                    "\n=== {} good example {number}\n{found}",
                    rule.code
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn runnable() -> impl Iterator<Item = &'static Rule> {
    let rules = registry::all().iter().copied();
    rules.filter(|rule| !matches!(rule.check, Check::Elsewhere))
}

#[test]
fn codes_and_names_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for rule in registry::all() {
        assert!(seen.insert(rule.code), "{} twice", rule.code);
        assert!(seen.insert(rule.name), "{} twice", rule.name);
        let (letter, digits) = rule.code.split_at(1);
        assert_eq!(letter, rule.category.letter().to_string(), "{}", rule.code);
        assert!(
            digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()),
            "{}",
            rule.code
        );
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(rule.name.split('-').all(is_word), "{}", rule.name);
    }
}

#[test]
fn the_table_of_each_group_is_in_the_order_of_codes() {
    for pair in registry::all().windows(2) {
        if pair[0].category == pair[1].category {
            assert!(
                pair[0].code < pair[1].code,
                "{} {}",
                pair[0].code,
                pair[1].code
            );
        }
    }
}

#[test]
fn every_rule_documents_itself() {
    for rule in registry::all() {
        for text in [rule.summary, rule.why, rule.remedy] {
            assert!(text.ends_with(['.', '?']), "{}: {text}", rule.code);
            assert!(text.len() >= 20, "{}: {text}", rule.code);
            assert!(
                !text.contains("  "),
                "{}: doubled blanks in {text}",
                rule.code
            );
        }
        assert!(rule.summary.len() <= 160, "{}: {}", rule.code, rule.summary);
    }
    for rule in runnable() {
        assert!(!rule.bad.is_empty(), "{} has no bad example", rule.code);
        assert!(!rule.good.is_empty(), "{} has no good example", rule.code);
    }
}

// A rule that is written and never listed would check nothing.
#[test]
fn every_rule_file_is_listed() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lint");
    for group in std::fs::read_dir(root).unwrap() {
        let group = group.unwrap().path();
        let files = std::fs::read_dir(&group).into_iter().flatten();
        for file in files {
            let name = file.unwrap().file_name().into_string().unwrap();
            let Some((code, slug)) = name
                .strip_suffix(".rs")
                .and_then(|stem| stem.split_once('_'))
                .filter(|(code, _)| {
                    code.len() == 4 && code[1..].bytes().all(|b| b.is_ascii_digit())
                })
            else {
                continue;
            };
            let rule = registry::find(code).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(rule.name.replace('-', "_"), slug, "{name}");
        }
    }
}

#[test]
fn rules_are_found_by_code_and_name_and_nearly_so() {
    assert_eq!(registry::find("s003").unwrap().name, "schema-violation");
    assert_eq!(registry::find("unknown-key").unwrap().code, "S004");
    let error = registry::find("unkown-key").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no rule `unkown-key`; did you mean `unknown-key`?"
    );
    assert!(registry::find("").is_err());
}

#[test]
fn a_rule_explains_itself() {
    insta::assert_snapshot!(explain::explain(registry::find("S004").unwrap()));
    for rule in registry::all() {
        let text = explain::explain(rule);
        let parts = [rule.code, rule.name, rule.summary, "Why", "Remedy"];
        // What is judged by the facts of a pull request cannot be shown by files.
        let examples = match rule.check {
            Check::Elsewhere => [].as_slice(),
            _ => &["Avoid", "Prefer"],
        };
        for part in parts.iter().chain(examples) {
            assert!(text.contains(part), "{} lacks {part}", rule.code);
        }
        assert!(!text.contains(['«', '»']), "{text}");
    }
}
