//! A webhook of PagerDuty, version 3, and an event of its Events API, version 2.

use jiff::Timestamp;
use serde::Deserialize;

use super::{PayloadError, Told};

#[derive(Deserialize)]
pub(super) struct Message {
    event: Option<Event>,
    payload: Option<Payload>,
    dedup_key: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    event_type: String,
    occurred_at: Timestamp,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    id: String,
    title: Option<String>,
    service: Option<Named>,
    priority: Option<Named>,
    urgency: Option<String>,
    created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Named {
    summary: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    summary: String,
    severity: Option<String>,
    timestamp: Option<Timestamp>,
    component: Option<String>,
    class: Option<String>,
}

pub(super) fn told(message: Message) -> Result<Told, PayloadError> {
    match (message.event, message.payload) {
        (Some(event), None) => Ok(webhook(event)),
        (None, Some(payload)) => sent(payload, message.dedup_key),
        _ => Err(PayloadError::Shape(
            "it has neither an `event` nor a `payload`".to_owned(),
        )),
    }
}

fn webhook(event: Event) -> Told {
    let Data {
        id,
        title,
        service,
        priority,
        urgency,
        created_at,
    } = event.data;
    let since = created_at.unwrap_or(event.occurred_at);
    let until = event
        .event_type
        .ends_with(".resolved")
        .then_some(event.occurred_at);
    Told {
        id: Some(id),
        services: service
            .and_then(|service| service.summary)
            .into_iter()
            .collect(),
        severity: priority.and_then(|priority| priority.summary).or(urgency),
        alerts: vec![(title.unwrap_or_else(|| "unnamed".to_owned()), since, until)],
        ..Told::default()
    }
}

fn sent(payload: Payload, key: Option<String>) -> Result<Told, PayloadError> {
    let since = payload.timestamp.ok_or_else(|| {
        PayloadError::Shape("`payload.timestamp` is missing: when it began is not known".to_owned())
    })?;
    Ok(Told {
        id: key,
        services: payload.component.into_iter().collect(),
        severity: payload.severity,
        alerts: vec![(payload.class.unwrap_or(payload.summary), since, None)],
        ..Told::default()
    })
}
