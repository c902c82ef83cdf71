//! What the checks of a runbook observe, weighed by what hangs on them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::runbook::Resolved;
use super::{About, Facts, reach, safety};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::document::Route;
use crate::document::condition::{Condition, Term};

/// What hangs on a check: whether it is a risk when it holds, when it does not, and whether it protects.
#[derive(Clone, Copy, Debug, Default)]
struct Weighs {
    when_it_holds: bool,
    when_it_does_not: bool,
    protects: bool,
}

impl Weighs {
    fn about(self) -> About {
        let rule = match (self.when_it_holds, self.when_it_does_not) {
            (true, false) => Rule::Trigger,
            (false, true) => Rule::Demand,
            (true, true) => Rule::Either,
            (false, false) => Rule::Plain,
        };
        match self.protects {
            true => safety(Aspect::Check, rule),
            false => reach(Aspect::Check, rule),
        }
    }
}

impl Facts {
    /// Notes what every check of the runbook observes.
    pub(super) fn checks(&mut self, spot: &Spot, resolved: &Resolved<'_>) {
        let runbook = &resolved.closure.runbook.spec;
        let mut weighs: BTreeMap<String, Weighs> = BTreeMap::new();
        for row in &runbook.decide {
            // A row that leads to a path is a risk when it holds; one that hands over before is when it does not.
            let text = row.when.as_deref().unwrap_or_default();
            weigh(text, row.path.is_some(), false, &mut weighs);
        }
        for path in runbook.paths.values() {
            for text in &path.preflight {
                weigh(text, true, true, &mut weighs);
            }
            for verify in path.steps.iter().filter_map(|step| step.verify.as_ref()) {
                let conditions = [
                    (&verify.success, true),
                    (&verify.failure, false),
                    (&verify.guard, true),
                ];
                for (text, risk) in conditions {
                    weigh(text.as_deref().unwrap_or_default(), risk, true, &mut weighs);
                }
            }
        }
        let checks = resolved.closure.runbook.value().pointer("/spec/checks");
        for (name, check) in checks.and_then(Value::as_object).into_iter().flatten() {
            let about = weighs.get(name).copied().unwrap_or_default().about();
            let route = Route::root().key("spec").key("checks").key(name.as_str());
            let item = format!("check `{name}`");
            self.note(
                spot,
                about,
                item,
                Some(check.clone()),
                (&resolved.object, route),
            );
        }
    }

    /// Notes what the checks of an action observe: its preflight uses them.
    pub(super) fn action_checks(
        &mut self,
        spot: &Spot,
        object: &crate::document::model::ObjectRef,
        preflight: &[String],
        document: &Value,
    ) {
        let mut weighs: BTreeMap<String, Weighs> = BTreeMap::new();
        for text in preflight {
            weigh(text, true, true, &mut weighs);
        }
        let checks = document.pointer("/spec/checks").and_then(Value::as_object);
        for (name, check) in checks.into_iter().flatten() {
            let about = weighs.get(name).copied().unwrap_or_default().about();
            let route = Route::root().key("spec").key("checks").key(name.as_str());
            let item = format!("check `{name}` of the action");
            self.note(spot, about, item, Some(check.clone()), (object, route));
        }
    }
}

/// Notes for every check of a condition what it means that the condition is a risk when it holds, or when it does not.
fn weigh(text: &str, when_it_holds: bool, protects: bool, weighs: &mut BTreeMap<String, Weighs>) {
    let Ok(condition) = Condition::parse(text) else {
        return;
    };
    let mut open = vec![(&condition, when_it_holds)];
    while let Some((condition, risk)) = open.pop() {
        match condition {
            Condition::Atom(atom) => {
                if let Term::Check(name) = &atom.term {
                    let entry = weighs.entry(name.to_string()).or_default();
                    entry.when_it_holds |= risk;
                    entry.when_it_does_not |= !risk;
                    entry.protects |= protects;
                }
            }
            Condition::Not(inner) => open.push((inner, !risk)),
            Condition::And(parts) | Condition::Or(parts) => {
                open.extend(parts.iter().map(|part| (part, risk)));
            }
            Condition::AtLeast { of, .. } => open.extend(of.iter().map(|part| (part, risk))),
        }
    }
}
