//! R012: a signature routed to a runbook of another class.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::id::ClassId;
use crate::document::model::Runbook;
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "R012",
    name: "class-mismatch",
    severity: Severity::Error,
    locked: true,
    category: Category::Reference,
    needs: Needs::Repository,
    summary: "A signature is routed to runbooks of its own incident class.",
    why: "The class is what people expect to be handled. A signature of one class that starts a runbook of another acts on something it did not recognise.",
    remedy: "Give both the same class, or route the signature elsewhere.",
    bad: &[Example::edits(&[
        Change::edit(
            "runbooks/catalog/taxonomy/taxonomy.yaml",
            "  severities:\n",
            "    elevated-latency: {title: Slow, description: A service answers too slowly}\n  severities:\n",
        ),
        Change::edit(
            SIGNATURE,
            "incident_class: elevated-error-rate",
            "incident_class: elevated-latency",
        ),
        Change::edit(
            SIGNATURE,
            "runbook: error-rate-after-deploy",
            "runbook: «error-rate-after-deploy»",
        ),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature().map(|document| &document.spec) else {
        return;
    };
    let spec = Route::root().key("spec");
    for (index, route) in signature.routes.iter().enumerate() {
        let Some(runbook) = scope.repository.find::<Runbook>(route.runbook.as_str()) else {
            continue;
        };
        let other = &runbook.document.spec.incident_class;
        let known = |class: &ClassId| {
            scope
                .repository
                .library()
                .classes()
                .any(|known| known == class)
        };
        if *other != signature.incident_class && known(other) && known(&signature.incident_class) {
            findings
                .report(
                    &RULE,
                    scope.value(spec.clone().key("routes").index(index).key("runbook")),
                )
                .message(format!(
                    "the signature is of class `{}`, the runbook of class `{other}`",
                    signature.incident_class
                ))
                .label("of another class")
                .related(
                    scope.value(spec.clone().key("incident_class")),
                    "the signature's class",
                )
                .related(
                    runbook.scope.value(spec.clone().key("incident_class")),
                    "the runbook's class",
                )
                .help("give both the same class, or route the signature elsewhere");
        }
    }
}
