//! Where the line of landings begins: the adoption of the policy (GOVERNANCE §4, step 3).

use serde_json::Value;

use super::line::MAX_LANDINGS;
use super::state::Policy;
use super::{GatherError, Gatherer, Users};
use crate::change::CommitDetails;
use crate::governance::{Facts, Landing, Record, Shape};

impl Gatherer<'_> {
    /// Whether what landed with a commit was there when the policy was adopted: it is part of the baseline that the policy at
    /// its parent names, or no earlier commit has a policy.
    pub(super) fn is_adoption(&mut self, tip: &CommitDetails) -> Result<bool, GatherError> {
        let Some(parent) = tip.parents.first() else {
            return Ok(true);
        };
        let state = self.state(parent)?;
        match state.policy() {
            Policy::Usable(_, policy) => {
                let baseline = policy
                    .baseline
                    .as_ref()
                    .map(|baseline| baseline.commit.clone());
                match baseline {
                    Some(baseline) => Ok(self.git.is_ancestor(&tip.id, &baseline)?),
                    None => Ok(false),
                }
            }
            Policy::Unusable => Ok(false),
            Policy::Absent => Ok(!self.had_policy(parent)?),
        }
    }

    /// Whether any first parent of a commit has a policy: taking it away for a while grandfathers nothing.
    fn had_policy(&mut self, commit: &str) -> Result<bool, GatherError> {
        let mut at = self.git.details(commit)?;
        for _ in 0..MAX_LANDINGS {
            let Some(parent) = at.parents.first().cloned() else {
                return Ok(false);
            };
            if !matches!(self.state(&parent)?.policy(), Policy::Absent) {
                return Ok(true);
            }
            at = self.git.details(&parent)?;
        }
        Ok(true)
    }

    pub(super) fn adoption(
        &mut self,
        tip: &CommitDetails,
        is_line: Option<bool>,
    ) -> Result<Record, GatherError> {
        let state = self.state(&tip.id)?;
        let policy = match state.policy() {
            Policy::Usable(value, _) => value.clone(),
            Policy::Absent | Policy::Unusable => Value::Null,
        };
        Ok(Record {
            facts: Facts {
                now: self.now,
                landing: Landing {
                    shape: Shape::Push,
                    parent: tip.parents.first().cloned().unwrap_or_default(),
                    tip: tip.id.clone(),
                    tip_parents: tip.parents.clone(),
                    commits: vec![tip.id.clone()],
                    before_baseline: true,
                },
                units: Vec::new(),
                prs: Vec::new(),
                reviews: Vec::new(),
                teams: Default::default(),
                prev_published_is_ancestor: is_line,
                users: Users::new(),
                exceptions: Vec::new(),
            },
            policy,
            subjects: state.files.subjects().iter().cloned().collect(),
        })
    }
}
