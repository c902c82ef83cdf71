//! When a signature recognises an incident, and what that leads to.

use serde_json::{Value, json};

use super::table::{Row, plainly, row, row_or};
use super::{Facts, reach};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::closure::Pinned;
use crate::document::Route;
use crate::document::model::{ObjectRef, Signature};

/// The steps of a life, from those on which nothing may be done.
pub(super) const STAGES: &[&str] = &["none", "shadow", "stable"];

#[rustfmt::skip]
const SIGNATURE: &[Row] = &[
    row("spec/incident_class", "incident class", reach(Aspect::Signature, Rule::Choice)),
    row("spec/correlate", "what all evidence must share", reach(Aspect::Signature, Rule::Guard)),
    row("spec/window", "window", reach(Aspect::Signature, Rule::Cap)),
    row("spec/sequence", "order of the conditions", reach(Aspect::Signature, Rule::Shield)),
    row("spec/negate", "events that must not have happened", reach(Aspect::Signature, Rule::Guard)),
    row_or("spec/score/match_at", "score from which it matches", "1", reach(Aspect::Signature, Rule::Floor)),
    row_or("spec/score/ambiguous_at", "score from which it is ambiguous", "1", reach(Aspect::Signature, Rule::Plain)),
];

/// When a signature recognises an incident, and what that leads to.
pub(in crate::change::diff) fn signature(signature: &Pinned<Signature>) -> Facts {
    let mut facts = Facts::default();
    let object = signature.object();
    let spot = Spot::document(object.clone());
    let document = signature.value();
    facts.table(
        &spot,
        &object,
        &Route::root(),
        document,
        SIGNATURE,
        &plainly,
    );
    facts.status(&spot, &object, document);
    let spec = || Route::root().key("spec");
    let conditions = [
        (
            "require",
            "required condition",
            reach(Aspect::Signature, Rule::Trigger),
        ),
        (
            "exclude",
            "exclusion",
            reach(Aspect::Signature, Rule::Demand),
        ),
        (
            "support",
            "supporting condition",
            reach(Aspect::Signature, Rule::Either),
        ),
        (
            "distinguish_from",
            "told apart from",
            reach(Aspect::Signature, Rule::Shield),
        ),
    ];
    for (key, noun, about) in conditions {
        let found = document.get("spec").and_then(|spec| spec.get(key));
        for (name, check) in found.and_then(Value::as_object).into_iter().flatten() {
            let route = spec().key(key).key(name.as_str());
            let item = format!("{noun} `{name}`");
            facts.note(&spot, about, item, Some(check.clone()), (&object, route));
        }
    }
    for (index, way) in signature.spec.routes.iter().enumerate() {
        let to = match &way.path {
            Some(path) => format!("path {path} of {}", way.runbook),
            None => way.runbook.to_string(),
        };
        facts.note(
            &spot,
            reach(Aspect::Signature, Rule::Opening),
            format!("leads to {to}"),
            Some(json!("yes")),
            (&object, spec().key("routes").index(index)),
        );
    }
    facts
}

impl Facts {
    /// Notes how far the status of a document lets agents go.
    pub(super) fn status(&mut self, spot: &Spot, object: &ObjectRef, document: &Value) {
        let said = document.pointer("/metadata/status").and_then(Value::as_str);
        // On a deprecated document nobody may act either.
        let stage = said.filter(|said| STAGES.contains(said)).unwrap_or("none");
        self.note(
            spot,
            reach(Aspect::Mode, Rule::Rank(STAGES)),
            "status",
            Some(json!(stage)),
            (object, Route::root().key("metadata").key("status")),
        );
    }
}
