//! Recognising the incident: scoring signatures and choosing the runbook.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::gather::{Gathered, Wanted};
use super::state::{Chosen, Findings, Flow, Phase, Scoring, Turn};
use crate::document::id::{PathId, SignatureId};
use crate::document::logic::Truth;
use crate::document::model::Outcome;
use crate::engine::check::{Bound, PreparedCheck};
use crate::engine::evidence::Window;
use crate::engine::handoff::Evidence;
use crate::engine::prepared::{PreparedRunbook, PreparedSignature, Standing};
use crate::engine::ranking::{Choice, choose, rank};
use crate::engine::reason::Reason;
use crate::engine::refusal::Refusal;
use crate::engine::signature::{
    BoundSignature, Facts, Role, SignatureResult, negation_windows, score,
};
use crate::engine::trace::Record;

impl<'a> Turn<'a> {
    /// Reads the change feed first: templates of every check may name changes.
    pub(super) fn reading(&mut self) -> Flow {
        let feed = self.wanted_feed();
        match self.gather(&[feed], self.state.begun) {
            Gathered::Waiting => Flow::Wait(Phase::Reading),
            Gathered::OverBudget => self.over_budget("queries"),
            Gathered::Complete => self.begin_scoring(false),
        }
    }

    /// Begins to score the candidates, on evidence as of now when `again`.
    pub(super) fn begin_scoring(&mut self, again: bool) -> Flow {
        let incident = &self.state.incident;
        let places = &self.prepared.places;
        let mut candidates = places.signatures(&incident.service, &incident.environment);
        if !again {
            candidates.extend(self.state.watch.iter().cloned());
        }
        let since = if again {
            self.state.now
        } else {
            self.state.begun
        };
        self.score_all(candidates, since, again, None)
    }

    /// Begins to score some signatures; `known` holds the results of a search beyond the candidates.
    pub(super) fn score_all(
        &mut self,
        ids: BTreeSet<SignatureId>,
        since: Timestamp,
        again: bool,
        known: Option<Vec<SignatureResult>>,
    ) -> Flow {
        let scope = self.scope();
        let prepared = self.prepared;
        let bound = ids
            .into_iter()
            .filter_map(|id| Some((prepared.signatures.get(&id)?, id)))
            .filter(|(signature, _)| signature.standing() != Standing::Ignored)
            .map(|(signature, id)| {
                let own = signature.checks().take(own_conditions(signature));
                let bound: Vec<Bound> = own.map(|check| self.bind(check, &scope)).collect();
                (id, BoundSignature(bound))
            })
            .collect();
        Flow::Go(Phase::Scoring(Scoring {
            since,
            again,
            bound,
            negations_bound: false,
            sieved: known.is_some(),
            known: known.unwrap_or_default(),
        }))
    }

    pub(super) fn scoring(&mut self, mut scoring: Scoring) -> Flow {
        self.leave_out_shadow(&mut scoring);
        loop {
            let wanted = self.wanted_by_signatures(&scoring.bound);
            match self.gather(&wanted, scoring.since) {
                Gathered::Waiting => return Flow::Wait(Phase::Scoring(scoring)),
                Gathered::OverBudget => return self.over_budget("queries"),
                Gathered::Complete if scoring.negations_bound => break,
                Gathered::Complete => self.bind_negations(&mut scoring),
            }
        }
        let state = &self.state;
        let incident = &state.incident;
        let facts = Facts {
            evidence: &state.evidence,
            incident,
            now: state.now,
        };
        let places = &self.prepared.places;
        let local = places.signatures(&incident.service, &incident.environment);
        let scored = scoring.bound.iter().filter_map(|(id, bound)| {
            let signature = self.prepared.signatures.get(id)?;
            Some(score(signature, bound, facts, local.contains(id)))
        });
        let mut results: Vec<SignatureResult> = scored.collect();
        results.extend(scoring.known);
        rank(&mut results);
        let choice = choose(&results, &self.prepared.signatures);
        if choice == Choice::Nothing && !scoring.again && !scoring.sieved {
            return self.begin_sieving(results);
        }
        self.recognised(results, choice, scoring.again)
    }

    /// Scoring is complete.
    pub(super) fn recognised(
        &mut self,
        results: Vec<SignatureResult>,
        choice: Choice,
        again: bool,
    ) -> Flow {
        let named = match &choice {
            Choice::Match(id) | Choice::Ambiguous(id) | Choice::Tie(id, _) => Some(id),
            Choice::Nothing => None,
        };
        let best = named.and_then(|id| results.iter().find(|r| r.id == *id));
        if let Some(best) = best {
            self.state.findings = findings(best);
        }
        let best_is_stable = best.is_none_or(|best| best.stable);
        self.record(Record::Scored {
            again,
            candidates: results,
            choice: choice.clone(),
        });
        if again {
            self.confirm(&choice)
        } else {
            self.select(&choice, best_is_stable)
        }
    }

    fn bind_negations(&mut self, scoring: &mut Scoring) {
        scoring.negations_bound = true;
        let prepared = self.prepared;
        for (id, bound) in &mut scoring.bound {
            let Some(signature) = prepared.signatures.get(id) else {
                continue;
            };
            let facts = Facts {
                evidence: &self.state.evidence,
                incident: &self.state.incident,
                now: self.state.now,
            };
            let windows = negation_windows(signature, bound, facts);
            let scope = self.scope();
            let feed = self.feed();
            for (negation, window) in signature.negate.iter().zip(windows) {
                bound.0.push(match window {
                    None => Bound::Impossible("when the anchor began is not known".to_owned()),
                    Some((from, to)) => negation.check.bind(
                        &scope,
                        &prepared.vocabulary,
                        &self.state.incident,
                        feed,
                        Some(Window::Between { from, to }),
                        &mut self.state.evidence,
                    ),
                });
            }
        }
    }

    fn wanted_by_signatures(&self, bound: &BTreeMap<SignatureId, BoundSignature>) -> Vec<Wanted> {
        bound
            .iter()
            .filter_map(|(id, bound)| Some((self.prepared.signatures.get(id)?, bound)))
            .flat_map(|(signature, bound)| wanted_by_signature(signature, bound))
            .collect()
    }

    /// What is in shadow is looked at while half of the run's queries are left: it must not use up what a decision needs.
    fn leave_out_shadow(&self, scoring: &mut Scoring) {
        let Some(limit) = self.state.budgets(self.prepared).queries else {
            return;
        };
        let is_stable = |id: &SignatureId| {
            let signature = self.prepared.signatures.get(id);
            signature.is_some_and(|signature| signature.standing() == Standing::Stable)
        };
        let evidence = &self.state.evidence;
        let unasked = |bound: &BTreeMap<SignatureId, BoundSignature>| {
            let wanted = self.wanted_by_signatures(bound).into_iter();
            let ids: BTreeSet<_> = wanted.map(|(id, _)| id).collect();
            let unasked = ids.into_iter().filter(|id| {
                let request = evidence.request(*id);
                let costly = request.is_some_and(|request| request.is_costly());
                costly && !evidence.is_fresh(*id, scoring.since) && !evidence.is_pending(*id)
            });
            u32::try_from(unasked.count()).unwrap_or(u32::MAX)
        };
        let mut stable = scoring.bound.clone();
        stable.retain(|id, _| is_stable(id));
        let all = unasked(&scoring.bound);
        if all > unasked(&stable) && self.state.queries_used.saturating_add(all) > limit / 2 {
            scoring.bound = stable;
        }
    }

    fn select(&mut self, choice: &Choice, stable: bool) -> Flow {
        self.state.shadow = !stable;
        match choice {
            Choice::Nothing => self.select_by_alert(),
            Choice::Tie(one, two) => {
                let detail = format!("`{one}` and `{two}` match equally well");
                self.end(Outcome::Escalated, Reason::SignaturesTie, detail)
            }
            Choice::Ambiguous(id) => {
                let detail = format!("`{id}` is possible, not proven");
                // Nothing of the runbook runs; it only says whom to tell.
                if let Ok((runbook, _)) = self.routed(id) {
                    self.state.told_by = Some(runbook.id.clone());
                    self.record(Record::RunbookRejected {
                        runbook: runbook.id.clone(),
                        why: "its signature is only possible".to_owned(),
                    });
                }
                self.end(Outcome::Escalated, Reason::SignatureAmbiguous, detail)
            }
            Choice::Match(id) => match self.routed(id) {
                Ok((runbook, route)) => {
                    self.choose_runbook(runbook, Some(id.clone()), route, None);
                    self.begin_deciding()
                }
                Err(reason) => {
                    let detail = format!("signature `{id}` matches");
                    self.end(Outcome::Escalated, reason, detail)
                }
            },
        }
    }

    /// The first route of a signature to a runbook that can be used here.
    fn routed(&mut self, id: &SignatureId) -> Result<Route<'a>, Reason> {
        let prepared = self.prepared;
        let routes = prepared
            .signatures
            .get(id)
            .map(|s| s.spec().routes.as_slice());
        let mut reason = Reason::NoRunbook;
        for route in routes.unwrap_or_default() {
            let usable = prepared
                .runbook(&route.runbook)
                .filter(|runbook| runbook.standing() != Standing::Ignored);
            let (service, environment) = (
                &self.state.incident.service,
                &self.state.incident.environment,
            );
            let why = match usable {
                None => "it cannot be used",
                Some(runbook) if runbook.covers(service, environment) => {
                    return Ok((runbook, route.path.clone()));
                }
                Some(_) => {
                    reason = Reason::OutOfScope;
                    "its scope does not cover the incident"
                }
            };
            self.record(Record::RunbookRejected {
                runbook: route.runbook.clone(),
                why: why.to_owned(),
            });
        }
        Err(reason)
    }

    /// Without a signature a runbook may be started by one of its alerts, for tier 0 only.
    fn select_by_alert(&mut self) -> Flow {
        let prepared = self.prepared;
        let state = &self.state;
        let incident = &state.incident;
        let started = |standing: Standing| {
            let local = prepared
                .places
                .runbooks(&incident.service, &incident.environment);
            local.filter_map(|id| prepared.runbook(id)).find(|runbook| {
                runbook.standing() == standing && incident.fires_any(runbook.alerts(), state.now)
            })
        };
        match started(Standing::Stable).or_else(|| started(Standing::Shadow)) {
            Some(runbook) => {
                self.choose_runbook(runbook, None, None, Some(Refusal::NoSignature));
                self.begin_deciding()
            }
            None => {
                let detail = "no signature matches".to_owned();
                self.end(Outcome::Escalated, Reason::NoSignature, detail)
            }
        }
    }

    fn choose_runbook(
        &mut self,
        runbook: &PreparedRunbook,
        signature: Option<SignatureId>,
        route: Option<PathId>,
        limit: Option<Refusal>,
    ) {
        let closure = runbook.closure();
        self.record(Record::RunbookChosen {
            runbook: runbook.id.clone(),
            version: closure.runbook.metadata.version.clone(),
            closure: runbook.digest,
            signature: signature.clone(),
            route: route.clone(),
            limit,
        });
        self.state.chosen = Some(Chosen {
            runbook: runbook.id.clone(),
            closure: runbook.digest,
            signature,
            route,
            limit,
        });
    }

    /// After the go-ahead: the signature acted on must still be the best.
    fn confirm(&mut self, choice: &Choice) -> Flow {
        let acted_on = self.state.chosen.as_ref().and_then(|c| c.signature.clone());
        let same = match (choice, &acted_on) {
            (Choice::Match(id), Some(acted_on)) => id == acted_on,
            (Choice::Nothing, None) => true,
            _ => false,
        };
        if same {
            return self.begin_preflight(true);
        }
        let (reason, detail) = match choice {
            Choice::Match(id) | Choice::Tie(id, _) => (
                Reason::NewSignature,
                format!("`{id}` now fits as well or better"),
            ),
            Choice::Ambiguous(_) | Choice::Nothing => (
                Reason::ConfidenceFell,
                "the signature no longer matches".to_owned(),
            ),
        };
        self.end(Outcome::Escalated, reason, detail)
    }
}

type Route<'a> = (&'a PreparedRunbook, Option<PathId>);

fn own_conditions(signature: &PreparedSignature) -> usize {
    signature.require.len() + signature.exclude.len() + signature.support.len()
}

/// The questions of one signature.
pub(super) fn wanted_by_signature<'s>(
    signature: &'s PreparedSignature,
    bound: &'s BoundSignature,
) -> impl Iterator<Item = Wanted> + 's {
    let pair =
        |(check, bound): (&PreparedCheck, &Bound)| Some((bound.request()?, check.patience()));
    signature.checks().zip(&bound.0).filter_map(pair)
}

/// What a signature's conditions say, for the handoff.
fn findings(result: &SignatureResult) -> Findings {
    let mut findings = Findings::default();
    for condition in &result.conditions {
        let evidence = Evidence {
            name: condition.name.to_string(),
            finding: condition.result.finding(),
        };
        let speaks_for = matches!(condition.role, Role::Require | Role::Support);
        match condition.result.truth {
            Truth::Inconclusive => findings.unknown.push(evidence),
            Truth::Pass if speaks_for => findings.pro.push(evidence),
            Truth::Pass | Truth::Fail if speaks_for => findings.contra.push(evidence),
            Truth::Pass => findings.contra.push(evidence),
            Truth::Fail => findings.pro.push(evidence),
        }
    }
    findings
}
