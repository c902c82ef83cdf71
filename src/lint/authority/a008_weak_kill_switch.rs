//! A008: a kill switch that may fail when it is needed.

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::HaltLevel;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A008",
    name: "weak-kill-switch",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::File,
    summary: "There is a kill switch with two sources and all three levels, and silence is never read as permission.",
    why: "The kill switch is needed when other things are broken. With a single source, what breaks that source also breaks the switch.",
    remedy: "Name `bundle` and a local source such as `file:/etc/rbk/halt`, name the levels `advise_only`, `pause_new` and `stop_now`, and set `unreachable: advise_only` or stricter.",
    bad: &[
        Example::edit(
            GOVERNANCE,
            "sources: [bundle, \"file:/etc/rbk/halt\"]",
            "sources: «[bundle]»",
        ),
        Example::edit(
            GOVERNANCE,
            "levels: [advise_only, pause_new, stop_now]",
            "levels: «[advise_only, pause_new]»",
        ),
    ],
    good: &[Example::edit(
        GOVERNANCE,
        "unreachable: advise_only",
        "unreachable: stop_now",
    )],
    check: Check::Document(check),
};

/// What can be ordered, and what it means when it cannot.
const LEVELS: [(HaltLevel, &str); 3] = [
    (
        HaltLevel::AdviseOnly,
        "agents cannot be told to go on advising and to do nothing",
    ),
    (
        HaltLevel::PauseNew,
        "nothing new can be stopped without forbidding the undo of what is under way",
    ),
    (
        HaltLevel::StopNow,
        "nothing stops what is already under way",
    ),
];

/// A second source on most hosts.
const FILE: &str = "file:/etc/rbk/halt";

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(governance) = scope.governance() else {
        return;
    };
    let route = Route::root().key("spec").key("kill_switch");
    let Some(switch) = &governance.spec.kill_switch else {
        findings
            .report(&RULE, scope.identity())
            .message("nothing stops every agent at once")
            .label("has no `kill_switch`")
            .help("add `kill_switch` with two sources and `unreachable: advise_only`");
        return;
    };
    let mut sources = switch.sources.clone();
    sources.sort();
    sources.dedup();
    if sources.len() < 2 {
        findings
            .report(&RULE, scope.value(route.clone().key("sources")))
            .message("what breaks the only source breaks the kill switch")
            .label("a single source")
            .help("add a second one of another sort, e.g. `file:/etc/rbk/halt`")
            .fix_if(
                "add `file:/etc/rbk/halt`",
                Applicability::Unsafe,
                (!sources.iter().any(|source| source == FILE))
                    .then(|| {
                        let place = route.clone().key("sources");
                        scope.edits(|editor| editor.append(&place, &[NewValue::text(FILE)]))
                    })
                    .flatten(),
            );
    }
    for (level, without) in LEVELS {
        if !switch.levels.contains(&level) {
            let named = serde_json::to_value(level).ok();
            let named = named.as_ref().and_then(|name| name.as_str());
            findings
                .report(&RULE, scope.value(route.clone().key("levels")))
                .message(without)
                .label("a level is missing")
                .help("name all three: `[advise_only, pause_new, stop_now]`")
                .fix_if(
                    "name it",
                    Applicability::Safe,
                    named.and_then(|name| {
                        let place = route.clone().key("levels");
                        scope.edits(|editor| editor.append(&place, &[NewValue::text(name)]))
                    }),
                );
        }
    }
}
