//! Markdown files that start with YAML front matter.

use super::parse::{Parsed, parse_start};
use super::source::{Source, Span, saturate};

/// A Markdown file: the document in its front matter, and the text below.
#[derive(Debug, Clone)]
pub struct Markdown {
    /// The front matter; all spans are offsets into the whole file.
    pub front_matter: Parsed,
    /// Where the front matter stands, without the `---` lines.
    pub front_matter_span: Span,
    /// Where the text below stands.
    pub body: Span,
}

/// Why a file has no front matter that could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkdownError {
    /// The first line is not `---`.
    #[error(
        "the file has no front matter; begin it with a line `---`, the YAML, and another line `---`"
    )]
    Missing {
        /// The first line.
        span: Span,
    },
    /// No second `---` line.
    #[error("the front matter is never closed; put a line `---` below the YAML")]
    Unterminated {
        /// The `---` that opens it.
        span: Span,
    },
    /// Several YAML documents between the two lines.
    #[error("the front matter holds more than one YAML document; a Markdown file holds one")]
    SeveralDocuments {
        /// The second one.
        span: Span,
    },
}

impl MarkdownError {
    /// Where to point.
    pub fn span(&self) -> Span {
        match self {
            Self::Missing { span }
            | Self::Unterminated { span }
            | Self::SeveralDocuments { span } => *span,
        }
    }
}

/// Splits a Markdown file into front matter and text, and reads the front matter.
///
/// The front matter lies between the first line, which has to be `---`, and the next line that is `---`.
///
/// # Errors
/// There is none, it is not closed, or it is more than one document.
pub fn parse_markdown(source: &Source) -> Result<Markdown, MarkdownError> {
    let text = source.text();
    let mut lines = lines(text);
    let opening = lines.next().unwrap_or_default();
    if !is_fence(text, opening) {
        return Err(MarkdownError::Missing {
            span: trimmed(text, opening),
        });
    }
    let Some(closing) = lines.find(|line| is_fence(text, *line)) else {
        return Err(MarkdownError::Unterminated {
            span: trimmed(text, opening),
        });
    };
    let front_matter_span = Span::new(opening.end, closing.start);
    // The opening `---` starts a YAML document, so offsets are those of the file.
    let mut documents = parse_start(source, closing.start as usize).into_iter();
    let front_matter = documents.next().unwrap_or_else(|| Parsed::empty(source));
    if let Some(second) = documents.next() {
        return Err(MarkdownError::SeveralDocuments {
            span: Span::empty(second.tree.span().start),
        });
    }
    Ok(Markdown {
        front_matter,
        front_matter_span,
        body: Span::new(closing.end, saturate(text.len())),
    })
}

// With their line breaks.
fn lines(text: &str) -> impl Iterator<Item = Span> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let span = Span::from_usize(start, start + line.len());
        start += line.len();
        span
    })
}

fn is_fence(text: &str, line: Span) -> bool {
    text.get(line.range())
        .is_some_and(|line| line.trim_end() == "---")
}

fn trimmed(text: &str, line: Span) -> Span {
    let kept = text.get(line.range()).unwrap_or_default().trim_end().len();
    Span::new(line.start, line.start + saturate(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::from_text("postmortem.md", text).unwrap()
    }

    #[test]
    fn spans_are_offsets_into_the_whole_file() {
        for text in [
            "---\nid: a\ntitle: \"q\\u0041\"\n---\n# Body\n\n---\n",
            "---\r\nid: a\r\ntitle: 'qA'\r\n--- \r\n# Body\n\n---\n",
        ] {
            let file = source(text);
            let markdown = parse_markdown(&file).unwrap();
            let root = markdown.front_matter.tree.root();
            assert_eq!(markdown.front_matter.problems, []);
            assert_eq!(root.get("id").map(|id| id.raw()), Some("a"));
            assert_eq!(
                root.get("title").and_then(|title| title.as_str()),
                Some("qA")
            );
            assert_eq!(file.slice(root.key("title").unwrap()), "title");
            assert_eq!(file.slice(markdown.body), "# Body\n\n---\n");
        }
    }

    #[test]
    fn problems_have_their_place_in_the_file_too() {
        let text = "---\nid: a\nid: b\nx: \u{202E}\ny: [1\n---\nbody \u{202E}\n";
        let file = source(text);
        let problems = parse_markdown(&file).unwrap().front_matter.problems;
        let places: Vec<_> = problems
            .iter()
            .map(|problem| file.slice(problem.span))
            .collect();
        assert_eq!(places.len(), 4, "{problems:?}");
        assert!(places.starts_with(&["id", "\u{202E}"]), "{places:?}");
        // The body is read by people and agents alike.
        assert_eq!(places.last(), Some(&"\u{202E}"));
    }

    #[test]
    fn front_matter_that_is_missing_unterminated_or_several() {
        let error = |text: &str| parse_markdown(&source(text)).unwrap_err();
        assert_eq!(
            error("# Title\n"),
            MarkdownError::Missing {
                span: Span::new(0, 7)
            }
        );
        assert_eq!(
            error(""),
            MarkdownError::Missing {
                span: Span::new(0, 0)
            }
        );
        assert_eq!(
            error("---\nid: a\n"),
            MarkdownError::Unterminated {
                span: Span::new(0, 3)
            }
        );
        assert!(matches!(
            error("---\na: 1\n...\nb: 1\n---\n"),
            MarkdownError::SeveralDocuments { .. }
        ));
        let empty = parse_markdown(&source("---\n---\n")).unwrap();
        assert!(empty.front_matter.tree.root().is_null());
    }
}
