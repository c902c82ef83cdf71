//! Workflow commands that GitHub Actions shows as annotations.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use crate::diagnostic::finding::Severity;
use crate::diagnostic::located::Located;
use crate::diagnostic::report::{Report, counted};
use crate::diagnostic::visible::{visible, visible_line};

use super::Style;
use super::words::in_words;

/// Annotations of one severity that a step may show; GitHub drops the rest without a word.
pub(crate) const MOST_SHOWN: usize = 10;

pub(super) fn render(report: &Report, _: &Style) -> String {
    let mut output = String::new();
    let mut left_out = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let all = report
            .findings
            .iter()
            .filter(|located| located.finding.severity == severity);
        let total = all.clone().count();
        // One annotation of this kind is kept for the notice below.
        let shown = match severity {
            Severity::Info => MOST_SHOWN - 1,
            Severity::Error | Severity::Warning => MOST_SHOWN,
        };
        all.take(shown)
            .for_each(|located| output.push_str(&annotation(located)));
        if total > shown {
            left_out.push(counted(total - shown, &format!("more {severity}")));
        }
    }
    let mut notice = report.summary.sentence();
    if !left_out.is_empty() {
        notice = format!("{notice}; not shown here: {}", left_out.join(", "));
    }
    output.push_str(&format!("::notice title=rbk::{}\n", data(&notice)));
    output
}

/// A finding as a workflow command on a line.
pub(crate) fn annotation(located: &Located) -> String {
    let finding = &located.finding;
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (located.primary.start, located.primary.end);
    let mut properties = vec![
        format!("file={}", property(located.primary.path.as_str())),
        format!("line={}", start.line),
        format!("endLine={}", end.line.max(start.line)),
        format!("col={}", start.column),
    ];
    // Columns are only understood within one line.
    if end.line == start.line && end.column > start.column {
        properties.push(format!("endColumn={}", end.column));
    }
    let title = format!("{} {}", finding.code, finding.name);
    properties.push(format!("title={}", property(&title)));
    let message = std::iter::once(finding.message.clone())
        .chain(finding.help.iter().map(|help| format!("help: {help}")))
        .chain(
            located
                .related
                .iter()
                .map(|place| format!("see {}", in_words(place))),
        )
        .collect::<Vec<_>>()
        .join("\n");
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

/// Escapes the data of a command.
pub(crate) fn data(text: &str) -> String {
    visible(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property.
pub(crate) fn property(text: &str) -> String {
    data(&visible_line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
