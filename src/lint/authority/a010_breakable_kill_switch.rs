//! A010: a kill switch that runs on what it is to stop.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::Runbook;
use crate::lint::fixture::writes;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POLICY: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A010",
    name: "breakable-kill-switch",
    severity: Severity::Warning,
    locked: false,
    category: Category::Authority,
    needs: Needs::Repository,
    summary: "The kill switch depends on no service that a runbook may change.",
    why: "The moment for the kill switch is when a runbook has made things worse. A switch behind the service that is being changed cannot be reached then.",
    remedy: "Keep the switch on something no runbook touches: a file on the host, a separate flag store.",
    bad: &[Example::edit(
        POLICY,
        "sources: [bundle, \"file:/etc/rbk/halt\"]",
        "sources: [bundle, «\"file:/srv/checkout/halt\"»]",
    )],
    good: &[Example::edit(
        POLICY,
        "sources: [bundle, \"file:/etc/rbk/halt\"]",
        "sources: [bundle, \"file:/var/lib/rbk/halt\"]",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(switch) = scope
        .governance()
        .and_then(|policy| policy.spec.kill_switch.as_ref())
    else {
        return;
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    for (index, source) in switch.sources.iter().enumerate() {
        let parts: BTreeSet<&str> = source.split(|c| !is_part(c)).collect();
        for runbook in scope.repository.all::<Runbook>() {
            let services = &runbook.document.spec.scope.services;
            let Some(service) = services
                .iter()
                .find(|service| parts.contains(service.as_str()))
            else {
                continue;
            };
            if !writes(&runbook.scope) {
                continue;
            }
            let route = Route::root().key("spec");
            findings
                .report(
                    &RULE,
                    scope.value(route.clone().key("kill_switch").key("sources").index(index)),
                )
                .message(format!(
                    "the switch hangs on `{service}`, which `{}` may change",
                    runbook.document.metadata.id
                ))
                .label("may be down when it is needed")
                .related(
                    runbook.scope.value(route.key("scope").key("services")),
                    "may be changed by this runbook",
                )
                .help("use a source that no runbook touches");
            break;
        }
    }
}
