use super::*;
use crate::document::tree::NodeRef;

fn read(text: &str) -> Vec<Parsed> {
    parse(&Source::from_text("a.yaml", text).unwrap())
}

fn one(text: &str) -> Parsed {
    let mut documents = read(text);
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0)
}

fn sound(text: &str) -> Tree {
    let parsed = one(text);
    assert_eq!(parsed.problems, []);
    assert!(parsed.complete);
    parsed.tree
}

fn problems(text: &str) -> Vec<(ProblemKind, String)> {
    let parsed = one(text);
    parsed
        .problems
        .iter()
        .map(|p| (p.kind.clone(), text[p.span.range()].to_owned()))
        .collect()
}

fn at<'t>(tree: &'t Tree, pointer: &str) -> NodeRef<'t> {
    tree.resolve(&crate::document::Route::from_pointer(pointer).unwrap())
        .unwrap()
}

#[test]
fn every_kind_and_style_has_its_value_and_span() {
    let tree = sound(
        "a: 1\nb: [x, 'it''s', \"q\\u0041\"]\nc:\n  d: 1.5\n  e: true\nf:\ng: |\n  one\n  two\nh: >- # fold\n  three\n  four\n\ni: ~\n",
    );
    let root = tree.root();
    assert_eq!(root.kind(), NodeKind::Map);
    assert_eq!(
        root.entries().map(|e| e.name).collect::<String>(),
        "abcdefghi".replace("de", "")
    );
    assert_eq!(at(&tree, "/a").as_i64(), Some(1));
    assert_eq!(at(&tree, "/a").as_f64(), Some(1.0));
    assert_eq!(at(&tree, "/b").raw(), "[x, 'it''s', \"q\\u0041\"]");
    assert_eq!(at(&tree, "/b").style(), Style::Flow);
    assert_eq!(
        at(&tree, "/b")
            .items()
            .map(|i| i.as_str().unwrap())
            .collect::<Vec<_>>(),
        ["x", "it's", "qA"]
    );
    assert_eq!(at(&tree, "/b/2").raw(), "\"q\\u0041\"");
    assert_eq!(at(&tree, "/b/2").style(), Style::DoubleQuoted);
    assert_eq!(at(&tree, "/c").raw(), "d: 1.5\n  e: true");
    assert_eq!(at(&tree, "/c/d").as_f64(), Some(1.5));
    assert_eq!(at(&tree, "/c/e").as_bool(), Some(true));
    assert!(at(&tree, "/f").is_null());
    assert_eq!(
        tree.source_text()[..at(&tree, "/f").span().start as usize]
            .lines()
            .last(),
        Some("f:")
    );
    assert_eq!(at(&tree, "/g").raw(), "|\n  one\n  two");
    assert_eq!(at(&tree, "/g").as_str(), Some("one\ntwo\n"));
    assert_eq!(at(&tree, "/h").raw(), ">- # fold\n  three\n  four");
    assert_eq!(at(&tree, "/h").as_str(), Some("three four"));
    assert_eq!(at(&tree, "/h").style(), Style::Folded);
    assert_eq!(at(&tree, "/i").raw(), "~");
    assert_eq!(&tree.source_text()[root.key("c").unwrap().range()], "c");
}

#[test]
fn whole_numbers_may_be_keys_and_are_read_as_their_text() {
    let tree = sound("execute:\n  0: a\n  \"1\": b\n");
    let names: Vec<_> = at(&tree, "/execute").entries().map(|e| e.name).collect();
    assert_eq!(names, ["0", "1"]);
    assert_eq!(at(&tree, "/execute/0").as_str(), Some("a"));
}

#[test]
fn several_problems_are_reported_in_one_pass() {
    let found = problems(
        "a: &x 1\nb: *x\nc: !!str 2\na: 3\n<<: *x\ntrue: 1\n? [k]\n: 2\nn: .inf\nz: \"\\u202E\"\nw: a\u{200B}b\n",
    );
    let expected: Vec<(ProblemKind, &str)> = vec![
        (ProblemKind::Anchor { name: "x".into() }, "&x"),
        (ProblemKind::Alias { name: "x".into() }, "*x"),
        (
            ProblemKind::Tag {
                tag: "!!str".into(),
            },
            "!!str",
        ),
        (ProblemKind::DuplicateKey { key: "a".into() }, "a"),
        (ProblemKind::MergeKey, "<<"),
        (
            ProblemKind::NonStringKey {
                found: "true or false",
            },
            "true",
        ),
        (ProblemKind::NonStringKey { found: "a list" }, "[k]"),
        (
            ProblemKind::NumberOutOfRange {
                text: ".inf".into(),
            },
            ".inf",
        ),
        (
            ProblemKind::ForbiddenCharacter {
                character: '\u{202E}',
                escaped: true,
            },
            "\\u202E",
        ),
        (
            ProblemKind::ForbiddenCharacter {
                character: '\u{200B}',
                escaped: false,
            },
            "\u{200B}",
        ),
    ];
    assert_eq!(
        found,
        expected
            .into_iter()
            .map(|(k, t)| (k, t.to_owned()))
            .collect::<Vec<_>>()
    );
}

#[test]
fn the_first_of_two_equal_keys_is_kept() {
    for text in ["a: 1\nb: 2\n\"a\": 3\n", "{a: 1, b: 2, 'a': 3}"] {
        let parsed = one(text);
        assert_eq!(parsed.tree.root().get("a").unwrap().as_i64(), Some(1));
        assert_eq!(parsed.tree.root().len(), 2);
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!(&text[parsed.problems[0].related.unwrap().range()], "a");
    }
    let many: String = (0..50).map(|n| format!("k{}: {n}\n", n % 40)).collect();
    let parsed = one(&many);
    assert_eq!(parsed.problems.len(), 10);
    assert_eq!(parsed.tree.root().get("k3").unwrap().as_i64(), Some(3));
    assert_eq!(
        parsed.tree.root().entries().next_back().unwrap().name,
        "k39"
    );
}

#[test]
fn documents_before_and_after_a_syntax_error_stay_usable() {
    let documents = read("a: 1\n---\nb: [1, 2}\nc: 3\n---\nd: 4\n");
    assert_eq!(documents.len(), 3);
    assert!(documents[0].complete && documents[0].problems.is_empty());
    assert!(!documents[1].complete);
    assert!(matches!(
        documents[1].problems[0].kind,
        ProblemKind::Syntax { .. }
    ));
    assert_eq!(
        documents[1]
            .tree
            .root()
            .get("b")
            .unwrap()
            .item(0)
            .unwrap()
            .as_i64(),
        Some(1)
    );
    assert_eq!(documents[2].tree.root().get("d").unwrap().as_i64(), Some(4));
}

#[test]
fn comments_belong_to_their_document() {
    let documents = read("# one\na: 1 # two\n---\n#three\nb: 2\n# four\n");
    let comments: Vec<Vec<_>> = documents
        .iter()
        .map(|d| d.tree.comments().map(|c| (c.text, c.own_line)).collect())
        .collect();
    assert_eq!(
        comments,
        [
            vec![("one", true), ("two", false)],
            vec![("three", true), ("four", true)]
        ]
    );
}

#[test]
fn a_tab_is_marked_where_it_stands() {
    for (text, line) in [
        ("a:\n\tb: 1\n", 2),
        ("a: b\n\tc: {d: e\n", 2),
        ("a:\n  b: 1\n\tc: 1\n", 3),
    ] {
        let parsed = one(text);
        let problem = parsed.problems.first().unwrap();
        let at = text.find('\t').unwrap() as u32;
        assert_eq!(problem.span, Span::new(at, at + 1), "{text:?}, line {line}");
    }
}

#[test]
fn syntax_errors_are_in_plain_words() {
    for (text, words) in [
        ("a: b: c\n", "a second `:` makes this line ambiguous"),
        ("a: [1, 2\n", "a bracket is opened but never closed"),
        ("a: \"x\nb: 1\n", "a quote is opened but never closed"),
        ("a: 'x' y\n", "text follows a closing quote"),
        (
            "a:\n  b: 1\n c: 2\n",
            "a `key: value` entry is expected here",
        ),
        ("a: @x\n", "text cannot start with this character"),
        ("a: \"\\q\"\n", "this is not an escape that YAML knows"),
        (
            "%YAML 1.1\n---\na: 1\n",
            "directives (lines that start with `%`) are not allowed",
        ),
        ("a:\n\tb: 1\n", "a tab is used as indentation"),
        ("a:\n  b: 1\n\tc: 1\n", "a tab is used as indentation"),
        ("- a\nb: 1\n", "a `- item` is expected here"),
        ("a: 1\nb\n", "a `:` is missing after this key"),
        ("a: 1]\nb: }\n", ""),
    ] {
        let parsed = one(text);
        let message = parsed
            .problems
            .first()
            .map(Problem::message)
            .unwrap_or_default();
        assert!(message.contains(words), "{text:?}: {message}");
    }
}
