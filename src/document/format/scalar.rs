//! Scalars: as they are written, with lines after the first indented anew.

use super::writer::{Unsound, Writer};
use crate::document::tree::{NodeRef, Style};

impl Writer<'_> {
    /// A plain or quoted scalar. White space around its line breaks means nothing.
    pub(super) fn words(&mut self, node: NodeRef<'_>, indent: usize) {
        let raw = node.raw();
        if !raw.contains('\n') {
            self.out.push_str(raw);
            return;
        }
        let mut lines = raw.split('\n').peekable();
        let mut first = true;
        while let Some(line) = lines.next() {
            let line = if first {
                line
            } else {
                line.trim_start_matches([' ', '\t'])
            };
            let line = match lines.peek() {
                Some(_) => end_trimmed(line, node.style()),
                None => line,
            };
            if !first {
                self.out.push('\n');
                if !line.is_empty() {
                    self.indent(indent);
                }
            }
            self.out.push_str(line);
            first = false;
        }
    }

    /// A block scalar: its content stays, its indentation becomes `indent`.
    pub(super) fn block_scalar(&mut self, node: NodeRef<'_>, indent: usize) -> Result<(), Unsound> {
        let start = node.span().start as usize;
        let rest = self.text.get(start..).ok_or(start)?;
        let header = rest.split('\n').next().unwrap_or_default();
        let decoded = node.as_str().ok_or(start)?;
        let indicators: &str = header.split([' ', '\t', '\r']).next().unwrap_or_default();
        let keeps = indicators.contains('+');
        let body = rest.get(header.len() + 1..).unwrap_or_default();
        let old = content_indent(body, decoded);
        for character in indicators.chars() {
            // An explicit indentation counts from the parent, whose distance is always two.
            self.out.push(if character.is_ascii_digit() {
                '2'
            } else {
                character
            });
        }
        self.comments_beside(start + header.len());
        if let Some(old) = old {
            self.content(body, old, indent);
        }
        if keeps {
            let breaks = decoded.len() - decoded.trim_end_matches('\n').len();
            // An empty scalar has no content whose line has to be ended.
            self.out.extend(std::iter::repeat_n(
                '\n',
                if old.is_some() { breaks } else { breaks + 1 },
            ));
            self.ended_line();
        }
        Ok(())
    }

    // Empty lines at the end are left out here: they are content only if they are kept.
    fn content(&mut self, body: &str, old: usize, indent: usize) {
        let mut empty = 0;
        for line in body.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let blanks = line.len() - line.trim_start_matches(' ').len();
            if blanks < old {
                if blanks < line.len() {
                    return;
                }
                empty += 1;
                continue;
            }
            let content = line.get(old..).unwrap_or_default();
            if content.is_empty() {
                empty += 1;
                continue;
            }
            self.out.extend(std::iter::repeat_n('\n', empty + 1));
            empty = 0;
            self.indent(indent);
            self.out.push_str(content);
        }
    }
}

/// How far the content of a block scalar is indented: its first line that is not empty tells, less the blanks that are
/// content.
fn content_indent(body: &str, decoded: &str) -> Option<usize> {
    let leading = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let content = decoded.split('\n').find(|line| !line.is_empty())?;
    if content.bytes().all(|byte| byte == b' ') {
        // Content that is nothing but blanks cannot be told from indentation.
        return None;
    }
    let written = body
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .find(|line| line.bytes().any(|byte| byte != b' '))?;
    leading(written).checked_sub(leading(content))
}

/// A line without blanks at its end, but with one that a backslash makes content.
fn end_trimmed(line: &str, style: Style) -> &str {
    let trimmed = line.trim_end_matches([' ', '\t', '\r']);
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    let escaped = style == Style::DoubleQuoted && backslashes % 2 == 1;
    match line
        .get(trimmed.len()..)
        .and_then(|blanks| blanks.chars().next())
    {
        Some(blank @ (' ' | '\t')) if escaped => line
            .get(..trimmed.len() + blank.len_utf8())
            .unwrap_or(trimmed),
        _ => trimmed,
    }
}
