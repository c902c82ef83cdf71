//! G007: conditions of which one rules the other out.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

use super::relation::{contradict, implies};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G007",
    name: "impossible-conditions",
    severity: Severity::Error,
    locked: true,
    category: Category::Signature,
    needs: Needs::Repository,
    summary: "The conditions of a signature can hold together.",
    why: "A signature whose conditions contradict each other never matches. It looks like protection, and the next incident of \
          its kind is not recognised.",
    remedy: "Change the bounds, or take one of the two conditions away.",
    bad: &[
        Example::edits(&[
            Change::edit(
                SIGNATURE,
                "    deploy: {change: deploy, within: 20m}\n",
                "    deploy: {change: deploy, within: 20m}\n    calm: {query: http-error-ratio, below: 2%}\n",
            ),
            Change::edit(
                SIGNATURE,
                "err: {query: http-error-ratio, at_least: 5%, for: 3m}",
                "err: «{query: http-error-ratio, at_least: 5%, for: 3m}»",
            ),
        ]),
        Example::edit(
            SIGNATURE,
            "upstream: {query: dependency-error-ratio, at_least: 5%}",
            "upstream: «{query: http-error-ratio, at_least: 3%}»",
        ),
    ],
    good: &[Example::edit(
        SIGNATURE,
        "upstream: {query: dependency-error-ratio, at_least: 5%}",
        "upstream: {query: http-error-ratio, at_least: 60%}",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let spec = Route::root().key("spec");
    let required = spec.clone().key("require");
    for (index, (name, check)) in signature.require.iter().enumerate() {
        let place = |name: &str| scope.value(required.clone().key(name));
        for (other, earlier) in signature.require.iter().take(index) {
            if contradict(earlier, check, scope.repository) {
                findings
                    .report(&RULE, place(name.as_str()))
                    .message(format!(
                        "`{other}` and `{name}` are both required and cannot both hold"
                    ))
                    .label("not with the other")
                    .related(place(other.as_str()), "the other");
            }
        }
        for (other, exclusion) in &signature.exclude {
            if implies(check, exclusion, scope.repository) {
                findings
                    .report(&RULE, scope.value(spec.clone().key("exclude").key(other.as_str())))
                    .message(format!("`{other}` excludes every incident in which `{name}` holds, which is required"))
                    .label("always excludes")
                    .related(place(name.as_str()), "required");
            }
        }
    }
}
