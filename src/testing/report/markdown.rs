//! Test results for job summaries and comments: a table of what failed.

use super::{Outcome, Report};
use crate::diagnostic::render::markdown::plain;

/// Rows shown; comments and job summaries are limited in size.
const MOST_SHOWN: usize = 100;

pub(super) fn render(report: &Report) -> String {
    let mut text = format!("**{}**\n", report.summary.sentence());
    let failed: Vec<_> = report
        .tests
        .iter()
        .filter(|test| test.outcome != Outcome::Passed)
        .collect();
    if failed.is_empty() {
        return text;
    }
    text.push_str("\n| test | result |\n|---|---|\n");
    for test in failed.iter().take(MOST_SHOWN) {
        let result = match &test.outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed { diff, .. } => {
                let lines: Vec<String> = diff.lines().map(plain).collect();
                format!("failed: - expected, + actual<br>{}", lines.join("<br>"))
            }
            Outcome::Vacuous { message } => format!("vacuous: {}", plain(message)),
            Outcome::Broken { message } => format!("cannot be run: {}", plain(message)),
        };
        text.push_str(&format!("| {} | {result} |\n", plain(&test.name)));
    }
    if let Some(more) = failed
        .len()
        .checked_sub(MOST_SHOWN)
        .filter(|more| *more > 0)
    {
        text.push_str(&format!("\n{more} more are not shown here.\n"));
    }
    text
}
