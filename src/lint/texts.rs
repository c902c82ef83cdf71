//! Every text of a document, with the way to it.

use crate::document::{NodeKind, Route};

use super::DocumentScope;

/// The strings of a document, values only, in no particular order.
pub(super) fn texts<'a>(scope: &DocumentScope<'a>) -> Vec<(Route, &'a str)> {
    let mut texts = Vec::new();
    let mut open = vec![(Route::root(), scope.root())];
    while let Some((route, node)) = open.pop() {
        match node.kind() {
            NodeKind::Map => {
                open.extend(
                    node.entries()
                        .map(|entry| (route.clone().key(entry.name), entry.value)),
                );
            }
            NodeKind::Seq => {
                open.extend(
                    node.items()
                        .enumerate()
                        .map(|(index, item)| (route.clone().index(index), item)),
                );
            }
            _ => texts.extend(node.as_str().map(|text| (route, text))),
        }
    }
    texts
}
