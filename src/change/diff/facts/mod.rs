//! What may be done, as facts that can be compared one by one.

mod action;
mod catalogue;
mod checks;
mod policy;
mod runbook;
mod signature;
mod step;
mod table;
mod tier;

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Aspect, Spot};
use super::order::Rule;
use crate::document::Route;
use crate::document::model::ObjectRef;

pub(super) use catalogue::{query, service};
pub(super) use policy::policy;
pub(super) use runbook::runbook;
pub(super) use signature::signature;

/// What a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Where it takes effect.
    pub(super) spot: Spot,
    /// What it is about.
    pub(super) aspect: Aspect,
    /// What exactly.
    pub(super) item: String,
}

/// Something that is so.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    /// The resolved value.
    pub(super) value: Value,
    /// Which values are riskier.
    pub(super) rule: Rule,
    /// Whether a riskier value reaches further, and not only protects less.
    pub(super) reaches: bool,
    /// The document that says so.
    pub(super) origin: ObjectRef,
    /// Where it says so.
    pub(super) route: Route,
    /// The fact without which this one cannot be: when that comes or goes, this one is not worth a line.
    pub(super) part_of: Option<(Aspect, &'static str)>,
    /// What an action declares of itself: the action, and how risky it says it is.
    pub(super) rating: Option<(String, usize)>,
}

/// Everything that is so for one document.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts(pub(super) BTreeMap<Key, Fact>);

/// What is to be said of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) aspect: Aspect,
    pub(super) rule: Rule,
    pub(super) reaches: bool,
    pub(super) part_of: Option<(Aspect, &'static str)>,
}

/// A value that lets an agent do more when it is riskier.
pub(super) const fn reach(aspect: Aspect, rule: Rule) -> About {
    About {
        aspect,
        rule,
        reaches: true,
        part_of: None,
    }
}

/// A value that protects less when it is riskier.
pub(super) const fn safety(aspect: Aspect, rule: Rule) -> About {
    About {
        aspect,
        rule,
        reaches: false,
        part_of: None,
    }
}

impl About {
    /// The same, as a part of another fact of the same spot.
    pub(super) const fn part_of(mut self, aspect: Aspect, item: &'static str) -> Self {
        self.part_of = Some((aspect, item));
        self
    }
}

impl Facts {
    /// Notes a fact; nothing when there is no value.
    pub(super) fn note(
        &mut self,
        spot: &Spot,
        about: About,
        item: impl Into<String>,
        value: Option<Value>,
        origin: (&ObjectRef, Route),
    ) -> Option<&mut Fact> {
        let value = value.filter(|value| !value.is_null())?;
        let key = Key {
            spot: spot.clone(),
            aspect: about.aspect,
            item: item.into(),
        };
        let fact = Fact {
            value,
            rule: about.rule,
            reaches: about.reaches,
            origin: origin.0.clone(),
            route: origin.1,
            part_of: about.part_of,
            rating: None,
        };
        // What several places demand is said by the first of them.
        Some(self.0.entry(key).or_insert(fact))
    }
}
