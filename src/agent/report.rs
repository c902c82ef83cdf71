//! What an agent says of itself: the file, the metrics and the message that monitoring looks at.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::orders::Orders;
use super::release::Usable;
use crate::bundle::Channel;
use crate::distribution::{Freshness, Outcome, Status};
use crate::document::model::HaltLevel;

/// The version of the form.
const VERSION: u32 = 1;

/// What an agent says of itself after a synchronisation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentReport {
    /// The version of this form.
    pub version: u32,
    /// The version of rbk.
    pub rbk: &'static str,
    /// The agent's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// The number of the release in force, how fresh it is, and when a synchronisation last succeeded.
    #[serde(flatten)]
    pub status: Status,
    /// What is used of the release; nothing when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// What stands in the way of using it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
    /// The furthest that incident commanders stop agents, anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halt: Option<HaltLevel>,
    /// How many documents, or forms of them, are withdrawn.
    pub recalls: u64,
    /// The synchronisation this is about, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Outcome>,
    /// Synchronisations that failed since one succeeded.
    pub failures: u64,
}

/// What is used of a release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Content {
    /// Which of its contents.
    pub channel: Channel,
    /// The commit it was built from.
    pub commit: String,
    /// Documents that are used.
    pub documents: u64,
    /// Documents that are not used, each with why.
    pub refused: Vec<Refused>,
}

/// A document that is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// `KIND/ID`.
    pub document: String,
    /// Why.
    pub why: String,
}

impl AgentReport {
    /// A report of what an agent stands on at a moment.
    #[must_use]
    pub fn new(
        agent: Option<String>,
        status: Status,
        usable: Option<Result<Usable, String>>,
        orders: Result<Orders, String>,
        at: Timestamp,
    ) -> Self {
        let mut unusable = None;
        let (mut halt, mut recalls) = (None, 0);
        let mut content = None;
        match (usable, orders) {
            (Some(Err(why)), _) | (Some(Ok(_)), Err(why)) => unusable = Some(why),
            (Some(Ok(usable)), Ok(orders)) => {
                let halts = orders.halts.iter();
                let in_force = halts.filter(|halt| halt.until.is_none_or(|until| at < until));
                halt = in_force.map(|halt| halt.level).max();
                recalls = orders.recalled.len() as u64;
                content = Some(Content::of(usable, &orders));
            }
            (None, _) => {}
        }
        Self {
            version: VERSION,
            rbk: env!("CARGO_PKG_VERSION"),
            agent,
            at,
            status,
            content,
            unusable,
            halt,
            recalls,
            last: None,
            failures: 0,
        }
    }

    /// The report of a synchronisation, after so many that failed in a row.
    #[must_use]
    pub fn after(self, outcome: &Outcome, failures: u64) -> Self {
        Self {
            last: Some(outcome.clone()),
            failures,
            ..self
        }
    }

    /// The report as a Prometheus text file, for the textfile collector of the node exporter.
    #[must_use]
    pub fn metrics(&self) -> String {
        let mut text = String::new();
        let mut gauge = |name: &str, help: &str, value: i64| {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "# HELP rbk_{name} {help}\n# TYPE rbk_{name} gauge\nrbk_{name} {value}\n"
            );
        };
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        gauge(
            "up",
            "Whether the last synchronisation succeeded.",
            i64::from(self.failures == 0),
        );
        gauge(
            "sync_failures",
            "Synchronisations that failed since one succeeded.",
            number(self.failures),
        );
        if let Some(release) = self.status.release {
            gauge(
                "release",
                "Number of the release in force.",
                number(release),
            );
        }
        if let Some(synced) = self.status.synced {
            gauge(
                "last_sync_timestamp_seconds",
                "When a synchronisation last succeeded, to ten minutes.",
                synced.as_second(),
            );
        }
        let fresh = self.status.freshness.is_some_and(|it| it.is_fresh());
        gauge(
            "fresh",
            "Whether the release in force is surely the newest.",
            i64::from(fresh),
        );
        if let Some(Freshness::Fresh { expires }) = self.status.freshness {
            gauge(
                "expires_timestamp_seconds",
                "When the release in force becomes stale.",
                expires.as_second(),
            );
        }
        gauge(
            "usable",
            "Whether the release in force can be used.",
            i64::from(self.content.is_some()),
        );
        if let Some(content) = &self.content {
            gauge(
                "canary",
                "Whether the content of the canary channel is used.",
                i64::from(content.channel == Channel::Canary),
            );
            gauge(
                "documents",
                "Documents that are used.",
                number(content.documents),
            );
            gauge(
                "documents_refused",
                "Documents of the release that are not used.",
                content.refused.len() as i64,
            );
        }
        let level = match self.halt {
            None => 0,
            Some(HaltLevel::AdviseOnly) => 1,
            Some(HaltLevel::PauseNew) => 2,
            Some(HaltLevel::StopNow) => 3,
        };
        gauge(
            "halt_level",
            "How far commanders stop agents anywhere: 0 not, 1 advise_only, 2 pause_new, 3 stop_now.",
            level,
        );
        gauge(
            "recalls",
            "Orders that withdraw documents.",
            number(self.recalls),
        );
        text
    }
}

impl Content {
    fn of(usable: Usable, orders: &Orders) -> Self {
        let channel = usable.channel;
        let commit = usable.bundle.index.commit.clone();
        let (bundle, withdrawn) = orders.apply(usable.bundle);
        let refused = usable.refused.into_iter().chain(withdrawn);
        Self {
            channel,
            commit,
            documents: bundle.documents.len() as u64,
            refused: refused
                .map(|((kind, id), why)| Refused {
                    document: format!("{kind}/{id}"),
                    why,
                })
                .collect(),
        }
    }
}
