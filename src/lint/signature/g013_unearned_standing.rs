//! G013: a stable signature that has not earned it.

use std::collections::BTreeSet;

use super::standing::{Standing, gate};
use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::id::SignatureId;
use crate::document::model::{Fixture, Signature, Status};
use crate::library::DocId;
use crate::lint::{Category, Change, Check, Example, Findings, Found, Needs, Rule, RunScope};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";
const POLICY: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G013",
    name: "unearned-standing",
    severity: Severity::Error,
    locked: false,
    category: Category::Signature,
    needs: Needs::Fixtures,
    summary: "A stable signature has the passing fixtures and the mutation score that the policy demands for promotion.",
    why: "Stable means that an agent may act on it alone. What it takes was agreed in the policy so that nobody decides it in the middle of an incident.",
    remedy: "Set the status back to `shadow`, or add the fixtures that are missing.",
    bad: &[Example::edits(&[
        Change::edit(
            POLICY,
            "{positive: 2, quiet: 2,",
            "{positive: 99, quiet: 2,",
        ),
        Change::edit(SIGNATURE, "status: stable", "status: «stable»"),
    ])],
    good: &[Example::edit(
        POLICY,
        "{positive: 2, quiet: 2,",
        "{positive: 1, quiet: 2,",
    )],
    check: Check::Runs(check),
};

fn check(scope: &RunScope<'_>, findings: &mut Findings) {
    let Some(gate) = gate(scope.head) else { return };
    let passed: BTreeSet<DocId> = scope.passed().map(|run| run.fixture).collect();
    for signature in scope.head.all::<Signature>() {
        if signature.document.metadata.status != Some(Status::Stable) {
            continue;
        }
        let id = SignatureId::from(signature.document.metadata.id.as_str());
        let counts = |fixture: &Found<'_, Fixture>| passed.contains(&fixture.scope.id);
        let mut missing = Standing::of(&id, scope.head, counts).missing(gate);
        let recorded = |fixture: &Found<'_, Fixture>| {
            let provenance = fixture.document.spec.provenance.as_ref();
            provenance.is_some_and(|from| from.origin == "recorded")
        };
        if let Some(most) = gate.false_positive_remediation_upper95 {
            let all = Standing::of(&id, scope.head, recorded).recordings;
            let good = Standing::of(&id, scope.head, |fixture| {
                counts(fixture) && recorded(fixture)
            });
            let bound = upper95(all - good.recordings, all);
            if bound > most {
                missing.push(format!(
                    "needless remediations may be {:.0}% of all (95% bound from {all} recordings), {:.0}% are allowed",
                    bound * 100.0,
                    most * 100.0
                ));
            }
        }
        if missing.is_empty() {
            continue;
        }
        findings
            .report(
                &RULE,
                signature
                    .scope
                    .value(Route::root().key("metadata").key("status")),
            )
            .message(format!(
                "stable, and the policy demands more: {}",
                missing.join(", ")
            ))
            .label("not earned yet")
            .help("set it back to `shadow` until the fixtures are there");
    }
}

/// Upper bound of a one-sided 95 % interval on a share, `failed` of `all` (Clopper and Pearson, 1934): the share at
/// which so few failures would be seen one time in twenty. 1 when there is nothing to go by.
fn upper95(failed: u32, all: u32) -> f64 {
    if failed >= all {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_most(failed, all, middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The probability of at most `failed` failures in `all` tries when one fails with probability `share`.
fn at_most(failed: u32, all: u32, share: f64) -> f64 {
    let mut term = (1.0 - share).powf(f64::from(all));
    let mut sum = term;
    for k in 0..failed {
        term *= f64::from(all - k) / f64::from(k + 1) * share / (1.0 - share);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::upper95;

    #[test]
    fn the_bound_is_that_of_clopper_and_pearson() {
        // Without failures it is 1 - 0.05^(1/n).
        assert!((upper95(0, 30) - 0.0950).abs() < 1e-3);
        assert!((upper95(1, 30) - 0.1486).abs() < 1e-3);
        assert!((upper95(0, 1) - 0.95).abs() < 1e-6);
        assert!((upper95(0, 0) - 1.0).abs() < f64::EPSILON);
        assert!((upper95(5, 5) - 1.0).abs() < f64::EPSILON);
    }
}
