//! Failures in full, then a summary.

use super::{Outcome, Report};

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    let mut tests = report.tests.iter().peekable();
    while let Some(test) = tests.next() {
        let (verdict, body) = match &test.outcome {
            Outcome::Passed => continue,
            Outcome::Broken { message } => {
                // One missing action breaks all fixtures of a runbook: the reason is told once.
                let mut body = format!("  {message}\n");
                while let Some(same) = tests.next_if(|next| next.outcome == test.outcome) {
                    body.push_str(&format!("  also {}\n", same.name));
                }
                ("BROKEN", body)
            }
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
        };
        text.push_str(&format!(
            "{verdict} {}\n  in {}\n{body}\n",
            test.name, test.path
        ));
    }
    text.push_str(&format!("{}\n", report.summary.sentence()));
    text
}

fn indented(diff: &str) -> String {
    diff.lines().map(|line| format!("    {line}\n")).collect()
}
