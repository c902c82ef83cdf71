//! Which signature is acted on when several fit (`docs/format.md`, "Signatures").

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::prepared::PreparedSignature;
use super::signature::{Role, SignatureResult, Verdict};
use crate::document::id::SignatureId;
use crate::document::logic::Truth;

/// Scores closer than this are equal.
const EQUAL: f64 = 1e-9;

/// What comes of scoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// This signature is acted on.
    Match(SignatureId),
    /// The best one is only possible.
    Ambiguous(SignatureId),
    /// These match and cannot be told apart.
    Tie(SignatureId, SignatureId),
    /// None fits.
    Nothing,
}

/// Ranks candidates: verdict, score, number of required conditions, id.
pub fn rank(results: &mut [SignatureResult]) {
    results.sort_by(by_rank);
}

fn by_rank(a: &SignatureResult, b: &SignatureResult) -> Ordering {
    b.verdict
        .cmp(&a.verdict)
        .then_with(|| b.score.total_cmp(&a.score))
        .then_with(|| b.required().cmp(&a.required()))
        .then_with(|| a.id.cmp(&b.id))
}

/// Chooses among ranked candidates. A stable signature that may fit goes before every shadow one,
/// so that trying out a new signature changes nothing. A signature of another scope counts only when
/// none in scope may fit, and only when it matches: then nothing is known that could be done here.
pub(crate) fn choose(
    ranked: &[SignatureResult],
    signatures: &BTreeMap<SignatureId, PreparedSignature>,
) -> Choice {
    let fits = |stable: bool| {
        let local = ranked
            .iter()
            .filter(move |r| r.in_scope && r.stable == stable);
        local.filter(|r| r.verdict != Verdict::NoMatch)
    };
    let candidates: Vec<&SignatureResult> = match fits(true).next() {
        Some(_) => fits(true).collect(),
        None => fits(false).collect(),
    };
    let elsewhere = || {
        let mut others = ranked.iter().filter(|r| !r.in_scope && r.stable);
        others.find(|r| r.verdict == Verdict::Match)
    };
    let Some(first) = candidates.first().copied() else {
        return elsewhere().map_or(Choice::Nothing, |other| Choice::Match(other.id.clone()));
    };
    let mut best = first;
    if best.verdict == Verdict::Ambiguous {
        return Choice::Ambiguous(best.id.clone());
    }
    let equal = candidates.iter().copied().skip(1).filter(|other| {
        other.verdict == Verdict::Match && (other.score - first.score).abs() <= EQUAL
    });
    for other in equal {
        let (Some(one), Some(two)) = (signatures.get(&best.id), signatures.get(&other.id)) else {
            continue;
        };
        if one.spec().routes == two.spec().routes {
            continue;
        }
        match (speaks(one, best, &other.id), speaks(two, other, &best.id)) {
            (Some(true), Some(false) | None) | (None, Some(false)) => {}
            (Some(false) | None, Some(true)) | (Some(false), None) => best = other,
            (None, None) | (Some(true), Some(true)) | (Some(false), Some(false)) => {
                return Choice::Tie(best.id.clone(), other.id.clone());
            }
        }
    }
    Choice::Match(best.id.clone())
}

/// Whether the condition that tells `signature` from `other` speaks for it; `None` when there is
/// none or it does not decide.
fn speaks(
    signature: &PreparedSignature,
    result: &SignatureResult,
    other: &SignatureId,
) -> Option<bool> {
    let name = signature.spec().distinguish_from.get(other)?;
    let condition = result.discriminator(name)?;
    match (condition.role, condition.result.truth) {
        (_, Truth::Inconclusive) => None,
        (Role::Exclude, truth) => Some(truth.is_fail()),
        (_, truth) => Some(truth.is_pass()),
    }
}
