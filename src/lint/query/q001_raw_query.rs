//! Q001: a query that is written where it is used.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::template::Template;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const QUERY: &str = "runbooks/catalog/queries/pending-migrations.yaml";
const TEMPLATE: &str = "SELECT count(*) FROM schema_migrations WHERE service = '{{ service }}' AND environment = '{{ environment }}' AND reversible = false AND release = 'current'";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q001",
    name: "raw-query",
    severity: Severity::Error,
    locked: true,
    category: Category::Query,
    needs: Needs::File,
    summary: "Checks name a query of the catalogue; none is written in place or passed as an argument.",
    why: "A query in the catalogue has an owner, a unit, caps on what it may cost, and somebody who looked at it. Text written \
          where it is used, or handed to a template that is nothing but a hole, has none of that and is run with the \
          agent's credentials all the same.",
    remedy: "Add the query to the catalogue and name it.",
    bad: &[
        Example::edit(
            RUNBOOK,
            "err_high: {query: http-error-ratio, at_least: 5%, for: 3m}",
            "err_high: {query: «'sum(rate(http_errors_total[5m]))'», at_least: 5%, for: 3m}",
        ),
        Example::edits(&[
            Change::edit(QUERY, TEMPLATE, "«\"{{ statement }}\"»"),
            Change::edit(
                QUERY,
                "    service: {type: string, lookup: services}\n",
                "    statement: {type: string, default: SELECT 1, pattern: \"SELECT .*\"}\n    service: {type: string, lookup: services}\n",
            ),
        ]),
    ],
    good: &[Example::edit(
        QUERY,
        TEMPLATE,
        "SELECT count(*) FROM {{ service }}_migrations",
    )],
    check: Check::Document(check),
};

/// Whether text that stands where a query's id is expected was meant as a query.
pub(in crate::lint) fn is_query_text(text: &str) -> bool {
    text.contains(|c: char| c.is_whitespace() || "(){}[]\"'|=<>*".contains(c))
}

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query() else { return };
    let Ok(template) = Template::parse(&query.spec.template) else {
        return;
    };
    let mut rest = template.text().to_owned();
    for placeholder in template.placeholders().iter().rev() {
        rest.replace_range(placeholder.span.clone(), "");
    }
    if rest.chars().all(|c| !c.is_alphanumeric()) {
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("spec").key("template")),
            )
            .message("the query is whatever its caller passes")
            .label("nothing but parameters")
            .help("write the query here, with parameters for the values that vary");
    }
}
