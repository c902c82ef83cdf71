//! Q007: a query that changes something.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::{language, sample};

const QUERY: &str = "runbooks/catalog/queries/pending-migrations.yaml";
const TEMPLATE: &str = "SELECT count(*) FROM schema_migrations WHERE service = '{{ service }}' AND environment = '{{ environment }}' AND reversible = false AND release = 'current'";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q007",
    name: "query-writes",
    severity: Severity::Error,
    locked: true,
    category: Category::Query,
    needs: Needs::File,
    summary: "A query only reads; it never changes what it asks about.",
    why: "Queries run at tier 0: before any decision, without approval, preflight or undo, and again and again while a run \
          waits. One that writes is an action nobody rated.",
    remedy: "Ask with one `SELECT` or one `GET`; what has to be changed is an action.",
    bad: &[
        Example::edit(
            QUERY,
            TEMPLATE,
            "«DELETE FROM schema_migrations WHERE service = '{{ service }}'»",
        ),
        Example::edits(&[
            Change::edit(QUERY, "backend: sql", "backend: http"),
            Change::edit(
                QUERY,
                TEMPLATE,
                "«POST /v1/services/{{ service }}/migrations/count»",
            ),
        ]),
    ],
    good: &[
        Example::edit(
            QUERY,
            TEMPLATE,
            "SELECT count(*) FROM schema_migrations WHERE service = '{{ service }}' AND state = 'delete'",
        ),
        Example::edits(&[
            Change::edit(QUERY, "backend: sql", "backend: http"),
            Change::edit(
                QUERY,
                TEMPLATE,
                "/v1/services/{{ service }}/migrations/count",
            ),
        ]),
    ],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query() else { return };
    let Ok(Some(text)) = sample::filled(&query.spec) else {
        return;
    };
    if let Some(why) = language::writes(query.spec.backend, &text) {
        findings
            .report(
                &RULE,
                scope.value(Route::root().key("spec").key("template")),
            )
            .message(format!("a query only reads, but {why}"))
            .label("writes")
            .help("ask with one statement that reads; what has to be changed is an action");
    }
}
