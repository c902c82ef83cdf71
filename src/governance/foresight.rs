//! What the evaluation will say of an exception, before it is signed and anything landed: no facts but git's are needed for that.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use jiff::Timestamp;

use super::exception;
use super::facts::{Blob, Facts, Landing, Shape, Unit};
use super::files::Files;
use super::grant::Grant;
use super::people::People;
use super::reason::Reason;
use super::rules::{Rules, RulesError};
use super::teams::Teams;
use crate::document::model::Governance;

/// A governed file that an exception would cover: what it amounts to before and after, and `landed`, the bytes that would land.
pub fn unit(path: &Utf8Path, before: &Files, after: &Files, landed: Option<Blob>) -> Unit {
    let (old, new) = (before.file(path), after.file(path));
    let environments = old.environments.union(&new.environments);
    Unit {
        path: path.to_string(),
        tier_before: old.tier,
        tier_after: new.tier,
        envs: environments.cloned().collect(),
        parent: None,
        merge_base: None,
        head: None,
        landed,
        at: BTreeMap::new(),
        clean_merge: None,
        closure: None,
        apart: false,
    }
}

/// Why an exception would not cover these files once it is signed; none where it would. Who is in a team that GitHub keeps is
/// not known here, and is not asked about.
///
/// # Errors
/// When the policy cannot be used.
pub fn refusal(
    grant: &Grant,
    units: &[Unit],
    policy: &Governance,
    now: Timestamp,
) -> Result<Option<Reason>, RulesError> {
    let rules = Rules::new(policy)?;
    let facts = Facts {
        now,
        landing: Landing {
            shape: Shape::Push,
            parent: String::new(),
            tip: String::new(),
            tip_parents: Vec::new(),
            commits: Vec::new(),
            before_baseline: false,
        },
        units: units.to_vec(),
        prs: Vec::new(),
        reviews: Vec::new(),
        teams: BTreeMap::new(),
        prev_published_is_ancestor: None,
        users: BTreeMap::new(),
        exceptions: Vec::new(),
    };
    let teams = Teams::new(&rules, &facts);
    let exception = grant.clone().into_exception(true);
    let people = People::new(&rules, &facts);
    let nobody = BTreeSet::new();
    let found = exception::refusal(&exception, &facts, &rules, &people, &teams, &nobody);
    let approvers = policy.break_glass.iter().flat_map(|it| it.approvers.keys());
    let mut approvers = approvers.map(|team| teams.members(team));
    let are_known = approvers.all(|members| members.is_some());
    Ok(found.filter(|reason| *reason != Reason::ExcGrantor || are_known))
}
