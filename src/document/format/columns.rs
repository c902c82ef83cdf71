//! Tables: what stood in one column on neighbouring lines stands in one column again, as close as it can be.
//!
//! Two stops that are given the same column may be taken for neighbours when the result is formatted once more. Both
//! columns are the smallest that have room for their own lines, so that the column of both together is the same.

use std::ops::Range;

use super::writer::column_of;

/// Most columns of a table that are looked at.
const MAX_COLUMNS: usize = 32;

/// A place where blanks may be put in to fill a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// Where the token behind it starts in the text that is written.
    pub(super) at: usize,
    /// Column of the token in the source, in characters from 0.
    pub(super) column: usize,
    /// Whether the token is a comment at the end of a line.
    pub(super) is_comment: bool,
}

/// A line with stops.
#[derive(Debug)]
struct Row {
    start: usize,
    indent: usize,
    stops: Range<usize>,
    /// Blanks put in so far.
    shift: usize,
    /// Whether the row above is on the line above and as far indented.
    follows: bool,
}

/// The text with blanks put in at stops.
pub(super) fn aligned(text: String, stops: &[Stop]) -> String {
    let mut rows = rows(&text, stops);
    let mut pads: Vec<(usize, usize)> = Vec::new();
    for table in rows.chunk_by_mut(|_, row| row.follows) {
        if table.len() < 2 {
            continue;
        }
        let columns = table.iter().map(|row| row.stops.len()).max();
        for column in 0..columns.unwrap_or_default().min(MAX_COLUMNS) {
            pad(table, &mut pads, &text, |row| {
                stops
                    .get(row.stops.clone())?
                    .get(column)
                    .filter(|stop| !stop.is_comment)
            });
        }
        pad(table, &mut pads, &text, |row| {
            stops
                .get(row.stops.clone())?
                .last()
                .filter(|stop| stop.is_comment)
        });
    }
    if pads.is_empty() {
        return text;
    }
    pads.sort_unstable();
    let mut out = String::with_capacity(text.len() + pads.len() * 8);
    let mut from = 0;
    for (at, pad) in pads {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.extend(std::iter::repeat_n(' ', pad));
        from = at;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

fn rows(text: &str, stops: &[Stop]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut from = 0;
    for (index, stop) in stops.iter().enumerate() {
        let between = text.get(from..stop.at).unwrap_or_default();
        from = stop.at;
        let line = between.rfind('\n');
        if let (None, Some(row)) = (line, rows.last_mut()) {
            row.stops.end = index + 1;
            continue;
        }
        let start = line.map_or(0, |end| stop.at - between.len() + end + 1);
        let before = text.get(start..stop.at).unwrap_or_default();
        let indent = before.len() - before.trim_start_matches(' ').len();
        let breaks = between.bytes().filter(|byte| *byte == b'\n').count();
        let above = rows.last().map(|row| row.indent);
        rows.push(Row {
            start,
            indent,
            stops: index..index + 1,
            shift: 0,
            follows: breaks == 1 && above == Some(indent),
        });
    }
    rows
}

/// Gives neighbouring rows whose stops stood in one column the smallest column that has room for all.
fn pad<'s>(
    table: &mut [Row],
    pads: &mut Vec<(usize, usize)>,
    text: &str,
    stop: impl Fn(&Row) -> Option<&'s Stop>,
) {
    let together = |a: &Row, b: &Row| match (stop(a), stop(b)) {
        (Some(a), Some(b)) => a.column == b.column,
        _ => false,
    };
    for group in table.chunk_by_mut(together) {
        if group.len() < 2 {
            continue;
        }
        let column = |row: &Row| {
            let line = text.get(row.start..stop(row)?.at)?;
            Some(line.chars().count() + row.shift)
        };
        let widest = group.iter().filter_map(column).max().unwrap_or_default();
        for row in group {
            let Some((column, stop)) = column(row).zip(stop(row)) else {
                continue;
            };
            if column < widest {
                pads.push((stop.at, widest - column));
                row.shift += widest - column;
            }
        }
    }
}

/// A stop for the token at `source_at` of the source that is written at `at`.
pub(super) fn stop(source: &str, source_at: usize, at: usize, is_comment: bool) -> Stop {
    Stop {
        at,
        column: column_of(source, source_at),
        is_comment,
    }
}
