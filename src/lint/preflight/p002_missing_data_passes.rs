//! P002: a condition that lets a write go on because data is missing.

use std::collections::BTreeMap;

use crate::diagnostic::{Applicability, Edit, Severity};
use crate::document::Route;
use crate::document::condition::{Atom, Condition, Term};
use crate::document::edit::NewValue;
use crate::document::id::CheckName;
use crate::document::logic::Truth;
use crate::document::model::{Check as Observation, Comparison, NoData, Query};
use crate::engine::comparison::Test;
use crate::engine::evidence::Scalar;
use crate::lint::site::ConditionRole;
use crate::lint::{
    Category, Change, Check, DocumentScope, Example, Findings, Needs, RepositoryScope, Rule,
};

const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";
const MIGRATIONS: &str = "runbooks/catalog/queries/pending-migrations.yaml";
const OK: &str = "err_ok: {query: http-error-ratio, below: 1%, for: 2m}";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P002",
    name: "missing-data-passes",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::File,
    summary: "No preflight and no verification holds because data is missing.",
    why: "Telemetry fails in the same outages as the service. A condition that passes on an empty answer (`absent: true`, \
          or a comparison zero satisfies on a query with `no_data: zero`) lets a write go on, or calls it a success, when \
          the truth is that nobody can see. A condition joined by `and` to one that needs data is safe in a verification.",
    remedy: "Let the query say `no_data: inconclusive`, compare with a value that zero does not satisfy, or, in a \
             verification, add a check that needs data.",
    bad: &[
        Example::edits(&[
            Change::edit(
                RUNBOOK,
                OK,
                "err_ok: {query: http-error-ratio, absent: true}",
            ),
            Change::edit(RUNBOOK, "success: err_ok", "success: «err_ok»"),
        ]),
        Example::edits(&[
            Change::edit(
                MIGRATIONS,
                "  signal: state\n",
                "  signal: state\n  no_data: zero\n",
            ),
            Change::edit(RUNBOOK, "[not migrations, ", "[not «migrations», "),
        ]),
    ],
    good: &[
        // Without data the migrations are unknown, and no write goes on.
        Example::edit(
            MIGRATIONS,
            "  signal: state\n",
            "  signal: state\n  no_data: inconclusive\n",
        ),
        Example::edits(&[
            Change::edit(
                RUNBOOK,
                OK,
                "err_ok: {query: http-error-ratio, below: 1%, for: 2m}\n    migrated: {query: pending-migrations, below: 1}",
            ),
            Change::edit(RUNBOOK, "success: err_ok", "success: err_ok and migrated"),
        ]),
    ],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let checks = match (scope.runbook(), scope.action()) {
        (Some(runbook), _) => &runbook.spec.checks,
        (_, Some(action)) => &action.spec.checks,
        _ => return,
    };
    for site in scope.conditions() {
        let what = match site.role {
            ConditionRole::Preflight => "lets the write begin",
            ConditionRole::Success => "calls the step a success",
            ConditionRole::When | ConditionRole::Failure | ConditionRole::Guard => continue,
        };
        let Some(condition) = site.condition() else {
            continue;
        };
        let Some((atom, name, why)) = blind(condition, checks, scope.repository) else {
            continue;
        };
        let route = Route::root().key("spec").key("checks").key(name.as_str());
        findings
            .report(&RULE, scope.text(site.route.clone(), atom.span.clone()))
            .message(format!(
                "when data is missing, `{}` holds and {what}",
                site.text
            ))
            .label(why)
            .related(scope.value(route), format!("`{name}` is this"))
            .help("nobody knows then: make the check inconclusive without data")
            .fix_if(
                "let the query say that nobody knows",
                Applicability::Unsafe,
                checks
                    .get(name)
                    .and_then(|check| inconclusive(check, scope)),
            );
    }
}

/// Edits of the query that takes missing data for zero.
fn inconclusive(check: &Observation, scope: &DocumentScope<'_>) -> Option<Vec<Edit>> {
    let query = scope
        .repository
        .find::<Query>(check.query.as_ref()?.as_str())?;
    let takes_for_zero = query.document.spec.no_data == NoData::Zero;
    let route = Route::root().key("spec").key("no_data");
    let unknown = NewValue::text("inconclusive");
    takes_for_zero
        .then(|| query.scope.edits(|editor| editor.replace(&route, &unknown)))
        .flatten()
}

/// The check by which a condition holds although the data of all its queries is missing, and why.
fn blind<'c>(
    condition: &'c Condition,
    checks: &'c BTreeMap<CheckName, Observation>,
    repository: &RepositoryScope<'_>,
) -> Option<(&'c Atom, &'c CheckName, &'static str)> {
    let mut atoms = Vec::new();
    polarity(condition, true, &mut atoms);
    let empty: BTreeMap<usize, (Option<Truth>, bool)> = atoms
        .iter()
        .map(|(atom, positive)| {
            let answer = without_data(atom, checks, repository);
            (atom.span.start, (answer.map(|(truth, _)| truth), *positive))
        })
        .collect();
    let helpful = |positive: bool| if positive { Truth::Pass } else { Truth::Fail };
    // Everything that has other sources than queries is taken to speak for the write.
    let holds = |guess: bool| {
        let mut answer = |atom: &Atom| match empty.get(&atom.span.start) {
            Some((Some(truth), _)) if guess => *truth,
            Some((Some(_), _)) => Truth::Inconclusive,
            Some((None, positive)) => helpful(*positive),
            None => Truth::Inconclusive,
        };
        condition.eval(&mut answer).is_pass()
    };
    if !holds(true) || holds(false) {
        return None;
    }
    atoms.into_iter().find_map(|(atom, positive)| {
        let (truth, why) = without_data(atom, checks, repository)?;
        let Term::Check(name) = &atom.term else {
            return None;
        };
        (truth == helpful(positive)).then_some((atom, name, why))
    })
}

/// The atoms of a condition, and whether each speaks for it.
fn polarity<'c>(condition: &'c Condition, positive: bool, found: &mut Vec<(&'c Atom, bool)>) {
    match condition {
        Condition::Atom(atom) => found.push((atom, positive)),
        Condition::Not(inner) => polarity(inner, !positive, found),
        Condition::And(parts) | Condition::Or(parts) | Condition::AtLeast { of: parts, .. } => {
            for part in parts {
                polarity(part, positive, found);
            }
        }
    }
}

/// What a query's check says when the query answers without data, and why; `None` for other sources.
fn without_data(
    atom: &Atom,
    checks: &BTreeMap<CheckName, Observation>,
    repository: &RepositoryScope<'_>,
) -> Option<(Truth, &'static str)> {
    let Term::Check(name) = &atom.term else {
        return None;
    };
    let check = checks.get(name)?;
    let query = repository.find::<Query>(check.query.as_ref()?.as_str())?;
    let query = &query.document.spec;
    Some(match (check.comparison(), query.no_data) {
        (Some(Comparison::Absent), _) => (Truth::Pass, "passes when there is no data"),
        (Some(Comparison::Present), _) => (Truth::Fail, "fails when there is no data"),
        (_, NoData::Inconclusive) => (Truth::Inconclusive, "inconclusive without data"),
        (comparison, NoData::Zero) => {
            let test = Test::of_query(comparison, query.result).ok()?;
            match test.holds(&Scalar::Number(0.0)) {
                Some(true) => (Truth::Pass, "takes missing data for zero, which passes"),
                Some(false) => (Truth::Fail, "takes missing data for zero, which fails"),
                None => (Truth::Inconclusive, "inconclusive without data"),
            }
        }
    })
}
