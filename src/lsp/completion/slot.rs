//! Where in a document something is being written.
//!
//! The word at the cursor is replaced by a mark, what is open on its line is closed, and the text is read: where the mark
//! turns up in the tree is where the word will be. Whether it is going to be a key or a value is tried, most likely first.

use crate::document::{NodeKind, NodeRef, Route, Source, Span};
use crate::library::{Entry, Library};

/// Stands for what is being written.
const MARK: &str = "zzrbkcursorzz";

/// The word that is being written, and what it may be.
pub(super) struct Gap {
    pub(super) word: Span,
    /// Whether a colon follows already.
    pub(super) has_colon: bool,
    /// The document with each thing the word may be.
    pub(super) filled: Vec<Filled>,
}

/// A document in which the word is something.
pub(super) struct Filled {
    library: Library,
    position: usize,
    pub(super) slot: Slot,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A key of the mapping at a route.
    Key { parent: Route },
    /// The value at a route, or a part of it.
    Value { route: Route },
}

impl Filled {
    /// The document, with a mark where the word is.
    pub(super) fn entry(&self) -> Option<&Entry> {
        let mut entries = self.library.entries();
        entries.find_map(|(_, entry)| (entry.position() == self.position).then_some(entry))
    }
}

/// What is being written at an offset.
pub(super) fn at(source: &Source, offset: u32) -> Option<Gap> {
    let text = source.text();
    if text.contains(MARK) {
        return None;
    }
    let at = offset as usize;
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let word_before = before.trim_end_matches(is_word);
    let start = word_before.len();
    let length = after.find(|c| !is_word(c)).unwrap_or(after.len());
    let end = at + length;
    let (head, tail) = (text.get(..start)?, text.get(end..)?);
    let line = head.rsplit(['\n', '\r']).next().unwrap_or_default();
    let rest = tail.split(['\n', '\r']).next().unwrap_or_default();
    let mut filled: Vec<Filled> = Vec::new();
    for guess in guesses(line) {
        let written = match guess {
            Guess::Key if rest.trim_start().starts_with(':') => MARK.to_owned(),
            Guess::Key => format!("{MARK}: x"),
            Guess::Value => MARK.to_owned(),
        };
        let (open, comment) = open_ends(&format!("{line}{written}{rest}"));
        // Within a comment nothing is suggested.
        let (rest, comment) = rest.split_at_checked(rest.len().checked_sub(comment)?)?;
        let below = tail.get(rest.len() + comment.len()..).unwrap_or_default();
        let whole = format!("{head}{written}{rest}{open}{comment}{below}");
        if let Some(found) = find(source, whole) {
            let is_new = filled.iter().all(|known| known.slot != found.slot);
            if is_new {
                filled.push(found);
            }
            if !matches!(line.trim_end().chars().last(), None | Some('-')) {
                break;
            }
        }
    }
    Some(Gap {
        word: Span::new(
            offset - u32::try_from(at - start).ok()?,
            u32::try_from(end).ok()?,
        ),
        has_colon: rest.trim_start().starts_with(':'),
        filled,
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

#[derive(Clone, Copy)]
enum Guess {
    Key,
    Value,
}

/// What the word may be, by what stands before it on its line.
fn guesses(line: &str) -> &'static [Guess] {
    let before = line.trim_end();
    match before.chars().last() {
        Some(',') if open_ends(line).0.starts_with(']') => &[Guess::Value],
        None => &[Guess::Key, Guess::Value],
        Some('-') if before.trim_start() == "-" => &[Guess::Value, Guess::Key],
        Some('{') => &[Guess::Key],
        Some(',') => &[Guess::Key, Guess::Value],
        _ => &[Guess::Value],
    }
}

/// What closes everything that is open at the end of a line, and how long the comment there is.
fn open_ends(line: &str) -> (String, usize) {
    let mut open = Vec::new();
    let mut quote = None;
    let mut is_escaped = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some('"'), '\\') => is_escaped = true,
            (Some(mark), _) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if !is_word(before) => quote = Some(c),
            (None, '{') => open.push('}'),
            (None, '[') => open.push(']'),
            (None, '}' | ']') => {
                open.pop();
            }
            (None, '#') if before.is_whitespace() => {
                return (closed(quote, &open), line.len() - at);
            }
            (None, _) => {}
        }
        before = c;
    }
    (closed(quote, &open), 0)
}

fn closed(quote: Option<char>, open: &[char]) -> String {
    quote
        .into_iter()
        .chain(open.iter().rev().copied())
        .collect()
}

/// Where the mark is in a text.
fn find(source: &Source, text: String) -> Option<Filled> {
    let library = Library::from_sources([(source.path().to_owned(), text.into_bytes())]);
    let (position, slot) = library
        .entries()
        .find_map(|(_, entry)| Some((entry.position(), slot_in(entry)?)))?;
    Some(Filled {
        library,
        position,
        slot,
    })
}

fn slot_in(entry: &Entry) -> Option<Slot> {
    let is_marked = |node: NodeRef<'_>| node.as_str().is_some_and(|text| text.contains(MARK));
    let tree = entry.tree();
    for node in entry.root().descendants() {
        if node.kind() == NodeKind::Map && node.entries().any(|one| one.name.contains(MARK)) {
            let parent = tree.route_to(node);
            return Some(Slot::Key { parent });
        }
        let values = node.entries().map(|one| one.value).chain(node.items());
        if let Some(value) = values.into_iter().find(|value| is_marked(*value)) {
            let route = tree.route_to(value);
            return Some(Slot::Value { route });
        }
    }
    let root = entry.root();
    // In an empty file the word is all there is.
    is_marked(root).then(|| Slot::Key {
        parent: Route::root(),
    })
}

/// Whether a key is one that was written, not the mark.
pub(super) fn is_written(name: &str) -> bool {
    !name.contains(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(marked: &str) -> Vec<String> {
        let offset = u32::try_from(marked.find('|').unwrap()).unwrap();
        let source = Source::from_text("a.yaml", &marked.replacen('|', "", 1)).unwrap();
        let gap = at(&source, offset).unwrap();
        let slots = gap.filled.iter().map(|filled| match &filled.slot {
            Slot::Key { parent } => format!("key of {parent}"),
            Slot::Value { route } => format!("value of {route}"),
        });
        slots.collect()
    }

    #[test]
    fn a_word_is_found_in_a_text_that_is_not_finished() {
        for (marked, expected) in [
            ("a:\n  b: |\nc: 1\n", ["value of a.b"].as_slice()),
            ("a:\n  b: wo|rd\n", &["value of a.b"]),
            ("a: {b: |\nc: 1\n", &["value of a.b"]),
            ("a: {b: 1, |\nc: 1\n", &["key of a"]),
            ("a: {|\nc: 1\n", &["key of a"]),
            ("a: {b: [x, |\n", &["value of a.b[1]"]),
            ("a: {b: [x, |], c: 1} # note\n", &["value of a.b[1]"]),
            ("a: {b: \"x and |\nc: 1\n", &["value of a.b"]),
            ("a:\n  b: 1\n  c|\nd: 1\n", &["key of a"]),
            ("a:\n  - |\n", &["value of a[0]", "key of a[0]"]),
            ("a:\n  - b: |\n    c: 1\n", &["value of a[0].b"]),
            ("a:\n  b: x and not y|\n", &["value of a.b"]),
            ("|", &["key of "]),
            ("a: 1\n|\n", &["key of "]),
        ] {
            assert_eq!(slots(marked), expected, "{marked}");
        }
    }

    #[test]
    fn no_cursor_and_no_text_stops_it() {
        for text in [
            "",
            "{",
            "[[[[",
            "\"",
            "'",
            "- - -",
            "a: b: c",
            "ü\u{1D11E}",
            "%",
            "\t",
            "# x",
            "---\n",
            "a: |\n  x",
        ] {
            let source = Source::from_text("a.yaml", text).unwrap();
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let _ = at(&source, u32::try_from(offset).unwrap());
            }
        }
    }
}
