//! Which of two values lets an agent do more, or protects less.

use serde_json::Value;

use crate::library::difference::size_of;

/// How a value says what may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A set of what may be touched or done: more is riskier.
    Reach,
    /// A set that protects: fewer is riskier.
    Guard,
    /// The values that are allowed: more is riskier, and no list allows any.
    Values,
    /// An upper bound: higher is riskier, and none is the highest.
    Cap,
    /// A lower bound: lower is riskier, and none is the lowest.
    Floor,
    /// One of these words, from the safest to the riskiest; nothing is as the first.
    Rank(&'static [&'static str]),
    /// How far a service has come; one of which nothing is said is in `shadow`.
    Rollout,
    /// Something that protects by being there. Another one in its place may protect less.
    Shield,
    /// Something that is a risk by being there. Another one in its place may be a greater one.
    Opening,
    /// What is done: anything else is something that could not be done before.
    Choice,
    /// What a parameter may be: one of a list, or whatever a text describes.
    Binding,
    /// An observation that is a risk when it holds, and one of several that must.
    Trigger,
    /// An observation that is a risk when it does not hold: it protects.
    Demand,
    /// An observation whose weight nobody can tell.
    Either,
    /// A decision table whose rows begin with what they lead to: the first that holds wins.
    Table,
    /// Behaviour of which nobody can tell whether it is riskier.
    Plain,
}

/// How a value stands to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// More may be done, or less protects.
    Riskier,
    /// Less may be done, or more protects.
    Safer,
    /// Neither holds the other, so that something may be done that could not be before.
    Apart,
    /// Nobody can tell.
    Unclear,
}

impl Order {
    /// The order of the same two values, taken the other way round.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Riskier => Self::Safer,
            Self::Safer => Self::Riskier,
            other => other,
        }
    }
}

/// How `after` stands to `before`, which is not the same; what is `None` is not there.
pub(super) fn order(rule: Rule, before: Option<&Value>, after: Option<&Value>) -> Order {
    match rule {
        Rule::Reach => set(before, after),
        Rule::Guard => set(before, after).reversed(),
        Rule::Values => match (before, after) {
            (Some(_), Some(_)) => set(before, after),
            _ => presence(before, after).reversed(),
        },
        Rule::Cap => bound(before, after),
        Rule::Floor => match (before, after) {
            // Without a lower bound there is none to keep to, as with an upper one.
            (Some(_), Some(_)) => bound(before, after).reversed(),
            _ => bound(before, after),
        },
        Rule::Rank(words) => rank(words, 0, before, after),
        Rule::Rollout => rank(
            &["off", "shadow", "advise", "gated", "auto"],
            1,
            before,
            after,
        ),
        Rule::Shield => presence(before, after).reversed(),
        Rule::Opening => presence(before, after),
        Rule::Choice => presence(before, after),
        Rule::Binding => binding(before, after),
        // A condition that is gone neither has to hold any more nor rules anything out.
        Rule::Trigger | Rule::Demand if before.is_none() || after.is_none() => {
            presence(before, after).reversed()
        }
        Rule::Trigger => easier(before, after),
        Rule::Demand => easier(before, after).reversed(),
        Rule::Either => Order::Apart,
        Rule::Table => table(before, after),
        Rule::Plain => Order::Unclear,
    }
}

fn presence(before: Option<&Value>, after: Option<&Value>) -> Order {
    match (before, after) {
        (None, Some(_)) => Order::Riskier,
        (Some(_), None) => Order::Safer,
        _ => Order::Apart,
    }
}

fn set(before: Option<&Value>, after: Option<&Value>) -> Order {
    let (Some(old), Some(new)) = (items(before), items(after)) else {
        return Order::Apart;
    };
    let gained = new.iter().any(|item| !old.contains(item));
    let lost = old.iter().any(|item| !new.contains(item));
    match (gained, lost) {
        (true, false) => Order::Riskier,
        (false, true) => Order::Safer,
        // Only the order differs.
        (false, false) => Order::Unclear,
        (true, true) => Order::Apart,
    }
}

/// The items of a list; none at all when nothing is there.
fn items(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

fn bound(before: Option<&Value>, after: Option<&Value>) -> Order {
    match (before, after) {
        (Some(_), None) => Order::Riskier,
        (None, Some(_)) => Order::Safer,
        (Some(old), Some(new)) => match (size_of(old), size_of(new)) {
            (Some(old), Some(new)) if old.unit == new.unit && new.size > old.size => Order::Riskier,
            (Some(old), Some(new)) if old.unit == new.unit && new.size < old.size => Order::Safer,
            _ => Order::Apart,
        },
        (None, None) => Order::Unclear,
    }
}

fn rank(words: &[&str], unsaid: usize, before: Option<&Value>, after: Option<&Value>) -> Order {
    let place = |value: Option<&Value>| {
        let word = match value {
            None => return Some(unsaid),
            Some(Value::String(word)) => word.clone(),
            Some(other) => other.to_string(),
        };
        words.iter().position(|known| *known == word)
    };
    match (place(before), place(after)) {
        (Some(old), Some(new)) if new > old => Order::Riskier,
        (Some(old), Some(new)) if new < old => Order::Safer,
        (Some(_), Some(_)) => Order::Unclear,
        _ => Order::Apart,
    }
}

fn binding(before: Option<&Value>, after: Option<&Value>) -> Order {
    match (before, after) {
        (Some(Value::Array(_)), Some(Value::Array(_))) => set(before, after),
        (Some(Value::Array(_)), Some(_)) => Order::Riskier,
        (Some(_), Some(Value::Array(_))) => Order::Safer,
        _ => presence(before, after),
    }
}

/// Rows that lead to a path open something; rows before them that hand over keep from it.
fn table(before: Option<&Value>, after: Option<&Value>) -> Order {
    let (Some(old), Some(new)) = (items(before), items(after)) else {
        return Order::Unclear;
    };
    let grown = |part: &[Value], whole: &[Value]| -> Option<Order> {
        let mut rest = whole.iter();
        let within = part.iter().all(|row| rest.any(|other| other == row));
        let mut added = whole.iter().filter(|row| !part.contains(row));
        let starts = |row: &Value, word: &str| row.as_str().is_some_and(|it| it.starts_with(word));
        match within {
            true if added.clone().all(|row| starts(row, "path ")) => Some(Order::Riskier),
            true if added.all(|row| starts(row, "escalate")) => Some(Order::Safer),
            _ => None,
        }
    };
    match (grown(old, new), grown(new, old)) {
        (Some(order), _) => order,
        (None, Some(order)) => order.reversed(),
        (None, None) => Order::Unclear,
    }
}

/// The measured parts of an observation, and whether a larger value makes it hold more easily.
const MEASURED: [(&str, bool); 12] = [
    ("/above", false),
    ("/at_least", false),
    ("/below", true),
    ("/at_most", true),
    ("/for", false),
    ("/within", true),
    ("/count/at_least", false),
    ("/count/at_most", true),
    ("/share/at_least", false),
    ("/share/at_most", true),
    ("/weight", true),
    ("/trace/slower_than", false),
];

/// [`Order::Riskier`] when the observation holds more easily than before.
fn easier(before: Option<&Value>, after: Option<&Value>) -> Order {
    let (Some(old), Some(new)) = (before, after) else {
        return Order::Apart;
    };
    if without_measures(old) != without_measures(new) {
        return Order::Apart;
    }
    let mut found: Option<Order> = None;
    for (place, larger_is_easier) in MEASURED {
        let (old, new) = (old.pointer(place), new.pointer(place));
        if old == new {
            continue;
        }
        let larger = match (old, new) {
            (Some(_), Some(_)) => bound(old, new),
            // Without a time to hold for, it holds at once; without any other bound it is another observation.
            (Some(_), None) if place == "/for" => Order::Safer,
            (None, Some(_)) if place == "/for" => Order::Riskier,
            _ => Order::Apart,
        };
        let this = match (larger, larger_is_easier) {
            (Order::Apart | Order::Unclear, _) => Order::Apart,
            (order, true) => order,
            (order, false) => order.reversed(),
        };
        match found {
            None => found = Some(this),
            Some(other) if other == this => {}
            Some(_) => return Order::Apart,
        }
    }
    found.unwrap_or(Order::Apart)
}

fn without_measures(check: &Value) -> Value {
    let mut rest = check.clone();
    for (place, _) in MEASURED {
        if let Some((parent, key)) = place.rsplit_once('/')
            && let Some(parent) = rest.pointer_mut(parent).and_then(Value::as_object_mut)
        {
            parent.remove(key);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(rule: Rule, before: Value, after: Value) -> Order {
        let side = |value: &Value| (!value.is_null()).then(|| value.clone());
        order(rule, side(&before).as_ref(), side(&after).as_ref())
    }

    #[test]
    fn the_risky_direction_of_every_rule() {
        use Order::{Apart, Riskier};
        const WORDS: &[&str] = &["read", "write", "delete"];
        let check = |at_least: &str| json!({"query": "q", "at_least": at_least, "for": "3m"});
        let cases = [
            (Rule::Reach, json!(["a"]), json!(["a", "b"]), Riskier),
            (Rule::Reach, json!(["a"]), json!(["b"]), Apart),
            (Rule::Guard, json!(["a", "b"]), json!(["a"]), Riskier),
            (Rule::Cap, json!("2 per 1h"), json!("4 per 1h"), Riskier),
            (Rule::Cap, json!(3), Value::Null, Riskier),
            (Rule::Cap, json!(3), json!("3m"), Apart),
            (Rule::Floor, json!("2m"), json!("60s"), Riskier),
            (Rule::Floor, json!("2m"), Value::Null, Riskier),
            (Rule::Rank(WORDS), json!("read"), json!("delete"), Riskier),
            (Rule::Shield, json!("x"), Value::Null, Riskier),
            (Rule::Shield, json!("x"), json!("y"), Apart),
            (Rule::Opening, Value::Null, json!("x"), Riskier),
            (Rule::Binding, json!(["shop"]), json!("any text"), Riskier),
            (Rule::Trigger, check("5%"), check("1%"), Riskier),
            (Rule::Demand, check("1%"), check("5%"), Riskier),
        ];
        for (rule, before, after, expected) in cases {
            assert_eq!(
                of(rule, before.clone(), after.clone()),
                expected,
                "{rule:?} {before} {after}"
            );
            assert_eq!(
                of(rule, after, before),
                expected.reversed(),
                "{rule:?} the other way"
            );
        }
    }

    #[test]
    fn an_observation_that_changes_in_two_directions_is_another_one() {
        let before = json!({"query": "q", "at_least": "5%", "for": "3m"});
        assert_eq!(
            of(
                Rule::Trigger,
                before.clone(),
                json!({"query": "q", "at_least": "1%", "for": "9m"})
            ),
            Order::Apart
        );
        assert_eq!(
            of(
                Rule::Trigger,
                before.clone(),
                json!({"query": "r", "at_least": "5%", "for": "3m"})
            ),
            Order::Apart
        );
        assert_eq!(
            of(
                Rule::Trigger,
                before,
                json!({"query": "q", "at_least": "5%"})
            ),
            Order::Riskier
        );
    }
}
