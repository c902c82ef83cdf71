//! Failures in full, then a summary.

use super::{Outcome, Report, Summary};

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for test in report.tests.iter().filter(|test| !test.outcome.passed()) {
        let (verdict, body) = match &test.outcome {
            Outcome::Passed => continue,
            Outcome::Failed { diff, trace, .. } => {
                let mut body = indented(diff);
                if !trace.is_empty() {
                    body.push_str("  what happened:\n");
                    body.push_str(
                        &trace
                            .iter()
                            .map(|line| format!("    {line}\n"))
                            .collect::<String>(),
                    );
                }
                ("FAILED", format!("  - expected, + actual:\n{body}"))
            }
            Outcome::Vacuous { message } => ("VACUOUS", format!("  {message}\n")),
            Outcome::Broken { message } => ("BROKEN", format!("  {message}\n")),
        };
        text.push_str(&format!(
            "{verdict} {}\n  in {}\n{body}\n",
            test.name, test.path
        ));
    }
    let Summary {
        passed,
        failed,
        vacuous,
        broken,
    } = report.summary;
    let mut counts = vec![format!("{passed} passed")];
    for (count, word) in [(failed, "failed"), (vacuous, "vacuous"), (broken, "broken")] {
        if count > 0 {
            counts.push(format!("{count} {word}"));
        }
    }
    text.push_str(&format!(
        "{} tests: {}\n",
        report.tests.len(),
        counts.join(", ")
    ));
    text
}

fn indented(diff: &str) -> String {
    diff.lines().map(|line| format!("    {line}\n")).collect()
}
