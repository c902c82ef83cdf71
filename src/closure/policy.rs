//! What a runbook inherits from the policy.

use crate::document::model::{Budgets, Defaults, Runbook};

/// The policy's defaults, tightened by the runbook: stop conditions and handoff fields of both, the
/// smaller of each budget, and the runbook's escalation where it has one.
///
/// A runbook cannot loosen a default here, whatever it says; that it tried is rule E003.
pub fn resolve_defaults(policy: &Defaults, runbook: &Runbook) -> Defaults {
    Defaults {
        stop_when: union(&policy.stop_when, &runbook.stop_when),
        budgets: tighter_budgets(policy.budgets, runbook.budgets),
        handoff: union(&policy.handoff, &runbook.handoff),
        escalate: runbook.escalate.clone().or_else(|| policy.escalate.clone()),
        evidence_max_age: policy.evidence_max_age.clone(),
    }
}

fn union(policy: &[String], runbook: &[String]) -> Vec<String> {
    let mut all: Vec<String> = policy.to_vec();
    for entry in runbook {
        if !all.contains(entry) {
            all.push(entry.clone());
        }
    }
    all
}

fn tighter_budgets(policy: Option<Budgets>, runbook: Option<Budgets>) -> Option<Budgets> {
    let (Some(a), Some(b)) = (policy, runbook) else {
        return policy.or(runbook);
    };
    Some(Budgets {
        wall_clock: smaller(a.wall_clock, b.wall_clock),
        actions: smaller(a.actions, b.actions),
        queries: smaller(a.queries, b.queries),
    })
}

// `None` means no limit, which `Option`'s own order would take for the smallest.
fn smaller<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
