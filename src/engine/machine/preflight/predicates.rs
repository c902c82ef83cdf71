//! The conditions of a preflight and the predicates the engine answers itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::condition::{Builtin, Term};
use crate::document::id::CheckName;
use crate::document::logic::Truth;
use crate::document::model::Signal;
use crate::document::unit::Duration;
use crate::engine::authorize::frozen;
use crate::engine::check::{CheckResult, PreparedCheck};
use crate::engine::machine::state::{Preflight, Support, Turn};
use crate::engine::moment::before;
use crate::engine::prepared::{PreparedAction, PreparedCondition, PreparedRunbook};
use crate::engine::scope::changes;
use crate::engine::signature::{Facts, Role, score};
use crate::engine::text;
use crate::engine::trace::{AtomTruth, ConditionTruth};

/// How far back an unexpected change counts (`changes_known`).
const RECENT: Duration = Duration::from_secs(300);

/// What conditions are evaluated on.
pub(super) struct View<'v, 't> {
    pub(super) turn: &'v Turn<'t>,
    pub(super) runbook: &'v PreparedRunbook,
    pub(super) action: &'v PreparedAction,
    pub(super) preflight: &'v Preflight,
    pub(super) of_action: BTreeMap<CheckName, CheckResult>,
    pub(super) of_runbook: BTreeMap<CheckName, CheckResult>,
}

impl View<'_, '_> {
    pub(super) fn condition(
        &self,
        condition: &PreparedCondition,
        from_action: bool,
    ) -> ConditionTruth {
        let checks = if from_action {
            &self.of_action
        } else {
            &self.of_runbook
        };
        let mut why = Vec::new();
        let truth = condition.condition.eval(&mut |atom| {
            let found = match &atom.term {
                Term::Check(name) => checks
                    .get(name)
                    .map(|r| (r.truth, r.value.clone(), r.why.clone())),
                Term::Builtin(builtin) => {
                    let (truth, why) = self.builtin(*builtin);
                    Some((truth, None, why))
                }
            };
            let unknown = || {
                (
                    Truth::Inconclusive,
                    None,
                    "there is no such check".to_owned(),
                )
            };
            let (truth, value, reason) = found.unwrap_or_else(unknown);
            why.push(AtomTruth {
                name: atom.to_string(),
                truth,
                value,
                why: reason,
            });
            truth
        });
        ConditionTruth {
            text: condition.text.clone(),
            from_action,
            truth,
            why,
        }
    }

    fn builtin(&self, builtin: Builtin) -> (Truth, String) {
        match builtin {
            Builtin::OwnerKnown => self.owner_known(),
            Builtin::NoCommander => self.no_commander(),
            Builtin::NotFrozen => self.not_frozen(),
            Builtin::ChangesKnown => self.changes_known(),
            Builtin::RollbackArmed => self.rollback_armed(),
            Builtin::Corroborated(kinds) => self.corroborated(kinds),
        }
    }

    fn owner_known(&self) -> (Truth, String) {
        let service = &self.turn.state.incident.service;
        match self.turn.prepared.oncall(service) {
            Some(team) => (Truth::Pass, team.to_string()),
            None => (
                Truth::Fail,
                format!("`{service}` has no on-call team in the policy"),
            ),
        }
    }

    fn no_commander(&self) -> (Truth, String) {
        match self.turn.state.incident.commander_active {
            Some(true) => (Truth::Fail, "one is in control".to_owned()),
            Some(false) => (Truth::Pass, "none is in control".to_owned()),
            None => (Truth::Inconclusive, "it is not known".to_owned()),
        }
    }

    fn not_frozen(&self) -> (Truth, String) {
        let turn = self.turn;
        let freeze = frozen(
            turn.prepared.policy(),
            &turn.situation(&[]),
            self.preflight.call.tier,
            self.action,
        );
        match freeze {
            Some(freeze) => (Truth::Fail, format!("freeze `{freeze}`")),
            None => (Truth::Pass, "no freeze".to_owned()),
        }
    }

    /// Changes of a type that signature or runbook look at have been taken into account; any other
    /// recent one has not.
    fn changes_known(&self) -> (Truth, String) {
        let turn = self.turn;
        let Some(changes) = changes(&turn.state.evidence, turn.state.feed) else {
            return (
                Truth::Inconclusive,
                "the change feed could not be read".to_owned(),
            );
        };
        let signature = turn
            .state
            .chosen
            .as_ref()
            .and_then(|c| c.signature.as_ref());
        let signature = signature.and_then(|id| turn.prepared.signature(id));
        let mut looked_at: BTreeSet<&str> = self
            .runbook
            .checks
            .values()
            .filter_map(PreparedCheck::change_kind)
            .collect();
        looked_at.extend(signature.into_iter().flat_map(|s| s.change_kinds()));
        let from = before(turn.state.now, RECENT);
        let unexpected = changes
            .iter()
            .find(|change| change.at >= from && !looked_at.contains(change.kind.as_str()));
        match unexpected {
            Some(change) => {
                let kind = text::quote(&change.kind);
                (Truth::Fail, format!("{kind} at {}", change.at))
            }
            None => (Truth::Pass, "nothing unexpected changed".to_owned()),
        }
    }

    /// Everything about the undo that can be told before its snapshot is captured.
    fn rollback_armed(&self) -> (Truth, String) {
        if !self.action.needs_undo() {
            return (Truth::Pass, "no undo is needed".to_owned());
        }
        match undo_problem(self.runbook, self.action, self.preflight) {
            Some(problem) => (Truth::Fail, problem),
            None => (Truth::Pass, "the undo is resolved".to_owned()),
        }
    }

    fn corroborated(&self, kinds: usize) -> (Truth, String) {
        let support = self.support();
        let of = |counts: fn(Truth) -> bool| -> BTreeSet<Signal> {
            let counted = support.iter().filter(|s| counts(s.truth));
            counted.filter_map(|s| s.signal).collect()
        };
        let found = of(Truth::is_pass);
        let possible = of(|truth| !truth.is_fail());
        let why = format!("{} kinds of evidence: {found:?}", found.len());
        if found.len() >= kinds {
            (Truth::Pass, why)
        } else if possible.len() >= kinds || support.iter().any(|s| s.truth.is_inconclusive()) {
            (Truth::Inconclusive, why)
        } else {
            (Truth::Fail, why)
        }
    }

    /// The evidence that may support the decision: positive checks of the chosen row, required and
    /// supporting conditions of the signature.
    pub(super) fn support(&self) -> Vec<Support> {
        let turn = self.turn;
        let positive = turn.state.decided.iter().flat_map(|d| &d.positive);
        let mut support: Vec<Support> = positive
            .filter_map(|name| {
                Some(Support {
                    signal: self.runbook.checks.get(name)?.signal(),
                    truth: self.of_runbook.get(name)?.truth,
                })
            })
            .collect();
        let signature = turn
            .state
            .chosen
            .as_ref()
            .and_then(|c| c.signature.as_ref());
        let signature = signature.and_then(|id| turn.prepared.signature(id));
        if let (Some(signature), Some(bound)) = (signature, &self.preflight.signature) {
            let facts = Facts {
                evidence: &turn.state.evidence,
                incident: &turn.state.incident,
                now: turn.state.now,
            };
            let scored = score(signature, bound, facts, true);
            let counted = scored.of(Role::Require).chain(scored.of(Role::Support));
            support.extend(counted.map(|condition| Support {
                signal: condition.signal,
                truth: condition.result.truth,
            }));
        }
        support
    }
}

fn undo_problem(
    runbook: &PreparedRunbook,
    action: &PreparedAction,
    preflight: &Preflight,
) -> Option<String> {
    let Some(undo) = &action.undo else {
        return Some("the action has no undo".to_owned());
    };
    let Some(other) = runbook.actions.get(&undo.action) else {
        return Some(format!(
            "the undo `{}` is not part of the closure",
            undo.action
        ));
    };
    if other.tier(&Default::default()) > preflight.call.tier {
        return Some(format!(
            "the undo `{}` has a higher tier than the action",
            undo.action
        ));
    }
    for path in undo.arguments.references() {
        let known = match path {
            [root, name, ..] if root == "params" => preflight.call.arguments.contains_key(name),
            [root, name, ..] if root == "snapshot" => action.snapshot.contains_key(name),
            _ => false,
        };
        if !known {
            return Some(format!(
                "the undo names `{}`, which is not there",
                path.join(".")
            ));
        }
    }
    None
}
