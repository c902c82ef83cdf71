//! What has to be true before a write.

use std::collections::BTreeMap;

use crate::document::condition::{Atom, Builtin, Condition, Term};
use crate::document::id::CheckName;
use crate::document::model::{Check, Query, Signal};
use crate::lint::RepositoryScope;

/// What preflights demand together.
#[derive(Debug, Default)]
pub(super) struct Demanded {
    builtins: Vec<Builtin>,
    /// Whether recent changes are looked at.
    changes: bool,
}

impl Demanded {
    /// Adds the conditions of a preflight that uses these checks; `None` when one cannot be read.
    pub(super) fn add(
        &mut self,
        preflight: &[String],
        checks: &BTreeMap<CheckName, Check>,
        repository: &RepositoryScope<'_>,
    ) -> Option<()> {
        for text in preflight {
            let condition = Condition::parse(text).ok()?;
            self.changes |= looks_at_changes(&condition, checks, repository);
            // Only what has to hold by itself is demanded; one side of an `or` is not.
            for part in conjuncts(&condition) {
                if let Condition::Atom(Atom {
                    term: Term::Builtin(builtin),
                    ..
                }) = part
                {
                    self.builtins.push(*builtin);
                }
            }
        }
        Some(())
    }

    /// What a write needs and is not demanded, as it is written in a preflight.
    pub(super) fn missing(
        &self,
        corroboration: bool,
        changes_in_decision: bool,
    ) -> Vec<&'static str> {
        let has = |wanted: Builtin| self.builtins.contains(&wanted);
        let mut missing: Vec<_> = ALWAYS
            .into_iter()
            .filter(|wanted| !has(*wanted))
            .map(Builtin::name)
            .collect();
        if !(self.changes || changes_in_decision || has(Builtin::ChangesKnown)) {
            missing.push(Builtin::ChangesKnown.name());
        }
        let corroborated =
            |builtin: &Builtin| matches!(builtin, Builtin::Corroborated(kinds) if *kinds >= 2);
        if corroboration && !self.builtins.iter().any(corroborated) {
            missing.push("corroborated(2)");
        }
        missing
    }
}

const ALWAYS: [Builtin; 4] = [
    Builtin::OwnerKnown,
    Builtin::NoCommander,
    Builtin::NotFrozen,
    Builtin::RollbackArmed,
];

/// What has to hold for the condition to hold.
fn conjuncts(condition: &Condition) -> &[Condition] {
    match condition {
        Condition::And(parts) => parts,
        other => std::slice::from_ref(other),
    }
}

/// Whether a condition asks for changes, be it that there was one or that there was none.
pub(super) fn looks_at_changes(
    condition: &Condition,
    checks: &BTreeMap<CheckName, Check>,
    repository: &RepositoryScope<'_>,
) -> bool {
    let is_change = |check: &Check| {
        let query = check.query.as_ref();
        let query = query.and_then(|id| repository.find::<Query>(id.as_str()));
        check.change.is_some()
            || query.is_some_and(|query| query.document.spec.signal == Signal::Change)
    };
    condition
        .names()
        .any(|(name, _)| checks.get(name).is_some_and(is_change))
}
