//! S014: a version of the format that is on its way out.

use crate::diagnostic::{Applicability, Severity};
use crate::document::model::{API_VERSION, FormatVersion};
use crate::document::{NodeRef, Route};
use crate::lint::correction::respelled;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule, Spelled};

const SERVICE: &str = "runbooks/catalog/services/checkout.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "S014",
    name: "deprecated-version",
    severity: Severity::Warning,
    locked: false,
    category: Category::Schema,
    needs: Needs::File,
    summary: "Documents are written in a version of the format that stays.",
    why: "A version that is on its way out will be refused one day, and that day is chosen by an update of the tool and \
          not by those who are on call.",
    remedy: "Write the version that the message names; it says what else changes.",
    bad: &[Example::edit(
        SERVICE,
        "apiVersion: rbk/v1\n",
        "apiVersion: «rbk/v1beta1»\n",
    )],
    good: &[Example::edit(
        SERVICE,
        "apiVersion: rbk/v1\n",
        "apiVersion: \"rbk/v1\"\n",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let route = Route::root().key("apiVersion");
    let written = scope.node(&route).and_then(NodeRef::as_str);
    let Some(version) = written.and_then(FormatVersion::named) else {
        return;
    };
    let Some(changes) = version.deprecated else {
        return;
    };
    let place = Spelled::Value(route.clone());
    findings
        .report(&RULE, scope.value(route))
        .message(format!(
            "version `{}` of the format is deprecated",
            version.name
        ))
        .help(format!("write `{API_VERSION}`; what changes is {changes}"))
        .fix_if(
            format!("write `{API_VERSION}`"),
            Applicability::Safe,
            respelled(scope.entry, &place, API_VERSION),
        );
}
