//! How a fixture ends, in the few words that two runs are compared by.

use std::collections::BTreeMap;

use super::expectation::verdict_of;
use super::suite::Suite;
use super::suite::against::Against;
use crate::document::model::{Document, Fixture, ObjectRef};
use crate::engine::trace::Trace;

/// How a fixture ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What came of it, by what it is: the verdicts it expects, the runbook, the path, the actions, the outcome.
    pub parts: BTreeMap<String, String>,
    /// Whether everything it expects is met.
    pub met: bool,
}

impl Suite<'_> {
    /// Runs a fixture, which may come from another library, against the document `target` of this one.
    ///
    /// # Errors
    /// Why it cannot be run: the target is not there or does not resolve, or the fixture cannot be run as it is written.
    pub fn ending(
        &self,
        fixture: &Document<Fixture>,
        target: &ObjectRef,
    ) -> Result<Ending, String> {
        let found = self.library().find(target.kind, &target.id);
        let found = found.ok_or_else(|| format!("{target}, which it tests, does not exist"))?;
        if let Some(missing) = self.unresolved(target) {
            return Err(missing.to_owned());
        }
        let trace = self.trace(fixture, &Against::of(fixture, found))?;
        Ok(Ending {
            met: self.differences(fixture, &trace).is_empty(),
            parts: parts(fixture, &trace),
        })
    }
}

fn parts(fixture: &Document<Fixture>, trace: &Trace) -> BTreeMap<String, String> {
    let none = || "none".to_owned();
    let mut parts = BTreeMap::new();
    for id in fixture.spec.expect.signatures.keys() {
        parts.insert(format!("signature {id}"), verdict_of(trace, id));
    }
    let runbook = trace.runbook().map(ToString::to_string);
    parts.insert("runbook".to_owned(), runbook.unwrap_or_else(none));
    let path = trace.path().map(ToString::to_string);
    parts.insert("path".to_owned(), path.unwrap_or_else(none));
    let actions = trace.executed().map(|(call, mode)| match call.undo {
        true => format!("{} as undo in mode {mode}", call.action),
        false => format!("{} in mode {mode}", call.action),
    });
    let actions: Vec<String> = actions.collect();
    let actions = Some(actions.join(", ")).filter(|it| !it.is_empty());
    parts.insert("actions".to_owned(), actions.unwrap_or_else(none));
    let outcome = trace.ended().map(|ended| ended.outcome.to_string());
    let outcome = outcome.unwrap_or_else(|| "not ended when the clock did".to_owned());
    parts.insert("outcome".to_owned(), outcome);
    let reason = trace
        .handoff()
        .map(|handoff| handoff.reason.code().to_owned());
    parts.insert(
        "handed over because of".to_owned(),
        reason.unwrap_or_else(none),
    );
    parts
}
