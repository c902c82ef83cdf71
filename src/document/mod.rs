//! YAML text, the spanned tree, typed documents, units, ids, digests.
//!
//! Bytes are read once: [`Source`] holds the text of a file, [`parse`](parse()) turns it into one [`Tree`] per
//! document with the place of every key and value, and everything else (schema checks, typed
//! documents, diagnostics, canonical bytes) reads that tree. Problems with the text itself are [`Problem`]s
//! beside the tree.

#[cfg(feature = "author")]
mod arena;
#[cfg(feature = "author")]
pub mod builder;
mod canonical;
pub mod condition;
#[cfg(feature = "author")]
mod de;
mod digest;
#[cfg(feature = "author")]
pub mod edit;
#[cfg(feature = "author")]
pub mod format;
mod hidden;
pub mod id;
#[cfg(feature = "author")]
mod locate;
pub mod logic;
#[cfg(feature = "author")]
mod markdown;
pub mod model;
#[cfg(feature = "author")]
mod parse;
#[cfg(feature = "author")]
mod problem;
pub mod route;
pub mod scalar;
#[cfg(feature = "author")]
pub mod schema;
pub mod series;
mod source;
#[cfg(feature = "author")]
pub mod suggest;
#[cfg(feature = "author")]
mod syntax;
pub mod template;
#[cfg(feature = "author")]
mod text_span;
#[cfg(feature = "author")]
mod tree;
pub mod unit;
#[cfg(feature = "author")]
mod value;

#[cfg(test)]
mod tests;

pub use canonical::{CanonicalError, MAX_EXACT_INTEGER, canonical_json, to_canonical_json};
#[cfg(feature = "author")]
pub use de::{DeError, Lenient, MAX_PRUNED, NodeDeserializer, from_node, from_node_lenient};
pub use digest::{Digest, DigestError};
pub use hidden::is_forbidden as is_hidden_character;
#[cfg(feature = "author")]
pub use markdown::{Markdown, MarkdownError, parse_markdown};
#[cfg(feature = "author")]
pub use parse::{Parsed, parse};
#[cfg(feature = "author")]
pub use problem::{MAX_DOCUMENTS, MAX_PROBLEMS, Problem, ProblemKind};
pub use route::{Route, Segment, Target};
#[cfg(feature = "author")]
pub use schema::{SchemaSet, Violation, ViolationKind};
pub use source::{LineCol, MAX_SOURCE_BYTES, Source, SourceError, Span};
#[cfg(feature = "author")]
pub use tree::{Comment, Entry, NodeKind, NodeRef, Style, Tree};
