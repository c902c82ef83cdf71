//! Bytes to text, trees, values, schema violations and typed values: nothing may panic, hang, or point outside the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::document::model::{Document, Fixture, Governance, Kind, Runbook};
use rbk::document::{NodeRef, Parsed, SchemaSet, Source, from_node, parse, parse_markdown};

fuzz_target!(|data: &[u8]| {
    let Ok(source) = Source::from_bytes("fuzz.yaml", data.to_vec()) else { return };
    for parsed in parse(&source) {
        check(&source, &parsed);
    }
    if let Ok(markdown) = parse_markdown(&source) {
        check(&source, &markdown.front_matter);
    }
});

fn check(source: &Source, parsed: &Parsed) {
    for problem in &parsed.problems {
        assert!(source.text().get(problem.span.range()).is_some());
        let _ = (source.line_col(problem.span.start), problem.message(), problem.help());
    }
    let root = parsed.tree.root();
    for node in root.descendants() {
        assert!(source.text().get(node.span().range()).is_some());
        let _ = node.ambiguity();
    }
    let value: serde_json::Value = from_node(root).expect("every tree is JSON");
    assert_eq!(value, root.to_value());
    check_schema(source, root);
    let _ = from_node::<Document<Runbook>>(root);
    let _ = from_node::<Document<Fixture>>(root);
    let _ = from_node::<Document<Governance>>(root);
}

fn check_schema(source: &Source, root: NodeRef<'_>) {
    let schemas = SchemaSet::shipped().expect("the shipped schemas compile");
    let named = root.get("kind").and_then(|kind| kind.as_str()).and_then(Kind::from_name);
    for violation in schemas.validate(named.unwrap_or(Kind::Runbook).name(), root).unwrap_or_default() {
        assert!(source.text().get(violation.span.range()).is_some());
        assert!(!violation.message.is_empty());
    }
}
