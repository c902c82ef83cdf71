//! The action catalogue (DESIGN §3.2): risk belongs to the operation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Check, Mode, Params, Tier};
use crate::document::id::{ActionId, CheckName};
use crate::document::unit::{Duration, Percent, RateLimit};

/// Something that can be done to production.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// The least this action counts as; callers and `raise_tier` can only raise it.
    pub tier: Tier,
    /// What it does to the world.
    pub effect: Effect,
    /// What the executor calls.
    pub adapter: Adapter,
    /// Whether and how it can be undone.
    pub reversibility: Reversibility,
    /// Whether doing it twice is the same as doing it once.
    #[serde(default)]
    pub idempotent: bool,
    /// What callers pass.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub params: Params,
    /// Parameter values that make it more dangerous.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raise_tier: Vec<RaiseTier>,
    /// Template of the thing acted on, `type/namespace/name`: for locks, caps and `do_not_touch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How much it may touch at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blast_radius: Option<BlastRadius>,
    /// How often it may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Checks that `preflight` uses, with `params` in scope of their templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<CheckName, Check>,
    /// Conditions every caller inherits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<String>,
    /// The least a caller's verification must wait and hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_floor: Option<VerifyFloor>,
    /// Longest run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// What the executor's identity needs, `group/resource:verb`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// A mode this action is never run above, whatever policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_mode: Option<Mode>,
}

/// What an action does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Looks only.
    Read,
    /// Tells somebody.
    Notify,
    /// Changes something.
    Write,
    /// Removes something.
    Delete,
}

impl Effect {
    /// Whether the world differs afterwards.
    pub const fn changes_the_world(self) -> bool {
        matches!(self, Self::Write | Self::Delete)
    }
}

/// What the executor calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    /// `kubernetes`, `flags`, `queue`, `cache`, `certificates`, `load_balancer`, `notify`, …
    pub system: String,
    /// The operation in that system's terms, e.g. `rollout-undo`.
    pub operation: String,
}

/// How an action is undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reversibility {
    /// How far it can be undone at all.
    pub class: ReversibilityClass,
    /// What to capture first: name to query. An action whose snapshot cannot be captured is refused.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub snapshot: BTreeMap<String, Check>,
    /// Class `reversible`: the exact inverse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<ArmedCall>,
    /// Class `compensable`: the approximate undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensation: Option<ArmedCall>,
    /// Class `self_reverting`: after how long the effect ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Duration>,
    /// How long after the action the undo still works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<Duration>,
}

impl Reversibility {
    /// The call that undoes the action, exact or approximate.
    pub fn undo(&self) -> Option<&ArmedCall> {
        self.inverse.as_ref().or(self.compensation.as_ref())
    }
}

/// A call prepared before the action it undoes; `params` and `snapshot` are in scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmedCall {
    /// The action to run.
    pub action: ActionId,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
}

/// Reversibility classes, from the safest to the most dangerous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversibilityClass {
    /// Nothing changes.
    NoneNeeded,
    /// No durable state changes, e.g. a pod restart.
    Ephemeral,
    /// Ends by itself after a time limit.
    SelfReverting,
    /// An exact inverse with a captured snapshot.
    Reversible,
    /// An approximate undo.
    Compensable,
    /// Cannot be undone.
    Irreversible,
}

/// A parameter value that raises the tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RaiseTier {
    /// The parameter looked at.
    pub param: String,
    /// The values that raise it.
    #[serde(rename = "in")]
    pub values: Vec<Value>,
    /// The tier it is raised to.
    pub to: Tier,
}

/// How much an action may touch at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// What is counted, e.g. `deployment`.
    pub unit: String,
    /// Most targets in one run.
    pub max_targets: u32,
    /// Largest share of the targets in one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fraction: Option<Percent>,
    /// Share that must stay healthy; passed to the executor, which refuses below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_healthy: Option<Percent>,
    /// Whether it takes capacity away while it runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reduces_capacity: bool,
    /// Zones, regions or clusters touched at once.
    #[serde(default = "single")]
    pub failure_domains: u32,
}

fn single() -> u32 {
    1
}

/// How often an action may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most runs in a sliding window, over all targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateLimit>,
    /// Least time between two runs on one target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<Duration>,
    /// Most runs at one time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

/// The least a verification must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyFloor {
    /// Time between the action and the first look.
    pub settle: Duration,
    /// How long success must hold.
    pub hold: Duration,
}
