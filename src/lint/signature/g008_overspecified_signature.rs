//! G008: a signature that asks for too much.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "G008",
    name: "overspecified-signature",
    severity: Severity::Warning,
    locked: false,
    category: Category::Signature,
    needs: Needs::File,
    summary: "A signature requires at most five conditions.",
    why: "Every required condition is one more signal that may be missing in the incident it is meant for. A signature learned by heart recognises the incident it was written from and no other.",
    remedy: "Keep what every incident of this kind shows, and move the rest to `support`.",
    bad: &[Example::edits(&[Change::edit(
        SIGNATURE,
        "  require:\n    deploy",
        "  «require»:\n    q0: {log: {contains: reason number 0x}}\n    q1: {log: {contains: reason number 1x}}\n    q2: {log: {contains: reason number 2x}}\n    q3: {log: {contains: reason number 3x}}\n    deploy",
    )])],
    good: &[Example::edits(&[Change::edit(
        SIGNATURE,
        "  require:\n    deploy",
        "  require:\n    q0: {log: {contains: reason number 0x}}\n    q1: {log: {contains: reason number 1x}}\n    q2: {log: {contains: reason number 2x}}\n    deploy",
    )])],
    check: Check::Document(check),
};

/// Most required conditions; more belong to `support`.
const MOST: usize = 5;

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature() else {
        return;
    };
    let count = signature.spec.require.len();
    if count > MOST {
        findings
            .report(&RULE, scope.key(Route::root().key("spec").key("require")))
            .message(format!(
                "{count} conditions are required; one signal that is missing hides the incident"
            ))
            .label(format!("more than {MOST}"))
            .help("move what only usually holds to `support`");
    }
}
