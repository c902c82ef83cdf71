//! What an editor offers to do about findings: their fixes, and letting a rule pass in place for a while.

use std::collections::BTreeMap;

use jiff::ToSpan;
use lsp_types::{CodeActionKind, CodeActionParams, Range, TextEdit};
use serde_json::{Value, json};

use super::diagnostic::{self, diagnostic};
use super::fault::Fault;
use super::session::Session;
use super::workspace::Workspace;
use crate::diagnostic::{Applicability, Edit, Located};
use crate::document::{Source, Span, parse};
use crate::lint::registry;

/// How long a rule that is allowed in place is allowed at first. Whoever commits it may shorten it.
const DAYS: i64 = 90;

/// What can be done about the findings in a range.
pub(super) fn actions(
    session: &mut Session,
    params: CodeActionParams,
) -> Result<Vec<Value>, Fault> {
    let workspace = &session.workspace;
    let path = workspace.path(&params.text_document.uri)?;
    let wanted = params.context.only.as_deref().unwrap_or_default();
    let is_wanted = wanted.is_empty()
        || wanted
            .iter()
            .any(|kind| *kind == CodeActionKind::QUICKFIX || *kind == CodeActionKind::EMPTY);
    let here = session.findings(&path).iter().filter(|located| {
        let range = diagnostic::range(workspace, &located.primary);
        is_wanted && meet(range, params.range)
    });
    let here: Vec<&Located> = here.collect();
    let fixes = here.iter().filter_map(|located| fix(workspace, located));
    let allowed = here.iter().filter_map(|located| allow(session, located));
    Ok(fixes.chain(allowed).collect())
}

fn meet(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn fix(workspace: &Workspace, located: &Located) -> Option<Value> {
    let fix = located.finding.fix.as_ref()?;
    // A suggestion has gaps that a human has to fill, so it is never applied.
    if fix.applicability == Applicability::DisplayOnly {
        return None;
    }
    let title = match fix.applicability {
        Applicability::Safe => fix.title.clone(),
        _ => format!("{} (changes what the document means)", fix.title),
    };
    Some(json!({
        "title": title,
        "kind": CodeActionKind::QUICKFIX,
        "diagnostics": [diagnostic(workspace, located)],
        "isPreferred": fix.applicability == Applicability::Safe,
        "edit": {"changes": changes(workspace, &fix.edits)?},
    }))
}

fn changes(workspace: &Workspace, edits: &[Edit]) -> Option<BTreeMap<String, Vec<TextEdit>>> {
    let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for edit in edits {
        let source = workspace.source(&edit.path)?;
        let range = workspace.encoding.range(source, edit.span);
        let uri = workspace.uri(&edit.path)?.as_str().to_owned();
        let of_file = changes.entry(uri).or_default();
        of_file.push(TextEdit::new(range, edit.replacement.clone()));
    }
    Some(changes)
}

/// A comment on the line above that lets a rule pass, where a comment can stand.
fn allow(session: &Session, located: &Located) -> Option<Value> {
    let rule = registry::find(located.finding.code).ok()?;
    if !rule.is_adjustable() || !rule.can_be_excepted() {
        return None;
    }
    let workspace = &session.workspace;
    let path = &located.primary.path;
    let source = workspace.source(path)?;
    let until = session.today.checked_add(DAYS.days()).ok()?;
    let line = source.line_span(located.primary.start.line)?;
    let text = source.slice(line);
    let indent: String = text.chars().take_while(|c| *c == ' ').collect();
    let comment = format!(
        "# rbk: allow({}) until={until} reason=\"say why\"",
        rule.code
    );
    let inserted = format!("{indent}{comment}\n");
    if !stands_as_comment(source, line.start, &inserted) {
        return None;
    }
    let edit = Edit {
        path: path.clone(),
        span: Span::empty(line.start),
        replacement: inserted,
    };
    Some(json!({
        "title": format!("Allow {} ({}) here until {until}", rule.code, rule.name),
        "kind": CodeActionKind::QUICKFIX,
        "diagnostics": [diagnostic(workspace, located)],
        "edit": {"changes": changes(workspace, &[edit])?},
    }))
}

/// Whether an insertion is read as a comment: within a text of several lines it would be text.
fn stands_as_comment(source: &Source, at: u32, inserted: &str) -> bool {
    let Some((before, after)) = source.text().split_at_checked(at as usize) else {
        return false;
    };
    let text = format!("{before}{inserted}{after}");
    let blanks = inserted.len() - inserted.trim_start().len();
    let start = at as usize + blanks;
    let Ok(source) = Source::from_text(source.path(), &text) else {
        return false;
    };
    let documents = parse(&source);
    let mut comments = documents.iter().flat_map(|parsed| parsed.tree.comments());
    comments.any(|comment| comment.span.start as usize == start && comment.own_line)
}
