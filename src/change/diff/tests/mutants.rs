//! What holds of every change: shown with documents from which one safety property was taken away.

use std::collections::BTreeMap;

use super::*;
use crate::change::diff::Verdict;
use crate::testing::mutation::mutants;

/// The starter with one document changed, for every mutant of every document.
fn changed() -> Vec<(String, Library)> {
    let base = base();
    let mut all = Vec::new();
    for (_, entry) in base.entries() {
        let Some(kind) = entry.kind() else { continue };
        for mutant in mutants(kind, entry.value()) {
            let text = serde_json::to_vec(&mutant.document).unwrap();
            let name = format!("{}: {}", entry.path(), mutant.name);
            all.push((name, base.with_sources([(entry.path().to_owned(), text)])));
        }
    }
    assert!(all.len() > 100, "{}", all.len());
    all
}

fn by_name(diff: &Diff) -> BTreeMap<String, Grade> {
    let key = |it: &Difference| {
        // What is gone is told of the list, and what came of its place in it.
        let what = it.what.split('[').next().unwrap_or_default();
        let what = what.replace("new ", "").replace("removed ", "");
        format!("{:?} {what} {} {:?}", it.aspect, it.document, it.at)
    };
    diff.differences
        .iter()
        .map(|it| (key(it), it.grade))
        .collect()
}

#[test]
fn what_takes_safety_away_is_never_called_harmless() {
    // A lower limit on the tier takes availability away, not safety: its steps are refused.
    let restricts = |name: &str| name.contains("spec.autonomy.max_tier: 2 becomes 1");
    let harmless: Vec<String> = changed()
        .into_iter()
        .filter(|(name, _)| !restricts(name))
        .filter_map(|(name, library)| {
            let found = compare(&base(), &library);
            (found.verdict < Verdict::Changed).then(|| format!("{name}: {:?}", lines(&found)))
        })
        .collect();
    assert!(harmless.is_empty(), "{harmless:#?}");
}

#[test]
fn the_other_way_round_safer_is_risky_and_risky_is_no_matter_of_words() {
    for (name, library) in changed() {
        let forth = by_name(&compare(&base(), &library));
        let back = by_name(&compare(&library, &base()));
        let keys: Vec<_> = forth.keys().collect();
        assert_eq!(keys, back.keys().collect::<Vec<_>>(), "{name}");
        for (what, grade) in &forth {
            let other = back[what];
            let holds = match grade {
                Grade::Safer => other.is_risk(),
                Grade::MoreReach | Grade::LessSafety => other.is_risk() || other == Grade::Safer,
                Grade::Changed | Grade::Text => other == *grade,
            };
            assert!(holds, "{name}: {what}: {grade:?}, the other way {other:?}");
        }
    }
}

#[test]
fn every_line_names_a_file_and_a_line_of_it() {
    for (name, library) in changed() {
        for it in compare(&base(), &library).differences {
            assert!(it.place.line > 0 && !it.at.is_empty(), "{name}: {it:?}");
            assert!(!it.place.path.as_str().is_empty(), "{name}");
        }
    }
}
