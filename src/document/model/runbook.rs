//! Runbooks (DESIGN §3.4): what may be done about one class of incident.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Budgets, Check};
use crate::document::id::{
    ActionId, AlertName, CheckName, ClassId, EnvironmentId, PathId, ServiceId, StepId,
};
use crate::document::unit::Duration;

/// Risk tier of an action: 0 read-only, 1 low-risk and reversible, 2 needs a human's go-ahead,
/// 3 human-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Tier(u8);

impl Tier {
    /// Read-only.
    pub const READ_ONLY: Self = Self(0);
    /// Low-risk and reversible, capped.
    pub const LOW_RISK: Self = Self(1);
    /// Needs a human's go-ahead.
    pub const NEEDS_APPROVAL: Self = Self(2);
    /// Never run by an agent.
    pub const HUMAN_ONLY: Self = Self(3);
    /// All tiers, rising.
    pub const ALL: [Self; 4] = [
        Self::READ_ONLY,
        Self::LOW_RISK,
        Self::NEEDS_APPROVAL,
        Self::HUMAN_ONLY,
    ];

    /// The tier as a number from 0 to 3.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Tier {
    type Error = String;

    fn try_from(value: u8) -> Result<Self, String> {
        (value <= 3)
            .then_some(Self(value))
            .ok_or_else(|| format!("{value} is not a tier: use 0, 1, 2 or 3"))
    }
}

impl From<Tier> for u8 {
    fn from(tier: Tier) -> Self {
        tier.0
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far automation may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing.
    Off,
    /// Decide and record; tell nobody.
    Shadow,
    /// Decide and recommend to a human.
    Advise,
    /// Act after a human's go-ahead.
    Gated,
    /// Act.
    Auto,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Shadow => "shadow",
            Self::Advise => "advise",
            Self::Gated => "gated",
            Self::Auto => "auto",
        })
    }
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The cause is gone.
    Resolved,
    /// The symptom is gone; the cause needs a human.
    Mitigated,
    /// A human has it, with the evidence.
    Escalated,
    /// There was nothing to do.
    Dismissed,
    /// A human or a switch ended the run.
    Stopped,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolved => "resolved",
            Self::Mitigated => "mitigated",
            Self::Escalated => "escalated",
            Self::Dismissed => "dismissed",
            Self::Stopped => "stopped",
        })
    }
}

/// What may be done about one class of incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Runbook {
    /// The class it answers.
    pub incident_class: ClassId,
    /// Alerts that start it without a signature; it then may not write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertName>,
    /// Where it applies.
    pub scope: Scope,
    /// How far it may go.
    pub autonomy: Autonomy,
    /// Observations by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<CheckName, Check>,
    /// The decision table: first match wins, the last row is `otherwise`.
    #[serde(default)]
    pub decide: Vec<Decision>,
    /// What can be done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub paths: BTreeMap<PathId, Path>,
    /// Whom to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate: Option<Escalate>,
    /// Stop conditions beyond the policy's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_when: Vec<String>,
    /// Budgets tighter than the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budgets: Option<Budgets>,
    /// Handoff fields beyond the policy's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handoff: Vec<String>,
}

/// Where a runbook applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Services it may be run for.
    pub services: Vec<ServiceId>,
    /// Environments it may be run in.
    pub environments: Vec<EnvironmentId>,
    /// Glob patterns of targets it never touches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub do_not_touch: Vec<String>,
}

/// How far a runbook may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autonomy {
    /// Highest tier any of its steps may have.
    pub max_tier: Tier,
    /// Highest mode it may run in.
    pub mode: Mode,
}

/// A row of the decision table: exactly one of `when` and `otherwise`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// A condition over check names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The path to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathId>,
    /// Whom to escalate to: `service_oncall`, `owner_of_dependency` or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate: Option<String>,
    /// End here: only `dismissed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The last row: `escalate` or `dismiss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<DecisionOutcome>,
    /// Why, for the handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// What the last row of a decision table does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionOutcome {
    /// Hand over to the runbook's escalation target.
    Escalate,
    /// Nothing to do.
    Dismiss,
}

/// A short linear list of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// Conditions added to what the actions require.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<String>,
    /// What is done, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// How the path ends when every step is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why this path may write without a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
}

/// A reasoned departure from the demand for a rollback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Why nothing has to be rolled back.
    pub no_rollback: String,
}

/// One action with its verification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Unique within the path.
    pub id: StepId,
    /// What is done.
    pub action: ActionId,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
    /// Raises the action's tier; never lowers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// How its effect is observed. Every write has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// What happens when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<OnFailure>,
    /// Further attempts of an idempotent action that errored or timed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

/// How a step's effect is observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verify {
    /// Time between the action and the first look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle: Option<Duration>,
    /// How long success must hold; the action's floor when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<Duration>,
    /// Time after the action by which success must have held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// Condition that means it worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
    /// Condition that means it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Condition that must keep holding for neighbours and dependants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
}

/// What happens when a step fails. Inconclusive always escalates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Undo the steps taken, last in, first out; then escalate.
    Rollback,
    /// Leave things as they are and escalate.
    Escalate,
}

/// Further attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// Time between two attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<Duration>,
}

/// Whom to tell, and who is next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalate {
    /// `service_oncall`, `owner_of_dependency` or a team.
    pub to: String,
    /// Time to acknowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_within: Option<Duration>,
    /// Who is told when nobody acknowledges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// Whether somebody is woken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<bool>,
}
