//! Events of the CDEvents specification: services that were deployed, upgraded, rolled back or removed, environments that were
//! modified, changes that were merged, incidents.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{PayloadError, Told};

#[derive(Deserialize)]
pub(super) struct Event {
    context: Context,
    subject: Subject,
}

#[derive(Deserialize)]
struct Context {
    r#type: String,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
struct Subject {
    id: String,
    #[serde(default)]
    content: BTreeMap<String, Value>,
}

pub(super) fn told(event: Event) -> Result<Told, PayloadError> {
    let Event { context, subject } = event;
    let named = |name: &str| {
        let id = subject.content.get(name)?.get("id")?.as_str()?;
        Some(id.to_owned())
    };
    let environments: Vec<String> = named("environment").into_iter().collect();
    let artifact = subject.content.get("artifactId").cloned();
    let facts: BTreeMap<String, Value> = artifact
        .map(|artifact| ("artifact".to_owned(), artifact))
        .into_iter()
        .collect();
    let at = context.timestamp;
    let words: Vec<&str> = context.r#type.split('.').collect();
    let &["dev", "cdevents", what, happened, ..] = words.as_slice() else {
        return Err(PayloadError::Shape(format!(
            "`{}` is no type of CDEvents",
            context.r#type
        )));
    };
    let change = |kind: &str, services: Vec<String>, environments: Vec<String>| Told {
        services,
        environments,
        changes: vec![(kind.to_owned(), at, facts.clone())],
        ..Told::default()
    };
    match (what, happened) {
        ("service", "deployed" | "upgraded" | "published") => {
            Ok(change("deploy", vec![subject.id.clone()], environments))
        }
        ("service", "rolledback") => Ok(change("rollback", vec![subject.id.clone()], environments)),
        ("service", "removed") => Ok(change("remove", vec![subject.id.clone()], environments)),
        ("environment", "created" | "modified" | "deleted") => {
            Ok(change("environment", Vec::new(), vec![subject.id.clone()]))
        }
        ("change", "merged") => Ok(change("merge", Vec::new(), environments)),
        ("incident", "detected" | "reported" | "resolved") => Ok(Told {
            id: Some(subject.id.clone()),
            services: named("service").into_iter().collect(),
            environments,
            alerts: vec![(
                "incident".to_owned(),
                at,
                (happened == "resolved").then_some(at),
            )],
            ..Told::default()
        }),
        _ => Err(PayloadError::Shape(format!(
            "`{what} {happened}` tells neither of an incident nor of a change in production"
        ))),
    }
}
