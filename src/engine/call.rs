//! Calls: an action with its arguments, target and tier, and the ones made lately.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::evidence::Arguments;
use crate::document::Digest;
use crate::document::id::{ActionId, RunbookId, StepId};
use crate::document::model::Tier;
use crate::document::unit::{Duration, Percent};

/// One call, completely resolved. Its digest is what an approval is bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The runbook it belongs to.
    pub runbook: RunbookId,
    /// The digest of the runbook's closure.
    pub closure: Digest,
    /// The step.
    pub step: StepId,
    /// The action.
    pub action: ActionId,
    /// Its arguments, validated.
    pub arguments: Arguments,
    /// What it acts on, `type/namespace/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The computed tier.
    pub tier: Tier,
    /// Whether it undoes an earlier call of the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
}

impl Call {
    /// The digest of the call; `None` when an argument has no canonical form.
    pub fn digest(&self) -> Option<Digest> {
        Digest::of_canonical(self).ok()
    }
}

/// What the executor must keep to, on top of the arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Constraints {
    /// Most targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_targets: Option<u32>,
    /// Largest share of the targets there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fraction: Option<Percent>,
    /// Share that must stay healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_healthy: Option<Percent>,
    /// After how long a self-reverting effect ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Duration>,
}

/// An action that was started, by this run or another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastAction {
    /// Which.
    pub action: ActionId,
    /// What it acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Its computed tier.
    pub tier: Tier,
    /// When it was started.
    pub at: Timestamp,
    /// When it ended; it still runs when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Whether it undid another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
}
