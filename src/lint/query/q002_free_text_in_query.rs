//! Q002: text from a caller that becomes part of a query.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const QUERY: &str = "runbooks/catalog/queries/deployment-revision.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q002",
    name: "free-text-in-query",
    severity: Severity::Error,
    locked: true,
    category: Category::Query,
    needs: Needs::File,
    summary: "Every text parameter of a query has a `lookup`, an `enum` or a `pattern`.",
    why: "A parameter is put into the query as text. `x\"} or vector(0) #` for a service turns the question \"are there errors\" \
          into one that is always answered with no; in SQL it reads other tables.",
    remedy: "Give the parameter a `lookup`, an `enum` or a `pattern` without quotes and brackets.",
    bad: &[
        Example::edit(
            QUERY,
            "namespace: {type: string, lookup: namespaces}",
            "namespace: «{type: string}»",
        ),
        Example::edit(
            QUERY,
            "namespace: {type: string, lookup: namespaces}",
            "namespace: {type: string, pattern: «\".+\"»}",
        ),
    ],
    good: &[Example::edit(
        QUERY,
        "namespace: {type: string, lookup: namespaces}",
        "namespace: {type: string, pattern: \"[a-z0-9-]{1,63}\"}",
    )],
    check: Check::Document(check),
};

/// Each ends a quoted text, a selector or a statement in some language, or starts a comment.
const BREAKING: [&str; 9] = ["\"", "'", "`", "}", ")", ";", "\\", "#", "\n"];

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query() else { return };
    for (name, param) in &query.spec.params {
        let route = Route::root().key("spec").key("params").key(name.as_str());
        if !param.is_constrained() {
            findings
                .report(&RULE, scope.value(route))
                .message(format!(
                    "the parameter `{name}` takes any text into the query"
                ))
                .label("free text")
                .help("give it a `lookup`, an `enum` or a `pattern`");
            continue;
        }
        if param.lookup.is_some() || !param.one_of.is_empty() {
            continue;
        }
        let Some(pattern) = &param.pattern else {
            continue;
        };
        let Ok(regex) = regex::Regex::new(&format!("^(?:{pattern})$")) else {
            continue;
        };
        let lets_through = |breaking: &&&str| {
            ["", "a", "aa", "1"].iter().any(|before| {
                regex.is_match(&format!("{before}{breaking}"))
                    || regex.is_match(&format!("{before}{breaking}a"))
            })
        };
        if let Some(breaking) = BREAKING.iter().find(lets_through) {
            findings
                .report(&RULE, scope.value(route.key("pattern")))
                .message(format!(
                    "the pattern of `{name}` lets `{}` into the query, which can end the text it stands in",
                    breaking.escape_default()
                ))
                .label("too wide")
                .help("list the characters a value may have, e.g. `[a-z0-9-]{1,63}`");
        }
    }
}
