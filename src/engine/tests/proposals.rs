//! Proposals from outside: what `authorize` lets through and what it refuses.

use serde_json::{Value, json};

use super::lab::{Lab, POLICY, RUNBOOK, WELL};
use super::world::World;
use crate::document::Digest;
use crate::document::model::HaltLevel;
use crate::engine::authorize::{Proposal, Situation, Verdict, authorize};
use crate::engine::evidence::ChangeRecord;
use crate::engine::machine::RunInput;
use crate::engine::refusal::Refusal;

struct Case {
    lab: Lab,
    input: RunInput,
    changes: Vec<ChangeRecord>,
    proposal: Proposal,
    halt: Option<HaltLevel>,
    limit: Option<Refusal>,
    approved: Option<Digest>,
    frozen: bool,
}

impl Case {
    fn new() -> Self {
        let lab = Lab::new();
        let fixture = lab.fixture(WELL);
        Self {
            input: World::new(&fixture).input(),
            lab,
            changes: vec![ChangeRecord {
                kind: "deploy".to_owned(),
                at: "2026-11-02T10:04:00Z".parse().unwrap(),
                facts: [("previous_revision".to_owned(), json!(41))].into(),
            }],
            proposal: Proposal {
                runbook: "error-rate-after-deploy".into(),
                step: None,
                action: "k8s.rollout-undo".into(),
                arguments: [
                    ("namespace".to_owned(), json!("shop")),
                    ("deployment".to_owned(), json!("checkout")),
                    ("to_revision".to_owned(), json!(41)),
                ]
                .into(),
            },
            halt: None,
            limit: None,
            approved: None,
            frozen: false,
        }
    }

    fn argument(mut self, name: &str, value: Value) -> Self {
        self.proposal.arguments.insert(name.to_owned(), value);
        self
    }

    fn judge(&self) -> Verdict {
        let situation = Situation {
            incident: &self.input.incident,
            now: self.input.begin,
            halt: self.halt,
            frozen_since: self.frozen.then_some(self.input.begin),
            changes: Some(&self.changes),
            history: &[],
            run: &[],
            limit: self.limit,
            shadow: false,
            approved: self.approved,
        };
        authorize(&self.lab.prepared(), &situation, &self.proposal)
    }

    /// Refused for this reason, also with the approval of the very call.
    #[track_caller]
    fn refused(mut self, code: Refusal) {
        for _ in 0..2 {
            let verdict = self.judge();
            let codes: Vec<Refusal> = verdict.reasons.iter().map(|r| r.code).collect();
            assert!(codes.contains(&code), "{codes:?}");
            assert!(!verdict.allowed && !verdict.awaits_approval());
            self.approved = verdict.call.as_ref().and_then(|call| call.digest());
            assert!(verdict.reasons.iter().all(|r| !r.help.is_empty()));
            assert!(verdict.authorised().is_none());
        }
    }
}

#[test]
fn a_proposal_is_allowed_once_the_very_call_is_approved() {
    let mut case = Case::new();
    let verdict = case.judge();
    assert!(verdict.awaits_approval());
    let demand = verdict.approval.clone().unwrap();
    assert_eq!((demand.approvals, demand.distinct), (2, true));
    let digest = verdict.call.as_ref().and_then(|call| call.digest());
    assert!(verdict.authorised().is_none());
    case.approved = Some(Digest::of(b"another call"));
    assert!(!case.judge().allowed);
    case.approved = digest;
    let verdict = case.judge();
    assert!(verdict.allowed);
    let authorised = verdict.authorised().unwrap();
    assert_eq!(
        authorised.call().target.as_deref(),
        Some("deployment/shop/checkout")
    );
    assert_eq!(authorised.constraints().max_targets, Some(1));
}

#[test]
fn what_the_runbook_does_not_name_is_refused() {
    let mut unknown = Case::new();
    unknown.proposal.runbook = "other".into();
    unknown.refused_plainly(Refusal::OutsideClosure);
    let mut unused = Case::new();
    unused.proposal.action = "k8s.scale-in".into();
    unused.refused_plainly(Refusal::OutsideClosure);
    let mut step = Case::new();
    step.proposal.step = Some("other".into());
    step.refused_plainly(Refusal::OutsideClosure);
}

impl Case {
    #[track_caller]
    fn refused_plainly(&self, code: Refusal) {
        let verdict = self.judge();
        assert_eq!(
            verdict.reasons.iter().map(|r| r.code).collect::<Vec<_>>(),
            [code]
        );
        assert!(!verdict.allowed);
    }
}

#[test]
fn arguments_are_the_steps_own() {
    // Every one of these values is valid for the action.
    Case::new()
        .argument("deployment", json!("payments-gateway"))
        .refused(Refusal::ArgumentInvalid);
    Case::new()
        .argument("to_revision", json!(7))
        .refused(Refusal::ArgumentInvalid);
    let mut without_changes = Case::new();
    without_changes.changes.clear();
    without_changes.refused(Refusal::ArgumentInvalid);
    Case::new()
        .argument("deployment", json!("checkout; rm -rf /"))
        .refused_first(Refusal::FreeText);
    Case::new()
        .argument("to_revision", json!("41"))
        .refused_first(Refusal::ArgumentInvalid);
    Case::new()
        .argument("force", json!(true))
        .refused_first(Refusal::ArgumentUnknown);
}

impl Case {
    #[track_caller]
    fn refused_first(&self, code: Refusal) {
        let verdict = self.judge();
        assert_eq!(verdict.reasons.first().map(|r| r.code), Some(code));
        assert!(!verdict.allowed && verdict.call.is_none());
    }
}

#[test]
fn circumstances_refuse_each_with_its_own_code() {
    let with = |file: &str, from: &str, to: &str| {
        let mut case = Case::new();
        case.lab = case.lab.edit(file, from, to);
        case
    };
    with(POLICY, "checkout: gated", "checkout: advise").refused(Refusal::ModeAdvise);
    with(POLICY, "checkout: gated", "checkout: shadow").refused(Refusal::ModeShadow);
    with(RUNBOOK, "max_tier: 2", "max_tier: 1").refused(Refusal::TierTooHigh);
    with(RUNBOOK, "\"statefulset/**\"", "\"deployment/**\"").refused(Refusal::DoNotTouch);
    with(
        RUNBOOK,
        "services: [checkout]",
        "services: [payments-gateway]",
    )
    .refused(Refusal::OutOfScope);
    let frozen = Case {
        frozen: true,
        ..Case::new()
    };
    frozen.refused(Refusal::Frozen);
    for (level, code) in [
        (HaltLevel::StopNow, Refusal::KillSwitch),
        (HaltLevel::PauseNew, Refusal::KillSwitch),
        (HaltLevel::AdviseOnly, Refusal::ModeAdvise),
    ] {
        let halted = Case {
            halt: Some(level),
            ..Case::new()
        };
        halted.refused(code);
    }
    for known in [Some(true), None] {
        let mut commander = Case::new();
        commander.input.incident.commander_active = known;
        commander.refused(Refusal::Commander);
    }
    for limit in [Refusal::NoSignature, Refusal::SignatureAmbiguous] {
        let limited = Case {
            limit: Some(limit),
            ..Case::new()
        };
        limited.refused(limit);
    }
}
