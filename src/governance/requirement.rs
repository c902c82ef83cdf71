//! What a policy demands of a change before anybody approved it: no facts are needed for that.

use camino::Utf8PathBuf;

use super::demand::demand_of;
use super::files::Files;
use super::rules::Rules;
use crate::change::diff::render::Requirement;

/// What a policy demands for the files that `changed`, and for those that resolve otherwise afterwards. Leave for robots is
/// not considered: it depends on who makes the change.
pub fn requirements<'p>(
    before: &Files,
    after: &Files,
    changed: impl IntoIterator<Item = &'p Utf8PathBuf>,
    rules: &Rules,
) -> Vec<Requirement> {
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
    required.collect()
}
