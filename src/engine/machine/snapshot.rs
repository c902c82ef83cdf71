//! Capturing what the undo needs, and arming it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::gather::{Gathered, Wanted};
use super::state::{Armed, Flow, Phase, Snapshot, Turn};
use crate::document::model::Outcome;
use crate::document::unit::Duration;
use crate::engine::authorize::{resolve, tier};
use crate::engine::call::Call;
use crate::engine::check::Bound;
use crate::engine::evidence::{Answer, Arguments, Scalar, Taken};
use crate::engine::moment::{after, since};
use crate::engine::prepared::{PreparedAction, PreparedRunbook};
use crate::engine::reason::Reason;
use crate::engine::scope::Scope;
use crate::engine::trace::Record;

/// How old a captured value may be beyond its series' step.
const STALE: Duration = Duration::from_secs(300);

impl Turn<'_> {
    pub(super) fn begin_snapshot(
        &mut self,
        call: Call,
        preflight_at: Timestamp,
        rounds: u32,
    ) -> Flow {
        let Some((_, step)) = self.here() else {
            return self.broken();
        };
        let scope = self.scope().with_params(&call.arguments);
        let bound: BTreeMap<String, Bound> = step
            .action
            .snapshot
            .iter()
            .map(|(name, check)| (name.clone(), self.bind(check, &scope)))
            .collect();
        Flow::Go(Phase::Snapshot(Snapshot {
            call,
            since: self.state.now,
            bound,
            preflight_at,
            rounds,
        }))
    }

    pub(super) fn snapshot(&mut self, snapshot: Snapshot) -> Flow {
        let Some((runbook, step)) = self.here() else {
            return self.broken();
        };
        let action = &*step.action;
        let wanted: Vec<Wanted> = snapshot
            .bound
            .iter()
            .filter_map(|(name, bound)| {
                Some((bound.request()?, action.snapshot.get(name)?.patience()))
            })
            .collect();
        match self.gather(&wanted, snapshot.since) {
            Gathered::Waiting => return Flow::Wait(Phase::Snapshot(snapshot)),
            Gathered::OverBudget => return self.over_budget("queries"),
            Gathered::Complete => {}
        }
        let captured = self.capture(&snapshot);
        let armed = captured
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|values| arm(self, runbook, action, &snapshot.call, values));
        if !action.snapshot.is_empty() || armed.is_err() {
            self.record(Record::Snapshot {
                step: step.id.clone(),
                values: captured.unwrap_or_default(),
                problem: armed.as_ref().err().cloned(),
            });
        }
        match armed {
            Err(problem) => self.end(Outcome::Escalated, Reason::SnapshotFailed, problem),
            Ok(undo) => self.execute(&snapshot.call, undo, snapshot.preflight_at, snapshot.rounds),
        }
    }

    fn capture(&self, snapshot: &Snapshot) -> Result<Arguments, String> {
        snapshot
            .bound
            .iter()
            .map(|(name, bound)| {
                let taken = match bound {
                    Bound::Asks(id) => self.state.evidence.taken(*id),
                    Bound::Context => None,
                    Bound::Impossible(why) => return Err(format!("`{name}`: {why}")),
                };
                match taken.and_then(latest) {
                    Some(value) => Ok((name.clone(), value)),
                    None => Err(format!("`{name}` could not be captured")),
                }
            })
            .collect()
    }
}

/// The latest sample, when it is recent.
fn latest(taken: &Taken) -> Option<Value> {
    let Answer::Series(series) = &taken.answer else {
        return None;
    };
    let last = series.samples.last()?;
    let oldest = Duration::from_millis(series.step.as_millis().saturating_mul(5)).max(STALE);
    if since(taken.at, last.at) > oldest {
        return None;
    }
    match &last.value {
        Scalar::Boolean(value) => Some(Value::Bool(*value)),
        Scalar::Text(text) => Some(Value::String(text.clone())),
        // Whole numbers below 2^53 are exact and are what whole-number parameters take.
        Scalar::Number(n) if n.fract() == 0.0 && n.abs() < 9_007_199_254_740_992.0 => {
            Some(Value::from(*n as i64))
        }
        Scalar::Number(n) => serde_json::Number::from_f64(*n).map(Value::Number),
    }
}

/// Prepares the call that undoes `call`; none when the action needs no undo.
fn arm(
    turn: &Turn<'_>,
    runbook: &PreparedRunbook,
    action: &PreparedAction,
    call: &Call,
    captured: &Arguments,
) -> Result<Option<Armed>, String> {
    let Some(undo) = &action.undo else {
        return if action.needs_undo() {
            Err(format!("action `{}` has no undo", action.id))
        } else {
            Ok(None)
        };
    };
    let Some(other) = runbook.actions.get(&undo.action) else {
        return Err(format!(
            "the undo `{}` is not part of the closure",
            undo.action
        ));
    };
    let scope = Scope::default()
        .with_params(&call.arguments)
        .with_snapshot(captured);
    let filled = undo
        .arguments
        .fill(&scope)
        .map_err(|error| error.to_string())?;
    let (arguments, target) =
        resolve(other, &filled, &turn.prepared.vocabulary).map_err(|problems| {
            let messages: Vec<String> = problems.into_iter().map(|p| p.message).collect();
            messages.join("; ")
        })?;
    if let Some(pattern) = target
        .as_deref()
        .and_then(|t| runbook.do_not_touch.covers(t))
    {
        return Err(format!("the undo's target is covered by `{pattern}`"));
    }
    let tier = tier(other, None, &arguments, target.as_deref(), &[]);
    if tier > call.tier {
        return Err(format!(
            "the undo is of tier {tier}, the action of tier {}",
            call.tier
        ));
    }
    let valid_for = action.spec().reversibility.valid_for;
    Ok(Some(Armed {
        call: Call {
            runbook: call.runbook.clone(),
            closure: call.closure,
            step: call.step.clone(),
            action: undo.action.clone(),
            arguments,
            target,
            tier,
            undo: true,
        },
        expires: valid_for.map(|valid| after(turn.state.now, valid)),
    }))
}
