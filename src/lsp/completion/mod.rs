//! What can be written at a place, in a text that is not finished.

mod candidate;
mod slot;

use lsp_types::{CompletionItemKind, CompletionParams, Range};
use serde_json::{Value, json};

use super::fault::Fault;
use super::session::Session;
use candidate::{Candidate, Sort};
use slot::Slot;

/// Most suggestions of one answer; an editor asks again when more was typed.
const MOST: usize = 1_000;

/// What can be written at a position.
pub(super) fn complete(session: &mut Session, params: CompletionParams) -> Result<Value, Fault> {
    let at = params.text_document_position;
    let workspace = &session.workspace;
    let path = workspace.path(&at.text_document.uri)?;
    let Some(source) = workspace.source(&path) else {
        return Ok(Value::Null);
    };
    let offset = workspace.encoding.offset(source, at.position);
    let Some(gap) = slot::at(source, offset) else {
        return Ok(Value::Null);
    };
    let range = workspace.encoding.range(source, gap.word);
    let mut items: Vec<Value> = Vec::new();
    let mut seen = Vec::new();
    let mut is_incomplete = false;
    for filled in &gap.filled {
        for candidate in candidate::of(workspace.library(), filled) {
            if seen.contains(&candidate.text) {
                continue;
            }
            if items.len() == MOST {
                is_incomplete = true;
                break;
            }
            let as_key = matches!(filled.slot, Slot::Key { .. }) && !gap.has_colon;
            items.push(item(&candidate, range, as_key));
            seen.push(candidate.text);
        }
    }
    Ok(json!({"isIncomplete": is_incomplete, "items": items}))
}

fn item(candidate: &Candidate, range: Range, as_key: bool) -> Value {
    let kind = match candidate.sort {
        Sort::Key => CompletionItemKind::PROPERTY,
        Sort::Parameter => CompletionItemKind::FIELD,
        Sort::Document => CompletionItemKind::REFERENCE,
        Sort::Name => CompletionItemKind::CONSTANT,
        Sort::Check => CompletionItemKind::VARIABLE,
        Sort::Word => CompletionItemKind::KEYWORD,
        Sort::Value => CompletionItemKind::ENUM_MEMBER,
    };
    let colon = if as_key { ": " } else { "" };
    let mut item = json!({
        "label": candidate.text,
        "kind": kind,
        "textEdit": {"range": range, "newText": format!("{}{colon}", candidate.text)},
    });
    if let Some(detail) = &candidate.detail {
        item["detail"] = json!(detail);
    }
    if let Some(text) = &candidate.documentation {
        item["documentation"] = json!({"kind": "markdown", "value": text});
    }
    item
}
