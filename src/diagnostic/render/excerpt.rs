//! The lines around the places of one finding, made safe to print, as a miette source.
//!
//! miette knows one source per report. The excerpts of all files are laid one after the other in a text of their
//! own; a span never reaches from one excerpt into the next, so each is drawn with the name of its own file.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::diagnostic::located::Position;
use crate::diagnostic::visible::{push_visible, visible_line};
use crate::document::{Source, Span};

/// Lines shown around a place.
const CONTEXT: u32 = 1;

/// Places that take up more lines are shown by their first line.
const MAX_LINES: u32 = 6;

/// Longest line shown, in characters; the rest around the place is cut away.
const MAX_COLUMNS: usize = 180;

/// Excerpts of the files a finding touches.
#[derive(Debug, Default)]
pub(super) struct Excerpts {
    text: String,
    chunks: Vec<Chunk>,
    labels: Vec<LabeledSpan>,
    /// Where each label really starts: offset in `text`, line and column from 0.
    starts: Vec<(usize, usize, usize)>,
}

#[derive(Debug)]
struct Chunk {
    path: String,
    start: usize,
    end: usize,
    /// From 0.
    first_line: usize,
}

/// Where a place starts and ends in the printed text.
type Offsets = (Option<usize>, Option<usize>);

/// A place and the lines it is shown with.
struct Shown<'p> {
    position: &'p Position,
    source: &'p Source,
    span: Span,
    primary: bool,
    lines: (u32, u32),
}

impl Excerpts {
    /// The excerpts that show `primary` and then `related`; places without a source are left out.
    pub(super) fn new(primary: &Position, related: &[Position]) -> Self {
        let mut shown: Vec<Shown<'_>> = std::iter::once((primary, true))
            .chain(related.iter().map(|position| (position, false)))
            .filter_map(|(position, is_primary)| Shown::new(position, is_primary))
            .collect();
        // The file of the primary place comes first; within a file lines rise.
        shown.sort_by(|a, b| {
            let file = |s: &Shown<'_>| s.position.path != primary.path;
            (file(a), &a.position.path, a.lines).cmp(&(file(b), &b.position.path, b.lines))
        });
        let mut excerpts = Self::default();
        let mut rest = shown.as_slice();
        while let Some(first) = rest.first() {
            let mut lines = first.lines;
            let together = rest
                .iter()
                .take_while(|next| {
                    let joins =
                        next.position.path == first.position.path && next.lines.0 <= lines.1 + 1;
                    if joins {
                        lines.1 = lines.1.max(next.lines.1);
                    }
                    joins
                })
                .count();
            let (chunk, others) = rest.split_at(together.max(1));
            excerpts.add_chunk(chunk, lines);
            rest = others;
        }
        excerpts
    }

    pub(super) fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    fn add_chunk(&mut self, shown: &[Shown<'_>], (from, to): (u32, u32)) {
        let Some(first) = shown.first() else { return };
        let start = self.text.len();
        let mut offsets = vec![(None, None); shown.len()];
        for number in from..=to {
            let Some(line) = first.source.line_span(number) else {
                break;
            };
            self.add_line(shown, line, &mut offsets);
        }
        for (one, (at, end)) in shown.iter().zip(offsets) {
            // A place within a line break has no character of its own.
            let at = at.unwrap_or(start);
            let length = end.unwrap_or(at).saturating_sub(at);
            let label = one.position.label.as_deref().map(visible_line);
            let span = SourceSpan::new(at.into(), length);
            self.labels.push(match one.primary {
                true => LabeledSpan::new_primary_with_span(label, span),
                false => LabeledSpan::new_with_span(label, span),
            });
            let line_col = one.source.line_col(one.span.start);
            self.starts.push((
                at,
                line_col.line.saturating_sub(1) as usize,
                line_col.column.saturating_sub(1) as usize,
            ));
        }
        self.chunks.push(Chunk {
            path: visible_line(first.position.path.as_str()),
            start,
            end: self.text.len(),
            first_line: from.saturating_sub(1) as usize,
        });
        // A place at the start of the next excerpt does not touch the end of this one.
        self.text.push_str("\n\n");
    }

    // Notes for every place that starts or ends in this line where that is in the printed text.
    fn add_line(&mut self, shown: &[Shown<'_>], line: Span, offsets: &mut [Offsets]) {
        let Some(source) = shown.first().map(|one| one.source) else {
            return;
        };
        let text = source.slice(line);
        let window = window(text, line, shown);
        if window.start > 0 {
            self.text.push('…');
        }
        let mut note = |at: u32, printed: usize| {
            for (one, offset) in shown.iter().zip(offsets.iter_mut()) {
                if one.span.start == at {
                    offset.0 = Some(printed);
                }
                if one.span.end == at {
                    offset.1 = Some(printed);
                }
            }
        };
        for (number, (offset, c)) in text.char_indices().enumerate() {
            let inside = window.contains(&number);
            let at = line
                .start
                .saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
            note(at, self.text.len());
            if inside {
                push_visible(&mut self.text, c);
            }
        }
        note(line.end, self.text.len());
        if window.end < text.chars().count() {
            self.text.push('…');
        }
        self.text.push('\n');
    }
}

/// The characters of a line that are shown: all, or as many as fit around the first place in it.
fn window(text: &str, line: Span, shown: &[Shown<'_>]) -> std::ops::Range<usize> {
    let length = text.chars().count();
    if length <= MAX_COLUMNS {
        return 0..length;
    }
    let first = shown
        .iter()
        .filter(|one| line.start <= one.span.start && one.span.start <= line.end)
        .map(|one| (one.primary, one.span.start))
        .max_by_key(|(primary, start)| (*primary, std::cmp::Reverse(*start)));
    let column = first.map_or(0, |(_, start)| {
        let before = text.get(..(start - line.start) as usize);
        before.map_or(0, |before| before.chars().count())
    });
    let from = column
        .saturating_sub(MAX_COLUMNS / 3)
        .min(length - MAX_COLUMNS);
    from..from + MAX_COLUMNS
}

impl<'p> Shown<'p> {
    fn new(position: &'p Position, primary: bool) -> Option<Self> {
        let source = position.source.as_ref()?;
        let (first, last) = (position.start.line, position.end.line);
        let long = last.saturating_sub(first) >= MAX_LINES;
        let line_end = source.line_span(first).map_or(position.span.end, |l| l.end);
        let (span, last) = match long {
            true => (Span::new(position.span.start, line_end), first),
            false => (position.span, last),
        };
        // What follows the last line break is no line to a reader.
        let ends_line = source.text().ends_with(['\n', '\r']);
        let line_count = source.line_count() - u32::from(ends_line);
        let lines = (
            first.saturating_sub(CONTEXT).max(1),
            last.saturating_add(CONTEXT).min(line_count.max(last)),
        );
        Some(Self {
            position,
            source,
            span: without_final_break(source, span),
            primary,
            lines,
        })
    }
}

// A block ends at the start of the next line; shown to there it would look one line longer than it is.
fn without_final_break(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let kept = text.trim_end_matches(['\n', '\r', ' ']).len();
    let end = usize::try_from(span.start).unwrap_or(0) + kept;
    Span::new(span.start, u32::try_from(end).unwrap_or(span.end))
}

impl SourceCode for Excerpts {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let chunk = self
            .chunks
            .iter()
            .find(|chunk| chunk.start <= start && end <= chunk.end && start < chunk.end)
            .ok_or(MietteError::OutOfBounds)?;
        let named = |from: usize, to: usize, line, column| {
            let data = self.text.get(from..to).unwrap_or_default();
            MietteSpanContents::new_named(
                chunk.path.clone(),
                data.as_bytes(),
                SourceSpan::new(from.into(), to - from),
                line,
                column,
                data.lines().count(),
            )
        };
        // Asked without context only for the line and column to print.
        let exact = self.starts.iter().find(|(at, ..)| *at == start);
        Ok(Box::new(match exact {
            Some((_, line, column)) if before == 0 && after == 0 => {
                named(start, end, *line, *column)
            }
            _ => named(chunk.start, chunk.end, chunk.first_line, 0),
        }))
    }
}
