//! What edits do to text: first as tables of examples, then for any route of many documents.

mod properties;

use super::{Editor, NewValue, TextEdit, apply};
use crate::document::{Parsed, Route, Segment, Source, parse};

fn parsed(text: &str) -> Parsed {
    let source = Source::from_text("a.yaml", text).unwrap();
    parse(&source).into_iter().next().unwrap()
}

/// `a.b[0]` without quotes in it.
fn route(text: &str) -> Route {
    let mut route = Route::root();
    let parts = text.split(['.', '[']).filter(|part| !part.is_empty());
    for part in parts {
        match part.strip_suffix(']') {
            Some(index) => route.push(index.parse::<usize>().unwrap()),
            None => route.push(Segment::from(part)),
        }
    }
    route
}

fn edited(text: &str, make: impl Fn(Editor<'_>) -> Option<Vec<TextEdit>>) -> Option<String> {
    let document = parsed(text);
    assert_eq!(document.problems, [], "{text}");
    let edits = make(Editor::new(&document.tree))?;
    let changed = apply(text, &edits).unwrap_or_else(|| panic!("{edits:?} overlap"));
    let again = parsed(&changed);
    assert_eq!(again.problems, [], "{text}\n=>\n{changed}");
    Some(changed)
}

fn table(
    cases: &[(&str, &str, Option<&str>)],
    make: impl Fn(Editor<'_>, &Route) -> Option<Vec<TextEdit>>,
) {
    for (text, at, expected) in cases {
        let changed = edited(text, |editor| make(editor, &route(at)));
        assert_eq!(changed.as_deref(), *expected, "{at} in\n{text}");
    }
}

#[test]
fn a_scalar_keeps_its_quotes_and_gets_those_it_needs() {
    let cases = [
        ("a: b # c\n", "new", Some("a: new # c\n")),
        ("a: 'b'\n", "it's", Some("a: 'it''s'\n")),
        ("a: \"b\"\n", "x\\y\"", Some("a: \"x\\\\y\\\"\"\n")),
        ("a: b\n", "true", Some("a: \"true\"\n")),
        ("a: b\n", "no", Some("a: \"no\"\n")),
        ("a: b\n", "12", Some("a: \"12\"\n")),
        ("a: b\n", "k: v", Some("a: \"k: v\"\n")),
        ("a: b\n", "x, y", Some("a: x, y\n")),
        ("{a: b}\n", "x, y", Some("{a: \"x, y\"}\n")),
        ("a: b\n", "", Some("a: \"\"\n")),
        ("a:\n", "b", Some("a: b\n")),
        ("a: # c\n", "b", Some("a: b # c\n")),
        ("a: |\n  b\n", "c", None),
        ("a: {b: 1}\n", "c", Some("a: c\n")),
        ("a:\n  b: 1\n", "c", None),
        ("a: b\n", "x\u{202E}", None),
        ("a: b\n", "x\ny", None),
    ];
    for (text, new, expected) in cases {
        let changed = edited(text, |editor| {
            editor.replace(&route("a"), &NewValue::text(new))
        });
        assert_eq!(changed.as_deref(), expected, "{text} with {new}");
    }
    let number = edited("a: \"2\"\n", |editor| {
        editor.replace(&route("a"), &NewValue::number(2))
    });
    assert_eq!(number.as_deref(), Some("a: 2\n"));
}

#[test]
fn keys_are_renamed() {
    table(
        &[
            ("b: 1 # c\n", "b", Some("new: 1 # c\n")),
            ("{\"b\": 1}\n", "b", Some("{\"new\": 1}\n")),
            ("? b\n: 1\n", "b", Some("? new\n: 1\n")),
            ("b: 1\nnew: 2\n", "b", None),
        ],
        |editor, at| editor.rename(at, "new"),
    );
}

#[test]
fn entries_are_inserted() {
    table(
        &[
            ("a: 1\n", "", Some("a: 1\nk: v\n")),
            ("a: 1", "", Some("a: 1\nk: v")),
            ("a: 1\r\n", "", Some("a: 1\r\nk: v\r\n")),
            ("a: 1 # one\n# end\n", "", Some("a: 1 # one\nk: v\n# end\n")),
            (
                "m:\n    a:\n      - 1\n      # about 1\nz: 1\n",
                "m",
                Some("m:\n    a:\n      - 1\n      # about 1\n    k: v\nz: 1\n"),
            ),
            (
                "l:\n  - a: 1\nz: 1\n",
                "l[0]",
                Some("l:\n  - a: 1\n    k: v\nz: 1\n"),
            ),
            (
                "- - a: |\n      t\n",
                "[0][0]",
                Some("- - a: |\n      t\n    k: v\n"),
            ),
            (
                "a: |+\n  t\n\nz: 1\n",
                "",
                Some("a: |+\n  t\n\nz: 1\nk: v\n"),
            ),
            ("m:\n  a: |+\n    t\n\nz: 1\n", "m", None),
            ("m: {a: 1} # c\n", "m", Some("m: {a: 1, k: v} # c\n")),
            ("m: {a: 1,}\n", "m", Some("m: {a: 1, k: v,}\n")),
            ("m: { } # c\n", "m", Some("m: {k: v} # c\n")),
            (
                "m: {\n  a: 1, # c\n}\n",
                "m",
                Some("m: {\n  a: 1, # c\n  k: v,\n}\n"),
            ),
            (
                "m: {\n  a: 1 # c\n}\n",
                "m",
                Some("m: {\n  a: 1, # c\n  k: v\n}\n"),
            ),
            ("m: {\n  a: 1\n}\n", "m", Some("m: {\n  a: 1,\n  k: v\n}\n")),
            (
                "m: {a: 1,\n  b: 2}\n",
                "m",
                Some("m: {a: 1,\n  b: 2, k: v}\n"),
            ),
            ("m:\n", "m", Some("m: {k: v}\n")),
            ("m: # c\nz: 1\n", "m", Some("m: {k: v} # c\nz: 1\n")),
            ("k: 1\n", "", None),
            ("m: 1\n", "m", None),
            ("m: { # c\n}\n", "m", None),
            ("m: {a}\n", "m", None),
        ],
        |editor, at| editor.insert(at, "k", &NewValue::text("v")),
    );
}

#[test]
fn nested_values_are_written_on_one_line_while_they_fit() {
    let short = NewValue::entry(
        "x",
        NewValue::List(vec![NewValue::text("a, b"), NewValue::number(1)]),
    );
    let inserted = |text: &str, at: &str, value: &NewValue| {
        edited(text, |editor| editor.set(&route(at), value))
    };
    assert_eq!(
        inserted("a: 1\n", "m", &short).as_deref(),
        Some("a: 1\nm: {x: [\"a, b\", 1]}\n")
    );
    assert_eq!(
        inserted("s:\n  a: 1\n", "s.m.o", &NewValue::text("v")).as_deref(),
        Some("s:\n  a: 1\n  m: {o: v}\n")
    );
    assert_eq!(
        inserted("s: {a: 1}\n", "s.a", &NewValue::number(2)).as_deref(),
        Some("s: {a: 2}\n")
    );
    assert_eq!(inserted("s: [1]\n", "s[4]", &short), None);
    let long = NewValue::Mapping(vec![
        (
            "first".to_owned(),
            NewValue::text("word ".repeat(12) + "end"),
        ),
        (
            "second".to_owned(),
            NewValue::List(vec![NewValue::text("word ".repeat(20) + "end")]),
        ),
    ]);
    let expected = format!(
        "s:\r\n  a: 1\r\n  m:\r\n    first: {}end\r\n    second:\r\n      - {}end\r\n",
        "word ".repeat(12),
        "word ".repeat(20)
    );
    assert_eq!(
        inserted("s:\r\n  a: 1\r\n", "s.m", &long).as_deref(),
        Some(&*expected)
    );
}

#[test]
fn items_are_appended() {
    table(
        &[
            ("l: [a] # c\n", "l", Some("l: [a, v] # c\n")),
            ("l: []\n", "l", Some("l: [v]\n")),
            ("l:\n", "l", Some("l: [v]\n")),
            ("l:\n- a # c\nz: 1\n", "l", Some("l:\n- a # c\n- v\nz: 1\n")),
            (
                "l:\n  - a: 1\n    b: 2\n",
                "l",
                Some("l:\n  - a: 1\n    b: 2\n  - v\n"),
            ),
            ("- - a", "[0]", Some("- - a\n  - v")),
            ("l:\n  -\n", "l", None),
            ("l:\n  -\n    a: 1\n", "l", None),
            ("l: {}\n", "l", None),
        ],
        |editor, at| editor.append(at, &[NewValue::text("v")]),
    );
}

#[test]
fn entries_are_removed_with_their_line() {
    table(
        &[
            ("a: 1\nb: 2 # c\nd: 3\n", "b", Some("a: 1\nd: 3\n")),
            ("a: 1\r\nb: 2", "b", Some("a: 1")),
            (
                "# a\na: 1\n# b\nb:\n  c: 1\n  # c\n",
                "b",
                Some("# a\na: 1\n# b\n"),
            ),
            ("m:\n  b: 1 # c\nz: 1\n", "m.b", Some("m: {} # c\nz: 1\n")),
            ("m: # c\n  b: 1\nz: 1\n", "m.b", None),
            ("l:\n  - b: 1\n    c: 2\n", "l[0].b", Some("l:\n  - c: 2\n")),
            ("l:\n  - b: 1\n    # c\n    c: 2\n", "l[0].b", None),
            ("l:\n  - b\n  - c\n", "l[0]", Some("l:\n  - c\n")),
            ("l:\n  - b\n", "l[0]", Some("l: []\n")),
            ("m: {a: 1, b: 2, c: 3}\n", "m.b", Some("m: {a: 1, c: 3}\n")),
            ("m: {a: 1, b: 2,}\n", "m.b", Some("m: {a: 1,}\n")),
            ("m: {b: 2,}\n", "m.b", Some("m: {}\n")),
            ("m: {b: 2, # c\n  d: 1}\n", "m.b", None),
            (
                "m: {\n  b: 2,\n  d: 1,\n}\n",
                "m.d",
                Some("m: {\n  b: 2,\n}\n"),
            ),
            ("l: [a, b]\n", "l[0]", Some("l: [b]\n")),
            ("a: 1\nb: |+\n  t\n\nc: 1\n", "b", None),
        ],
        |editor, at| editor.remove(at),
    );
}

#[test]
fn entries_are_moved() {
    let cases = [
        (
            "m:\n  b: 1 # c\n  d: 2\n",
            "m.b",
            "",
            Some("m:\n  d: 2\nb: 1 # c\n"),
        ),
        (
            "m:\n  d: 2\n  b: 1 # c\n",
            "m.b",
            "",
            Some("m:\n  d: 2\nb: 1 # c\n"),
        ),
        ("m:\n  d: 2\n  b: 1", "m.b", "", Some("m:\n  d: 2\nb: 1")),
        (
            "b:\n  - x\n  # y\nm:\n    d: 2\n",
            "b",
            "m",
            Some("m:\n    d: 2\n    b:\n      - x\n"),
        ),
        (
            "m:\n  d: 2\nb: [1]\n",
            "b",
            "m",
            Some("m:\n  d: 2\n  b: [1]\n"),
        ),
        ("m:\n  d: 2\nb: [1]", "b", "m", Some("m:\n  d: 2\n  b: [1]")),
        (
            "m: {d: 2}\nb: x, y\n",
            "b",
            "m",
            Some("m: {d: 2, b: \"x, y\"}\n"),
        ),
        ("m: {d: 2, b: 1}\n", "m.b", "", Some("m: {d: 2}\nb: 1\n")),
        (
            "m: {d: 2, b: 1, e: 3}\n",
            "m.b",
            "o",
            Some("m: {d: 2, e: 3}\no: {b: 1}\n"),
        ),
        ("m: {d: 2}\nb: 1 # c\n", "b", "m", None),
        ("m: {b: 2}\nb: 1\n", "b", "m", None),
        ("m: {d: 2}\nb: |\n  t\n", "b", "m", None),
        ("m:\n  b: 1\n", "m.b", "", None),
        ("b: {c: 1}\na: 1\n", "b", "b", None),
    ];
    for (text, from, into, expected) in cases {
        let changed = edited(text, |editor| editor.relocate(&route(from), &route(into)));
        assert_eq!(
            changed.as_deref(),
            expected,
            "{from} into {into} in\n{text}"
        );
    }
}

#[test]
fn edits_that_overlap_or_lie_outside_are_refused() {
    let edit = |start, end| TextEdit::new(start, end, "x");
    assert_eq!(
        apply("abcd", &[edit(2, 3), edit(0, 1)]).as_deref(),
        Some("xbxd")
    );
    assert_eq!(apply("abcd", &[edit(1, 3), edit(2, 4)]), None);
    assert_eq!(apply("abcd", &[edit(4, 5)]), None);
    assert_eq!(apply("é", &[edit(1, 1)]), None);
}
