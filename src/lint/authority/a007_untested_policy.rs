//! A007: a policy whose tests are missing or fail.

use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::engine::policy::{Policy, evaluate_policy_test};
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A007",
    name: "untested-policy",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::Repository,
    summary: "The policy has tests of its own, and they hold.",
    why: "The matrix, the kill switch and freezes act together; what comes of them is not seen by reading one line. The tests say what was meant, and fail when somebody changes it unaware.",
    remedy: "Add a test for each mode that matters under `tests`; when one fails, decide whether the policy or the test is wrong.",
    bad: &[Example::edit(
        GOVERNANCE,
        "tier: 2, rollout: auto}, expect: gated}",
        "tier: 2, rollout: auto}, expect: «auto»}",
    )],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(governance) = scope.governance() else {
        return;
    };
    let route = Route::root().key("spec").key("tests");
    if governance.spec.tests.is_empty() {
        findings
            .report(&RULE, scope.key(route))
            .message("nothing shows that the policy does what was meant")
            .label("has no tests")
            .help("add `tests`, e.g. that tier 2 is never automatic in production");
        return;
    }
    let policy = Policy::new(Arc::new(governance.clone()));
    for (index, test) in governance.spec.tests.iter().enumerate() {
        let result = evaluate_policy_test(&policy, test);
        if !result.passed {
            let route = route.clone().index(index);
            let actual = result
                .error
                .unwrap_or_else(|| format!("the policy says {}", result.effective.mode));
            findings
                .report(&RULE, scope.value(route.key("expect")))
                .message(format!("\"{}\" does not hold: {actual}", test.name))
                .label("expected")
                .help("decide whether the policy or the test is wrong, and change that one");
        }
    }
}
