//! What is prepared: the documents runs are decided with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Unusable;
use crate::closure::MissingReference;
use crate::closure::{Closure, SignatureClosure};
use crate::document::id::{EnvironmentId, RunbookId, ServiceId};
use crate::document::model::{Document, Governance, Kind, Service};
use crate::engine::arguments::Vocabulary;
#[cfg(feature = "author")]
use crate::library::Library;

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
    /// What the policy and the services name.
    pub vocabulary: Arc<Vocabulary>,
    /// Severities of the taxonomy from the worst to the mildest.
    pub severities: Vec<String>,
    /// Runbooks and signatures that have no closure.
    pub unresolved: Vec<Unusable>,
}

#[cfg(feature = "author")]
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
        let services: BTreeMap<ServiceId, Document<Service>> = library
            .services()
            .iter()
            .map(|(_, service)| (service.metadata.id.as_str().into(), service.clone()))
            .collect();
        Some(Self {
            vocabulary: Arc::new(Vocabulary::new(&governance.spec, &services)),
            governance: Arc::new(governance.clone()),
            runbooks,
            signatures,
            services: Arc::new(services),
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
            vocabulary: Arc::clone(&self.vocabulary),
            severities: self.severities.clone(),
            unresolved: self.unresolved.clone(),
        }
    }
}
