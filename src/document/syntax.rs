//! The YAML parser's errors in the words of somebody who writes YAML but never read its specification.

use granit_parser::ErrorKind;

use super::problem::{Problem, ProblemKind};
use super::source::{Source, Span, saturate};

/// Explains a parser error that was found at `offset`.
pub(super) fn explain(error: &ErrorKind, source: &Source, offset: u32) -> Problem {
    let span = character_at(source, offset);
    let kind = match error {
        ErrorKind::RecursionLimitExceeded => ProblemKind::TooDeep,
        ErrorKind::DirectiveDisallowed => ProblemKind::Directive,
        _ if is_tab(error) => {
            return Problem::at(
                tab_near(source, offset).unwrap_or(span),
                ProblemKind::TabIndentation,
            );
        }
        _ => {
            let (message, help) = words(error);
            let message = message.map_or_else(|| error.to_string(), str::to_owned);
            ProblemKind::Syntax { message, help }
        }
    };
    Problem::at(span, kind)
}

fn is_tab(error: &ErrorKind) -> bool {
    matches!(
        error,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

// At the end of the text the last character is marked, so that there is something to see.
fn character_at(source: &Source, offset: u32) -> Span {
    let text = source.text();
    let mut at = (offset as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let length = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    Span::from_usize(at, at + length)
}

fn tab_near(source: &Source, offset: u32) -> Option<Span> {
    // The parser may stop where the value before ends, on an earlier line.
    let first = source.line_col(offset).line;
    [first, first + 1].into_iter().find_map(|line| {
        let line = source.line_span(line)?;
        let at = source.slice(line).find('\t')?;
        Some(Span::new(
            line.start + saturate(at),
            line.start + saturate(at) + 1,
        ))
    })
}

const INDENT: &str =
    "line the text up with its neighbours; entries of one mapping start in the same column";
const QUOTE: &str = "put text that contains `: `, ` #`, or starts with one of `[]{}&*!|>%@,?-` and the backtick in quotes";
const BRACKET: &str = "add the missing `]` or `}`, or a comma between two items";
const ESCAPE: &str = "write a backslash as `\\\\`, or use single quotes, which have no escapes";

// No message: the parser's own is plain enough.
fn words(error: &ErrorKind) -> (Option<&'static str>, &'static str) {
    use ErrorKind as E;
    match error {
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping => {
            (Some("a bracket is opened but never closed"), BRACKET)
        }
        E::UnclosedFlowCollection { .. } => (Some("a bracket is opened but never closed"), BRACKET),
        E::MisplacedFlowCollectionEnd => (
            Some("a bracket is closed that was never opened"),
            "remove it, or put the text in quotes",
        ),
        E::MismatchedFlowCollectionEnd { .. } => {
            (Some("a bracket is closed by one of another kind"), BRACKET)
        }
        E::ExpectedFlowMappingSeparator => (Some("a `,` or `}` is missing"), BRACKET),
        E::ExpectedFlowSequenceSeparator => (Some("a `,` or `]` is missing"), BRACKET),
        E::UnexpectedEofBlockSequence | E::UnexpectedEofBlockMapping | E::UnexpectedEof => (
            Some("the file ends in the middle of a value"),
            "complete the last line",
        ),
        E::ExpectedBlockMappingKey => (Some("a `key: value` entry is expected here"), INDENT),
        E::ExpectedBlockSequenceEntry => (Some("a `- item` is expected here"), INDENT),
        E::BlockSequenceEntryNotAllowed => (
            Some("a list item cannot start here"),
            "put the list on its own lines below its key",
        ),
        E::BlockEntryInFlowCollection => (
            Some("`- item` cannot stand inside brackets"),
            "separate the items by commas",
        ),
        E::SimpleKeyExpected => (Some("a `:` is missing after this key"), INDENT),
        E::InvalidSimpleKey => (
            Some("this key is too long or spans several lines"),
            "shorten the key, or put text in quotes",
        ),
        E::MappingKeyNotAllowed => (Some("a key cannot stand here"), INDENT),
        E::MappingValueNotAllowed => (Some("a second `:` makes this line ambiguous"), QUOTE),
        E::InvalidColonPlacement | E::FlowMappingValueAdjacentCollection => {
            (Some("a `:` stands in the wrong place"), QUOTE)
        }
        E::InvalidMappingValueWhitespace => (
            Some("a `:` has to be followed by a space"),
            "add a space after the `:`",
        ),
        E::InvalidBlockEntryWhitespace => (
            Some("a `-` has to be followed by a space"),
            "add a space after the `-`",
        ),
        E::InvalidIndentation | E::InvalidFlowScalarIndent | E::InvalidQuotedScalarIndent => (
            Some("the indentation does not fit the lines around it"),
            INDENT,
        ),
        E::InvalidBlockScalarIndent => (
            Some("a line of the text block is indented less than its first line"),
            "indent all lines of the block alike",
        ),
        E::ZeroBlockScalarIndent | E::InvalidBlockScalarHeader => (
            Some("`|` or `>` is followed by something that does not belong there"),
            "start the text on the next line, indented",
        ),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => (
            Some("a quote is opened but never closed"),
            "add the missing quote",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            Some("text follows a closing quote"),
            "put the whole value in quotes; inside single quotes write a quote twice",
        ),
        E::UnknownQuotedScalarEscape => (Some("this is not an escape that YAML knows"), ESCAPE),
        E::InvalidQuotedScalarHexEscape | E::InvalidLowSurrogateHexEscape => (
            Some("the escape needs hexadecimal digits: `\\x` two, `\\u` four, `\\U` eight"),
            ESCAPE,
        ),
        E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => (Some("the escape is not a Unicode character"), ESCAPE),
        E::CommentNotSeparated => (
            Some("a `#` that starts a comment needs a space before it"),
            "add the space, or put the text in quotes",
        ),
        E::CommentInterceptedScalar => (
            Some("a comment stands in the middle of a value that spans several lines"),
            "move the comment, or put the text in quotes",
        ),
        E::UnexpectedCharacter { .. }
        | E::PlainScalarStartsWithDashFlowIndicator
        | E::UnexpectedEndOfPlainScalar => (Some("text cannot start with this character"), QUOTE),
        E::ExpectedNodeContent => (Some("a value is expected here"), QUOTE),
        E::InvalidDocumentEnd => (
            Some("text follows the `...` that ends a document"),
            "put it on a line of its own",
        ),
        E::ExpectedDocumentStart => (Some("text follows the end of the document"), INDENT),
        E::MissingAnchorOrAliasName => (Some("`&` or `*` starts a name that is not there"), QUOTE),
        E::ExpectedWhitespace => (
            Some("a space is missing here"),
            "add the space, or put the text in quotes",
        ),
        _ => (
            None,
            "see the YAML 1.2 specification, or put the text in quotes",
        ),
    }
}
