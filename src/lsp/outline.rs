//! What a file holds, as a tree of names.

use lsp_types::{DocumentSymbolParams, SymbolKind};
use serde_json::{Value, json};

use super::fault::Fault;
use super::session::Session;
use super::workspace::Workspace;
use crate::document::{NodeKind, NodeRef, Span};
use crate::library::Entry;

/// How far down a document is shown.
const DEPTH: usize = 5;

/// Most names shown of one file.
const MOST: usize = 2_000;

/// The names in a file.
pub(super) fn outline(
    session: &mut Session,
    params: DocumentSymbolParams,
) -> Result<Vec<Value>, Fault> {
    let workspace = &session.workspace;
    let path = workspace.path(&params.text_document.uri)?;
    let entries = workspace.library().entries_at(&path);
    Ok(entries
        .map(|(_, entry)| {
            let mut outline = Outline {
                workspace,
                entry,
                left: MOST,
            };
            outline.document()
        })
        .collect())
}

struct Outline<'w> {
    workspace: &'w Workspace,
    entry: &'w Entry,
    left: usize,
}

impl Outline<'_> {
    fn document(&mut self) -> Value {
        let root = self.entry.root();
        let name = match self.entry.object() {
            Some(object) => object.to_string(),
            None => self.entry.path().file_name().unwrap_or_default().to_owned(),
        };
        let title = root
            .get("metadata")
            .and_then(|it| it.get("title")?.as_str());
        let whole = self.entry.tree().span().cover(root.span());
        let id = root.get("metadata").and_then(|it| it.get("id"));
        let selected = id.map_or(Span::empty(whole.start), NodeRef::span);
        let spec = root.get("spec");
        let children = spec.map_or_else(Vec::new, |spec| self.children(spec, DEPTH));
        self.symbol(&name, title, SymbolKind::FILE, whole, selected, children)
    }

    fn symbol(
        &self,
        name: &str,
        detail: Option<&str>,
        kind: SymbolKind,
        range: Span,
        selected: Span,
        children: Vec<Value>,
    ) -> Value {
        let source = self.entry.source();
        let encoding = self.workspace.encoding;
        json!({
            "name": name,
            "detail": detail,
            "kind": kind,
            "range": encoding.range(source, range.cover(selected)),
            "selectionRange": encoding.range(source, selected),
            "children": children,
        })
    }

    /// The named things within a node: entries that hold something, and items that say what they are.
    fn children(&mut self, node: NodeRef<'_>, depth: usize) -> Vec<Value> {
        let Some(depth) = depth.checked_sub(1) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for entry in node.entries() {
            let is_scalar = !matches!(entry.value.kind(), NodeKind::Map | NodeKind::Seq);
            if is_scalar || entry.name.is_empty() || !self.take() {
                continue;
            }
            let children = self.children(entry.value, depth);
            let range = entry.key_span.cover(entry.value.span());
            let kind = if children.is_empty() {
                SymbolKind::PROPERTY
            } else {
                SymbolKind::NAMESPACE
            };
            found.push(self.symbol(entry.name, None, kind, range, entry.key_span, children));
        }
        for item in node.items() {
            let named = ["id", "name", "when", "action", "runbook"];
            let mut names = named.into_iter().filter_map(|key| item.get(key));
            let name = names.find(|name| name.as_str().is_some_and(|text| !text.is_empty()));
            if let Some((name, text)) = name.and_then(|name| Some((name, name.as_str()?)))
                && self.take()
            {
                let kind = SymbolKind::EVENT;
                found.push(self.symbol(text, None, kind, item.span(), name.span(), Vec::new()));
            }
        }
        found
    }

    fn take(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}
