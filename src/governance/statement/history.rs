//! Judging every landing of a history.

use std::sync::Arc;

use crate::closure::Pinned;
use crate::document::model::Governance;
use crate::governance::{Evaluation, Reason, Record, Rules, evaluate};

/// A landing with what is said of it.
#[derive(Clone, Debug)]
pub struct Judged<'r> {
    /// What it was judged by.
    pub record: &'r Record,
    /// What is said of it.
    pub evaluation: Evaluation,
    pub(super) policy: Option<Arc<Policy>>,
}

/// A policy that can be used.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) document: Pinned<Governance>,
    pub(super) rules: Rules,
}

impl Policy {
    pub(super) fn new(document: Pinned<Governance>) -> Result<Arc<Self>, String> {
        let rules = Rules::new(&document.spec).map_err(|error| error.to_string())?;
        Ok(Arc::new(Self { document, rules }))
    }
}

/// Judges each landing by the policy at its parent.
pub fn judge(records: &[Record]) -> Vec<Judged<'_>> {
    let mut judged: Vec<Judged<'_>> = Vec::with_capacity(records.len());
    for record in records {
        // Policies change rarely, and reading one takes longer than judging by it.
        let before = judged
            .last()
            .filter(|before| before.record.policy == record.policy)
            .and_then(|before| before.policy.clone());
        let policy = before.map_or_else(|| record.policy().and_then(Policy::new), Ok);
        let (evaluation, policy) = match policy {
            Ok(policy) => (evaluate(&record.facts, &policy.rules), Some(policy)),
            Err(problem) => (Evaluation::error(Reason::PolicyInvalid, problem), None),
        };
        judged.push(Judged {
            record,
            evaluation,
            policy,
        });
    }
    judged
}
