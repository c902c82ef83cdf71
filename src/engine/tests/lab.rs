//! The starter library with small edits, and one of its fixtures played against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::document::model::{Fixture, Outcome};
use crate::engine::machine::{Engine, RunInput};
use crate::engine::prepared::{Prepared, Sources};
use crate::engine::reason::Reason;
use crate::engine::trace::Trace;
use crate::library::{Library, starter};

use super::world::World;

pub(crate) const RUNBOOK: &str = "error-rate-after-deploy/runbook.yaml";
pub(crate) const ACTION: &str = "k8s.rollout-undo.yaml";
pub(crate) const SIGNATURE: &str = "signature.yaml";
pub(crate) const POLICY: &str = "governance.yaml";
/// The fixture in which everything goes well.
pub(crate) const WELL: &str = "error-rate-after-deploy/fixtures/rolls-back.yaml";

/// An edited starter library.
#[derive(Clone)]
pub(crate) struct Lab(BTreeMap<String, String>);

impl Lab {
    pub(crate) fn new() -> Self {
        let files = starter::FILES.iter();
        Self(
            files
                .map(|(p, t)| ((*p).to_owned(), (*t).to_owned()))
                .collect(),
        )
    }

    /// Replaces `from`, which must occur, in the file whose path ends in `file`.
    pub(crate) fn edit(mut self, file: &str, from: &str, to: &str) -> Self {
        let (path, text) = self.0.iter_mut().find(|(p, _)| p.ends_with(file)).unwrap();
        assert!(text.contains(from), "{path} has no {from:?}");
        *text = text.replace(from, to);
        self
    }

    /// Adds a file.
    pub(crate) fn add(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: &str) -> String {
        let found = self.0.iter().find(|(p, _)| p.ends_with(file));
        found.unwrap().1.clone()
    }

    pub(crate) fn library(&self) -> Library {
        let files = self.0.iter();
        Library::from_sources(files.map(|(p, t)| (p.as_str().into(), t.as_bytes().to_vec())))
    }

    pub(crate) fn prepared(&self) -> Arc<Prepared> {
        Arc::new(Prepared::new(Sources::of(&self.library()).unwrap()))
    }

    pub(crate) fn fixture(&self, file: &str) -> Fixture {
        fixture(&self.library(), file)
    }

    /// Plays the fixture in which everything goes well, as edited.
    pub(crate) fn run(&self) -> Trace {
        self.run_with(|_| {})
    }

    pub(crate) fn run_with(&self, change: impl FnOnce(&mut RunInput)) -> Trace {
        let library = self.library();
        let fixture = fixture(&library, WELL);
        let world = World::new(&fixture);
        let mut input = world.input();
        change(&mut input);
        let prepared = Prepared::new(Sources::of(&library).unwrap());
        world.play_from(&Arc::new(prepared), input)
    }

    /// A run of that fixture's incident, to be driven by hand.
    pub(crate) fn engine(&self) -> (Engine, Vec<crate::engine::command::Command>) {
        let fixture = self.fixture(WELL);
        let input = World::new(&fixture).input();
        Engine::start(self.prepared(), input)
    }
}

const TWICE: &str = "        - id: again\n          action: k8s.rollout-undo\n          with: {namespace: shop, deployment: payments-gateway, to_revision: 7}\n          verify: {within: 15m, success: err_ok, failure: err_high, guard: neighbours_ok}\n          on_failure: rollback\n      outcome: mitigated";

/// A path of two writes on two targets, run without asking.
pub(crate) fn two_writes() -> Lab {
    Lab::new()
        .edit(RUNBOOK, "      outcome: mitigated", TWICE)
        .edit(RUNBOOK, "mode: gated", "mode: auto")
        .edit(RUNBOOK, "      preflight: [not migrations, corroborated(2)]\n", "")
        .edit(POLICY, "production: {0: auto, 1: gated, 2: gated", "production: {0: auto, 1: gated, 2: auto")
        .edit(POLICY, "checkout: gated", "checkout: auto")
        .edit(POLICY, "2: {max_targets: 1, max_fraction: 20%, actions_per_hour: 2", "2: {max_targets: 2, max_fraction: 20%, actions_per_hour: 9")
        .edit(ACTION, "preflight: [owner_known, no_commander, not_frozen, changes_known, rollback_armed, corroborated(2)]", "preflight: [rollback_armed]")
        .edit(ACTION, "max_targets: 1, min", "max_targets: 2, min")
        .edit(ACTION, "rate: 2 per 1h", "rate: 9 per 1h")
}

fn fixture(library: &Library, file: &str) -> Fixture {
    let name = file.rsplit('/').next().unwrap();
    let id = name.trim_end_matches(".yaml");
    let fixture = library.fixtures().iter().find(|(_, f)| f.metadata.id == id);
    let fixture = fixture.unwrap_or_else(|| panic!("{file} is not a sound fixture"));
    fixture.1.spec.clone()
}

/// How a run ended, in a form that reads well in a test.
pub(crate) fn end(trace: &Trace) -> (Outcome, Option<Reason>) {
    let ended = trace.ended().unwrap();
    (ended.outcome, ended.reason)
}

/// The actions executed, an undo marked by `undo `.
pub(crate) fn actions(trace: &Trace) -> Vec<String> {
    trace
        .executed()
        .map(|(call, _)| {
            let mark = if call.undo { "undo " } else { "" };
            let revision = call
                .arguments
                .get("to_revision")
                .cloned()
                .unwrap_or(Value::Null);
            format!("{mark}{} {revision}", call.action)
        })
        .collect()
}

/// Asserts how a run ended and that it wrote nothing.
#[track_caller]
pub(crate) fn refused(trace: &Trace, reason: Reason) {
    assert_eq!(end(trace).1, Some(reason), "{}", trace.lines().join("\n"));
    assert!(actions(trace).is_empty(), "{}", trace.lines().join("\n"));
    let handoff = trace.handoff().unwrap();
    assert_eq!(handoff.reason, reason);
    assert!(!handoff.to.is_empty() && !handoff.next_step.is_empty());
}
