//! Signatures made ready to be scored.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Preparation, PreparedCheck, QueryCache, Standing};
use crate::closure::SignatureClosure;
use crate::document::id::{CheckName, SignatureId};
use crate::document::model::Signature;
use crate::document::unit::Duration;
use crate::engine::moment::{after, before, since};

/// A signature ready to be scored.
#[derive(Debug)]
pub struct PreparedSignature {
    pub(crate) id: SignatureId,
    pub(crate) closure: SignatureClosure,
    pub(crate) require: Vec<(CheckName, PreparedCheck)>,
    pub(crate) support: Vec<(CheckName, PreparedCheck, f64)>,
    pub(crate) exclude: Vec<(CheckName, PreparedCheck)>,
    pub(crate) negate: Vec<PreparedNegation>,
}

/// An event that must not have happened around an anchor.
#[derive(Debug)]
pub(crate) struct PreparedNegation {
    pub(crate) check: PreparedCheck,
    pub(crate) anchor: CheckName,
    pub(crate) window: Duration,
    pub(crate) slide: Duration,
    pub(crate) before: Duration,
    pub(crate) span: bool,
}

impl PreparedNegation {
    /// The time it covers around the moment its anchor began, when all required conditions began at these moments.
    pub(crate) fn covers(
        &self,
        anchor: Timestamp,
        began: impl Iterator<Item = Timestamp> + Clone,
    ) -> (Timestamp, Timestamp) {
        let from = before(after(anchor, self.slide), self.before);
        let to = after(from, self.window);
        let ends = began.clone().max().zip(began.min()).filter(|_| self.span);
        (
            from,
            ends.map_or(to, |(last, first)| after(to, since(last, first))),
        )
    }
}

impl PreparedSignature {
    pub(super) fn new(
        closure: SignatureClosure,
        queries: &mut QueryCache,
    ) -> Result<Self, Vec<String>> {
        let spec = &closure.signature.spec;
        let mut preparation = Preparation::new(&closure.queries, queries);
        // Two windows more than the check itself needs: what began before the window must be seen
        // to have begun before it.
        let extra = spec.window.map_or(Duration::ZERO, |w| w.saturating_add(w));
        let mut named = |place: &str, name: &CheckName, check, extra| {
            preparation
                .check(&format!("{place}.{name}"), check, extra)
                .map(|check| (name.clone(), check))
        };
        let require = spec
            .require
            .iter()
            .filter_map(|(name, check)| named("require", name, check, extra))
            .collect();
        let support = spec
            .support
            .iter()
            .filter_map(|(name, support)| {
                let (name, check) = named("support", name, &support.check, Duration::ZERO)?;
                Some((name, check, support.weight))
            })
            .collect();
        let exclude = spec
            .exclude
            .iter()
            .filter_map(|(name, check)| named("exclude", name, check, Duration::ZERO))
            .collect();
        let negate = spec
            .negate
            .iter()
            .filter_map(|negation| {
                let (_, check) =
                    named("negate", &negation.anchor, &negation.check, Duration::ZERO)?;
                Some(PreparedNegation {
                    check,
                    anchor: negation.anchor.clone(),
                    window: negation.window,
                    slide: negation.slide.unwrap_or_default(),
                    before: negation.before.unwrap_or_default(),
                    span: negation.span,
                })
            })
            .collect();
        let anchors = spec.negate.iter().map(|n| &n.anchor);
        for name in spec.sequence.iter().chain(anchors) {
            if !spec.require.contains_key(name) {
                preparation.problem(format!("`{name}` is not a required condition"));
            }
        }
        if spec.require.is_empty() {
            preparation.problem("a signature must require something");
        }
        if spec
            .support
            .values()
            .any(|s| !(s.weight.is_finite() && s.weight > 0.0))
        {
            preparation.problem("a supporting condition needs a positive weight");
        }
        let score = spec.score;
        if !(0.0 < score.ambiguous_at
            && score.ambiguous_at <= score.match_at
            && score.match_at <= 1.0)
        {
            preparation.problem("score: 0 < ambiguous_at <= match_at <= 1 must hold");
        }
        preparation.finish(Some(()))?;
        Ok(Self {
            id: closure.signature.id(),
            closure,
            require,
            support,
            exclude,
            negate,
        })
    }

    pub(crate) fn spec(&self) -> &Signature {
        &self.closure.signature.spec
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing::of(self.closure.signature.metadata.status)
    }

    /// Every condition that looks at evidence of its own.
    pub(crate) fn checks(&self) -> impl Iterator<Item = &PreparedCheck> {
        let named = self
            .require
            .iter()
            .chain(&self.exclude)
            .map(|(_, check)| check);
        let support = self.support.iter().map(|(_, check, _)| check);
        named
            .chain(support)
            .chain(self.negate.iter().map(|n| &n.check))
    }

    /// The types of change it looks at.
    pub(crate) fn change_kinds(&self) -> BTreeSet<&str> {
        self.checks()
            .filter_map(PreparedCheck::change_kind)
            .collect()
    }
}
