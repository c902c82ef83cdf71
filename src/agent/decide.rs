//! Decisions and authorisations: JSON in, JSON out, over the documents of a bundle.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use crate::bundle::Bundle;
use crate::closure::SignatureClosure;
use crate::document::Digest;
use crate::document::id::{CheckName, PathId, RunbookId, SignatureId};
use crate::document::model::{HaltLevel, Mode};
use crate::engine::arguments::Vocabulary;
use crate::engine::authorize::{Proposal, Situation, Verdict, authorize};
use crate::engine::call::{Call, PastAction};
use crate::engine::check::CheckResult;
use crate::engine::command::{ApprovalRequest, Command};
use crate::engine::event::{Event, EventKind};
use crate::engine::evidence::{Answer, Request, Window};
use crate::engine::handoff::Handoff;
use crate::engine::incident::Incident;
use crate::engine::machine::{Ended, Engine, RunInput};
use crate::engine::prepared::{Prepared, Sources};
use crate::engine::signature;
use crate::engine::trace::{Record, Trace};

/// Version of the JSON forms of this module.
pub const VERSION: u32 = 1;

/// Most answers one decision may take; documents ask for a few dozen.
const MAX_ANSWERS: usize = 10_000;

/// What a decision is asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionInput {
    /// The moment the evidence tells about.
    pub now: Timestamp,
    /// Who asks; may never approve its own calls.
    #[serde(default = "anonymous")]
    pub agent: String,
    /// The incident.
    pub incident: Incident,
    /// The kill switch.
    #[serde(default)]
    pub halt: Option<HaltLevel>,
    /// What was done lately, by whomever.
    #[serde(default)]
    pub history: Vec<PastAction>,
    /// What the backends answered.
    #[serde(default)]
    pub evidence: Evidence,
}

fn anonymous() -> String {
    "agent".to_owned()
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Run the proposed call.
    Execute,
    /// Ask humans for a go-ahead for the proposed call.
    RequestApproval,
    /// Hand the incident over.
    Escalate,
    /// Nothing: the run ended by itself, or was stopped.
    Stop,
}

/// A decision with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// Version of this form.
    pub version: u32,
    /// What is to be done now.
    pub next: Next,
    /// The best signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Recognised>,
    /// The runbook followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook: Option<RunbookId>,
    /// The path taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathId>,
    /// Every check looked at, with its value.
    pub checks: BTreeMap<CheckName, CheckResult>,
    /// The effective mode of the proposed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The go-ahead that is needed, and the call it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRequest>,
    /// The call to execute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Call>,
    /// How the run ended, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// What is handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Handoff>,
    /// Questions no evidence was brought for. Answer them and ask again for a better decision.
    pub unanswered: Vec<Request>,
    /// What happened, line by line.
    pub trace: Vec<String>,
}

/// A signature that was scored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recognised {
    /// Which.
    pub id: SignatureId,
    /// What it says.
    pub verdict: signature::Verdict,
    /// Weight of what holds, as a share of what could.
    pub score: f64,
    /// The score if everything unknown held.
    pub ceiling: f64,
    /// What decided the verdict.
    pub why: String,
}

/// What an authorisation is asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationInput {
    /// The moment.
    pub now: Timestamp,
    /// The incident.
    pub incident: Incident,
    /// The call somebody would like to make.
    pub proposal: Proposal,
    /// The kill switch.
    #[serde(default)]
    pub halt: Option<HaltLevel>,
    /// Since when everything is frozen, beyond the policy's own freezes.
    #[serde(default)]
    pub frozen_since: Option<Timestamp>,
    /// What was done lately, by whomever.
    #[serde(default)]
    pub history: Vec<PastAction>,
    /// What this run did so far.
    #[serde(default)]
    pub run: Vec<PastAction>,
    /// The digest of the call that humans approved.
    #[serde(default)]
    pub approved: Option<Digest>,
    /// What the backends answered: the change feed is looked at.
    #[serde(default)]
    pub evidence: Evidence,
}

/// Makes the documents of a bundle ready to decide with.
pub fn prepare(bundle: &Bundle) -> Prepared {
    let runbooks: Vec<_> = bundle.runbooks.values().cloned().collect();
    let mut signatures: BTreeMap<String, SignatureClosure> = bundle.signatures.clone();
    let mut services = BTreeMap::new();
    let mut severities = Vec::new();
    for closure in &runbooks {
        for (id, signature) in &closure.signatures {
            signatures
                .entry(id.to_string())
                .or_insert_with(|| SignatureClosure {
                    signature: signature.clone(),
                    queries: closure.queries.clone(),
                    services: closure.services.clone(),
                    class: closure.class.clone(),
                });
        }
        services.extend(
            closure
                .services
                .iter()
                .map(|(id, service)| (id.clone(), (**service).clone())),
        );
        severities = closure
            .severities
            .iter()
            .map(|severity| severity.id.clone())
            .collect();
    }
    Prepared::new(Sources {
        vocabulary: Arc::new(Vocabulary::new(&bundle.governance.spec, &services)),
        governance: Arc::new((*bundle.governance).clone()),
        runbooks,
        signatures: signatures.into_values().collect(),
        services: Arc::new(services),
        severities,
        unresolved: Vec::new(),
    })
}

/// Decides what to do about an incident with the evidence at hand. Nothing is executed, and no time passes: what
/// the evidence does not answer counts as unavailable.
pub fn decide(prepared: &Arc<Prepared>, input: &DecisionInput) -> Decision {
    decide_with(prepared, input, &|request| {
        input.evidence.answer(request, input.now)
    })
}

/// Like [`decide`], with evidence that `answer` looks up when it is asked for.
pub fn decide_with(
    prepared: &Arc<Prepared>,
    input: &DecisionInput,
    answer: &dyn Fn(&Request) -> Option<Answer>,
) -> Decision {
    let run = RunInput {
        incident: input.incident.clone(),
        begin: input.now,
        halt: input.halt,
        history: input.history.clone(),
        watch: Vec::new(),
        agent: input.agent.clone(),
    };
    let (mut engine, mut commands) = Engine::start(Arc::clone(prepared), run);
    let mut unanswered = Vec::new();
    for _ in 0..MAX_ANSWERS {
        let mut asked = commands.iter().filter_map(|command| match command {
            Command::Ask { id, request, .. } => Some((*id, request.clone())),
            _ => None,
        });
        let Some((id, request)) = asked.next() else {
            break;
        };
        let rest: Vec<_> = commands
            .iter()
            .filter(|c| !matches!(c, Command::Ask { id: other, .. } if *other == id))
            .cloned()
            .collect();
        let answer = answer(&request).unwrap_or_else(|| {
            if !unanswered.contains(&request) {
                unanswered.push(request.clone());
            }
            Answer::Unavailable {
                reason: "no evidence was brought for it".to_owned(),
            }
        });
        let event = Event {
            at: input.now,
            kind: EventKind::Answered {
                request: id,
                as_of: input.now,
                answer,
            },
        };
        commands = rest;
        commands.extend(engine.step(event));
    }
    told(&engine, &commands, unanswered)
}

/// Judges a call somebody would like to make.
pub fn judge(prepared: &Prepared, input: &AuthorizationInput) -> Verdict {
    let window = Window::Last(crate::document::unit::Duration::MAX);
    let changes = match input
        .evidence
        .answer(&Request::Changes { window }, input.now)
    {
        Some(Answer::Changes(changes)) => Some(changes),
        _ => None,
    };
    let situation = Situation {
        incident: &input.incident,
        now: input.now,
        halt: input.halt,
        frozen_since: input.frozen_since,
        changes: changes.as_deref(),
        history: &input.history,
        run: &input.run,
        limit: None,
        shadow: false,
        approved: input.approved,
    };
    authorize(prepared, &situation, &input.proposal)
}

fn told(engine: &Engine, commands: &[Command], unanswered: Vec<Request>) -> Decision {
    let trace = engine.trace();
    let mut decision = Decision {
        version: VERSION,
        next: Next::Stop,
        signature: trace.candidates().first().map(|best| Recognised {
            id: best.id.clone(),
            verdict: best.verdict,
            score: best.score,
            ceiling: best.ceiling,
            why: best.why.clone(),
        }),
        runbook: trace.runbook().cloned(),
        path: trace.path().cloned(),
        checks: checks(trace),
        mode: None,
        approval: None,
        proposal: None,
        ended: engine.ended().cloned(),
        handoff: trace.handoff().cloned(),
        unanswered,
        trace: trace.lines(),
    };
    for command in commands {
        match command {
            Command::RequestApproval(request) => {
                decision.next = Next::RequestApproval;
                decision.approval = Some((**request).clone());
                decision.mode = Some(Mode::Gated);
            }
            Command::Execute(execution) => {
                decision.next = Next::Execute;
                decision.mode = Some(execution.mode());
                decision.proposal = Some(execution.call().clone());
            }
            Command::Escalate(_) => decision.next = Next::Escalate,
            Command::Ask { .. } | Command::End(_) => {}
        }
    }
    decision
}

fn checks(trace: &Trace) -> BTreeMap<CheckName, CheckResult> {
    let decided = trace.entries.iter().filter_map(|entry| match &entry.what {
        Record::Decided { checks, .. } => Some(checks),
        _ => None,
    });
    decided
        .flatten()
        .map(|(name, result)| (name.clone(), result.clone()))
        .collect()
}
