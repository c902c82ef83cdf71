//! Q005: a comparison with something of another unit, or one that cannot come out both ways.

use crate::diagnostic::{Applicability, Severity};
use crate::document::edit::NewValue;
use crate::document::model::{CheckSource, Comparison, Query, QueryResult};
use crate::document::unit::{Literal, Unit};
use crate::engine::comparison::Test;
use crate::lint::site::CheckSite;
use crate::lint::values;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const ERR_HIGH: &str = "err_high: {query: http-error-ratio, at_least: 5%";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "Q005",
    name: "senseless-comparison",
    severity: Severity::Error,
    locked: true,
    category: Category::Query,
    needs: Needs::Repository,
    summary: "What is compared has the unit of what it is compared with, and the comparison can come out both ways.",
    why: "`at_least: 5` against a ratio waits for 500 %, `at_least: 0.05` may have meant 5 % or 0.05 %. A comparison that \
          always holds lets everything through, one that never holds lets the runbook look as if it had looked.",
    remedy: "Write the literal in the unit the query answers in: `5%`, `300ms`, `2GiB`, `40/s`, `3`.",
    bad: &[
        Example::edit(
            RUNBOOK,
            ERR_HIGH,
            "err_high: {query: http-error-ratio, at_least: «0.05»",
        ),
        Example::edit(
            RUNBOOK,
            ERR_HIGH,
            "err_high: {query: http-error-ratio, at_least: «5s»",
        ),
        Example::edit(
            RUNBOOK,
            "migrations: {query: pending-migrations, above: 0}",
            "migrations: {query: pending-migrations, at_least: «0»}",
        ),
        Example::edit(
            RUNBOOK,
            "migrations: {query: pending-migrations, above: 0}",
            "migrations: {query: pending-migrations, between: «[5, 1]»}",
        ),
        Example::edit(
            SIGNATURE,
            "count: {at_least: 20, within: 5m}",
            "count: «{at_least: 20, at_most: 10, within: 5m}»",
        ),
    ],
    good: &[Example::edit(
        RUNBOOK,
        ERR_HIGH,
        "err_high: {query: http-error-ratio, between: [2%, 150%]",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    for site in scope.checks() {
        match site.check.source() {
            Some(CheckSource::Query(id)) => {
                if let Some(query) = scope.repository.find::<Query>(id.as_str()) {
                    let result = query.document.spec.result;
                    compared(scope, site, id.as_str(), result, findings);
                }
            }
            Some(CheckSource::Log(_)) => {
                if let Some(count) = site.check.count {
                    let (least, most) =
                        (count.at_least.map(f64::from), count.at_most.map(f64::from));
                    bounds(scope, site, "count", (least, most), findings);
                }
            }
            Some(CheckSource::Trace(_)) => {
                if let Some(share) = site.check.share {
                    let (least, most) = (
                        share.at_least.map(|p| p.fraction()),
                        share.at_most.map(|p| p.fraction()),
                    );
                    bounds(scope, site, "share", (least, most), findings);
                }
            }
            _ => {}
        }
    }
}

fn compared(
    scope: &DocumentScope<'_>,
    site: &CheckSite<'_>,
    query: &str,
    result: QueryResult,
    findings: &mut Findings,
) {
    let Some(comparison) = site.check.comparison() else {
        return;
    };
    let place = scope.value(site.route.clone().key(comparison.key()));
    let test = match Test::of_query(Some(comparison), result) {
        Ok(test) => test,
        Err(error) => {
            let draft = findings
                .report(&RULE, place)
                .message(format!("{error}, as `{query}` answers"))
                .label("another unit");
            if let Some(meant) = meant(comparison, result.unit) {
                draft
                    .help(format!("write `{meant}` if that is what is meant"))
                    .fix_if(
                        format!("write `{meant}`"),
                        Applicability::Unsafe,
                        scope.edits(|editor| {
                            let place = site.route.clone().key(comparison.key());
                            editor.replace(&place, &NewValue::text(meant))
                        }),
                    );
            }
            return;
        }
    };
    if matches!(test, Test::Present | Test::Absent) {
        return;
    }
    let values = values::values(&[&test], result);
    let holding = values
        .iter()
        .filter(|value| test.holds(value) == Some(true))
        .count();
    let how = match holding {
        0 => "never holds",
        all if all == values.len() => "always holds",
        _ => return,
    };
    findings
        .report(&RULE, place)
        .message(format!(
            "`{query}` {}: this {how}",
            test.describe(result.unit)
        ))
        .label(how)
        .help(
            "compare with a value that the query can be on both sides of, or use `present: true`",
        );
}

/// A bare number where a share is asked for was probably meant as one.
fn meant(comparison: Comparison<'_>, unit: Unit) -> Option<String> {
    let (Comparison::Above(literal)
    | Comparison::AtLeast(literal)
    | Comparison::Below(literal)
    | Comparison::AtMost(literal)
    | Comparison::Equals(literal)
    | Comparison::NotEquals(literal)) = comparison
    else {
        return None;
    };
    let Literal::Number(number) = literal else {
        return None;
    };
    match unit {
        // Three digits after the point, without the noise of binary fractions.
        Unit::Ratio if *number <= 1.0 => {
            Some(format!("{}%", (number * 100_000.0).round() / 1_000.0))
        }
        Unit::Ratio => Some(format!("{number}%")),
        Unit::Seconds => Some(format!("{number}s")),
        Unit::Bytes => Some(format!("{number}B")),
        Unit::PerSecond => Some(format!("{number}/s")),
        Unit::Count | Unit::None => None,
    }
}

/// A number of lines or a share of spans: neither is negative, and a share is no more than all.
fn bounds(
    scope: &DocumentScope<'_>,
    site: &CheckSite<'_>,
    key: &str,
    (least, most): (Option<f64>, Option<f64>),
    findings: &mut Findings,
) {
    let all = if key == "share" { 1.0 } else { f64::INFINITY };
    let (from, to) = (least.unwrap_or(0.0), most.unwrap_or(all));
    let how = if from > to.min(all) {
        "never holds"
    } else if from <= 0.0 && to >= all {
        "always holds"
    } else {
        return;
    };
    findings
        .report(&RULE, scope.value(site.route.clone().key(key)))
        .message(format!("this {key} {how}"))
        .label(how)
        .help("give it a bound that can be met and missed");
}
