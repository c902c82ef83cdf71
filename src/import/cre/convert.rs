//! A rule as a signature.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::Rule;
use crate::document::id::{CheckName, ClassId};
use crate::document::model::{
    Check, Count, Document, LogMatch, Negation, Score, Signature, Status,
};
use crate::document::unit::Duration;
use crate::import::draft::{document, id, metadata};
use crate::logs::condition::{Condition, FieldTest};
use crate::logs::{self, Order};

/// What a rule does not say and a document must.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The class of incidents; that of the rule when absent.
    pub class: Option<String>,
    /// The team that answers for the documents.
    pub owner: String,
    /// The service of fixtures; the rule's source when absent.
    pub service: Option<String>,
    /// The environment of fixtures.
    pub environment: String,
    /// The licence of the logs.
    pub licence: Option<String>,
}

/// Fields that collectors put the line itself in; in a log of plain lines it is the line.
const LINE: [&str; 4] = ["message", "msg", "log", "line"];

/// The signature that says what a rule says. In `spanning` expressions `.` is a line break too, as in an event of several lines.
///
/// # Errors
/// When the rule asks for what a signature cannot.
pub fn signature(
    rule: &Rule,
    defaults: &Defaults,
    spanning: bool,
) -> Result<Document<Signature>, String> {
    let pattern = &rule.pattern;
    let lines = |condition| lines(condition, spanning);
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    let mut require = BTreeMap::new();
    let window = pattern.window().filter(|_| pattern.needs_time());
    let reach = reach(pattern);
    for (condition, count) in rule.conditions.iter().zip(pattern.counts()) {
        let log = lines(condition)?;
        let name = name(&log, &mut taken);
        let within = window.map(|window| match count {
            1 => window.saturating_add(reach),
            _ => window,
        });
        let within = within
            .map(duration)
            .filter(|within| *within > Duration::ZERO);
        let count = within.map(|within| Count {
            at_least: Some(*count),
            at_most: None,
            within,
        });
        let check = Check {
            log: Some(log),
            count,
            ..Check::default()
        };
        require.insert(name.clone(), check);
        names.push(name);
    }
    let mut negate = Vec::new();
    for (negation, condition) in pattern.negations().iter().zip(&rule.negations) {
        let anchor = names
            .get(negation.anchor)
            .ok_or("an anchor names no condition")?;
        let count = Count {
            at_least: Some(1),
            at_most: None,
            within: duration(window.unwrap_or_default().saturating_add(reach)),
        };
        negate.push(Negation {
            check: Check {
                log: Some(lines(condition)?),
                count: (count.within > Duration::ZERO).then_some(count),
                ..Check::default()
            },
            anchor: anchor.clone(),
            window: duration(negation.window),
            slide: negation
                .slide
                .is_positive()
                .then(|| duration(negation.slide)),
            before: negation
                .slide
                .is_negative()
                .then(|| duration(negation.slide)),
            span: !negation.absolute,
        });
    }
    let sequence = match pattern.order() {
        Order::Sequence => names,
        Order::Set => Vec::new(),
    };
    let class = defaults.class.clone().unwrap_or_else(|| id(&rule.category));
    let class = if class.is_empty() {
        "unclassified".to_owned()
    } else {
        class
    };
    let title = if rule.title.trim().is_empty() {
        &rule.id
    } else {
        &rule.title
    };
    let mut metadata = metadata(&rule.slug(), title, &defaults.owner, Status::Shadow);
    metadata.labels.insert("cre".to_owned(), rule.id.clone());
    Ok(document(
        metadata,
        Signature {
            incident_class: ClassId::new(class),
            derived_from: Vec::new(),
            correlate: Vec::new(),
            window: window
                .map(duration)
                .filter(|window| *window > Duration::ZERO),
            require,
            support: BTreeMap::new(),
            exclude: BTreeMap::new(),
            sequence,
            negate,
            score: Score {
                match_at: 1.0,
                ambiguous_at: 1.0,
            },
            distinguish_from: BTreeMap::new(),
            routes: Vec::new(),
        },
    ))
}

/// How long after the last event a negation can still count.
fn reach(pattern: &logs::Pattern) -> SignedDuration {
    let ends = pattern
        .negations()
        .iter()
        .map(|negation| negation.slide.saturating_add(negation.window));
    ends.max().unwrap_or_default().max(SignedDuration::ZERO)
}

fn lines(condition: &Condition, spanning: bool) -> Result<LogMatch, String> {
    let regex = |text: &str| match spanning && text.contains('.') {
        true => format!("(?s){text}"),
        false => text.to_owned(),
    };
    let contains = |text: &str| LogMatch {
        contains: Some(text.to_owned()),
        ..LogMatch::default()
    };
    let matching = |text: &str| LogMatch {
        regex: Some(regex(text)),
        ..LogMatch::default()
    };
    match condition {
        Condition::Contains(text) => Ok(contains(text)),
        Condition::Regex(expression) => Ok(matching(expression.as_str())),
        Condition::Fields(fields) => match fields.as_slice() {
            [field] if LINE.iter().any(|name| field.path == [*name]) => match &field.is {
                FieldTest::Contains(text) => Ok(contains(text)),
                FieldTest::Regex(expression) => Ok(matching(expression.as_str())),
                FieldTest::Equals(_) => Err(unsayable(&field.path)),
            },
            _ => Err(unsayable(
                fields.first().map_or(&[], |field| field.path.as_slice()),
            )),
        },
    }
}

fn unsayable(path: &[String]) -> String {
    format!(
        "it asks what the field `{}` of an object is; a signature's `log` asks for text in a line",
        path.join(".")
    )
}

/// A name for a condition, of the words it looks for.
fn name(log: &LogMatch, taken: &mut BTreeSet<CheckName>) -> CheckName {
    let text = log
        .contains
        .as_deref()
        .or(log.regex.as_deref())
        .unwrap_or_default();
    let letters: String = crate::logs::literal::words(text);
    let words: Vec<&str> = letters
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(4)
        .collect();
    let mut base: String = words.join("_").to_lowercase();
    base.truncate(40);
    let base = match base.trim_matches('_') {
        "" | "and" | "or" | "not" | "true" | "false" | "at_least" => "line".to_owned(),
        text if text.starts_with(|c: char| c.is_ascii_digit()) => format!("line_{text}"),
        text => text.to_owned(),
    };
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut candidates = std::iter::once(base.clone())
        .chain(numbered)
        .map(CheckName::new);
    let free = candidates
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| CheckName::new(base.as_str()));
    taken.insert(free.clone());
    free
}

/// A length of time without its sign, rounded up to whole milliseconds.
fn duration(length: SignedDuration) -> Duration {
    let nanos = length.as_nanos().unsigned_abs();
    Duration::from_millis(u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX))
}
