//! Payloads of alerting and delivery tools, as what an agent is told of an incident.
//!
//! Everything in them is from outside: ids and times are read, texts are kept out. What a payload does not say, the service above
//! all, has to be said by the caller; it is never guessed.

mod alertmanager;
mod cdevents;
mod pagerduty;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::draft::document;
use crate::document::id::{AlertName, EnvironmentId, ServiceId};
use crate::document::model::{
    Change, Clock, Document, Expect, Fixture, FixtureAlert, FixtureKind, Metadata, Provenance,
    Subject,
};
use crate::document::unit::Duration;
use crate::engine::incident::{Alert, Incident};

/// A tool whose payloads are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// The webhook of Prometheus' Alertmanager, version 4.
    Alertmanager,
    /// A webhook of PagerDuty, version 3, or an event of its Events API, version 2.
    PagerDuty,
    /// Events of the CDEvents specification.
    CdEvents,
}

/// What a payload says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The tool's name for the incident.
    pub id: Option<String>,
    /// Services it names.
    pub services: Vec<String>,
    /// Environments it names.
    pub environments: Vec<String>,
    /// What it says of how bad it is, in its own words.
    pub severity: Option<String>,
    /// Alerts: name, since when, until when.
    pub alerts: Vec<(String, Timestamp, Option<Timestamp>)>,
    /// Changes: type, when, and facts.
    pub changes: Vec<(String, Timestamp, BTreeMap<String, Value>)>,
}

/// What the caller says.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The service.
    pub service: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// A severity of the taxonomy.
    pub severity: Option<String>,
}

/// Why a payload is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It is no JSON of that shape.
    #[error("it is no payload of this tool: {0}")]
    Shape(String),
    /// It says several, or none.
    #[error("it names {found} as its {what}; say which with `--{what}`")]
    Which {
        /// `service` or `environment`.
        what: &'static str,
        /// What it names.
        found: String,
    },
    /// It says nothing happened.
    #[error("it holds no alert and no change")]
    Nothing,
}

/// Reads a payload.
///
/// # Errors
/// When it is none.
pub fn read(tool: Tool, bytes: &[u8]) -> Result<Told, PayloadError> {
    let shape = |error: serde_json::Error| PayloadError::Shape(error.to_string());
    match tool {
        Tool::Alertmanager => Ok(alertmanager::told(
            serde_json::from_slice(bytes).map_err(shape)?,
        )),
        Tool::PagerDuty => pagerduty::told(serde_json::from_slice(bytes).map_err(shape)?),
        Tool::CdEvents => cdevents::told(serde_json::from_slice(bytes).map_err(shape)?),
    }
}

impl Told {
    /// The same with what another payload about the same incident says.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.id = self.id.or(other.id);
        self.severity = self.severity.or(other.severity);
        for service in other.services {
            push_new(&mut self.services, service);
        }
        for environment in other.environments {
            push_new(&mut self.environments, environment);
        }
        self.alerts.extend(other.alerts);
        self.changes.extend(other.changes);
        self
    }

    /// The last moment it tells of.
    fn now(&self) -> Result<Timestamp, PayloadError> {
        let alerts = self
            .alerts
            .iter()
            .map(|(_, since, until)| until.unwrap_or(*since).max(*since));
        let changes = self.changes.iter().map(|(_, at, _)| *at);
        alerts.chain(changes).max().ok_or(PayloadError::Nothing)
    }

    /// What `rbk decide` reads: the moment, the incident, and the changes there were.
    ///
    /// # Errors
    /// When it is not clear which service or environment it is about, or nothing happened.
    pub fn context(&self, said: &Said) -> Result<Value, PayloadError> {
        let now = self.now()?;
        let alerts = self.alerts.iter().map(|(name, since, until)| Alert {
            name: AlertName::new(name.as_str()),
            since: *since,
            until: *until,
        });
        let incident = Incident {
            id: self.id.clone().unwrap_or_else(|| "imported".to_owned()),
            service: ServiceId::new(one("service", said.service.as_ref(), &self.services)?),
            environment: EnvironmentId::new(one(
                "environment",
                said.environment.as_ref(),
                &self.environments,
            )?),
            severity: said.severity.clone(),
            incident_class: None,
            commander_active: None,
            alerts: Some(alerts.collect()),
            facts: self.facts(),
        };
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|(kind, at, facts)| json!({"type": kind, "at": at, "facts": facts}))
            .collect();
        Ok(json!({"now": now, "incident": incident, "evidence": {"changes": changes}}))
    }

    /// A fixture to be completed: what was told, and nothing of what should come of it.
    ///
    /// # Errors
    /// As [`Told::context`].
    pub fn fixture(&self, id: &str, said: &Said) -> Result<Document<Fixture>, PayloadError> {
        let now = self.now()?;
        let from = |minutes| {
            now.checked_add(SignedDuration::from_mins(minutes))
                .unwrap_or(now)
                .to_string()
        };
        let alerts = self.alerts.iter().map(|(name, since, until)| FixtureAlert {
            name: AlertName::new(name.as_str()),
            at: since.to_string(),
            until: until.map(|at| at.to_string()),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        });
        let changes = self.changes.iter().map(|(kind, at, facts)| Change {
            kind: kind.clone(),
            at: at.to_string(),
            service: None,
            environment: None,
            facts: facts.clone(),
        });
        let fixture = Fixture {
            target: None,
            kind: FixtureKind::Positive,
            provenance: Some(Provenance {
                origin: "recorded".to_owned(),
                source: self.id.clone(),
                licence: None,
            }),
            clock: Clock {
                start: from(-30),
                step: Duration::from_secs(30),
                end: from(30),
                begin: Some(now.to_string()),
            },
            subject: Subject {
                service: ServiceId::new(one("service", said.service.as_ref(), &self.services)?),
                environment: EnvironmentId::new(one(
                    "environment",
                    said.environment.as_ref(),
                    &self.environments,
                )?),
                severity: said.severity.clone(),
                facts: self.facts(),
            },
            alerts: alerts.collect(),
            changes: changes.collect(),
            changes_unavailable: false,
            answers: BTreeMap::new(),
            logs: Vec::new(),
            logs_unavailable: false,
            traces: Vec::new(),
            traces_unavailable: false,
            events: Vec::new(),
            world: Vec::new(),
            expect: Expect::default(),
        };
        let metadata = Metadata {
            id: id.to_owned(),
            title: format!("As told: {id}"),
            ..Metadata::default()
        };
        Ok(document(metadata, fixture))
    }

    fn facts(&self) -> BTreeMap<String, Value> {
        let severity = self
            .severity
            .iter()
            .map(|said| ("reported_severity".to_owned(), Value::String(said.clone())));
        severity.collect()
    }
}

/// What the caller says, else the only one there is.
fn one(what: &'static str, said: Option<&String>, told: &[String]) -> Result<String, PayloadError> {
    match (said, told) {
        (Some(said), _) => Ok(said.clone()),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(PayloadError::Which {
            what,
            found: "nothing".to_owned(),
        }),
        (None, several) => Err(PayloadError::Which {
            what,
            found: format!("`{}`", several.join("`, `")),
        }),
    }
}

fn push_new(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The first of some labels that is there.
fn label(labels: &BTreeMap<String, String>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| labels.get(*name)).cloned()
}

#[cfg(test)]
mod tests;
