//! Q010: a query its backend would refuse.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Backend;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::{language, sample};

const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";
const MIGRATIONS: &str = "runbooks/catalog/queries/pending-migrations.yaml";
const TEMPLATE: &str = "SELECT count(*) FROM schema_migrations WHERE service = '{{ service }}' AND environment = '{{ environment }}' AND reversible = false AND release = 'current'";
const HEAD: &str = "    sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\", code=~\"5..\"}[2m]))\n";
const TAIL: &str = "    / sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\"}[2m]))\n";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q010",
    name: "unparsable-query",
    severity: Severity::Error,
    locked: true,
    category: Category::Query,
    needs: Needs::File,
    summary: "A query can be read in the language of its backend.",
    why: "A query that is refused answers nothing, and nothing is inconclusive: the runbook that leans on it escalates every \
          time, which is found out during the incident.",
    remedy: "Correct the text. PromQL and SQL are read by real parsers; of LogQL the selectors and what is computed, of \
             TraceQL the brackets, of other backends the form of the address.",
    bad: &[
        Example::edits(&[
            crate::lint::Change::edit(QUERY, HEAD, ""),
            crate::lint::Change::edit(
                QUERY,
                "  template: |\n",
                "  template: «\"sum(rate(http_requests_total{service=\\\"{{ service }}\\\"})\"»\n",
            ),
            crate::lint::Change::edit(QUERY, TAIL, ""),
        ]),
        Example::edit(
            MIGRATIONS,
            TEMPLATE,
            "«SELECT count(*) FROM WHERE service = '{{ service }}'»",
        ),
    ],
    good: &[Example::edit(
        MIGRATIONS,
        TEMPLATE,
        "SELECT count(*) FROM schema_migrations AS m WHERE m.service = '{{ service }}'",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query() else { return };
    let place = scope.value(Route::root().key("spec").key("template"));
    match sample::filled(&query.spec) {
        Ok(Some(text)) => {
            if let Err(why) = language::parse(query.spec.backend, &text) {
                findings
                    .report(&RULE, place)
                    .message(format!(
                        "this is not {}: {why}",
                        language_of(query.spec.backend)
                    ))
                    .label("cannot be read")
                    .help("correct it; parameters were filled in with values they allow");
            }
        }
        Ok(None) => {}
        Err(param) => {
            findings
                .report(&RULE, place)
                .message(format!(
                    "the query cannot be looked at: no text is known that meets the pattern of `{param}`"
                ))
                .label("not looked at")
                .help(format!("give `{param}` a `default`"));
        }
    }
}

fn language_of(backend: Backend) -> &'static str {
    match backend {
        Backend::Promql => "PromQL",
        Backend::Logql => "LogQL",
        Backend::Traceql => "TraceQL",
        Backend::Sql => "SQL",
        Backend::Kubernetes => "an object of Kubernetes",
        Backend::Http => "the path of a resource",
        Backend::Builtin => "a name the agent knows",
    }
}
