//! What the policy demands for a unit (steps 8 and 14): every row that fits applies.

use std::collections::BTreeMap;

use super::facts::Unit;
use super::reason::Reason;
use super::rules::{Row, Rules, Staleness};
use crate::document::id::TeamId;
use crate::document::model::Tier;

/// What a unit needs: the most each team has to give, from the strictest of all rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Demand {
    /// Approvals by team.
    pub(super) require: BTreeMap<TeamId, u32>,
    /// Fewest different people.
    pub(super) min_distinct: u32,
    /// Whether one person may count for several teams.
    pub(super) one_person_many_teams: bool,
    /// What makes an approval stale.
    pub(super) stale: Staleness,
}

impl Demand {
    /// What one row demands.
    pub(super) fn of(row: &Row) -> Self {
        Self {
            require: row.require.clone(),
            min_distinct: row.min_distinct,
            one_person_many_teams: row.one_person_many_teams,
            stale: row.stale,
        }
    }

    /// What one more row adds.
    fn and(&mut self, row: &Row) {
        for (team, count) in &row.require {
            let needed = self.require.entry(team.clone()).or_default();
            *needed = (*needed).max(*count);
        }
        self.min_distinct = self.min_distinct.max(row.min_distinct);
        self.one_person_many_teams &= row.one_person_many_teams;
        self.stale = self.stale.max(row.stale);
    }
}

/// The tier a change of the unit is judged by: the higher of before and after, so that lowering needs the old approvals.
pub(super) fn risk(unit: &Unit) -> Option<Tier> {
    unit.tier_before.max(unit.tier_after)
}

/// Whether the unit is part of the policy itself.
pub(super) fn is_governance(unit: &Unit, rules: &Rules) -> bool {
    rules
        .governance
        .iter()
        .any(|(paths, _)| paths.fit(&unit.path))
}

/// What the matrix demands for a unit.
pub(super) fn demand(unit: &Unit, rules: &Rules) -> Result<Demand, Reason> {
    demand_of(&unit.path, risk(unit), &unit.envs, rules)
}

/// What the matrix demands for a file of a tier in some environments.
pub(super) fn demand_of(
    path: &str,
    tier: Option<Tier>,
    environments: &[String],
    rules: &Rules,
) -> Result<Demand, Reason> {
    let governance = rules.governance.iter();
    let by_path = governance
        .chain(&rules.paths)
        .filter(|(paths, _)| paths.fit(path));
    let mut rows: Vec<&Row> = by_path.map(|(_, row)| row).collect();
    match tier {
        // What does nothing to production is judged as reading is, and by its path.
        None => rows.extend(cell(rules, Tier::READ_ONLY, "*").unwrap_or_default()),
        // A document without an environment may act in any.
        Some(tier) if environments.is_empty() => rows.extend(cell(rules, tier, "*")?),
        Some(tier) => {
            for environment in environments {
                rows.extend(cell(rules, tier, environment)?);
            }
        }
    }
    let mut rows = rows.into_iter();
    let mut demand = Demand::of(rows.next().ok_or(Reason::NoMatrixCell)?);
    rows.for_each(|row| demand.and(row));
    Ok(demand)
}

/// The rows for a tier in an environment; there has to be one.
fn cell<'r>(rules: &'r Rules, tier: Tier, environment: &str) -> Result<Vec<&'r Row>, Reason> {
    let rows = rules.matrix.iter();
    let found: Vec<_> = rows
        .filter(|row| row.tiers.contains(&tier) && row.is_for(environment))
        .map(|row| &row.row)
        .collect();
    if found.is_empty() {
        Err(Reason::NoMatrixCell)
    } else {
        Ok(found)
    }
}
