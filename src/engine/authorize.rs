//! Authorisation: the one function that lets a call through.
//!
//! The machine asks it before each call, and `rbk authorize` answers with it. An [`Authorised`]
//! call can be made nowhere else, and a command to execute can be made from nothing else.

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use super::arguments::{Vocabulary, validate};
use super::call::{Call, Constraints, PastAction};
use super::evidence::{Arguments, ChangeRecord};
use super::incident::Incident;
use super::limits;
use super::policy::{EffectiveMode, ModeQuestion, Policy};
use super::prepared::{Prepared, PreparedAction, PreparedRunbook, PreparedStep, Standing};
use super::reason::Refusal;
use super::scope::{Scope, fill};
use crate::document::Digest;
use crate::document::id::{ActionId, RunbookId, StepId, TeamId};
use crate::document::model::{HaltLevel, Mode, RunTimeApproval, Tier};
use crate::document::unit::Duration;

/// A call somebody would like to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
            stop_on_timeout: rule.on_timeout == Some(crate::document::model::TimeoutAction::Stop),
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

/// A step with the arguments it is to be run with.
pub(crate) struct Request<'a> {
    pub(crate) step: &'a PreparedStep,
    pub(crate) arguments: Arguments,
    /// Another attempt of a call that failed: the cool-down is the step's own.
    pub(crate) retry: bool,
}

/// Judges a step of a runbook.
pub(crate) fn judge(
    prepared: &Prepared,
    runbook: &PreparedRunbook,
    situation: &Situation<'_>,
    request: &Request<'_>,
) -> Verdict {
    let policy = prepared.policy();
    let (step, action) = (request.step, &*request.step.action);
    let incident = situation.incident;
    let mut reasons = Vec::new();
    let mut refuse = |code, message: String| reasons.push(RefusalReason::new(code, message));

    if runbook.standing() == Standing::Ignored {
        refuse(
            Refusal::OutsideClosure,
            format!("runbook `{}` is not in force", runbook.id),
        );
    }
    if !runbook.covers(&incident.service, &incident.environment) {
        let (service, environment) = (&incident.service, &incident.environment);
        let message = format!("`{}` does not cover {service} in {environment}", runbook.id);
        refuse(Refusal::OutOfScope, message);
    }
    let (arguments, target) = match resolve(action, &request.arguments, &prepared.vocabulary) {
        Ok(resolved) => resolved,
        Err(problems) => {
            reasons.extend(problems);
            return Verdict::refused(reasons);
        }
    };
    let tier = tier(
        action,
        step.tier,
        &arguments,
        target.as_deref(),
        situation.run,
    );
    let max_tier = runbook.spec().autonomy.max_tier;
    if tier == Tier::HUMAN_ONLY || tier > max_tier {
        refuse(
            Refusal::TierTooHigh,
            format!("tier {tier}; the runbook goes up to {max_tier}"),
        );
    }
    if let Some(limit) = situation.limit.filter(|_| tier > Tier::READ_ONLY) {
        refuse(limit, format!("tier {tier}"));
    }
    let mode = policy.effective_mode(&ModeQuestion {
        environment: &incident.environment,
        tier,
        runbook: Some(runbook.spec().autonomy.mode),
        action: action.max_mode(),
        rollout: Some(policy.rollout(&incident.service)),
        halt: situation.halt,
        frozen: None,
        status: (situation.shadow || runbook.standing() == Standing::Shadow)
            .then_some(Mode::Shadow),
    });
    // A halt that stops is named as what it is, before the mode it leads to.
    if let Some(level @ (HaltLevel::PauseNew | HaltLevel::StopNow)) = situation.halt {
        refuse(Refusal::KillSwitch, format!("{level:?}"));
    }
    if incident.commander_active == Some(true) {
        refuse(
            Refusal::Commander,
            "an incident commander is in control".to_owned(),
        );
    }
    let too_low = match mode.mode {
        Mode::Off => Some(Refusal::ModeOff),
        Mode::Shadow => Some(Refusal::ModeShadow),
        Mode::Advise => Some(Refusal::ModeAdvise),
        Mode::Gated | Mode::Auto => None,
    };
    if let Some(code) = too_low {
        let lowest = mode.contributions.iter().find(|c| c.mode == mode.mode);
        let detail = lowest.map(|c| c.detail.as_str()).unwrap_or_default();
        refuse(
            code,
            format!("the effective mode is {} ({detail})", mode.mode),
        );
    }
    if let Some(pattern) = target
        .as_deref()
        .and_then(|t| runbook.do_not_touch.covers(t))
    {
        let target = target.as_deref().unwrap_or_default();
        let message = format!("target `{target}` is covered by `{pattern}`");
        refuse(Refusal::DoNotTouch, message);
    }
    if let Some(freeze) = frozen(policy, situation, tier, action) {
        refuse(Refusal::Frozen, format!("freeze `{freeze}`"));
    }
    if action.writes() && step.verify.is_none() {
        refuse(
            Refusal::Unverified,
            format!("step `{}` changes the world unseen", step.id),
        );
    }
    for (code, message) in limits::exceeded(
        action,
        target.as_deref(),
        tier,
        policy.caps(tier),
        situation,
        request.retry,
    ) {
        refuse(code, message);
    }
    let call = Call {
        runbook: runbook.id.clone(),
        closure: runbook.digest,
        step: step.id.clone(),
        action: action.id.clone(),
        arguments,
        target,
        tier,
        undo: false,
    };
    let digest = call.digest();
    if digest.is_none() {
        refuse(
            Refusal::ArgumentInvalid,
            "an argument has no canonical form".to_owned(),
        );
    }
    let approval = demand(prepared, incident, tier, mode.mode);
    match &approval {
        Err(()) => refuse(
            Refusal::ApprovalImpossible,
            format!("nobody may approve tier {tier}"),
        ),
        Ok(Some(_)) if situation.approved.is_none() || situation.approved != digest => {
            refuse(
                Refusal::ApprovalMissing,
                format!("tier {tier} in mode {}", mode.mode),
            );
        }
        Ok(_) => {}
    }
    let pass = reasons.is_empty().then(|| Authorised {
        call: call.clone(),
        mode: mode.mode,
        constraints: limits::constraints(action, policy.caps(tier)),
        timeout: action.timeout(),
    });
    Verdict {
        allowed: pass.is_some(),
        reasons,
        mode: Some(mode),
        call: Some(call),
        approval: approval.ok().flatten(),
        pass,
    }
}

/// The go-ahead a call needs. `Err` when one is needed and nobody could give it.
fn demand(
    prepared: &Prepared,
    incident: &Incident,
    tier: Tier,
    mode: Mode,
) -> Result<Option<ApprovalDemand>, ()> {
    if mode != Mode::Gated {
        return Ok(None);
    }
    let policy = prepared.policy();
    match policy.approval(tier) {
        None if tier == Tier::READ_ONLY => Ok(None),
        None => Err(()),
        Some(rule) => {
            let demand = ApprovalDemand::new(rule, policy, prepared.oncall(&incident.service));
            if demand.approvals == 0 && tier == Tier::READ_ONLY {
                return Ok(None);
            }
            if demand.approvals == 0 || demand.from.is_empty() {
                return Err(());
            }
            Ok(Some(demand))
        }
    }
}

/// Validated arguments and the target they select.
pub(crate) type Resolved = (Arguments, Option<String>);

/// Validates arguments and fills in the target.
pub(crate) fn resolve(
    action: &PreparedAction,
    given: &Arguments,
    vocabulary: &Vocabulary,
) -> Result<Resolved, Vec<RefusalReason>> {
    let arguments = validate(given.clone(), &action.params, vocabulary, action.writes()).map_err(
        |problems| {
            problems
                .into_iter()
                .map(|p| RefusalReason::new(p.code, p.message))
                .collect::<Vec<_>>()
        },
    )?;
    let invalid = |message: String| vec![RefusalReason::new(Refusal::ArgumentInvalid, message)];
    let target = match &action.target {
        None if action.writes() => {
            return Err(invalid(format!("action `{}` names no target", action.id)));
        }
        None => None,
        Some(template) => {
            let scope = Scope::default().with_params(&arguments);
            match fill(template, &scope) {
                Ok(serde_json::Value::String(target)) => Some(target),
                Ok(_) => return Err(invalid("the target is not a text".to_owned())),
                Err(error) => return Err(invalid(format!("target: {error}"))),
            }
        }
    };
    Ok((arguments, target))
}

/// The tier of a call: what the action computes, what the step raises, and 2 for a repeated write
/// on one target within the run.
pub(crate) fn tier(
    action: &PreparedAction,
    raised: Option<Tier>,
    arguments: &Arguments,
    target: Option<&str>,
    run: &[PastAction],
) -> Tier {
    let own = action
        .tier(arguments)
        .max(raised.unwrap_or(Tier::READ_ONLY));
    let repeated = action.writes()
        && target.is_some()
        && run.iter().any(|past| {
            !past.undo && past.tier > Tier::READ_ONLY && past.target.as_deref() == target
        });
    if repeated {
        own.max(Tier::NEEDS_APPROVAL)
    } else {
        own
    }
}

/// The freeze in force for a call, if any.
pub(crate) fn frozen<'a>(
    policy: &'a Policy,
    situation: &Situation<'_>,
    tier: Tier,
    action: &PreparedAction,
) -> Option<&'a str> {
    if situation
        .frozen_since
        .is_some_and(|since| since <= situation.now)
        && action.writes()
    {
        return Some("declared");
    }
    let environment = &situation.incident.environment;
    policy.freeze_at(environment, tier, Some(&action.id), situation.now)
}

/// Judges the undo of a call made in `mode`: freezes, caps and the mode do not stop it, a halt to everything and
/// a commander do.
pub(crate) fn judge_undo(
    runbook: &PreparedRunbook,
    situation: &Situation<'_>,
    call: &Call,
    mode: Mode,
) -> Result<Authorised, RefusalReason> {
    let refuse = |code, message: &str| Err(RefusalReason::new(code, message));
    if situation.halt == Some(HaltLevel::StopNow) {
        return refuse(Refusal::KillSwitch, "stop_now");
    }
    if situation.incident.commander_active == Some(true) {
        return refuse(Refusal::Commander, "an incident commander is in control");
    }
    let Some(action) = runbook.actions.get(&call.action) else {
        return refuse(
            Refusal::OutsideClosure,
            "the undo is not part of the closure",
        );
    };
    if let Some(target) = &call.target
        && runbook.do_not_touch.covers(target).is_some()
    {
        return refuse(Refusal::DoNotTouch, "the undo's target must not be touched");
    }
    Ok(Authorised {
        call: call.clone(),
        mode,
        constraints: limits::constraints(action, Default::default()),
        timeout: action.timeout(),
    })
}
