//! Reviews for programs.

use serde_json::Value;

use super::hostile::everything;
use super::*;
use crate::governance::{Evaluation, Reason};
use crate::review::machine;

fn validator() -> jsonschema::Validator {
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let folder = "rbk:///schema/v1/";
    let files = [
        (
            "diff.schema.json",
            include_str!("../../../schema/diff.schema.json"),
        ),
        (
            "report.schema.json",
            include_str!("../../../schema/report.schema.json"),
        ),
    ];
    let resources = files.map(|(name, text)| {
        let resource = jsonschema::Resource::from_contents(read(text));
        (format!("{folder}{name}"), resource)
    });
    let registry = jsonschema::Registry::new()
        .extend(resources)
        .unwrap()
        .prepare()
        .unwrap();
    jsonschema::draft202012::options()
        .with_registry(&registry)
        .with_base_uri(format!("{folder}review.schema.json"))
        .build(&read(include_str!("../../../schema/review.schema.json")))
        .unwrap()
}

#[test]
fn json_has_the_documented_shape() {
    let schema = validator();
    let mut unread = everything("x", false);
    unread.evaluation = Evaluation::error(Reason::FactsIncomplete, "reviews");
    unread.diff = Err("unreadable".to_owned());
    unread.findings = Err("unreadable".to_owned());
    unread.tests = Err("unreadable".to_owned());
    unread.facts = None;
    unread.pull.policy = None;
    let reviews = [
        review(waiting(), diff(RISKY)),
        review(approved(), diff(WORDS)),
        everything("@all\n", true),
        everything("\u{202E}", false),
        unread,
    ];
    for review in reviews {
        let value = serde_json::from_str(&machine(&review)).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&value)
            .map(|it| format!("{} {it}", it.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?} {value}");
    }
}

#[test]
fn accounts_are_named_as_far_as_they_are_spoken_of() {
    let value: Value = serde_json::from_str(&machine(&review(waiting(), diff(WORDS)))).unwrap();
    let accounts = value["accounts"].as_object().unwrap();
    assert_eq!(accounts["102"], "bob");
    assert!(!accounts.contains_key("105"), "{accounts:?}");
}
