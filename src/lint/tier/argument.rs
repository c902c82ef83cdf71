//! What the arguments of a call may be, as far as that can be said before the run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::document::model::{Action, Params, Scope};
use crate::document::template::Template;

/// The arguments of a call, defaults included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments(BTreeMap<String, Argument>);

#[derive(Clone, Debug)]
struct Argument {
    /// As it is written, blanks within placeholders left out: the same text is the same value.
    written: String,
    possible: Possible,
}

/// The values an argument may have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Possible {
    /// One of these; never empty.
    OneOf(Vec<Value>),
    /// It is only known in the run.
    Anything,
}

impl Arguments {
    /// Those of a step: of the incident, only service and environment are confined, by the runbook's scope.
    pub(crate) fn of_step(with: &BTreeMap<String, Value>, params: &Params, scope: &Scope) -> Self {
        let known = |path: &[String]| -> Option<Vec<Value>> {
            match path {
                [incident, name] if incident == "incident" && name == "service" => {
                    Some(scope.services.iter().map(|id| json!(id.as_str())).collect())
                }
                [incident, name] if incident == "incident" && name == "environment" => Some(
                    scope
                        .environments
                        .iter()
                        .map(|id| json!(id.as_str()))
                        .collect(),
                ),
                _ => None,
            }
        };
        Self::new(with, params, &known)
    }

    /// Those of the undo of a call with these arguments.
    pub(crate) fn of_undo(&self, with: &BTreeMap<String, Value>, params: &Params) -> Self {
        let known = |path: &[String]| -> Option<Vec<Value>> {
            match path {
                [root, name] if root == "params" => match self.get(name)? {
                    Possible::OneOf(values) => Some(values.clone()),
                    Possible::Anything => None,
                },
                _ => None,
            }
        };
        Self::new(with, params, &known)
    }

    fn new(
        with: &BTreeMap<String, Value>,
        params: &Params,
        known: &dyn Fn(&[String]) -> Option<Vec<Value>>,
    ) -> Self {
        let given = with.iter().map(|(name, value)| {
            let possible = possible(value, known).unwrap_or(Possible::Anything);
            (
                name.clone(),
                Argument {
                    written: written(value),
                    possible,
                },
            )
        });
        let mut arguments: BTreeMap<_, _> = given.collect();
        for (name, param) in params {
            if let Some(default) = &param.default {
                arguments.entry(name.clone()).or_insert_with(|| Argument {
                    written: written(default),
                    possible: Possible::OneOf(vec![default.clone()]),
                });
            }
        }
        Self(arguments)
    }

    /// What an argument may be; `None` when the call leaves it out.
    pub(crate) fn get(&self, name: &str) -> Option<&Possible> {
        self.0.get(name).map(|argument| &argument.possible)
    }

    /// The target with arguments put in as they are written.
    pub(super) fn target(&self, action: &Action) -> Option<String> {
        let template = Template::parse(action.target.as_ref()?).ok()?;
        let mut target = String::new();
        let mut end = 0;
        for placeholder in template.placeholders() {
            let [root, name] = placeholder.reference.segments() else {
                return None;
            };
            let argument = self.0.get(name).filter(|_| root == "params")?;
            target.push_str(template.text().get(end..placeholder.span.start)?);
            target.push_str(&argument.written);
            for filter in &placeholder.filters {
                target.push_str(&format!("|{filter:?}"));
            }
            end = placeholder.span.end;
        }
        target.push_str(template.text().get(end..)?);
        Some(target)
    }

    /// The target when one argument has a certain value, if nothing else is open.
    pub(super) fn target_with(&self, action: &Action, name: &str, value: &Value) -> Option<String> {
        let template = Template::parse(action.target.as_ref()?).ok()?;
        let mut params = serde_json::Map::new();
        for (name, argument) in &self.0 {
            if let Possible::OneOf(values) = &argument.possible
                && let [only] = values.as_slice()
            {
                params.insert(name.clone(), only.clone());
            }
        }
        params.insert(name.to_owned(), value.clone());
        match template.render(&json!({ "params": params })) {
            Ok(Value::String(target)) => Some(target),
            _ => None,
        }
    }
}

/// What a value may become, given what the things its template refers to may be.
fn possible(value: &Value, known: &dyn Fn(&[String]) -> Option<Vec<Value>>) -> Option<Possible> {
    let Value::String(text) = value else {
        return Some(Possible::OneOf(vec![value.clone()]));
    };
    let template = Template::parse(text).ok()?;
    let mut paths: Vec<_> = template
        .references()
        .map(|reference| reference.segments())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    match paths.as_slice() {
        [] => Some(Possible::OneOf(vec![value.clone()])),
        [path] => {
            let values = known(path)?;
            let filled = values.into_iter().map(|value| {
                let nested = path.iter().rev().fold(value, |inner, name| {
                    Value::Object([(name.clone(), inner)].into_iter().collect())
                });
                template.render(&nested).ok()
            });
            let filled: Vec<Value> = filled.collect::<Option<_>>()?;
            (!filled.is_empty()).then_some(Possible::OneOf(filled))
        }
        _ => None,
    }
}

fn written(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let Ok(template) = Template::parse(text) else {
        return text.clone();
    };
    let mut written = String::new();
    let mut end = 0;
    for placeholder in template.placeholders() {
        let span = placeholder.span.clone();
        written.push_str(text.get(end..span.start).unwrap_or_default());
        let inner = text.get(span.clone()).unwrap_or_default();
        written.extend(inner.chars().filter(|c| !c.is_whitespace()));
        end = span.end;
    }
    written.push_str(text.get(end..).unwrap_or_default());
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::id::ServiceId;

    fn arguments(value: Value) -> Arguments {
        let scope = Scope {
            services: ["cart", "search"].map(ServiceId::from).to_vec(),
            ..Scope::default()
        };
        let with = [("cache".to_owned(), value)].into_iter().collect();
        Arguments::of_step(&with, &Params::new(), &scope)
    }

    #[test]
    fn what_a_template_may_become_is_confined_by_the_scope() {
        let one_of = |values: &[&str]| Possible::OneOf(values.iter().map(|v| json!(v)).collect());
        let of = |value: Value| arguments(value).get("cache").cloned();
        assert_eq!(of(json!("cart-cache")), Some(one_of(&["cart-cache"])));
        assert_eq!(
            of(json!("{{ incident.service }}-cache")),
            Some(one_of(&["cart-cache", "search-cache"]))
        );
        assert_eq!(
            of(json!("{{ change.flag.flag }}")),
            Some(Possible::Anything)
        );
        // The policy names no environment here, so nothing is known of it.
        assert_eq!(
            of(json!("{{ incident.environment }}")),
            Some(Possible::Anything)
        );
        assert_eq!(of(json!(3)), Some(Possible::OneOf(vec![json!(3)])));
        assert_eq!(arguments(json!(3)).get("other"), None);
    }

    #[test]
    fn blanks_in_placeholders_do_not_make_another_value() {
        assert_eq!(
            written(&json!("{{incident.service}}-a b")),
            "{{incident.service}}-a b"
        );
        assert_eq!(
            written(&json!("{{ incident.service }}-a b")),
            "{{incident.service}}-a b"
        );
    }

    #[test]
    fn an_undo_gets_what_the_call_got() {
        let call = arguments(json!("{{ incident.service }}-cache"));
        let with = [
            ("same".to_owned(), json!("{{ params.cache }}")),
            ("before".to_owned(), json!("{{ snapshot.cache }}")),
        ];
        let undo = call.of_undo(&with.into_iter().collect(), &Params::new());
        assert_eq!(undo.get("same"), call.get("cache"));
        assert_eq!(undo.get("before"), Some(&Possible::Anything));
    }
}
