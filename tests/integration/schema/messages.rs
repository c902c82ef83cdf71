//! What an author reads about each invalid example.

use std::fmt::Write as _;

use rbk::document::model::Kind;
use rbk::document::schema::SchemaSet;
use rbk::document::{Source, parse};

use super::examples::examples;

#[test]
fn each_mistake_is_reported_once_in_an_authors_words() {
    let schemas = SchemaSet::shipped().unwrap();
    let mut report = String::new();
    for example in examples("invalid") {
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.name().to_lowercase() == example.kind())
            .unwrap();
        let source = Source::from_text(example.name.as_str(), &example.text).unwrap();
        let documents = parse(&source);
        let [document] = documents.as_slice() else {
            panic!("{} holds {} documents", example.name, documents.len());
        };
        let violations = schemas.validate(kind.name(), document.tree.root()).unwrap();
        let [violation] = violations.as_slice() else {
            panic!("{}: {violations:#?}", example.name);
        };
        let position = source.line_col(violation.span.start);
        let name = example.name.trim_end_matches(".yaml");
        writeln!(
            report,
            "{name}: {}:{} {}\n    {}",
            position.line, position.column, violation.route, violation.message
        )
        .unwrap();
    }
    insta::assert_snapshot!(report);
}
