//! For any route of a document: the edited text means what was wished for, and nothing else has changed.

use proptest::prelude::*;
use serde_json::Value;

use super::{Editor, NewValue, TextEdit, apply, parsed};
use crate::document::{NodeKind, NodeRef, Parsed, Route, Segment, Style};
use crate::library::starter::FILES;

/// Ways to write things that the starter library does not use.
const ODD: &[&str] = &[
    "a: 1\n",
    "{a: {b: [1, 2, {c: d}]}, \"e\": 'f'}",
    "a: |+\n  t\n\nb: >-\n  u\n   v\n\n# end\n",
    "l:\n- a: 1\n  # inner\n  b: [x,\n    y, # why\n    z]\n-   c: 2\n    d:\n      - - 1\n        - 2\n      -\n        e: 3\n",
    "? a\n: 1\n? b\n: c\n",
    "a:\n  b:\n    c: 1 # one\n    # below c\n  # below b\n# below a\nd:\n  e: {}\n  f: []\n  g:\n  h: ~\n",
    "m: {\n  a: 1, # first\n  b: {c: 1},\n\n  # between\n  d: [\n    1,\n    2\n  ]\n}\n",
    "a: 'it''s'\nb: \"x\n  y\"\nc: plain\n  goes on\nd: \"\\\"\"\n",
    "é:\n  - ü: {ö: \"ä\"}\n    ß: 1\n",
    "--- # start\na: 1\n...\n",
    "a: |\n  x\n   \n\nb: 2\n",
];

#[derive(Debug, Clone, Copy)]
enum Wish {
    Replace,
    Rename,
    Insert,
    Append,
    Remove,
    Relocate,
}

fn document() -> impl Strategy<Value = String> {
    let starter = FILES.iter().filter(|(path, _)| path.ends_with(".yaml"));
    let texts: Vec<&str> = starter
        .map(|(_, text)| *text)
        .chain(ODD.iter().copied())
        .collect();
    let ways = (any::<bool>(), any::<bool>());
    let odd = prop::sample::select(ODD).prop_map(str::to_owned);
    let any = prop::sample::select(texts).prop_map(str::to_owned);
    (prop_oneof![odd, any], ways).prop_map(|(text, (returns, cut))| {
        let text = if cut {
            text.trim_end_matches('\n').to_owned()
        } else {
            text
        };
        if returns {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    })
}

fn routes(node: NodeRef<'_>, at: Route, found: &mut Vec<Route>) {
    found.push(at.clone());
    for entry in node.entries() {
        routes(entry.value, at.clone().key(entry.name), found);
    }
    for (index, item) in node.items().enumerate() {
        routes(item, at.clone().index(index), found);
    }
}

fn at_mut<'v>(value: &'v mut Value, route: &Route) -> Option<&'v mut Value> {
    route
        .segments()
        .iter()
        .try_fold(value, |value, segment| match segment {
            Segment::Key(name) => value.get_mut(name),
            Segment::Index(index) => value.get_mut(index),
        })
}

fn take(value: &mut Value, route: &Route) -> Option<Value> {
    let holder = at_mut(value, &route.parent()?)?;
    match (holder, route.last()?) {
        (Value::Object(map), Segment::Key(name)) => map.remove(name),
        (Value::Array(list), Segment::Index(index)) => Some(list.remove(*index)),
        _ => None,
    }
}

/// What the document should mean afterwards.
fn wished(before: &Value, wish: Wish, route: &Route, into: &Route, text: &str) -> Option<Value> {
    let mut value = before.clone();
    match wish {
        Wish::Replace => *at_mut(&mut value, route)? = Value::from(text),
        Wish::Rename => {
            let old = take(&mut value, route)?;
            at_mut(&mut value, &route.parent()?)?
                .as_object_mut()?
                .insert(text.to_owned(), old);
        }
        Wish::Insert => {
            let holder = at_mut(&mut value, route)?;
            if holder.is_null() {
                *holder = serde_json::json!({});
            }
            holder
                .as_object_mut()?
                .insert("new".to_owned(), Value::from(text));
        }
        Wish::Append => {
            let holder = at_mut(&mut value, route)?;
            if holder.is_null() {
                *holder = serde_json::json!([]);
            }
            holder.as_array_mut()?.push(Value::from(text));
        }
        Wish::Remove => drop(take(&mut value, route)?),
        Wish::Relocate => {
            let Segment::Key(name) = route.last()?.clone() else {
                return None;
            };
            let moved = at_mut(&mut value, route)?.clone();
            at_mut(&mut value, into)?
                .as_object_mut()?
                .insert(name, moved);
            take(&mut value, route)?;
        }
    }
    Some(value)
}

fn edits(
    document: &Parsed,
    wish: Wish,
    route: &Route,
    into: &Route,
    text: &str,
) -> Option<Vec<TextEdit>> {
    let editor = Editor::new(&document.tree);
    match wish {
        Wish::Replace => editor.replace(route, &NewValue::text(text)),
        Wish::Rename => editor.rename(route, text),
        Wish::Insert => editor.insert(route, "new", &NewValue::text(text)),
        Wish::Append => editor.append(route, &[NewValue::text(text)]),
        Wish::Remove => editor.remove(route),
        Wish::Relocate => editor.relocate(route, into),
    }
}

fn comments(document: &Parsed) -> Vec<String> {
    let mut comments: Vec<_> = document
        .tree
        .comments()
        .map(|comment| comment.text.to_owned())
        .collect();
    comments.sort();
    comments
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn edits_do_what_is_wished_and_nothing_else(
        text in document(),
        wish in prop::sample::select(vec![
            Wish::Replace, Wish::Rename, Wish::Insert, Wish::Append, Wish::Remove, Wish::Relocate,
        ]),
        at in any::<prop::sample::Index>(),
        into in any::<prop::sample::Index>(),
        new in prop_oneof![
            Just("word".to_owned()), Just("a, b: c".to_owned()), Just("no".to_owned()), "[ -~]{0,12}", "\\PC{1,6}",
        ],
    ) {
        let before = parsed(&text);
        prop_assert_eq!(&before.problems, &[]);
        let mut all = Vec::new();
        routes(before.tree.root(), Route::root(), &mut all);
        let (route, into) = (at.get(&all), into.get(&all));
        let Some(edits) = edits(&before, wish, route, into, &new) else {
            return Ok(());
        };
        let changed = apply(&text, &edits).expect("edits fit the text");
        let after = parsed(&changed);
        prop_assert_eq!(&after.problems, &[], "{:?} {} in\n{}\n=>\n{}", wish, route, &text, &changed);
        let value = before.tree.root().to_value();
        let expected = wished(&value, wish, route, into, &new);
        prop_assert_eq!(
            Some(after.tree.root().to_value()), expected,
            "{:?} {} in\n{}\n=>\n{}", wish, route, &text, &changed
        );
        let (said, kept) = (comments(&before), comments(&after));
        if matches!(wish, Wish::Remove | Wish::Relocate) {
            let gone: String = edits.iter().map(|edit| text.get(edit.span.range()).unwrap_or("")).collect();
            let lost = said.iter().filter(|comment| !kept.contains(comment) && !gone.contains(comment.as_str()));
            prop_assert_eq!(lost.count(), 0, "{}\n=>\n{}", &text, &changed);
        } else {
            prop_assert_eq!(said, kept, "{}\n=>\n{}", &text, &changed);
        }
        // Every byte outside the edits is as it was.
        let inserted: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
        let removed: usize = edits.iter().map(|edit| edit.span.len()).sum();
        prop_assert_eq!(changed.len() + removed, text.len() + inserted);
        prop_assert!(!text.contains('\r') || !changed.replace("\r\n", "").contains('\n'));
    }

    #[test]
    fn any_text_is_edited_or_left_alone(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b: ", "key:", "- ", "-", "\n", "\n  ", "\n    ", " ", "[", "]", "{", "}", ", ", ": ", "? ", "# c",
            "'", "\"", "|", ">", "\r\n", "\t", "é",
        ]), 0..24),
        wish in prop::sample::select(vec![
            Wish::Replace, Wish::Rename, Wish::Insert, Wish::Append, Wish::Remove, Wish::Relocate,
        ]),
        at in any::<prop::sample::Index>(),
        into in any::<prop::sample::Index>(),
    ) {
        let text = pieces.concat();
        let source = crate::document::Source::from_text("a.yaml", &text).unwrap();
        let Some(before) = crate::document::parse(&source).into_iter().next() else {
            return Ok(());
        };
        // The parser overlooks some text behind the closing bracket of a document.
        let rest = text.get(before.tree.root().span().end as usize..).unwrap_or("").trim_start();
        prop_assume!(before.tree.root().style() != Style::Flow || rest.is_empty() || rest.starts_with('#'));
        let mut all = Vec::new();
        routes(before.tree.root(), Route::root(), &mut all);
        let (route, into) = (at.get(&all), into.get(&all));
        let Some(edits) = edits(&before, wish, route, into, "word") else {
            return Ok(());
        };
        let changed = apply(&text, &edits).expect("edits fit the text");
        if before.problems.is_empty() {
            let after = parsed(&changed);
            prop_assert_eq!(&after.problems, &[], "{:?} {} in\n{}\n=>\n{}", wish, route, &text, &changed);
            let expected = wished(&before.tree.root().to_value(), wish, route, into, "word");
            prop_assert_eq!(
                Some(after.tree.root().to_value()), expected,
                "{:?} {} in\n{:?}\n=>\n{:?}", wish, route, &text, &changed
            );
        }
    }
}

#[test]
fn the_odd_documents_have_every_kind_of_node() {
    let kinds = |text: &&str| {
        parsed(text)
            .tree
            .root()
            .descendants()
            .map(|node| node.kind())
            .collect::<Vec<_>>()
    };
    let all: Vec<NodeKind> = ODD.iter().flat_map(kinds).collect();
    for kind in [
        NodeKind::Null,
        NodeKind::Int,
        NodeKind::Str,
        NodeKind::Seq,
        NodeKind::Map,
    ] {
        assert!(all.contains(&kind), "{kind:?}");
    }
}
