//! Builds a [`Tree`] from a stream of nodes, and finds what is wrong with its structure.
//!
//! Open collections live on an explicit stack, so depth costs heap, not call stack.

mod keys;

use std::sync::Arc;

use super::arena::{Content, Node, Text, halves};
use super::problem::{MAX_PROBLEMS, Problem, ProblemKind};
use super::scalar::{self, Resolved};
use super::source::{Span, saturate};
use super::tree::{NodeKind, Style, Tree};

/// Deepest nesting that is read; the root is level 1.
pub const MAX_DEPTH: usize = 64;

/// Most nodes (values and keys) read from one file.
pub const MAX_NODES: usize = 200_000;

/// Longest scalar, in bytes. Recorded logs in fixtures may be literal blocks of some length; more belongs
/// into a data file.
pub const MAX_SCALAR_BYTES: usize = 256 * 1024;

/// How much text a node takes at least in most documents, and most nodes that room is made for before they are seen.
const BYTES_PER_NODE: usize = 10;
const MOST_EXPECTED: usize = 512;

/// Reading of the document has to stop; the problem that says why is already recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop {
    /// Whether the rest of the file cannot be read either.
    pub(super) whole_file: bool,
}

#[derive(Debug, Clone, Copy)]
enum Expects {
    Item,
    Key,
    /// The key the value belongs to; none when the entry is left out.
    Value {
        key: Option<u32>,
        merge: bool,
    },
}

#[derive(Debug)]
struct Frame {
    node: u32,
    expects: Expects,
    /// Where this collection's children start in `pending`.
    first: usize,
    last_end: u32,
}

/// What a node that is complete may be attached as.
#[derive(Clone, Copy, PartialEq)]
enum Fitness {
    Any,
    /// As a key it would be refused, but that is reported already.
    NeverKey,
}

pub(super) struct TreeBuilder {
    source: Arc<str>,
    buffer: String,
    nodes: Vec<Node>,
    links: Vec<u32>,
    comments: Vec<Span>,
    /// Children of open collections: (0, item) or (key, value).
    pending: Vec<(u32, u32)>,
    frames: Vec<Frame>,
    root: Option<u32>,
    start: u32,
    node_budget: usize,
    problems: Vec<Problem>,
}

impl TreeBuilder {
    pub(super) fn new(
        source: Arc<str>,
        start: u32,
        comments: Vec<Span>,
        node_budget: usize,
    ) -> Self {
        let rest = source.len().saturating_sub(start as usize);
        let expected = (rest / BYTES_PER_NODE).min(MOST_EXPECTED);
        Self {
            source,
            buffer: String::new(),
            nodes: Vec::with_capacity(expected),
            links: Vec::with_capacity(expected),
            comments,
            pending: Vec::new(),
            frames: Vec::new(),
            root: None,
            start,
            node_budget,
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.report(Problem::at(span, kind));
    }

    // One more than the limit is kept, so that the caller can tell that there were too many.
    pub(super) fn report(&mut self, problem: Problem) {
        if self.problems.len() <= MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    pub(super) fn comment(&mut self, span: Span) {
        self.comments.push(span);
    }

    /// Whether the next node is the value of a merge key, whose alias needs no report of its own.
    pub(super) fn expects_merge_value(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame {
                expects: Expects::Value { merge: true, .. },
                ..
            })
        )
    }

    /// Whether the next node is a mapping key.
    pub(super) fn expects_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame {
                expects: Expects::Key,
                ..
            })
        )
    }

    /// Where the last finished token of the innermost open collection ends: the key of the value that comes next,
    /// or the sibling before it.
    pub(super) fn last_end(&self) -> u32 {
        let pending_key = match self.frames.last() {
            Some(frame) => match frame.expects {
                Expects::Value { key: Some(key), .. } => {
                    self.nodes.get(key as usize).map(|node| node.span.end)
                }
                _ => Some(frame.last_end),
            },
            None => None,
        };
        pending_key.unwrap_or(self.start)
    }

    /// A scalar; `decoded` is its text after escapes and folding.
    pub(super) fn scalar(&mut self, span: Span, style: Style, decoded: &str) -> Result<(), Stop> {
        if decoded.len() > MAX_SCALAR_BYTES {
            self.problem(
                span,
                ProblemKind::ScalarTooLong {
                    bytes: decoded.len(),
                },
            );
        }
        let resolved = if style == Style::Plain {
            scalar::resolve(decoded)
        } else {
            Resolved::Str
        };
        let as_key =
            self.expects_key() && matches!(resolved, Resolved::Int(_) | Resolved::OutOfRange);
        let content = match resolved {
            _ if as_key => self.store(span, style, decoded),
            Resolved::Null => Content::Null,
            Resolved::Bool(value) => Content::Bool(value),
            Resolved::Int(value) => Content::Int(halves(value.cast_unsigned())),
            Resolved::Float(value) => Content::Float(halves(value.to_bits())),
            Resolved::Str => self.store(span, style, decoded),
            Resolved::OutOfRange => {
                self.problem(
                    span,
                    ProblemKind::NumberOutOfRange {
                        text: decoded.to_owned(),
                    },
                );
                self.store(span, style, decoded)
            }
        };
        let id = self.push(Node {
            span,
            content,
            style,
        })?;
        self.attach(id, Fitness::Any);
        Ok(())
    }

    /// Nothing, in place of something that is not read.
    pub(super) fn refused(&mut self, span: Span) -> Result<(), Stop> {
        let id = self.push(Node {
            span,
            content: Content::Null,
            style: Style::Plain,
        })?;
        self.attach(id, Fitness::NeverKey);
        Ok(())
    }

    pub(super) fn open(&mut self, span: Span, kind: NodeKind, style: Style) -> Result<(), Stop> {
        if self.frames.len() >= MAX_DEPTH {
            self.problem(span, ProblemKind::TooDeep);
            return Err(Stop { whole_file: false });
        }
        let (content, expects) = match kind {
            NodeKind::Map => (Content::Map { first: 0, count: 0 }, Expects::Key),
            _ => (Content::Seq { first: 0, count: 0 }, Expects::Item),
        };
        let node = self.push(Node {
            span,
            content,
            style,
        })?;
        self.frames.push(Frame {
            node,
            expects,
            first: self.pending.len(),
            last_end: span.end,
        });
        Ok(())
    }

    pub(super) fn close(&mut self, end: Span) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let children = self.pending.split_off(frame.first.min(self.pending.len()));
        let first = saturate(self.links.len());
        let content = match frame.expects {
            Expects::Item => {
                self.links.extend(children.iter().map(|(_, item)| *item));
                Content::Seq {
                    first,
                    count: saturate(children.len()),
                }
            }
            Expects::Key | Expects::Value { .. } => {
                let kept = self.without_duplicates(children);
                self.links
                    .extend(kept.iter().flat_map(|(key, value)| [*key, *value]));
                Content::Map {
                    first,
                    count: saturate(kept.len()),
                }
            }
        };
        if let Some(node) = self.nodes.get_mut(frame.node as usize) {
            node.content = content;
            // A block collection is closed by whatever comes next; it ends where its last child ends.
            let end = if node.style == Style::Flow {
                end.end.max(frame.last_end)
            } else {
                frame.last_end
            };
            node.span = Span::new(node.span.start, end);
        }
        self.attach(frame.node, Fitness::Any);
    }

    /// Closes what is still open and hands out the tree, its problems and what is left of the node budget.
    /// `end` is where the document ends, if that is known.
    pub(super) fn finish(mut self, end: Option<u32>) -> (Tree, Vec<Problem>, usize) {
        while !self.frames.is_empty() {
            self.close(Span::empty(0));
        }
        let spans = self
            .nodes
            .iter()
            .map(|node| node.span)
            .chain(self.comments.iter().copied());
        let reached = spans
            .chain(self.problems.iter().map(|problem| problem.span))
            .map(|span| span.end)
            .max();
        let end = end.max(reached).unwrap_or(self.start);
        let root = match self.root {
            Some(root) => root,
            None => {
                let span = Span::empty(self.start);
                self.nodes.push(Node {
                    span,
                    content: Content::Null,
                    style: Style::Plain,
                });
                saturate(self.nodes.len() - 1)
            }
        };
        let tree = Tree {
            source: self.source,
            buffer: self.buffer.into_boxed_str(),
            nodes: self.nodes.into_boxed_slice(),
            links: self.links.into_boxed_slice(),
            comments: self.comments.into_boxed_slice(),
            root,
            span: Span::new(self.start, end),
        };
        (tree, self.problems, self.node_budget)
    }

    fn push(&mut self, node: Node) -> Result<u32, Stop> {
        if self.node_budget == 0 {
            self.problem(node.span, ProblemKind::TooManyNodes);
            return Err(Stop { whole_file: true });
        }
        self.node_budget -= 1;
        self.nodes.push(node);
        Ok(saturate(self.nodes.len() - 1))
    }

    fn store(&mut self, span: Span, style: Style, decoded: &str) -> Content {
        let quote = u32::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted));
        let inner = Span::new(span.start + quote, span.end.saturating_sub(quote));
        if self.source.get(inner.range()) == Some(decoded) {
            return Content::Str(Text::in_source(inner.start, saturate(inner.len())));
        }
        let at = saturate(self.buffer.len());
        self.buffer.push_str(decoded);
        Content::Str(Text::in_buffer(at, saturate(decoded.len())))
    }

    fn attach(&mut self, id: u32, fitness: Fitness) {
        let Some(end) = self.nodes.get(id as usize).map(|node| node.span.end) else {
            return;
        };
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(id);
            return;
        };
        frame.last_end = frame.last_end.max(end);
        match frame.expects {
            Expects::Item => self.pending.push((0, id)),
            Expects::Value { key, .. } => {
                frame.expects = Expects::Key;
                self.pending.extend(key.map(|key| (key, id)));
            }
            Expects::Key => {
                let expects = self.as_key(id, fitness);
                if let Some(frame) = self.frames.last_mut() {
                    frame.expects = expects;
                }
            }
        }
    }
}
