//! Canonical formatting of documents (`rbk fmt`).
//!
//! Only white space between tokens changes, and commas that end a list on one line: words, quotes, comments, the order
//! of keys and the content of block scalars stay. What was laid out is read again and compared; a difference in values
//! or comments is an error, never a file.
//!
//! The layout: LF, no byte-order mark, no blanks at the end of lines, at most one empty line in a row; two spaces for
//! each level, lists indented below their key; one space after `:`, `-` and `,` and before a comment. Values,
//! entries of lists in brackets and comments that stand in one column on neighbouring lines stay in one, as close as it
//! can be, so that tables stay tables. Comments stand where
//! what follows them stands, and at the end of a collection with the collection if they were indented like it.

mod block;
mod columns;
mod flow;
mod scalar;
mod writer;

use super::markdown::parse_markdown;
use super::parse::{Parsed, parse};
use super::source::{Source, Span, saturate};
use super::tree::Tree;
use writer::Writer;

/// Why a file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text has problems, so that the tree may not hold all of it.
    #[error("it cannot be read without problems")]
    Problems,
    /// The text is written in a way for which there is no layout that is known to mean the same.
    #[error(
        "the text from line {line} on is written in a way that cannot be laid out anew without a risk to its meaning"
    )]
    Unsound {
        /// The line, from 1.
        line: u32,
    },
}

impl FormatError {
    /// How to mend it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Problems => "run `rbk lint` to see the problems, and mend them first",
            Self::Unsound { .. } => {
                "write it more simply: a key and its value on one line, no `?`, and `...` nowhere"
            }
        }
    }
}

/// The documents of a file, and where the text below the front matter of a Markdown file starts.
#[derive(Debug, Clone)]
pub struct Formatter<'t> {
    source: &'t Source,
    documents: Vec<&'t Tree>,
    body: Option<Span>,
}

impl<'t> Formatter<'t> {
    /// For all documents of a file, in order; they have to be complete and without problems. `body` is the text below
    /// the front matter of a Markdown file.
    pub fn new(source: &'t Source, documents: Vec<&'t Tree>, body: Option<Span>) -> Self {
        Self {
            source,
            documents,
            body,
        }
    }

    /// The file in canonical layout. The result has not been read again: see [`format()`].
    ///
    /// # Errors
    /// The text has a part whose layout is not known.
    pub fn layout(&self) -> Result<String, FormatError> {
        let text = self.source.text();
        let end = match self.body {
            Some(body) => closing_fence(text, body),
            None => text.len(),
        };
        let yaml = text.get(..end).unwrap_or(text);
        if self.documents.is_empty() {
            return Ok(remarks_only(yaml));
        }
        let laid_out = Writer::new(yaml, &self.documents).run();
        let mut out = laid_out.map_err(|at| FormatError::Unsound {
            line: self.source.line_col(saturate(at)).line,
        })?;
        if let Some(body) = self.body {
            out.push_str("---\n");
            out.push_str(&self.source.slice(body).replace("\r\n", "\n"));
        }
        Ok(out)
    }

    /// The file in canonical layout, read again and compared.
    ///
    /// # Errors
    /// There is no layout that means the same.
    pub fn checked(&self) -> Result<String, FormatError> {
        let out = self.layout()?;
        if !self.source.had_bom() && out == self.source.text() {
            return Ok(out);
        }
        self.compare(&out)?;
        Ok(out)
    }

    /// Reads what was laid out and compares it with what was read.
    fn compare(&self, out: &str) -> Result<(), FormatError> {
        let unsound = |line| FormatError::Unsound { line };
        let source = Source::from_text(self.source.path(), out).map_err(|_| unsound(1))?;
        let (again, body) = read(&source)?;
        let bodies = [(self.source, self.body), (&source, body)]
            .map(|(source, body)| body.map(|body| source.slice(body).replace("\r\n", "\n")));
        if again.len() != self.documents.len() || bodies[0] != bodies[1] {
            return Err(unsound(1));
        }
        for (before, after) in self.documents.iter().zip(&again) {
            if let Some(at) = difference(before, &after.tree) {
                return Err(unsound(self.source.line_col(at).line));
            }
        }
        let comments = |trees: &[&Tree]| -> Vec<(String, bool)> {
            let all = trees.iter().flat_map(|tree| tree.comments());
            all.map(|comment| (comment.text.to_owned(), comment.own_line))
                .collect()
        };
        let trees: Vec<&Tree> = again.iter().map(|document| &document.tree).collect();
        if comments(&self.documents) != comments(&trees) {
            return Err(unsound(1));
        }
        let twice = Formatter::new(&source, trees, body).layout()?;
        if twice == out {
            Ok(())
        } else {
            Err(unsound(1))
        }
    }
}

/// A file in canonical layout. The result, without a byte-order mark, is the whole new content of the file.
///
/// # Errors
/// The file has problems, or no layout is known to mean the same. It should be left alone then.
pub fn format(source: &Source) -> Result<String, FormatError> {
    let (documents, body) = read(source)?;
    let trees = documents.iter().map(|document| &document.tree).collect();
    Formatter::new(source, trees, body).checked()
}

/// The documents of a file without problems.
fn read(source: &Source) -> Result<(Vec<Parsed>, Option<Span>), FormatError> {
    let (documents, body) = if source.path().extension() == Some("md") {
        let markdown = parse_markdown(source).map_err(|_| FormatError::Problems)?;
        (vec![markdown.front_matter], Some(markdown.body))
    } else {
        (parse(source), None)
    };
    let sound = |document: &Parsed| document.complete && document.problems.is_empty();
    if documents.iter().all(sound) {
        Ok((documents, body))
    } else {
        Err(FormatError::Problems)
    }
}

/// A text without a document: comments and empty lines, or nothing.
fn remarks_only(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.trim_end_matches([' ', '\t', '\r']));
    let mut out: String = lines.flat_map(|line| [line, "\n"]).collect();
    out.truncate(out.trim_end_matches('\n').len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Where the line `---` above the body starts.
fn closing_fence(text: &str, body: Span) -> usize {
    let above = text.get(..body.start as usize).unwrap_or_default();
    let above = above.strip_suffix('\n').unwrap_or(above);
    above.rfind('\n').map_or(0, |at| at + 1)
}

/// Where two documents differ in what they say, if they do.
fn difference(before: &Tree, after: &Tree) -> Option<u32> {
    let mut others = after.root().descendants();
    for node in before.root().descendants() {
        let same = others.next().is_some_and(|other| {
            node.kind() == other.kind()
                && node.style() == other.style()
                && node.len() == other.len()
                && node.as_str() == other.as_str()
                && (!node.is_empty() || node.to_value() == other.to_value())
        });
        if !same {
            return Some(node.span().start);
        }
    }
    others.next().map(|_| before.root().span().start)
}

#[cfg(test)]
mod tests;
