//! The webhook of Alertmanager (`version: "4"`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Told, label, push_new};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Webhook {
    group_key: Option<String>,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    #[serde(default)]
    labels: BTreeMap<String, String>,
    starts_at: Timestamp,
    ends_at: Option<Timestamp>,
}

pub(super) fn told(webhook: Webhook) -> Told {
    let mut told = Told {
        id: webhook.group_key,
        ..Told::default()
    };
    for alert in webhook.alerts {
        let labels = alert.labels;
        if let Some(service) = label(&labels, &["service", "app", "job"]) {
            push_new(&mut told.services, service);
        }
        if let Some(environment) = label(&labels, &["environment", "env"]) {
            push_new(&mut told.environments, environment);
        }
        told.severity = told.severity.or_else(|| label(&labels, &["severity"]));
        // An alert that fires has the year 1 for its end, or a moment at which it would have ended.
        let until = alert.ends_at.filter(|ends| *ends > alert.starts_at);
        let name = label(&labels, &["alertname"]).unwrap_or_else(|| "unnamed".to_owned());
        told.alerts.push((name, alert.starts_at, until));
    }
    told
}
