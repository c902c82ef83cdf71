//! Q004: a query over everything.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Backend;
use crate::document::template::Template;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q004",
    name: "unscoped-query",
    severity: Severity::Warning,
    locked: false,
    category: Category::Query,
    needs: Needs::File,
    summary: "A query of metrics, logs or traces selects a service or an environment.",
    why: "Without a matcher the answer is about everybody: staging hides production, and the noisy neighbour decides for the quiet service.",
    remedy: "Match on `service` and `environment`, filled from parameters.",
    bad: &[Example::edits(&[
        Change::edit(
            QUERY,
            "    sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\", code=~\"5..\"}[2m]))\n    / sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\"}[2m]))\n",
            "    sum(rate(http_requests_total{code=~\"5..\"}[2m]))\n    / sum(rate(http_requests_total[2m]))\n",
        ),
        Change::edit(QUERY, "  template: |\n", "  «template»: |\n"),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query().map(|document| &document.spec) else {
        return;
    };
    let selects_series = matches!(
        query.backend,
        Backend::Promql | Backend::Logql | Backend::Traceql
    );
    let Ok(template) = Template::parse(&query.template) else {
        return;
    };
    let scoped = template.references().any(|reference| {
        let name = reference.root();
        let looked_up = query
            .params
            .get(name)
            .is_some_and(|param| param.lookup.is_some());
        looked_up || matches!(name, "service" | "environment")
    });
    if selects_series && !scoped {
        findings
            .report(&RULE, scope.key(Route::root().key("spec").key("template")))
            .message("the query selects neither a service nor an environment")
            .label("about everybody")
            .help("match on `service` and `environment`, filled from parameters");
    }
}
