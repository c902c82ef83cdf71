//! What a search through logs says about signatures.

use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use serde::Serialize;

use super::LogSignature;
use crate::document::id::{CheckName, SignatureId};
use crate::logs::merge::{Quoted, merged};
use crate::logs::search::{Doubts, Match, Query, Search};
use crate::logs::source::ReadError;
use crate::logs::terms::TooLarge;
use crate::logs::{Known, Span};

/// Most occurrences of a signature that are shown with their lines.
const SHOWN: usize = 3;

/// What logs say about a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// All that logs can show holds; something else must hold too.
    Possible,
    /// It holds, but not enough of what supports it.
    Ambiguous,
    /// It holds.
    Match,
}

/// What was found of one signature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Which.
    pub signature: SignatureId,
    /// Its title.
    pub title: String,
    /// The strongest that was found.
    pub conclusion: Conclusion,
    /// How often it was found.
    pub times: u64,
    /// What must hold too and is not in logs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
    /// The first ones of that strength.
    pub occurrences: Vec<Occurrence>,
}

/// A signature that was found once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Occurrence {
    /// What of its score holds at least.
    pub score: f64,
    /// The subject, key by key, where lines say it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject: Vec<(String, String)>,
    /// The time in which something must not happen was not over when the logs ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsettled: bool,
    /// The lines that prove it.
    pub proof: Vec<Proof>,
}

/// A line and what it proves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// The condition.
    pub condition: CheckName,
    /// The log.
    pub log: Utf8PathBuf,
    /// Which line of it; the first is 1.
    pub line: u64,
    /// When it was written, when its log says the date and the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What it says: untrusted.
    pub text: String,
}

/// What was found in logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Findings {
    /// Signatures that were found, the surest first.
    pub signatures: Vec<Outcome>,
    /// Signatures about which the logs cannot tell, and why.
    pub doubts: Vec<(SignatureId, String)>,
}

/// Why logs were not looked through.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// A log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is too much to look for.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// Looks for signatures in log files, as one incident that all of them tell of.
///
/// # Errors
/// When a file cannot be read, or the signatures take too much memory.
pub fn look_through(
    signatures: &[LogSignature],
    logs: &[Utf8PathBuf],
) -> Result<Findings, LookError> {
    let queries: Vec<Query> = signatures
        .iter()
        .map(|signature| signature.query.clone())
        .collect();
    let (mut search, terms) = Search::new(&queries)?;
    let mut found: Vec<Option<Outcome>> = signatures.iter().map(|_| None).collect();
    let mut note = |it: Match| {
        let place = signatures.get(it.query).zip(found.get_mut(it.query));
        if let Some((signature, outcome)) = place
            && let Some((conclusion, occurrence)) = signature.concluded(it)
        {
            outcome
                .get_or_insert_with(|| Outcome::of(signature))
                .add(conclusion, occurrence);
        }
    };
    merged(logs, &terms, &mut |entry| search.take(&entry, &mut note))?;
    let doubts = search.finish(&mut note);
    let mut outcomes: Vec<Outcome> = found.into_iter().flatten().collect();
    outcomes.sort_by(|a, b| {
        b.conclusion
            .cmp(&a.conclusion)
            .then_with(|| a.signature.cmp(&b.signature))
    });
    let doubts = signatures.iter().zip(&doubts);
    Ok(Findings {
        doubts: doubts
            .filter_map(|(signature, doubts)| Some((signature.id.clone(), said(doubts)?)))
            .collect(),
        signatures: outcomes,
    })
}

/// What a search could not tell, in words.
fn said(doubts: &Doubts) -> Option<String> {
    let mut said = Vec::new();
    if doubts.untimed {
        said.push(
            "its lines are there, but some say no time: whether they belong together is not known"
                .to_owned(),
        );
    }
    if doubts.overlooked > 0 {
        let lines = doubts.overlooked;
        said.push(format!(
            "{lines} lines were not looked at: too many services, hosts or other subjects at a time"
        ));
    }
    (!said.is_empty()).then(|| said.join("; "))
}

impl Outcome {
    fn of(signature: &LogSignature) -> Self {
        Self {
            signature: signature.id.clone(),
            title: signature.title.clone(),
            conclusion: Conclusion::Possible,
            times: 0,
            unseen: signature.unseen.clone(),
            occurrences: Vec::new(),
        }
    }

    fn add(&mut self, conclusion: Conclusion, occurrence: Occurrence) {
        self.times += 1;
        if conclusion > self.conclusion {
            self.conclusion = conclusion;
            self.occurrences.clear();
        }
        if conclusion == self.conclusion && self.occurrences.len() < SHOWN {
            self.occurrences.push(occurrence);
        }
    }
}

impl LogSignature {
    /// What an occurrence of its lines says; nothing when too little supports it.
    pub(super) fn concluded(&self, it: Match) -> Option<(Conclusion, Occurrence)> {
        let required = self.conditions.len() as f64;
        let weights = self.support.iter().map(|(_, weight)| weight);
        let held = weights
            .clone()
            .zip(&it.support)
            .filter(|(_, line)| line.is_some());
        let held = required + held.map(|(weight, _)| weight).sum::<f64>();
        let all = required + weights.sum::<f64>() + self.unseen_support;
        let (score, ceiling) = (held / all, (held + self.unseen_support) / all);
        let (match_at, ambiguous_at) = self.score;
        let conclusion = match self.unseen.is_empty() {
            _ if ceiling < ambiguous_at => return None,
            false => Conclusion::Possible,
            true if score >= match_at => Conclusion::Match,
            true => Conclusion::Ambiguous,
        };
        let spans = self.conditions.iter().zip(&it.found.spans);
        let mut proof: Vec<Proof> = spans.flat_map(|(name, span)| proofs(name, span)).collect();
        let support = self.support.iter().zip(&it.support);
        proof.extend(support.filter_map(|((name, _), line)| Some(proved(name, line.as_deref()?))));
        let keys = self.query.keys.iter().zip(it.subject);
        let occurrence = Occurrence {
            score,
            subject: keys
                .filter_map(|(key, said)| Some((key.clone(), said?)))
                .collect(),
            unsettled: !it.found.settled,
            proof,
        };
        Some((conclusion, occurrence))
    }
}

/// The first event of a condition, and the last when it takes more than one.
fn proofs(name: &CheckName, span: &Span<Arc<Quoted>>) -> Vec<Proof> {
    let (first, last) = (&span.first.line, &span.last.line);
    let mut proofs = vec![proved(name, first)];
    if !Arc::ptr_eq(first, last) {
        proofs.push(proved(name, last));
    }
    proofs
}

fn proved(name: &CheckName, line: &Quoted) -> Proof {
    Proof {
        condition: name.clone(),
        log: line.log.as_ref().clone(),
        line: line.number,
        at: line.at.filter(|_| line.known == Some(Known::Moment)),
        text: line.text.clone(),
    }
}
