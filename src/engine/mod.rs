//! The engine: the only implementation of what documents mean (DESIGN §4).
//!
//! A pure state machine: [`Event`](event::Event)s go in, [`Command`](command::Command)s come out,
//! and there is no clock, file, network or randomness inside. `docs/engine.md` shows the phases and
//! the order of checks; `docs/format.md` says what the documents mean.
//!
//! | module | what it does |
//! |---|---|
//! | [`prepared`] | makes documents ready to run, once; what cannot be used is left out with the reason |
//! | [`machine`] | [`Engine`](machine::Engine): one run from the first event to its outcome |
//! | [`event`], [`command`] | what a run is told, and what it asks its driver to do |
//! | [`evidence`], [`check`] | questions, answers, and what an answer says about a check |
//! | [`signature`], [`ranking`] | scores, verdicts, and which signature is acted on |
//! | [`policy`], [`authorize`](mod@authorize) | the effective mode, and the one function that lets a call through |
//! | [`arguments`], [`scope`], [`call`] | filled, validated arguments; a call and its digest |
//! | [`reason`], [`refusal`] | why a run ended, why a call was refused |
//! | [`trace`], [`handoff`] | what happened and why; what a human gets who takes over |
//!
//! A driver carries out commands, reports what came of them, and tells the time:
//!
//! ```
//! use std::sync::Arc;
//! use rbk::engine::command::Command;
//! use rbk::engine::event::{Event, EventKind};
//! use rbk::engine::evidence::Answer;
//! use rbk::engine::incident::Incident;
//! use rbk::engine::machine::{Engine, RunInput};
//! use rbk::engine::prepared::{Prepared, Sources};
//! use rbk::library::{Library, starter};
//!
//! let files = starter::FILES.iter();
//! let library = Library::from_sources(files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())));
//! let prepared = Arc::new(Prepared::new(Sources::of(&library).ok_or("no policy")?));
//! let begin: jiff::Timestamp = "2026-11-02T10:10:00Z".parse()?;
//! let input = RunInput {
//!     incident: Incident {
//!         id: "INC-1".to_owned(),
//!         service: "checkout".into(),
//!         environment: "production".into(),
//!         severity: None,
//!         incident_class: None,
//!         commander_active: Some(false),
//!         alerts: None,
//!         facts: Default::default(),
//!     },
//!     begin,
//!     halt: None,
//!     history: Vec::new(),
//!     watch: Vec::new(),
//!     agent: "example".to_owned(),
//! };
//! let (mut engine, mut commands) = Engine::start(prepared, input);
//! while engine.ended().is_none() {
//!     // This driver's backends are all down, so that every question has the same answer.
//!     let asked: Vec<_> = commands.iter().filter_map(|command| match command {
//!         Command::Ask { id, .. } => Some(*id),
//!         _ => None,
//!     }).collect();
//!     commands.clear();
//!     for request in asked {
//!         let answer = Answer::Unavailable { reason: "connection refused".to_owned() };
//!         let kind = EventKind::Answered { request, as_of: begin, answer };
//!         commands.extend(engine.step(Event { at: begin, kind }));
//!     }
//! }
//! // Nothing is known, so nothing is done: a human gets the incident.
//! assert_eq!(engine.trace().executed().count(), 0);
//! assert!(engine.trace().handoff().is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod arguments;
pub mod authorize;
pub mod call;
pub mod check;
pub mod command;
pub(crate) mod comparison;
pub mod event;
pub mod evidence;
pub mod handoff;
pub mod incident;
mod limits;
pub mod machine;
pub(crate) mod moment;
mod observe;
pub mod policy;
pub mod prepared;
pub mod ranking;
pub mod reason;
pub mod refusal;
pub mod scope;
pub mod signature;
pub mod text;
pub(crate) mod tier;
pub mod trace;

#[cfg(test)]
mod tests;
