//! Failed tests as annotations of GitHub Actions.

use super::{Outcome, Report};
use crate::diagnostic::render::github::{MOST_SHOWN, data, property};

/// One annotation for each failed test, on its file, and a notice that counts them all.
pub(super) fn render(report: &Report) -> String {
    let shown: String = failures(report).take(MOST_SHOWN).collect();
    let summary = report.summary.sentence();
    format!("{shown}::notice title=rbk test::{}\n", data(&summary))
}

/// An annotation for each failed test, on its file.
pub(super) fn failures(report: &Report) -> impl Iterator<Item = String> {
    report.tests.iter().filter_map(|test| {
        let (verdict, text) = match &test.outcome {
            Outcome::Passed => return None,
            Outcome::Failed { diff, .. } => ("failed: - expected, + actual", diff),
            Outcome::Vacuous { message } => ("is vacuous", message),
            Outcome::Broken { message } => ("cannot be run", message),
        };
        Some(format!(
            "::error file={},title=rbk test::{}\n",
            property(&test.path),
            data(&format!("{} {verdict}\n{text}", test.name)),
        ))
    })
}
