//! Drives one run of the engine from a fixture.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

use jiff::Timestamp;

use super::FixtureError;
use super::clock::{Clock, moment};
use super::script::Script;
use super::telemetry::{Queries, Telemetry};
use super::world::World;
use crate::document::id::{QueryId, SignatureId};
use crate::document::model::{
    Document, Fixture, FixtureEvent, FixtureEventKind, HaltLevel, WorldResult,
};
use crate::engine::command::{ApprovalRequest, Command, Execution};
use crate::engine::event::{ActionResult, Event, EventKind};
use crate::engine::evidence::{Answer, Request};
use crate::engine::incident::{Alert, Incident};
use crate::engine::machine::{Engine, RunInput};
use crate::engine::moment::after;
use crate::engine::prepared::Prepared;
use crate::engine::trace::{Record, Trace};

/// Most events one run may take. A run of an hour that looks every 30 s takes a few hundred.
const MAX_EVENTS: usize = 100_000;

/// How a fixture is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// As it is written, to its end.
    #[default]
    Whole,
    /// As if actions changed nothing.
    WithoutEffects,
    /// Only until these signatures were scored.
    Scoring(&'a [SignatureId]),
}

/// What came of a run.
pub(super) struct Ran {
    /// What happened.
    pub(super) trace: Trace,
    /// Queries that were answered with data.
    pub(super) answered: BTreeSet<QueryId>,
}

/// Runs a fixture to its end, or to the end of its clock.
///
/// # Errors
/// When the fixture cannot be run as it is written.
pub fn run_fixture<'a>(
    fixture: &'a Document<Fixture>,
    prepared: &Arc<Prepared>,
    queries: Queries<'a>,
) -> Result<Trace, FixtureError> {
    Ok(run(fixture, prepared, queries, Way::Whole)?.trace)
}

/// Runs a fixture in one of several ways.
///
/// # Errors
/// When the fixture cannot be run as it is written.
pub(super) fn run<'a>(
    fixture: &'a Document<Fixture>,
    prepared: &Arc<Prepared>,
    queries: Queries<'a>,
    way: Way<'_>,
) -> Result<Ran, FixtureError> {
    let clock = Clock::of(&fixture.spec)?;
    let script = Script::new(&fixture.spec)?;
    let mut driver = Driver {
        clock,
        telemetry: Telemetry::new(&fixture.spec, clock, queries)?,
        world: World::new(&fixture.spec),
        queries,
        queue: Queue::default(),
        way,
        answered: BTreeSet::new(),
    };
    let before = |(at, _): &&(Timestamp, &FixtureEvent)| *at <= clock.begin;
    let earlier: Vec<_> = script
        .timed()
        .iter()
        .take_while(before)
        .map(|(_, event)| *event)
        .collect();
    let input = RunInput {
        incident: incident(fixture, clock, &earlier)?,
        begin: clock.begin,
        halt: earlier.iter().filter_map(|event| halt(event)).max(),
        history: Vec::new(),
        watch: match way {
            Way::Scoring(signatures) => signatures.to_vec(),
            _ => fixture.spec.expect.signatures.keys().cloned().collect(),
        },
        agent: "rbk-test".to_owned(),
    };
    driver.schedule(fixture, &script, earlier.len())?;
    let (engine, commands) = Engine::start(Arc::clone(prepared), input);
    driver.drive(engine, commands, &script)
}

/// The sources of a fixture as they stand when the agent is called, and the incident it is called for.
pub struct Scene {
    /// The incident.
    pub incident: Incident,
    /// When the agent is called.
    pub begin: Timestamp,
    telemetry: Telemetry,
}

impl Scene {
    /// Sets a fixture up.
    ///
    /// # Errors
    /// When the fixture cannot be run as it is written.
    pub fn of(fixture: &Document<Fixture>, queries: Queries<'_>) -> Result<Self, FixtureError> {
        let clock = Clock::of(&fixture.spec)?;
        Ok(Self {
            incident: incident(fixture, clock, &[])?,
            begin: clock.begin,
            telemetry: Telemetry::new(&fixture.spec, clock, queries)?,
        })
    }

    /// What the fixture's sources answer when the agent is called.
    pub fn answer(&self, request: &Request) -> Answer {
        self.telemetry.answer(request, self.begin)
    }
}

struct Driver<'a, 'w> {
    clock: Clock,
    telemetry: Telemetry,
    world: World<'a>,
    queries: Queries<'a>,
    queue: Queue,
    way: Way<'w>,
    answered: BTreeSet<QueryId>,
}

impl Driver<'_, '_> {
    fn drive(
        mut self,
        mut engine: Engine,
        commands: Vec<Command>,
        script: &Script<'_>,
    ) -> Result<Ran, FixtureError> {
        let mut now = self.clock.begin;
        self.obey(&engine, commands, script, now)?;
        for _ in 0..MAX_EVENTS {
            let is_scored =
                || matches!(self.way, Way::Scoring(_)) && !engine.trace().candidates().is_empty();
            if engine.ended().is_some() || is_scored() {
                break;
            }
            let due = engine.next_deadline().map(|deadline| deadline.max(now));
            let event = match (self.queue.next_at(), due) {
                (Some(at), Some(due)) if due < at => Event {
                    at: due,
                    kind: EventKind::Tick,
                },
                (Some(_), _) => match self.queue.pop() {
                    Some(event) => event,
                    None => break,
                },
                (None, Some(due)) => Event {
                    at: due,
                    kind: EventKind::Tick,
                },
                (None, None) => break,
            };
            if event.at > self.clock.end {
                break;
            }
            now = event.at;
            let commands = engine.step(event);
            self.obey(&engine, commands, script, now)?;
        }
        Ok(Ran {
            trace: engine.into_trace(),
            answered: self.answered,
        })
    }

    fn obey(
        &mut self,
        engine: &Engine,
        commands: Vec<Command>,
        script: &Script<'_>,
        now: Timestamp,
    ) -> Result<(), FixtureError> {
        for command in commands {
            match command {
                Command::Ask { id, request, .. } => {
                    let answer = self.telemetry.answer(&request, now);
                    if let (Request::Query { query, .. }, Answer::Series(series)) =
                        (&request, &answer)
                        && !series.samples.is_empty()
                    {
                        self.answered.insert(query.clone());
                    }
                    self.queue.push(
                        now,
                        EventKind::Answered {
                            request: id,
                            as_of: now,
                            answer,
                        },
                    );
                }
                Command::RequestApproval(request) => self.ask(engine, &request, script, now),
                Command::Execute(execution) => self.execute(&execution, now)?,
                Command::Escalate(_) | Command::End(_) => {}
            }
        }
        Ok(())
    }

    fn ask(
        &mut self,
        engine: &Engine,
        request: &ApprovalRequest,
        script: &Script<'_>,
        now: Timestamp,
    ) {
        let asked = engine
            .trace()
            .entries
            .iter()
            .rev()
            .find_map(|entry| match &entry.what {
                Record::ApprovalAsked { step, question, .. } if *question == request.id => {
                    Some(step)
                }
                _ => None,
            });
        let Some(step) = asked else { return };
        for (at, event) in script.answers_to(step, now) {
            self.queue.push(
                at,
                EventKind::Approval {
                    question: request.id,
                    by: event.by.clone().unwrap_or_default(),
                    team: event.team.clone(),
                    approve: event.kind == FixtureEventKind::Approve,
                },
            );
        }
    }

    fn execute(&mut self, execution: &Execution, now: Timestamp) -> Result<(), FixtureError> {
        let call = execution.call();
        let entry = self.world.run(Some(&call.step), &call.action);
        let takes = entry
            .and_then(|entry| entry.takes)
            .unwrap_or(self.clock.step);
        let done = after(now, takes);
        if let Some(entry) = entry.filter(|_| self.way != Way::WithoutEffects) {
            self.telemetry.change(done, &entry.then, self.queries)?;
        }
        let result = match entry.map_or(WorldResult::Ok, |entry| entry.result) {
            WorldResult::Ok => ActionResult::Ok,
            WorldResult::Error => {
                let message = entry
                    .and_then(|entry| entry.error.clone())
                    .unwrap_or_default();
                ActionResult::Error { message }
            }
            // No report at all: the engine notices by its own clock.
            WorldResult::Timeout => return Ok(()),
        };
        self.queue.push(
            done,
            EventKind::ActionEnded {
                execution: execution.id().clone(),
                result,
            },
        );
        Ok(())
    }

    /// Lays out what happens by itself: alerts, and events after those the run begins with.
    fn schedule(
        &mut self,
        fixture: &Document<Fixture>,
        script: &Script<'_>,
        earlier: usize,
    ) -> Result<(), FixtureError> {
        for (index, alert) in fixture.spec.alerts.iter().enumerate() {
            let begins = moment(&format!("alerts[{index}].at"), &alert.at)?;
            let name = alert.name.clone();
            if begins > self.clock.begin {
                self.queue.push(
                    begins,
                    EventKind::Alert {
                        name: name.clone(),
                        firing: true,
                    },
                );
            }
            if let Some(until) = &alert.until {
                let until = moment(&format!("alerts[{index}].until"), until)?;
                if until > self.clock.begin {
                    self.queue.push(
                        until,
                        EventKind::Alert {
                            name,
                            firing: false,
                        },
                    );
                }
            }
        }
        for (at, event) in script.timed().iter().skip(earlier) {
            if let Some(kind) = happening(event) {
                self.queue.push(*at, kind);
            }
        }
        for (_, event) in script.timed().iter().take(earlier) {
            if event.kind == FixtureEventKind::Freeze {
                self.queue.push(self.clock.begin, EventKind::Freeze);
            }
        }
        Ok(())
    }
}

/// The incident as the agent is told of it.
fn incident(
    fixture: &Document<Fixture>,
    clock: Clock,
    earlier: &[&FixtureEvent],
) -> Result<Incident, FixtureError> {
    let subject = &fixture.spec.subject;
    let mut alerts = Vec::new();
    for (index, alert) in fixture.spec.alerts.iter().enumerate() {
        let since = moment(&format!("alerts[{index}].at"), &alert.at)?;
        let until = alert
            .until
            .as_deref()
            .map(|until| moment(&format!("alerts[{index}].until"), until))
            .transpose()?;
        if since <= clock.begin {
            // When it will cease is not known yet.
            let until = until.filter(|until| *until <= clock.begin);
            alerts.push(Alert {
                name: alert.name.clone(),
                since,
                until,
            });
        }
    }
    let severity = earlier
        .iter()
        .rev()
        .find_map(|event| event.severity.clone());
    Ok(Incident {
        id: fixture.metadata.id.clone(),
        service: subject.service.clone(),
        environment: subject.environment.clone(),
        severity: severity.or_else(|| subject.severity.clone()),
        incident_class: None,
        commander_active: Some(
            earlier
                .iter()
                .any(|event| event.kind == FixtureEventKind::CommanderTakesOver),
        ),
        alerts: Some(alerts),
        facts: subject.facts.clone(),
    })
}

fn halt(event: &FixtureEvent) -> Option<HaltLevel> {
    (event.kind == FixtureEventKind::KillSwitch).then(|| event.level.unwrap_or(HaltLevel::StopNow))
}

/// What an event at a moment of its own tells the engine. Answers without a question tell nothing.
fn happening(event: &FixtureEvent) -> Option<EventKind> {
    match event.kind {
        FixtureEventKind::Approve | FixtureEventKind::Deny => None,
        FixtureEventKind::CommanderTakesOver => Some(EventKind::Commander { active: true }),
        FixtureEventKind::KillSwitch => Some(EventKind::Halt {
            level: halt(event)?,
        }),
        FixtureEventKind::Freeze => Some(EventKind::Freeze),
        FixtureEventKind::Severity => Some(EventKind::Severity {
            severity: event.severity.clone()?,
        }),
    }
}

/// Events to come, by moment and then in the order they were laid out.
#[derive(Default)]
struct Queue {
    order: BinaryHeap<Reverse<(Timestamp, usize)>>,
    events: Vec<Option<EventKind>>,
}

impl Queue {
    fn push(&mut self, at: Timestamp, kind: EventKind) {
        self.order.push(Reverse((at, self.events.len())));
        self.events.push(Some(kind));
    }

    fn next_at(&self) -> Option<Timestamp> {
        self.order.peek().map(|Reverse((at, _))| *at)
    }

    fn pop(&mut self) -> Option<Event> {
        let Reverse((at, number)) = self.order.pop()?;
        let kind = self.events.get_mut(number)?.take()?;
        Some(Event { at, kind })
    }
}
