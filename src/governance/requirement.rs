//! What a policy demands of a change before anybody approved it: no facts are needed for that.

use camino::Utf8PathBuf;

use super::demand::demand_of;
use super::files::Files;
use super::rules::{Rules, RulesError};
use crate::change::diff::render::Requirement;
use crate::document::model::{Governance, RepositoryRef};

/// What a policy demands for the files that `changed`, and for those that resolve otherwise afterwards. Leave for robots is
/// not considered: it depends on who makes the change. Neither is the repository the policy is for: nothing is approved here.
///
/// # Errors
/// When the policy does not say who approves, or cannot be used for it.
pub fn requirements<'p>(
    before: &Files,
    after: &Files,
    changed: impl IntoIterator<Item = &'p Utf8PathBuf>,
    policy: &Governance,
) -> Result<Vec<Requirement>, RulesError> {
    let anywhere = Governance {
        repository: Some(policy.repository.clone().unwrap_or_else(nowhere)),
        ..policy.clone()
    };
    let rules = &Rules::new(&anywhere)?;
    let touched = before.touched(after, changed, Some(rules)).into_iter();
    let required = touched.map(|path| {
        let (old, new) = (before.file(&path), after.file(&path));
        let tier = old.tier.max(new.tier);
        let environments = old.environments.union(&new.environments);
        let environments: Vec<String> = environments.cloned().collect();
        let demand = demand_of(path.as_str(), tier, &environments, rules);
        let problem = demand.as_ref().err().map(|reason| reason.code());
        let demand = demand.ok();
        let teams = demand.iter().flat_map(|demand| &demand.require);
        Requirement {
            teams: teams
                .map(|(team, count)| (team.as_str().to_owned(), *count))
                .collect(),
            min_distinct: demand.as_ref().map_or(0, |demand| demand.min_distinct),
            one_person_many_teams: demand.is_none_or(|demand| demand.one_person_many_teams),
            path,
            tier,
            environments,
            problem,
        }
    });
    Ok(required.collect())
}

/// No repository at all: nothing can be traced to it.
fn nowhere() -> RepositoryRef {
    RepositoryRef {
        host: String::new(),
        id: 0,
        full_name: String::new(),
        branch: String::new(),
    }
}
