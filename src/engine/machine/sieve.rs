//! Looking further when no candidate fits: signatures of other scopes.
//!
//! They cannot be acted on here, but one that matches says that the failure is known. There may
//! be many, so each is looked at one required condition at a time, and left as soon as one is known
//! not to hold. At most half of the run's queries are spent on this.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Gathered, Wanted};
use super::state::{Flow, Phase, Sieving, Turn};
use crate::document::id::SignatureId;
use crate::document::logic::Truth;
use crate::engine::check::Bound;
use crate::engine::prepared::{PreparedSignature, Standing};
use crate::engine::ranking::{choose, rank};
use crate::engine::signature::{ConditionResult, Role, SignatureResult, rejected};

impl Turn<'_> {
    pub(super) fn begin_sieving(&mut self, known: Vec<SignatureResult>) -> Flow {
        let scored: BTreeSet<&SignatureId> = known.iter().map(|result| &result.id).collect();
        let others = self.prepared.signatures.iter().filter(|(id, signature)| {
            signature.standing() == Standing::Stable && !scored.contains(id)
        });
        let left: BTreeMap<SignatureId, Vec<Bound>> =
            others.map(|(id, _)| (id.clone(), Vec::new())).collect();
        Flow::Go(Phase::Sieving(Sieving { left, known }))
    }

    pub(super) fn sieving(&mut self, mut sieving: Sieving) -> Flow {
        loop {
            let wanted = self.sift(&mut sieving);
            if wanted.is_empty() {
                break;
            }
            let costly = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
            let budget = self.state.budgets(self.prepared).queries;
            let used = self.state.queries_used.saturating_add(costly);
            if budget.is_some_and(|budget| used > budget / 2) {
                sieving.left.clear();
                break;
            }
            match self.gather(&wanted, self.state.begun) {
                Gathered::Waiting => return Flow::Wait(Phase::Sieving(sieving)),
                Gathered::OverBudget => return self.over_budget("queries"),
                Gathered::Complete => {}
            }
        }
        let survivors: BTreeSet<SignatureId> = sieving.left.into_keys().collect();
        let mut known = sieving.known;
        if survivors.is_empty() {
            rank(&mut known);
            let choice = choose(&known, &self.prepared.signatures);
            return self.recognised(known, choice, false);
        }
        let since = self.state.begun;
        self.score_all(survivors, since, false, Some(known))
    }

    /// Takes out what is known not to fit. Gives the questions that would settle more.
    fn sift(&mut self, sieving: &mut Sieving) -> Vec<Wanted> {
        let scope = self.scope();
        let prepared = self.prepared;
        let mut wanted = BTreeMap::new();
        let mut out = Vec::new();
        for (id, bound) in &mut sieving.left {
            let Some(signature) = prepared.signatures.get(id) else {
                continue;
            };
            for (index, (_, check)) in signature.require.iter().enumerate() {
                if bound.len() == index {
                    bound.push(self.bind(check, &scope));
                }
                let Some(question) = bound.get(index) else {
                    break;
                };
                let asks = question.request();
                if let Some(ask) = asks.filter(|ask| !self.is_fresh(*ask)) {
                    wanted.insert(ask, check.patience());
                    break;
                }
                let result = self.evaluate(check, question);
                if result.truth == Truth::Fail {
                    out.push(rejected(signature, failed(signature, index, result)));
                    break;
                }
            }
        }
        for result in &out {
            sieving.left.remove(&result.id);
        }
        sieving.known.extend(out);
        wanted.into_iter().collect()
    }

    fn is_fresh(&self, ask: crate::engine::evidence::RequestId) -> bool {
        self.state.evidence.is_fresh(ask, self.state.begun)
    }
}

fn failed(
    signature: &PreparedSignature,
    index: usize,
    result: crate::engine::check::CheckResult,
) -> ConditionResult {
    let condition = signature.require.get(index);
    ConditionResult {
        role: Role::Require,
        name: condition.map_or_else(|| "".into(), |(name, _)| name.clone()),
        signal: condition.and_then(|(_, check)| check.signal()),
        result,
    }
}
