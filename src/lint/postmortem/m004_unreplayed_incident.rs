//! M004: a signature that was derived from an incident no fixture replays.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Fixture, FixtureKind};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const INCIDENT: &str = "postmortems/2026-03-14-null-currency/fixtures/incident.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M004",
    name: "unreplayed-incident",
    severity: Severity::Warning,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::Repository,
    summary: "A signature derived from a postmortem has a positive fixture from that incident.",
    why: "A signature that was never shown the incident it stands for may recognise something else. The fixture is the proof \
          that it would have fired.",
    remedy: "Write a positive fixture whose `provenance.source` is the postmortem's id.",
    bad: &[Example::edits(&[
        Change::edit(
            INCIDENT,
            "provenance: {origin: derived, source: 2026-03-14-null-currency}",
            "provenance: {origin: written}",
        ),
        Change::edit(
            "postmortems/2026-03-14-null-currency/signature.yaml",
            "derived_from: [2026-03-14-null-currency]",
            "derived_from: [«2026-03-14-null-currency»]",
        ),
    ])],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(signature) = scope.signature() else {
        return;
    };
    let library = scope.repository.library();
    let replays = |incident: &str| {
        library.fixtures_of(scope.id).iter().any(|id| {
            let fixture = library
                .entry(*id)
                .and_then(|entry| entry.document::<Fixture>());
            fixture.is_some_and(|fixture| {
                let source = fixture
                    .spec
                    .provenance
                    .as_ref()
                    .and_then(|provenance| provenance.source.as_deref());
                fixture.spec.kind == FixtureKind::Positive && source == Some(incident)
            })
        })
    };
    for (index, postmortem) in signature.spec.derived_from.iter().enumerate() {
        if !replays(postmortem.as_str()) {
            findings
                .report(&RULE, scope.value(Route::root().key("spec").key("derived_from").index(index)))
                .message(format!("no positive fixture replays `{postmortem}`"))
                .label("learned from this incident")
                .help(format!("add a positive fixture with `provenance: {{origin: derived, source: {postmortem}}}`"));
        }
    }
}
