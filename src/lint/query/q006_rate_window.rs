//! Q006: a range that is too short for the scrapes, or too long for the check.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{CheckSource, Query};
use crate::document::unit::Duration;
use crate::lint::preflight::window::{longest_range, shortest_range};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const QUERY: &str = "runbooks/catalog/queries/http-error-ratio.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q006",
    name: "rate-window",
    severity: Severity::Warning,
    locked: false,
    category: Category::Query,
    needs: Needs::Repository,
    summary: "A rate looks back at least 2 minutes, and no longer than the check it serves has to hold.",
    why: "A rate over fewer than four scrapes jumps with every one that is late; scrapes are taken to be 30 seconds apart. A rate over ten minutes in a check that holds for three still reports what has been over for long.",
    remedy: "Choose a range of four scrapes or more, and a `for` at least as long.",
    bad: &[
        Example::edits(&[
            Change::edit(
                QUERY,
                "code=~\"5..\"}[2m]))\n    / sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\"}[2m]))\n",
                "code=~\"5..\"}[1m]))\n    / sum(rate(http_requests_total{service=\"{{ service }}\", environment=\"{{ environment }}\"}[1m]))\n",
            ),
            Change::edit(QUERY, "  template: |\n", "  «template»: |\n"),
        ]),
        Example::edit(
            RUNBOOK,
            "err_high: {query: http-error-ratio, at_least: 5%, for: 3m}",
            "err_high: {query: http-error-ratio, at_least: 5%, for: «1m»}",
        ),
    ],
    good: &[Example::base()],
    check: Check::Document(check),
};

/// Four scrapes of 30 seconds: fewer samples give no rate when one of them is late.
const SHORTEST: Duration = Duration::from_secs(120);

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    if let Some(query) = scope.query()
        && let Some(range) = shortest_range(&query.spec).filter(|range| *range < SHORTEST)
    {
        findings
            .report(&RULE, scope.key(Route::root().key("spec").key("template")))
            .message(format!(
                "the range of {range} holds fewer than four scrapes"
            ))
            .label("too short")
            .help(format!("use a range of {SHORTEST} or more"));
    }
    for site in scope.checks() {
        let (Some(CheckSource::Query(id)), Some(hold)) = (site.check.source(), site.check.hold)
        else {
            continue;
        };
        let Some(query) = scope.repository.find::<Query>(id.as_str()) else {
            continue;
        };
        if let Some(range) = longest_range(&query.document.spec).filter(|range| *range > hold) {
            findings
                .report(&RULE, scope.value(site.route.clone().key("for")))
                .message(format!(
                    "`{id}` looks back {range}, longer than this has to hold"
                ))
                .label(format!("shorter than {range}"))
                .related(
                    query.scope.key(Route::root().key("spec").key("template")),
                    format!("looks back {range}"),
                )
                .help(format!(
                    "write `for: {range}` or more, or shorten the query's range"
                ))
                .fix_if(
                    format!("write `for: {range}`"),
                    Applicability::Unsafe,
                    scope.edits(|editor| {
                        let place = site.route.clone().key("for");
                        editor.replace(&place, &NewValue::text(range.to_string()))
                    }),
                );
        }
    }
}
