//! P003: a tier that is written with and whose evidence may be of any age, or is too old by then.

use std::collections::BTreeMap;

use crate::diagnostic::{Applicability, Location, Severity};
use crate::document::Route;
use crate::document::edit::NewValue;
use crate::document::model::Tier;
use crate::document::unit::Duration;
use crate::lint::tier::call::rated_steps;
use crate::lint::{Category, Change, Check, Example, Findings, Needs, RepositoryScope, Rule};

const POLICY: &str = "runbooks/governance.yaml";
const AGES: &str = "evidence_max_age: {0: 10m, 1: 5m, 2: 2m}";

pub(in crate::lint) static RULE: Rule = Rule {
    code: "P003",
    name: "evidence-age-open",
    severity: Severity::Error,
    locked: true,
    category: Category::Preflight,
    needs: Needs::Repository,
    summary: "The policy says how old preflight evidence may be, for every tier a runbook writes with: ten minutes at most.",
    why: "A preflight is worth what its evidence is worth at the moment of the write. After ten minutes of waiting for a \
          go-ahead the service may have recovered, or somebody may have repaired it already; without a limit the write goes \
          on with what was true before.",
    remedy: "Add the tier to `defaults.evidence_max_age` of the policy, or lower its age.",
    bad: &[
        Example::edit(POLICY, AGES, "evidence_max_age: «{0: 10m, 1: 5m}»"),
        Example::edit(POLICY, AGES, "evidence_max_age: {0: 10m, 1: «1h», 2: 2m}"),
    ],
    good: &[Example::edits(&[Change::edit(
        POLICY,
        AGES,
        "evidence_max_age: {2: 2m}",
    )])],
    check: Check::Repository(check),
};

/// Oldest evidence a write may rest on.
const OLDEST: Duration = Duration::from_secs(600);

fn check(scope: &RepositoryScope<'_>, findings: &mut Findings) {
    let Some(policy) = scope.policy() else { return };
    let defaults = policy.document.spec.defaults.as_ref();
    let route = Route::root()
        .key("spec")
        .key("defaults")
        .key("evidence_max_age");
    let set = |tier: Tier, age: String| {
        let place = route.clone().key(tier.to_string());
        policy
            .scope
            .edits(|editor| editor.set(&place, &NewValue::text(age)))
    };
    let ages = defaults
        .into_iter()
        .flat_map(|defaults| &defaults.evidence_max_age);
    for (tier, age) in ages.filter(|(tier, age)| **tier > Tier::READ_ONLY && **age > OLDEST) {
        let place = policy.scope.value(route.clone().key(tier.to_string()));
        findings
            .report(&RULE, place)
            .message(format!(
                "a write of tier {tier} may rest on what was seen {age} ago"
            ))
            .label(format!("older than {OLDEST}"))
            .help(format!("lower it to {OLDEST} or less"))
            .fix_if(
                format!("lower it to {OLDEST}"),
                Applicability::Safe,
                set(*tier, OLDEST.to_string()),
            );
    }
    let limited =
        |tier: Tier| defaults.is_some_and(|defaults| defaults.evidence_max_age.contains_key(&tier));
    let mut open: BTreeMap<Tier, (Location, String)> = BTreeMap::new();
    for document in scope.documents() {
        for step in rated_steps(&document).iter().filter(|step| step.writes()) {
            let Some(tier) = step.certain().map(|ground| ground.tier) else {
                continue;
            };
            // Tier 3 is never executed.
            if tier < Tier::HUMAN_ONLY && !limited(tier) {
                open.entry(tier).or_insert_with(|| {
                    let place = document.value(step.site.route.clone().key("action"));
                    (
                        place,
                        format!("step `{}` writes at tier {tier}", step.site.step.id),
                    )
                });
            }
        }
    }
    for (tier, (place, why)) in open {
        findings
            .report(&RULE, policy.scope.value(route.clone()))
            .message(format!(
                "evidence for a write of tier {tier} may be of any age: the policy sets no `evidence_max_age` for it"
            ))
            .label(format!("nothing for tier {tier}"))
            .related(place, why)
            .help(format!("add e.g. `{tier}: 2m`"))
            .fix_if(
                format!("add `{tier}: 2m`"),
                Applicability::Safe,
                set(tier, "2m".to_owned()),
            );
    }
}
