//! Rules of the Common Reliability Enumeration, as `preq` reads them.

pub mod collection;
mod convert;
mod jq;

pub use convert::{Defaults, signature};

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_yaml::Value;

use crate::logs::condition::{Condition, ConditionError, Field, FieldTest, expression};
use crate::logs::{Negation, Order, Pattern, PatternError};

/// A rule: what it is called, and what it looks for in the lines of one source.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, such as `CRE-2024-0007`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The sort of problem it finds, in its own words.
    pub category: String,
    /// The kind of log it is about, such as `cre.log.rabbitmq`.
    pub source: String,
    /// The conditions of the pattern, in its order.
    pub conditions: Vec<Condition>,
    /// The events of the pattern's negations.
    pub negations: Vec<Condition>,
    /// How they belong together.
    pub pattern: Pattern,
}

/// Why a rule is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {why}")]
pub struct Refused {
    /// The rule, or `(no id)`.
    pub id: String,
    /// Why.
    pub why: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    rules: Vec<Entry>,
    #[serde(default)]
    terms: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Entry {
    cre: Option<Cre>,
    rule: Option<Body>,
}

#[derive(Deserialize)]
struct Cre {
    #[serde(default)]
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    category: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    set: Option<Group>,
    sequence: Option<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    window: Option<String>,
    event: Option<Source>,
    #[serde(default)]
    r#match: Vec<Value>,
    #[serde(default)]
    order: Vec<Value>,
    #[serde(default)]
    negate: Vec<Value>,
    #[serde(default)]
    correlations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    source: String,
    /// Which of several sources is reported; of one there is nothing to choose.
    #[serde(default, rename = "origin")]
    _origin: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    value: Option<String>,
    regex: Option<String>,
    jq: Option<String>,
    field: Option<String>,
    count: Option<u32>,
    window: Option<String>,
    slide: Option<String>,
    #[serde(default)]
    anchor: usize,
    #[serde(default)]
    absolute: bool,
}

impl Rule {
    /// Its id, as documents write ids.
    #[must_use]
    pub fn slug(&self) -> String {
        crate::import::draft::id(&self.id)
    }
}

/// Reads the rules of a file, each by itself.
///
/// # Errors
/// When the file is not YAML of that shape at all.
pub fn read(text: &str) -> Result<Vec<Result<Rule, Refused>>, String> {
    let file: File = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let File { rules, terms } = file;
    let read = |entry: Entry| {
        let cre = entry.cre.filter(|cre| !cre.id.is_empty());
        let cre = cre.unwrap_or_else(|| Cre {
            id: "(no id)".to_owned(),
            title: String::new(),
            category: String::new(),
        });
        let id = cre.id.clone();
        let rule = rule(cre, entry.rule, &terms);
        rule.map_err(|why| Refused { id, why })
    };
    Ok(rules.into_iter().map(read).collect())
}

fn rule(cre: Cre, body: Option<Body>, terms: &BTreeMap<String, Value>) -> Result<Rule, String> {
    let body = body.ok_or("it has no `rule`")?;
    let (order, group) = match (body.set, body.sequence) {
        (Some(group), None) => (Order::Set, group),
        (None, Some(group)) => (Order::Sequence, group),
        _ => return Err("its `rule` is neither one `set` nor one `sequence`".to_owned()),
    };
    let (items, misplaced, key) = match order {
        Order::Set => (group.r#match, group.order, "`match`, not `order`"),
        Order::Sequence => (group.order, group.r#match, "`order`, not `match`"),
    };
    if items.is_empty() && misplaced.is_empty() {
        return Err(PatternError::Empty.to_string());
    }
    if !misplaced.is_empty() {
        return Err(format!(
            "the conditions of a {} stand in {key}",
            name(order)
        ));
    }
    if !group.correlations.is_empty() {
        let keys = group.correlations.join("`, `");
        return Err(format!("it correlates several sources by `{keys}`"));
    }
    let source = group.event.ok_or("it names no `event.source`")?.source;
    let mut conditions: Vec<(Value, u32)> = Vec::new();
    let mut places = Vec::new();
    for item in items {
        let (item, count) = counted(resolved(item, terms)?)?;
        // The same condition twice in a set asks for two lines.
        let same = conditions
            .iter()
            .position(|(other, _)| order == Order::Set && *other == item);
        places.push(same.unwrap_or(conditions.len()));
        match same.and_then(|place| conditions.get_mut(place)) {
            Some((_, so_far)) => *so_far = so_far.saturating_add(count),
            None => conditions.push((item, count)),
        }
    }
    let (mut negated, mut negations) = (Vec::new(), Vec::new());
    for item in group.negate {
        let item = resolved(item, terms)?;
        let (place, condition) = negation(&item)?;
        let anchor = places.get(place.anchor).copied().unwrap_or(place.anchor);
        negations.push(Negation { anchor, ..place });
        negated.push(condition);
    }
    let counts = conditions.iter().map(|(_, count)| *count).collect();
    let window = group.window.as_deref().map(duration).transpose()?;
    let pattern = Pattern::new(order, counts, window, negations);
    let conditions = conditions.iter().map(|(item, _)| Ok(condition(item)?.1));
    Ok(Rule {
        id: cre.id,
        title: cre.title,
        category: cre.category,
        source,
        conditions: conditions.collect::<Result<_, String>>()?,
        negations: negated,
        pattern: pattern.map_err(|error: PatternError| error.to_string())?,
    })
}

fn name(order: Order) -> &'static str {
    match order {
        Order::Set => "set",
        Order::Sequence => "sequence",
    }
}

/// The item, or the term it names.
fn resolved(item: Value, terms: &BTreeMap<String, Value>) -> Result<Value, String> {
    let Value::String(text) = &item else {
        return nested(item);
    };
    match terms.get(text) {
        Some(term) => nested(term.clone()),
        None => Ok(item),
    }
}

fn nested(item: Value) -> Result<Value, String> {
    let is = |key: &str| item.get(key).is_some();
    if is("set") || is("sequence") {
        return Err("it is a pattern of patterns".to_owned());
    }
    Ok(item)
}

/// The item without its count, and that.
fn counted(mut item: Value) -> Result<(Value, u32), String> {
    let count = item.as_mapping_mut().and_then(|item| item.remove("count"));
    let count = count.map(|count| count.as_u64().and_then(|count| u32::try_from(count).ok()));
    match count {
        None => Ok((item, 1)),
        Some(Some(count)) => Ok((item, count)),
        Some(None) => Err("a `count` is not a number of lines".to_owned()),
    }
}

fn negation(item: &Value) -> Result<(Negation, Condition), String> {
    let (item, condition) = condition(item)?;
    let length = |text: &Option<String>| text.as_deref().map(duration).transpose();
    let negation = Negation {
        anchor: item.anchor,
        window: length(&item.window)?.unwrap_or_default(),
        slide: length(&item.slide)?.unwrap_or_default(),
        absolute: item.absolute,
    };
    match item.count {
        None | Some(1) => Ok((negation, condition)),
        Some(_) => Err("a `negate` counts lines".to_owned()),
    }
}

fn condition(item: &Value) -> Result<(Item, Condition), String> {
    let item = match item {
        Value::String(text) => Item::of(text.clone()),
        item => serde_yaml::from_value(item.clone()).map_err(|error| error.to_string())?,
    };
    let shown = |text: &str, error: ConditionError| format!("{text:?}: {error}");
    let condition = match (&item.value, &item.regex, &item.jq) {
        (Some(text), None, None) if item.field.is_none() && is_expression(text) => {
            return Err(format!(
                "{text:?} reads as a regular expression, and is written as plain text; use `regex`"
            ));
        }
        (Some(text), None, None) => match &item.field {
            None => Condition::contains(text).map_err(|error| shown(text, error))?,
            Some(field) => of_field(field, FieldTest::Contains(text.clone())),
        },
        (None, Some(text), None) => match &item.field {
            None => Condition::regex(text).map_err(|error| shown(text, error))?,
            Some(field) => of_field(
                field,
                FieldTest::Regex(expression(text).map_err(|error| shown(text, error))?),
            ),
        },
        (None, None, Some(program)) => jq::condition(program)?,
        _ => return Err("a condition is not one of `value`, `regex` and `jq`".to_owned()),
    };
    Ok((item, condition))
}

impl Item {
    fn of(text: String) -> Self {
        Self {
            value: Some(text),
            regex: None,
            jq: None,
            field: None,
            count: None,
            window: None,
            slide: None,
            anchor: 0,
            absolute: false,
        }
    }
}

fn of_field(name: &str, is: FieldTest) -> Condition {
    let path = name.split('.').map(str::to_owned).collect();
    Condition::Fields(vec![Field { path, is }])
}

/// Whether a plain text was meant as an expression: such a text is in no log.
fn is_expression(text: &str) -> bool {
    ["(.+)", "(.*)", ".*", r"\[", r"\(", r"\d+"]
        .iter()
        .any(|mark| text.contains(mark))
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no duration, such as `10s`"))
}

#[cfg(test)]
mod tests;
