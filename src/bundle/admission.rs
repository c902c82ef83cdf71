//! What of a bundle may be used at a moment, by what its evidence shows: the agent's look at GOVERNANCE §6, which asks nobody.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::evidence::{Unapproved, keeps_previous};
use super::open::Bundle;
use crate::document::model::Kind;
use crate::governance::Reason;
use crate::governance::statement::{Chain, Standing};

/// What of a bundle may be used.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// What keeps all of it from being used.
    pub whole: Vec<Unapproved>,
    /// Documents that may not be used, by kind and id, each with why. The others may.
    pub documents: BTreeMap<(Kind, String), String>,
}

impl Bundle {
    /// What of it may be used at a moment. That an exception has ended since the bundle was published takes its documents
    /// away and leaves the others.
    pub fn admission(&self, at: Timestamp) -> Admission {
        let Some(evidence) = &self.evidence else {
            return Admission {
                whole: vec![Unapproved::NoEvidence],
                ..Admission::default()
            };
        };
        match evidence.chain() {
            Ok(chain) => self.admitted_by(&chain, at),
            Err(fault) => Admission {
                whole: vec![Unapproved::Chain(fault)],
                ..Admission::default()
            },
        }
    }

    fn admitted_by(&self, chain: &Chain, at: Timestamp) -> Admission {
        let standing = Standing::of(chain, at);
        let keeps = self.keeps(&standing);
        let mut whole = self.faults_of(chain);
        let mut open = standing.open.iter().cloned();
        // Nothing that was denied when it was published should ever have been.
        let was_denied = |reasons: &[Reason]| reasons != [Reason::ExcExpired];
        whole.extend(
            open.by_ref()
                .filter(|open| !keeps && was_denied(&open.reasons))
                .map(Unapproved::Landing),
        );
        let mut documents = BTreeMap::new();
        for it in &self.documents {
            let above = (!keeps).then(|| standing.open_below(it.kind, &it.id));
            let above = above.flatten().map(|statement| {
                format!("it was approved on top of what statement {statement} does not allow")
            });
            if let Some(why) = self.refusal(&standing, it).or(above) {
                documents.insert((it.kind, it.id.clone()), why);
            }
        }
        Admission { whole, documents }
    }

    pub(super) fn keeps(&self, standing: &Standing) -> bool {
        keeps_previous(&self.governance.spec) && standing.kept().is_some()
    }

    /// The bundle without these documents.
    #[must_use]
    pub fn without(mut self, documents: &BTreeMap<(Kind, String), String>) -> Self {
        let is_out = |kind: Kind, id: &str| documents.contains_key(&(kind, id.to_owned()));
        self.runbooks.retain(|id, _| !is_out(Kind::Runbook, id));
        self.signatures.retain(|id, _| !is_out(Kind::Signature, id));
        self.documents.retain(|it| !is_out(it.kind, &it.id));
        self
    }
}
