//! Typed documents: what the YAML means, one module per kind.
//!
//! The structs mirror `schema/*.schema.json`. Unknown keys are refused by the schema, not here, so
//! that one misspelt key does not hide every other finding in a document. Text that has a grammar
//! of its own (conditions, templates) is held as text and compiled where it is used.

mod action;
mod catalog;
mod check;
mod exception;
mod fixture;
mod governance;
mod kind;
mod metadata;
mod object;
mod param;
mod postmortem;
mod query;
mod repository;
mod runbook;
mod signature;
mod spec;
mod version;

pub use action::{
    Action, Adapter, ArmedCall, BlastRadius, Effect, Limits, RaiseTier, Reversibility,
    ReversibilityClass, VerifyFloor,
};
pub use catalog::{IncidentClass, Oncall, Service, Severity, Taxonomy};
pub use check::{
    Check, CheckSource, Comparison, Count, LogMatch, Share, Support, TraceMatch, ValueRange,
};
pub use exception::Exception;
pub use fixture::{
    Answer, AnswerForm, AnswerSpec, Change, Clock, EscalationExpectation, Expect, ExpectedAction,
    ExpectedVerdict, Fixture, FixtureAlert, FixtureEvent, FixtureEventKind, FixtureKind, LogLine,
    Provenance, Subject, Target, TraceSpan, World, WorldResult,
};
pub use governance::{
    ApprovalDefaults, ApproveMatrix, ApproveRow, Baseline, BreakGlass, Budgets, Defaults,
    ExecutionMatrix, Freeze, Governance, GovernanceChange, HaltLevel, KillSwitch, Member, PathRule,
    PolicyTest, PolicyTestGiven, Promotion, PublishPolicy, RepositoryRef, RunTimeApproval,
    StalePolicy, Team, TierCaps, TimeoutAction, TrustedAuthor,
};
pub use kind::{Kind, Typed};
pub use metadata::{Metadata, Status};
pub use object::ObjectRef;
pub use param::{Lookup, ParamSpec, ParamType, Params};
pub use postmortem::{
    ActionItem, Automation, Detection, MisleadingSignal, Mitigation, Postmortem, Times,
};
pub use query::{Backend, NoData, Query, QueryCaps, QueryResult, ResultType, Sensitivity, Signal};
pub use repository::{Repository, RuleLevel};
pub use runbook::{
    Autonomy, Decision, DecisionOutcome, Escalate, Mode, OnFailure, Outcome, Path, Retry, Runbook,
    Scope, Step, Tier, Verify, Waiver,
};
pub use signature::{Negation, Route as SignatureRoute, Route as RunbookRoute, Score, Signature};
pub use spec::Spec;
pub use version::{API_VERSION, FORMAT_VERSIONS, FormatVersion};

use serde::{Deserialize, Serialize};

/// One document: the envelope every kind shares around its own `spec`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document<S> {
    /// One of [`FORMAT_VERSIONS`].
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Which kind `spec` is.
    pub kind: Kind,
    /// Who, what and which version. `rbk.yaml` needs none; for all other kinds the schema demands it.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// The content of this kind.
    pub spec: S,
}
