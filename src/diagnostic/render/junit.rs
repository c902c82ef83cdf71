//! JUnit XML: one suite per file, one failed case per finding; a clean run is one case that passed.

use std::collections::BTreeMap;

use crate::diagnostic::finding::Severity;
use crate::diagnostic::located::Located;
use crate::diagnostic::report::Report;
use crate::diagnostic::visible::visible;

use super::Style;
use super::words::in_words;
use super::xml::escaped;

pub(super) fn render(report: &Report, _: &Style) -> String {
    let mut suites: BTreeMap<&str, Vec<&Located>> = BTreeMap::new();
    for located in &report.findings {
        suites
            .entry(located.primary.path.as_str())
            .or_default()
            .push(located);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    if suites.is_empty() {
        let name = escaped(&report.summary.sentence());
        xml.push_str(&format!(
            "  <testsuite name=\"rbk lint\" tests=\"1\" failures=\"0\">\n    <testcase classname=\"rbk lint\" name=\"{name}\"/>\n  </testsuite>\n"
        ));
    }
    for (path, findings) in suites {
        let path = escaped(&visible(path));
        // Only what has to be mended is a failure; the rest is told in the case's output.
        let failures = findings
            .iter()
            .filter(|located| is_failure(located))
            .count();
        xml.push_str(&format!(
            "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\">\n",
            findings.len()
        ));
        for located in findings {
            xml.push_str(&case(located, &path));
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn is_failure(located: &Located) -> bool {
    located.finding.severity == Severity::Error
}

fn case(located: &Located, path: &str) -> String {
    let finding = &located.finding;
    let start = located.primary.start;
    let message = escaped(&visible(&finding.message));
    let related = located
        .related
        .iter()
        .map(|place| format!("see {}", in_words(place)));
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    let body: Vec<String> = std::iter::once(format!(
        "{} {}",
        finding.severity,
        in_words(&located.primary)
    ))
    .chain(help)
    .chain(related)
    .collect();
    let body = escaped(&visible(&body.join("\n")));
    let (open, close) = if is_failure(located) {
        (
            format!("<failure type=\"{}\" message=\"{message}\">", finding.code),
            "</failure>",
        )
    } else {
        (format!("<system-out>{message}\n"), "</system-out>")
    };
    format!(
        "    <testcase classname=\"{path}\" name=\"{} {} at {start}\" file=\"{path}\" line=\"{}\">{open}{body}{close}</testcase>\n",
        finding.code, finding.name, start.line
    )
}
