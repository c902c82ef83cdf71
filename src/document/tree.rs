//! The spanned tree of one YAML document: a flat arena, read through [`NodeRef`] handles.
//!
//! Mappings with duplicate, merge or non-string keys keep only their sound entries; the problems
//! found beside the tree say what was left out. Children are reached by index, so neither walking
//! nor dropping a tree recurses further than [`MAX_DEPTH`](super::builder::MAX_DEPTH) levels.

use std::fmt;
use std::sync::Arc;

use super::arena::{Content, MISSING, Node, Text, joined};
use super::scalar::{self, Ambiguity};
use super::source::Span;

/// The type of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction or exponent.
    Float,
    /// Text. Mapping keys are always of this kind.
    Str,
    /// A sequence.
    Seq,
    /// A mapping.
    Map,
}

impl NodeKind {
    /// The word for this kind in messages, with its article.
    pub fn described(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Str => "text",
            Self::Seq => "a list",
            Self::Map => "a mapping",
        }
    }
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Unquoted.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection written by indentation.
    Block,
    /// A collection written with brackets.
    Flow,
}

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'t> {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// What follows the `#`, without surrounding blanks.
    pub text: &'t str,
    /// Whether the comment stands on a line of its own.
    pub own_line: bool,
}

/// One YAML document.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) source: Arc<str>,
    pub(super) buffer: Box<str>,
    pub(super) nodes: Box<[Node]>,
    pub(super) links: Box<[u32]>,
    pub(super) comments: Box<[Span]>,
    pub(super) root: u32,
    pub(super) span: Span,
}

impl Default for Tree {
    /// A document that holds nothing.
    fn default() -> Self {
        Self {
            source: Arc::from(""),
            buffer: Box::default(),
            nodes: Box::from([MISSING]),
            links: Box::default(),
            comments: Box::default(),
            root: 0,
            span: Span::default(),
        }
    }
}

impl Tree {
    /// A tree that is one string and belongs to no file.
    pub(super) fn of_str(text: &str) -> Self {
        let content = Content::Str(Text::in_buffer(0, super::source::saturate(text.len())));
        Self {
            buffer: text.into(),
            nodes: Box::from([Node { content, ..MISSING }]),
            ..Self::default()
        }
    }

    /// The outermost node.
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef {
            tree: self,
            id: self.root,
        }
    }

    /// The part of the source this document takes up.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The text of the whole source file, to which all spans relate.
    pub fn source_text(&self) -> &str {
        &self.source
    }

    /// All comments in source order.
    pub fn comments(&self) -> impl ExactSizeIterator<Item = Comment<'_>> {
        self.comments.iter().map(|span| {
            let before = self.source.get(..span.start as usize).unwrap_or_default();
            let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
            let text = self.slice(*span);
            Comment {
                span: *span,
                text: text.strip_prefix('#').unwrap_or(text).trim(),
                own_line: line.bytes().all(|b| matches!(b, b' ' | b'\t')),
            }
        })
    }

    pub(super) fn add_comments(&mut self, more: Vec<Span>) {
        if let Some(last) = more.last() {
            self.span = self.span.cover(*last);
            self.comments = self.comments.iter().copied().chain(more).collect();
        }
    }

    /// Number of nodes, mapping keys included.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    fn slice(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or_default()
    }

    fn text(&self, text: Text) -> &str {
        text.of(&self.source, &self.buffer)
    }
}

/// One node of a [`Tree`]; copy it freely.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: u32,
}

/// One key and its value in a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'t> {
    /// The key as text.
    pub name: &'t str,
    /// Where the key is written.
    pub key_span: Span,
    /// The key as a node (style, raw text).
    pub key: NodeRef<'t>,
    /// What it maps to.
    pub value: NodeRef<'t>,
}

impl<'t> NodeRef<'t> {
    fn node(self) -> &'t Node {
        self.tree.nodes.get(self.id as usize).unwrap_or(&MISSING)
    }

    fn links(self, first: u32, count: usize) -> &'t [u32] {
        let first = first as usize;
        self.tree
            .links
            .get(first..first + count)
            .unwrap_or_default()
    }

    fn sibling(self, id: u32) -> Self {
        Self {
            tree: self.tree,
            id,
        }
    }

    /// The tree this node belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Position in the arena: unique within the tree and in source order of the nodes' starts.
    pub fn id(self) -> u32 {
        self.id
    }

    /// The type of the node.
    pub fn kind(self) -> NodeKind {
        match self.node().content {
            Content::Null => NodeKind::Null,
            Content::Bool(_) => NodeKind::Bool,
            Content::Int(_) => NodeKind::Int,
            Content::Float(_) => NodeKind::Float,
            Content::Str(_) => NodeKind::Str,
            Content::Seq { .. } => NodeKind::Seq,
            Content::Map { .. } => NodeKind::Map,
        }
    }

    /// Where the node is written, quotes and brackets included. Nothing has an empty span.
    pub fn span(self) -> Span {
        self.node().span
    }

    /// How the node is written.
    pub fn style(self) -> Style {
        self.node().style
    }

    /// The source text of the node, quotes and brackets included.
    pub fn raw(self) -> &'t str {
        self.tree.slice(self.span())
    }

    /// The text of a string.
    pub fn as_str(self) -> Option<&'t str> {
        match self.node().content {
            Content::Str(text) => Some(self.tree.text(text)),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        match self.node().content {
            Content::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a whole number.
    pub fn as_i64(self) -> Option<i64> {
        match self.node().content {
            Content::Int(bits) => Some(joined(bits).cast_signed()),
            _ => None,
        }
    }

    /// The value of any number.
    pub fn as_f64(self) -> Option<f64> {
        match self.node().content {
            Content::Int(bits) => Some(joined(bits).cast_signed() as f64),
            Content::Float(bits) => Some(f64::from_bits(joined(bits))),
            _ => None,
        }
    }

    /// Whether the node is nothing, `~` or `null`.
    pub fn is_null(self) -> bool {
        matches!(self.node().content, Content::Null)
    }

    /// Number of items or entries; 0 for scalars.
    pub fn len(self) -> usize {
        match self.node().content {
            Content::Seq { count, .. } | Content::Map { count, .. } => count as usize,
            _ => 0,
        }
    }

    /// Whether there are no items or entries (true for scalars).
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(self) -> impl ExactSizeIterator<Item = NodeRef<'t>> + DoubleEndedIterator + Clone {
        let links = match self.node().content {
            Content::Seq { first, count } => self.links(first, count as usize),
            _ => &[],
        };
        links.iter().map(move |id| self.sibling(*id))
    }

    /// The item at `index` of a sequence.
    pub fn item(self, index: usize) -> Option<NodeRef<'t>> {
        self.items().nth(index)
    }

    /// The entries of a mapping in source order; none for other nodes.
    pub fn entries(self) -> impl ExactSizeIterator<Item = Entry<'t>> + DoubleEndedIterator + Clone {
        let links = match self.node().content {
            Content::Map { first, count } => self.links(first, 2 * count as usize),
            _ => &[],
        };
        let (pairs, _) = links.as_chunks::<2>();
        pairs.iter().map(move |[key, value]| {
            let key = self.sibling(*key);
            let name = key.as_str().unwrap_or_default();
            Entry {
                name,
                key_span: key.span(),
                key,
                value: self.sibling(*value),
            }
        })
    }

    /// The entry of a mapping with this key.
    pub fn entry(self, name: &str) -> Option<Entry<'t>> {
        self.entries().find(|entry| entry.name == name)
    }

    /// The value of a mapping at this key.
    pub fn get(self, name: &str) -> Option<NodeRef<'t>> {
        self.entry(name).map(|entry| entry.value)
    }

    /// Where this key of a mapping is written.
    pub fn key(self, name: &str) -> Option<Span> {
        self.entry(name).map(|entry| entry.key_span)
    }

    /// Whether YAML 1.1 and 1.2 read this scalar (a value or a key) differently.
    pub fn ambiguity(self) -> Option<Ambiguity> {
        match (self.style(), self.kind()) {
            (Style::Plain, NodeKind::Seq | NodeKind::Map | NodeKind::Null) => None,
            (Style::Plain, _) => scalar::ambiguous(self.raw()),
            _ => None,
        }
    }

    /// This node and all below it, parents first, in source order; mapping keys are included.
    pub fn descendants(self) -> impl Iterator<Item = NodeRef<'t>> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let node = open.pop()?;
            let links = match node.node().content {
                Content::Seq { first, count } => node.links(first, count as usize),
                Content::Map { first, count } => node.links(first, 2 * count as usize),
                _ => &[],
            };
            open.extend(links.iter().rev().map(|id| node.sibling(*id)));
            Some(node)
        })
    }
}

impl PartialEq for NodeRef<'_> {
    /// Whether both are the same node of the same tree.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl Eq for NodeRef<'_> {}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {}..{} {:?}",
            self.kind(),
            self.span().start,
            self.span().end,
            self.raw()
        )
    }
}
