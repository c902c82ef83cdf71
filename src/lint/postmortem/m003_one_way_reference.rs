//! M003: a signature and a postmortem of which only one knows of the other.

use crate::diagnostic::{Applicability, Edit, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::{Postmortem, Signature};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";
const SIGNATURE: &str = "postmortems/2026-03-14-null-currency/signature.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M003",
    name: "one-way-reference",
    severity: Severity::Error,
    locked: true,
    category: Category::Postmortem,
    needs: Needs::Repository,
    summary: "A signature names the postmortems it was derived from, and those name the signature.",
    why: "Whoever changes a signature has to find the incident it stands for, and whoever reads a postmortem has to see whether it \
          will be recognised. A reference that leads one way only is lost with the first rename.",
    remedy: "Name the postmortem under `derived_from` of the signature, and the signature under `signatures` of the postmortem.",
    bad: &[
        Example::edits(&[
            Change::edit(
                SIGNATURE,
                "  derived_from: [2026-03-14-null-currency]\n",
                "",
            ),
            Change::edit(
                POSTMORTEM,
                "signatures: [bad-deploy-5xx]",
                "signatures: [«bad-deploy-5xx»]",
            ),
        ]),
        Example::edits(&[
            Change::edit(
                SIGNATURE,
                "derived_from: [2026-03-14-null-currency]",
                "derived_from: [«2026-03-14-null-currency»]",
            ),
            Change::edit(
                POSTMORTEM,
                "signatures: [bad-deploy-5xx]",
                "no_signature_because: None was thought of",
            ),
        ]),
    ],
    good: &[Example::base()],
    check: Check::Document(check),
};

/// Edits that add an id to a list of another document.
fn added(scope: &DocumentScope<'_>, list: Route, id: &str) -> Option<Vec<Edit>> {
    let id = NewValue::text(id);
    scope.edits(|editor| match scope.node(&list) {
        Some(_) => editor.append(&list, &[id]),
        None => editor.set(&list, &NewValue::List(vec![id])),
    })
}

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let spec = Route::root().key("spec");
    let id = scope.entry.id().unwrap_or_default();
    if let Some(signature) = scope.signature() {
        for (index, name) in signature.spec.derived_from.iter().enumerate() {
            let Some(found) = scope.repository.find::<Postmortem>(name.as_str()) else {
                continue;
            };
            if found
                .document
                .spec
                .signatures
                .iter()
                .all(|known| *known != *id)
            {
                findings
                    .report(
                        &RULE,
                        scope.value(spec.clone().key("derived_from").index(index)),
                    )
                    .message(format!(
                        "the postmortem `{name}` does not name this signature"
                    ))
                    .label("derived from it")
                    .related(found.scope.identity(), "does not name the signature")
                    .help(format!("add `{id}` to `signatures` of the postmortem"))
                    .fix_if(
                        "name it there",
                        Applicability::Unsafe,
                        added(&found.scope, spec.clone().key("signatures"), id),
                    );
            }
        }
    }
    if let Some(postmortem) = scope.postmortem() {
        for (index, name) in postmortem.spec.signatures.iter().enumerate() {
            let Some(found) = scope.repository.find::<Signature>(name.as_str()) else {
                continue;
            };
            if found
                .document
                .spec
                .derived_from
                .iter()
                .all(|known| *known != *id)
            {
                findings
                    .report(&RULE, scope.value(spec.clone().key("signatures").index(index)))
                    .message(format!("the signature `{name}` does not say that it was derived from this postmortem"))
                    .label("named here")
                    .related(found.scope.identity(), "does not name the postmortem")
                    .help(format!("add `{id}` to `derived_from` of the signature"))
                    .fix_if(
                        "name it there",
                        Applicability::Unsafe,
                        added(&found.scope, spec.clone().key("derived_from"), id),
                    );
            }
        }
    }
}
