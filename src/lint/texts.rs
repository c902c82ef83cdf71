//! Every text of a document.

use crate::document::{NodeKind, NodeRef};

use super::DocumentScope;

/// The strings of a document with the nodes that hold them, values only, in no particular order.
pub(super) fn texts<'a>(scope: &DocumentScope<'a>) -> Vec<(NodeRef<'a>, &'a str)> {
    let mut texts = Vec::new();
    let mut open = vec![scope.root()];
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Map => open.extend(node.entries().map(|entry| entry.value)),
            NodeKind::Seq => open.extend(node.items()),
            _ => texts.extend(node.as_str().map(|text| (node, text))),
        }
    }
    texts
}
