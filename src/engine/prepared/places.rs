//! Which documents have a say where: an index of services and environments.

use std::collections::{BTreeMap, BTreeSet};

use super::{PreparedRunbook, PreparedSignature};
use crate::document::id::{EnvironmentId, RunbookId, ServiceId, SignatureId};

/// A service in an environment.
type Place = (ServiceId, EnvironmentId);

/// What concerns one place.
#[derive(Debug, Default)]
pub(crate) struct Local {
    /// Runbooks whose scope covers it.
    pub(crate) runbooks: BTreeSet<RunbookId>,
    /// Signatures that lead to one of them.
    pub(crate) signatures: BTreeSet<SignatureId>,
}

/// Runbooks by the places their scopes cover, and the signatures that lead to them.
///
/// A signature that leads only to runbooks of other places is not a candidate: a library may hold one
/// of the same sort for every team, and they must not stand in each other's way. One without a
/// route is a candidate everywhere.
#[derive(Debug, Default)]
pub(crate) struct Places {
    local: BTreeMap<Place, Local>,
    everywhere: BTreeSet<SignatureId>,
}

impl Places {
    pub(super) fn new(
        runbooks: &BTreeMap<RunbookId, PreparedRunbook>,
        signatures: &BTreeMap<SignatureId, PreparedSignature>,
    ) -> Self {
        let mut places = Self::default();
        let mut covered: BTreeMap<&RunbookId, Vec<Place>> = BTreeMap::new();
        for (id, runbook) in runbooks {
            let scope = &runbook.spec().scope;
            for service in &scope.services {
                for environment in &scope.environments {
                    let place = (service.clone(), environment.clone());
                    let local = places.local.entry(place.clone()).or_default();
                    local.runbooks.insert(id.clone());
                    covered.entry(id).or_default().push(place);
                }
            }
        }
        for (id, signature) in signatures {
            let routes = &signature.spec().routes;
            if routes.is_empty() {
                places.everywhere.insert(id.clone());
            }
            let reached = routes
                .iter()
                .filter_map(|route| covered.get(&route.runbook));
            for place in reached.flatten() {
                if let Some(local) = places.local.get_mut(place) {
                    local.signatures.insert(id.clone());
                }
            }
        }
        places
    }

    fn local(&self, service: &ServiceId, environment: &EnvironmentId) -> Option<&Local> {
        self.local.get(&(service.clone(), environment.clone()))
    }

    /// The runbooks whose scope covers a place, by id.
    pub(crate) fn runbooks(
        &self,
        service: &ServiceId,
        environment: &EnvironmentId,
    ) -> impl Iterator<Item = &RunbookId> {
        let local = self.local(service, environment);
        local.into_iter().flat_map(|local| &local.runbooks)
    }

    /// The signatures that are candidates in a place.
    pub(crate) fn signatures(
        &self,
        service: &ServiceId,
        environment: &EnvironmentId,
    ) -> BTreeSet<SignatureId> {
        let local = self.local(service, environment);
        let local = local.into_iter().flat_map(|local| &local.signatures);
        local.chain(&self.everywhere).cloned().collect()
    }
}
