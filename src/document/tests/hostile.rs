//! Inputs made to exhaust memory, time or the stack, or to hide something from a reader.

use std::time::{Duration, Instant};

use crate::document::builder::{MAX_DEPTH, MAX_NODES, MAX_SCALAR_BYTES};
use crate::document::{
    MAX_DOCUMENTS, MAX_PROBLEMS, MAX_SOURCE_BYTES, Parsed, ProblemKind, Source, parse,
};

/// Reads a text and asserts that it takes time in proportion to its size (generously, for debug builds on a busy machine).
fn read(text: &str) -> Vec<Parsed> {
    let source = Source::from_text("hostile.yaml", text).unwrap();
    let started = Instant::now();
    let documents = parse(&source);
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?} for {} bytes",
        started.elapsed(),
        text.len()
    );
    for document in &documents {
        assert!(document.tree.node_count() <= MAX_NODES + 1);
        assert!(depth(document) <= MAX_DEPTH);
        let _ = document.tree.root().to_value();
    }
    documents
}

fn depth(document: &Parsed) -> usize {
    let mut deepest = 0;
    let mut open = vec![(document.tree.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        deepest = deepest.max(depth);
        open.extend(
            node.items()
                .chain(node.entries().map(|entry| entry.value))
                .map(|child| (child, depth + 1)),
        );
    }
    deepest
}

fn has(documents: &[Parsed], wanted: impl Fn(&ProblemKind) -> bool) -> bool {
    documents
        .iter()
        .flat_map(|document| &document.problems)
        .any(|problem| wanted(&problem.kind))
}

#[test]
fn billion_laughs_are_never_expanded() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for n in 1..30 {
        let previous = n - 1;
        let aliases = vec![format!("*a{previous}"); 9].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    let documents = read(&text);
    let tree = &documents[0].tree;
    assert!(tree.node_count() < text.len());
    assert!(
        tree.root()
            .get("a29")
            .unwrap()
            .items()
            .all(|item| item.is_null())
    );
    let aliases = documents[0]
        .problems
        .iter()
        .filter(|p| matches!(p.kind, ProblemKind::Alias { .. }));
    assert_eq!(aliases.count(), 29 * 9);
}

#[test]
fn nesting_stops_at_the_limit() {
    let flow = "[".repeat(100_000);
    let maps = "{a: ".repeat(100_000);
    let block: String = (0..2000)
        .map(|n| format!("{}a:\n", " ".repeat(n)))
        .collect();
    let dashes = "- ".repeat(100_000);
    let keys = "? ".repeat(100_000);
    for text in [&flow, &maps, &block, &dashes, &keys] {
        assert!(
            has(&read(text), |kind| *kind == ProblemKind::TooDeep),
            "{}",
            &text[..40]
        );
    }
    let deepest = format!("{}1{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(read(&deepest)[0].problems.is_empty());
    let mixed = format!(
        "{}\n{}{}{}",
        "- ".repeat(MAX_DEPTH - 1),
        "  ".repeat(MAX_DEPTH),
        "[".repeat(9),
        "]".repeat(9)
    );
    assert!(has(&read(&mixed), |kind| *kind == ProblemKind::TooDeep));
}

#[test]
fn large_collections_stop_at_the_limit() {
    let flow = format!("[{}]", "1,".repeat(1_000_000));
    let block = "-\n".repeat(1_000_000);
    let keys: String = (0..300_000).map(|n| format!("k{n}: 1\n")).collect();
    for text in [&flow, &block, &keys] {
        let documents = read(text);
        assert!(has(&documents, |kind| *kind == ProblemKind::TooManyNodes));
        assert!(!documents[0].complete);
    }
    let documents = read(&"---\n".repeat(1_000_000));
    assert_eq!(documents.len(), MAX_DOCUMENTS);
    assert!(has(&documents, |kind| *kind == ProblemKind::TooManyDocuments));
}

#[test]
fn many_problems_are_cut_but_never_to_none() {
    let duplicates = "a: 1\n".repeat(80_000);
    let hidden = format!("a: {}\n---\nb: \u{202E}\n", "\u{202E}".repeat(100_000));
    let broken = "a: [\n---\n".repeat(900);
    for text in [&duplicates, &hidden, &broken] {
        let documents = read(text);
        let count: usize = documents
            .iter()
            .map(|document| document.problems.len())
            .sum();
        assert!(count <= MAX_PROBLEMS + documents.len() + 1, "{count}");
        // After the last `---` of the broken ones follows an empty, sound document.
        let sound = documents
            .iter()
            .filter(|document| document.problems.is_empty())
            .count();
        assert_eq!(sound, usize::from(text == &broken));
    }
}

#[test]
fn long_scalars_are_reported() {
    let long = "x".repeat(MAX_SCALAR_BYTES + 1);
    for text in [
        format!("a: {long}"),
        format!("a: \"{long}\""),
        format!("a: |\n  {long}\n"),
        format!("{{a: '{long}'}}"),
    ] {
        assert!(has(&read(&text), |kind| matches!(
            kind,
            ProblemKind::ScalarTooLong { .. }
        )));
    }
    assert!(!read(&format!("? {}\n: 1\n", "k".repeat(5000))).is_empty());
    assert!(!read(&format!("{}: 1\n", "k".repeat(5000))).is_empty());
}

#[test]
fn characters_that_hide_something_are_reported() {
    for (text, hidden) in [
        ("a: x\0y\n", '\0'),
        ("a: 1\rb: 2\n", '\r'),
        ("a: x\u{FEFF}y\n", '\u{FEFF}'),
        ("a: 1\n\u{FEFF}b: 2\n", '\u{FEFF}'),
        ("# c\u{2066}\na: 1\n", '\u{2066}'),
        ("a: \"\\u2066\"\n", '\u{2066}'),
        ("a: \"\\0\"\n", '\0'),
        ("k\u{200D}: 1\n", '\u{200D}'),
        ("a: 1\n...\n\u{200B}", '\u{200B}'),
        ("# only a comment \u{7F}\n", '\u{7F}'),
        ("", '\u{FEFF}'),
    ] {
        let found = has(
            &read(text),
            |kind| matches!(kind, ProblemKind::ForbiddenCharacter { character, .. } if *character == hidden),
        );
        assert_eq!(found, !text.is_empty(), "{text:?}");
    }
    // One such character does not hide the other problems.
    let documents = read("a: \0\nb: &x 1\na: 2\n");
    assert_eq!(documents[0].problems.len(), 3);
    assert_eq!(documents[0].tree.root().get("b").unwrap().as_i64(), Some(1));
}

#[test]
fn odd_texts_are_read_or_refused_but_never_more() {
    let large = "a".repeat(MAX_SOURCE_BYTES);
    let comments = "#\n".repeat(1_000_000);
    let blank = " \n".repeat(1_000_000);
    let quotes = "\"".repeat(100_001);
    let tabs = "\t".repeat(100_000);
    let colons = ":".repeat(100_000);
    let hashes = "a: |\n".repeat(20_000);
    let questions = "?\n".repeat(50_000);
    let anchors = "&a ".repeat(50_000);
    let tags = "!".repeat(100_000);
    let percent = "%".repeat(100_000);
    let crlf = "a:\r\n  b: 1\r\n".to_owned();
    let unterminated = "a: \"never closed\nb: 'nor this\n".to_owned();
    for text in [
        large,
        comments,
        blank,
        quotes,
        tabs,
        colons,
        hashes,
        questions,
        anchors,
        tags,
        percent,
        unterminated,
    ] {
        read(&text);
    }
    let documents = read(&crlf);
    assert_eq!(documents[0].problems, []);
    assert_eq!(
        documents[0]
            .tree
            .root()
            .get("a")
            .unwrap()
            .get("b")
            .unwrap()
            .as_i64(),
        Some(1)
    );
}

#[test]
fn tabs_are_named_in_plain_words() {
    for text in [
        "a:\n\tb: 1\n",
        "a:\n  b: 1\n\tc: 2\n",
        "a:\n  - x\n\t- y\n",
        "a: |\n\ttext\n",
    ] {
        assert!(
            has(&read(text), |kind| *kind == ProblemKind::TabIndentation),
            "{text:?} {:?}",
            read(text)
        );
    }
}
