//! Authorisation: the one function that lets a call through.
//!
//! The machine asks it before each call, and `rbk authorize` answers with it. An [`Authorised`]
//! call can be made nowhere else, and a command to execute can be made from nothing else.

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use super::call::{Call, Constraints, PastAction};
use super::evidence::{Arguments, ChangeRecord};
use super::incident::Incident;
use super::policy::{EffectiveMode, Policy};
use super::prepared::{Prepared, PreparedStep};
use super::refusal::Refusal;
use super::scope::Scope;
use crate::document::Digest;
use crate::document::id::{ActionId, RunbookId, StepId, TeamId};
use crate::document::model::{HaltLevel, Mode, RunTimeApproval, TimeoutAction};
use crate::document::unit::Duration;

mod judge;
mod resolve;

pub(crate) use judge::{Request, judge};
pub(crate) use resolve::{frozen, judge_undo, resolve, tier};

/// A call somebody would like to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The runbook it belongs to.
    pub runbook: RunbookId,
    /// The step; the first one with this action when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The action.
    pub action: ActionId,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Arguments,
}

/// The circumstances of a call.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The moment.
    pub now: Timestamp,
    /// The kill switch.
    pub halt: Option<HaltLevel>,
    /// Since when a freeze that the policy does not know covers everything.
    pub frozen_since: Option<Timestamp>,
    /// The changes of the incident's service; `None` when the feed could not be read.
    pub changes: Option<&'a [ChangeRecord]>,
    /// What other runs did lately.
    pub history: &'a [PastAction],
    /// What this run did so far.
    pub run: &'a [PastAction],
    /// Why only tier 0 is permitted: [`Refusal::NoSignature`] or [`Refusal::SignatureAmbiguous`].
    pub limit: Option<Refusal>,
    /// The signature acted on is not stable.
    pub shadow: bool,
    /// The digest of the call that was approved.
    pub approved: Option<Digest>,
}

/// A reason for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalReason {
    /// Its code.
    pub code: Refusal,
    /// What is in the way.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl RefusalReason {
    pub(crate) fn new(code: Refusal, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: code.help().to_owned(),
        }
    }
}

/// The answer to a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the call may be made now.
    pub allowed: bool,
    /// Every reason against it, the most fundamental first.
    pub reasons: Vec<RefusalReason>,
    /// The effective mode with everything that limits it, once the tier is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<EffectiveMode>,
    /// The call as it would be made, when its arguments are valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// The digest of the call: what an approval has to name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The go-ahead it needs; given or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalDemand>,
    #[serde(skip)]
    pass: Option<Authorised>,
}

impl Verdict {
    fn refused(reasons: Vec<RefusalReason>) -> Self {
        Self {
            allowed: false,
            reasons,
            mode: None,
            call: None,
            digest: None,
            approval: None,
            pass: None,
        }
    }

    /// The permission, when the call is allowed.
    pub fn authorised(self) -> Option<Authorised> {
        self.pass
    }

    /// The first reason against the call other than a go-ahead that can still be asked for.
    fn obstacle(&self) -> Option<&RefusalReason> {
        self.reasons
            .iter()
            .find(|reason| reason.code != Refusal::ApprovalMissing)
    }

    /// The first reason against a step that is only about to be prepared: its go-ahead can still be
    /// asked for, and whether a commander is in control is its preflight's business.
    pub(crate) fn early_obstacle(&self) -> Option<&RefusalReason> {
        self.reasons
            .iter()
            .find(|reason| !matches!(reason.code, Refusal::ApprovalMissing | Refusal::Commander))
    }

    /// Whether only the go-ahead is missing.
    pub fn awaits_approval(&self) -> bool {
        !self.allowed && self.obstacle().is_none()
    }
}

/// A go-ahead that the policy demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalDemand {
    /// How many.
    pub approvals: u32,
    /// Teams whose members may give it.
    pub from: Vec<TeamId>,
    /// Whether they must be different people.
    pub distinct: bool,
    /// How long the question stands.
    pub expires: Duration,
    /// Whether silence ends the run as stopped instead of escalated.
    pub stop_on_timeout: bool,
}

/// How long a question for approval stands when the policy does not say.
const DEFAULT_EXPIRY: Duration = Duration::from_secs(900);

impl ApprovalDemand {
    fn new(rule: &RunTimeApproval, policy: &Policy, oncall: Option<&TeamId>) -> Self {
        Self {
            approvals: rule.approvals,
            from: policy.teams_of(&rule.from, oncall).into_iter().collect(),
            distinct: rule.distinct,
            expires: rule.expires.unwrap_or(DEFAULT_EXPIRY),
            stop_on_timeout: rule.on_timeout == Some(TimeoutAction::Stop),
        }
    }
}

/// A call that may be made now. Only authorisation makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorised {
    call: Call,
    mode: Mode,
    constraints: Constraints,
    timeout: Duration,
}

impl Authorised {
    /// The call.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The effective mode it is made in.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What the executor must keep to.
    pub fn constraints(&self) -> Constraints {
        self.constraints
    }

    /// Longest run.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn into_call(self) -> Call {
        self.call
    }
}

/// Judges a proposal from outside: a human, a model, another program.
///
/// The proposal has to be a step of the runbook, with the arguments the step itself would fill in.
pub fn authorize(prepared: &Prepared, situation: &Situation<'_>, proposal: &Proposal) -> Verdict {
    let refuse = |code, message: String| Verdict::refused(vec![RefusalReason::new(code, message)]);
    let Some(runbook) = prepared.runbook(&proposal.runbook) else {
        let message = format!(
            "there is no usable runbook `{}`",
            quoted(proposal.runbook.as_str())
        );
        return refuse(Refusal::OutsideClosure, message);
    };
    let steps = || runbook.paths.values().flat_map(|path| &path.steps);
    let named = |step: &&PreparedStep| {
        step.action.id == proposal.action && proposal.step.as_ref().is_none_or(|id| step.id == *id)
    };
    let Some(step) = steps().find(named) else {
        let message = format!(
            "no step of runbook `{}` runs action `{}`",
            runbook.id,
            quoted(proposal.action.as_str())
        );
        return refuse(Refusal::OutsideClosure, message);
    };
    let mut verdict = judge(
        prepared,
        runbook,
        situation,
        &Request {
            step,
            arguments: proposal.arguments.clone(),
            retry: false,
        },
    );
    // Arguments that are no arguments of the action are not compared with those of the step.
    if verdict.call.is_none() {
        return verdict;
    }
    let scope = Scope::new(situation.incident).with_changes(situation.changes);
    let expected = match step.arguments.fill(&scope) {
        Ok(expected) => expected,
        Err(error) => {
            verdict.refuse(
                Refusal::ArgumentInvalid,
                format!("step `{}`: {error}", step.id),
            );
            return verdict;
        }
    };
    for (name, value) in expected {
        if proposal
            .arguments
            .get(&name)
            .is_some_and(|given| *given != value)
        {
            let message = format!(
                "step `{}` of the runbook fills `{name}` with {value}",
                step.id
            );
            verdict.refuse(Refusal::ArgumentInvalid, message);
        }
    }
    verdict
}

fn quoted(text: &str) -> String {
    super::text::quote(text).trim_matches('"').to_owned()
}

impl Verdict {
    fn refuse(&mut self, code: Refusal, message: impl Into<String>) {
        self.allowed = false;
        self.pass = None;
        self.reasons.push(RefusalReason::new(code, message));
    }
}
