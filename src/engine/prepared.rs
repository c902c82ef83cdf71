//! Documents made ready to run: conditions and templates parsed, literals converted, once.
//!
//! A document that cannot be prepared is never acted on: it is left out and listed among the
//! [`Unusable`] ones with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::arguments::{PreparedParams, Vocabulary};
use super::check::{CheckError, PreparedCheck};
use super::policy::Policy;
use crate::document::condition::{Condition, Term};
use crate::document::id::{
    CheckName, EnvironmentId, QueryId, RunbookId, ServiceId, SignatureId, TeamId,
};
use crate::document::model::{Check, Document, Governance, Kind, Query, Service, Status};
use crate::document::unit::Duration;
use crate::library::closure::{MissingReference, Pinned};
use crate::library::{Closure, Library, SignatureClosure};

mod action;
mod runbook;
mod signature;

pub(crate) use action::PreparedAction;
pub use runbook::PreparedRunbook;
pub(crate) use runbook::{PreparedStep, PreparedVerify, RowOutcome};
pub(crate) use signature::PreparedNegation;
pub use signature::PreparedSignature;

/// What is prepared.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The policy.
    pub governance: Arc<Document<Governance>>,
    /// Every runbook that may be chosen.
    pub runbooks: Vec<Closure>,
    /// Every signature that is scored.
    pub signatures: Vec<SignatureClosure>,
    /// Every service of the catalogue.
    pub services: Arc<BTreeMap<ServiceId, Document<Service>>>,
    /// Severities of the taxonomy from the worst to the mildest.
    pub severities: Vec<String>,
    /// Runbooks and signatures that have no closure.
    pub unresolved: Vec<Unusable>,
}

impl Sources {
    /// Everything a library holds; `None` without a policy.
    pub fn of(library: &Library) -> Option<Self> {
        let (_, governance) = library.governance()?;
        let mut unresolved = Vec::new();
        let mut note = |document: String, missing: Vec<MissingReference>| {
            let problems = missing.iter().map(ToString::to_string).collect();
            unresolved.push(Unusable { document, problems });
        };
        let mut runbooks = Vec::new();
        for id in library.names(Kind::Runbook) {
            match library.closure(&id.into()) {
                Ok(closure) => runbooks.push(closure),
                Err(missing) => note(format!("Runbook/{id}"), missing),
            }
        }
        let mut signatures = Vec::new();
        for id in library.names(Kind::Signature) {
            match library.signature_closure(&id.into()) {
                Ok(closure) => signatures.push(closure),
                Err(missing) => note(format!("Signature/{id}"), missing),
            }
        }
        let services = library.services();
        Some(Self {
            governance: Arc::new(governance.clone()),
            runbooks,
            signatures,
            services: services
                .iter()
                .map(|(_, service)| (service.metadata.id.as_str().into(), service.clone()))
                .collect::<BTreeMap<_, _>>()
                .into(),
            severities: library.severities().iter().map(|s| s.id.clone()).collect(),
            unresolved,
        })
    }

    /// The part of it that can have a say in an incident of `service` in `environment`: runbooks whose scope
    /// covers it, and signatures that are routed to one of them or nowhere.
    #[must_use]
    pub fn covering(&self, service: &ServiceId, environment: &EnvironmentId) -> Self {
        let runbooks: Vec<_> = self
            .runbooks
            .iter()
            .filter(|closure| {
                let scope = &closure.runbook.spec.scope;
                scope.services.contains(service) && scope.environments.contains(environment)
            })
            .cloned()
            .collect();
        let covers = |id: &RunbookId| {
            runbooks
                .iter()
                .any(|c| *id == *c.runbook.metadata.id.as_str())
        };
        let signatures = self.signatures.iter().filter(|closure| {
            let routes = &closure.signature.spec.routes;
            routes.is_empty() || routes.iter().any(|route| covers(&route.runbook))
        });
        Self {
            signatures: signatures.cloned().collect(),
            runbooks,
            ..self.shared()
        }
    }

    /// What every incident needs, without runbooks and signatures.
    fn shared(&self) -> Self {
        Self {
            governance: Arc::clone(&self.governance),
            runbooks: Vec::new(),
            signatures: Vec::new(),
            services: Arc::clone(&self.services),
            severities: self.severities.clone(),
            unresolved: self.unresolved.clone(),
        }
    }
}

/// A document that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusable {
    /// `Runbook/id` or `Signature/id`.
    pub document: String,
    /// What is wrong with it, in the order found.
    pub problems: Vec<String>,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.document, self.problems.join("; "))
    }
}

/// Everything runs need, prepared once and shared by all of them.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) policy: Policy,
    pub(crate) services: Arc<BTreeMap<ServiceId, Document<Service>>>,
    pub(crate) severities: Vec<String>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) runbooks: BTreeMap<RunbookId, PreparedRunbook>,
    pub(crate) signatures: BTreeMap<SignatureId, PreparedSignature>,
    unusable: Vec<Unusable>,
}

impl Prepared {
    /// Prepares everything that can be prepared.
    pub fn new(sources: Sources) -> Self {
        let vocabulary = Vocabulary::new(&sources.governance.spec, &*sources.services);
        let policy = Policy::new(sources.governance);
        let mut unusable = sources.unresolved;
        let mut queries = QueryCache::default();
        let mut runbooks = BTreeMap::new();
        for closure in sources.runbooks {
            let id = RunbookId::from(closure.runbook.metadata.id.as_str());
            match PreparedRunbook::new(closure, &policy, &mut queries) {
                Ok(runbook) => {
                    runbooks.insert(id, runbook);
                }
                Err(problems) => unusable.push(Unusable {
                    document: format!("Runbook/{id}"),
                    problems,
                }),
            }
        }
        let mut signatures = BTreeMap::new();
        for closure in sources.signatures {
            let id = SignatureId::from(closure.signature.metadata.id.as_str());
            match PreparedSignature::new(closure, &mut queries) {
                Ok(signature) => {
                    signatures.insert(id, signature);
                }
                Err(problems) => unusable.push(Unusable {
                    document: format!("Signature/{id}"),
                    problems,
                }),
            }
        }
        Self {
            policy,
            services: sources.services,
            severities: sources.severities,
            vocabulary,
            runbooks,
            signatures,
            unusable,
        }
    }

    /// Documents that cannot be used; a run treats them as if they were not there.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A runbook that can be used.
    pub fn runbook(&self, id: &RunbookId) -> Option<&PreparedRunbook> {
        self.runbooks.get(id)
    }

    /// A signature that can be used.
    pub fn signature(&self, id: &SignatureId) -> Option<&PreparedSignature> {
        self.signatures.get(id)
    }

    /// The on-call team of a service, when the policy knows the team.
    pub fn oncall(&self, service: &ServiceId) -> Option<&TeamId> {
        let team = &self.services.get(service)?.spec.oncall.team;
        self.policy
            .governance()
            .teams
            .contains_key(team)
            .then_some(team)
    }

    /// How much worse severity `a` is than `b`: whether it is, or `None` when one is not known.
    pub(crate) fn is_worse(&self, a: &str, b: &str) -> Option<bool> {
        let rank = |name: &str| self.severities.iter().position(|s| s == name);
        Some(rank(a)? < rank(b)?)
    }
}

/// A query with its parameters compiled.
#[derive(Debug)]
pub(crate) struct PreparedQuery {
    pub(crate) document: Pinned<Query>,
    pub(crate) params: PreparedParams,
}

/// Queries compiled so far. Closures may hold different versions of a query, so the document
/// decides, not the id.
#[derive(Default)]
pub(crate) struct QueryCache(BTreeMap<String, Vec<Arc<PreparedQuery>>>);

impl QueryCache {
    fn get(&mut self, document: &Pinned<Query>) -> Result<Arc<PreparedQuery>, CheckError> {
        let known = self.0.entry(document.metadata.id.clone()).or_default();
        if let Some(query) = known.iter().find(|q| q.document == *document) {
            return Ok(Arc::clone(query));
        }
        let params = PreparedParams::new(&document.spec.params)
            .map_err(|why| CheckError(format!("query `{}`: {why}", document.metadata.id)))?;
        let query = Arc::new(PreparedQuery {
            document: document.clone(),
            params,
        });
        known.push(Arc::clone(&query));
        Ok(query)
    }
}

/// Collects what is wrong with one document while it is prepared.
pub(crate) struct Preparation<'a> {
    closure: &'a BTreeMap<QueryId, Pinned<Query>>,
    queries: &'a mut QueryCache,
    problems: Vec<String>,
}

impl<'a> Preparation<'a> {
    pub(crate) fn new(
        closure: &'a BTreeMap<QueryId, Pinned<Query>>,
        queries: &'a mut QueryCache,
    ) -> Self {
        Self {
            closure,
            queries,
            problems: Vec::new(),
        }
    }

    pub(crate) fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    pub(crate) fn check(
        &mut self,
        place: &str,
        check: &Check,
        extra: Duration,
    ) -> Option<PreparedCheck> {
        let (closure, queries) = (self.closure, &mut *self.queries);
        let find = |id: &QueryId| match closure.get(id) {
            Some(document) => queries.get(document),
            None => Err(CheckError(format!(
                "query `{id}` is not part of the closure"
            ))),
        };
        let prepared = PreparedCheck::new(check, find, extra);
        self.kept(place, prepared)
    }

    pub(crate) fn checks(
        &mut self,
        place: &str,
        checks: &BTreeMap<CheckName, Check>,
    ) -> BTreeMap<CheckName, PreparedCheck> {
        checks
            .iter()
            .filter_map(|(name, check)| {
                let place = format!("{place}.{name}");
                Some((name.clone(), self.check(&place, check, Duration::ZERO)?))
            })
            .collect()
    }

    /// Reads a condition whose checks must all be among `known`. Built-in predicates are allowed
    /// in preflight only.
    pub(crate) fn condition(
        &mut self,
        place: &str,
        text: &str,
        known: &BTreeMap<CheckName, PreparedCheck>,
        preflight: bool,
    ) -> Option<PreparedCondition> {
        let condition = self.kept(place, Condition::parse(text))?;
        for atom in condition.atoms() {
            match &atom.term {
                Term::Check(name) if !known.contains_key(name) => {
                    self.problem(format!("{place}: there is no check `{name}`"));
                }
                Term::Builtin(builtin) if !preflight => {
                    self.problem(format!(
                        "{place}: `{builtin}` is possible in preflight only"
                    ));
                }
                Term::Check(_) | Term::Builtin(_) => {}
            }
        }
        Some(PreparedCondition {
            text: text.to_owned(),
            condition,
        })
    }

    pub(crate) fn kept<T, E: fmt::Display>(
        &mut self,
        place: &str,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.problem(format!("{place}: {error}")))
            .ok()
    }

    /// The prepared document, or everything that is wrong with it.
    pub(crate) fn finish<T>(self, prepared: Option<T>) -> Result<T, Vec<String>> {
        match prepared {
            Some(prepared) if self.problems.is_empty() => Ok(prepared),
            _ => Err(self.problems),
        }
    }
}

/// A condition with its text.
#[derive(Clone, Debug)]
pub(crate) struct PreparedCondition {
    pub(crate) text: String,
    pub(crate) condition: Condition,
}

impl PreparedCondition {
    /// The checks it names, each once.
    pub(crate) fn checks(&self) -> BTreeSet<CheckName> {
        self.condition
            .names()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The checks that support it by passing: those named outside an odd number of negations.
    pub(crate) fn positive(&self) -> BTreeSet<CheckName> {
        let mut found = BTreeSet::new();
        positive(&self.condition, true, &mut found);
        found
    }
}

fn positive(condition: &Condition, sign: bool, found: &mut BTreeSet<CheckName>) {
    match condition {
        Condition::Atom(atom) => {
            if let (true, Term::Check(name)) = (sign, &atom.term) {
                found.insert(name.clone());
            }
        }
        Condition::Not(inner) => positive(inner, !sign, found),
        Condition::And(parts) | Condition::Or(parts) | Condition::AtLeast { of: parts, .. } => {
            parts.iter().for_each(|part| positive(part, sign, found));
        }
    }
}

/// How far a document's status lets it go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Draft or deprecated: as if it were not there.
    Ignored,
    /// Evaluated and recorded.
    Shadow,
    /// In force.
    Stable,
}

impl Standing {
    pub(crate) fn of(status: Option<Status>) -> Self {
        match status {
            Some(Status::Stable) => Self::Stable,
            Some(Status::Shadow) => Self::Shadow,
            Some(Status::Draft | Status::Reviewed | Status::Deprecated) | None => Self::Ignored,
        }
    }
}
