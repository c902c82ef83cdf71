//! The evaluation: GOVERNANCE §4, step by step.

use std::collections::{BTreeMap, BTreeSet};

use super::approval::{Bench, candidates, head_since, known_commits, retargeted};
use super::attribution::{attribute, has_shape};
use super::demand::{Demand, demand, is_governance, risk};
use super::facts::{Account, Facts, PullRequest, Review, ReviewState, Unit};
use super::opinion::opinions;
use super::people::{Contributors, People, contributors};
use super::reason::Reason;
use super::rules::{Rules, Staleness};
use super::satisfy::satisfy;
use super::teams::Teams;
use super::verdict::{Evaluation, Rejected, UnitEvaluation, Verdict};
use super::{bytes, completeness, exception, ratification, robot};
use crate::document::model::Tier;

/// Judges one landing. The same facts and rules always give the same answer.
pub fn evaluate(facts: &Facts, rules: &Rules) -> Evaluation {
    if let Some(gap) = completeness::gap(facts) {
        return Evaluation::error(Reason::FactsIncomplete, gap);
    }
    if facts.prev_published_is_ancestor == Some(false) {
        return Evaluation::of([Reason::ContinuityBroken]);
    }
    if facts.landing.before_baseline {
        return Evaluation::of([Reason::Grandfathered]);
    }
    if facts.units.is_empty() {
        return Evaluation::of([Reason::NoGovernedChange]);
    }
    let judge = Judge {
        facts,
        rules,
        people: People::new(rules, facts),
        teams: Teams::new(rules, facts),
    };
    let mut evaluation = match attribute(&facts.landing, &facts.prs, rules) {
        Ok(pull) => judge.pull_request(pull),
        Err(reason) => judge.without(reason),
    };
    if evaluation.verdict == Verdict::Deny {
        judge.break_glass(&mut evaluation);
    }
    evaluation
}

struct Judge<'f> {
    facts: &'f Facts,
    rules: &'f Rules,
    people: People<'f>,
    teams: Teams,
}

impl Judge<'_> {
    /// A landing that cannot be traced to a pull request: nothing can have been approved.
    fn without(&self, reason: Reason) -> Evaluation {
        let units = self.facts.units.iter().map(|unit| {
            let demand = demand(unit, self.rules).ok();
            self.described(unit, demand.as_ref())
        });
        Evaluation {
            units: units.collect(),
            ..Evaluation::of([reason])
        }
    }

    fn pull_request(&self, pull: &PullRequest) -> Evaluation {
        let (facts, rules) = (self.facts, self.rules);
        let contributors = contributors(pull, &self.people, rules);
        let trusted = robot::demand(pull.author, &facts.units, &contributors, rules);
        let demands = facts.units.iter().map(|unit| match &trusted {
            Some(demand) => Ok(demand.clone()),
            None => demand(unit, rules),
        });
        let demands: Vec<Result<Demand, Reason>> = demands.collect();
        let bench = Bench {
            facts,
            pull,
            rules,
            people: &self.people,
            contributors: &contributors,
            teams: &self.teams,
            head_since: head_since(pull),
            retargeted: retargeted(pull),
            known: known_commits(pull, &facts.units),
        };
        let opinions = opinions(&facts.reviews, pull.merged_at, &self.people);
        let units = facts.units.iter().zip(&demands);
        let units: Vec<UnitEvaluation> = units
            .map(|(unit, demand)| self.unit(&bench, unit, demand, &opinions))
            .collect();

        let mut reasons: BTreeSet<Reason> = units
            .iter()
            .flat_map(|unit| unit.reasons.iter().copied())
            .collect();
        if !has_shape(&facts.landing, pull) {
            reasons.insert(Reason::MergeShape);
        }
        if hides_somebody(&contributors, &facts.units, rules) {
            reasons.insert(Reason::UnknownContributor);
        }
        let demands: Vec<Demand> = demands.into_iter().flatten().collect();
        let blocks =
            |review: &&&Review| rules.changes_requested_blocks && bench.blocks(review, &demands);
        let blocking = opinions.iter().filter(blocks);
        let blocking: Vec<String> = blocking
            .map(|review| self.asks_for_changes(review))
            .collect();
        if !blocking.is_empty() {
            reasons.insert(Reason::ChangesRequested);
        }
        let rejected = units.iter().flat_map(|unit| unit.rejected.iter().copied());
        let rejected: BTreeSet<Rejected> = rejected.collect();
        Evaluation {
            rejected: rejected.into_iter().collect(),
            pull_request: Some(pull.number),
            contributors: contributors.accounts,
            units,
            details: blocking,
            ..Evaluation::of(reasons)
        }
    }

    fn asks_for_changes(&self, review: &Review) -> String {
        let user = review.user.and_then(|id| self.facts.users.get(&id));
        let login = user.map_or("somebody", |user| user.login.as_str());
        format!("{login} asks for changes, in review {}", review.id)
    }

    fn unit(
        &self,
        bench: &Bench<'_>,
        unit: &Unit,
        demand: &Result<Demand, Reason>,
        opinions: &[&Review],
    ) -> UnitEvaluation {
        let demand = match demand {
            Ok(demand) => demand,
            Err(reason) => {
                return UnitEvaluation {
                    reasons: vec![*reason],
                    ..self.described(unit, None)
                };
            }
        };
        let mut judged = self.described(unit, Some(demand));
        judged
            .reasons
            .extend(bytes::compare(unit, may_merge(unit, demand)));

        let mut approved: BTreeMap<Account, Account> = BTreeMap::new();
        for review in opinions {
            if review.state == ReviewState::ChangesRequested {
                continue;
            }
            match (bench.refusal(review, unit, demand), review.user) {
                (Some(reason), _) => judged.rejected.push(Rejected {
                    review: review.id,
                    reason,
                }),
                (None, Some(account)) => {
                    judged.counted.insert(review.id, account);
                    approved.insert(self.people.person(account), account);
                }
                (None, None) => {}
            }
        }
        for (team, needed) in &mut judged.teams {
            let Some(members) = self.teams.members(&team.as_str().into()) else {
                judged.reasons.push(Reason::TeamUnresolved);
                continue;
            };
            needed.has = approved
                .values()
                .copied()
                .filter(|id| members.contains(id))
                .collect();
            let others = candidates(bench, members).into_iter();
            needed.could = others
                .filter(|id| !approved.contains_key(&self.people.person(*id)))
                .collect();
        }
        judged
            .reasons
            .extend(satisfy(demand, &approved, &self.teams));
        judged.reasons.sort_unstable();
        judged.reasons.dedup();
        judged
    }

    fn described(&self, unit: &Unit, demand: Option<&Demand>) -> UnitEvaluation {
        UnitEvaluation {
            tier: risk(unit),
            environments: unit.envs.clone(),
            ..UnitEvaluation::needing(&unit.path, demand)
        }
    }

    /// Looks for an exception that covers what was denied. Where there are some and none does, they say why.
    fn break_glass(&self, evaluation: &mut Evaluation) {
        let contributors = &evaluation.contributors;
        let contributors = contributors
            .iter()
            .map(|id| self.people.person(*id))
            .collect();
        let mut refused = BTreeSet::new();
        for exception in &self.facts.exceptions {
            let (facts, rules, people, teams) = (self.facts, self.rules, &self.people, &self.teams);
            let refusal = exception::refusal(exception, facts, rules, people, teams, &contributors);
            let is_ratified =
                || ratification::is_ratified(exception, facts, rules, people, teams, &contributors);
            match refusal {
                None | Some(Reason::ExcExpired) if is_ratified() => {
                    evaluation.exception = Some(exception.id.clone());
                    evaluation.reasons = vec![Reason::Ratified];
                    evaluation.verdict = Verdict::Allow;
                    return;
                }
                None => {
                    evaluation.exception = Some(exception.id.clone());
                    evaluation.verdict = Verdict::AllowBreakGlass;
                    return;
                }
                Some(reason) => refused.insert(reason),
            };
        }
        if !refused.is_empty() {
            let ordinary = evaluation
                .reasons
                .iter()
                .map(|reason| format!("without the exception: {reason}"));
            evaluation.details.extend(ordinary);
            evaluation.reasons = refused.into_iter().collect();
            evaluation.settle();
        }
    }
}

/// Whether somebody who may be an approver contributed under a name nobody knows, to what is more than reading.
pub(super) fn hides_somebody(contributors: &Contributors, units: &[Unit], rules: &Rules) -> bool {
    let matters = |unit: &Unit| {
        risk(unit).is_some_and(|tier| tier > Tier::READ_ONLY) || is_governance(unit, rules)
    };
    contributors.has_unknown && rules.unknown_contributor_denies && units.iter().any(matters)
}

/// Whether a clean merge with what the branch changed meanwhile will do for a unit.
pub(super) fn may_merge(unit: &Unit, demand: &Demand) -> bool {
    demand.stale == Staleness::Content && risk(unit).is_none_or(|tier| tier < Tier::NEEDS_APPROVAL)
}
