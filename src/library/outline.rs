//! What is left of a document that cannot do without something that is wrong in it.
//!
//! One value that is misspelt must not hide what is wrong elsewhere in the document. Where too little is left for the type
//! of the kind, something the schema allows stands in, and nothing that concerns such a place is ever reported. An outline
//! is for looking at a document, never for acting upon it.

use serde_json::{Map, Value, json};

use super::entry::read_as;
use crate::document::model::{Kind, Typed};
use crate::document::{NodeRef, Route, SchemaSet, Segment, Source, parse};

/// Places that something may stand in for; with more mistakes than this, the document is not looked at.
const MOST: usize = 16;

/// A document with stand-ins.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) typed: Typed,
    /// Where it differs from what is written.
    pub(super) disturbed: Vec<Route>,
}

impl Outline {
    /// The outline of a document that could not be read, if there is one.
    pub(super) fn of(kind: Kind, root: NodeRef<'_>) -> Option<Self> {
        let schemas = SchemaSet::shipped().ok()?;
        let mut value = root.to_value();
        let mut disturbed = Vec::new();
        for _ in 0..MOST {
            let source = Source::from_text("outline.yaml", &value.to_string()).ok()?;
            let parsed = parse(&source).into_iter().next()?;
            let read = read_as(kind, parsed.tree.root());
            if let Some(typed) = read.typed {
                disturbed.extend(read.pruned);
                return Some(Self { typed, disturbed });
            }
            let error = read.errors.first()?;
            let route = match missing(&error.message) {
                Some(key) => error.route.clone().key(key),
                None => error.route.clone(),
            };
            put(&mut value, &route, stand_in(schemas, kind, &route)?)?;
            disturbed.push(route);
        }
        None
    }
}

/// The key that a message says is missing.
fn missing(message: &str) -> Option<&str> {
    message.strip_suffix("` is missing")?.strip_prefix('`')
}

/// Something the schema allows at a place.
fn stand_in(schemas: &SchemaSet, kind: Kind, route: &Route) -> Option<Value> {
    let place = schemas.describe(kind.name(), route)?;
    if let Some(first) = place.values.first() {
        return Some(serde_json::from_str(first).unwrap_or_else(|_| json!(first)));
    }
    if !place.keys.is_empty() {
        return Some(Value::Object(Map::new()));
    }
    Some(match place.literal.as_deref() {
        Some("duration") => json!("1m"),
        Some("percent") => json!("1%"),
        Some("rate") => json!("1 per 1h"),
        Some("quantity") => json!(1),
        Some("date") => json!("2000-01-01"),
        Some("timestamp") => json!("2000-01-01T00:00:00Z"),
        Some("version") => json!("0.0.0"),
        Some(_) => json!("unknown"),
        None => return None,
    })
}

/// Puts a value at a route, whose parent has to be there.
fn put(value: &mut Value, route: &Route, new: Value) -> Option<()> {
    let parent = value.pointer_mut(&route.parent()?.to_pointer())?;
    match (parent, route.last()?) {
        (Value::Object(map), Segment::Key(key)) => {
            map.insert(key.clone(), new);
        }
        (Value::Array(list), Segment::Index(index)) => *list.get_mut(*index)? = new,
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::starter;

    const RUNBOOK: &str = "runbooks/error-rate-after-deploy/runbook.yaml";

    fn outline(find: &str, replace: &str) -> Option<Outline> {
        let (_, text) = starter::FILES.iter().find(|(path, _)| *path == RUNBOOK)?;
        assert!(text.contains(find));
        let source = Source::from_text(RUNBOOK, &text.replacen(find, replace, 1)).ok()?;
        let parsed = parse(&source).remove(0);
        Outline::of(Kind::Runbook, parsed.tree.root())
    }

    #[test]
    fn one_wrong_value_leaves_the_rest_to_be_looked_at() {
        for (find, replace, disturbed) in [
            ("mode: gated", "mode: manual", vec!["spec.autonomy.mode"]),
            (
                "max_tier: 2, mode: gated",
                "max_tear: 2",
                vec!["spec.autonomy.max_tier", "spec.autonomy.mode"],
            ),
            (
                "  incident_class: elevated-error-rate\n",
                "",
                vec!["spec.incident_class"],
            ),
        ] {
            let outline = outline(find, replace).unwrap();
            let found: Vec<String> = outline.disturbed.iter().map(ToString::to_string).collect();
            assert_eq!(found, disturbed);
            let Typed::Runbook(runbook) = outline.typed else {
                panic!("no runbook")
            };
            assert_eq!(runbook.spec.checks.len(), 6);
        }
    }

    #[test]
    fn an_entry_shows_its_outline_and_says_where_it_differs() {
        let (_, text) = starter::FILES
            .iter()
            .find(|(path, _)| *path == RUNBOOK)
            .unwrap();
        let text = text.replacen("mode: gated", "mode: manual", 1);
        let library = crate::library::Library::from_sources([(RUNBOOK.into(), text.into_bytes())]);
        let (_, entry) = library.entries().next().unwrap();
        assert!(entry.typed().is_none(), "{:?}", entry.pruned());
        assert!(entry.outlined().is_some());
        let route = |keys: &[&str]| {
            keys.iter()
                .fold(Route::root(), |route, key| route.key(*key))
        };
        assert!(entry.is_disturbed(&route(&["spec", "autonomy", "mode"])));
        assert!(!entry.is_disturbed(&route(&["spec", "checks", "err_high"])));
        assert!(!entry.is_sound());
    }
}
