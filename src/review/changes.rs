//! What the page says about the change itself.

use super::Review;
use super::text::quoted;
use crate::change::diff::render::markdown::{DIFFERENCES, row};
use crate::change::diff::render::words::{APPROVALS_STAY, ending, moved, version};
use crate::change::diff::{Diff, Grade};
use crate::diagnostic::render::page::Section;
use crate::diagnostic::{Located, Report};
use crate::testing::{Outcome, TestResult};

/// Why nothing is said about the whole.
pub(super) fn obstacles(review: &Review) -> Section {
    let obstacles = review.obstacles();
    list("Could not be evaluated", false, 14, obstacles.into_iter())
}

/// What is graver comes first.
pub(super) fn open(review: &Review) -> Vec<Section> {
    let Ok(diff) = &review.diff else {
        return Vec::new();
    };
    let risk = [Grade::MoreReach, Grade::LessSafety];
    let mut sections = vec![
        differences(
            "What an agent could do after this merge that it cannot do now, or less safely",
            false,
            12,
            diff,
            &risk,
        ),
        differences(
            "What behaves differently",
            false,
            9,
            diff,
            &[Grade::Changed],
        ),
        endings(diff),
    ];
    sections.extend(versions(diff).filter(|section| !section.folded));
    sections
}

/// Versions are folded where all of them are as demanded.
fn versions(diff: &Diff) -> impl Iterator<Item = Section> {
    let sufficient = diff.versions.iter().all(|bump| bump.sufficient);
    let bumps = diff.versions.iter().map(version);
    std::iter::once(list("Versions", sufficient, 4, bumps))
}

/// What has to be opened to be read.
pub(super) fn folded(review: &Review) -> Vec<Section> {
    let mut sections = Vec::new();
    if let Ok(diff) = &review.diff {
        let affected = diff.affected.iter().map(ToString::to_string);
        let moves = list("Moved", true, 3, diff.moves.iter().map(moved));
        sections.extend([
            differences("Narrower or safer", true, 7, diff, &[Grade::Safer]),
            differences("Text edits", true, 1, diff, &[Grade::Text]),
            list("Affected runbooks", true, 2, affected),
        ]);
        sections.extend(versions(diff).filter(|section| section.folded));
        sections.push(Section {
            foot: APPROVALS_STAY.to_owned(),
            ..moves
        });
    }
    if let Ok(report) = &review.tests {
        let failed = report.tests.iter().filter(|test| !test.outcome.passed());
        sections.push(list("Tests that do not pass", true, 6, failed.map(failure)));
    }
    if let Ok(report) = &review.findings {
        sections.push(findings(report));
    }
    sections
}

fn list(title: &str, folded: bool, weight: u8, texts: impl Iterator<Item = String>) -> Section {
    Section {
        title: title.to_owned(),
        folded,
        rows: texts.map(|text| format!("- {}\n", quoted(&text))).collect(),
        weight,
        ..Section::default()
    }
}

fn differences(title: &str, folded: bool, weight: u8, diff: &Diff, grades: &[Grade]) -> Section {
    let wanted = diff.differences.iter();
    Section {
        title: title.to_owned(),
        folded,
        head: DIFFERENCES,
        rows: wanted
            .filter(|it| grades.contains(&it.grade))
            .map(row)
            .collect(),
        weight,
        ..Section::default()
    }
}

/// Incidents that were recorded come before those that were made up.
fn endings(diff: &Diff) -> Section {
    let fixtures = diff.fixtures.iter();
    let mut differing: Vec<_> = fixtures.clone().flat_map(|it| &it.differing).collect();
    differing.sort_by_key(|fixture| !fixture.recorded);
    let skipped = fixtures.flat_map(|it| &it.not_compared).map(|it| {
        format!(
            "{}: could not be run {}: {}",
            it.name,
            it.side.words(),
            it.why
        )
    });
    list(
        "Recorded incidents and fixtures that now end differently",
        false,
        8,
        differing.into_iter().map(ending).chain(skipped),
    )
}

fn failure(test: &TestResult) -> String {
    let what = match &test.outcome {
        Outcome::Passed => return test.name.clone(),
        Outcome::Failed { differences, .. } => {
            let places: Vec<String> = differences
                .iter()
                .map(|it| {
                    format!(
                        "{}: expected {}, was {}",
                        it.expectation, it.expected, it.actual
                    )
                })
                .collect();
            format!("failed: {}", places.join("; "))
        }
        Outcome::Vacuous { message } => format!("vacuous: {message}"),
        Outcome::Broken { message } => format!("cannot be run: {message}"),
    };
    format!("{} {what}", test.name)
}

/// The worst come first.
fn findings(report: &Report) -> Section {
    let mut findings: Vec<&Located> = report.findings.iter().collect();
    findings.sort_by_key(|located| std::cmp::Reverse(located.finding.severity));
    let rows = findings.into_iter().map(|located| {
        let finding = &located.finding;
        let help = finding.help.as_deref();
        let help = help.map(|help| format!("<br>{}", quoted(help)));
        let place = format!("{}:{}", located.primary.path, located.primary.start);
        format!(
            "| {} | {} {} | {} | {}{} |\n",
            finding.severity,
            finding.code,
            finding.name,
            quoted(&place),
            quoted(&finding.message),
            help.unwrap_or_default()
        )
    });
    Section {
        title: "Findings".to_owned(),
        folded: true,
        head: "| | rule | where | what |\n|---|---|---|---|\n",
        rows: rows.collect(),
        weight: 5,
        ..Section::default()
    }
}
