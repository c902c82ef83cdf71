//! A driver for tests: a fixture as the world, its clock as the time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use regex::Regex;

use crate::document::id::{QueryId, StepId};
use crate::document::model::{
    Answer as Form, AnswerSpec, Fixture, FixtureEvent, FixtureEventKind, ResultType,
    World as Effect, WorldResult,
};
use crate::document::series::Series as Notation;
use crate::document::unit::{Duration, Literal};
use crate::engine::command::Command;
use crate::engine::event::{ActionResult, Event, EventKind};
use crate::engine::evidence::{
    Answer, Arguments, ChangeRecord, LineCount, Request, Sample, Scalar, Series, SpanCount,
};
use crate::engine::incident::{Alert, Incident};
use crate::engine::machine::{Engine, RunInput};
use crate::engine::moment::after;
use crate::engine::prepared::Prepared;
use crate::engine::trace::Trace;

/// A fixture being played.
pub(crate) struct World<'f> {
    fixture: &'f Fixture,
    start: Timestamp,
    end: Timestamp,
    step: Duration,
    /// Answers that actions replaced, with the moment.
    replaced: BTreeMap<QueryId, (Timestamp, AnswerSpec)>,
    used: Vec<bool>,
    delays: BTreeMap<QueryId, Duration>,
    /// Every event told so far.
    pub(crate) told: Vec<Event>,
    queue: VecDeque<(Timestamp, EventKind)>,
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl<'f> World<'f> {
    pub(crate) fn new(fixture: &'f Fixture) -> Self {
        Self {
            fixture,
            start: moment(&fixture.clock.start),
            end: moment(&fixture.clock.end),
            step: fixture.clock.step,
            replaced: BTreeMap::new(),
            used: vec![false; fixture.world.len()],
            delays: BTreeMap::new(),
            told: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    pub(crate) fn input(&self) -> RunInput {
        let fixture = self.fixture;
        let first = fixture.alerts.iter().map(|a| moment(&a.at)).min();
        let begin = fixture.clock.begin.as_deref().map(moment);
        let begin = begin.or(first).unwrap_or(self.start);
        let mut facts = fixture.subject.facts.clone();
        let in_control = fixture.events.iter().any(|event| {
            event.kind == FixtureEventKind::CommanderTakesOver
                && event.at.as_deref().is_some_and(|at| moment(at) <= begin)
        });
        let commander = facts.remove("commander_active").and_then(|v| v.as_bool());
        RunInput {
            incident: Incident {
                id: "test".to_owned(),
                service: fixture.subject.service.clone(),
                environment: fixture.subject.environment.clone(),
                severity: fixture.subject.severity.clone(),
                incident_class: None,
                commander_active: Some(commander.unwrap_or(in_control)),
                alerts: Some(
                    fixture
                        .alerts
                        .iter()
                        .map(|a| Alert {
                            name: a.name.clone(),
                            since: moment(&a.at),
                            until: a.until.as_deref().map(moment),
                        })
                        .collect(),
                ),
                facts,
            },
            begin,
            halt: None,
            history: Vec::new(),
            watch: fixture.expect.signatures.keys().cloned().collect(),
            agent: "agent".to_owned(),
        }
    }

    /// Plays the fixture to its end.
    pub(crate) fn play(self, prepared: &Arc<Prepared>) -> Trace {
        let input = self.input();
        self.play_from(prepared, input)
    }

    /// Lets answers to a query come late.
    pub(crate) fn with_delay(mut self, query: &str, delay: Duration) -> Self {
        self.delays.insert(query.into(), delay);
        self
    }

    /// Plays the fixture with another beginning.
    pub(crate) fn play_from(self, prepared: &Arc<Prepared>, input: RunInput) -> Trace {
        self.play_recording(prepared, input).0
    }

    /// Plays the fixture and keeps every command.
    pub(crate) fn play_recording(
        mut self,
        prepared: &Arc<Prepared>,
        input: RunInput,
    ) -> (Trace, Vec<Command>) {
        self.play_on(prepared, input)
    }

    /// The same, keeping the world.
    pub(crate) fn play_on(
        &mut self,
        prepared: &Arc<Prepared>,
        input: RunInput,
    ) -> (Trace, Vec<Command>) {
        let mut all = Vec::new();
        let mut now = input.begin;
        for event in &self.fixture.events {
            let Some(at) = event.at.as_deref().map(moment) else {
                continue;
            };
            let kind = match event.kind {
                FixtureEventKind::CommanderTakesOver if at <= now => continue,
                FixtureEventKind::CommanderTakesOver => EventKind::Commander { active: true },
                FixtureEventKind::KillSwitch => EventKind::Halt {
                    level: event.level.unwrap(),
                },
                FixtureEventKind::Freeze => EventKind::Freeze,
                FixtureEventKind::Severity => EventKind::Severity {
                    severity: event.severity.clone().unwrap(),
                },
                FixtureEventKind::Approve | FixtureEventKind::Deny => continue,
            };
            self.queue.push_back((at, kind));
        }
        let (mut engine, commands) = Engine::start(Arc::clone(prepared), input);
        all.extend(commands.iter().cloned());
        self.take(commands, now);
        while engine.ended().is_none() {
            let next = self.queue.iter().map(|(at, _)| *at).min();
            let deadline = engine.next_deadline();
            let tick = (next.is_none() || deadline < next)
                .then_some(deadline)
                .flatten();
            let kind = match (tick, next) {
                (Some(at), _) => {
                    now = now.max(at);
                    EventKind::Tick
                }
                (None, Some(at)) => {
                    now = now.max(at);
                    let index = self.queue.iter().position(|(t, _)| *t == at).unwrap();
                    self.queue.remove(index).unwrap().1
                }
                (None, None) => panic!("the run waits for nothing: {:?}", engine.state().phase()),
            };
            let event = Event { at: now, kind };
            self.told.push(event.clone());
            let commands = engine.step(event);
            all.extend(commands.iter().cloned());
            self.take(commands, now);
        }
        (engine.into_trace(), all)
    }

    fn take(&mut self, commands: Vec<Command>, now: Timestamp) {
        for command in commands {
            match command {
                Command::Ask { id, request, .. } => {
                    let answer = self.answer(&request, now);
                    let delay = match &request {
                        Request::Query { query, .. } => self.delays.get(query).copied(),
                        _ => None,
                    };
                    self.queue.push_back((
                        after(now, delay.unwrap_or_default()),
                        EventKind::Answered {
                            request: id,
                            as_of: now,
                            answer,
                        },
                    ));
                }
                Command::RequestApproval(request) => {
                    let asked = |event: &&FixtureEvent| {
                        event.step.as_ref().is_none_or(|step| *step == request.step)
                    };
                    for event in self.fixture.events.iter().filter(asked) {
                        let approve = match event.kind {
                            FixtureEventKind::Approve => true,
                            FixtureEventKind::Deny => false,
                            _ => continue,
                        };
                        let at = match (event.after, event.at.as_deref()) {
                            (Some(wait), _) => after(now, wait),
                            (None, Some(at)) => moment(at),
                            (None, None) => now,
                        };
                        self.queue.push_back((
                            at,
                            EventKind::Approval {
                                question: request.id,
                                by: event.by.clone().unwrap_or_default(),
                                team: event.team.clone(),
                                approve,
                            },
                        ));
                    }
                }
                Command::Execute(execution) => {
                    let call = execution.call();
                    let effect = self.effect(&call.step, call.action.as_str());
                    let takes = effect.as_ref().and_then(|e| e.takes).unwrap_or(self.step);
                    let at = after(now, takes);
                    let result = match effect.as_ref().map(|e| e.result).unwrap_or_default() {
                        WorldResult::Ok => Some(ActionResult::Ok),
                        WorldResult::Error => Some(ActionResult::Error {
                            message: effect
                                .as_ref()
                                .and_then(|e| e.error.clone())
                                .unwrap_or_default(),
                        }),
                        WorldResult::Timeout => None,
                    };
                    for (query, answer) in effect.into_iter().flat_map(|e| e.then) {
                        self.replaced.insert(query, (at, answer));
                    }
                    if let Some(result) = result {
                        let execution = execution.id().clone();
                        self.queue
                            .push_back((at, EventKind::ActionEnded { execution, result }));
                    }
                }
                Command::Escalate(_) | Command::End(_) => {}
            }
        }
    }

    fn effect(&mut self, step: &StepId, action: &str) -> Option<Effect> {
        let fits = |e: &Effect| e.on == step.as_str() || e.on == action;
        let world = &self.fixture.world;
        let fresh = (0..world.len()).find(|i| !self.used[*i] && fits(&world[*i]));
        let index = fresh.or_else(|| (0..world.len()).rev().find(|i| fits(&world[*i])))?;
        self.used[index] = true;
        Some(world[index].clone())
    }

    fn answer(&self, request: &Request, now: Timestamp) -> Answer {
        let unavailable = || Answer::Unavailable {
            reason: "not in the fixture".to_owned(),
        };
        match request {
            Request::Query {
                query,
                arguments,
                window,
            } => self
                .series(query, arguments, window.bounds(now))
                .map_or_else(unavailable, Answer::Series),
            Request::Changes { .. } if self.fixture.changes_unavailable => unavailable(),
            Request::Changes { window } => {
                let (from, to) = window.bounds(now);
                let changes = self.fixture.changes.iter().filter_map(|change| {
                    let at = moment(&change.at);
                    let subject = &self.fixture.subject;
                    let here = change
                        .service
                        .as_ref()
                        .is_none_or(|s| *s == subject.service)
                        && change
                            .environment
                            .as_ref()
                            .is_none_or(|e| *e == subject.environment);
                    (here && from <= at && at <= to).then(|| ChangeRecord {
                        kind: change.kind.clone(),
                        at,
                        facts: change.facts.clone(),
                    })
                });
                Answer::Changes(changes.collect())
            }
            Request::Lines { .. } if self.fixture.logs_unavailable => unavailable(),
            Request::Lines {
                service,
                regex,
                contains,
                window,
                threshold,
            } => {
                let (from, to) = window.bounds(now);
                let regex = regex.as_ref().map(|r| Regex::new(r).unwrap());
                let mut times = Vec::new();
                let mut example = None;
                for line in &self.fixture.logs {
                    let text = line.line.clone().unwrap_or_default();
                    let of = line
                        .service
                        .as_ref()
                        .unwrap_or(&self.fixture.subject.service);
                    if of != service
                        || regex.as_ref().is_some_and(|r| !r.is_match(&text))
                        || contains.as_ref().is_some_and(|c| !text.contains(c))
                    {
                        continue;
                    }
                    let mut at = moment(&line.at);
                    for _ in 0..line.repeat.unwrap_or(1) {
                        if from <= at && at <= to {
                            times.push(at);
                        }
                        at = after(at, line.every.unwrap_or_default());
                    }
                    example = Some(text);
                }
                times.sort();
                Answer::Lines(LineCount {
                    count: times.len() as u64,
                    reached_at: times.get(*threshold as usize - 1).copied(),
                    example,
                })
            }
            Request::Spans { .. } if self.fixture.traces_unavailable => unavailable(),
            Request::Spans { spans, window, .. } => {
                let (from, to) = window.bounds(now);
                let mut count = SpanCount::default();
                for span in &self.fixture.traces {
                    let until = span.until.as_deref().map(moment).unwrap_or(self.end);
                    let mut at = moment(&span.at);
                    while at <= until {
                        if from <= at && at <= to {
                            let n = u64::from(span.per_step);
                            count.total += n;
                            let same = |want: &Option<String>, have: &Option<String>| {
                                want.is_none() || want == have
                            };
                            let slow = spans.slower_than.is_none_or(|t| span.duration >= Some(t));
                            if same(&spans.status, &span.status)
                                && same(&spans.kind, &span.kind)
                                && same(&spans.name, &span.name)
                                && slow
                            {
                                count.matched += n;
                                count.first_at.get_or_insert(at);
                            }
                        }
                        at = after(at, self.step);
                    }
                }
                Answer::Spans(count)
            }
        }
    }

    fn series(
        &self,
        query: &QueryId,
        arguments: &Arguments,
        (from, to): (Timestamp, Timestamp),
    ) -> Option<Series> {
        let before = self.fixture.answers.get(query);
        let replaced = self.replaced.get(query);
        let mut samples: Vec<Sample> = Vec::new();
        let mut at = self.start;
        let mut index = 0;
        let mut answered = false;
        while at <= to {
            let (origin, spec) = match replaced {
                Some((moment, spec)) if at >= *moment => (Some(*moment), Some(spec)),
                _ => (None, before),
            };
            if let Some(form) = spec.and_then(|spec| form(spec, arguments)) {
                answered = form.form.unavailable != Some(true);
                let position = match origin {
                    None => index,
                    Some(origin) => {
                        let passed = crate::engine::moment::since(at, origin).as_millis();
                        (passed / self.step.as_millis()) as usize
                    }
                };
                if let Some(value) = value(&form, position, origin.is_some()).filter(|_| answered) {
                    samples.push(Sample { at, value });
                }
            }
            at = after(at, self.step);
            index += 1;
        }
        if !answered {
            return None;
        }
        let first = samples.partition_point(|s| s.at < from).saturating_sub(1);
        Some(Series {
            step: self.step,
            samples: samples.split_off(first),
        })
    }
}

fn form(spec: &AnswerSpec, arguments: &Arguments) -> Option<Form> {
    let agrees = |form: &Form| form.with.iter().all(|(k, v)| arguments.get(k) == Some(v));
    match spec {
        AnswerSpec::Series(text) => Some(Form {
            with: BTreeMap::new(),
            form: crate::document::model::AnswerForm {
                series: Some(text.clone()),
                ..Default::default()
            },
        }),
        AnswerSpec::One(form) => agrees(form).then(|| (**form).clone()),
        AnswerSpec::Several(forms) => forms.iter().find(|f| agrees(f)).cloned(),
    }
}

fn value(form: &Form, index: usize, held: bool) -> Option<Scalar> {
    let _ = ResultType::Number;
    let form = &form.form;
    if let Some(text) = &form.series {
        let series = Notation::parse(text).unwrap();
        let value = if held {
            series.held_at(index)
        } else {
            series.at(index)
        };
        return value.map(Scalar::Number);
    }
    match form.value.as_ref()? {
        Literal::Bool(value) => Some(Scalar::Boolean(*value)),
        Literal::Number(value) => Some(Scalar::Number(*value)),
        Literal::Text(text) => Some(match text.parse::<crate::document::unit::Quantity>() {
            Ok(quantity) => Scalar::Number(quantity.value),
            Err(_) => Scalar::Text(text.clone()),
        }),
    }
}
