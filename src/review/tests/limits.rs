//! Pages that would be too long.

use super::hostile::everything;
use super::*;
use crate::governance::UnitEvaluation;
use crate::review::{MOST_COMMENT, MOST_SUMMARY, comment, status, summary};

/// A review with `count` of everything there can be many of.
fn many(text: &str, count: usize) -> Review {
    let mut review = everything(text, true);
    let diff = review.diff.as_mut().unwrap();
    let differences = diff.differences.clone();
    diff.differences = (0..count)
        .flat_map(|n| {
            differences.iter().cloned().map(move |mut it| {
                it.what = format!("{}-{n} {}", it.grade.words(), it.what);
                it
            })
        })
        .collect();
    diff.differences.sort_by_key(|it| it.grade);
    let fixtures = diff.fixtures.as_mut().unwrap();
    fixtures.differing = vec![fixtures.differing[0].clone(); count];
    let unit = review.evaluation.units[0].clone();
    review.evaluation.units = (0..count)
        .map(|n| UnitEvaluation {
            path: format!("{text}/{n}"),
            environments: vec![format!("{text}-{n}")],
            ..unit.clone()
        })
        .collect();
    review
}

fn is_whole(page: &str) {
    let count = |tag: &str| page.matches(tag).count();
    assert_eq!(count("<details>"), count("</details>"));
    assert_eq!(count("<code>"), count("</code>"));
    assert_eq!(count("<sub>"), 1);
    assert!(page.ends_with("</sub>\n"), "{page}");
}

#[test]
fn a_page_is_cut_in_the_stated_order_and_says_so() {
    let review = many("x", 120);
    let page = comment(&review);
    assert!(page.encode_utf16().count() <= MOST_COMMENT);
    assert!(page.encode_utf16().count() > MOST_COMMENT / 2);
    is_whole(&page);
    assert!(
        !page.contains("text only-0 ") && page.contains("more reach-119 "),
        "{page}"
    );
    assert!(page.contains("120 more not shown here.") && page.contains("Cut to size."));
    insta::assert_snapshot!(page);
    // A job summary has room for all of it.
    let long = summary(&review);
    assert!(
        long.len() <= MOST_SUMMARY
            && long.contains("text only-119 ")
            && !long.contains("Cut to size")
    );
}

#[test]
fn no_page_is_longer_than_it_may_be() {
    for text in [
        "𝕏".repeat(400),
        "<".repeat(400),
        "\u{E0041}".repeat(400),
        "@".repeat(400),
    ] {
        let review = many(&text, 400);
        let page = comment(&review);
        assert!(
            page.encode_utf16().count() <= MOST_COMMENT,
            "{}",
            page.len()
        );
        is_whole(&page);
        let page = summary(&review);
        assert!(page.len() <= MOST_SUMMARY, "{}", page.len());
        is_whole(&page);
        assert!(status(&review).description.encode_utf16().count() <= 140);
    }
}
