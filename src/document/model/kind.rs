//! The kinds of document and a document of any kind.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Action, Document, Exception, Fixture, Governance, Metadata, Postmortem, Query, Repository,
    Runbook, Service, Signature, Taxonomy,
};

/// What a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Something that can be done to production.
    Action,
    /// A reviewed departure from a lint rule.
    Exception,
    /// A simulated or recorded incident.
    Fixture,
    /// What agents may execute and who must approve changes.
    Governance,
    /// An incident that happened and what was learned.
    Postmortem,
    /// A vetted question to a telemetry backend.
    Query,
    /// `rbk.yaml`: where things are and how strict rules are.
    Repository,
    /// What may be done about one class of incident.
    Runbook,
    /// A service that incidents happen to.
    Service,
    /// How one failure mode is recognised.
    Signature,
    /// The incident classes and severities.
    Taxonomy,
}

impl Kind {
    /// Every kind, in alphabetical order.
    pub const ALL: [Self; 11] = [
        Self::Action,
        Self::Exception,
        Self::Fixture,
        Self::Governance,
        Self::Postmortem,
        Self::Query,
        Self::Repository,
        Self::Runbook,
        Self::Service,
        Self::Signature,
        Self::Taxonomy,
    ];

    /// The kind as `kind:` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Action => "Action",
            Self::Exception => "Exception",
            Self::Fixture => "Fixture",
            Self::Governance => "Governance",
            Self::Postmortem => "Postmortem",
            Self::Query => "Query",
            Self::Repository => "Repository",
            Self::Runbook => "Runbook",
            Self::Service => "Service",
            Self::Signature => "Signature",
            Self::Taxonomy => "Taxonomy",
        }
    }

    /// The kind called `name`, compared exactly.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A typed document of any kind. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// See [`Action`].
    Action(Arc<Document<Action>>),
    /// See [`Exception`].
    Exception(Arc<Document<Exception>>),
    /// See [`Fixture`].
    Fixture(Arc<Document<Fixture>>),
    /// See [`Governance`].
    Governance(Arc<Document<Governance>>),
    /// See [`Postmortem`].
    Postmortem(Arc<Document<Postmortem>>),
    /// See [`Query`].
    Query(Arc<Document<Query>>),
    /// See [`Repository`].
    Repository(Arc<Document<Repository>>),
    /// See [`Runbook`].
    Runbook(Arc<Document<Runbook>>),
    /// See [`Service`].
    Service(Arc<Document<Service>>),
    /// See [`Signature`].
    Signature(Arc<Document<Signature>>),
    /// See [`Taxonomy`].
    Taxonomy(Arc<Document<Taxonomy>>),
}

impl Typed {
    /// Which kind this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Action(_) => Kind::Action,
            Self::Exception(_) => Kind::Exception,
            Self::Fixture(_) => Kind::Fixture,
            Self::Governance(_) => Kind::Governance,
            Self::Postmortem(_) => Kind::Postmortem,
            Self::Query(_) => Kind::Query,
            Self::Repository(_) => Kind::Repository,
            Self::Runbook(_) => Kind::Runbook,
            Self::Service(_) => Kind::Service,
            Self::Signature(_) => Kind::Signature,
            Self::Taxonomy(_) => Kind::Taxonomy,
        }
    }

    /// The metadata every kind carries.
    pub fn metadata(&self) -> &Metadata {
        match self {
            Self::Action(d) => &d.metadata,
            Self::Exception(d) => &d.metadata,
            Self::Fixture(d) => &d.metadata,
            Self::Governance(d) => &d.metadata,
            Self::Postmortem(d) => &d.metadata,
            Self::Query(d) => &d.metadata,
            Self::Repository(d) => &d.metadata,
            Self::Runbook(d) => &d.metadata,
            Self::Service(d) => &d.metadata,
            Self::Signature(d) => &d.metadata,
            Self::Taxonomy(d) => &d.metadata,
        }
    }
}
