//! By what a finding is known again.

use super::adoptable;
use crate::diagnostic::{Anchor, Located};
use crate::document::{Digest, NodeRef, Route, Segment};
use crate::lint::places::Places;
use crate::lint::rule::Rule;

/// The content of a node that is not there.
const ABSENT: &str = "absent";

/// By what a finding is known again: neither lines nor files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Kind and id of the document, such as `Runbook/error-rate-after-deploy`.
    pub(super) document: String,
    /// Code of the rule.
    pub(super) rule: String,
    /// The way to the node. Items of lists are named by their id, or not at all, because they move.
    pub(super) path: String,
    /// Digest of the node's canonical JSON, or [`ABSENT`].
    pub(super) content: String,
}

impl Key {
    /// The key of a finding; none if the finding cannot be adopted: its rule is locked, or nobody could say in which
    /// document it is.
    pub(super) fn of(located: &Located, places: &Places<'_>) -> Option<Self> {
        let finding = &located.finding;
        let rule = adoptable(finding.code)?;
        let entry = places.entry(&finding.primary)?;
        let (path, content) = match &finding.primary.anchor {
            Anchor::Node { route, .. } | Anchor::Text { route, .. } => {
                let content = match entry.tree().resolve(route) {
                    Some(node) => digest(&node.to_value())?,
                    None => ABSENT.to_owned(),
                };
                (stable(entry.root(), route), content)
            }
            Anchor::Span(span) => {
                let words = entry.source().slice(*span).split_whitespace();
                let text: Vec<&str> = words.collect();
                (String::new(), digest(&text.join(" "))?)
            }
        };
        Some(Self {
            document: entry.object()?.to_string(),
            rule: rule.code.to_owned(),
            path,
            content,
        })
    }

    /// The rule, as long as its findings may be adopted.
    pub(super) fn rule(&self) -> Option<&'static Rule> {
        adoptable(&self.rule)
    }

    /// Whether `content` is something [`Key::of`] could have written.
    pub(super) fn is_content(content: &str) -> bool {
        let hex = content.strip_prefix("sha256:").unwrap_or_default();
        let is_digest = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_digest || content == ABSENT
    }
}

fn digest(value: &(impl serde::Serialize + ?Sized)) -> Option<String> {
    let digest = Digest::of_canonical(value).ok()?;
    Some(format!("sha256:{}", digest.hex()))
}

/// A route in which items of lists are named by what they are called, not by where they stand.
fn stable(root: NodeRef<'_>, route: &Route) -> String {
    let mut path = String::new();
    let mut node = Some(root);
    for segment in route.segments() {
        path.push('/');
        match segment {
            Segment::Key(name) => {
                path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                node = node.and_then(|node| node.get(name));
            }
            Segment::Index(index) => {
                node = node.and_then(|node| node.item(*index));
                let called = |key| node.and_then(|node| node.get(key)?.as_str());
                let name = called("id").or_else(|| called("name")).unwrap_or_default();
                path.push_str(&format!("[{}]", name.replace('~', "~0").replace('/', "~1")));
            }
        }
    }
    path
}
