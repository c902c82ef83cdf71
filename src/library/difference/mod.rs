//! What changed between two versions of a document, and how much it weighs.
//!
//! The weight says which version a change demands: wider reach or less safety is a major change, anything else that
//! behaves differently is a minor one, and text for humans a patch. What no table knows counts as major.

mod meaning;
mod measure;
#[cfg(test)]
mod tests;

use std::fmt;

use semver::Version;
use serde_json::{Map, Value};

pub(crate) use measure::of as size_of;

use meaning::{Meaning, meaning};

use crate::document::Route;
use crate::document::model::Kind;

/// How much a change weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Words for humans: a patch.
    Text,
    /// Behaviour, without more reach or less safety: a minor version.
    Within,
    /// More reach or less safety, or nobody can tell: a major version.
    Wider,
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "patch",
            Self::Within => "minor",
            Self::Wider => "major",
        })
    }
}

impl Weight {
    /// The lowest version after `before` that a change of this weight may carry. Before 1.0.0 the parts mean one less,
    /// as Semantic Versioning has it: a major change raises the minor part.
    pub fn demands(self, before: &Version) -> Version {
        let (major, minor, patch) = (before.major, before.minor, before.patch);
        match (self, major) {
            (Self::Wider, 1..) => Version::new(major.saturating_add(1), 0, 0),
            (Self::Within, 1..) | (Self::Wider, 0) => {
                Version::new(major, minor.saturating_add(1), 0)
            }
            _ => Version::new(major, minor, patch.saturating_add(1)),
        }
    }
}

/// One place where two versions of a document differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The place, in the newer version where it is there, else in the older.
    pub route: Route,
    /// How much it weighs.
    pub weight: Weight,
    /// What was there.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
}

/// Every place where two versions of a document of a kind differ, the version itself left out; in document order.
pub fn differences(kind: Kind, before: &Value, after: &Value) -> Vec<Difference> {
    let mut walk = Walk {
        kind,
        found: Vec::new(),
    };
    walk.compare(&mut Route::root(), Some(before), Some(after));
    walk.found
}

/// The weight of the heaviest difference; none when there is no difference.
pub fn weight(differences: &[Difference]) -> Option<Weight> {
    differences.iter().map(|difference| difference.weight).max()
}

struct Walk {
    kind: Kind,
    found: Vec<Difference>,
}

impl Walk {
    fn compare(&mut self, route: &mut Route, before: Option<&Value>, after: Option<&Value>) {
        if before == after {
            return;
        }
        match meaning(self.kind, route) {
            Meaning::Version => {}
            Meaning::Inside => match (before, after) {
                (Some(Value::Object(old)), Some(Value::Object(new))) => {
                    self.entries(route, old, new)
                }
                (None, Some(Value::Object(new))) => self.entries(route, &Map::new(), new),
                (Some(Value::Object(old)), None) => self.entries(route, old, &Map::new()),
                _ => self.differ(route, Weight::Wider, before, after),
            },
            Meaning::Text => self.differ(route, Weight::Text, before, after),
            Meaning::Neutral => self.differ(route, Weight::Within, before, after),
            Meaning::Behaviour => self.differ(route, Weight::Wider, before, after),
            Meaning::Offer => match (before, after) {
                (Some(Value::Object(old)), Some(Value::Object(new))) => {
                    self.entries(route, old, new)
                }
                (Some(_), Some(_)) => self.differ(route, Weight::Wider, before, after),
                _ => self.differ(route, Weight::Within, before, after),
            },
            Meaning::Protection => self.set(route, before, after, Weight::Within, Weight::Wider),
            Meaning::Reach => self.set(route, before, after, Weight::Wider, Weight::Within),
            Meaning::Limit => self.measured(route, before, after, |old, new| new <= old),
            Meaning::Floor => self.measured(route, before, after, |old, new| new >= old),
            Meaning::Permit => {
                let off = Value::from("off");
                let (old, new) = (before.unwrap_or(&off), after.unwrap_or(&off));
                let weight = measured(old, new, |old, new| new <= old);
                self.differ(route, weight, before, after);
            }
            Meaning::Safeguard => {
                let weight = if before.is_none() {
                    Weight::Within
                } else {
                    Weight::Wider
                };
                self.differ(route, weight, before, after);
            }
            Meaning::Life => {
                let weight = if stage(after) > stage(before) {
                    Weight::Wider
                } else {
                    Weight::Within
                };
                self.differ(route, weight, before, after);
            }
            Meaning::Rows => self.rows(route, before, after),
            Meaning::Steps => self.steps(route, before, after),
        }
    }

    fn entries(&mut self, route: &mut Route, old: &Map<String, Value>, new: &Map<String, Value>) {
        let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            route.push(key.as_str());
            self.compare(route, old.get(key), new.get(key));
            route.pop();
        }
    }

    /// Lists and mappings whose entries each stand for themselves, in any order.
    fn set(
        &mut self,
        route: &mut Route,
        before: Option<&Value>,
        after: Option<&Value>,
        added: Weight,
        removed: Weight,
    ) {
        if let (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None) = (before, after) {
            let none = Map::new();
            let old = before.and_then(Value::as_object).unwrap_or(&none);
            let new = after.and_then(Value::as_object).unwrap_or(&none);
            for (key, value) in new {
                route.push(key.as_str());
                match old.get(key) {
                    None => self.differ(route, added, None, Some(value)),
                    Some(old) if old != value => {
                        self.differ(route, Weight::Wider, Some(old), Some(value));
                    }
                    Some(_) => {}
                }
                route.pop();
            }
            for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                route.push(key.as_str());
                self.differ(route, removed, Some(value), None);
                route.pop();
            }
            return;
        }
        let (Some(old), Some(new)) = (list(before), list(after)) else {
            return self.differ(route, Weight::Wider, before, after);
        };
        for (index, item) in new.iter().enumerate() {
            if !old.contains(item) {
                route.push(index);
                self.differ(route, added, None, Some(item));
                route.pop();
            }
        }
        for item in old.iter().filter(|item| !new.contains(item)) {
            self.differ(route, removed, Some(item), None);
        }
    }

    /// Something measured, where `is_safe` tells the safe direction. Setting it where nothing was set is safe, and
    /// taking it away is not.
    fn measured(
        &mut self,
        route: &Route,
        before: Option<&Value>,
        after: Option<&Value>,
        is_safe: fn(f64, f64) -> bool,
    ) {
        let weight = match (before, after) {
            (None, Some(_)) => Weight::Within,
            (Some(old), Some(new)) => measured(old, new, is_safe),
            _ => Weight::Wider,
        };
        self.differ(route, weight, before, after);
    }

    /// A decision table: the first row that holds wins, so only whole rows may come, and rows that lead to a path go.
    fn rows(&mut self, route: &mut Route, before: Option<&Value>, after: Option<&Value>) {
        let (Some(old), Some(new)) = (list(before), list(after)) else {
            return self.differ(route, Weight::Wider, before, after);
        };
        let meant = |rows: &[Value]| -> Vec<Value> {
            rows.iter()
                .map(|row| {
                    let mut row = row.clone();
                    if let Some(row) = row.as_object_mut() {
                        row.remove("because");
                    }
                    row
                })
                .collect()
        };
        let (old_meant, new_meant) = (meant(old), meant(new));
        if old_meant == new_meant {
            return self.differ(route, Weight::Text, before, after);
        }
        if is_within(&old_meant, &new_meant) {
            for (index, row) in new.iter().enumerate() {
                if new_meant
                    .get(index)
                    .is_some_and(|row| !old_meant.contains(row))
                {
                    route.push(index);
                    self.differ(route, Weight::Within, None, Some(row));
                    route.pop();
                }
            }
            return;
        }
        let gone = old_meant.iter().filter(|row| !new_meant.contains(row));
        let only_paths = gone.clone().all(|row| row.get("path").is_some());
        let weight = if is_within(&new_meant, &old_meant) && only_paths {
            Weight::Within
        } else {
            Weight::Wider
        };
        self.differ(route, weight, before, after);
    }

    /// Steps by their id. Their order matters.
    fn steps(&mut self, route: &mut Route, before: Option<&Value>, after: Option<&Value>) {
        let (Some(old), Some(new)) = (list(before), list(after)) else {
            return self.differ(route, Weight::Wider, before, after);
        };
        let ids = |steps: &[Value]| -> Vec<Value> {
            steps
                .iter()
                .map(|step| step.get("id").cloned().unwrap_or_default())
                .collect()
        };
        let (old_ids, new_ids) = (ids(old), ids(new));
        if !is_within(&old_ids, &new_ids) && !is_within(&new_ids, &old_ids) {
            return self.differ(route, Weight::Wider, before, after);
        }
        for (index, step) in new.iter().enumerate() {
            let known = old_ids.iter().position(|id| Some(id) == step.get("id"));
            let known = known.and_then(|at| old.get(at));
            route.push(index);
            match (known.and_then(Value::as_object), step.as_object()) {
                (Some(known), Some(step)) => self.entries(route, known, step),
                _ => self.differ(route, Weight::Within, known, Some(step)),
            }
            route.pop();
        }
        for step in old {
            if !new_ids.iter().any(|id| Some(id) == step.get("id")) {
                self.differ(route, Weight::Within, Some(step), None);
            }
        }
    }

    fn differ(
        &mut self,
        route: &Route,
        weight: Weight,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        self.found.push(Difference {
            route: route.clone(),
            weight,
            before: before.cloned(),
            after: after.cloned(),
        });
    }
}

fn measured(old: &Value, new: &Value, is_safe: fn(f64, f64) -> bool) -> Weight {
    match (measure::of(old), measure::of(new)) {
        (Some(old), Some(new)) if old.unit == new.unit && is_safe(old.size, new.size) => {
            Weight::Within
        }
        _ => Weight::Wider,
    }
}

/// How much may be done on a document of this status: `deprecated` and `reviewed` are no steps up.
fn stage(status: Option<&Value>) -> u8 {
    match status.and_then(Value::as_str) {
        Some("stable") => 2,
        Some("shadow") => 1,
        _ => 0,
    }
}

/// The items of a list; none at all when nothing is there.
fn list(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

/// Whether `part` is `whole` with items left out.
fn is_within(part: &[Value], whole: &[Value]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|item| rest.any(|other| other == item))
}
