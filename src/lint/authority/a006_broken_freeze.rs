//! A006: a freeze that does not freeze, or freezes too much.

use jiff::tz::TimeZone;

use crate::diagnostic::{Applicability, Severity};
use crate::document::Route;
use crate::document::model::Tier;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const GOVERNANCE: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A006",
    name: "broken-freeze",
    severity: Severity::Error,
    locked: true,
    category: Category::Authority,
    needs: Needs::File,
    summary: "A freeze has a beginning before its end, covers something, and never forbids looking.",
    why: "A freeze that covers nothing protects nobody during the days it was made for. One that covers tier 0 blinds the agents just when nobody is at work; the undo of what was done stays possible by itself.",
    remedy: "Put the days in order, name environments and tiers from 1 up, and use an IANA zone.",
    bad: &[
        Example::edit(
            GOVERNANCE,
            "from: 2026-12-20, to: 2027-01-03",
            "from: 2026-12-20, to: «2026-12-03»",
        ),
        Example::edit(GOVERNANCE, "zone: UTC", "zone: «Mars/Olympus»"),
        Example::edit(
            GOVERNANCE,
            "tiers: [1, 2], from",
            "tiers: «[0, 1, 2]», from",
        ),
    ],
    good: &[Example::edit(
        GOVERNANCE,
        "zone: UTC",
        "zone: Europe/Berlin",
    )],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(governance) = scope.governance() else {
        return;
    };
    for (index, freeze) in governance.spec.freezes.iter().enumerate() {
        let route = Route::root().key("spec").key("freezes").index(index);
        let mut report = |key: &str, message: String, label: &str, help: &str| {
            findings
                .report(&RULE, scope.value(route.clone().key(key)))
                .message(message)
                .label(label)
                .help(help)
                .fix_if(
                    "take tier 0 out",
                    Applicability::Unsafe,
                    freeze
                        .tiers
                        .iter()
                        .position(|tier| key == "tiers" && *tier == Tier::READ_ONLY)
                        .and_then(|at| {
                            let place = route.clone().key("tiers").index(at);
                            scope.edits(|editor| editor.remove(&place))
                        }),
                );
        };
        if freeze.to < freeze.from {
            report(
                "to",
                format!("the freeze `{}` ends before it begins", freeze.id),
                "earlier than `from`",
                "put the days in order",
            );
        }
        if freeze.environments.is_empty() {
            report(
                "environments",
                format!("the freeze `{}` covers no environment", freeze.id),
                "empty",
                "name the environments",
            );
        }
        if freeze.tiers.is_empty() {
            report(
                "tiers",
                format!("the freeze `{}` covers no tier", freeze.id),
                "empty",
                "name the tiers, e.g. `[1, 2]`",
            );
        }
        if freeze.tiers.contains(&Tier::READ_ONLY) {
            report(
                "tiers",
                format!("the freeze `{}` forbids even looking", freeze.id),
                "covers tier 0",
                "begin with tier 1",
            );
        }
        if TimeZone::get(&freeze.zone).is_err() {
            report(
                "zone",
                format!("`{}` is not a time zone", freeze.zone),
                "unknown",
                "use an IANA name such as `UTC` or `Europe/Berlin`",
            );
        }
    }
}
