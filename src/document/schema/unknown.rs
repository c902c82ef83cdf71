//! What to say about a key the schema does not know at its place.

use std::collections::BTreeSet;

use super::explain::{Explainer, Fault};
use super::library::Place;
use super::violation::{Belongs, ViolationKind};
use super::words;
use crate::document::route::Segment;
use crate::document::suggest::nearest;

// A longer list of names hides the message.
const LISTED: usize = 12;

impl<'s, 't> Explainer<'s, 't> {
    pub(super) fn unknown_key(
        &self,
        fault: &Fault<'_, 's, 't>,
        name: &str,
        known: &BTreeSet<&'s str>,
    ) -> (ViolationKind, String) {
        let belongs = self.belongs(fault, name, known);
        let near = nearest(name, known.iter().copied());
        // A key that is there already would then be there twice.
        let suggestion = near.filter(|near| fault.node.get(near).is_none());
        let place = words::place(&fault.route);
        let mut message = format!("`{}` is not a key of {place}", words::excerpt(name));
        match (&belongs, suggestion, near) {
            (Some(Belongs::Up), ..) => {
                message.push_str(&format!("; it belongs one level up, beside {place}"))
            }
            (Some(Belongs::Down { into }), ..) => {
                message.push_str(&format!("; it belongs one level down, in `{into}`"))
            }
            (Some(Belongs::Beside { into }), ..) => {
                message.push_str(&format!("; it belongs in `{into}`"))
            }
            (None, Some(near), _) => message.push_str(&format!("; did you mean `{near}`?")),
            (None, None, Some(there)) => message.push_str(&format!("; `{there}` is there already")),
            (None, None, None) if !known.is_empty() && known.len() <= LISTED => {
                let names: Vec<&str> = known.iter().copied().collect();
                message.push_str(&format!("; its keys are {}", names.join(", ")));
            }
            (None, None, None) => {}
        }
        let kind = ViolationKind::UnknownKey {
            known: known.iter().map(|name| (*name).to_owned()).collect(),
            suggestion: suggestion.map(str::to_owned),
            belongs,
        };
        (kind, message)
    }

    fn belongs(
        &self,
        fault: &Fault<'_, 's, 't>,
        name: &str,
        known: &BTreeSet<&'s str>,
    ) -> Option<Belongs> {
        let parent = fault.route.parent();
        let parent_places = parent
            .map(|parent| self.library.at_route(self.root, &parent))
            .unwrap_or_default();
        let parent_keys = self.library.keys(&parent_places);
        if parent_keys.contains(name) {
            return Some(Belongs::Up);
        }
        if let Some(into) = self.only_below(&fault.chain.places, known, name) {
            return Some(Belongs::Down { into });
        }
        let own = match fault.route.last() {
            Some(Segment::Key(own)) => own.as_str(),
            _ => return None,
        };
        let others: BTreeSet<&str> = parent_keys.into_iter().filter(|key| *key != own).collect();
        self.only_below(&parent_places, &others, name)
            .map(|into| Belongs::Beside { into })
    }

    // Where several would do, a guess would mislead.
    fn only_below(
        &self,
        places: &[Place<'s>],
        keys: &BTreeSet<&str>,
        name: &str,
    ) -> Option<String> {
        let knows = |key: &&&str| {
            let below = self.library.below(places, &Segment::from(**key));
            self.library.keys(&below).contains(name)
        };
        let mut found = keys.iter().filter(knows);
        match (found.next(), found.next()) {
            (Some(only), None) => Some((*only).to_owned()),
            _ => None,
        }
    }
}
