//! Properties that hold for any text.

use proptest::prelude::*;
use serde_json::Value;

use crate::document::{NodeKind, NodeRef, Parsed, Route, Source, Span, Target, from_node, parse};

fn source(text: &str) -> Source {
    Source::from_text("any.yaml", text).unwrap()
}

fn lies_in(text: &str, span: Span) -> bool {
    text.get(span.range()).is_some()
}

fn encloses(node: NodeRef<'_>, span: Span) -> bool {
    node.span().cover(span) == node.span()
}

/// Everything that has to hold for whatever `parse` gives.
fn check(text: &str) -> Vec<Parsed> {
    let file = source(text);
    let documents = parse(&file);
    for document in &documents {
        let tree = &document.tree;
        assert!(lies_in(file.text(), tree.span()));
        for node in tree.root().descendants() {
            assert!(lies_in(file.text(), node.span()), "{node:?} in {text:?}");
            for child in node.items() {
                assert!(encloses(node, child.span()), "{child:?} in {node:?}");
            }
            for entry in node.entries() {
                assert!(
                    encloses(node, entry.key_span) && encloses(node, entry.value.span()),
                    "{entry:?} in {node:?}"
                );
                assert_eq!(entry.key.kind(), NodeKind::Str);
                assert_eq!(node.get(entry.name), Some(entry.value), "keys are unique");
            }
        }
        for problem in &document.problems {
            assert!(lies_in(file.text(), problem.span), "{problem:?}");
            assert!(
                problem
                    .related
                    .is_none_or(|span| lies_in(file.text(), span))
            );
            assert!(!problem.message().is_empty() && !problem.help().is_empty());
        }
        for comment in tree.comments() {
            assert!(file.slice(comment.span).starts_with('#'));
        }
        let value: Value = from_node(tree.root()).unwrap();
        assert_eq!(value, tree.root().to_value());
    }
    documents
}

/// Text made of what YAML is made of.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b: ",
        "key:",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ": ",
        "? ",
        "# c",
        "'",
        "\"",
        "\\",
        "\\u202E",
        "|\n",
        ">-\n",
        "&x ",
        "*x",
        "!!str ",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "\t",
        "\r\n",
        "\r",
        "null",
        "1e3",
        "0x1F",
        "é",
        "\u{1F600}",
        "\u{FEFF}",
        "\u{202E}",
        "\0",
        "\u{85}",
        "@",
        "`",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Valid documents without anchors, and the value they stand for.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        "[a-zA-Z :#'\"\\[\\]{}é,\n-]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "yes", "null", "1.0", "~", "<<", "0o7", "true", " ", "a\n\nb\n", "|", "- x"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z][a-z ]{0,6}[a-z]", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn text_that_looks_like_yaml_is_read_without_a_panic(text in yaml_like()) {
        check(&text);
    }

    #[test]
    fn line_and_column_lead_back_to_the_offset(text in yaml_like()) {
        let file = source(&text);
        for (offset, _) in file.text().char_indices() {
            let offset = u32::try_from(offset).unwrap();
            let position = file.line_col(offset);
            // A line break has no column of its own.
            let line = file.line_span(position.line).unwrap();
            if line.touches(offset) {
                prop_assert_eq!(file.offset(position), Some(offset));
            }
            prop_assert!(position.line >= 1 && position.column >= 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_mutated_document_is_read_without_a_panic(
        value in any_value(), at in any::<prop::sample::Index>(), insert in yaml_like(), cut in 0usize..5,
    ) {
        let mut text: Vec<char> = serde_yaml::to_string(&value).unwrap().chars().collect();
        let at = at.index(text.len() + 1);
        text.splice(at..(at + cut).min(text.len()), insert.chars());
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn documents_mean_what_another_reader_reads(value in any_value()) {
        let text = serde_yaml::to_string(&value).unwrap();
        let theirs: Value = serde_yaml::from_str(&text).unwrap();
        let documents = check(&text);
        prop_assert_eq!(&documents[0].problems, &[]);
        prop_assert_eq!(documents[0].tree.root().to_value(), theirs);
    }

    #[test]
    fn routes_lead_to_their_nodes(value in any_value()) {
        let text = serde_yaml::to_string(&value).unwrap();
        let tree = check(&text).remove(0).tree;
        let mut open = vec![(Route::root(), tree.root())];
        while let Some((route, node)) = open.pop() {
            prop_assert_eq!(tree.resolve(&route), Some(node));
            let pointer = route.to_pointer();
            prop_assert_eq!(tree.root().route_of_pointer(&pointer), Some(route.clone()));
            prop_assert_eq!(tree.resolve(&Route::from_pointer(&pointer).unwrap()), Some(node));
            prop_assert_eq!(tree.span_at(&route, Target::Value), node.span());
            let missing = route.clone().key("there is no such key").index(3);
            prop_assert_eq!(tree.nearest(&missing), (node, route.segments().len()));
            for entry in node.entries() {
                let below = route.clone().key(entry.name);
                prop_assert_eq!(tree.span_at(&below, Target::Key), entry.key_span);
                let key = tree.at_offset(entry.key_span.start);
                prop_assert_eq!(key, (below.clone(), Target::Key));
                open.push((below, entry.value));
            }
            for (at, item) in node.items().enumerate() {
                open.push((route.clone().index(at), item));
            }
        }
    }
}
