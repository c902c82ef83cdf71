//! How differences are shown.

use super::*;
use crate::change::diff::render::{Compared, MOST_CHARACTERS, Requirement, human, json, markdown};
use crate::change::diff::{Aspect, Place, Side, Spot, Unevaluated};
use crate::document::model::{Kind, ObjectRef, Tier};

const HOSTILE: &str = "@everyone <!-- rbk --> ```sh\n::error::x\n| <img src=x> [a](https://x.org) www.x.org \u{202E}\u{1b}[31m</details> `";

fn compared() -> Compared {
    Compared {
        base: "1".repeat(40),
        head: None,
        approvals: Some(vec![
            Requirement {
                path: HOSTILE.into(),
                tier: None,
                environments: vec![HOSTILE.to_owned()],
                teams: [(HOSTILE.to_owned(), 2), ("sre".to_owned(), 1)].into(),
                min_distinct: 2,
                one_person_many_teams: false,
                problem: None,
            },
            Requirement {
                path: "a.yaml".into(),
                tier: Some(Tier::READ_ONLY),
                environments: Vec::new(),
                teams: Default::default(),
                min_distinct: 0,
                one_person_many_teams: true,
                problem: Some("NO_MATRIX_CELL"),
            },
        ]),
    }
}

fn difference(grade: Grade, text: &str) -> Difference {
    let object = ObjectRef::new(Kind::Runbook, text);
    Difference {
        grade,
        aspect: Aspect::Other,
        what: text.to_owned(),
        before: Some(text.to_owned()),
        after: None,
        document: object.clone(),
        place: Place {
            path: text.into(),
            line: 1,
            column: 1,
            side: Side::Base,
        },
        at: vec![Spot {
            path: Some(text.to_owned()),
            step: Some(text.to_owned()),
            ..Spot::document(object)
        }],
    }
}

fn hostile() -> Diff {
    let grades = [Grade::MoreReach, Grade::Changed, Grade::Safer, Grade::Text];
    let mut diff = Diff {
        differences: grades.map(|grade| difference(grade, HOSTILE)).to_vec(),
        unevaluated: vec![Unevaluated {
            side: Side::Head,
            what: HOSTILE.to_owned(),
            path: Some(HOSTILE.into()),
            why: HOSTILE.to_owned(),
        }],
        affected: vec![ObjectRef::new(Kind::Runbook, HOSTILE)],
        ..Diff::default()
    };
    diff.judge();
    diff
}

#[test]
fn text_of_a_repository_does_nothing_on_a_page() {
    let page = markdown(&hostile(), &compared());
    for bad in [
        "@", "<!--", "```", "<img", "](", "https:", "www.", "\u{202E}", "\u{1b}",
    ] {
        assert!(!page.contains(bad), "{bad:?} in {page}");
    }
    // Whatever is folded is closed by us, and only by us.
    let count = |tag: &str| page.matches(tag).count();
    assert_eq!(count("<details>"), count("</details>"));
    assert!(
        page.lines()
            .filter(|line| line.starts_with("| "))
            .all(|line| line.matches('|').count() == 5)
    );
}

#[test]
fn the_approvals_a_change_needs_are_listed() {
    let page = human(&Diff::default(), &compared(), false);
    assert!(
        page.contains("approvals that the policy of the base demands:\n")
            && page
                .contains("1 of sre; by at least 2 people; nobody counts for more than one team\n")
            && page.contains("  a.yaml (tier 0): nobody can approve it: NO_MATRIX_CELL\n"),
        "{page}"
    );
    assert!(markdown(&Diff::default(), &compared()).contains("**Approvals that the policy"));
}

#[test]
fn text_of_a_repository_does_nothing_on_a_terminal() {
    let text = human(&hostile(), &compared(), false);
    assert!(
        !text.contains('\u{202E}') && !text.contains('\u{1b}'),
        "{text}"
    );
    assert!(
        !text.lines().any(|line| line.trim_start().starts_with("::")),
        "{text}"
    );
}

#[test]
fn a_page_is_cut_by_whole_rows_and_what_is_riskier_goes_last() {
    let many = |grade, word: &str| {
        (0..900).map(move |n| (grade, n)).map({
            let word = word.to_owned();
            move |(grade, n)| difference(grade, &format!("{word}-{n}"))
        })
    };
    let mut diff = Diff {
        differences: many(Grade::MoreReach, "risky")
            .take(100)
            .chain(many(Grade::Safer, "safe"))
            .chain(many(Grade::Text, "words"))
            .collect(),
        ..Diff::default()
    };
    diff.judge();
    let page = markdown(&diff, &compared());
    assert!(
        page.chars().count() <= MOST_CHARACTERS,
        "{}",
        page.chars().count()
    );
    assert!(
        page.chars().count() > MOST_CHARACTERS * 8 / 10,
        "{}",
        page.chars().count()
    );
    assert_eq!(page.matches("| more reach |").count(), 100);
    assert!(
        page.contains("900 more not shown here.") && page.contains("Cut to size"),
        "{page}"
    );
    assert!(!page.contains("words-"));
    assert_eq!(
        page.matches("<details>").count(),
        page.matches("</details>").count()
    );
    diff.differences = many(Grade::MoreReach, &"risky".repeat(50)).collect();
    let page = markdown(&diff, &compared());
    assert!(
        page.chars().count() <= MOST_CHARACTERS,
        "{}",
        page.chars().count()
    );
}

#[test]
fn what_could_not_be_compared_looks_like_neither_clean_nor_words() {
    let words = diff(&[(RUNBOOK, "title: Roll back", "title: Return")]);
    let broken = diff(&[(RUNBOOK, "kind: Runbook", "kind: Runbok")]);
    let clean = compare(&base(), &base());
    let first = |diff: &Diff| {
        let page = markdown(diff, &compared());
        page.lines().next().unwrap().to_owned()
    };
    assert_eq!(first(&words), "### ▫️ text only");
    assert_eq!(first(&clean), "### ▫️ no difference");
    assert_eq!(first(&broken), "### ⚠️ could not evaluate");
    assert!(markdown(&broken, &compared()).contains("Could not be compared"));
}

#[test]
fn json_has_the_documented_shape() {
    let schema = serde_json::from_str(include_str!("../../../../schema/diff.schema.json")).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let moved = diff(&[
        (RUNBOOK, "mode: gated", "mode: auto"),
        (RUNBOOK, "version: 1.0.0", "version: 2.0.0"),
    ]);
    for diff in [moved, hostile(), Diff::default()] {
        let value = serde_json::from_str(&json(&diff, &compared())).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&value)
            .map(|it| it.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?} {value}");
    }
}
