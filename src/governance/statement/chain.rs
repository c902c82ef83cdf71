//! Statements chained by digest: each names the one before it, and each landing begins where the one before it ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::{Place, statement};
use super::fault::{ChainFault, FaultCode};
use super::history::{Judged, Policy};
use super::{Review, Statement};
use crate::closure::Pinned;
use crate::document::Digest;
use crate::document::model::Kind;
use crate::governance::Verdict;
use crate::governance::facts::Sha;

/// Most statements of one chain.
pub const MAX_STATEMENTS: usize = 100_000;
/// Most bytes of one chain.
pub const MAX_CHAIN_BYTES: usize = 512 * 1024 * 1024;

/// A statement of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it says.
    pub statement: Statement,
    /// Its canonical JSON.
    pub bytes: Vec<u8>,
    /// The digest of that.
    pub digest: Digest,
}

/// Statements about the landings of a branch, oldest first, without a gap: there is no other way to have one.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    links: Vec<Link>,
    policies: BTreeMap<Digest, Arc<Policy>>,
    /// The statement in force about each landing.
    by_tip: BTreeMap<Sha, usize>,
    tip: Option<Sha>,
    /// The policy as the latest landing left it, once one named it.
    governance: Option<Digest>,
    is_past_baseline: bool,
}

impl Chain {
    /// Reads a chain from lines of JSON.
    ///
    /// # Errors
    /// The first fault.
    pub fn read(bytes: &[u8]) -> Result<Self, ChainFault> {
        let mut chain = Self::default();
        let too_long = |message: String| ChainFault {
            code: FaultCode::TooMany,
            statement: 0,
            tip: None,
            message,
        };
        if bytes.len() > MAX_CHAIN_BYTES {
            return Err(too_long(format!(
                "there are {} bytes, and at most {MAX_CHAIN_BYTES} are read.",
                bytes.len()
            )));
        }
        for line in bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            if chain.links.len() == MAX_STATEMENTS {
                return Err(too_long(format!(
                    "there are more than {MAX_STATEMENTS} statements."
                )));
            }
            let statement = Statement::read(line).map_err(|message| ChainFault {
                code: FaultCode::Malformed,
                statement: chain.links.len() + 1,
                tip: None,
                message: format!("{message}."),
            })?;
            chain.push(statement, line.to_vec())?;
        }
        Ok(chain)
    }

    /// Goes on with landings. Those the chain has already stay as they are, unless they fare better now: an exception was
    /// granted, or what it let through was approved in the ordinary way. Then a statement is added that revises the earlier one.
    ///
    /// # Errors
    /// When a landing could not be judged, or does not follow.
    pub fn extended(mut self, judged: &[Judged<'_>]) -> Result<Self, ChainFault> {
        for landing in judged {
            let tip = &landing.record.facts.landing.tip;
            let before = self
                .of_landing(tip)
                .map(|link| (link.digest, link.statement.predicate.evaluation.verdict));
            let verdict = landing.evaluation.verdict;
            if before.is_some_and(|(_, before)| rank(verdict) <= rank(before)) {
                continue;
            }
            let unknown = |message: String| ChainFault {
                code: FaultCode::NotEvaluated,
                statement: self.links.len() + 1,
                tip: Some(tip.clone()),
                message,
            };
            let reasons: Vec<_> = landing
                .evaluation
                .reasons
                .iter()
                .map(|it| it.code())
                .collect();
            let policy = landing
                .policy
                .as_ref()
                .filter(|_| verdict != Verdict::Error);
            let Some(policy) = policy else {
                return Err(unknown(format!(
                    "{}: {}.",
                    reasons.join(", "),
                    landing.evaluation.details.join("; ")
                )));
            };
            let place = Place {
                previous: self.head(),
                revises: before.map(|(digest, _)| digest),
                knows_policy: self.policies.contains_key(&policy.document.digest()),
            };
            let statement = statement(landing, place)
                .and_then(|it| {
                    it.map(|it| it.to_bytes().map(|bytes| (it, bytes)))
                        .transpose()
                })
                .map_err(|error| unknown(format!("{error}.")))?;
            if let Some((statement, bytes)) = statement {
                self.push(statement, bytes)?;
            }
        }
        Ok(self)
    }

    /// The statements, oldest first.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The chain as lines of JSON.
    pub fn to_lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for link in &self.links {
            lines.extend_from_slice(&link.bytes);
            lines.push(b'\n');
        }
        lines
    }

    /// The digest of the last statement: who knows it knows the whole chain.
    pub fn head(&self) -> Option<Digest> {
        self.links.last().map(|link| link.digest)
    }

    /// The commit the last landing ended with.
    pub fn tip(&self) -> Option<&str> {
        self.tip.as_deref()
    }

    /// The policy as the latest landing left it: the last one a landing changed, else the one that judged the last landing.
    pub fn policy_in_force(&self) -> Option<Digest> {
        let last = self.links.last();
        let judged = last.map(|link| link.statement.predicate.policy.digest);
        self.governance.or(judged)
    }

    /// Whether it ends with this statement.
    ///
    /// # Errors
    /// When it does not: it is cut short, or another chain.
    pub fn ends_with(&self, head: Digest) -> Result<(), ChainFault> {
        if self.head() == Some(head) {
            return Ok(());
        }
        let end = self
            .head()
            .map_or("nothing".to_owned(), |it| it.to_string());
        Err(ChainFault {
            code: FaultCode::Head,
            statement: self.links.len(),
            tip: self.tip.clone(),
            message: format!("the chain ends with {end}, not with {head}."),
        })
    }

    /// The statement in force about the landing that ended with a commit.
    pub fn of_landing(&self, tip: &str) -> Option<&Link> {
        self.by_tip.get(tip).and_then(|at| self.links.get(*at))
    }

    /// The statements in force, in the order of the landings.
    pub fn in_force(&self) -> impl Iterator<Item = (usize, &Link)> {
        let landings = self.links.iter().enumerate();
        landings
            .filter(|(_, link)| link.statement.predicate.revises.is_none())
            .filter_map(|(_, link)| {
                let at = *self.by_tip.get(&link.statement.predicate.landing.tip)?;
                Some((at, self.links.get(at)?))
            })
    }

    pub(super) fn policy(&self, digest: Digest) -> Option<&Policy> {
        self.policies.get(&digest).map(Arc::as_ref)
    }

    /// Adds a statement after seeing that it follows.
    fn push(&mut self, statement: Statement, bytes: Vec<u8>) -> Result<(), ChainFault> {
        let review = &statement.predicate;
        let number = self.links.len() + 1;
        let tip = review.landing.tip.clone();
        let fault = |(code, message): (FaultCode, String)| ChainFault {
            code,
            statement: number,
            tip: Some(tip.clone()),
            message: format!("{message}."),
        };
        if review.previous != self.head() {
            let end =
                |digest: Option<Digest>| digest.map_or("none".to_owned(), |it| it.to_string());
            return Err(fault((
                FaultCode::Link,
                format!(
                    "it names {} as the statement before it, which is {}",
                    end(review.previous),
                    end(self.head())
                ),
            )));
        }
        self.follows(review).map_err(fault)?;
        let policy = self.policy_of(review).map_err(fault)?;
        self.policies.insert(review.policy.digest, policy);
        if review.revises.is_none() {
            self.tip = Some(tip.clone());
            self.is_past_baseline |= !review.landing.before_baseline;
            self.governance = governance(review).or(self.governance);
        }
        self.by_tip.insert(tip, self.links.len());
        let digest = Digest::of(&bytes);
        self.links.push(Link {
            statement,
            bytes,
            digest,
        });
        Ok(())
    }

    fn follows(&self, review: &Review) -> Result<(), (FaultCode, String)> {
        let landing = &review.landing;
        if let Some(revised) = review.revises {
            let earlier = self.of_landing(&landing.tip);
            return match earlier {
                Some(earlier) if earlier.digest == revised => {
                    self.revises(review, &earlier.statement.predicate)
                }
                _ => Err((
                    FaultCode::Repeated,
                    format!("it revises {revised}, which is not in force for this landing"),
                )),
            };
        }
        if self.by_tip.contains_key(&landing.tip) {
            return Err((
                FaultCode::Repeated,
                "an earlier statement is about the same landing".to_owned(),
            ));
        }
        if let Some(tip) = self.tip.as_ref().filter(|tip| **tip != landing.parent) {
            return Err((
                FaultCode::Order,
                format!(
                    "it begins at {}, but the landing before it ended with {tip}",
                    landing.parent
                ),
            ));
        }
        if self.links.is_empty() && !landing.before_baseline && !begins_at_baseline(review) {
            return Err((
                FaultCode::Order,
                "it is the first, and is neither the adoption of the policy nor begins at its baseline"
                    .to_owned(),
            ));
        }
        if landing.before_baseline && self.is_past_baseline {
            return Err((
                FaultCode::Order,
                "it lies before the baseline, after landings that do not".to_owned(),
            ));
        }
        Ok(())
    }

    /// A revision is about the same change under the same policy, and says more for it.
    fn revises(&self, review: &Review, earlier: &Review) -> Result<(), (FaultCode, String)> {
        let changes = |review: &Review| {
            let units = review.units.iter().map(|unit| unit.change.clone());
            units
                .map(|change| (change.path, change.landed))
                .collect::<Vec<_>>()
        };
        let is_same = review.landing == earlier.landing
            && review.documents == earlier.documents
            && review.policy.digest == earlier.policy.digest
            && changes(review) == changes(earlier);
        let is_more = rank(review.evaluation.verdict) > rank(earlier.evaluation.verdict);
        if is_same && is_more {
            return Ok(());
        }
        Err((
            FaultCode::Repeated,
            "it revises a statement about something else, or says no more for it".to_owned(),
        ))
    }

    /// The policy that judged: the one in force at the landing's parent, as far as the chain tells.
    fn policy_of(&self, review: &Review) -> Result<Arc<Policy>, (FaultCode, String)> {
        let named = &review.policy;
        let known = self.policies.get(&named.digest);
        let policy = match (known, &named.document) {
            (Some(policy), None) => Arc::clone(policy),
            (None, Some(document)) => Pinned::from_value(document.clone())
                .map_err(|error| error.to_string())
                .and_then(Policy::new)
                .map_err(|error| (FaultCode::Policy, error))?,
            (Some(_), Some(_)) => {
                let message = "it repeats a policy that an earlier statement holds".to_owned();
                return Err((FaultCode::Policy, message));
            }
            (None, None) => {
                let message = format!("no statement up to it holds the policy {}", named.digest);
                return Err((FaultCode::Policy, message));
            }
        };
        let metadata = &policy.document.metadata;
        let version = metadata.version.as_ref().map(ToString::to_string);
        if metadata.id != named.id || version.unwrap_or_default() != named.version {
            let message = "it gives the policy another id or version than it has".to_owned();
            return Err((FaultCode::Policy, message));
        }
        // At the adoption point the policy judges the landing that brought it.
        let in_force = match review.landing.before_baseline {
            true => governance(review).or(self.governance),
            false => self.governance,
        };
        let is_other = |digest: &Digest| *digest != named.digest;
        if let Some(digest) = in_force
            .filter(is_other)
            .filter(|_| review.revises.is_none())
        {
            let message = format!(
                "it was judged by the policy {}, but {digest} was in force",
                named.digest
            );
            return Err((FaultCode::Policy, message));
        }
        let first = self
            .links
            .first()
            .map(|link| &link.statement.predicate.repository);
        let first = first.unwrap_or(&review.repository);
        let place = |it: &crate::document::model::RepositoryRef| {
            (it.host.clone(), it.id, it.branch.clone())
        };
        if policy.rules.repository != review.repository || place(first) != place(&review.repository)
        {
            let message = "the repository or branch is not the policy's, or not the chain's";
            return Err((FaultCode::Repository, message.to_owned()));
        }
        Ok(policy)
    }
}

/// Whether a landing is the first one after the baseline of the policy it was judged by.
fn begins_at_baseline(review: &Review) -> bool {
    let policy = review.policy.document.as_ref();
    let commit = policy.and_then(|policy| policy.pointer("/spec/baseline/commit"));
    commit.and_then(serde_json::Value::as_str) == Some(review.landing.parent.as_str())
}

/// The digest of the policy that a landing left, if it changed it.
fn governance(review: &Review) -> Option<Digest> {
    let mut documents = review.documents.iter();
    let policy = documents.find(|document| document.kind == Kind::Governance);
    policy.map(|policy| policy.closure)
}

/// How much a verdict says for a landing.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Error | Verdict::Deny => 0,
        Verdict::AllowBreakGlass => 1,
        Verdict::Allow => 2,
    }
}
