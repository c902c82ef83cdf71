//! A011: a team that cannot approve its own changes.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::document::Route;
use crate::document::id::TeamId;
use crate::lint::{Category, Check, DocumentScope, Example, Findings, Needs, Rule};

const POLICY: &str = "runbooks/governance.yaml";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "A011",
    name: "team-too-small",
    severity: Severity::Warning,
    locked: false,
    category: Category::Authority,
    needs: Needs::File,
    summary: "A team from which approvals are demanded has more members than approvals.",
    why: "Nobody approves a change of their own. A team of two that has to give two approvals blocks whenever one of them writes something, and the emergency exit becomes the way things are done.",
    remedy: "Add members, or demand fewer approvals.",
    bad: &[Example::edit(
        POLICY,
        "sre: {members: [{login: alice, id: 101}, {login: bob, id: 102}, {login: carol, id: 103}]}",
        "sre: {members: «[{login: alice, id: 101}, {login: bob, id: 102}]»}",
    )],
    good: &[Example::base()],
    check: Check::Document(check),
};

fn check(scope: &DocumentScope<'_>, findings: &mut Findings) {
    let Some(policy) = scope.governance().map(|document| &document.spec) else {
        return;
    };
    let Some(approve) = &policy.approve else {
        return;
    };
    let of_rows = approve.matrix.iter().map(|row| &row.require);
    let of_paths = approve.paths.iter().map(|rule| &rule.require);
    let of_policy = approve
        .governance_change
        .iter()
        .map(|change| &change.require);
    let mut most: BTreeMap<&TeamId, u32> = BTreeMap::new();
    for (team, count) in of_rows.chain(of_paths).chain(of_policy).flatten() {
        let known = most.entry(team).or_default();
        *known = (*known).max(*count);
    }
    for (id, needed) in most {
        let Some(team) = policy.teams.get(id) else {
            continue;
        };
        // Teams of the forge are counted when publishing.
        if team.github.is_some() || team.members.len() > needed as usize {
            continue;
        }
        let route = Route::root()
            .key("spec")
            .key("teams")
            .key(id.as_str())
            .key("members");
        findings
            .report(&RULE, scope.value(route))
            .message(format!(
                "`{id}` has {} members and has to give {needed} approvals, which its own changes never get",
                team.members.len()
            ))
            .label("too few")
            .help("add members, or demand fewer approvals");
    }
}
