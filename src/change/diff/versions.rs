//! The versions that changed documents carry, and those they demand.

use super::model::{Side, VersionBump};
use super::state::{Pair, States};
use crate::document::Route;
use crate::library::Entry;
use crate::library::difference::{differences, weight};

/// The version of a document that is there before and after; none when it has none or nothing differs.
pub(super) fn bump(states: States<'_>, pair: &Pair) -> Option<VersionBump> {
    let (before, after) = (pair.before.as_ref()?, pair.after.as_ref()?);
    let old_entry = states.entry(Side::Base, before)?;
    let new_entry = states.entry(Side::Head, after)?;
    let typed = |entry: &Entry| entry.typed().filter(|_| entry.is_sound()).cloned();
    let version = |entry: &Entry| typed(entry)?.metadata().semver();
    let (old, new) = (version(old_entry)?, version(new_entry)?);
    let found = differences(after.kind, old_entry.value(), new_entry.value());
    let weight = weight(&found)?;
    let demanded = weight.demands(&old);
    let route = Route::root().key("metadata").key("version");
    Some(VersionBump {
        place: states.place(Side::Head, after, &route)?,
        document: after.clone(),
        sufficient: new >= demanded,
        before: old.to_string(),
        after: new.to_string(),
        demanded: demanded.to_string(),
        weight,
    })
}
