//! The go-ahead of humans: asked for once per step, bound to the call, never granted by silence.

use std::collections::BTreeSet;

use super::state::{Approval, Flow, Given, Phase, Turn};
use crate::document::Digest;
use crate::document::id::TeamId;
use crate::document::model::Outcome;
use crate::engine::authorize::ApprovalDemand;
use crate::engine::call::Call;
use crate::engine::command::{ApprovalRequest, CallText, Command};
use crate::engine::moment::after;
use crate::engine::reason::Reason;
use crate::engine::trace::Record;

impl Turn<'_> {
    pub(super) fn begin_approval(&mut self, call: Call, demand: ApprovalDemand) -> Flow {
        let Some(question) = call.digest() else {
            return self.broken();
        };
        let expires_at = after(self.state.now, demand.expires);
        let undo = self
            .here()
            .and_then(|(_, step)| Some(step.action.undo.as_ref()?.action.to_string()));
        let on = call
            .target
            .as_ref()
            .map(|t| format!(" on {t}"))
            .unwrap_or_default();
        self.record(Record::ApprovalAsked {
            step: call.step.clone(),
            question,
            demand: demand.clone(),
        });
        self.commands
            .push(Command::RequestApproval(Box::new(ApprovalRequest {
                id: question,
                step: call.step.clone(),
                call: Box::new(CallText {
                    summary: format!(
                        "step `{}`: {}{on} (tier {})",
                        call.step, call.action, call.tier
                    ),
                    arguments: call
                        .arguments
                        .iter()
                        .map(|(name, value)| (name.clone(), value.to_string()))
                        .collect(),
                    undo,
                }),
                demand: demand.clone(),
                expires_at,
            })));
        Flow::Wait(Phase::Approval(Approval {
            call,
            question,
            demand,
            expires_at,
            given: Vec::new(),
            denied_by: None,
        }))
    }

    pub(super) fn approval(&mut self, approval: Approval) -> Flow {
        if let Some(by) = &approval.denied_by {
            let detail = format!("{} refused", crate::engine::text::quote(by));
            return self.end(Outcome::Escalated, Reason::ApprovalDenied, detail);
        }
        if counted(&approval) >= approval.demand.approvals {
            self.state.approved = Some(approval.question);
            return self.begin_scoring(true);
        }
        if self.state.now >= approval.expires_at {
            let outcome = if approval.demand.stop_on_timeout {
                Outcome::Stopped
            } else {
                Outcome::Escalated
            };
            let detail = format!(
                "{} of {} approvals within {}",
                counted(&approval),
                approval.demand.approvals,
                approval.demand.expires
            );
            return self.end(outcome, Reason::ApprovalTimeout, detail);
        }
        Flow::Wait(Phase::Approval(approval))
    }

    /// Takes a human's answer, if it counts.
    pub(super) fn answered(
        &mut self,
        question: Digest,
        by: &str,
        team: Option<&str>,
        approve: bool,
    ) {
        let ignored = match self.eligible(question, by, team) {
            Err(why) => Some(why),
            Ok(team) => {
                let principal = self.prepared.policy().principal(by);
                if let Phase::Approval(approval) = &mut self.state.phase {
                    if approve {
                        let team = team.to_string();
                        approval.given.push(Given { principal, team });
                    } else {
                        approval.denied_by = Some(by.to_owned());
                    }
                }
                None
            }
        };
        self.record(Record::ApprovalAnswered {
            by: by.to_owned(),
            approve,
            ignored,
        });
    }

    /// The team in whose name an answer counts, or why it does not.
    fn eligible(&self, question: Digest, by: &str, team: Option<&str>) -> Result<TeamId, String> {
        let Phase::Approval(approval) = &self.state.phase else {
            return Err("no question is open".to_owned());
        };
        if approval.question != question {
            return Err("it answers another question".to_owned());
        }
        if self.state.now >= approval.expires_at {
            return Err("the question has lapsed".to_owned());
        }
        let policy = self.prepared.policy();
        if policy.principal(by) == policy.principal(&self.state.agent) {
            return Err("an agent does not approve its own calls".to_owned());
        }
        if policy.never_approves(by) {
            return Err("the policy never counts this account".to_owned());
        }
        let oncall = self.prepared.oncall(&self.state.incident.service);
        let claimed = team.map(|team| policy.teams_of(&[team.to_owned()], oncall));
        let mut candidates = approval.demand.from.iter().filter(|team| {
            claimed
                .as_ref()
                .is_none_or(|claimed| claimed.contains(*team))
        });
        candidates
            .find(|team| policy.is_member(by, team))
            .cloned()
            .ok_or_else(|| "not a member of a team that may answer".to_owned())
    }
}

/// How many approvals count: different people, or different people and teams.
fn counted(approval: &Approval) -> u32 {
    let given = &approval.given;
    let count = if approval.demand.distinct {
        given
            .iter()
            .map(|g| &g.principal)
            .collect::<BTreeSet<_>>()
            .len()
    } else {
        given.iter().collect::<BTreeSet<_>>().len()
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}
