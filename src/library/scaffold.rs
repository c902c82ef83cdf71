//! New documents that are safe from the first line: they lint clean, bring their fixtures and do
//! nothing but look and escalate until somebody adds more.

mod surroundings;

pub use surroundings::{Surroundings, SurroundingsError, Wishes};

use camino::Utf8PathBuf;

use crate::document::model::Kind;

/// Kinds that [`scaffold`] can write.
pub const KINDS: [Kind; 6] = [
    Kind::Runbook,
    Kind::Action,
    Kind::Query,
    Kind::Service,
    Kind::Signature,
    Kind::Postmortem,
];

/// The files of a new document: path and text. `None` for a kind that is not in [`KINDS`].
pub fn scaffold(kind: Kind, id: &str, around: &Surroundings) -> Option<Vec<(Utf8PathBuf, String)>> {
    let files = match kind {
        Kind::Runbook => runbook(id, around),
        Kind::Action => vec![(
            format!("runbooks/catalog/actions/{id}.yaml"),
            action(id, around),
        )],
        Kind::Query => vec![(
            format!("runbooks/catalog/queries/{id}.yaml"),
            query(id, around),
        )],
        Kind::Service => vec![(
            format!("runbooks/catalog/services/{id}.yaml"),
            service(id, around),
        )],
        Kind::Signature => signature(id, around),
        Kind::Postmortem => vec![(
            format!("postmortems/{id}/postmortem.md"),
            postmortem(id, around),
        )],
        _ => return None,
    };
    Some(
        files
            .into_iter()
            .map(|(path, text)| (path.into(), text))
            .collect(),
    )
}

fn head(kind: Kind, id: &str, status: &str, more: &str, around: &Surroundings) -> String {
    format!(
        "apiVersion: rbk/v1\nkind: {kind}\nmetadata: {{id: {id}, title: {}, version: 0.1.0, owner: {}, status: {status}{more}}}\nspec:\n",
        words(id),
        around.owner,
    )
}

/// `queue-backlog` as `Queue backlog`.
fn words(id: &str) -> String {
    let text = id.replace(['-', '_', '.'], " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `queue-backlog` as `QueueBacklog`, the way alerts are named.
fn alert_name(id: &str) -> String {
    id.split(['-', '_', '.']).map(words).collect()
}

fn runbook(id: &str, around: &Surroundings) -> Vec<(String, String)> {
    let Surroundings {
        class,
        service,
        oncall,
        second,
        severity,
        review_by,
        ..
    } = around;
    let (environments, environment) = environments(around);
    let alert = alert_name(id);
    let text = head(
        Kind::Runbook,
        id,
        "draft",
        &format!(", review_by: {review_by}"),
        around,
    ) + &format!(
        "  incident_class: {class}
  alerts: [{alert}]
  scope: {{services: [{service}], environments: [{environments}]}}
  autonomy: {{max_tier: 0, mode: advise}}
  decide: # first match wins; add rows above the last one
    - {{otherwise: escalate, because: no trusted pattern}}
  escalate: {{to: service_oncall, ack_within: 5m, then: {second}, page: true}}
"
    );
    let escalates = fixture(
        &format!("{id}-escalates"),
        "The alert is handed to the owner",
        "positive",
        &format!(
            "  subject: {{service: {service}, environment: {environment}, severity: {severity}}}
  alerts: [{{name: {alert}, at: 2026-11-02T10:10:00Z}}]
  expect:
    runbook: {id}
    path: none
    forbidden: [\"*\"]
    escalation: {{to: {oncall}, reason: otherwise, within: 1m}}
    outcome: escalated
"
        ),
    );
    let folder = format!("runbooks/{id}");
    vec![
        (format!("{folder}/runbook.yaml"), text),
        (format!("{folder}/fixtures/{id}-escalates.yaml"), escalates),
    ]
}

fn fixture(id: &str, title: &str, kind: &str, rest: &str) -> String {
    format!(
        "apiVersion: rbk/v1
kind: Fixture
metadata: {{id: {id}, title: {title}}}
spec:
  kind: {kind}
  provenance: {{origin: written}}
  clock: {{start: 2026-11-02T10:00:00Z, step: 30s, end: 2026-11-02T10:30:00Z, begin: 2026-11-02T10:10:00Z}}
{rest}"
    )
}

fn action(id: &str, around: &Surroundings) -> String {
    head(Kind::Action, id, "draft", "", around)
        + "  tier: 0
  effect: read
  adapter: {system: kubernetes, operation: describe}
  reversibility: {class: none_needed}
  idempotent: true
  params:
    service: {type: string, lookup: services}
  timeout: 30s
  permissions: [\"apps/deployments:get\"]
"
}

fn query(id: &str, around: &Surroundings) -> String {
    head(Kind::Query, id, "draft", "", around)
        + "  backend: promql
  template: sum(up{service=\"{{ service }}\", environment=\"{{ environment }}\"})
  params:
    service: {type: string, lookup: services}
    environment: {type: string, lookup: environments}
  result: {type: number, unit: count}
  signal: metric
  no_data: inconclusive
  caps: {timeout: 10s, range: 1h, series: 10}
  sensitivity: internal
"
}

fn service(id: &str, around: &Surroundings) -> String {
    let (environments, _) = environments(around);
    head(Kind::Service, id, "draft", "", around)
        + &format!(
            "  purpose: {}
  environments: [{environments}]
  oncall: {{team: {}}}
  namespaces: [{id}]
",
            words(id),
            around.oncall,
        )
}

fn signature(id: &str, around: &Surroundings) -> Vec<(String, String)> {
    let Surroundings {
        class,
        service,
        severity,
        ..
    } = around;
    let (_, environment) = environments(around);
    let alert = alert_name(id);
    let text = head(Kind::Signature, id, "draft", "", around)
        + &format!(
            "  incident_class: {class}
  correlate: [service, environment]
  window: 15m
  require:
    alerted: {{alert: {alert}}}
  score: {{match_at: 0.8, ambiguous_at: 0.5}}
"
        );
    let subject = format!(
        "  subject: {{service: {service}, environment: {environment}, severity: {severity}}}\n"
    );
    let recognised = fixture(
        &format!("{id}-recognised"),
        "The failure is recognised",
        "positive",
        &format!(
            "{subject}  alerts: [{{name: {alert}, at: 2026-11-02T10:10:00Z}}]
  expect:
    signatures: {{{id}: match}}
    forbidden: [\"*\"]
    outcome: escalated
"
        ),
    );
    let quiet = fixture(
        &format!("{id}-quiet"),
        "Nothing is wrong",
        "benign",
        &format!(
            "{subject}  alerts: [{{name: SomethingElse, at: 2026-11-02T10:10:00Z}}]
  expect:
    signatures: {{{id}: no_match}}
    forbidden: [\"*\"]
    outcome: escalated
"
        ),
    );
    let folder = format!("runbooks/signatures/{id}");
    vec![
        (format!("{folder}/signature.yaml"), text),
        (
            format!("{folder}/fixtures/{id}-recognised.yaml"),
            recognised,
        ),
        (format!("{folder}/fixtures/{id}-quiet.yaml"), quiet),
    ]
}

fn postmortem(id: &str, around: &Surroundings) -> String {
    let Surroundings {
        class,
        service,
        severity,
        ..
    } = around;
    let (_, environment) = environments(around);
    let front = head(Kind::Postmortem, id, "draft", "", around)
        + &format!(
            "  severity: {severity}
  services: [{service}]
  environment: {environment}
  incident_class: {class}
  times: {{started: 2026-11-02T10:00:00Z, detected: 2026-11-02T10:05:00Z}}
  detection: {{by: alert}}
  impact: Not known yet
  trigger: Not known yet
  misleading_signals: []
  mitigations: []
"
        );
    format!(
        "---\n{front}---\n\n# {}\n\nWhat happened, what misled us, what helped and what did not, in the order it happened.\n",
        words(id)
    )
}

/// All environments of the service, and the last one, by convention the one users see.
fn environments(around: &Surroundings) -> (String, &str) {
    let last = around
        .environments
        .last()
        .map_or("production", String::as_str);
    (around.environments.join(", "), last)
}
