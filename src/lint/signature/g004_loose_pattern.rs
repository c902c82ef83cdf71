//! G004: a pattern that also matches what is normal.

use std::collections::BTreeMap;

use regex_syntax::hir::{Hir, HirKind};

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::id::SignatureId;
use crate::document::logic::Truth;
use crate::document::model::{FixtureKind, Signal, Signature};
use crate::engine::signature::{ConditionResult, Role};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, RunScope};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G004",
    name: "loose-pattern",
    severity: Severity::Warning,
    locked: false,
    category: Category::Signature,
    needs: Needs::Fixtures,
    summary: "A pattern asks for at least four literal characters, and does not hold in a fixture in which nothing is wrong.",
    why: "A pattern that matches everything counts noise. It holds on the day it is written and on every other day.",
    remedy: "Write the words that only this failure prints.",
    bad: &[Example::edit(
        SIGNATURE,
        "regex: \"panic: nil currency\"",
        "regex: «\".*ic.*\"»",
    )],
    good: &[Example::edit(
        SIGNATURE,
        "regex: \"panic: nil currency\"",
        "regex: \"panic: nil\"",
    )],
    check: Check::Runs(check),
};

/// Fewest characters a pattern has to ask for.
const LEAST: usize = 4;

fn check(scope: &RunScope<'_>, findings: &mut Findings) {
    for document in scope.head.documents() {
        for site in document.checks() {
            let Some(log) = &site.check.log else { continue };
            let literal = log.contains.as_ref().map(|text| text.chars().count());
            // A pattern that cannot be read is the business of G012.
            let required = log.regex.as_deref().and_then(required);
            for (key, literal) in [("contains", literal), ("regex", required)] {
                let Some(literal) = literal.filter(|literal| *literal < LEAST) else {
                    continue;
                };
                findings
                    .report(&RULE, document.value(site.route.clone().key("log").key(key)))
                    .message(match literal {
                        0 => "this pattern also matches a line that says anything".to_owned(),
                        _ => format!("this pattern asks for {literal} literal characters; {LEAST} are the least that tell lines apart"),
                    })
                    .label("matches nearly anything")
                    .help("write the words that only this failure prints");
            }
        }
    }
    for (id, condition, fixture) in benign_hits(scope) {
        let Some(signature) = scope.head.find::<Signature>(id.as_str()) else {
            continue;
        };
        let part = match condition.role {
            Role::Require => "require",
            _ => "support",
        };
        let route = Route::root()
            .key("spec")
            .key(part)
            .key(condition.name.as_str());
        findings
            .report(&RULE, signature.scope.value(route.key("log")))
            .message(format!(
                "`{}` also holds when nothing is wrong",
                condition.name
            ))
            .label("holds on a normal day")
            .related(fixture.identity(), "nothing is wrong here")
            .help("write more of what only this failure prints, or demand more lines");
    }
}

/// Conditions on logs that hold in a fixture in which nothing is wrong; the first such fixture of each.
fn benign_hits<'a>(
    scope: &RunScope<'a>,
) -> impl Iterator<Item = (&'a SignatureId, &'a ConditionResult, DocumentScope<'a>)> {
    let mut hits = BTreeMap::new();
    for run in &scope.runs.fixtures {
        let Some(document) = scope.head.document(run.fixture) else {
            continue;
        };
        let is_benign = document
            .fixture()
            .is_some_and(|fixture| fixture.spec.kind == FixtureKind::Benign);
        let results = run.verdicts.values().filter(|_| is_benign);
        let conditions = results.flat_map(|result| {
            let conditions = result.conditions.iter();
            conditions.map(move |condition| (&result.id, condition))
        });
        for (id, condition) in conditions {
            if condition.signal == Some(Signal::Log)
                && matches!(condition.role, Role::Require | Role::Support)
                && condition.result.truth == Truth::Pass
            {
                hits.entry((id, condition.role, &condition.name))
                    .or_insert((id, condition, document));
            }
        }
    }
    hits.into_values()
}

/// How many literal characters every match of a pattern holds; none when it cannot be read.
fn required(pattern: &str) -> Option<usize> {
    let hir = regex_syntax::parse(pattern).ok()?;
    Some(literals(&hir))
}

// Bounded by the nesting the parser allows.
fn literals(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().count(),
        HirKind::Concat(parts) => parts.iter().map(literals).sum(),
        HirKind::Alternation(parts) => parts.iter().map(literals).min().unwrap_or(0),
        HirKind::Capture(capture) => literals(&capture.sub),
        HirKind::Repetition(repeated) => {
            literals(&repeated.sub).saturating_mul(repeated.min as usize)
        }
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn counts_what_every_match_holds() {
        for (pattern, least) in [
            ("panic: nil", 10),
            (".*", 0),
            ("", 0),
            ("(abc|de)f*", 2),
            ("(?i)oom", 0),
            ("x{3}y+", 4),
            ("[0-9]+ms", 2),
        ] {
            assert_eq!(required(pattern), Some(least), "{pattern}");
        }
        assert_eq!(required("("), None);
    }
}
