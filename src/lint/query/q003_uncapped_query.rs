//! Q003: a query that may cost anything.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q003",
    name: "uncapped-query",
    severity: Severity::Error,
    locked: false,
    category: Category::Query,
    needs: Needs::File,
    summary: "A query has a time-out, a longest range and a largest number of series.",
    why: "Queries run every thirty seconds while the backend is as ill as the service it watches. One without caps is a load test at the worst moment.",
    remedy: "Add `caps: {timeout: 10s, range: 1h, series: 10}`.",
    bad: &[Example::edit(
        QUERY,
        "caps: {timeout: 10s, range: 1h, series: 10}",
        "caps: «{timeout: 10s}»",
    )],
    good: &[Example::edit(
        QUERY,
        "caps: {timeout: 10s, range: 1h, series: 10}",
        "caps: {timeout: 5s, range: 30m, series: 1}",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query().map(|document| &document.spec) else {
        return;
    };
    let caps = query.caps;
    let missing: Vec<&str> = [
        ("timeout", caps.and_then(|caps| caps.timeout).is_none()),
        ("range", caps.and_then(|caps| caps.range).is_none()),
        ("series", caps.and_then(|caps| caps.series).is_none()),
    ]
    .into_iter()
    .filter_map(|(key, missing)| missing.then_some(key))
    .collect();
    if !missing.is_empty() {
        findings
            .report(&RULE, scope.value(Route::root().key("spec").key("caps")))
            .message(format!(
                "the query has no cap on its {}",
                missing.join(", ")
            ))
            .label("uncapped")
            .help("write e.g. `caps: {timeout: 10s, range: 1h, series: 10}`")
            .fix_if(
                "add what is missing, as shown",
                Applicability::Unsafe,
                missing.first().and_then(|key| {
                    let value = match *key {
                        "timeout" => NewValue::text("10s"),
                        "range" => NewValue::text("1h"),
                        _ => NewValue::number(10),
                    };
                    let place = Route::root().key("spec").key("caps").key(*key);
                    scope.edits(|editor| editor.set(&place, &value))
                }),
            );
    }
}
