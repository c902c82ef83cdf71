//! One document of a library: its text, its tree, what it means and everything wrong with it.

use std::sync::{Arc, OnceLock};

use camino::Utf8Path;
use serde_json::Value;

use super::outline::Outline;
use crate::document::model::{
    Action, Document, Exception, Fixture, FormatVersion, Governance, Kind, ObjectRef, Postmortem,
    Query, Repository, Runbook, Service, Signature, Spec, Taxonomy, Typed,
};
use crate::document::{
    CanonicalError, DeError, Digest, Lenient, MarkdownError, NodeRef, Parsed, Problem, Route,
    SchemaSet, Source, Span, Tree, Violation, from_node_lenient, parse, parse_markdown,
};

/// Position of a document in its library. Documents are in the order of their paths, then of their
/// place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub(super) u32);

impl DocId {
    /// The position as a number from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One document.
#[derive(Debug)]
pub struct Entry {
    source: Source,
    position: usize,
    parsed: Parsed,
    markdown: Option<Markdown>,
    kind: Option<Kind>,
    id: Option<Box<str>>,
    typed: Option<Typed>,
    type_errors: Vec<DeError>,
    pruned: Vec<Route>,
    violations: Vec<Violation>,
    outline: OnceLock<Option<Outline>>,
    value: OnceLock<Arc<Value>>,
    digest: OnceLock<Result<Digest, CanonicalError>>,
}

#[derive(Debug)]
enum Markdown {
    Body(Span),
    Unreadable(MarkdownError),
}

impl Entry {
    /// Reads every document of a file. Without `schemas`, none is checked against one.
    pub(super) fn read(source: &Source, schemas: Option<&SchemaSet>) -> Vec<Self> {
        let entry = |position, parsed, markdown| {
            Self::new(source.clone(), position, parsed, markdown, schemas)
        };
        if source.path().extension() != Some("md") {
            let documents = parse(source).into_iter().enumerate();
            return documents
                .map(|(position, parsed)| entry(position, parsed, None))
                .collect();
        }
        let (parsed, markdown) = match parse_markdown(source) {
            Ok(file) => (file.front_matter, Markdown::Body(file.body)),
            Err(error) => (nothing(), Markdown::Unreadable(error)),
        };
        vec![entry(0, parsed, Some(markdown))]
    }

    fn new(
        source: Source,
        position: usize,
        parsed: Parsed,
        markdown: Option<Markdown>,
        schemas: Option<&SchemaSet>,
    ) -> Self {
        let root = parsed.tree.root();
        let text = |key: &str| root.get(key).and_then(NodeRef::as_str);
        let kind = text("kind").and_then(Kind::from_name);
        let known = kind.filter(|_| text("apiVersion").and_then(FormatVersion::named).is_some());
        let read = known.map(|kind| read_as(kind, root)).unwrap_or_default();
        let violations = kind
            .zip(schemas)
            .and_then(|(kind, schemas)| schemas.validate(kind.name(), root))
            .unwrap_or_default();
        let id = root.get("metadata").and_then(|it| it.get("id"));
        Self {
            kind,
            id: id.and_then(NodeRef::as_str).map(Box::from),
            typed: read.typed,
            type_errors: read.errors,
            pruned: read.pruned,
            violations,
            source,
            position,
            parsed,
            markdown,
            outline: OnceLock::new(),
            value: OnceLock::new(),
            digest: OnceLock::new(),
        }
    }

    /// The file.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Path of the file, relative to the root of the library.
    pub fn path(&self) -> &Utf8Path {
        self.source.path()
    }

    /// Folder of the file, relative to the root of the library.
    pub fn folder(&self) -> &Utf8Path {
        self.path().parent().unwrap_or_else(|| Utf8Path::new(""))
    }

    /// Which document of its file this is, from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The spanned tree.
    pub fn tree(&self) -> &Tree {
        &self.parsed.tree
    }

    /// The outermost node.
    pub fn root(&self) -> NodeRef<'_> {
        self.parsed.tree.root()
    }

    /// Whether the text was read to the end of the document.
    pub fn is_complete(&self) -> bool {
        self.parsed.complete
    }

    /// What is wrong with the text.
    pub fn problems(&self) -> &[Problem] {
        &self.parsed.problems
    }

    /// Why the front matter of a Markdown file could not be found.
    pub fn markdown_error(&self) -> Option<&MarkdownError> {
        match &self.markdown {
            Some(Markdown::Unreadable(error)) => Some(error),
            _ => None,
        }
    }

    /// The text below the front matter of a Markdown file.
    pub fn body(&self) -> Option<Span> {
        match self.markdown {
            Some(Markdown::Body(span)) => Some(span),
            _ => None,
        }
    }

    /// What `kind` says, if it is a kind.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// What `metadata.id` says.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Kind and id, if it has both.
    pub fn object(&self) -> Option<ObjectRef> {
        Some(ObjectRef::new(self.kind?, self.id()?))
    }

    /// What the document means, as far as it could be read; see [`Entry::is_disturbed`].
    pub fn typed(&self) -> Option<&Typed> {
        self.typed.as_ref()
    }

    /// The document as one of a kind.
    pub fn document<S: Spec>(&self) -> Option<&Document<S>> {
        self.typed
            .as_ref()
            .and_then(S::of)
            .map(|document| &**document)
    }

    /// What the document means, with stand-ins for what is wrong where nothing could be read without it. For looking at,
    /// never for acting upon; see [`Entry::is_disturbed`].
    pub fn outlined(&self) -> Option<&Typed> {
        self.typed.as_ref().or_else(|| Some(&self.outline()?.typed))
    }

    fn outline(&self) -> Option<&Outline> {
        if self.typed.is_some() || !self.is_complete() {
            return None;
        }
        let said = self.root().get("apiVersion").and_then(NodeRef::as_str);
        let kind = self
            .kind
            .filter(|_| said.and_then(FormatVersion::named).is_some())?;
        let outline = || Outline::of(kind, self.root());
        self.outline.get_or_init(outline).as_ref()
    }

    /// Places that do not fit the type of the kind; each is a violation of the schema too.
    pub fn type_errors(&self) -> &[DeError] {
        &self.type_errors
    }

    /// Places that were left out of the typed document because of errors in them.
    pub fn pruned(&self) -> &[Route] {
        &self.pruned
    }

    /// Whether the typed document differs, at this place, above or below it, from what is written.
    /// A rule that reads the typed document has nothing to say about such a place.
    pub fn is_disturbed(&self, route: &Route) -> bool {
        // What was left out in vain says nothing about the outline.
        let places = match self.outline.get() {
            Some(Some(outline)) => &outline.disturbed,
            _ => &self.pruned,
        };
        let meets = |place: &Route| place.contains(route) || route.contains(place);
        places.iter().any(meets)
    }

    /// Every violation of the schema of its kind.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Whether the document was read whole and without a mistake, so that it may be acted upon.
    pub fn is_sound(&self) -> bool {
        self.typed.is_some()
            && self.parsed.complete
            && self.parsed.problems.is_empty()
            && self.type_errors.is_empty()
            && self.violations.is_empty()
    }

    /// The document as JSON.
    pub fn value(&self) -> &Arc<Value> {
        self.value.get_or_init(|| Arc::new(self.root().to_value()))
    }

    /// The digest of the document's canonical JSON; of a Markdown file, that of its front matter.
    ///
    /// # Errors
    /// The document has no canonical form.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        self.digest
            .get_or_init(|| match self.value.get() {
                Some(value) => Digest::of_canonical(&**value),
                None => Digest::of_canonical(&self.root().to_value()),
            })
            .clone()
    }
}

fn nothing() -> Parsed {
    Parsed {
        tree: Tree::default(),
        problems: Vec::new(),
        complete: true,
    }
}

#[derive(Default)]
pub(super) struct Read {
    pub(super) typed: Option<Typed>,
    pub(super) errors: Vec<DeError>,
    pub(super) pruned: Vec<Route>,
}

pub(super) fn read_as(kind: Kind, root: NodeRef<'_>) -> Read {
    match kind {
        Kind::Action => read::<Action>(root),
        Kind::Exception => read::<Exception>(root),
        Kind::Fixture => read::<Fixture>(root),
        Kind::Governance => read::<Governance>(root),
        Kind::Postmortem => read::<Postmortem>(root),
        Kind::Query => read::<Query>(root),
        Kind::Repository => read::<Repository>(root),
        Kind::Runbook => read::<Runbook>(root),
        Kind::Service => read::<Service>(root),
        Kind::Signature => read::<Signature>(root),
        Kind::Taxonomy => read::<Taxonomy>(root),
    }
}

fn read<S: Spec>(root: NodeRef<'_>) -> Read {
    let Lenient {
        value,
        errors,
        pruned,
    } = from_node_lenient::<Document<S>>(root);
    Read {
        typed: value.map(|document| S::typed(Arc::new(document))),
        errors,
        pruned,
    }
}
