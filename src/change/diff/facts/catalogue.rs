//! What queries and services say, for every runbook that uses them.

use serde_json::Value;

use super::table::{Row, plainly, row, row_or};
use super::{Facts, reach, safety};
use crate::change::diff::model::{Aspect, Spot};
use crate::change::diff::order::Rule;
use crate::document::Route;
use crate::document::model::ObjectRef;

const NO_DATA: &[&str] = &["inconclusive", "zero"];

#[rustfmt::skip]
const QUERY: &[Row] = &[
    row_or("spec/no_data", "what no data means", "inconclusive", safety(Aspect::Query, Rule::Rank(NO_DATA))),
    row("spec/min_samples", "fewest samples", safety(Aspect::Query, Rule::Floor)),
    row("spec/caps/timeout", "longest query", safety(Aspect::Cap, Rule::Cap)),
    row("spec/caps/range", "longest look-back", safety(Aspect::Cap, Rule::Cap)),
    row("spec/caps/series", "most series", safety(Aspect::Cap, Rule::Cap)),
    row("spec/backend", "backend", reach(Aspect::Query, Rule::Plain)),
    row("spec/template", "template", reach(Aspect::Query, Rule::Plain)),
    row("spec/result", "result", reach(Aspect::Query, Rule::Plain)),
    row("spec/signal", "kind of evidence", reach(Aspect::Query, Rule::Plain)),
    row("spec/sensitivity", "sensitivity", reach(Aspect::Query, Rule::Plain)),
];

#[rustfmt::skip]
const SERVICE: &[Row] = &[
    row("spec/environments", "environments", reach(Aspect::Target, Rule::Reach)),
    row("spec/namespaces", "namespaces an argument may name", reach(Aspect::Target, Rule::Reach)),
    row("spec/depends_on", "dependencies", reach(Aspect::Target, Rule::Plain)),
    row("spec/oncall/team", "team on call", safety(Aspect::GoAhead, Rule::Plain)),
    row("spec/oncall/rotation", "rotation that is paged", safety(Aspect::Handover, Rule::Plain)),
];

/// What a query asks, and how its answer is read.
pub(in crate::change::diff) fn query(object: &ObjectRef, document: &Value) -> Facts {
    let mut facts = Facts::default();
    let spot = Spot::document(object.clone());
    facts.table(&spot, object, &Route::root(), document, QUERY, &plainly);
    facts
}

/// What a service lets arguments name.
pub(in crate::change::diff) fn service(object: &ObjectRef, document: &Value) -> Facts {
    let mut facts = Facts::default();
    let spot = Spot::document(object.clone());
    facts.table(&spot, object, &Route::root(), document, SERVICE, &plainly);
    let resources = document
        .pointer("/spec/resources")
        .and_then(Value::as_object);
    for (kind, names) in resources.into_iter().flatten() {
        let route = Route::root()
            .key("spec")
            .key("resources")
            .key(kind.as_str());
        let item = format!("resources of type {kind} an argument may name");
        let about = reach(Aspect::Target, Rule::Reach);
        facts.note(&spot, about, item, Some(names.clone()), (object, route));
    }
    facts
}
