//! SARIF 2.1.0, which code scanning shows (OASIS standard, `sarif-schema-2.1.0.json`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::finding::Severity;
use crate::diagnostic::fix::Fix;
use crate::diagnostic::located::{Located, Position};
use crate::diagnostic::report::Report;
use crate::document::{Digest, LineCol, Source};

use super::Style;

pub(super) fn render(report: &Report, _: &Style) -> String {
    let mut rules: BTreeMap<&str, &str> = BTreeMap::new();
    for located in &report.findings {
        rules.insert(located.finding.code, located.finding.name);
    }
    let index: BTreeMap<&str, usize> = rules
        .keys()
        .enumerate()
        .map(|(at, code)| (*code, at))
        .collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|located| result(located, &index))
        .collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|(code, name)| json!({"id": code, "name": name}))
        .collect();
    let output = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{output:#}\n")
}

fn result(located: &Located, index: &BTreeMap<&str, usize>) -> Value {
    let finding = &located.finding;
    let text = match &finding.help {
        Some(help) => format!("{}. Help: {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut value = json!({
        "ruleId": finding.code,
        "ruleIndex": index.get(finding.code),
        "level": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        },
        "message": {"text": text},
        "locations": [{"physicalLocation": physical(&located.primary)}],
        "partialFingerprints": {"rbk/v1": fingerprint(located)},
    });
    if !located.related.is_empty() {
        let related = located.related.iter().enumerate().map(|(at, place)| {
            json!({
                "id": at,
                "physicalLocation": physical(place),
                "message": {"text": place.label.as_deref().unwrap_or("see here")},
            })
        });
        value["relatedLocations"] = related.collect();
    }
    if let (Some(fix), Some(source)) = (&finding.fix, &located.primary.source)
        && fix
            .edits
            .iter()
            .all(|edit| edit.path == located.primary.path)
    {
        value["fixes"] = json!([fixed(fix, source)]);
    }
    value
}

fn physical(place: &Position) -> Value {
    let artifact = json!({"uri": uri(place.path.as_str()), "uriBaseId": "%SRCROOT%"});
    match &place.source {
        Some(_) => json!({"artifactLocation": artifact, "region": region(place.start, place.end)}),
        None => json!({"artifactLocation": artifact}),
    }
}

fn region(start: LineCol, end: LineCol) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn fixed(fix: &Fix, source: &Source) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            let (start, end) = (source.line_col(edit.span.start), source.line_col(edit.span.end));
            json!({"deletedRegion": region(start, end), "insertedContent": {"text": edit.replacement}})
        })
        .collect();
    let path = fix.edits.first().map_or("", |edit| edit.path.as_str());
    json!({
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": {"uri": uri(path), "uriBaseId": "%SRCROOT%"}, "replacements": replacements}],
    })
}

/// The same finding has the same fingerprint wherever its lines have moved to: the rule, the document and the way to the
/// node; its words where no node is known.
fn fingerprint(located: &Located) -> String {
    let place = &located.primary;
    let node = match &place.route {
        Some(route) => route.to_string(),
        None => located.finding.message.clone(),
    };
    let document = place.document.to_string();
    let parts = [located.finding.code, place.path.as_str(), &document, &node];
    Digest::of(parts.join("\0").as_bytes()).hex()
}

/// A relative path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
