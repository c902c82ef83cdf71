//! Facts that a document states at fixed places.

use serde_json::Value;

use super::{About, Facts};
use crate::change::diff::model::Spot;
use crate::document::Route;
use crate::document::model::ObjectRef;

/// A place of a document, what it is called and what it means; with the value it has when nothing is written.
pub(super) struct Row {
    /// Keys from the root of the document, separated by `/`.
    pub(super) at: &'static str,
    pub(super) item: &'static str,
    pub(super) about: About,
    pub(super) unsaid: Option<&'static str>,
}

/// A row without a value when nothing is written.
pub(super) const fn row(at: &'static str, item: &'static str, about: About) -> Row {
    Row {
        at,
        item,
        about,
        unsaid: None,
    }
}

/// A row with the value it has when nothing is written.
pub(super) const fn row_or(
    at: &'static str,
    item: &'static str,
    unsaid: &'static str,
    about: About,
) -> Row {
    Row {
        at,
        item,
        about,
        unsaid: Some(unsaid),
    }
}

impl Facts {
    /// Notes what a document says at the places of a table, which are below `base`. `named` makes an item of the one
    /// in the table.
    pub(super) fn table(
        &mut self,
        spot: &Spot,
        origin: &ObjectRef,
        base: &Route,
        document: &Value,
        rows: &[Row],
        named: &dyn Fn(&str) -> String,
    ) {
        for row in rows {
            let mut route = base.clone();
            for key in row.at.split('/') {
                route.push(key);
            }
            let value = at(document, &route).cloned();
            let value = value.or_else(|| row.unsaid.map(literal));
            self.note(spot, row.about, named(row.item), value, (origin, route));
        }
    }
}

/// A number or truth value, else a text.
fn literal(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// The value at a route.
pub(super) fn at<'v>(document: &'v Value, route: &Route) -> Option<&'v Value> {
    document.pointer(&route.to_pointer())
}

/// An item by its own name.
pub(super) fn plainly(item: &str) -> String {
    item.to_owned()
}
