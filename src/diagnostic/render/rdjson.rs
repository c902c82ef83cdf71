//! Reviewdog's diagnostic format as one JSON document, for review tools (`reviewdog/reviewdog`, `proto/rdf`).

use serde_json::{Value, json};

use crate::diagnostic::finding::Severity;
use crate::diagnostic::fix::Edit;
use crate::diagnostic::located::{Located, Position};
use crate::diagnostic::report::Report;
use crate::document::edit::{TextEdit, apply};
use crate::document::{Source, Span};

use super::Style;

pub(super) fn render(report: &Report, _: &Style) -> String {
    let diagnostics: Vec<Value> = report.findings.iter().map(diagnostic).collect();
    let output = json!({
        "source": {"name": env!("CARGO_PKG_NAME")},
        "diagnostics": diagnostics,
    });
    format!("{output:#}\n")
}

fn diagnostic(located: &Located) -> Value {
    let finding = &located.finding;
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut value = json!({
        "message": message,
        "location": location(&located.primary),
        "severity": match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        "code": {"value": finding.code},
    });
    let suggestions = suggestions(located);
    if !suggestions.is_empty() {
        value["suggestions"] = Value::Array(suggestions);
    }
    if !located.related.is_empty() {
        let related = located.related.iter().map(|place| {
            json!({"message": place.label.as_deref().unwrap_or_default(), "location": location(place)})
        });
        value["relatedLocations"] = related.collect();
    }
    value
}

/// Suggestions can only be about the file of the finding.
fn suggestions(located: &Located) -> Vec<Value> {
    let (Some(fix), Some(source)) = (&located.finding.fix, &located.primary.source) else {
        return Vec::new();
    };
    let here = |path: &str| path == located.primary.path.as_str();
    if !fix.edits.iter().all(|edit| here(edit.path.as_str())) {
        return Vec::new();
    }
    // Readers apply suggestions one by one, so that what belongs together is one.
    let edits: Vec<TextEdit> = fix.edits.iter().map(text_edit).collect();
    let spans = edits.iter().map(|edit| edit.span);
    let Some((whole, changed)) = spans.reduce(Span::cover).zip(apply(source.text(), &edits)) else {
        return Vec::new();
    };
    let rest = source.text().len().saturating_sub(whole.end as usize);
    let end = changed.len().saturating_sub(rest);
    let text = changed.get(whole.start as usize..end).unwrap_or_default();
    vec![json!({"range": range(source, whole), "text": text})]
}

fn text_edit(edit: &Edit) -> TextEdit {
    TextEdit {
        span: edit.span,
        replacement: edit.replacement.clone(),
    }
}

fn location(place: &Position) -> Value {
    let path = place.path.as_str();
    match &place.source {
        Some(source) => json!({"path": path, "range": range(source, place.span)}),
        None => json!({"path": path}),
    }
}

fn range(source: &Source, span: Span) -> Value {
    json!({"start": position(source, span.start), "end": position(source, span.end)})
}

/// Columns are bytes from 1, as the format demands.
fn position(source: &Source, offset: u32) -> Value {
    let line = source.line_col(offset).line;
    let begin = source.line_span(line).map_or(offset, |span| span.start);
    json!({"line": line, "column": offset.saturating_sub(begin) + 1})
}
