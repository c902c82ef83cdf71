//! Reports for programs. The shape is `schema/report.schema.json`; a change that could break a reader raises
//! [`VERSION`].

use serde::Serialize;

use crate::diagnostic::finding::Severity;
use crate::diagnostic::fix::Fix;
use crate::diagnostic::located::{Located, Position};
use crate::diagnostic::location::Part;
use crate::diagnostic::report::{Report, Summary};
use crate::document::{LineCol, Route, Span};

use super::Style;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'r> {
    version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<Entry<'r>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Entry<'r> {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    message: &'r str,
    primary: Place<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Place<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'r Fix>,
}

#[derive(Serialize)]
struct Place<'r> {
    path: &'r str,
    document: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'r Route>,
    part: Part,
    span: Span,
    start: LineCol,
    end: LineCol,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'r str>,
}

pub(super) fn render(report: &Report, _: &Style) -> String {
    let output = Output {
        version: VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        summary: report.summary,
        findings: report.findings.iter().map(entry).collect(),
    };
    // Nothing in it can fail: keys are text and numbers are finite.
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}

fn entry(located: &Located) -> Entry<'_> {
    let finding = &located.finding;
    Entry {
        code: finding.code,
        name: finding.name,
        severity: finding.severity,
        message: &finding.message,
        primary: place(&located.primary),
        related: located.related.iter().map(place).collect(),
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref(),
    }
}

fn place(position: &Position) -> Place<'_> {
    Place {
        path: position.path.as_str(),
        document: position.document,
        route: position.route.as_ref(),
        part: position.part,
        span: position.span,
        start: position.start,
        end: position.end,
        label: position.label.as_deref(),
    }
}
