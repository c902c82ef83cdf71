//! Properties over generated documents: sound ones written as untidily as YAML allows, and any text at all.

use proptest::prelude::*;

use super::check;
use crate::document::Source;
use crate::document::format::format;

/// Something that can be written in a document, with the choices its author made.
#[derive(Clone, Debug)]
enum Piece {
    Word(&'static str),
    Block(&'static str),
    Flow(Vec<(Piece, u8)>),
    List(Vec<(Piece, u8)>),
    Map(Vec<(Piece, u8)>),
}

const WORDS: &[&str] = &[
    "a",
    "0x1F",
    "1.50",
    "true",
    "~",
    "",
    "no",
    "'it''s'",
    "\"a\\tb\"",
    "\"# no comment\"",
    "x#y",
    "'{{ x }}'",
    "\"é\"",
    "http://a/b",
    "-1",
    "'- x'",
    "\"\"",
    "two words",
    "\"folds\n\n    over  \n    \\ lines\\\n    \"",
    "'folds\n     over'",
    "plain\n      text",
];

const BLOCKS: &[&str] = &[
    "|\none\n\n  two\n",
    "|-\none\n",
    "|+\none\n\n\n",
    ">\nfolded\ntext\n\n  kept\n",
    ">-\nfolded\n",
    "|2\n  indented\n",
    "| # remark\none\n",
    "|\n# no comment\n",
    "|\ntrailing  \n   \nblanks\n",
    ">+\nkept\n\n",
];

fn piece() -> impl Strategy<Value = Piece> {
    let word = prop::sample::select(WORDS).prop_map(Piece::Word);
    let block = prop::sample::select(BLOCKS).prop_map(Piece::Block);
    let leaf = prop_oneof![4 => word, 1 => block];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let items = prop::collection::vec((inner, any::<u8>()), 1..5);
        prop_oneof![
            items.clone().prop_map(Piece::Flow),
            items.clone().prop_map(Piece::List),
            items.prop_map(Piece::Map),
        ]
    })
}

/// Writes a piece. `indent` is that of the line it starts on; bits of `how` choose blanks, comments and empty lines.
fn write(piece: &Piece, indent: usize, how: u8, out: &mut String) {
    let blanks = " ".repeat(1 + usize::from(how & 3));
    match piece {
        Piece::Word(word) => {
            out.push_str(&blanks);
            let continued = format!("\n{}", " ".repeat(indent + 2));
            out.push_str(
                &word
                    .replace("\n    ", &continued)
                    .replace("\n  ", &continued),
            );
            comment(how, out);
            out.push('\n');
        }
        Piece::Block(text) => {
            out.push_str(&blanks);
            let (header, content) = text.split_once('\n').unwrap();
            out.push_str(header);
            out.push('\n');
            for line in content.lines() {
                if !line.is_empty() {
                    out.push_str(&" ".repeat(indent + 2));
                }
                out.push_str(line);
                out.push('\n');
            }
        }
        Piece::Flow(items) => {
            out.push_str(&blanks);
            flow(piece, indent, items.len() > 2 && how & 64 != 0, out);
            comment(how, out);
            out.push('\n');
        }
        Piece::List(items) => {
            comment(how, out);
            out.push('\n');
            for (item, how) in items {
                before(indent + 2, *how, out);
                out.push_str(&format!("{}-", " ".repeat(indent + 2)));
                write(item, indent + 2, *how, out);
            }
            after(indent + 2, how, out);
        }
        Piece::Map(items) => {
            let indent = indent + 1 + usize::from(how & 3);
            comment(how, out);
            out.push('\n');
            for (at, (item, how)) in items.iter().enumerate() {
                before(indent, *how, out);
                let key = ["k", "key", "'quoted'", "\"é\"", "long-key"][usize::from(how % 5)];
                out.push_str(&format!("{}{key}", " ".repeat(indent)));
                // Keys are unique.
                if key.ends_with(['\'', '"']) {
                    let quote = out.pop().unwrap();
                    out.push_str(&format!("{at}{quote}:"));
                } else {
                    out.push_str(&format!("{at}:"));
                }
                write(item, indent, *how, out);
            }
            after(indent, how, out);
        }
    }
}

fn flow(piece: &Piece, indent: usize, broken: bool, out: &mut String) {
    match piece {
        Piece::Word(word) if word.is_empty() || word.contains('\n') => out.push_str("''"),
        Piece::Word(word) => out.push_str(word),
        Piece::Block(_) => out.push_str("'block'"),
        Piece::Flow(items) | Piece::List(items) | Piece::Map(items) => {
            let is_map = matches!(piece, Piece::Map(_));
            out.push(if is_map { '{' } else { '[' });
            for (at, (item, how)) in items.iter().enumerate() {
                if broken {
                    if how & 8 != 0 {
                        out.push_str(" # why");
                    }
                    out.push_str(&format!(
                        "\n{}",
                        " ".repeat(indent + 1 + usize::from(how & 7))
                    ));
                } else {
                    out.push_str(&" ".repeat(usize::from(how & 3)));
                }
                if is_map {
                    out.push_str(&format!("k{at}:{}", " ".repeat(1 + usize::from(how & 1))));
                }
                flow(item, indent, false, out);
                if at + 1 < items.len() || how & 4 != 0 {
                    out.push_str(&format!("{},", " ".repeat(usize::from(how >> 6))));
                }
            }
            if broken {
                out.push_str(&format!("\n{}", " ".repeat(indent + 1)));
            }
            out.push(if is_map { '}' } else { ']' });
        }
    }
}

fn comment(how: u8, out: &mut String) {
    if how & 16 != 0 {
        out.push_str(&format!(
            "{}# beside{}",
            " ".repeat(1 + usize::from(how & 3)),
            " ".repeat(usize::from(how & 1))
        ));
    }
}

fn before(indent: usize, how: u8, out: &mut String) {
    out.push_str(&"\n".repeat(usize::from((how >> 5) & 3)));
    if how & 4 != 0 {
        out.push_str(&format!(
            "{}# above\n",
            " ".repeat(indent.saturating_sub(usize::from(how & 1)))
        ));
    }
}

fn after(indent: usize, how: u8, out: &mut String) {
    if how & 8 != 0 {
        out.push_str(&format!("{}# below\n", " ".repeat(indent)));
    }
}

/// A file of one to three documents.
fn document() -> impl Strategy<Value = String> {
    let whole = prop::collection::vec((piece(), any::<u8>()), 1..4);
    (
        prop::collection::vec((whole, any::<u8>()), 1..4),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(documents, windows, bare)| {
            let mut out = String::new();
            for (at, (entries, how)) in documents.iter().enumerate() {
                if at > 0 || !bare {
                    out.push_str("---");
                    comment(*how, &mut out);
                    out.push('\n');
                }
                for (number, (piece, how)) in entries.iter().enumerate() {
                    before(0, *how, &mut out);
                    out.push_str(&format!("top{number}:"));
                    write(piece, 0, *how, &mut out);
                }
            }
            if windows {
                out.replace('\n', "\r\n")
            } else {
                out
            }
        })
}

/// Text made of what YAML is made of.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b: ", "k:", "- ", "-", "\n", "\n  ", "\n    ", " ", "[", "]", "{", "}", ", ", ": ",
        "? ", "# c", " # d", "'", "\"", "\\", "|\n", ">-\n", "|+\n", "|2-\n", "---\n", "--- ",
        "...\n", "\t", "\r\n", "null", "1e3", "é",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// What the generator writes is sound, so that nothing of it may be refused.
    #[test]
    fn untidy_documents_are_laid_out(text in document()) {
        let done = check("a.yaml", &text);
        prop_assert!(done.is_ok(), "{done:?} for\n{text}");
    }

    #[test]
    fn any_text_is_laid_out_soundly_or_left_alone(text in anything()) {
        let _ = check("a.yaml", &text);
    }

    /// The comparison of what was laid out with what was read has nothing to catch.
    #[test]
    fn a_layout_that_is_made_is_sound(text in document()) {
        let source = Source::from_text("a.yaml", &text).unwrap();
        let (documents, body) = super::read(&source).unwrap();
        let trees = documents.iter().map(|it| &it.tree).collect();
        let layout = super::Formatter::new(&source, trees, body).layout();
        prop_assert_eq!(layout, format(&source));
    }
}
