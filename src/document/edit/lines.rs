//! Where lines begin and end, and what stands on them besides values.

/// Longest line that is looked at, in bytes. Nobody writes longer ones by hand, and looking at one again for every
/// finding on it would take time that grows with the square of its length.
const LONGEST: usize = 16 * 1024;

/// Most comment lines that are taken to belong to the value above them.
const MOST_COMMENTS: usize = 64;

/// The lines of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'t> {
    text: &'t str,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset of its line break, or the end of the text.
    pub(super) end: usize,
    /// Offset of the next line, or the end of the text.
    pub(super) next: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text }
    }

    pub(super) fn text(self) -> &'t str {
        self.text
    }

    /// The line an offset lies on.
    pub(super) fn at(self, offset: usize) -> Option<Line> {
        let before = self.text_before(offset);
        let after = self.text.get(offset..)?;
        let nearest = before.len().min(LONGEST);
        let start = match before
            .as_bytes()
            .iter()
            .rev()
            .take(nearest)
            .position(|byte| *byte == b'\n')
        {
            Some(back) => offset - back,
            None if before.len() <= LONGEST => 0,
            None => return None,
        };
        let forward = after
            .as_bytes()
            .iter()
            .take(LONGEST)
            .position(|byte| *byte == b'\n');
        let (end, next) = match forward {
            Some(forward) => (offset + forward, offset + forward + 1),
            None if after.len() <= LONGEST => (self.text.len(), self.text.len()),
            None => return None,
        };
        let ends_with_return = next > end && end > start && self.text_before(end).ends_with('\r');
        let end = if ends_with_return { end - 1 } else { end };
        // An offset between the two bytes of a line break belongs to no line.
        (offset <= end || end == self.text.len()).then_some(Line { start, end, next })
    }

    pub(super) fn text_before(self, offset: usize) -> &'t str {
        self.text.get(..offset).unwrap_or_default()
    }

    pub(super) fn between(self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The line break this text uses.
    pub(super) fn line_break(self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text_before(at).ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The column of something that begins a line, or follows the dashes of list items on it.
    pub(super) fn column(self, offset: usize) -> Option<usize> {
        let line = self.at(offset)?;
        let before = self.between(line.start, offset);
        let mut rest = before.trim_start_matches(' ');
        while !rest.is_empty() {
            rest = rest.strip_prefix("- ")?.trim_start_matches(' ');
        }
        Some(before.len())
    }

    /// Whether only blanks stand before an offset on its line.
    pub(super) fn begins_line(self, offset: usize) -> bool {
        let blank = |line: Line| is_blank(self.between(line.start, offset));
        self.at(offset).is_some_and(blank)
    }

    /// The line on which a value ends, if nothing but a comment follows on it.
    pub(super) fn ended_by(self, offset: usize) -> Option<Line> {
        let line = self.at(offset)?;
        is_tail(self.between(offset, line.end)).then_some(line)
    }

    /// The last of the comment lines that follow a line and stand to the right of a column: they speak about
    /// what is above them.
    pub(super) fn with_comments_below(self, line: Line, column: usize) -> Option<Line> {
        let mut last = line;
        for _ in 0..MOST_COMMENTS {
            if last.next >= self.text.len() {
                break;
            }
            let next = self.at(last.next)?;
            let content = self.between(next.start, next.end);
            let indent = content.len() - content.trim_start_matches(' ').len();
            if indent <= column || !content.trim_start_matches(' ').starts_with('#') {
                break;
            }
            last = next;
        }
        Some(last)
    }

    /// Whether the lines between an offset and the next text hold not even blanks.
    pub(super) fn is_followed_by_nothing_blank(self, offset: usize) -> bool {
        let Some(mut line) = self.at(offset) else {
            return false;
        };
        while line.next < self.text.len() {
            let Some(next) = self.at(line.next) else {
                return false;
            };
            let content = self.between(next.start, next.end);
            if !is_blank(content) {
                return true;
            }
            if !content.is_empty() {
                return false;
            }
            line = next;
        }
        true
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether what follows a value on its line is nothing or a comment.
pub(super) fn is_tail(rest: &str) -> bool {
    let content = rest.trim_start_matches([' ', '\t']);
    content.is_empty() || (content.len() < rest.len() && content.starts_with('#'))
}
