//! The decision table: the first row that holds decides; one that cannot be decided ends the run.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::Gathered;
use super::state::{Decided, Deciding, Flow, Phase, Turn};
use crate::document::condition::Term;
use crate::document::id::{CheckName, PathId};
use crate::document::logic::Truth;
use crate::document::model::Outcome;
use crate::engine::check::CheckResult;
use crate::engine::handoff::Evidence;
use crate::engine::prepared::{PreparedRunbook, RowOutcome};
use crate::engine::reason::Reason;
use crate::engine::trace::{Record, RowResult};

impl Turn<'_> {
    pub(super) fn begin_deciding(&mut self) -> Flow {
        let Some(runbook) = self.state.runbook(self.prepared) else {
            return self.broken();
        };
        let names: BTreeSet<CheckName> = runbook
            .rows
            .iter()
            .filter_map(|row| row.when.as_ref())
            .flat_map(|when| when.checks())
            .collect();
        let scope = self.scope();
        let bound = self.bind_all(&runbook.checks, &names, &scope);
        Flow::Go(Phase::Deciding(Deciding { bound }))
    }

    pub(super) fn deciding(&mut self, deciding: Deciding) -> Flow {
        let Some(runbook) = self.state.runbook(self.prepared) else {
            return self.broken();
        };
        let wanted = Self::wanted(&runbook.checks, &deciding.bound);
        match self.gather(&wanted, self.state.begun) {
            Gathered::Waiting => return Flow::Wait(Phase::Deciding(deciding)),
            Gathered::OverBudget => return self.over_budget("queries"),
            Gathered::Complete => {}
        }
        let checks: BTreeMap<CheckName, CheckResult> = deciding
            .bound
            .iter()
            .filter_map(|(name, bound)| {
                Some((
                    name.clone(),
                    self.evaluate(runbook.checks.get(name)?, bound),
                ))
            })
            .collect();
        let (rows, decisive) = try_rows(runbook, &checks);
        let holds = decisive.filter(|(_, truth)| truth.is_pass());
        let row = holds.and_then(|(index, _)| runbook.rows.get(index));
        let path = row.and_then(|row| match &row.outcome {
            RowOutcome::Path(path) => Some(path.clone()),
            RowOutcome::Escalate(_) | RowOutcome::Dismiss => None,
        });
        let because = row.and_then(|row| row.because.clone());
        self.note_findings(runbook, holds.map(|(index, _)| index), &checks);
        self.record(Record::Decided {
            rows,
            checks,
            path: path.clone(),
            because: because.clone(),
        });
        let Some(row) = row else {
            let number = decisive.map_or(1, |(index, _)| index + 1);
            let detail = format!("row {number} of the decision table cannot be decided");
            return self.end(Outcome::Escalated, Reason::Inconclusive, detail);
        };
        let (reason, fallback) = match row.when {
            Some(_) => (Reason::Decided, "a row of the decision table"),
            None => (Reason::Otherwise, "no row of the decision table fits"),
        };
        let detail = because.unwrap_or_else(|| fallback.to_owned());
        match &row.outcome {
            RowOutcome::Dismiss => self.end(Outcome::Dismissed, reason, detail),
            RowOutcome::Escalate(to) => {
                self.end_with(Outcome::Escalated, reason, detail, to.as_deref())
            }
            RowOutcome::Path(path) => {
                let positive = row
                    .when
                    .as_ref()
                    .map(|when| when.positive())
                    .unwrap_or_default();
                self.take(runbook, path, positive.into_iter().collect())
            }
        }
    }

    fn take(&mut self, runbook: &PreparedRunbook, id: &PathId, positive: Vec<CheckName>) -> Flow {
        let Some(path) = runbook.paths.get(id) else {
            return self.broken();
        };
        let route = self.state.chosen.as_ref().and_then(|c| c.route.clone());
        self.state.decided = Some(Decided {
            path: id.clone(),
            positive,
        });
        match route {
            Some(route) if route != *id && path.writes => {
                let detail = format!("the signature leads to path `{route}`, the table to `{id}`");
                self.end(Outcome::Escalated, Reason::RouteDisagrees, detail)
            }
            _ => self.begin_step(),
        }
    }

    /// What the table's checks say for the handoff: those of the row that decided speak for the
    /// decision, those that a path would have needed and did not get speak against acting.
    fn note_findings(
        &mut self,
        runbook: &PreparedRunbook,
        decisive: Option<usize>,
        checks: &BTreeMap<CheckName, CheckResult>,
    ) {
        let row = decisive.and_then(|index| runbook.rows.get(index)?.when.as_ref());
        let deciding = row.map(|when| when.checks()).unwrap_or_default();
        let towards_a_path: BTreeSet<CheckName> = runbook
            .rows
            .iter()
            .filter(|row| matches!(row.outcome, RowOutcome::Path(_)))
            .filter_map(|row| row.when.as_ref())
            .flat_map(|when| when.positive())
            .collect();
        for (name, result) in checks {
            let evidence = Evidence {
                name: name.to_string(),
                finding: result.finding(),
            };
            let findings = &mut self.state.findings;
            match result.truth {
                Truth::Inconclusive => findings.unknown.push(evidence),
                _ if deciding.contains(name) => findings.pro.push(evidence),
                Truth::Fail if towards_a_path.contains(name) => findings.contra.push(evidence),
                Truth::Pass | Truth::Fail => {}
            }
        }
    }
}

/// Rows up to the first that holds or cannot be decided, and that one.
fn try_rows(
    runbook: &PreparedRunbook,
    checks: &BTreeMap<CheckName, CheckResult>,
) -> (Vec<RowResult>, Option<(usize, Truth)>) {
    let mut tried = Vec::new();
    for (index, row) in runbook.rows.iter().enumerate() {
        let truth = match &row.when {
            None => Truth::Pass,
            Some(when) => when.condition.eval(&mut |atom| match &atom.term {
                Term::Check(name) => checks.get(name).map_or(Truth::Inconclusive, |r| r.truth),
                Term::Builtin(_) => Truth::Inconclusive,
            }),
        };
        tried.push(RowResult {
            row: index,
            when: row.when.as_ref().map(|when| when.text.clone()),
            truth,
        });
        if !truth.is_fail() {
            return (tried, Some((index, truth)));
        }
    }
    (tried, None)
}
