//! Alert rules of Prometheus, as vetted queries and drafts of runbooks.
//!
//! An alert says when something is wrong, not what may be done about it. So a draft looks and hands over; its tier is 0, its mode is
//! `off` and its status `draft`, and the services it is for are left for people to say.

mod expression;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use expression::Asked;

use super::draft::{document, id, metadata};
use crate::document::id::{AlertName, CheckName, ClassId, QueryId};
use crate::document::model::{
    Autonomy, Backend, Check, Decision, DecisionOutcome, Document, Mode, NoData, Params, Query,
    QueryResult, ResultType, Runbook, Scope, Signal, Status, Tier,
};
use crate::document::unit::{Duration, Unit};

/// A rule as documents.
#[derive(Debug)]
pub struct Imported {
    /// The name of the alert, or of the recorded series.
    pub name: String,
    /// Its group.
    pub group: String,
    /// The question it asks.
    pub query: Document<Query>,
    /// What is to be done when it fires; none for a recorded series.
    pub runbook: Option<Document<Runbook>>,
    /// What it says to people.
    pub description: Option<String>,
}

/// Why a rule is not imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {why}")]
pub struct Refused {
    /// The rule.
    pub name: String,
    /// Why.
    pub why: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    name: String,
    #[serde(default)]
    rules: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    alert: Option<String>,
    record: Option<String>,
    expr: String,
    r#for: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// Reads files of rules. Alerts of one name in several groups or files get ids of their own.
#[derive(Debug)]
pub struct Importer {
    class: String,
    owner: String,
    taken: BTreeSet<String>,
}

impl Importer {
    /// For a class of incidents, and a team that answers for the documents.
    #[must_use]
    pub fn new(class: String, owner: String) -> Self {
        let taken = BTreeSet::new();
        Self {
            class,
            owner,
            taken,
        }
    }

    /// Reads the rules of a file, each by itself.
    ///
    /// # Errors
    /// When it is no file of rules at all.
    pub fn read(&mut self, text: &str) -> Result<Vec<Result<Imported, Refused>>, String> {
        let file: File = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        let mut rules = Vec::new();
        for group in file.groups {
            for rule in group.rules {
                rules.push(self.imported(&group.name, rule));
            }
        }
        Ok(rules)
    }

    fn imported(&mut self, group: &str, rule: Entry) -> Result<Imported, Refused> {
        let named = rule.alert.as_ref().or(rule.record.as_ref());
        let name = named.cloned().unwrap_or_else(|| "(no name)".to_owned());
        let refused = |why: String| Refused {
            name: name.clone(),
            why,
        };
        let asked = Asked::of(&rule.expr).map_err(refused)?;
        let hold = rule
            .r#for
            .as_deref()
            .map(|text| duration(text).ok_or(text))
            .transpose();
        let hold = hold.map_err(|text| refused(format!("`for: {text}` is no duration")))?;
        let slug = self
            .free(group, &name)
            .ok_or_else(|| refused("its name has no letter and no digit".to_owned()))?;
        let summary = rule.annotations.get("summary");
        let title = summary.map_or_else(|| spaced(&name), |text| without_templates(text));
        let mut envelope = metadata(&slug, &title, &self.owner, Status::Draft);
        let labels = rule
            .labels
            .into_iter()
            .filter(|(key, value)| !value.contains("{{") && *key == id(key));
        envelope.labels = labels.collect();
        let query = document(envelope.clone(), query(&asked));
        let runbook = rule.alert.map(|alert| {
            let check = Check {
                query: Some(QueryId::new(slug.as_str())),
                hold: hold.filter(|hold| *hold > Duration::ZERO),
                ..asked.comparison
            };
            document(envelope, runbook(alert, check, &self.class))
        });
        let description = rule.annotations.get("description").cloned();
        let group = group.to_owned();
        Ok(Imported {
            name,
            group,
            query,
            runbook,
            description,
        })
    }

    /// An id that nothing has yet: of the name, with that of the group or a number where it takes one.
    fn free(&mut self, group: &str, name: &str) -> Option<String> {
        let slug = id(&spaced(name));
        let longer = format!("{}-{slug}", id(&spaced(group)));
        let numbered = (2..).map(|number| format!("{longer}-{number}"));
        let mut candidates = [slug.clone(), longer.clone()].into_iter().chain(numbered);
        let free = candidates.find(|candidate| !self.taken.contains(candidate))?;
        self.taken.insert(free.clone());
        (!slug.is_empty()).then_some(free)
    }
}

fn query(asked: &Asked) -> Query {
    Query {
        backend: Backend::Promql,
        template: asked.template.clone(),
        params: Params::default(),
        result: QueryResult {
            kind: ResultType::Number,
            unit: Unit::None,
        },
        signal: Signal::Metric,
        no_data: NoData::Inconclusive,
        min_samples: None,
        caps: None,
        sensitivity: None,
    }
}

fn runbook(alert: String, check: Check, class: &str) -> Runbook {
    let because = format!("what may be done about {alert} is not decided yet");
    Runbook {
        incident_class: ClassId::new(class),
        alerts: vec![AlertName::new(alert)],
        scope: Scope::default(),
        autonomy: Autonomy {
            max_tier: Tier::READ_ONLY,
            mode: Mode::Off,
        },
        checks: [(CheckName::new("firing"), check)].into(),
        decide: vec![
            Decision {
                when: Some("firing".to_owned()),
                escalate: Some("service_oncall".to_owned()),
                because: Some(because),
                ..Decision::default()
            },
            Decision {
                otherwise: Some(DecisionOutcome::Escalate),
                because: Some("the alert does not hold, or cannot be seen to".to_owned()),
                ..Decision::default()
            },
        ],
        paths: BTreeMap::new(),
        escalate: None,
        stop_when: Vec::new(),
        budgets: None,
        handoff: Vec::new(),
    }
}

/// `HostOutOfMemory` as `Host out of memory`; abbreviations stay together.
fn spaced(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let after = letters.get(place + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase()));
        if begins {
            words.push(' ');
        }
        words.push(if *letter == '_' || *letter == ':' {
            ' '
        } else {
            *letter
        });
    }
    words
}

/// A text without what Prometheus would fill in.
fn without_templates(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once("{{") {
        plain.push_str(before);
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let plain = plain.replace("(instance )", "").replace("()", "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A duration as Prometheus writes it, which may have years.
fn duration(text: &str) -> Option<Duration> {
    text.parse().ok().or_else(|| {
        let (years, rest) = text.split_once('y')?;
        let days = years.parse::<u64>().ok()?.checked_mul(365)?;
        let years: Duration = format!("{days}d").parse().ok()?;
        let rest = if rest.is_empty() {
            Duration::ZERO
        } else {
            rest.parse().ok()?
        };
        Some(years.saturating_add(rest))
    })
}
