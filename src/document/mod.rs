//! YAML text, the spanned tree, typed documents, units, ids, digests.
//!
//! Bytes are read once: [`Source`] holds the text of a file, [`parse`](parse()) turns it into one [`Tree`] per
//! document with the place of every key and value, and everything else (schema checks, typed
//! documents, diagnostics, canonical bytes) reads that tree. Problems with the text itself are [`Problem`]s
//! beside the tree.

mod arena;
pub mod builder;
mod canonical;
pub mod condition;
mod de;
mod digest;
pub mod edit;
pub mod format;
mod hidden;
pub mod id;
pub mod logic;
mod markdown;
pub mod model;
mod parse;
mod problem;
pub mod route;
pub mod scalar;
pub mod schema;
pub mod series;
mod source;
pub mod suggest;
mod syntax;
pub mod template;
mod text_span;
mod tree;
pub mod unit;
mod value;

#[cfg(test)]
mod tests;

pub use canonical::{CanonicalError, MAX_EXACT_INTEGER, canonical_json, to_canonical_json};
pub use de::{DeError, Lenient, MAX_PRUNED, NodeDeserializer, from_node, from_node_lenient};
pub use digest::{Digest, DigestError};
pub use hidden::is_forbidden as is_hidden_character;
pub use markdown::{Markdown, MarkdownError, parse_markdown};
pub use parse::{Parsed, parse};
pub use problem::{MAX_DOCUMENTS, MAX_PROBLEMS, Problem, ProblemKind};
pub use route::{Route, Segment, Target};
pub use schema::{SchemaSet, Violation, ViolationKind};
pub use source::{LineCol, MAX_SOURCE_BYTES, Source, SourceError, Span};
pub use tree::{Comment, Entry, NodeKind, NodeRef, Style, Tree};
