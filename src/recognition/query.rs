//! The part of a signature that is about log lines.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::document::id::{CheckName, SignatureId};
use crate::document::model::{Check, Document, LogMatch, Signature, Status};
use crate::document::unit::Duration;
use crate::logs::condition::{Condition, ConditionError};
use crate::logs::search::{Query, Support};
use crate::logs::{Negation, Order, Pattern, PatternError};

/// How far back a log is looked at when a check says nothing about it (`docs/format.md`).
const DEFAULT_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// A signature as far as logs can show it.
#[derive(Clone, Debug)]
pub struct LogSignature {
    /// Which.
    pub id: SignatureId,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Option<Status>,
    /// What is looked for.
    pub query: Query,
    /// The names of the conditions, in the order of the pattern.
    pub conditions: Vec<CheckName>,
    /// The names of what else counts, with its weight.
    pub support: Vec<(CheckName, f64)>,
    /// What must hold and is not in logs, such as ``deploy (a change)``.
    pub unseen: Vec<String>,
    /// Weight that is not in logs.
    pub unseen_support: f64,
    /// Thresholds of the verdict: match, ambiguous.
    pub score: (f64, f64),
}

/// Why a signature cannot be looked for in logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInLogs {
    /// None of its required conditions is about log lines.
    #[error("it requires no log line")]
    NoCondition,
    /// A condition cannot be used.
    #[error("`{name}`: {error}")]
    Condition {
        /// Which.
        name: CheckName,
        /// Why.
        error: ConditionError,
    },
    /// The conditions make no pattern.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

impl LogSignature {
    /// What of a signature logs can show.
    ///
    /// # Errors
    /// When that is nothing, or cannot be looked for.
    pub fn of(document: &Document<Signature>) -> Result<Self, NotInLogs> {
        let spec = &document.spec;
        let mut unseen = Vec::new();
        let mut required: BTreeMap<&CheckName, Counted> = BTreeMap::new();
        for (name, check) in &spec.require {
            match Counted::of(name, check)? {
                Some(counted) => drop(required.insert(name, counted)),
                None => unseen.push(described(name, check)),
            }
        }
        if required.is_empty() {
            return Err(NotInLogs::NoCondition);
        }
        let ordered = spec
            .sequence
            .iter()
            .filter(|name| required.contains_key(name));
        let ordered: Vec<&CheckName> = ordered.collect();
        let order = match ordered.len() == required.len() && required.len() > 1 {
            true => Order::Sequence,
            false => Order::Set,
        };
        if order == Order::Set && ordered.len() > 1 {
            unseen.push("the order of some of its conditions".to_owned());
        }
        let names: Vec<&CheckName> = match order {
            Order::Sequence => ordered,
            Order::Set => required.keys().copied().collect(),
        };
        let conditions: Vec<Counted> = names
            .iter()
            .filter_map(|name| required.remove(name))
            .collect();
        let (negations, negated) = negations(spec, &names, &mut unseen)?;
        let within: Vec<Option<SignedDuration>> = conditions.iter().map(|it| it.within).collect();
        let counts = conditions.iter().map(|it| it.count).collect();
        let longest = within.iter().copied().flatten().max();
        let window = spec
            .window
            .map(signed)
            .or(longest.filter(|_| names.len() == 1));
        let (support, named) = support(spec)?;
        let unseen_support = spec
            .support
            .values()
            .map(|support| support.weight)
            .sum::<f64>()
            - named.iter().map(|(_, weight)| weight).sum::<f64>();
        Ok(Self {
            id: SignatureId::new(document.metadata.id.as_str()),
            title: document.metadata.title.clone(),
            status: document.metadata.status,
            query: Query {
                pattern: Pattern::new(order, counts, window, negations)?.with_counts_within(within),
                conditions: conditions.into_iter().map(|it| it.condition).collect(),
                negations: negated,
                support,
                keys: spec.correlate.clone(),
            },
            conditions: names.into_iter().cloned().collect(),
            support: named,
            unseen,
            unseen_support,
            score: (spec.score.match_at, spec.score.ambiguous_at),
        })
    }
}

/// Log lines, and how many of them.
struct Counted {
    condition: Condition,
    count: u32,
    within: Option<SignedDuration>,
}

impl Counted {
    /// Of a check that logs can show: one that asks for lines, and not for their absence.
    fn of(name: &CheckName, check: &Check) -> Result<Option<Self>, NotInLogs> {
        let Some(lines) = &check.log else {
            return Ok(None);
        };
        let count = check.count;
        if count.is_some_and(|count| count.at_most.is_some() || count.at_least == Some(0)) {
            return Ok(None);
        }
        let condition = condition(lines).map_err(|error| {
            let name = name.clone();
            NotInLogs::Condition { name, error }
        })?;
        Ok(Some(Self {
            condition,
            count: count.and_then(|count| count.at_least).unwrap_or(1),
            within: count.map(|count| signed(count.within)),
        }))
    }
}

fn condition(lines: &LogMatch) -> Result<Condition, ConditionError> {
    match (&lines.regex, &lines.contains) {
        (Some(regex), None) => Condition::regex(regex),
        (None, Some(text)) => Condition::contains(text),
        _ => Err(ConditionError::Empty),
    }
}

/// Exclusions and negations that are about single lines; the others are not in logs.
fn negations(
    spec: &Signature,
    names: &[&CheckName],
    unseen: &mut Vec<String>,
) -> Result<(Vec<Negation>, Vec<Condition>), NotInLogs> {
    let (mut negations, mut negated) = (Vec::new(), Vec::new());
    for (name, check) in &spec.exclude {
        match Counted::of(name, check)?.filter(|it| it.count == 1) {
            // Wherever the first event is, it is looked back from there to where the check looks back to.
            Some(it) => {
                let back = it.within.unwrap_or(DEFAULT_WITHIN);
                negations.push(Negation {
                    anchor: 0,
                    window: back,
                    slide: SignedDuration::ZERO.saturating_sub(back),
                    absolute: false,
                });
                negated.push(it.condition);
            }
            None => unseen.push(format!("no {}", described(name, check))),
        }
    }
    for negation in &spec.negate {
        let anchor = names.iter().position(|name| **name == negation.anchor);
        let counted = Counted::of(&negation.anchor, &negation.check)?;
        match anchor.zip(counted.filter(|it| it.count == 1)) {
            Some((anchor, it)) => {
                let slide = signed(negation.slide.unwrap_or_default());
                negations.push(Negation {
                    anchor,
                    window: signed(negation.window),
                    slide: slide.saturating_sub(signed(negation.before.unwrap_or_default())),
                    absolute: !negation.span,
                });
                negated.push(it.condition);
            }
            None => unseen.push(format!("what must not happen around `{}`", negation.anchor)),
        }
    }
    Ok((negations, negated))
}

type Named = Vec<(CheckName, f64)>;

fn support(spec: &Signature) -> Result<(Vec<Support>, Named), NotInLogs> {
    let (mut support, mut named) = (Vec::new(), Vec::new());
    for (name, entry) in &spec.support {
        if let Some(it) = Counted::of(name, &entry.check)? {
            support.push(Support {
                condition: it.condition,
                count: it.count,
                within: it.within.unwrap_or(DEFAULT_WITHIN),
            });
            named.push((name.clone(), entry.weight));
        }
    }
    Ok((support, named))
}

/// A condition by its name and what it looks at.
fn described(name: &CheckName, check: &Check) -> String {
    let source = match check {
        Check { log: Some(_), .. } => "a count of lines",
        Check { query: Some(_), .. } => "a query",
        Check {
            change: Some(_), ..
        } => "a change",
        Check { trace: Some(_), .. } => "traces",
        Check { alert: Some(_), .. } => "an alert",
        _ => "a fact",
    };
    format!("`{name}` ({source})")
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}
