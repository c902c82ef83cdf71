//! The policy (GOVERNANCE §1): what agents may execute and who must approve changes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Escalate, Mode, Tier};
use crate::document::id::{ActionId, EnvironmentId, ServiceId, TeamId};
use crate::document::unit::{Duration, Percent};

/// Highest mode by environment and tier.
pub type ExecutionMatrix = BTreeMap<EnvironmentId, BTreeMap<Tier, Mode>>;

/// What agents may execute and who must approve changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Governance {
    /// The repository the policy belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryRef>,
    /// Adoption point: earlier history is grandfathered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Glob patterns of governed files.
    #[serde(default)]
    pub governed: Vec<String>,
    /// The environments there are.
    #[serde(default)]
    pub environments: Vec<EnvironmentId>,
    /// Teams by id.
    #[serde(default)]
    pub teams: BTreeMap<TeamId, Team>,
    /// Accounts of one human.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Vec<String>>,
    /// Logins whose approvals never count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never_approve: Vec<String>,
    /// Account ids of the forge's own committer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub web_flow_ids: Vec<u64>,
    /// Highest mode by environment and tier.
    #[serde(default)]
    pub execute: ExecutionMatrix,
    /// Who gives the go-ahead at run time, by tier.
    #[serde(default)]
    pub run_time_approval: BTreeMap<Tier, RunTimeApproval>,
    /// Limits no action may exceed, by tier.
    #[serde(default)]
    pub caps: BTreeMap<Tier, TierCaps>,
    /// Times in which agents change nothing but undo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
    /// How everything is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kill_switch: Option<KillSwitch>,
    /// How far each service has come; a service that is not named is in `shadow`.
    #[serde(default)]
    pub rollout: BTreeMap<ServiceId, Mode>,
    /// What every runbook inherits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<Defaults>,
    /// What a signature needs to leave shadow.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub promotion: BTreeMap<String, Promotion>,
    /// Who must approve a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<ApproveMatrix>,
    /// Acting without approval in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlass>,
    /// What publishing does with a denied landing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<PublishPolicy>,
    /// What agents may do with a release whose metadata has expired. Only advise when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<StalePolicy>,
    /// The policy tests itself.
    #[serde(default)]
    pub tests: Vec<PolicyTest>,
}

/// A repository on a forge; the id survives renames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryRef {
    /// Host name of the forge.
    pub host: String,
    /// Numeric id.
    pub id: u64,
    /// `owner/name` at the time of writing.
    pub full_name: String,
    /// The branch that is published.
    pub branch: String,
}

/// Adoption point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Full commit id.
    pub commit: String,
    /// Day of adoption.
    pub date: Date,
}

/// A team: members listed here, or a team of the forge resolved when publishing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Team {
    /// Members; ids decide, logins are for reading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// `owner/slug` of the forge's team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github: Option<String>,
    /// Numeric id of the forge's team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
}

/// A human account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Login at the time of writing.
    pub login: String,
    /// Numeric id.
    pub id: u64,
}

/// Who gives the go-ahead at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimeApproval {
    /// How many.
    pub approvals: u32,
    /// `service_oncall` or teams.
    pub from: Vec<String>,
    /// Whether they must be different people.
    #[serde(default)]
    pub distinct: bool,
    /// How long the question stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Duration>,
    /// What silence means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_timeout: Option<TimeoutAction>,
}

/// What silence means. There is no value that grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeoutAction {
    /// Hand over.
    Escalate,
    /// End the run.
    Stop,
}

/// Limits no action of a tier may exceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TierCaps {
    /// Most targets in one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_targets: Option<u32>,
    /// Largest share of the targets in one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_fraction: Option<Percent>,
    /// Most actions in an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_per_hour: Option<u32>,
    /// Longest time limit of a self-reverting action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_time_limit: Option<Duration>,
}

/// A time in which agents change nothing but undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Its name.
    pub id: String,
    /// Environments it covers.
    pub environments: Vec<EnvironmentId>,
    /// Tiers it covers.
    pub tiers: Vec<Tier>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// IANA zone the days are meant in.
    pub zone: String,
    /// Actions that stay possible; the undo of an action taken always is.
    #[serde(default)]
    pub allow: Vec<ActionId>,
}

/// How everything is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillSwitch {
    /// What can be ordered.
    pub levels: Vec<HaltLevel>,
    /// Who may order it: `any_responder` or a team.
    pub who: String,
    /// Where the order is looked for: `bundle`, `file:…`, `env:…`.
    pub sources: Vec<String>,
    /// What is assumed when no source can be read.
    pub unreachable: HaltLevel,
}

/// How much is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltLevel {
    /// Agents may only advise.
    AdviseOnly,
    /// Runs under way may finish their verification and undo; no write starts.
    PauseNew,
    /// Nothing starts, the undo included.
    StopNow,
}

/// What every runbook inherits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Defaults {
    /// Stop conditions.
    pub stop_when: Vec<String>,
    /// Budgets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budgets: Option<Budgets>,
    /// Fields of a handoff.
    pub handoff: Vec<String>,
    /// Whom to tell when a runbook does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate: Option<Escalate>,
    /// How old preflight evidence may be, by tier.
    pub evidence_max_age: BTreeMap<Tier, Duration>,
}

/// How much a run may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Budgets {
    /// Longest run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_clock: Option<Duration>,
    /// Most actions, undo not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<u32>,
    /// Most queries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queries: Option<u32>,
}

/// What a signature needs to leave shadow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Promotion {
    /// Positive fixtures.
    pub positive: u32,
    /// Quiet fixtures.
    pub quiet: u32,
    /// Mutation score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutation_score: Option<f64>,
    /// Recorded incidents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recordings: Option<u32>,
    /// Upper 95 % bound on the share of remediations nobody needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub false_positive_remediation_upper95: Option<f64>,
}

/// Who must approve a change: every matching row applies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApproveMatrix {
    /// What rows inherit.
    #[serde(default)]
    pub defaults: ApprovalDefaults,
    /// Rows by tier and environment.
    #[serde(default)]
    pub matrix: Vec<ApproveRow>,
    /// Rows by file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathRule>,
    /// Who approves changes of the policy itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governance_change: Option<GovernanceChange>,
    /// Robots whose changes need less.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_authors: Vec<TrustedAuthor>,
}

/// What rows of the approval matrix inherit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApprovalDefaults {
    /// `strict` or `content`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<String>,
    /// Fewest different humans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_distinct: Option<u32>,
    /// Whether one human may count for several teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_person_many_teams: Option<bool>,
    /// How old an approval may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    /// `deny` or `allow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_contributor: Option<String>,
    /// Whether an open request for changes blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes_requested_blocks: Option<bool>,
}

/// A row of the approval matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproveRow {
    /// Tiers it covers.
    pub tiers: Vec<Tier>,
    /// Environments it covers; `*` is all.
    pub environments: Vec<String>,
    /// Approvals by team.
    pub require: BTreeMap<TeamId, u32>,
    /// `strict` or `content`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<String>,
    /// Fewest different humans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_distinct: Option<u32>,
    /// Whether one human may count for several teams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_person_many_teams: Option<bool>,
}

/// Approvals demanded for some files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRule {
    /// Glob pattern.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Approvals by team.
    pub require: BTreeMap<TeamId, u32>,
}

/// Approvals demanded for changes of the policy itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GovernanceChange {
    /// Glob patterns of what counts as policy.
    pub paths: Vec<String>,
    /// Approvals by team.
    pub require: BTreeMap<TeamId, u32>,
    /// `strict` or `content`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<String>,
    /// Fewest different humans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_distinct: Option<u32>,
}

/// A robot whose changes need less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedAuthor {
    /// Login.
    pub login: String,
    /// Numeric id.
    pub id: u64,
    /// Highest tier.
    pub max_tier: Tier,
    /// Glob patterns of its files.
    pub paths: Vec<String>,
    /// Approvals by team.
    #[serde(default)]
    pub require: BTreeMap<TeamId, u32>,
}

/// Acting without approval in an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Highest tier.
    pub max_tier: Tier,
    /// Longest validity.
    pub max_ttl: Duration,
    /// Approvals by team.
    pub approvers: BTreeMap<TeamId, u32>,
    /// Time by which the ordinary approval must follow.
    pub ratify_within: Duration,
    /// Public keys that may sign.
    pub keys: Vec<String>,
}

/// What publishing does with a denied landing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishPolicy {
    /// `fail` or `keep_previous`.
    pub on_denied: String,
}

/// What agents may do with a release that they cannot show to be the newest any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StalePolicy {
    /// For how long after the first metadata expired; after that they only advise.
    pub grace: Duration,
    /// The highest mode until then.
    pub mode: Mode,
}

/// A test of the execution policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyTest {
    /// What it shows.
    pub name: String,
    /// The situation.
    pub given: PolicyTestGiven,
    /// The effective mode.
    pub expect: Mode,
}

/// A situation the policy is asked about; what is left out does not limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyTestGiven {
    /// Environment.
    pub environment: EnvironmentId,
    /// Tier of the step.
    pub tier: Tier,
    /// The runbook's mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<Mode>,
    /// The service's rollout stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Mode>,
    /// The service, when its rollout stage is to be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The kill switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kill_switch: Option<HaltLevel>,
    /// The moment, RFC 3339, for freezes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The action, for a freeze's `allow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// Targets at once, for the tier's caps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<u32>,
    /// Actions within an hour, this one included, for the tier's caps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_hour: Option<u32>,
    /// After how long the effect ends by itself, for the tier's caps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Duration>,
    /// What the run has used already, for the budgets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Budgets>,
}
