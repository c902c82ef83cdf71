use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::document::{Source, parse};

fn read<T: for<'t> Deserialize<'t>>(text: &str) -> Result<T, (String, String, String)> {
    let parsed = parse(&Source::from_text("a.yaml", text).unwrap()).remove(0);
    assert_eq!(parsed.problems, []);
    from_node(parsed.tree.root()).map_err(|error| {
        (
            error.route.to_string(),
            text[error.span.range()].to_owned(),
            error.message,
        )
    })
}

fn fault<T: for<'t> Deserialize<'t> + std::fmt::Debug>(text: &str) -> (String, String, String) {
    read::<T>(text).unwrap_err()
}

fn expected(route: &str, place: &str, message: &str) -> (String, String, String) {
    (route.to_owned(), place.to_owned(), message.to_owned())
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Step {
    id: String,
    #[serde(default)]
    weight: f64,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    execute: BTreeMap<u8, Mode>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Off,
    Gated,
    Custom(i32),
    Sized { max: u8 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Either {
    Number(f64),
    Text(String),
    Many(Vec<Either>),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Tagged {
    Http { url: String },
    Builtin,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Wide {
    known: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, Either>,
}

#[test]
fn typed_documents() {
    let step: Step =
        read("id: a\nweight: 2\nmode: gated\nexecute: {0: off, 2: gated}\ntags: [x]\n").unwrap();
    assert_eq!(step.weight, 2.0);
    assert_eq!(step.mode, Some(Mode::Gated));
    assert_eq!(
        step.execute,
        BTreeMap::from([(0, Mode::Off), (2, Mode::Gated)])
    );
    assert_eq!(read::<Step>("{id: a, mode: ~}").unwrap().mode, None);
    assert_eq!(read::<Mode>("custom: -3"), Ok(Mode::Custom(-3)));
    assert_eq!(read::<Mode>("sized: {max: 3}"), Ok(Mode::Sized { max: 3 }));
    assert_eq!(read::<Vec<Either>>("[1, a, [2.5]]").unwrap().len(), 3);
    assert_eq!(
        read::<Tagged>("{kind: http, url: x}"),
        Ok(Tagged::Http { url: "x".into() })
    );
    assert_eq!(read::<Tagged>("kind: builtin"), Ok(Tagged::Builtin));
    assert_eq!(
        read::<Wide>("{known: 1, a: 2, b: x}").unwrap().rest.len(),
        2
    );
    assert_eq!(read::<BTreeMap<String, ()>>("{0: ~}").unwrap().len(), 1);
    assert_eq!(read::<(u8, String)>("[1, a]"), Ok((1, "a".to_owned())));
}

#[test]
fn errors_name_the_place_and_the_remedy() {
    assert_eq!(
        fault::<Step>("id: a\nwieght: 2\n"),
        expected(
            "wieght",
            "wieght",
            "`wieght` is not known here; known are id, weight, mode, execute, tags"
        )
    );
    assert_eq!(
        fault::<Step>("weight: 2"),
        expected("", "weight: 2", "`id` is missing")
    );
    assert_eq!(
        fault::<Step>("id: 5"),
        expected("id", "5", "expected a string, found the number `5`")
    );
    assert_eq!(
        fault::<Step>("{id: a, tags: [x, {a: 1}]}"),
        expected("tags[1]", "{a: 1}", "expected a string, found a mapping")
    );
    assert_eq!(
        fault::<Vec<Mode>>("[gated, maybe]"),
        expected(
            "[1]",
            "maybe",
            "`maybe` is not one of off, gated, custom, sized"
        )
    );
    assert_eq!(
        fault::<Step>("{id: a, execute: {300: off}}"),
        expected("execute.300", "300", "expected u8, found the number `300`")
    );
    assert_eq!(
        fault::<Mode>("sized: {max: x}"),
        expected("sized.max", "x", "expected u8, found `x`")
    );
    assert_eq!(
        fault::<(u8,)>("[1, 2, 3]"),
        expected("", "[1, 2, 3]", "the list has 2 more items than expected")
    );
    assert_eq!(
        fault::<Mode>("gated: 1"),
        expected("gated", "1", "`gated` takes no value")
    );
}
