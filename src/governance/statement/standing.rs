//! Where documents stand at the end of a chain: which landings still keep something from being published.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{Chain, Link, Review};
use crate::document::Digest;
use crate::document::model::Kind;
use crate::governance::facts::{Blob, Sha};
use crate::governance::{Reason, Subject};

/// A landing that is not allowed and whose bytes are still there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Open {
    /// The statement about it, counted from 1.
    pub statement: usize,
    /// Its last commit.
    pub tip: Sha,
    /// Why it is not allowed.
    pub reasons: Vec<Reason>,
    /// Files that have bytes of it, or would have to be seen again.
    pub paths: BTreeSet<String>,
}

/// Where documents stand.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Landings that are not allowed and were not taken back, oldest first.
    pub open: Vec<Open>,
    kept: Option<BTreeMap<String, Option<Blob>>>,
    /// The statements in force, in the order of the landings.
    order: Vec<usize>,
    documents: BTreeMap<(Kind, String), Stand>,
}

/// A form of a document: digests of its source and its closure.
type Form = (Digest, Digest);

/// Where one document stands.
#[derive(Clone, Debug)]
struct Stand {
    newest: Subject,
    /// The statement that names it last.
    at: usize,
    /// What the statements say of it, in the order of the landings.
    said: Vec<Said>,
}

/// What one statement says of a document.
#[derive(Clone, Copy, Debug)]
struct Said {
    statement: usize,
    form: Form,
    is_allowed: bool,
}

/// A file that has bytes nobody approved.
struct Taint {
    /// The last bytes that were approved.
    approved: Option<Blob>,
    /// Whether it never held, since then, anything that other documents are resolved with.
    apart: bool,
    /// The statements about the landings that changed it since.
    by: BTreeSet<usize>,
}

impl Standing {
    /// Where documents stand at a moment, which decides whether exceptions have ended.
    ///
    /// A landing that is not allowed is open until every file it changed has the bytes again that were approved last: it was
    /// reverted. That somebody approved a later change of the file does not help, because a reviewer sees what changes and
    /// not what was there.
    pub fn of(chain: &Chain, at: Timestamp) -> Self {
        let mut taints: BTreeMap<String, Taint> = BTreeMap::new();
        let mut lasting: BTreeSet<usize> = BTreeSet::new();
        let mut documents: BTreeMap<(Kind, String), Stand> = BTreeMap::new();
        let mut order = Vec::new();
        for (number, link) in chain.in_force() {
            order.push(number);
            let review = &link.statement.predicate;
            let is_allowed = link.statement.allows(at);
            stain(&mut taints, review, number, is_allowed);
            let changes = review.units.iter().map(|unit| &unit.change);
            if !is_allowed && changes.clone().all(|unit| unit.parent == unit.landed) {
                lasting.insert(number);
            }
            for subject in &review.documents {
                name(&mut documents, subject, number, is_allowed);
            }
        }
        let is_kept = lasting.is_empty() && taints.values().all(|taint| taint.apart);
        let approved = taints
            .iter()
            .map(|(path, it)| (path.clone(), it.approved.clone()));
        let kept = is_kept.then(|| approved.collect());
        let mut paths: BTreeMap<usize, BTreeSet<String>> = lasting
            .into_iter()
            .map(|number| (number, BTreeSet::new()))
            .collect();
        for (path, taint) in &taints {
            for number in &taint.by {
                paths.entry(*number).or_default().insert(path.clone());
            }
        }
        let open = paths.into_iter().filter_map(|(number, paths)| {
            let link: &Link = chain.links().get(number)?;
            Some(Open {
                statement: number + 1,
                tip: link.statement.predicate.landing.tip.clone(),
                reasons: match link.statement.allowed_until() {
                    Some(_) => vec![Reason::ExcExpired],
                    None => link.statement.predicate.evaluation.reasons.clone(),
                },
                paths,
            })
        });
        Self {
            open: open.collect(),
            kept,
            order,
            documents,
        }
    }

    /// The bytes that were approved last of each file that open landings changed, `None` for a file that was not there: what a
    /// policy with `on_denied: keep_previous` lets be published in their place. Nothing where that would not do, because other
    /// documents are resolved with what those files hold, or because a denial is about no bytes.
    pub fn kept(&self) -> Option<&BTreeMap<String, Option<Blob>>> {
        self.kept.as_ref()
    }

    /// As [`Self::refusal`], where what was approved last is kept in place of what open landings changed.
    pub fn refusal_of_kept(
        &self,
        kind: Kind,
        id: &str,
        source: Digest,
        closure: Digest,
    ) -> Option<String> {
        let stand = self.documents.get(&(kind, id.to_owned()));
        let Some((stand, first)) = stand.and_then(|stand| Some((stand, self.first_open(stand)?)))
        else {
            return self.refusal(kind, id, source, closure);
        };
        let before = stand.said.iter().take(first);
        let kept = before.rev().find(|said| said.is_allowed);
        match kept {
            None => Some("none of its forms was allowed before it was denied".to_owned()),
            Some(kept) if kept.form == (source, closure) => None,
            Some(kept) => Some(format!(
                "it is not the form that statement {} allowed last",
                kept.statement + 1
            )),
        }
    }

    /// The first open landing before the one that names a document last, by its statement, counted from 1: where other
    /// documents are resolved with what it changed, that may be in this one too.
    pub fn open_below(&self, kind: Kind, id: &str) -> Option<usize> {
        let stand = self.documents.get(&(kind, id.to_owned()))?;
        let before = self.order.iter().take_while(|number| **number != stand.at);
        let mut before = before.map(|number| number + 1);
        before.find(|statement| self.open.iter().any(|open| open.statement == *statement))
    }

    /// Which of the statements about a document is the first that denies it and is open.
    fn first_open(&self, stand: &Stand) -> Option<usize> {
        let open: BTreeSet<usize> = self.open.iter().map(|open| open.statement - 1).collect();
        let is_open = |said: &Said| !said.is_allowed && open.contains(&said.statement);
        stand.said.iter().position(is_open)
    }

    /// Why a document may not be published in this form; nothing where it may.
    pub fn refusal(&self, kind: Kind, id: &str, source: Digest, closure: Digest) -> Option<String> {
        let Some(stand) = self.documents.get(&(kind, id.to_owned())) else {
            return Some("no statement names it".to_owned());
        };
        let newest = (stand.newest.source, stand.newest.closure);
        if newest != (source, closure) {
            let part = if newest.0 == source {
                "closure"
            } else {
                "source"
            };
            return Some(format!(
                "its {part} is not the one that statement {} names",
                stand.at + 1
            ));
        }
        if let Some(first) = self.first_open(stand)
            && let Some(said) = stand.said.get(first)
        {
            let statement = said.statement + 1;
            return Some(format!("statement {statement} does not allow it"));
        }
        let mut said = stand.said.iter();
        let is_allowed = said.any(|said| said.is_allowed && said.form == newest);
        (!is_allowed).then(|| "no statement allows it".to_owned())
    }

    /// The statement that names a document last, counted from 1.
    pub fn newest(&self, kind: Kind, id: &str) -> Option<usize> {
        let stand = self.documents.get(&(kind, id.to_owned()));
        stand.map(|stand| stand.at + 1)
    }
}

fn stain(taints: &mut BTreeMap<String, Taint>, review: &Review, number: usize, is_allowed: bool) {
    for unit in review.units.iter().map(|unit| &unit.change) {
        if unit.parent == unit.landed {
            continue;
        }
        if !is_allowed {
            let taint = taints.entry(unit.path.clone()).or_insert_with(|| Taint {
                approved: unit.parent.clone(),
                apart: true,
                by: BTreeSet::new(),
            });
            taint.by.insert(number);
        }
        if let Some(taint) = taints.get_mut(&unit.path) {
            taint.apart &= unit.apart;
        }
        let is_back = |taint: &Taint| taint.approved == unit.landed;
        if taints.get(&unit.path).is_some_and(is_back) {
            taints.remove(&unit.path);
        }
    }
}

fn name(
    documents: &mut BTreeMap<(Kind, String), Stand>,
    subject: &Subject,
    number: usize,
    is_allowed: bool,
) {
    let key = (subject.kind, subject.id.clone());
    let stand = documents.entry(key).or_insert_with(|| Stand {
        newest: subject.clone(),
        at: number,
        said: Vec::new(),
    });
    stand.newest = subject.clone();
    stand.at = number;
    stand.said.push(Said {
        statement: number,
        form: (subject.source, subject.closure),
        is_allowed,
    });
}
