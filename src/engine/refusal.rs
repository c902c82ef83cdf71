//! Why a call was refused: a closed list with the remedy of each.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::reason::Reason;

/// Why a proposed call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The action is not part of the runbook's closure.
    OutsideClosure,
    /// The runbook does not cover the incident's service and environment.
    OutOfScope,
    /// A required argument is missing.
    ArgumentMissing,
    /// An argument the action does not have.
    ArgumentUnknown,
    /// An argument of the wrong type or value.
    ArgumentInvalid,
    /// Text where only a value somebody vetted is allowed.
    FreeText,
    /// The target is on the runbook's `do_not_touch` list.
    DoNotTouch,
    /// Tier 3, irreversible, or above the runbook's `max_tier`.
    TierTooHigh,
    /// Without a matching signature only tier 0 is permitted.
    NoSignature,
    /// An ambiguous signature permits only tier 0.
    SignatureAmbiguous,
    /// The effective mode is `off`.
    ModeOff,
    /// The effective mode is `shadow`.
    ModeShadow,
    /// The effective mode is `advise`.
    ModeAdvise,
    /// The go-ahead the policy demands is not there.
    ApprovalMissing,
    /// The policy does not say who could give the go-ahead.
    ApprovalImpossible,
    /// A freeze covers the action.
    Frozen,
    /// The kill switch is thrown.
    KillSwitch,
    /// An incident commander is in control.
    Commander,
    /// Too many targets in one run.
    TargetCap,
    /// Too many actions of this tier within an hour.
    HourlyCap,
    /// The action's rate limit is reached.
    RateLimit,
    /// The same target was acted on too recently.
    Cooldown,
    /// Too many runs of the action at one time.
    Concurrency,
    /// Another write to the same target is under way.
    TargetBusy,
    /// A write without a verification.
    Unverified,
    /// The undo could not be prepared.
    UndoNotArmed,
    /// The undo no longer works.
    UndoExpired,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 27] = [
        Self::OutsideClosure,
        Self::OutOfScope,
        Self::ArgumentMissing,
        Self::ArgumentUnknown,
        Self::ArgumentInvalid,
        Self::FreeText,
        Self::DoNotTouch,
        Self::TierTooHigh,
        Self::NoSignature,
        Self::SignatureAmbiguous,
        Self::ModeOff,
        Self::ModeShadow,
        Self::ModeAdvise,
        Self::ApprovalMissing,
        Self::ApprovalImpossible,
        Self::Frozen,
        Self::KillSwitch,
        Self::Commander,
        Self::TargetCap,
        Self::HourlyCap,
        Self::RateLimit,
        Self::Cooldown,
        Self::Concurrency,
        Self::TargetBusy,
        Self::Unverified,
        Self::UndoNotArmed,
        Self::UndoExpired,
    ];

    /// The code as reports write it.
    pub const fn code(self) -> &'static str {
        self.describe().0
    }

    /// How the refusal can be mended, or who has to act instead.
    pub const fn help(self) -> &'static str {
        self.describe().1
    }

    /// The reason a run ends with when this refusal stops it.
    pub const fn reason(self) -> Reason {
        self.describe().2
    }

    const fn describe(self) -> (&'static str, &'static str, Reason) {
        match self {
            Self::OutsideClosure => (
                "outside_closure",
                "only actions that the approved runbook names may run; propose one of those or change the runbook",
                Reason::Unauthorised,
            ),
            Self::OutOfScope => (
                "out_of_scope",
                "choose a runbook whose `scope` covers the service and environment",
                Reason::OutOfScope,
            ),
            Self::ArgumentMissing => (
                "argument_missing",
                "pass every parameter the action requires",
                Reason::Unauthorised,
            ),
            Self::ArgumentUnknown => (
                "argument_unknown",
                "leave the argument out; the action does not have it",
                Reason::Unauthorised,
            ),
            Self::ArgumentInvalid => (
                "argument_invalid",
                "pass a value the parameter's type, pattern, `enum` and bounds allow",
                Reason::Unauthorised,
            ),
            Self::FreeText => (
                "free_text",
                "pass a value that is known in the catalogue; text never selects a target",
                Reason::Unauthorised,
            ),
            Self::DoNotTouch => (
                "do_not_touch",
                "a human has to act on this target",
                Reason::DoNotTouch,
            ),
            Self::TierTooHigh => (
                "tier_too_high",
                "a human has to run this action",
                Reason::TierTooHigh,
            ),
            Self::NoSignature => (
                "no_signature",
                "without a matching signature only tier 0 is permitted",
                Reason::TierTooHigh,
            ),
            Self::SignatureAmbiguous => (
                "signature_ambiguous",
                "an ambiguous signature permits only tier 0; settle its inconclusive conditions first",
                Reason::SignatureAmbiguous,
            ),
            Self::ModeOff => (
                "mode_off",
                "policy lets no automation act here",
                Reason::ModeOff,
            ),
            Self::ModeShadow => (
                "mode_shadow",
                "record the proposal; nothing is executed",
                Reason::ModeShadow,
            ),
            Self::ModeAdvise => (
                "mode_advise",
                "recommend the action to a human",
                Reason::ModeAdvise,
            ),
            Self::ApprovalMissing => (
                "approval_missing",
                "ask the people the policy names and propose again with their approval",
                Reason::Unauthorised,
            ),
            Self::ApprovalImpossible => (
                "approval_impossible",
                "name who approves this tier under `run_time_approval` of the policy",
                Reason::Unauthorised,
            ),
            Self::Frozen => (
                "frozen",
                "wait for the end of the freeze, or ask its owner",
                Reason::Frozen,
            ),
            Self::KillSwitch => (
                "kill_switch",
                "automation is halted until a human lifts it",
                Reason::KillSwitch,
            ),
            Self::Commander => (
                "commander",
                "the incident commander decides",
                Reason::Commander,
            ),
            Self::TargetCap => (
                "target_cap",
                "a human decides about further targets",
                Reason::CapExceeded,
            ),
            Self::HourlyCap => (
                "hourly_cap",
                "wait, or let a human act",
                Reason::CapExceeded,
            ),
            Self::RateLimit => (
                "rate_limit",
                "wait, or let a human act",
                Reason::CapExceeded,
            ),
            Self::Cooldown => (
                "cooldown",
                "wait until the last action on this target has shown its effect",
                Reason::CapExceeded,
            ),
            Self::Concurrency => (
                "concurrency",
                "wait for the run that is under way",
                Reason::CapExceeded,
            ),
            Self::TargetBusy => (
                "target_busy",
                "wait until the other write has ended",
                Reason::CapExceeded,
            ),
            Self::Unverified => (
                "unverified",
                "give the step a `verify` with a success condition",
                Reason::Unauthorised,
            ),
            Self::UndoNotArmed => (
                "undo_not_armed",
                "capture the snapshot the undo needs first",
                Reason::SnapshotFailed,
            ),
            Self::UndoExpired => (
                "undo_expired",
                "a human has to undo this by hand",
                Reason::RollbackFailed,
            ),
        }
    }
}

impl fmt::Display for Refusal {
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
        for refusal in Refusal::ALL {
            assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.code());
            assert!(seen.insert(refusal.code()) && !refusal.help().is_empty());
        }
    }
}
