//! What a fixture's sources answer.
//!
//! Every answer is given as of a moment: nothing that happens later in the fixture is in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::FixtureError;
use super::clock::{Clock, moment};
use super::logs::Logs;
use super::traces::Traces;
use crate::document::id::QueryId;
use crate::document::model::{AnswerForm, AnswerSpec, Fixture, Query, ResultType};
use crate::document::series;
use crate::document::unit::Literal;
use crate::engine::evidence::{
    Answer, Arguments, ChangeRecord, Request, Sample, Scalar, Series, Window,
};

/// The queries of the catalogue by id; an answer's type and unit come from there.
pub type Queries<'a> = &'a dyn Fn(&QueryId) -> Option<&'a Query>;

/// The sources of a fixture.
pub(super) struct Telemetry {
    clock: Clock,
    answers: BTreeMap<QueryId, Vec<Form>>,
    effects: Vec<Effect>,
    changes: Option<Vec<ChangeRecord>>,
    logs: Option<Logs>,
    traces: Option<Traces>,
}

/// What one form of answer holds.
struct Form {
    with: Arguments,
    content: Content,
}

enum Content {
    Series(series::Series),
    Constant(Scalar),
    Empty,
    Unavailable,
}

/// What queries answer since an action completed.
struct Effect {
    since: Timestamp,
    answers: BTreeMap<QueryId, Vec<Form>>,
}

impl Telemetry {
    /// Prepares the sources of `fixture`.
    ///
    /// # Errors
    /// When a series, a moment or a pattern cannot be read, or a unit differs from its query's.
    pub(super) fn new(
        fixture: &Fixture,
        clock: Clock,
        queries: Queries<'_>,
    ) -> Result<Self, FixtureError> {
        let changes = fixture
            .changes
            .iter()
            .enumerate()
            .filter(|(_, change)| {
                let service = change.service.as_ref().unwrap_or(&fixture.subject.service);
                let environment = change
                    .environment
                    .as_ref()
                    .unwrap_or(&fixture.subject.environment);
                *service == fixture.subject.service && *environment == fixture.subject.environment
            })
            .map(|(at, change)| {
                Ok(ChangeRecord {
                    kind: change.kind.clone(),
                    at: moment(&format!("changes[{at}].at"), &change.at)?,
                    facts: change.facts.clone(),
                })
            })
            .collect::<Result<Vec<_>, FixtureError>>()?;
        let logs = Logs::new(fixture)?;
        let traces = Traces::new(fixture, clock)?;
        Ok(Self {
            clock,
            answers: forms("answers", &fixture.answers, queries)?,
            effects: Vec::new(),
            changes: (!fixture.changes_unavailable).then_some(changes),
            logs: (!fixture.logs_unavailable).then_some(logs),
            traces: (!fixture.traces_unavailable).then_some(traces),
        })
    }

    /// Replaces answers from `since` on.
    ///
    /// # Errors
    /// As [`Telemetry::new`].
    pub(super) fn change(
        &mut self,
        since: Timestamp,
        then: &BTreeMap<QueryId, AnswerSpec>,
        queries: Queries<'_>,
    ) -> Result<(), FixtureError> {
        let answers = forms("world.then", then, queries)?;
        self.effects.push(Effect { since, answers });
        Ok(())
    }

    /// Answers `request` as of `now`.
    pub(super) fn answer(&self, request: &Request, now: Timestamp) -> Answer {
        let gone = |what: &str| Answer::Unavailable {
            reason: format!("the fixture has no {what}"),
        };
        match request {
            Request::Query {
                query,
                arguments,
                window,
            } => self.samples(query, arguments, *window, now),
            Request::Changes { window } => self.changes.as_ref().map_or_else(
                || gone("change feed"),
                |changes| {
                    let (from, to) = window.bounds(now);
                    let within = changes
                        .iter()
                        .filter(|change| from <= change.at && change.at <= to);
                    Answer::Changes(within.cloned().collect())
                },
            ),
            Request::Lines {
                service,
                regex,
                contains,
                window,
                threshold,
            } => {
                let bounds = window.bounds(now);
                self.logs.as_ref().map_or_else(
                    || gone("logs"),
                    |logs| {
                        logs.count(
                            service,
                            regex.as_deref(),
                            contains.as_deref(),
                            bounds,
                            *threshold,
                        )
                    },
                )
            }
            Request::Spans {
                service,
                spans,
                window,
            } => {
                let bounds = window.bounds(now);
                self.traces.as_ref().map_or_else(
                    || gone("traces"),
                    |traces| traces.count(service, spans, bounds),
                )
            }
        }
    }

    fn samples(
        &self,
        query: &QueryId,
        arguments: &Arguments,
        window: Window,
        now: Timestamp,
    ) -> Answer {
        let Some(latest) = self.form(query, arguments, now) else {
            return Answer::Unavailable {
                reason: format!("the fixture has no answer to `{query}`"),
            };
        };
        if matches!(latest.0.content, Content::Unavailable) {
            return Answer::Unavailable {
                reason: format!("the fixture makes `{query}` unavailable"),
            };
        }
        let (from, to) = window.bounds(now.min(self.clock.end));
        // One sample from before the window tells what held when it began.
        let first = self.clock.index(from).saturating_sub(usize::from(
            self.clock.instant(self.clock.index(from)) == from,
        ));
        let last = self.clock.index(to);
        let samples = (first..=last)
            .map(|index| self.clock.instant(index))
            .filter(|at| *at <= to)
            .filter_map(|at| {
                Some(Sample {
                    at,
                    value: self.sample(query, arguments, at)?,
                })
            })
            .collect();
        Answer::Series(Series {
            step: self.clock.step,
            samples,
        })
    }

    fn sample(&self, query: &QueryId, arguments: &Arguments, at: Timestamp) -> Option<Scalar> {
        let (form, since) = self.form(query, arguments, at)?;
        match (&form.content, since) {
            (Content::Constant(value), _) => Some(value.clone()),
            (Content::Series(series), None) => series.at(self.clock.index(at)).map(Scalar::Number),
            (Content::Series(series), Some(since)) => series
                .held_at(self.clock.index_after(since, at))
                .map(Scalar::Number),
            (Content::Empty | Content::Unavailable, _) => None,
        }
    }

    /// The form in force at a moment, and since when when an action brought it about.
    fn form(
        &self,
        query: &QueryId,
        arguments: &Arguments,
        at: Timestamp,
    ) -> Option<(&Form, Option<Timestamp>)> {
        let find = |answers: &'_ BTreeMap<QueryId, Vec<Form>>| -> Option<usize> {
            answers
                .get(query)?
                .iter()
                .position(|form| form.agrees(arguments))
        };
        for effect in self
            .effects
            .iter()
            .rev()
            .filter(|effect| effect.since <= at)
        {
            if let Some(found) = find(&effect.answers) {
                return Some((effect.answers.get(query)?.get(found)?, Some(effect.since)));
            }
        }
        let found = find(&self.answers)?;
        Some((self.answers.get(query)?.get(found)?, None))
    }
}

impl Form {
    fn agrees(&self, arguments: &Arguments) -> bool {
        self.with
            .iter()
            .all(|(name, value)| arguments.get(name) == Some(value))
    }
}

fn forms(
    place: &str,
    answers: &BTreeMap<QueryId, AnswerSpec>,
    queries: Queries<'_>,
) -> Result<BTreeMap<QueryId, Vec<Form>>, FixtureError> {
    answers
        .iter()
        .map(|(id, spec)| {
            let place = format!("{place}.{id}");
            let query = queries(id).ok_or_else(|| {
                FixtureError::new(&place, format!("there is no query `{id}` in the catalogue"))
            })?;
            let read = |with: &BTreeMap<String, Value>, form: &AnswerForm| {
                content(&place, form, query).map(|content| Form {
                    with: with.clone(),
                    content,
                })
            };
            let none = BTreeMap::new();
            let forms = match spec {
                AnswerSpec::Series(text) => {
                    let form = AnswerForm {
                        series: Some(text.clone()),
                        ..AnswerForm::default()
                    };
                    vec![read(&none, &form)?]
                }
                AnswerSpec::One(one) => vec![read(&one.with, &one.form)?],
                AnswerSpec::Several(several) => several
                    .iter()
                    .map(|one| read(&one.with, &one.form))
                    .collect::<Result<_, _>>()?,
            };
            Ok((id.clone(), forms))
        })
        .collect()
}

fn content(place: &str, form: &AnswerForm, query: &Query) -> Result<Content, FixtureError> {
    if form.unavailable == Some(true) {
        return Ok(Content::Unavailable);
    }
    if form.empty == Some(true) {
        return Ok(Content::Empty);
    }
    if let Some(value) = &form.value {
        return constant(place, value, query).map(Content::Constant);
    }
    if let Some(text) = &form.series {
        let series = series::Series::parse(text)
            .map_err(|error| FixtureError::new(place, error.to_string()))?;
        if let Some(unit) = series
            .unit()
            .filter(|unit| !unit.agrees_with(query.result.unit))
        {
            return Err(unit_differs(place, unit.describe(), query));
        }
        return Ok(Content::Series(series));
    }
    Err(FixtureError::new(
        place,
        "an answer needs one of series, value, empty, unavailable",
    ))
}

fn constant(place: &str, value: &Literal, query: &Query) -> Result<Scalar, FixtureError> {
    let wrong = || {
        FixtureError::new(
            place,
            format!("`{value}` is not of the query's result type"),
        )
    };
    match query.result.kind {
        ResultType::String => Ok(Scalar::Text(value.to_string())),
        ResultType::Boolean => match value {
            Literal::Bool(value) => Ok(Scalar::Boolean(*value)),
            _ => Err(wrong()),
        },
        ResultType::Number => {
            let quantity = value.quantity().map_err(|_| wrong())?;
            if !quantity.unit.agrees_with(query.result.unit) {
                return Err(unit_differs(place, quantity.unit.describe(), query));
            }
            Ok(Scalar::Number(quantity.value))
        }
    }
}

fn unit_differs(place: &str, found: &str, query: &Query) -> FixtureError {
    let wanted = query.result.unit.describe();
    FixtureError::new(
        place,
        format!("found {found}, but the query yields {wanted}"),
    )
}
