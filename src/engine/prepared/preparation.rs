//! Reading queries, checks and conditions of one document, and collecting what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::PreparedCheck;
use crate::closure::Pinned;
use crate::document::condition::{Condition, Term};
use crate::document::id::{CheckName, QueryId};
use crate::document::model::{Check, Query};
use crate::document::unit::Duration;
use crate::engine::arguments::PreparedParams;
use crate::engine::check::CheckError;

/// A query with its parameters compiled.
#[derive(Debug)]
pub(crate) struct PreparedQuery {
    pub(crate) document: Pinned<Query>,
    pub(crate) params: PreparedParams,
}

/// Queries compiled so far. Closures may hold different versions of a query, so the document
/// decides, not the id.
#[derive(Default)]
pub(crate) struct QueryCache(BTreeMap<String, Vec<Arc<PreparedQuery>>>);

impl QueryCache {
    fn get(&mut self, document: &Pinned<Query>) -> Result<Arc<PreparedQuery>, CheckError> {
        let known = self.0.entry(document.metadata.id.clone()).or_default();
        if let Some(query) = known.iter().find(|q| q.document == *document) {
            return Ok(Arc::clone(query));
        }
        let params = PreparedParams::new(&document.spec.params)
            .map_err(|why| CheckError(format!("query `{}`: {why}", document.metadata.id)))?;
        let query = Arc::new(PreparedQuery {
            document: document.clone(),
            params,
        });
        known.push(Arc::clone(&query));
        Ok(query)
    }
}

/// Collects what is wrong with one document while it is prepared.
pub(crate) struct Preparation<'a> {
    closure: &'a BTreeMap<QueryId, Pinned<Query>>,
    queries: &'a mut QueryCache,
    problems: Vec<String>,
}

impl<'a> Preparation<'a> {
    pub(crate) fn new(
        closure: &'a BTreeMap<QueryId, Pinned<Query>>,
        queries: &'a mut QueryCache,
    ) -> Self {
        Self {
            closure,
            queries,
            problems: Vec::new(),
        }
    }

    pub(crate) fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    pub(crate) fn check(
        &mut self,
        place: &str,
        check: &Check,
        extra: Duration,
    ) -> Option<PreparedCheck> {
        let (closure, queries) = (self.closure, &mut *self.queries);
        let find = |id: &QueryId| match closure.get(id) {
            Some(document) => queries.get(document),
            None => Err(CheckError(format!(
                "query `{id}` is not part of the closure"
            ))),
        };
        let prepared = PreparedCheck::new(check, find, extra);
        self.kept(place, prepared)
    }

    pub(crate) fn checks(
        &mut self,
        place: &str,
        checks: &BTreeMap<CheckName, Check>,
    ) -> BTreeMap<CheckName, PreparedCheck> {
        checks
            .iter()
            .filter_map(|(name, check)| {
                let place = format!("{place}.{name}");
                Some((name.clone(), self.check(&place, check, Duration::ZERO)?))
            })
            .collect()
    }

    /// Reads a condition whose checks must all be among `known`. Built-in predicates are allowed
    /// in preflight only.
    pub(crate) fn condition(
        &mut self,
        place: &str,
        text: &str,
        known: &BTreeMap<CheckName, PreparedCheck>,
        preflight: bool,
    ) -> Option<PreparedCondition> {
        let condition = self.kept(place, Condition::parse(text))?;
        for atom in condition.atoms() {
            match &atom.term {
                Term::Check(name) if !known.contains_key(name) => {
                    self.problem(format!("{place}: there is no check `{name}`"));
                }
                Term::Builtin(builtin) if !preflight => {
                    self.problem(format!(
                        "{place}: `{builtin}` is possible in preflight only"
                    ));
                }
                Term::Check(_) | Term::Builtin(_) => {}
            }
        }
        Some(PreparedCondition {
            text: text.to_owned(),
            condition,
        })
    }

    pub(crate) fn kept<T, E: fmt::Display>(
        &mut self,
        place: &str,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.problem(format!("{place}: {error}")))
            .ok()
    }

    /// The prepared document, or everything that is wrong with it.
    pub(crate) fn finish<T>(self, prepared: Option<T>) -> Result<T, Vec<String>> {
        match prepared {
            Some(prepared) if self.problems.is_empty() => Ok(prepared),
            _ => Err(self.problems),
        }
    }
}

/// A condition with its text.
#[derive(Clone, Debug)]
pub(crate) struct PreparedCondition {
    pub(crate) text: String,
    pub(crate) condition: Condition,
}

impl PreparedCondition {
    /// The checks it names, each once.
    pub(crate) fn checks(&self) -> BTreeSet<CheckName> {
        self.condition
            .names()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The checks that support it by passing: those named outside an odd number of negations.
    pub(crate) fn positive(&self) -> BTreeSet<CheckName> {
        let mut found = BTreeSet::new();
        positive(&self.condition, true, &mut found);
        found
    }
}

fn positive(condition: &Condition, sign: bool, found: &mut BTreeSet<CheckName>) {
    match condition {
        Condition::Atom(atom) => {
            if let (true, Term::Check(name)) = (sign, &atom.term) {
                found.insert(name.clone());
            }
        }
        Condition::Not(inner) => positive(inner, !sign, found),
        Condition::And(parts) | Condition::Or(parts) | Condition::AtLeast { of: parts, .. } => {
            parts.iter().for_each(|part| positive(part, sign, found));
        }
    }
}
