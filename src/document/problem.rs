//! What can be wrong with the text of a YAML document, before any schema is looked at.

use std::fmt;

use super::builder::{MAX_DEPTH, MAX_NODES, MAX_SCALAR_BYTES};
use super::source::Span;

/// Problems reported per file; the rest would bury the first ones.
pub const MAX_PROBLEMS: usize = 1000;

/// Documents read from one file.
pub const MAX_DOCUMENTS: usize = 1000;

/// Something wrong with the text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// A second place that explains the first, such as the first occurrence of a duplicate key.
    pub related: Option<Span>,
}

/// What is wrong with the text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is not YAML.
    Syntax {
        /// What is wrong, in plain words.
        message: String,
        /// How to mend it.
        help: &'static str,
    },
    /// A tab stands where only spaces may indent.
    TabIndentation,
    /// A key occurs twice in one mapping; the first is kept.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// `&name`.
    Anchor {
        /// The name.
        name: String,
    },
    /// `*name`; it is read as nothing, never expanded.
    Alias {
        /// The name.
        name: String,
    },
    /// `<<:`; the entry is left out.
    MergeKey,
    /// `!tag` or `!!type`; the value is read as if it had none.
    Tag {
        /// The tag as written.
        tag: String,
    },
    /// A `%YAML` or `%TAG` line.
    Directive,
    /// A key that is neither text nor a whole number; the entry is left out.
    NonStringKey {
        /// What was found, with its article.
        found: &'static str,
    },
    /// A number that 64 bits or JSON cannot hold; it is read as text.
    NumberOutOfRange {
        /// The number as written.
        text: String,
    },
    /// Nested deeper than [`MAX_DEPTH`]; reading of the document stops there.
    TooDeep,
    /// More than [`MAX_NODES`] values in the file; reading stops there.
    TooManyNodes,
    /// A scalar longer than [`MAX_SCALAR_BYTES`].
    ScalarTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A bidirectional control, zero-width or control character, or a lone carriage return.
    ForbiddenCharacter {
        /// The character.
        character: char,
        /// Whether it is written as an escape in a double-quoted string.
        escaped: bool,
    },
    /// More than [`MAX_DOCUMENTS`] documents in the file; the rest is not read.
    TooManyDocuments,
    /// More than [`MAX_PROBLEMS`] problems in the file; the rest is not reported.
    TooManyProblems,
}

impl Problem {
    /// A problem with one place.
    pub(super) fn at(span: Span, kind: ProblemKind) -> Self {
        Self {
            kind,
            span,
            related: None,
        }
    }

    /// What is wrong, in one sentence without a full stop.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// How to mend it.
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }
}

impl ProblemKind {
    /// How to mend it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Syntax { help, .. } => help,
            Self::TabIndentation => "indent with spaces",
            Self::DuplicateKey { .. } => "remove one of the two; only the first is read",
            Self::Anchor { .. } | Self::Alias { .. } => {
                "write the value out in both places, so that each can be reviewed where it is used"
            }
            Self::MergeKey => {
                "write the merged keys out, so that they can be reviewed where they are used"
            }
            Self::Tag { .. } => "remove the tag; the schema decides what type a value has",
            Self::Directive => "remove the line; documents are always read as YAML 1.2",
            Self::NonStringKey { .. } => "use text as the key, in quotes if need be",
            Self::NumberOutOfRange { .. } => {
                "use a number between -9223372036854775808 and 9223372036854775807, or put it in quotes if it is text"
            }
            Self::TooDeep => "flatten the structure; no document kind needs this depth",
            Self::TooManyNodes | Self::TooManyDocuments => {
                "split the file, or keep recorded data in a data file"
            }
            Self::ScalarTooLong { .. } => "keep recorded data in a data file beside the document",
            Self::ForbiddenCharacter {
                character: '\r', ..
            } => "end lines with LF or CRLF; some editors show a lone carriage return as nothing",
            Self::ForbiddenCharacter { .. } => {
                "delete it; it makes text look different from what is read"
            }
            Self::TooManyProblems => "mend the problems above first",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message, .. } => f.write_str(message),
            Self::TabIndentation => f.write_str("a tab is used as indentation"),
            Self::DuplicateKey { key } => write!(f, "the key `{key}` occurs twice in this mapping"),
            Self::Anchor { name } => {
                write!(f, "anchors are not allowed, but `&{name}` defines one")
            }
            Self::Alias { name } => write!(f, "aliases are not allowed, but `*{name}` is one"),
            Self::MergeKey => f.write_str("merge keys (`<<`) are not allowed"),
            Self::Tag { tag } => write!(f, "tags are not allowed, but `{tag}` is one"),
            Self::Directive => {
                f.write_str("directives (lines that start with `%`) are not allowed")
            }
            Self::NonStringKey { found } => write!(f, "a key has to be text, but this is {found}"),
            Self::NumberOutOfRange { text } => {
                write!(f, "`{text}` is not a number that can be represented")
            }
            Self::TooDeep => write!(f, "the document is nested deeper than {MAX_DEPTH} levels"),
            Self::TooManyNodes => write!(f, "the file holds more than {MAX_NODES} values"),
            Self::ScalarTooLong { bytes } => {
                write!(
                    f,
                    "the text is {bytes} bytes long; the limit is {MAX_SCALAR_BYTES}"
                )
            }
            Self::ForbiddenCharacter {
                character: '\r',
                escaped: false,
            } => f.write_str("a carriage return stands without a line feed"),
            Self::ForbiddenCharacter { character, escaped } => {
                let what = super::hidden::describe(*character);
                let how = if *escaped {
                    ", written as an escape,"
                } else {
                    ""
                };
                write!(
                    f,
                    "the {what} U+{:04X}{how} is not allowed",
                    u32::from(*character)
                )
            }
            Self::TooManyDocuments => {
                write!(f, "the file holds more than {MAX_DOCUMENTS} documents")
            }
            Self::TooManyProblems => write!(
                f,
                "the file has more than {MAX_PROBLEMS} problems; the rest is not shown"
            ),
        }
    }
}
