//! Changing one place of a document.

use serde_json::{Map, Value, json};

use super::Mutant;
use crate::document::{Route, Segment};

/// Modes, rising.
const MODES: [&str; 5] = ["off", "shadow", "advise", "gated", "auto"];

/// Collects the mutants of one document.
pub(super) struct Maker<'a> {
    document: &'a Value,
    made: Vec<Mutant>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(document: &'a Value) -> Self {
        Self {
            document,
            made: Vec::new(),
        }
    }

    pub(super) fn into_mutants(self) -> Vec<Mutant> {
        self.made
    }

    pub(super) fn at(&self, route: &Route) -> Option<&'a Value> {
        self.document.pointer(&route.to_pointer())
    }

    /// The keys of the mapping at `route`, in alphabetical order.
    pub(super) fn keys(&self, route: &Route) -> Vec<&'a str> {
        let map = self.at(route).and_then(Value::as_object);
        let keys = map.into_iter().flat_map(Map::keys);
        keys.map(String::as_str).collect()
    }

    /// The places of the items of the list at `route`.
    pub(super) fn items(&self, route: &Route) -> Vec<Route> {
        let list = self.at(route).and_then(Value::as_array);
        let length = list.map_or(0, Vec::len);
        (0..length)
            .map(|index| route.clone().index(index))
            .collect()
    }

    fn make(&mut self, name: String, route: Route, change: impl FnOnce(&mut Value)) {
        let mut document = self.document.clone();
        change(&mut document);
        if document != *self.document {
            self.made.push(Mutant {
                name,
                route,
                document,
            });
        }
    }

    /// Deletes the entry or item at `route`, when there is one.
    pub(super) fn delete(&mut self, route: Route) {
        let Some(found) = self.at(&route) else { return };
        let name = match found {
            Value::Array(_) | Value::Object(_) => format!("delete {route}"),
            scalar => format!("delete {route} {scalar}"),
        };
        self.make(name, route.clone(), |document| {
            let (Some(parent), Some(last)) = (route.parent(), route.last()) else {
                return;
            };
            match (document.pointer_mut(&parent.to_pointer()), last) {
                (Some(Value::Object(map)), Segment::Key(key)) => {
                    map.remove(key);
                }
                (Some(Value::Array(list)), Segment::Index(index)) => {
                    list.remove(*index);
                }
                _ => {}
            }
        });
    }

    /// Deletes each of these keys of the mapping at `route`.
    pub(super) fn delete_each(&mut self, route: &Route, keys: &[&str]) {
        for key in keys {
            self.delete(route.clone().key(*key));
        }
    }

    /// Deletes each item of the list at `route`.
    pub(super) fn delete_items(&mut self, route: &Route) {
        for item in self.items(route) {
            self.delete(item);
        }
    }

    /// Replaces the value at `route`, when there is one.
    pub(super) fn set(&mut self, route: Route, value: Value) {
        if self.at(&route).is_some() {
            self.put(route, value);
        }
    }

    /// Writes a value at `route`, below a mapping that is there.
    pub(super) fn put(&mut self, route: Route, value: Value) {
        let (Some(parent), Some(Segment::Key(key))) = (route.parent(), route.last().cloned())
        else {
            return;
        };
        let name = match self.at(&route) {
            Some(found) => format!("{route}: {found} becomes {value}"),
            None => format!("{route} becomes {value}"),
        };
        self.make(name, route, |document| {
            if let Some(Value::Object(map)) = document.pointer_mut(&parent.to_pointer()) {
                map.insert(key, value);
            }
        });
    }

    /// Lowers the number at `route` by one, not below `floor`.
    pub(super) fn lower(&mut self, route: Route, floor: u64) {
        let number = self.at(&route).and_then(Value::as_u64);
        if let Some(number) = number.filter(|number| *number > floor) {
            self.set(route, json!(number - 1));
        }
    }

    /// Raises the number at `route` tenfold.
    pub(super) fn multiply(&mut self, route: Route) {
        if let Some(number) = self.at(&route).and_then(Value::as_u64) {
            self.set(route, json!(number.saturating_mul(10)));
        }
    }

    /// Raises the mode at `route` to every higher one.
    pub(super) fn raise_mode(&mut self, route: Route) {
        let mode = self.at(&route).and_then(Value::as_str);
        let mode = mode.and_then(|mode| MODES.iter().position(|known| *known == mode));
        let higher = mode.and_then(|mode| MODES.get(mode + 1..));
        for mode in higher.into_iter().flatten() {
            self.set(route.clone(), json!(mode));
        }
    }
}

/// The place of everything that a document says.
pub(super) fn spec() -> Route {
    Route::root().key("spec")
}
