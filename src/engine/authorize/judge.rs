//! Judging one step of a runbook: every rule, in a fixed order.

use super::{ApprovalDemand, Authorised, RefusalReason, Situation, Verdict, frozen, resolve, tier};
use crate::document::model::{HaltLevel, Mode, Tier};
use crate::engine::call::Call;
use crate::engine::evidence::Arguments;
use crate::engine::incident::Incident;
use crate::engine::limits;
use crate::engine::policy::ModeQuestion;
use crate::engine::prepared::{Prepared, PreparedRunbook, PreparedStep, Standing};
use crate::engine::refusal::Refusal;

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
    let commander = match incident.commander_active {
        Some(true) => Some("an incident commander is in control"),
        None if action.writes() => Some(
            "whether an incident commander is in control is not known: `commander_active` is missing",
        ),
        Some(false) | None => None,
    };
    if let Some(message) = commander {
        refuse(Refusal::Commander, message.to_owned());
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
        digest,
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
