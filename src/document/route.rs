//! Symbolic paths into a document: how a finding names its place independently of line numbers.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// One step of a [`Route`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The value at a key of a mapping.
    Key(String),
    /// The item of a sequence, from 0.
    Index(usize),
}

impl From<&str> for Segment {
    fn from(name: &str) -> Self {
        Self::Key(name.to_owned())
    }
}

impl From<String> for Segment {
    fn from(name: String) -> Self {
        Self::Key(name)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// Which side of a mapping entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The key.
    Key,
    /// The value (for items and the root, the node itself).
    Value,
}

/// A path from the root of a document to a node, such as `spec.paths.undo.steps[0].verify`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Route(Vec<Segment>);

impl Route {
    /// The route to the root.
    pub fn root() -> Self {
        Self::default()
    }

    /// This route, then the value at a key.
    #[must_use]
    pub fn key(mut self, name: impl Into<String>) -> Self {
        self.0.push(Segment::Key(name.into()));
        self
    }

    /// This route, then the item at an index.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Segment::Index(index));
        self
    }

    /// This route, then another one.
    #[must_use]
    pub fn join(mut self, rest: &Route) -> Self {
        self.0.extend(rest.0.iter().cloned());
        self
    }

    /// Adds one step in place.
    pub fn push(&mut self, segment: impl Into<Segment>) {
        self.0.push(segment.into());
    }

    /// Removes the last step in place.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The last step.
    pub fn last(&self) -> Option<&Segment> {
        self.0.last()
    }

    /// The route without its last step; none for the root.
    pub fn parent(&self) -> Option<Route> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `other` is this route or lies below it.
    pub fn contains(&self, other: &Route) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Reads an RFC 6901 JSON pointer. Digits become indices; `Tree::resolve` takes an index into a mapping
    /// as the key of that text, and `NodeRef::route_of_pointer` decides it by the document.
    pub fn from_pointer(pointer: &str) -> Option<Self> {
        let mut route = Self::root();
        for token in pointer_tokens(pointer)? {
            match index_of(&token) {
                Some(index) => route.push(index),
                None => route.push(token.into_owned()),
            }
        }
        Some(route)
    }

    /// The route as RFC 6901 JSON pointer.
    pub fn to_pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.0 {
            pointer.push('/');
            match segment {
                Segment::Key(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

pub(super) fn pointer_tokens(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    let rest = if pointer.is_empty() {
        None
    } else {
        Some(pointer.strip_prefix('/')?)
    };
    let tokens = rest.into_iter().flat_map(|rest| rest.split('/'));
    Some(tokens.map(|token| match token.contains('~') {
        true => Cow::Owned(token.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(token),
    }))
}

pub(super) fn index_of(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with('0');
    let digits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
    (canonical && digits).then(|| token.parse().ok()).flatten()
}

impl fmt::Display for Route {
    /// `spec.paths.undo.steps[0].verify`; keys that are not plain words are quoted: `labels["a.b/c"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(name) if is_word(name) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(name)?;
                }
                Segment::Key(name) => write!(f, "[{name:?}]")?,
            }
        }
        Ok(())
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

impl Serialize for Route {
    /// As displayed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_shown_as_paths_and_as_pointers() {
        let route = Route::root()
            .key("spec")
            .key("paths")
            .key("undo")
            .key("steps")
            .index(0)
            .key("verify");
        assert_eq!(route.to_string(), "spec.paths.undo.steps[0].verify");
        assert_eq!(route.to_pointer(), "/spec/paths/undo/steps/0/verify");
        assert_eq!(
            Route::from_pointer("/spec/paths/undo/steps/0/verify"),
            Some(route)
        );
        let odd = Route::root().index(2).key("a.b/c~d").key("").key("é");
        assert_eq!(odd.to_string(), "[2][\"a.b/c~d\"][\"\"].é");
        assert_eq!(Route::from_pointer(&odd.to_pointer()), Some(odd));
        assert_eq!(Route::from_pointer(""), Some(Route::root()));
        assert_eq!(Route::from_pointer("no slash"), None);
        assert_eq!(Route::from_pointer("/00"), Some(Route::root().key("00")));
    }
}
