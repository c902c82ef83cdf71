//! Why a run ended: a closed list with a help text each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a run ended without its path's outcome (`docs/format.md`, "A run").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A row of the decision table says so.
    Decided,
    /// The last row of the decision table says so.
    Otherwise,
    /// No signature matched.
    NoSignature,
    /// The signature leads to no usable runbook.
    NoRunbook,
    /// No runbook of the signature covers service and environment.
    OutOfScope,
    /// The best signature is only possible.
    SignatureAmbiguous,
    /// Two signatures match and cannot be told apart.
    SignaturesTie,
    /// The decision table chose another writing path than the signature's route.
    RouteDisagrees,
    /// A row of the decision table could not be decided.
    Inconclusive,
    /// A step is above the runbook's tier, or for humans only.
    TierTooHigh,
    /// The effective mode is `off`.
    ModeOff,
    /// The effective mode is `shadow`.
    ModeShadow,
    /// The effective mode is `advise`.
    ModeAdvise,
    /// The call is not authorised.
    Unauthorised,
    /// The target must not be touched.
    DoNotTouch,
    /// A cap, rate limit, cool-down or concurrency limit is reached.
    CapExceeded,
    /// A freeze covers the action.
    Frozen,
    /// A preflight condition failed.
    PreflightFailed,
    /// A preflight condition could not be decided.
    PreflightInconclusive,
    /// A human refused.
    ApprovalDenied,
    /// Nobody approved in time.
    ApprovalTimeout,
    /// What the undo needs could not be captured.
    SnapshotFailed,
    /// The executor reported an error.
    ActionFailed,
    /// The executor did not answer: the effect is unknown.
    ActionTimeout,
    /// The action did not help, or made something worse.
    VerifyFailed,
    /// Whether the action helped could not be established.
    VerifyInconclusive,
    /// The writes of the run were undone.
    RolledBack,
    /// A write of the run could not be undone.
    RollbackFailed,
    /// The kill switch was thrown.
    KillSwitch,
    /// An incident commander took over.
    Commander,
    /// The incident became more severe than when the run began.
    SeverityRaised,
    /// A budget is used up.
    BudgetExceeded,
    /// Another signature came ahead before the write.
    NewSignature,
    /// The signature no longer matched before the write.
    ConfidenceFell,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 34] = [
        Self::Decided,
        Self::Otherwise,
        Self::NoSignature,
        Self::NoRunbook,
        Self::OutOfScope,
        Self::SignatureAmbiguous,
        Self::SignaturesTie,
        Self::RouteDisagrees,
        Self::Inconclusive,
        Self::TierTooHigh,
        Self::ModeOff,
        Self::ModeShadow,
        Self::ModeAdvise,
        Self::Unauthorised,
        Self::DoNotTouch,
        Self::CapExceeded,
        Self::Frozen,
        Self::PreflightFailed,
        Self::PreflightInconclusive,
        Self::ApprovalDenied,
        Self::ApprovalTimeout,
        Self::SnapshotFailed,
        Self::ActionFailed,
        Self::ActionTimeout,
        Self::VerifyFailed,
        Self::VerifyInconclusive,
        Self::RolledBack,
        Self::RollbackFailed,
        Self::KillSwitch,
        Self::Commander,
        Self::SeverityRaised,
        Self::BudgetExceeded,
        Self::NewSignature,
        Self::ConfidenceFell,
    ];

    /// The code as documents and reports write it.
    pub const fn code(self) -> &'static str {
        self.describe().0
    }

    /// What a human who takes over should know about this reason.
    pub const fn help(self) -> &'static str {
        self.describe().1
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Decided => (
                "decided",
                "The decision table hands this case to a human on purpose; `because` says why.",
            ),
            Self::Otherwise => (
                "otherwise",
                "No row of the decision table fits: diagnose by hand, and add a row if this case recurs.",
            ),
            Self::NoSignature => (
                "no_signature",
                "No stable signature matches this incident: diagnose by hand, and write a postmortem so that the next one is recognised.",
            ),
            Self::NoRunbook => (
                "no_runbook",
                "The signature matches, but no usable stable runbook answers it: handle the incident by hand.",
            ),
            Self::OutOfScope => (
                "out_of_scope",
                "The runbook does not cover this service and environment: handle the incident by hand.",
            ),
            Self::SignatureAmbiguous => (
                "signature_ambiguous",
                "The evidence fits a known failure but does not prove it: look at the inconclusive conditions first.",
            ),
            Self::SignaturesTie => (
                "signatures_tie",
                "Two known failures fit equally well: find the observation that tells them apart.",
            ),
            Self::RouteDisagrees => (
                "route_disagrees",
                "Signature and decision table disagree about the remedy: decide by hand, and mend the one that is wrong.",
            ),
            Self::Inconclusive => (
                "inconclusive",
                "A row of the decision table could not be decided: restore the missing telemetry or decide by hand.",
            ),
            Self::TierTooHigh => (
                "tier_too_high",
                "The step is too risky for an agent: a human has to run it.",
            ),
            Self::ModeOff => (
                "mode_off",
                "Policy lets no automation act here: handle the incident by hand.",
            ),
            Self::ModeShadow => (
                "mode_shadow",
                "The run was recorded only; what it would have done is listed as proposed.",
            ),
            Self::ModeAdvise => (
                "mode_advise",
                "Policy lets automation only advise here: the proposed steps are for a human to run.",
            ),
            Self::Unauthorised => (
                "unauthorised",
                "The call was refused; the refusals name the rule and the remedy.",
            ),
            Self::DoNotTouch => (
                "do_not_touch",
                "The target is on the runbook's `do_not_touch` list: a human has to decide.",
            ),
            Self::CapExceeded => (
                "cap_exceeded",
                "Automation has acted here too often or too widely: look for the cause before acting again.",
            ),
            Self::Frozen => (
                "frozen",
                "A freeze is in force: whoever owns it has to decide.",
            ),
            Self::PreflightFailed => (
                "preflight_failed",
                "A condition for acting does not hold: the trace names it.",
            ),
            Self::PreflightInconclusive => (
                "preflight_inconclusive",
                "A condition for acting could not be decided: the trace names it.",
            ),
            Self::ApprovalDenied => (
                "approval_denied",
                "A human refused the step: ask them what they know.",
            ),
            Self::ApprovalTimeout => (
                "approval_timeout",
                "Nobody answered the request for approval in time: decide and act by hand.",
            ),
            Self::SnapshotFailed => (
                "snapshot_failed",
                "The undo could not be prepared, so nothing was done: act by hand, with a way back.",
            ),
            Self::ActionFailed => (
                "action_failed",
                "The executor refused or failed: the error is quoted in the handoff.",
            ),
            Self::ActionTimeout => (
                "action_timeout",
                "The executor did not answer: find out whether the action took effect before doing anything else.",
            ),
            Self::VerifyFailed => (
                "verify_failed",
                "The action ran and the symptom is still there, or a neighbour suffers: consider the armed undo.",
            ),
            Self::VerifyInconclusive => (
                "verify_inconclusive",
                "The action ran and nobody can tell whether it helped: look at the service before the armed undo expires.",
            ),
            Self::RolledBack => (
                "rolled_back",
                "The action did not help and was undone: the cause lies elsewhere.",
            ),
            Self::RollbackFailed => (
                "rollback_failed",
                "The undo failed: the system is between two states and needs a human now.",
            ),
            Self::KillSwitch => (
                "kill_switch",
                "Automation was halted: check what is in flight and what is armed.",
            ),
            Self::Commander => (
                "commander",
                "An incident commander is in control: they have the evidence and decide.",
            ),
            Self::SeverityRaised => (
                "severity_raised",
                "The incident became more severe: a human decides from here.",
            ),
            Self::BudgetExceeded => (
                "budget_exceeded",
                "The run used up its time, actions or queries: continue by hand.",
            ),
            Self::NewSignature => (
                "new_signature",
                "Another failure now fits better than the one acted on: start the diagnosis again.",
            ),
            Self::ConfidenceFell => (
                "confidence_fell",
                "The evidence no longer supports the action: the incident may be ending or may be another one.",
            ),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_serde_writes_and_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
            assert!(seen.insert(reason.code()) && !reason.help().is_empty());
        }
    }

    #[test]
    fn the_format_page_names_exactly_these_reasons() {
        let page = include_str!("../../docs/format.md");
        let listed = page
            .split_once("Reason codes of an ended run: `")
            .and_then(|(_, rest)| rest.split_once('`'))
            .map(|(codes, _)| codes.split(',').map(str::trim).collect::<Vec<_>>())
            .unwrap();
        assert_eq!(listed, Reason::ALL.map(Reason::code));
    }
}
