//! Seeing again that what a chain says is so: from the statements alone, or from the records they were made of.

use std::collections::BTreeMap;

use super::build::{Place, statement};
use super::fault::{ChainFault, FaultCode};
use super::history::Judged;
use super::{Approval, Chain, Link, Requirement, Review, UnitReview};
use crate::governance::demand::{Demand, demand};
use crate::governance::evaluate::{hides_somebody, may_merge};
use crate::governance::facts::{self, Account, Facts, ReviewState};
use crate::governance::people::{Contributors, People};
use crate::governance::rules::Rules;
use crate::governance::satisfy::satisfy;
use crate::governance::teams::Teams;
use crate::governance::{Reason, Verdict, Weight, approval, bytes, exception, ratification, robot};

impl Chain {
    /// What the statements say of themselves that cannot be: approvals that are not enough by the policy, bytes that are not
    /// those that were reviewed, exceptions that do not cover. Whether an approval counted as such, only the facts tell.
    pub fn recheck(&self) -> Vec<ChainFault> {
        self.faults(|link| {
            let review = &link.statement.predicate;
            let policy = self.policy(review.policy.digest);
            let problem = policy.map(|policy| unsatisfied(review, &policy.rules));
            problem
                .unwrap_or_else(|| Some("its policy is not known".to_owned()))
                .map(|problem| (FaultCode::Unsatisfied, problem))
        })
    }

    /// What the statements say that the records do not give: each landing is judged again.
    ///
    /// Facts that were gathered later may hold more; then the verdict, its reasons, the units and documents have to be the same.
    pub fn recompute(&self, judged: &[Judged<'_>]) -> Vec<ChainFault> {
        let by_tip: BTreeMap<&str, &Judged<'_>> = judged
            .iter()
            .map(|landing| (landing.record.facts.landing.tip.as_str(), landing))
            .collect();
        let is_in_force = |link: &Link| {
            let tip = &link.statement.predicate.landing.tip;
            self.of_landing(tip)
                .is_some_and(|it| it.digest == link.digest)
        };
        self.faults(|link| {
            let review = &link.statement.predicate;
            // What was revised was judged by facts that are no longer the newest.
            if !is_in_force(link) {
                return None;
            }
            match by_tip.get(review.landing.tip.as_str()) {
                None => Some((FaultCode::NoRecord, "no record is about it".to_owned())),
                Some(landing) if landing.evaluation.verdict == Verdict::Error => {
                    let details = landing.evaluation.details.join("; ");
                    Some((FaultCode::NotEvaluated, details))
                }
                Some(landing) => {
                    different(link, landing).map(|message| (FaultCode::Differs, message))
                }
            }
        })
    }

    fn faults(&self, look: impl Fn(&Link) -> Option<(FaultCode, String)>) -> Vec<ChainFault> {
        let links = self.links().iter().enumerate();
        links
            .filter_map(|(at, link)| {
                let (code, message) = look(link)?;
                Some(ChainFault {
                    code,
                    statement: at + 1,
                    tip: Some(link.statement.predicate.landing.tip.clone()),
                    message: format!("{message}."),
                })
            })
            .collect()
    }
}

/// In which part a statement is not what its record gives.
fn different(link: &Link, landing: &Judged<'_>) -> Option<String> {
    let said = &link.statement.predicate;
    let place = Place {
        previous: said.previous,
        revises: said.revises,
        knows_policy: said.policy.document.is_none(),
    };
    let found = match statement(landing, place) {
        Ok(Some(found)) => found.predicate,
        Ok(None) => return Some("the record has no usable policy".to_owned()),
        Err(error) => return Some(error.to_string()),
    };
    let is_newer = found.evaluation.facts != said.evaluation.facts;
    let verdict = (found.evaluation.verdict, &found.evaluation.reasons);
    let parts = [
        ("landing", found.landing == said.landing),
        (
            "verdict",
            verdict == (said.evaluation.verdict, &said.evaluation.reasons),
        ),
        ("policy", found.policy == said.policy),
        ("documents", found.documents == said.documents),
        ("units", found.units == said.units),
        ("contributors", found.contributors == said.contributors),
        ("pull request", found.pull_request == said.pull_request),
        ("exception", is_newer || found.exception == said.exception),
        ("approvals", is_newer || found.approvals == said.approvals),
        ("teams", is_newer || found.teams == said.teams),
        ("accounts", is_newer || found.accounts == said.accounts),
        ("statement", is_newer || found == *said),
    ];
    let (part, _) = parts.into_iter().find(|(_, is_same)| !is_same)?;
    let (verdict, reasons) = verdict;
    let reasons: Vec<_> = reasons.iter().map(|reason| reason.code()).collect();
    Some(format!(
        "its {part} is not what the records give, where the verdict is {} [{}]",
        verdict.code(),
        reasons.join(", ")
    ))
}

/// Why what a statement allows does not follow from what it holds.
fn unsatisfied(review: &Review, rules: &Rules) -> Option<String> {
    let outcome = &review.evaluation;
    let outweighs = |reason: &&Reason| reason.weight() > Weight::Note;
    match outcome.verdict {
        Verdict::Deny => None,
        Verdict::Error => Some("it says that its landing could not be judged".to_owned()),
        Verdict::Allow if outcome.reasons.iter().any(|reason| outweighs(&reason)) => {
            Some("it allows its landing for reasons that deny it".to_owned())
        }
        Verdict::Allow if outcome.reasons.contains(&Reason::Grandfathered) => {
            (!review.landing.before_baseline)
                .then(|| "its landing does not lie before the baseline".to_owned())
        }
        Verdict::Allow if review.units.is_empty() => None,
        Verdict::Allow if outcome.reasons.contains(&Reason::Ratified) => {
            Again::new(review, rules).emergency(true)
        }
        Verdict::Allow => Again::new(review, rules).ordinary(),
        Verdict::AllowBreakGlass => Again::new(review, rules).emergency(false),
    }
}

/// A statement, to be judged again by what it holds.
struct Again<'r> {
    review: &'r Review,
    rules: &'r Rules,
    facts: Facts,
    contributors: Contributors,
    teams: Teams,
}

impl<'r> Again<'r> {
    fn new(review: &'r Review, rules: &'r Rules) -> Self {
        let facts = review.kept_facts();
        let people = People::new(rules, &facts);
        let accounts = &review.contributors.accounts;
        let contributors = Contributors {
            people: accounts.iter().map(|id| people.person(*id)).collect(),
            accounts: accounts.clone(),
            has_unknown: review.contributors.unknown,
        };
        let teams = Teams::new(rules, &facts);
        Self {
            review,
            rules,
            facts,
            contributors,
            teams,
        }
    }

    /// Whether an exception covers the landing, or covered it and was ratified.
    fn emergency(&self, is_ratified: bool) -> Option<String> {
        let Some(exception) = &self.review.exception else {
            return Some("it names no exception".to_owned());
        };
        let people = People::new(self.rules, &self.facts);
        let (facts, rules, teams) = (&self.facts, self.rules, &self.teams);
        let contributors = &self.contributors.people;
        match exception::refusal(exception, facts, rules, &people, teams, contributors) {
            None => {}
            Some(Reason::ExcExpired) if is_ratified => {}
            Some(reason) => return Some(format!("its exception is refused: {reason}")),
        }
        let late =
            || ratification::is_ratified(exception, facts, rules, &people, teams, contributors);
        (is_ratified && !late()).then(|| "its exception was not ratified".to_owned())
    }

    fn ordinary(&self) -> Option<String> {
        let Some(pull) = &self.review.pull_request else {
            return Some("it names no pull request".to_owned());
        };
        let people = People::new(self.rules, &self.facts);
        if hides_somebody(&self.contributors, &self.facts.units, self.rules) {
            return Some("somebody unknown contributed".to_owned());
        }
        let trusted = robot::demand(
            pull.author,
            &self.facts.units,
            &self.contributors,
            self.rules,
        );
        let said: BTreeMap<u64, &Approval> = self
            .review
            .approvals
            .counted
            .iter()
            .map(|approval| (approval.review, approval))
            .collect();
        self.review.units.iter().find_map(|unit| {
            let wanted = match &trusted {
                Some(demand) => Ok(demand.clone()),
                None => demand(&unit.change, self.rules),
            };
            let problem = match wanted {
                Ok(wanted) => self.unit(unit, &wanted, &said, &people),
                Err(reason) => Some(reason.code().to_owned()),
            };
            problem.map(|problem| format!("{}: {problem}", unit.change.path))
        })
    }

    fn unit(
        &self,
        unit: &UnitReview,
        wanted: &Demand,
        said: &BTreeMap<u64, &Approval>,
        people: &People<'_>,
    ) -> Option<String> {
        if unit.requires.as_ref() != Some(&required(wanted)) {
            return Some("the policy demands something else than the statement says".to_owned());
        }
        if let Some(reason) = bytes::compare(&unit.change, may_merge(&unit.change, wanted)) {
            return Some(reason.code().to_owned());
        }
        let mut approved: BTreeMap<Account, Account> = BTreeMap::new();
        for review in &unit.counted {
            let Some(given) = said.get(review) else {
                return Some(format!("review {review} is counted and not listed"));
            };
            match self.counts(given, people) {
                Ok(account) => approved.insert(people.person(account), account),
                Err(reason) => return Some(format!("review {review} is counted: {reason}")),
            };
        }
        satisfy(wanted, &approved, &self.teams).map(|reason| reason.code().to_owned())
    }

    /// Whether an approval may count, as far as a statement tells: whose it is, and when it was given.
    fn counts(&self, given: &Approval, people: &People<'_>) -> Result<Account, Reason> {
        let review = facts::Review {
            id: given.review,
            user: given.account,
            state: ReviewState::Approved,
            commit_id: given.commit.clone(),
            submitted_at: given.submitted_at,
            witness: None,
        };
        let account = approval::reviewer(&review, people, &self.contributors.people)?;
        let merged = self
            .review
            .pull_request
            .as_ref()
            .and_then(|pull| pull.merged_at);
        match merged.is_none_or(|merged| given.submitted_at > merged) {
            true => Err(Reason::ApprovalAfterMerge),
            false => Ok(account),
        }
    }
}

/// What a demand looks like in a statement.
fn required(demand: &Demand) -> Requirement {
    Requirement {
        teams: demand
            .require
            .iter()
            .map(|(team, count)| (team.as_str().to_owned(), *count))
            .collect(),
        min_distinct: demand.min_distinct,
        one_person_many_teams: demand.one_person_many_teams,
    }
}
