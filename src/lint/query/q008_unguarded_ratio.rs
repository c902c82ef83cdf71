//! Q008: a ratio that breaks when there is little to divide by.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Backend;
use crate::document::unit::Unit;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::{language, sample};

const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q008",
    name: "unguarded-ratio",
    severity: Severity::Warning,
    locked: false,
    category: Category::Query,
    needs: Needs::File,
    summary: "A ratio has a guard against low traffic: `min_samples`, or a bound on the denominator.",
    why: "One failed request out of one at four in the morning is an error rate of 100 %. Division by nothing is `NaN`, which no comparison holds for.",
    remedy: "Add `min_samples`, or write `/ (… > 0.5)`.",
    bad: &[Example::edits(&[
        Change::edit(QUERY, "  min_samples: 3\n", ""),
        Change::edit(QUERY, "  template: |\n", "  «template»: |\n"),
    ])],
    good: &[Example::edits(&[
        Change::edit(QUERY, "  min_samples: 3\n", ""),
        Change::edit(
            QUERY,
            "    / sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\"}[2m]))\n",
            "    / (sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\"}[2m])) > 0.5)\n",
        ),
    ])],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(query) = scope.query().map(|document| &document.spec) else {
        return;
    };
    if query.result.unit != Unit::Ratio
        || query.min_samples.is_some()
        || query.backend != Backend::Promql
    {
        return;
    }
    let Ok(Some(text)) = sample::filled(query) else {
        return;
    };
    if language::divides_unguarded(&text) {
        findings
            .report(&RULE, scope.key(Route::root().key("spec").key("template")))
            .message("the denominator of this ratio may be next to nothing")
            .label("no guard for low traffic")
            .help("add `min_samples: 3`, or bound the denominator: `/ (… > 0.5)`");
    }
}
