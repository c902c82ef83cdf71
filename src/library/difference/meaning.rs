//! What the places of documents mean for reach and safety.

use crate::document::model::Kind;
use crate::document::{Route, Segment};

/// What a place means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The version: the answer, not the question.
    Version,
    /// A mapping whose entries have meanings of their own.
    Inside,
    /// Words for humans.
    Text,
    /// Something that neither widens reach nor weakens safety.
    Neutral,
    /// A mapping entry that may come and go; what is inside has meanings of its own.
    Offer,
    /// A set that protects: more is safer.
    Protection,
    /// A set of what may be touched: less is safer.
    Reach,
    /// An upper bound: lower is safer.
    Limit,
    /// A lower bound: higher is safer.
    Floor,
    /// A mode that is granted: lower is safer, and nothing is `off`.
    Permit,
    /// A condition that protects: safer than none.
    Safeguard,
    /// Where a document is in its life: the nearer to `stable`, the more may be done on it.
    Life,
    /// A decision table.
    Rows,
    /// Steps of a path.
    Steps,
    /// Anything else: nobody can tell, so any change is a wide one.
    Behaviour,
}

use Meaning::{
    Behaviour, Floor, Inside, Life, Limit, Neutral, Offer, Permit, Protection, Reach, Rows,
    Safeguard, Steps, Text, Version,
};

type Table = &'static [(&'static str, Meaning)];

/// What every document has. `*` stands for one step.
const ANY: Table = &[
    ("", Inside),
    ("spec", Inside),
    ("metadata", Inside),
    ("metadata/version", Version),
    ("metadata/title", Text),
    ("metadata/labels", Text),
    ("metadata/review_by", Text),
    ("metadata/replaced_by", Text),
    ("metadata/owner", Neutral),
    ("metadata/status", Life),
    ("spec/description", Text),
];

const RUNBOOK: Table = &[
    ("spec/alerts", Reach),
    ("spec/scope", Inside),
    ("spec/scope/services", Reach),
    ("spec/scope/environments", Reach),
    ("spec/scope/do_not_touch", Protection),
    ("spec/autonomy", Inside),
    ("spec/autonomy/max_tier", Limit),
    ("spec/autonomy/mode", Limit),
    ("spec/checks", Inside),
    ("spec/checks/*", Offer),
    ("spec/decide", Rows),
    ("spec/paths", Inside),
    ("spec/paths/*", Offer),
    ("spec/paths/*/preflight", Protection),
    ("spec/paths/*/steps", Steps),
    ("spec/paths/*/steps/*/tier", Floor),
    ("spec/paths/*/steps/*/verify", Inside),
    ("spec/paths/*/steps/*/verify/settle", Floor),
    ("spec/paths/*/steps/*/verify/hold", Floor),
    ("spec/paths/*/steps/*/verify/within", Limit),
    ("spec/paths/*/steps/*/verify/success", Safeguard),
    ("spec/paths/*/steps/*/verify/failure", Safeguard),
    ("spec/paths/*/steps/*/verify/guard", Safeguard),
    ("spec/paths/*/steps/*/retry", Inside),
    ("spec/paths/*/steps/*/retry/attempts", Limit),
    ("spec/paths/*/steps/*/retry/cooldown", Floor),
    ("spec/escalate", Inside),
    ("spec/escalate/ack_within", Limit),
    ("spec/stop_when", Protection),
    ("spec/budgets", Inside),
    ("spec/budgets/*", Limit),
    ("spec/handoff", Protection),
];

const ACTION: Table = &[
    ("spec/tier", Floor),
    ("spec/reversibility", Inside),
    ("spec/reversibility/time_limit", Limit),
    ("spec/reversibility/valid_for", Floor),
    ("spec/params", Inside),
    ("spec/params/*", Inside),
    ("spec/params/*/description", Text),
    ("spec/params/*/maximum", Limit),
    ("spec/params/*/maxLength", Limit),
    ("spec/params/*/minimum", Floor),
    ("spec/params/*/minLength", Floor),
    ("spec/params/*/enum", Reach),
    ("spec/raise_tier", Protection),
    ("spec/blast_radius", Inside),
    ("spec/blast_radius/max_targets", Limit),
    ("spec/blast_radius/max_fraction", Limit),
    ("spec/blast_radius/failure_domains", Limit),
    ("spec/blast_radius/min_healthy", Floor),
    ("spec/limits", Inside),
    ("spec/limits/rate", Limit),
    ("spec/limits/cooldown", Floor),
    ("spec/limits/concurrency", Limit),
    ("spec/checks", Inside),
    ("spec/checks/*", Offer),
    ("spec/preflight", Protection),
    ("spec/verify_floor", Inside),
    ("spec/verify_floor/*", Floor),
    ("spec/timeout", Limit),
    ("spec/permissions", Reach),
    ("spec/max_mode", Limit),
];

const QUERY: Table = &[
    ("spec/params", Inside),
    ("spec/params/*", Inside),
    ("spec/params/*/description", Text),
    ("spec/params/*/maximum", Limit),
    ("spec/params/*/maxLength", Limit),
    ("spec/params/*/minimum", Floor),
    ("spec/params/*/minLength", Floor),
    ("spec/params/*/enum", Reach),
    ("spec/min_samples", Floor),
    ("spec/caps", Inside),
    ("spec/caps/*", Limit),
];

const SIGNATURE: Table = &[
    ("spec/derived_from", Text),
    ("spec/correlate", Protection),
    ("spec/window", Limit),
    ("spec/require", Protection),
    ("spec/exclude", Protection),
    ("spec/negate", Protection),
    ("spec/score", Inside),
    ("spec/score/match_at", Floor),
    ("spec/distinguish_from", Protection),
    ("spec/routes", Reach),
];

const GOVERNANCE: Table = &[
    ("spec/tests", Neutral),
    ("spec/governed", Protection),
    ("spec/never_approve", Protection),
    ("spec/freezes", Protection),
    ("spec/execute", Inside),
    ("spec/execute/*", Inside),
    ("spec/execute/*/*", Permit),
    ("spec/rollout", Inside),
    ("spec/rollout/*", Permit),
    ("spec/caps", Inside),
    ("spec/caps/*", Inside),
    ("spec/caps/*/*", Limit),
    ("spec/promotion", Inside),
    ("spec/promotion/*", Inside),
    ("spec/promotion/*/positive", Floor),
    ("spec/promotion/*/quiet", Floor),
    ("spec/promotion/*/mutation_score", Floor),
    ("spec/promotion/*/recordings", Floor),
    ("spec/promotion/*/false_positive_remediation_upper95", Limit),
    ("spec/defaults", Inside),
    ("spec/defaults/stop_when", Protection),
    ("spec/defaults/handoff", Protection),
    ("spec/defaults/budgets", Inside),
    ("spec/defaults/budgets/*", Limit),
    ("spec/defaults/evidence_max_age", Inside),
    ("spec/defaults/evidence_max_age/*", Limit),
];

/// The meaning of a place in a document of a kind.
pub(super) fn meaning(kind: Kind, route: &Route) -> Meaning {
    let own: Table = match kind {
        Kind::Runbook => RUNBOOK,
        Kind::Action => ACTION,
        Kind::Query => QUERY,
        Kind::Signature => SIGNATURE,
        Kind::Governance => GOVERNANCE,
        // What happened, and the words for it, give nobody any power.
        Kind::Postmortem | Kind::Fixture => &[("spec", Text)],
        Kind::Taxonomy => &[("spec", Neutral)],
        Kind::Exception | Kind::Repository | Kind::Service => &[],
    };
    let found = own
        .iter()
        .chain(ANY)
        .find(|(pattern, _)| fits(pattern, route));
    found.map_or(Behaviour, |(_, meaning)| *meaning)
}

fn fits(pattern: &str, route: &Route) -> bool {
    let mut steps = pattern.split('/').filter(|step| !step.is_empty());
    let fits = route.segments().iter().all(|segment| {
        steps.next().is_some_and(|step| match segment {
            Segment::Key(key) => step == "*" || step == key,
            Segment::Index(_) => step == "*",
        })
    });
    fits && steps.next().is_none()
}
