//! From text to trees. This is the only module that knows the YAML parser.
//!
//! Aliases are refused and read as nothing, never expanded, so the tree is never larger than the text.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};

use super::builder::{MAX_DEPTH, MAX_NODES, Stop, TreeBuilder};
use super::hidden;
use super::problem::{MAX_DOCUMENTS, MAX_PROBLEMS, Problem, ProblemKind};
use super::source::{Source, Span, saturate};
use super::syntax;
use super::tree::{NodeKind, Style, Tree};

/// One document of a file.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What could be read.
    pub tree: Tree,
    /// Everything wrong with the text, by position.
    pub problems: Vec<Problem>,
    /// Whether the document was read to its end; after a syntax error the tree holds what came before it.
    pub complete: bool,
}

impl Parsed {
    /// A document that holds nothing and has no problems.
    pub(super) fn empty(source: &Source) -> Self {
        let (tree, problems, _) =
            TreeBuilder::new(source.shared_text(), 0, Vec::new(), 0).finish(None);
        Self {
            tree,
            problems,
            complete: true,
        }
    }
}

/// Reads every document of a file.
///
/// A file without a document (only comments, or nothing) gives none, unless there is a problem to report:
/// then one empty document carries it.
pub fn parse(source: &Source) -> Vec<Parsed> {
    parse_start(source, source.text().len())
}

/// As [`parse`], but YAML ends at byte `end`; what follows is only searched for forbidden characters.
pub(super) fn parse_start(source: &Source, end: usize) -> Vec<Parsed> {
    let forbidden: Vec<(usize, char)> = hidden::forbidden(source.text()).collect();
    let text = source.text().get(..end).unwrap_or_default();
    let text = hidden::parseable(text, &forbidden);
    let mut reader = Reader {
        source,
        parser: Parser::new_from_str_with_options(&text, options()),
        building: None,
        comments: Vec::new(),
        node_budget: MAX_NODES,
        done: Vec::new(),
    };
    reader.run();
    let mut documents = reader.done;
    add_forbidden_characters(source, forbidden, &mut documents);
    limit_problems(&mut documents);
    documents
}

fn options() -> granit_parser::Options {
    granit_parser::options! {
        // Each is reported beside the tree, so reading goes on.
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        bom_inside_document_as_content: true,
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // Bounded by the size of the file.
        max_buffered_comment_events: usize::MAX,
    }
}

struct Reader<'s> {
    source: &'s Source,
    parser: Parser<'s, StrInput<'s>>,
    building: Option<TreeBuilder>,
    /// Comments between documents; they belong to the next one, or to the last.
    comments: Vec<Span>,
    node_budget: usize,
    done: Vec<Parsed>,
}

impl<'s> Reader<'s> {
    fn run(&mut self) {
        while let Some(next) = self.parser.next_event() {
            let outcome = match next {
                Ok((event, span)) => self.event(&event, &span),
                Err(error) => {
                    self.syntax_error(&error);
                    Err(Stop { whole_file: false })
                }
            };
            if let Err(stop) = outcome {
                self.finish(None, false);
                let more = !stop.whole_file && self.parser.proceed_next_document().unwrap_or(false);
                if !more || self.too_many_documents() {
                    break;
                }
            }
        }
        self.finish(None, true);
        if let Some(last) = self.done.last_mut() {
            last.tree.add_comments(std::mem::take(&mut self.comments));
        }
    }

    fn event(&mut self, event: &Event<'s>, at: &granit_parser::Span) -> Result<(), Stop> {
        let span = convert(at);
        match event {
            Event::DocumentStart(..) => {
                if self.too_many_documents() {
                    return Err(Stop { whole_file: true });
                }
                self.begin(span.start);
                Ok(())
            }
            Event::DocumentEnd => {
                self.finish(Some(span.end), true);
                Ok(())
            }
            Event::Comment(..) => {
                match &mut self.building {
                    Some(builder) => builder.comment(span),
                    None => self.comments.push(span),
                }
                Ok(())
            }
            _ => match &mut self.building {
                Some(builder) => node(builder, self.source.text(), event, at, span),
                None => Ok(()),
            },
        }
    }

    fn begin(&mut self, start: u32) {
        let comments = std::mem::take(&mut self.comments);
        let start = comments
            .first()
            .map_or(start, |comment| comment.start.min(start));
        self.building = Some(TreeBuilder::new(
            self.source.shared_text(),
            start,
            comments,
            self.node_budget,
        ));
    }

    fn finish(&mut self, end: Option<u32>, complete: bool) {
        if let Some(builder) = self.building.take() {
            let (tree, problems, budget) = builder.finish(end);
            self.node_budget = budget;
            self.done.push(Parsed {
                tree,
                problems,
                complete,
            });
        }
    }

    fn too_many_documents(&mut self) -> bool {
        if self.done.len() < MAX_DOCUMENTS {
            return false;
        }
        if let Some(last) = self.done.last_mut() {
            last.problems.push(Problem::at(
                Span::empty(last.tree.span().end),
                ProblemKind::TooManyDocuments,
            ));
        }
        true
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let offset = saturate(error.marker().byte_offset().unwrap_or_default());
        if self.building.is_none() {
            self.begin(offset);
        }
        if let Some(builder) = &mut self.building {
            let problem = syntax::explain(error.kind(), self.source, offset);
            builder.report(problem);
        }
    }
}

fn convert(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::from_usize(range.start, range.end)
}

fn node(
    builder: &mut TreeBuilder,
    text: &str,
    event: &Event<'_>,
    at: &granit_parser::Span,
    span: Span,
) -> Result<(), Stop> {
    if let Some(tag) = at.tag_span() {
        let span = convert(&tag);
        let tag = text.get(span.range()).unwrap_or_default().to_owned();
        builder.problem(span, ProblemKind::Tag { tag });
    }
    match event {
        Event::Scalar(value, style, _, _) => {
            // The parser gives `~` for a value that is not there.
            if *style == ScalarStyle::Plain && span.is_empty() {
                return builder.scalar(empty_value_span(text, span), Style::Plain, "");
            }
            let style = scalar_style(*style);
            let span = match style {
                Style::Literal | Style::Folded => block_scalar_span(text, builder.last_end(), span),
                _ => span,
            };
            if style == Style::DoubleQuoted {
                report_escapes(builder, text, span);
            }
            builder.scalar(span, style, value)
        }
        Event::SequenceStart(style, _, _) => {
            builder.open(span, NodeKind::Seq, collection_style(*style))
        }
        Event::MappingStart(style, _, _) => {
            builder.open(span, NodeKind::Map, collection_style(*style))
        }
        Event::SequenceEnd | Event::MappingEnd => {
            builder.close(span);
            Ok(())
        }
        Event::Anchor(_, name) => {
            builder.problem(
                span,
                ProblemKind::Anchor {
                    name: name.to_string(),
                },
            );
            Ok(())
        }
        Event::Alias(_) | Event::UnresolvedAlias(_) => {
            if !builder.expects_merge_value() {
                let name = text
                    .get(span.range())
                    .unwrap_or_default()
                    .trim_start_matches('*')
                    .to_owned();
                builder.problem(span, ProblemKind::Alias { name });
            }
            builder.refused(span)
        }
        _ => Ok(()),
    }
}

fn scalar_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn collection_style(style: StructureStyle) -> Style {
    match style {
        StructureStyle::Block => Style::Block,
        StructureStyle::Flow => Style::Flow,
    }
}

fn report_escapes(builder: &mut TreeBuilder, text: &str, span: Span) {
    let raw = text.get(span.range()).unwrap_or_default();
    if !raw.contains('\\') {
        return;
    }
    for (at, len, character) in hidden::forbidden_escapes(raw) {
        let at = span.start as usize + at;
        let kind = ProblemKind::ForbiddenCharacter {
            character,
            escaped: true,
        };
        builder.problem(Span::from_usize(at, at + len), kind);
    }
}

// A missing value is put after the colon of its key, where an author would write it.
fn empty_value_span(text: &str, span: Span) -> Span {
    let rest = text.get(span.start as usize..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    match rest.as_bytes().get(blanks) {
        Some(b':') => Span::empty(span.start + saturate(blanks) + 1),
        _ => span,
    }
}

// The parser's span is the content; ours starts at the `|` or `>` and leaves out trailing line breaks.
fn block_scalar_span(text: &str, search_from: u32, content: Span) -> Span {
    let before = text
        .get(search_from as usize..content.start as usize)
        .unwrap_or_default();
    let mut start = content.start;
    let mut in_comment = false;
    let mut after_blank = true;
    for (at, byte) in before.bytes().enumerate() {
        match byte {
            b'\n' | b'\r' => in_comment = false,
            _ if in_comment => {}
            b'#' if after_blank => in_comment = true,
            b'|' | b'>' => {
                start = search_from + saturate(at);
                break;
            }
            _ => {}
        }
        after_blank = byte.is_ascii_whitespace();
    }
    let body = text.get(content.range()).unwrap_or_default();
    let kept = body.trim_end_matches(['\n', '\r', ' ']).len();
    Span::new(start, content.start + saturate(kept))
}

// The whole text is looked at, comments and gaps between documents included.
fn add_forbidden_characters(
    source: &Source,
    forbidden: Vec<(usize, char)>,
    documents: &mut Vec<Parsed>,
) {
    for (at, character) in forbidden {
        let span = Span::from_usize(at, at + character.len_utf8());
        if documents.is_empty() {
            documents.push(Parsed::empty(source));
        }
        let holder = documents.partition_point(|document| document.tree.span().end <= span.start);
        let last = documents.len() - 1;
        if let Some(document) = documents.get_mut(holder.min(last))
            && document.problems.len() <= MAX_PROBLEMS
        {
            let kind = ProblemKind::ForbiddenCharacter {
                character,
                escaped: false,
            };
            document.problems.push(Problem::at(span, kind));
        }
    }
}

fn limit_problems(documents: &mut [Parsed]) {
    let mut left = MAX_PROBLEMS;
    for document in documents {
        document.problems.sort_by_key(|problem| problem.span);
        // A document with problems always keeps one, so that it never looks sound.
        let keep = left.max(1);
        if document.problems.len() > keep {
            document.problems.truncate(keep);
            let last = document
                .problems
                .last()
                .map_or(document.tree.span(), |problem| problem.span);
            document
                .problems
                .push(Problem::at(last, ProblemKind::TooManyProblems));
        }
        left = left.saturating_sub(document.problems.len());
    }
}

#[cfg(test)]
mod tests;
