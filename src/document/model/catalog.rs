//! What incidents happen to (services) and what they are called (taxonomy).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::id::{AlertName, ClassId, EnvironmentId, ServiceId, TeamId};

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What it does, in a line.
    pub purpose: String,
    /// Where it runs.
    pub environments: Vec<EnvironmentId>,
    /// Who is called.
    pub oncall: Oncall,
    /// Services it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<ServiceId>,
    /// Kubernetes namespaces it lives in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Named things it owns, by type: `queue`, `cache`, `flag`, `certificate`, `volume`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, Vec<String>>,
}

/// Who is called for a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oncall {
    /// The team of the governance policy.
    pub team: TeamId,
    /// Where it is paged: a rotation's name in the paging system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<String>,
}

/// The narrow vocabulary of incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// Incident classes by id.
    pub classes: BTreeMap<ClassId, IncidentClass>,
    /// Severities from the worst to the mildest.
    pub severities: Vec<Severity>,
}

/// A class of incidents that look and are handled alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentClass {
    /// Its name for humans.
    pub title: String,
    /// What belongs to it and what does not.
    pub description: String,
    /// The severity it usually has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Alerts that usually announce it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertName>,
}

/// How bad an incident is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    /// Its short name, e.g. `sev1`.
    pub id: String,
    /// What it means.
    pub description: String,
    /// Whether somebody is woken up.
    #[serde(default)]
    pub page: bool,
}
