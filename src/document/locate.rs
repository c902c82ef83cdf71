//! Where a route leads in a tree, and where in the text that is.

use super::route::{Route, Segment, Target, index_of, pointer_tokens};
use super::source::Span;
use super::tree::{NodeKind, NodeRef, Tree};

impl<'t> NodeRef<'t> {
    /// The child at one step. An index into a mapping is read as the key of that text.
    pub fn child(self, segment: &Segment) -> Option<NodeRef<'t>> {
        match (segment, self.kind()) {
            (Segment::Key(name), _) => self.get(name),
            (Segment::Index(index), NodeKind::Map) => self.get(&index.to_string()),
            (Segment::Index(index), _) => self.item(*index),
        }
    }
}

impl<'t> NodeRef<'t> {
    /// The node at a route from this one.
    pub fn resolve(self, route: &Route) -> Option<NodeRef<'t>> {
        route
            .segments()
            .iter()
            .try_fold(self, |node, segment| node.child(segment))
    }

    /// The node at a route from this one, or its closest ancestor that exists, and how many steps led there.
    pub fn nearest(self, route: &Route) -> (NodeRef<'t>, usize) {
        let mut node = self;
        for (depth, segment) in route.segments().iter().enumerate() {
            match node.child(segment) {
                Some(child) => node = child,
                None => return (node, depth),
            }
        }
        (node, route.segments().len())
    }

    /// Where the key or value at a route from this node is written. For something that does not exist: the key of
    /// the closest ancestor that does (its first line, if it has no key).
    pub fn span_at(self, route: &Route, target: Target) -> Span {
        let mut node = self;
        let mut key = None;
        for segment in route.segments() {
            let (child, child_key) = match (node.kind(), segment) {
                (NodeKind::Map, Segment::Key(name)) => split(node.entry(name)),
                (NodeKind::Map, Segment::Index(index)) => split(node.entry(&index.to_string())),
                _ => (node.child(segment), None),
            };
            let Some(child) = child else {
                return key.unwrap_or_else(|| node.first_line());
            };
            (node, key) = (child, child_key);
        }
        match target {
            Target::Key => key.unwrap_or_else(|| node.first_line()),
            Target::Value => node.span(),
        }
    }

    // A collection without a key of its own is best shown by its first line.
    fn first_line(self) -> Span {
        let start = self.span().start as usize;
        let line = self.raw().split(['\n', '\r']).next().unwrap_or_default();
        Span::from_usize(start, start + line.len())
    }

    /// Reads a JSON pointer from this node: digits are a key where the document has a mapping.
    pub fn route_of_pointer(self, pointer: &str) -> Option<Route> {
        let mut route = Route::root();
        let mut node = Some(self);
        for token in pointer_tokens(pointer)? {
            let in_sequence = node.is_none_or(|node| node.kind() == NodeKind::Seq);
            let segment = match index_of(&token) {
                Some(index) if in_sequence => Segment::Index(index),
                _ => Segment::Key(token.into_owned()),
            };
            node = node.and_then(|node| node.child(&segment));
            route.push(segment);
        }
        Some(route)
    }
}

impl Tree {
    /// The node at a route.
    pub fn resolve(&self, route: &Route) -> Option<NodeRef<'_>> {
        self.root().resolve(route)
    }

    /// The node at a route or its closest ancestor that exists, and how many steps led there.
    pub fn nearest(&self, route: &Route) -> (NodeRef<'_>, usize) {
        self.root().nearest(route)
    }

    /// The route to a value of this tree.
    pub fn route_to(&self, value: NodeRef<'_>) -> Route {
        let mut route = Route::root();
        let mut node = self.root();
        // Ids are in the order of the text, so a value lies in the last child that does not begin after it.
        while node.id() < value.id() {
            let entries = node.entries();
            let items = node.items().enumerate();
            let children = entries
                .map(|entry| (Segment::from(entry.name), entry.value))
                .chain(items.map(|(at, item)| (Segment::from(at), item)));
            let reached = children.take_while(|(_, child)| child.id() <= value.id());
            let Some((segment, child)) = reached.last() else {
                break;
            };
            route.push(segment);
            node = child;
        }
        route
    }

    /// Where the key or value at a route is written; see [`NodeRef::span_at`].
    pub fn span_at(&self, route: &Route, target: Target) -> Span {
        self.root().span_at(route, target)
    }

    /// What is written at an offset: the deepest node or key whose text touches it.
    pub fn at_offset(&self, offset: u32) -> (Route, Target) {
        let mut route = Route::root();
        let mut node = self.root();
        loop {
            if let Some(entry) = node.entries().find(|entry| entry.key_span.touches(offset)) {
                return (route.key(entry.name), Target::Key);
            }
            let below = match node.kind() {
                NodeKind::Map => node
                    .entries()
                    .find(|entry| entry.value.span().touches(offset))
                    .map(|entry| (Segment::from(entry.name), entry.value)),
                _ => node
                    .items()
                    .enumerate()
                    .find(|(_, item)| item.span().touches(offset))
                    .map(|(at, item)| (Segment::from(at), item)),
            };
            let Some((segment, child)) = below else {
                return (route, Target::Value);
            };
            route.push(segment);
            node = child;
        }
    }
}

fn split<'t>(entry: Option<super::tree::Entry<'t>>) -> (Option<NodeRef<'t>>, Option<Span>) {
    entry.map_or((None, None), |entry| {
        (Some(entry.value), Some(entry.key_span))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Source, parse};

    #[test]
    fn what_is_missing_is_shown_at_its_closest_ancestor() {
        let text = "spec:\n  steps:\n    - id: a\n      with: {x: 1}\n    - id: b\n";
        let tree = parse(&Source::from_text("a.yaml", text).unwrap())
            .remove(0)
            .tree;
        let shown = |pointer: &str, target| {
            &text[tree
                .span_at(&Route::from_pointer(pointer).unwrap(), target)
                .range()]
        };
        assert_eq!(shown("/spec/steps/0/with/x", Target::Value), "1");
        assert_eq!(shown("/spec/steps/0/with/x", Target::Key), "x");
        assert_eq!(shown("/spec/steps/0/with/y", Target::Key), "with");
        assert_eq!(shown("/spec/steps/0", Target::Key), "id: a");
        assert_eq!(shown("/spec/steps/0/action", Target::Key), "id: a");
        assert_eq!(shown("/spec/steps/7", Target::Value), "steps");
        assert_eq!(shown("/metadata/id", Target::Key), "spec:");
        assert_eq!(
            tree.nearest(&Route::from_pointer("/spec/steps/1/id/x").unwrap())
                .1,
            4
        );
    }

    #[test]
    fn every_value_has_the_route_that_leads_to_it() {
        let text = "a: [x, {k: v, l: [1, 2]}]\nb: &anchor {c: ~}\na: twice\n? [odd]\n: d\ne:\n  - f: 1\n  - g\n";
        let tree = parse(&Source::from_text("a.yaml", text).unwrap())
            .remove(0)
            .tree;
        let mut open = vec![(Route::root(), tree.root())];
        let mut seen = 0;
        while let Some((route, node)) = open.pop() {
            assert_eq!(tree.route_to(node), route);
            let entries = node.entries();
            open.extend(entries.map(|entry| (route.clone().key(entry.name), entry.value)));
            let items = node.items().enumerate();
            open.extend(items.map(|(at, item)| (route.clone().index(at), item)));
            seen += 1;
        }
        assert_eq!(seen, 14);
    }

    #[test]
    fn an_offset_leads_to_what_is_written_there() {
        let text = "a: [x, {k: v}]\n0: b\n";
        let tree = parse(&Source::from_text("a.yaml", text).unwrap())
            .remove(0)
            .tree;
        let at = |what: &str| {
            let offset = super::super::source::saturate(text.find(what).unwrap());
            let (route, target) = tree.at_offset(offset);
            (route.to_string(), target)
        };
        assert_eq!(at("a"), ("a".to_owned(), Target::Key));
        assert_eq!(at("x"), ("a[0]".to_owned(), Target::Value));
        assert_eq!(at("k"), ("a[1].k".to_owned(), Target::Key));
        assert_eq!(at("v"), ("a[1].k".to_owned(), Target::Value));
        assert_eq!(at("0"), ("0".to_owned(), Target::Key));
        assert_eq!(
            tree.root().route_of_pointer("/0"),
            Some(Route::root().key("0"))
        );
    }
}
