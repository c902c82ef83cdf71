//! Findings about something that could not be read correctly say nothing yet.

use std::collections::{BTreeMap, BTreeSet};

use super::places::Places;
use super::query::RAW_QUERY;
use super::rule::Category;
use crate::diagnostic::{Finding, Severity};
use crate::document::Route;
use crate::document::schema::{Violation, ViolationKind};
use crate::library::{Failure, Library, LoadError};

/// Nodes with errors of their own, by document.
pub(super) struct Unreadable {
    nodes: BTreeMap<(String, usize), BTreeSet<Route>>,
    /// Whether a text declares something whose name was not reached.
    nameless: bool,
}

/// Rules that miss a document, a name declared by one, or a value that has to be such a name.
const MISSING: [&str; 6] = ["R001", "R002", "R003", "R005", "R011", "M005"];

impl Unreadable {
    pub(super) fn of(library: &Library, findings: &[Finding]) -> Self {
        let mut nodes: BTreeMap<(String, usize), BTreeSet<Route>> = BTreeMap::new();
        let errors = findings
            .iter()
            .filter(|finding| is_about_text(finding) && finding.severity == Severity::Error);
        for finding in errors {
            let place = &finding.primary;
            if let Some(route) = place.route() {
                let key = (place.path.to_string(), place.document);
                nodes.entry(key).or_default().insert(route.clone());
            }
        }
        // What a misspelt key was meant to be looks as if it were missing.
        for (_, entry) in library.entries() {
            for meant in entry.violations().iter().filter_map(meant) {
                let key = (entry.path().to_string(), entry.position());
                nodes.entry(key).or_default().insert(meant);
            }
        }
        let unread = |failure: &Failure| matches!(failure.error, LoadError::Source(_));
        let nameless = library.failures().iter().any(unread)
            || library
                .entries()
                .any(|(_, entry)| !entry.is_complete() && entry.object().is_none());
        Self { nodes, nameless }
    }

    /// Whether a finding is about something that could not be read correctly: whatever it says, mending the text
    /// comes first and may change it.
    pub(super) fn makes_moot(&self, finding: &Finding, places: &Places<'_>) -> bool {
        if is_about_text(finding) {
            return false;
        }
        // What seems to be missing may be declared in the text that cannot be read. One mistake there would
        // otherwise be told once for each reference, and hide itself among them.
        if self.nameless && MISSING.contains(&finding.code) {
            return true;
        }
        let place = &finding.primary;
        let Some(entry) = places.entry(place) else {
            return false;
        };
        let Some(route) = place.route() else {
            return !entry.is_complete();
        };
        let key = (place.path.to_string(), place.document);
        let same_node = self
            .nodes
            .get(&key)
            .is_some_and(|nodes| nodes.contains(route));
        !entry.is_complete() || entry.is_disturbed(route) || same_node
    }
}

/// The key a misspelt one stands for.
fn meant(violation: &Violation) -> Option<Route> {
    match &violation.kind {
        ViolationKind::UnknownKey {
            suggestion: Some(name),
            belongs: None,
            ..
        } => Some(violation.route.parent()?.key(name)),
        _ => None,
    }
}

fn is_about_text(finding: &Finding) -> bool {
    // The text of a query where its id belongs breaks the schema, though a rule about queries says so.
    finding.code.starts_with(Category::Schema.letter()) || finding.code == RAW_QUERY.code
}

#[cfg(test)]
mod tests {
    use super::MISSING;
    use crate::lint::registry;

    #[test]
    fn every_code_is_a_rule() {
        for code in MISSING {
            assert!(registry::find(code).is_ok_and(|rule| rule.code == code));
        }
    }
}
