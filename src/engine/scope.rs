//! What templates may name: the incident, its latest changes, the parameters of a call, a snapshot.
//!
//! Nothing else is ever in scope: text from logs, traces, annotations and executors cannot reach an
//! argument.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::evidence::{Answer, Arguments, ChangeRecord, EvidenceStore, RequestId};
use super::incident::Incident;
use crate::document::template::{Template, TemplateError};

/// The values templates are filled from.
#[derive(Clone, Debug)]
pub struct Scope(Value);

impl Default for Scope {
    /// Nothing is in scope.
    fn default() -> Self {
        Self(Value::Object(Map::new()))
    }
}

impl Scope {
    /// The incident alone.
    pub fn new(incident: &Incident) -> Self {
        const OWN: [&str; 6] = [
            "id",
            "service",
            "environment",
            "severity",
            "incident_class",
            "commander_active",
        ];
        let named = OWN.into_iter().map(str::to_owned);
        let facts = named
            .chain(incident.facts.keys().cloned())
            .filter_map(|name| Some((name.clone(), incident.fact(&name)?)))
            .collect::<Map<_, _>>();
        Self(json!({ "incident": facts }))
    }

    /// With the latest change of each type, when the feed has been read.
    #[must_use]
    pub fn with_changes(mut self, changes: Option<&[ChangeRecord]>) -> Self {
        if let Some(changes) = changes {
            let mut latest: BTreeMap<&str, &ChangeRecord> = BTreeMap::new();
            for change in changes {
                let known = latest.entry(&change.kind).or_insert(change);
                if known.at <= change.at {
                    *known = change;
                }
            }
            let changes: Map<String, Value> = latest
                .into_iter()
                .map(|(kind, change)| {
                    let mut facts: Map<String, Value> = change.facts.clone().into_iter().collect();
                    facts.insert("at".to_owned(), Value::String(change.at.to_string()));
                    (kind.to_owned(), Value::Object(facts))
                })
                .collect();
            self.set("change", Value::Object(changes));
        }
        self
    }

    /// With the parameters of a call.
    #[must_use]
    pub fn with_params(mut self, params: &Arguments) -> Self {
        self.set("params", json!(params));
        self
    }

    /// With what was captured before a call.
    #[must_use]
    pub fn with_snapshot(mut self, snapshot: &Arguments) -> Self {
        self.set("snapshot", json!(snapshot));
        self
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Value::Object(names) = &mut self.0 {
            names.insert(name.to_owned(), value);
        }
    }
}

/// The changes the feed answered with, in time order; `None` when it could not be read.
pub(crate) fn changes(
    evidence: &EvidenceStore,
    feed: Option<RequestId>,
) -> Option<&[ChangeRecord]> {
    match &evidence.taken(feed?)?.answer {
        Answer::Changes(changes) => Some(changes),
        _ => None,
    }
}

/// Arguments as written, with their templates parsed once.
#[derive(Clone, Debug)]
pub struct ArgumentTemplates(Vec<(String, Slot)>);

#[derive(Clone, Debug)]
enum Slot {
    Literal(Value),
    Template(Template),
}

/// An argument that cannot be read or filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("argument `{argument}`: {error}")]
pub struct FillError {
    /// Its name.
    pub argument: String,
    /// What is wrong.
    pub error: TemplateError,
}

impl ArgumentTemplates {
    /// Reads the arguments of a call. Lists and objects stay as they are: no parameter has such a
    /// type, so they are refused when the call is validated.
    ///
    /// # Errors
    /// The first template, by name, that cannot be read.
    pub fn parse(with: &BTreeMap<String, Value>) -> Result<Self, FillError> {
        with.iter()
            .map(|(name, value)| {
                let slot = match value {
                    Value::String(text) => {
                        Slot::Template(Template::parse(text).map_err(|error| FillError {
                            argument: name.clone(),
                            error,
                        })?)
                    }
                    other => Slot::Literal(other.clone()),
                };
                Ok((name.clone(), slot))
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Self)
    }

    /// The names given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Every path the templates use.
    pub fn references(&self) -> impl Iterator<Item = &[String]> {
        self.0.iter().flat_map(|(_, slot)| {
            let template = match slot {
                Slot::Template(template) => Some(template),
                Slot::Literal(_) => None,
            };
            template
                .into_iter()
                .flat_map(|t| t.references().map(|reference| reference.segments()))
        })
    }

    /// Fills every template.
    ///
    /// # Errors
    /// The first argument, by name, that names something undefined.
    pub fn fill(&self, scope: &Scope) -> Result<Arguments, FillError> {
        self.0
            .iter()
            .map(|(name, slot)| {
                let value = match slot {
                    Slot::Literal(value) => value.clone(),
                    Slot::Template(template) => {
                        fill(template, scope).map_err(|error| FillError {
                            argument: name.clone(),
                            error,
                        })?
                    }
                };
                Ok((name.clone(), value))
            })
            .collect()
    }
}

/// Fills one template.
pub(crate) fn fill(template: &Template, scope: &Scope) -> Result<Value, TemplateError> {
    template.render(&scope.0)
}
