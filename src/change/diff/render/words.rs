//! What formats for people have in common.

use super::Requirement;
use crate::change::diff::{Diff, Difference, FixtureChange, Grade, Move, VersionBump};

/// What is told of renamed documents.
pub(crate) const APPROVALS_STAY: &str =
    "A move is followed for reading only; approvals never follow one.";

/// `before → after`; what is not there is `none`.
pub(crate) fn values(difference: &Difference) -> Option<String> {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    match (&difference.before, &difference.after) {
        (None, None) => None,
        _ => Some(format!(
            "{} → {}",
            side(&difference.before),
            side(&difference.after)
        )),
    }
}

/// What differs and its values.
pub(crate) fn headline(difference: &Difference) -> String {
    match values(difference) {
        Some(values) => format!("{}: {values}", difference.what),
        None => difference.what.clone(),
    }
}

/// How many differences there are of each grade that occurs.
pub(crate) fn counts(diff: &Diff) -> String {
    const GRADES: [Grade; 5] = [
        Grade::MoreReach,
        Grade::LessSafety,
        Grade::Changed,
        Grade::Safer,
        Grade::Text,
    ];
    let counts = GRADES.map(|grade| (diff.count(grade), grade.words()));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    counts.join(", ")
}

pub(crate) fn version(bump: &VersionBump) -> String {
    let demanded = match bump.sufficient {
        true => format!("a {} change, as demanded", bump.weight),
        false => format!(
            "a {} change demands at least {}",
            bump.weight, bump.demanded
        ),
    };
    format!(
        "{}: {} → {}; {demanded}",
        bump.document, bump.before, bump.after
    )
}

pub(crate) fn moved(it: &Move) -> String {
    let names = match it.before == it.after {
        true => it.after.to_string(),
        false => format!("{} is now {}", it.before, it.after),
    };
    let likeness = it.similarity.map(|percent| format!(" ({percent} % alike)"));
    let likeness = likeness.unwrap_or_default();
    match it.from == it.to {
        true => format!("{names}{likeness}, in {}", it.to),
        false => format!("{names}{likeness}: {} → {}", it.from, it.to),
    }
}

pub(crate) fn ending(fixture: &FixtureChange) -> String {
    let endings = fixture.endings.iter();
    let endings: Vec<String> = endings
        .map(|(what, before, after)| format!("{what}: {before} → {after}"))
        .collect();
    let recorded = if fixture.recorded { " (recorded)" } else { "" };
    let met = match fixture.met {
        [true, false] => "; what it expects is not met any more",
        [false, true] => "; what it expects is met only now",
        [false, false] => "; what it expects is met neither before nor after",
        [true, true] => "",
    };
    format!("{}{recorded}: {}{met}", fixture.name, endings.join("; "))
}

/// `1 fixture`, `2 fixtures`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// What has to be approved for a file: `runbooks/a.yaml (tier 2, production): 2 of sre; by at least 2 people`.
pub(crate) fn required(it: &Requirement) -> String {
    let tier = it.tier.map(|tier| format!("tier {tier}"));
    let terms: Vec<String> = tier.into_iter().chain(it.environments.clone()).collect();
    let terms = match terms.is_empty() {
        true => String::new(),
        false => format!(" ({})", terms.join(", ")),
    };
    let mut needs = match (it.problem, it.teams.is_empty()) {
        (Some(code), _) => format!("nobody can approve it: {code}"),
        (None, true) => "nobody has to".to_owned(),
        (None, false) => {
            let teams = it.teams.iter();
            let teams = teams.map(|(team, count)| format!("{count} of {team}"));
            teams.collect::<Vec<_>>().join(", ")
        }
    };
    if it.min_distinct > 1 {
        needs.push_str(&format!("; by at least {} people", it.min_distinct));
    }
    if !it.one_person_many_teams && it.teams.len() > 1 {
        needs.push_str("; nobody counts for more than one team");
    }
    format!("{}{terms}: {needs}", it.path)
}
