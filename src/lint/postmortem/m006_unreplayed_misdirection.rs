//! M006: a misleading signal that no adversarial fixture replays.

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::model::{Fixture, FixtureKind};
use crate::lint::{Category, Change, Check, DocumentScope, Example, Findings, Needs, Rule};

const POSTMORTEM: &str = "postmortems/2026-03-14-null-currency/postmortem.md";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "M006",
    name: "unreplayed-misdirection",
    severity: Severity::Warning,
    locked: false,
    category: Category::Postmortem,
    needs: Needs::Repository,
    summary: "A misleading signal names the adversarial fixture that replays it.",
    why: "What misled experienced people will mislead an agent. The fixture shows that it does not.",
    remedy: "Write an adversarial fixture in which the signal is present and acting on it would be wrong, and name it under `fixture`.",
    bad: &[
        Example::edits(&[
            Change::edit(POSTMORTEM, "      fixture: gateway-noise\n", ""),
            Change::edit(
                POSTMORTEM,
                "The payments gateway logged time-outs",
                "«The payments gateway logged time-outs»",
            ),
        ]),
        Example::edit(
            POSTMORTEM,
            "fixture: gateway-noise",
            "fixture: «quiet-release»",
        ),
    ],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(postmortem) = scope.postmortem() else {
        return;
    };
    for (index, signal) in postmortem.spec.misleading_signals.iter().enumerate() {
        let route = Route::root()
            .key("spec")
            .key("misleading_signals")
            .index(index);
        let Some(name) = &signal.fixture else {
            findings
                .report(&RULE, scope.value(route.key("signal")))
                .message("no adversarial fixture replays this signal")
                .label("misled people")
                .help("write one, and name it under `fixture`");
            continue;
        };
        let kind = scope
            .repository
            .find::<Fixture>(name)
            .map(|found| found.document.spec.kind);
        if kind != Some(FixtureKind::Adversarial) {
            let what = if kind.is_some() {
                "is not adversarial"
            } else {
                "does not exist"
            };
            findings
                .report(&RULE, scope.value(route.key("fixture")))
                .message(format!("the fixture `{name}` {what}"))
                .label("should replay the misleading signal")
                .help("name a fixture of `kind: adversarial` in which acting on the signal would be wrong");
        }
    }
}
