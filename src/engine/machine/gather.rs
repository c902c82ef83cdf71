//! Asking questions and waiting for all the answers.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::state::Turn;
use crate::document::id::CheckName;
use crate::document::unit::Duration;
use crate::engine::check::{Bound, CheckResult, DEFAULT_PATIENCE, PreparedCheck};
use crate::engine::command::Command;
use crate::engine::evidence::{Request, RequestId, Window};
use crate::engine::moment::after;
use crate::engine::scope::{Scope, changes};

/// A question and how long its answer may take.
pub(super) type Wanted = (RequestId, Duration);

/// What becomes of waiting.
pub(super) enum Gathered {
    /// Every answer is there.
    Complete,
    /// Some are awaited.
    Waiting,
    /// The budget of queries does not allow the rest.
    OverBudget,
}

impl Turn<'_> {
    /// The run's question to the change feed.
    pub(super) fn feed(&mut self) -> RequestId {
        if let Some(feed) = self.state.feed {
            return feed;
        }
        let window = Window::Last(self.prepared.feed_look_back);
        let feed = self.state.evidence.id_of(Request::Changes { window });
        self.state.feed = Some(feed);
        feed
    }

    /// The values templates are filled from.
    pub(super) fn scope(&self) -> Scope {
        Scope::new(&self.state.incident)
            .with_changes(changes(&self.state.evidence, self.state.feed))
    }

    pub(super) fn bind(&mut self, check: &PreparedCheck, scope: &Scope) -> Bound {
        let feed = self.feed();
        check.bind(
            scope,
            &self.prepared.vocabulary,
            &self.state.incident,
            feed,
            None,
            &mut self.state.evidence,
        )
    }

    /// Binds the named checks; names that are not known are left out.
    pub(super) fn bind_all<'n>(
        &mut self,
        checks: &BTreeMap<CheckName, PreparedCheck>,
        names: impl IntoIterator<Item = &'n CheckName>,
        scope: &Scope,
    ) -> BTreeMap<CheckName, Bound> {
        names
            .into_iter()
            .filter_map(|name| Some((name.clone(), self.bind(checks.get(name)?, scope))))
            .collect()
    }

    /// Asks what has no answer as of `since` or later.
    pub(super) fn gather(&mut self, wanted: &[Wanted], since: Timestamp) -> Gathered {
        let limit = self.state.budgets(self.prepared).queries;
        let mut complete = true;
        for (id, patience) in wanted {
            if self.state.evidence.is_fresh(*id, since) {
                continue;
            }
            complete = false;
            if self.state.evidence.is_pending(*id) {
                continue;
            }
            let Some(request) = self.state.evidence.request(*id).cloned() else {
                continue;
            };
            if request.is_costly() {
                if limit.is_some_and(|limit| self.state.queries_used >= limit) {
                    return Gathered::OverBudget;
                }
                self.state.queries_used += 1;
            }
            let now = self.state.now;
            self.state.evidence.ask(*id, now, *patience);
            self.commands.push(Command::Ask {
                id: *id,
                request,
                deadline: after(now, *patience),
            });
        }
        if complete {
            Gathered::Complete
        } else {
            Gathered::Waiting
        }
    }

    /// The questions of bound checks.
    pub(super) fn wanted(
        checks: &BTreeMap<CheckName, PreparedCheck>,
        bound: &BTreeMap<CheckName, Bound>,
    ) -> Vec<Wanted> {
        bound
            .iter()
            .filter_map(|(name, bound)| Some((bound.request()?, checks.get(name)?.patience())))
            .collect()
    }

    /// The question to the change feed, to be asked along with others.
    pub(super) fn wanted_feed(&mut self) -> Wanted {
        (self.feed(), DEFAULT_PATIENCE)
    }

    pub(super) fn evaluate(&self, check: &PreparedCheck, bound: &Bound) -> CheckResult {
        let state = &self.state;
        check.evaluate(bound, &state.evidence, &state.incident, state.now)
    }
}
