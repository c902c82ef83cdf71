//! Which function answers which message.

use lsp_server::{ErrorCode, Notification, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::Fault;
use super::session::Session;
use super::{
    action, capability, completion, definition, fixture, hover, lifecycle, outline, rename,
};

/// Answers a request; none when the answer comes later.
pub(super) fn request(session: &mut Session, request: Request) -> Option<Result<Value, Fault>> {
    let Request { id, method, params } = request;
    Some(match method.as_str() {
        "textDocument/definition" => answer(session, params, definition::definition),
        "textDocument/references" => answer(session, params, definition::references),
        "textDocument/hover" => answer(session, params, hover::hover),
        "textDocument/completion" => answer(session, params, completion::complete),
        "textDocument/documentSymbol" => answer(session, params, outline::outline),
        "textDocument/prepareRename" => answer(session, params, rename::prepare),
        "textDocument/rename" => answer(session, params, rename::rename),
        "textDocument/codeAction" => answer(session, params, action::actions),
        "textDocument/codeLens" => answer(session, params, fixture::lenses),
        "workspace/executeCommand" => {
            let started = read(params).and_then(|params| fixture::execute(session, id, params));
            return started.err().map(Err);
        }
        _ => Err(Fault::new(
            ErrorCode::MethodNotFound,
            format!("`{method}` is not offered"),
        )),
    })
}

/// Takes note of a notification. One that is not known needs no answer.
pub(super) fn notification(session: &mut Session, message: Notification) -> Result<(), Fault> {
    let Notification { method, params } = message;
    match method.as_str() {
        "initialized" => {
            capability::watch_files(session);
            Ok(())
        }
        "textDocument/didOpen" => lifecycle::did_open(session, read(params)?),
        "textDocument/didChange" => lifecycle::did_change(session, read(params)?),
        "textDocument/didSave" => lifecycle::did_save(session, read(params)?),
        "textDocument/didClose" => lifecycle::did_close(session, read(params)?),
        "workspace/didChangeWatchedFiles" => {
            lifecycle::did_change_watched_files(session, read(params)?)
        }
        _ => Ok(()),
    }
}

fn answer<P: DeserializeOwned, R: Serialize>(
    session: &mut Session,
    params: Value,
    feature: fn(&mut Session, P) -> Result<R, Fault>,
) -> Result<Value, Fault> {
    let result = feature(session, read(params)?)?;
    serde_json::to_value(result)
        .map_err(|error| Fault::new(ErrorCode::InternalError, error.to_string()))
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, Fault> {
    serde_json::from_value(params)
        .map_err(|error| Fault::params(format!("the parameters cannot be read: {error}")))
}
