//! Postmortem front matter (DESIGN §3.6).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::document::id::{ClassId, EnvironmentId, RunbookId, ServiceId, SignatureId, TeamId};

/// What an incident was, what was tried and what was learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Postmortem {
    /// A severity of the taxonomy.
    pub severity: String,
    /// Services hurt.
    #[serde(default)]
    pub services: Vec<ServiceId>,
    /// Where it happened.
    pub environment: EnvironmentId,
    /// What it was.
    pub incident_class: ClassId,
    /// When what happened.
    pub times: Times,
    /// How it was noticed.
    pub detection: Detection,
    /// What users and the business felt.
    pub impact: String,
    /// What set it off.
    pub trigger: String,
    /// What made it possible or worse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contributing_factors: Vec<String>,
    /// What pointed the wrong way.
    #[serde(default)]
    pub misleading_signals: Vec<MisleadingSignal>,
    /// What was tried, and whether it helped.
    #[serde(default)]
    pub mitigations: Vec<Mitigation>,
    /// What automation did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<Automation>,
    /// Signatures derived from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<SignatureId>,
    /// Why there is no signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_signature_because: Option<String>,
    /// What is being done about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub action_items: Vec<ActionItem>,
    /// Permanent links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// Moments of the incident, RFC 3339 with zone, kept as text so that a malformed one is reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The fault began.
    pub started: String,
    /// Somebody or something noticed.
    pub detected: String,
    /// A human took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
    /// The symptom was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigated: Option<String>,
    /// The cause was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<String>,
}

/// How the incident was noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// `alert`, `customer`, `staff` or `automation`.
    pub by: String,
    /// The alert's name or a permanent link.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What would have shown it earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
}

/// Something that pointed the wrong way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisleadingSignal {
    /// What was seen.
    pub signal: String,
    /// What it suggested.
    pub suggested: String,
    /// Why that was wrong.
    pub because: String,
    /// The adversarial fixture that replays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixture: Option<String>,
}

/// Something that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mitigation {
    /// When, RFC 3339 with zone.
    pub at: String,
    /// An action of the catalogue, or words.
    pub action: String,
    /// `human` or `automation`.
    pub actor: String,
    /// Whether it helped.
    pub effective: bool,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What automation did during the incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Automation {
    /// Whether an agent took part.
    pub involved: bool,
    /// The runbook it used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<RunbookId>,
    /// How its run ended, e.g. `escalated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// Something that is being done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// `prevent`, `detect`, `mitigate` or `process`.
    pub kind: String,
    /// What.
    pub title: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TeamId>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// `open` or `done`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Ticket or permanent link.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}
