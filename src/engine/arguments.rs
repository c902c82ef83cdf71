//! Arguments of calls: filled, validated against the parameters, and the target they select.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::evidence::Arguments;
use super::refusal::Refusal;
use crate::document::id::ServiceId;
use crate::document::model::{Document, Governance, Lookup, ParamSpec, ParamType, Params, Service};

/// Longest text accepted where a parameter sets no limit, in characters.
pub const MAX_TEXT: usize = 1_000;

/// The values that `lookup` parameters may take: what the catalogue and the policy know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    services: BTreeSet<String>,
    environments: BTreeSet<String>,
    teams: BTreeSet<String>,
    namespaces: BTreeSet<String>,
    resources: BTreeSet<String>,
}

impl Vocabulary {
    /// Everything the policy and the services name.
    pub fn new<'a>(
        governance: &Governance,
        services: impl IntoIterator<Item = (&'a ServiceId, &'a Document<Service>)>,
    ) -> Self {
        let mut known = Self {
            environments: governance
                .environments
                .iter()
                .map(|e| e.as_str().to_owned())
                .collect(),
            teams: governance
                .teams
                .keys()
                .map(|t| t.as_str().to_owned())
                .collect(),
            ..Self::default()
        };
        for (id, service) in services {
            known.services.insert(id.as_str().to_owned());
            known
                .namespaces
                .extend(service.spec.namespaces.iter().cloned());
            known
                .resources
                .extend(service.spec.resources.values().flatten().cloned());
        }
        known
    }

    /// Whether `value` is known in `catalogue`.
    pub fn knows(&self, catalogue: Lookup, value: &str) -> bool {
        match catalogue {
            Lookup::Services => &self.services,
            Lookup::Environments => &self.environments,
            Lookup::Teams => &self.teams,
            Lookup::Namespaces => &self.namespaces,
            Lookup::Resources => &self.resources,
        }
        .contains(value)
    }
}

/// Parameters with their patterns compiled.
#[derive(Clone, Debug, Default)]
pub struct PreparedParams(BTreeMap<String, (ParamSpec, Option<Regex>)>);

impl PreparedParams {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// A pattern that the linear-time engine does not accept, with its parameter's name.
    pub fn new(params: &Params) -> Result<Self, String> {
        params
            .iter()
            .map(|(name, spec)| {
                let pattern = spec
                    .pattern
                    .as_ref()
                    .map(|pattern| Regex::new(&format!("^(?:{pattern})$")))
                    .transpose()
                    .map_err(|_| format!("the pattern of parameter `{name}` cannot be read"))?;
                Ok((name.clone(), (spec.clone(), pattern)))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there is a parameter of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// An argument that is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgumentProblem {
    /// Which rule it breaks.
    pub code: Refusal,
    /// Its name.
    pub argument: String,
    /// What is wrong; untrusted values are quoted.
    pub message: String,
}

/// Checks arguments against the parameters and fills in defaults.
///
/// `writes` says that the call changes the world: then a text nobody vetted is refused even where
/// the parameter would take any.
///
/// # Errors
/// Every argument that is missing, unknown or not allowed, by name.
pub fn validate(
    mut given: Arguments,
    params: &PreparedParams,
    vocabulary: &Vocabulary,
    writes: bool,
) -> Result<Arguments, Vec<ArgumentProblem>> {
    let mut problems = Vec::new();
    let mut problem = |code, argument: &str, message: String| {
        problems.push(ArgumentProblem {
            code,
            argument: argument.to_owned(),
            message,
        });
    };
    for name in given.keys().filter(|name| !params.contains(name)) {
        let message = format!("there is no parameter `{}`", name.escape_debug());
        problem(Refusal::ArgumentUnknown, name, message);
    }
    for (name, (spec, pattern)) in &params.0 {
        match (given.get(name), &spec.default) {
            (Some(value), _) => {
                if let Err((code, why)) = allowed(value, spec, pattern.as_ref(), vocabulary, writes)
                {
                    problem(code, name, format!("argument `{name}` {why}"));
                }
            }
            (None, Some(default)) => {
                given.insert(name.clone(), default.clone());
            }
            (None, None) if spec.is_required() => {
                let message = format!("argument `{name}` is missing");
                problem(Refusal::ArgumentMissing, name, message);
            }
            (None, None) => {}
        }
    }
    if problems.is_empty() {
        Ok(given)
    } else {
        Err(problems)
    }
}

type Disallowed = (Refusal, String);

fn allowed(
    value: &Value,
    spec: &ParamSpec,
    pattern: Option<&Regex>,
    vocabulary: &Vocabulary,
    writes: bool,
) -> Result<(), Disallowed> {
    let invalid = |why: String| Err((Refusal::ArgumentInvalid, why));
    match (spec.kind, value) {
        (ParamType::Boolean, Value::Bool(_)) => {}
        (ParamType::Integer, Value::Number(n)) if n.is_i64() || n.is_u64() => in_range(n, spec)?,
        (ParamType::Number, Value::Number(n)) => in_range(n, spec)?,
        (ParamType::String, Value::String(text)) => {
            let longest = spec
                .max_length
                .map_or(MAX_TEXT, |n| usize::try_from(n).unwrap_or(MAX_TEXT));
            if text.chars().nth(longest).is_some() {
                return invalid(format!("is longer than {longest} characters"));
            }
            if let Some(catalogue) = spec.lookup
                && !vocabulary.knows(catalogue, text)
            {
                let why = format!(
                    "is {}, which is not a known value",
                    super::text::quote(text)
                );
                return Err((Refusal::FreeText, why));
            }
            if writes && !spec.is_constrained() {
                return Err((Refusal::FreeText, "takes any text".to_owned()));
            }
            if pattern.is_some_and(|pattern| !pattern.is_match(text)) {
                return invalid(format!(
                    "is {}, which its pattern does not allow",
                    super::text::quote(text)
                ));
            }
        }
        (kind, _) => {
            let kind = match kind {
                ParamType::String => "a text",
                ParamType::Integer => "a whole number",
                ParamType::Number => "a number",
                ParamType::Boolean => "true or false",
            };
            return invalid(format!("is not {kind}"));
        }
    }
    if !spec.one_of.is_empty() && !spec.one_of.contains(value) {
        return invalid("is not one of the values allowed".to_owned());
    }
    Ok(())
}

fn in_range(number: &serde_json::Number, spec: &ParamSpec) -> Result<(), Disallowed> {
    let value = number.as_f64().unwrap_or(f64::NAN);
    let fits = value.is_finite()
        && spec.minimum.is_none_or(|least| value >= least)
        && spec.maximum.is_none_or(|most| value <= most);
    if fits {
        Ok(())
    } else {
        Err((
            Refusal::ArgumentInvalid,
            format!("is {number}, which is out of range"),
        ))
    }
}

/// Targets that must not be touched.
///
/// `*` also crosses `/`: for a list of what is forbidden, the wider reading is the safe one. A
/// pattern `namespace/NAME` covers everything in that namespace.
#[derive(Clone, Debug, Default)]
pub struct DoNotTouch {
    patterns: Vec<String>,
    globs: GlobSet,
}

impl DoNotTouch {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// The first pattern that is not a glob.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let mut globs = GlobSetBuilder::new();
        let mut names = Vec::new();
        for pattern in patterns {
            let namespaced = pattern
                .strip_prefix("namespace/")
                .map(|namespace| format!("*/{namespace}/**"));
            for glob in [Some(pattern.clone()), namespaced].into_iter().flatten() {
                globs.add(
                    Glob::new(&glob).map_err(|_| format!("`{pattern}` is not a glob pattern"))?,
                );
                names.push(pattern.clone());
            }
        }
        let globs = globs
            .build()
            .map_err(|_| "the patterns of `do_not_touch` are too large".to_owned())?;
        Ok(Self {
            patterns: names,
            globs,
        })
    }

    /// The first pattern that covers `target`.
    pub fn covers(&self, target: &str) -> Option<&str> {
        let first = self.globs.matches(target).into_iter().min()?;
        self.patterns.get(first).map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
