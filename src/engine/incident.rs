//! What a run is about: the incident as the caller knows it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::id::{AlertName, ClassId, EnvironmentId, ServiceId};

/// The incident context. Its texts come from people and the alerting system, never from logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// The caller's name for it.
    pub id: String,
    /// The service it happens to.
    pub service: ServiceId,
    /// Where.
    pub environment: EnvironmentId,
    /// A severity of the taxonomy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// A class of the taxonomy, when somebody has named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_class: Option<ClassId>,
    /// Whether an incident commander is in control; `None` when nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commander_active: Option<bool>,
    /// The alerts that fire or fired lately; `None` when there is no alert feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Vec<Alert>>,
    /// Further facts, e.g. `dependency: ledger`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

/// An alert that fires, or fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Its name.
    pub name: AlertName,
    /// Since when.
    pub since: Timestamp,
    /// Until when; it still fires when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Alert {
    /// Whether it fires at `moment`.
    pub fn fires_at(&self, moment: Timestamp) -> bool {
        self.since <= moment && self.until.is_none_or(|until| moment < until)
    }
}

impl Incident {
    /// The fact `incident.<name>`, or `None` when it is not known.
    pub fn fact(&self, name: &str) -> Option<Value> {
        let text = |text: &str| Some(Value::String(text.to_owned()));
        match name {
            "id" => text(&self.id),
            "service" => text(self.service.as_str()),
            "environment" => text(self.environment.as_str()),
            "severity" => text(self.severity.as_deref()?),
            "incident_class" => text(self.incident_class.as_ref()?.as_str()),
            "commander_active" => self.commander_active.map(Value::Bool),
            other => self.facts.get(other).cloned(),
        }
    }

    /// The dependency at fault, when somebody has named one.
    pub fn dependency(&self) -> Option<ServiceId> {
        self.facts.get("dependency")?.as_str().map(ServiceId::from)
    }

    /// Whether any alert of `names` fires at `moment`.
    pub fn fires_any(&self, names: &[AlertName], moment: Timestamp) -> bool {
        self.alerts
            .iter()
            .flatten()
            .any(|alert| names.contains(&alert.name) && alert.fires_at(moment))
    }
}
