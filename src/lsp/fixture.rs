//! Running fixtures from the editor: a line above what they test, and the command behind it.

use std::sync::Arc;

use lsp_server::{ErrorCode, Notification, RequestId, Response, ResponseError};
use lsp_types::{CodeLensParams, ExecuteCommandParams};
use serde_json::{Value, json};

use super::fault::Fault;
use super::server::Event;
use super::session::Session;
use crate::document::model::Kind;
use crate::library::{DocId, Entry, FixtureTarget, Library};
use crate::testing::report::Report;
use crate::testing::{Outcome, Selection, Suite};

/// The command that runs fixtures; its argument is `{"fixtures": NAME}`.
pub(super) const RUN: &str = "rbk.runFixtures";

/// Most failures named in a message.
const NAMED: usize = 5;

/// What came of fixtures that were run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
}

/// The lines above runbooks, signatures and fixtures.
pub(super) fn lenses(session: &mut Session, params: CodeLensParams) -> Result<Vec<Value>, Fault> {
    let workspace = &session.workspace;
    let path = workspace.path(&params.text_document.uri)?;
    let library = workspace.library();
    let lenses = library.entries_at(&path).filter_map(|(id, entry)| {
        let (name, count) = fixtures(library, id, entry)?;
        let node = entry.root().get("metadata").unwrap_or_else(|| entry.root());
        let line = workspace
            .encoding
            .position(entry.source(), node.span().start);
        let plural = if count == 1 { "" } else { "s" };
        let result = match session.tally(&name) {
            None => String::new(),
            Some(Tally { passed, failed: 0 }) => format!(": {passed} passed"),
            Some(Tally { passed, failed }) => format!(": {failed} failed, {passed} passed"),
        };
        let command = json!({
            "title": format!("Run {count} fixture{plural}{result}"),
            "command": RUN,
            "arguments": [{"fixtures": name}],
        });
        Some(json!({"range": {"start": line, "end": line}, "command": command}))
    });
    Ok(lenses.collect())
}

/// The name that the fixtures of a document share, or that of the fixture itself, and how many there are.
fn fixtures(library: &Library, id: DocId, entry: &Entry) -> Option<(String, usize)> {
    match entry.kind()? {
        Kind::Runbook | Kind::Signature => {
            let count = library.fixtures_of(id).len();
            (count > 0).then_some((format!("{}/", entry.object()?), count))
        }
        Kind::Fixture => {
            let FixtureTarget::Document(target) = library.fixture_target(id)? else {
                return None;
            };
            let target = library.entry(target)?.object()?;
            Some((format!("{target}/{}", entry.id()?), 1))
        }
        _ => None,
    }
}

/// Runs fixtures beside everything else; the answer comes as an event.
pub(super) fn execute(
    session: &mut Session,
    id: RequestId,
    params: ExecuteCommandParams,
) -> Result<(), Fault> {
    if params.command != RUN {
        return Err(Fault::params(format!(
            "there is no command `{}`",
            params.command
        )));
    }
    let argument = params
        .arguments
        .first()
        .and_then(|first| first.get("fixtures"));
    let name = argument.and_then(Value::as_str).map(str::to_owned);
    let name = name.ok_or_else(|| {
        Fault::params(format!(
            "`{RUN}` needs one argument such as {{\"fixtures\": \"Runbook/id/\"}}"
        ))
    })?;
    let library = Arc::clone(session.workspace.library());
    let events = session.events.clone();
    let generation = session.generation();
    std::thread::spawn(move || {
        let report = run(&library, &name);
        let response_result = match &report {
            Ok(report) => Ok(serde_json::to_value(report).unwrap_or_default()),
            Err(message) => Err(ResponseError {
                code: ErrorCode::RequestFailed as i32,
                message: message.clone(),
                data: None,
            }),
        };
        let said = report.as_ref().map(|report| Notification {
            method: "window/showMessage".to_owned(),
            params: json!({"type": if report.passed() { 3 } else { 1 }, "message": sentence(&name, report)}),
        });
        let tally = report.as_ref().map(tally).unwrap_or_default();
        // Nobody listens when the editor has left meanwhile.
        let _ = events.send(Event::Tested {
            generation,
            tally,
            name,
            said: said.ok(),
            response: Box::new(Response {
                id,
                response_result,
            }),
        });
    });
    Ok(())
}

/// Runs the fixture of this name, or those whose names begin with it if it ends in `/`.
fn run(library: &Library, name: &str) -> Result<Report, String> {
    let suite = Suite::new(library).map_err(|error| error.to_string())?;
    let selection = Selection {
        filter: Some(name.to_owned()),
    };
    let mut report = suite.run(&selection).map_err(|error| error.to_string())?;
    let is_folder = name.ends_with('/');
    report.retain(|test| match is_folder {
        true => test.name.starts_with(name),
        false => test.name == name,
    });
    if report.tests.is_empty() {
        return Err(format!("there is no fixture `{name}`"));
    }
    Ok(report)
}

fn tally(report: &Report) -> Tally {
    Tally {
        passed: report.summary.passed,
        failed: report.tests.len() - report.summary.passed,
    }
}

fn sentence(name: &str, report: &Report) -> String {
    let Tally { passed, failed } = tally(report);
    let name = name.trim_end_matches('/');
    if failed == 0 {
        return format!("{name}: {passed} passed");
    }
    let failures = report.tests.iter().filter(|test| !test.outcome.passed());
    let named = failures.take(NAMED).map(|test| {
        let why = match &test.outcome {
            Outcome::Failed { differences, .. } => {
                let first = differences.first().map(|it| {
                    format!(
                        "{}: expected {}, got {}",
                        it.expectation, it.expected, it.actual
                    )
                });
                first.unwrap_or_default()
            }
            Outcome::Vacuous { message } | Outcome::Broken { message } => message.clone(),
            Outcome::Passed => String::new(),
        };
        format!("\n{}: {why}", test.name)
    });
    let named: String = named.collect();
    format!("{name}: {failed} failed, {passed} passed{named}")
}
