//! What fixes make of the bad examples of their rules.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::{overlaid, starter};
use crate::diagnostic::render::{Format, Style};
use crate::diagnostic::{Applicability, Report};
use crate::library::Library;
use crate::lint::{Check, Example, Mended, Options, Rule, TODAY, lint, mend, registry};

fn options(rule: &Rule) -> Options<'static> {
    let mut options = Options::on(TODAY);
    if matches!(rule.check, Check::Change(_)) {
        options.base = Some(starter());
    }
    options
}

fn shown(report: &Report) -> String {
    Format::Human.render(report, &Style::default())
}

/// The fixes that the findings of a library offer.
fn offered(report: &Report) -> BTreeSet<Applicability> {
    let fixes = report
        .findings
        .iter()
        .filter_map(|located| located.finding.fix.as_ref());
    fixes.map(|fix| fix.applicability).collect()
}

fn after(library: &Library, mended: &Mended) -> Library {
    let files = mended.files.iter();
    library.with_sources(files.map(|(path, file)| (path.clone(), file.bytes_after())))
}

/// Every runnable bad example, by rule.
fn examples() -> impl Iterator<Item = (&'static Rule, usize, &'static Example)> {
    let rules = registry::all().iter().copied();
    rules
        .filter(|rule| !matches!(rule.check, Check::Elsewhere))
        .flat_map(|rule| {
            rule.bad
                .iter()
                .enumerate()
                .map(move |(at, example)| (rule, at, example))
        })
}

#[test]
fn the_rules_that_mend_their_examples() {
    let mut table: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut wrong = String::new();
    for (rule, number, example) in examples() {
        let library = overlaid(&example.build().unwrap());
        let options = options(rule);
        let before = lint(&library, &options).unwrap();
        let offered = offered(&before.report);
        let Some(most) = offered.iter().max() else {
            continue;
        };
        let mended = mend(&library, &options, *most).unwrap();
        let again = mend(&after(&library, &mended), &options, *most).unwrap();
        let has_changed = !again.files.is_empty();
        // A rule may mend some of its examples and leave others to a human, but never a part of one.
        if !mended.outcome.report.findings.is_empty() || has_changed || !mended.is_settled {
            wrong.push_str(&format!(
                "\n=== {} bad example {number}: changed again: {has_changed}, {:?}\n{}",
                rule.code,
                mended.rejected,
                shown(&mended.outcome.report)
            ));
        }
        let word = match most {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
            Applicability::DisplayOnly => "shown",
        };
        table
            .entry(rule.code)
            .or_default()
            .push(format!("{number} {word}"));
    }
    assert!(wrong.is_empty(), "{wrong}");
    let lines = table
        .into_iter()
        .map(|(code, fixes)| format!("{code}: {}", fixes.join(", ")));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn safe_is_what_is_applied_without_being_asked_for_more() {
    for (rule, number, example) in examples() {
        let library = overlaid(&example.build().unwrap());
        let mended = mend(&library, &options(rule), Applicability::Safe).unwrap();
        let before = lint(&library, &options(rule)).unwrap();
        if !offered(&before.report).contains(&Applicability::Safe) {
            assert!(
                mended.files.is_empty(),
                "{} bad example {number}",
                rule.code
            );
        }
    }
}

fn edited(changes: &[(&str, &str, &str)]) -> Library {
    let mut overlay = Example::base().build().unwrap();
    for (path, find, replace) in changes {
        let text = overlay.files.get_mut(*path).unwrap();
        assert_eq!(text.matches(find).count(), 1, "{find}");
        *text = text.replace(find, replace);
    }
    overlaid(&overlay)
}

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

#[test]
fn many_mistakes_are_mended_in_one_run() {
    let library = edited(&[
        (RUNBOOK, "  incident_class:", "  incident_clas:"),
        (RUNBOOK, "do_not_touch:", "do_not_tuch:"),
        (
            RUNBOOK,
            "query: pending-migrations",
            "query: pending-migration",
        ),
        (
            RUNBOOK,
            "    - {otherwise: escalate, because: no trusted pattern}\n",
            "",
        ),
        (RUNBOOK, "ack_within: 5m", "ack_within: 5 minutes"),
    ]);
    let mended = mend(&library, &Options::on(TODAY), Applicability::Unsafe).unwrap();
    assert!(
        mended.outcome.report.findings.is_empty(),
        "{}",
        shown(&mended.outcome.report)
    );
    let expected = starter()
        .entries_at(RUNBOOK.into())
        .next()
        .unwrap()
        .1
        .source();
    let text = mended.files[&Utf8PathBuf::from(RUNBOOK)].after.text();
    assert_eq!(text.lines().count(), expected.text().lines().count());
    assert_eq!(mended.applied.len(), 5, "{:?}", mended.applied);
    assert!(mended.rejected.is_empty() && mended.is_settled);
}

#[test]
fn a_fix_that_leads_to_another_error_is_left_out_and_the_others_are_applied() {
    // `k8s.scale-in` is the nearest name, but only humans may do that.
    let library = edited(&[
        (RUNBOOK, "action: k8s.rollout-undo", "action: k8s.scale-inn"),
        (RUNBOOK, "ack_within: 5m", "ack_within: 5 minutes"),
    ]);
    let mended = mend(&library, &Options::on(TODAY), Applicability::Unsafe).unwrap();
    let codes: Vec<&str> = mended.applied.iter().map(|applied| applied.code).collect();
    assert_eq!(codes, ["S008"]);
    let [rejected] = mended.rejected.as_slice() else {
        panic!("{:?}", mended.rejected);
    };
    assert_eq!(rejected.fix.code, "R001");
    assert!(
        rejected.reason.contains("it would lead to T006"),
        "{}",
        rejected.reason
    );
    assert!(mended.is_settled);
}

#[test]
fn byte_order_marks_and_line_endings_are_kept() {
    let overlay = Example::edit(RUNBOOK, "ack_within: 5m", "ack_within: 5 minutes")
        .build()
        .unwrap();
    let text = format!("\u{FEFF}{}", overlay.files[RUNBOOK].replace('\n', "\r\n"));
    let library = starter().with_sources([(RUNBOOK.into(), text.clone().into_bytes())]);
    let mended = mend(&library, &Options::on(TODAY), Applicability::Safe).unwrap();
    let file = &mended.files[&Utf8PathBuf::from(RUNBOOK)];
    assert_eq!(file.bytes_before(), text.as_bytes());
    assert_eq!(
        file.bytes_after(),
        text.replace("5 minutes", "5m").as_bytes()
    );
}

#[test]
fn only_what_is_asked_for_is_mended() {
    let library = edited(&[
        (RUNBOOK, "ack_within: 5m", "ack_within: 5 minutes"),
        (
            RUNBOOK,
            "review_by: 2027-06-01}",
            "review_by: 2027-06-01, labels: {a: no}}",
        ),
    ]);
    let options = Options {
        select: vec!["S009".to_owned()],
        ..Options::on(TODAY)
    };
    let mended = mend(&library, &options, Applicability::Unsafe).unwrap();
    let codes: Vec<&str> = mended.applied.iter().map(|applied| applied.code).collect();
    assert_eq!(codes, ["S009"]);
}

mod damaged {
    use proptest::prelude::*;

    use super::super::starter;
    use crate::diagnostic::Applicability;
    use crate::library::Library;
    use crate::library::starter::FILES;
    use crate::lint::{Options, TODAY, mend};

    fn unread(library: &Library) -> usize {
        let entries = library.entries();
        entries.map(|(_, entry)| entry.problems().len()).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        // Letters are left out, doubled and exchanged, as in typing: names are misspelt, rows and keys are lost.
        #[test]
        fn what_can_be_read_can_be_read_afterwards(
            (path, text) in prop::sample::select(FILES),
            typos in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8), 1..4),
        ) {
            let mut text = text.to_owned();
            for (at, kind) in typos {
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
                let at = *at.get(&places);
                let Some(letter) = text[at..].chars().next() else { continue };
                match kind {
                    0 if letter.is_alphanumeric() => drop(text.remove(at)),
                    1 => text.insert(at, letter),
                    2 if letter.is_alphanumeric() => text.insert(at, 'x'),
                    _ => {
                        // A whole line is lost.
                        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
                        let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
                        text.replace_range(start..end, "");
                    }
                }
                if text.is_empty() {
                    text.push('\n');
                }
            }
            let library = starter().with_sources([(path.into(), text.into_bytes())]);
            let mended = mend(&library, &Options::on(TODAY), Applicability::Unsafe).unwrap();
            let after = super::after(&library, &mended);
            prop_assert!(unread(&after) <= unread(&library));
            for (_, entry) in library.entries().filter(|(_, entry)| entry.is_complete()) {
                let now = after.entries_at(entry.path()).nth(entry.position());
                prop_assert!(now.is_some_and(|(_, now)| now.is_complete()));
            }
            let errors = |library: &Library| {
                crate::lint::lint(library, &Options::on(TODAY)).unwrap().report.summary.errors
            };
            prop_assert!(errors(&after) <= errors(&library));
        }
    }
}
