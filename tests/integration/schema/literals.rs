//! The patterns of literals accept what the Rust types accept.

use jiff::Timestamp;
use jiff::civil::Date;
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rbk::document::condition::is_check_name;
use rbk::document::id::ActionId;
use rbk::document::unit::{Duration, Percent, Quantity, RateLimit};
use serde_json::{Value, json};

use super::{schemas, validator};

fn literal(name: &str) -> Validator {
    validator("common", &format!("#/$defs/{name}"))
}

fn accepts(validator: &Validator, text: &str) -> bool {
    validator.is_valid(&json!(text))
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// Text made of what literals are made of; short enough that no bound on the value is reached.
fn near_literal() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,2}",
        4 => prop::sample::select(vec!["w", "d", "h", "m", "s", "ms"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["%", "/s", "/m", "KiB", "GiB", "kB", "B", "KB", ".", "-", " per ", " ", "0"])
            .prop_map(str::to_owned),
        1 => "[ -~]",
    ];
    let long_number = |text: &String| {
        text.split(|c: char| !c.is_ascii_digit())
            .any(|run| run.len() > 2)
    };
    prop::collection::vec(piece, 0..5)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("near a bound", move |text| !long_number(text))
}

#[test]
fn units_agree() {
    let duration = literal("duration");
    let quantity = literal("quantity");
    let percent = literal("percent");
    let rate = literal("rate");
    let check = |text: &str| {
        let rust = [
            text.parse::<Duration>().is_ok(),
            text.parse::<Quantity>().is_ok(),
            text.parse::<Percent>().is_ok(),
            text.parse::<RateLimit>().is_ok(),
        ];
        let schema = [&duration, &quantity, &percent, &rate].map(|v| accepts(v, text));
        (schema, rust)
    };
    for text in [
        "",
        "0s",
        "30s",
        "5m",
        "1h30m",
        "1d2h3m4s5ms",
        "5m5m",
        "30m1h",
        "h",
        "1.5h",
        "-5m",
        "-5s",
        "5",
        "-0.5",
        "1.",
        ".5",
        "5%",
        "-1%",
        "-0%",
        "0.5%",
        "40/s",
        "90/m",
        "2GiB",
        "2gib",
        "1h5B",
        "2 per 1h",
        "2 per 0s",
        "2 per 0h0m",
        "2 per 1h0m",
        "2 per",
        " per 1h",
        "-2 per 1h",
        "2 per 1h ",
        "1e3",
        "inf",
        "5m\n",
        "\n",
    ] {
        let (schema, rust) = check(text);
        assert_eq!(schema, rust, "{text:?}: duration, quantity, percent, rate");
    }
    let mut runner = runner(4_000);
    let run = runner.run(&near_literal(), |text| {
        let (schema, rust) = check(&text);
        prop_assert_eq!(
            schema,
            rust,
            "{:?}: duration, quantity, percent, rate",
            text
        );
        Ok(())
    });
    run.unwrap();
}

#[test]
fn ids_names_and_versions_agree() {
    let (id, name, version) = (literal("id"), literal("name"), literal("version"));
    let check = |text: &str| {
        let rust = [
            ActionId::from(text).is_well_formed(),
            is_check_name(text) && text.len() <= 100,
            text.parse::<semver::Version>().is_ok(),
        ];
        ([&id, &name, &version].map(|v| accepts(v, text)), rust)
    };
    let long = "a".repeat(101);
    for text in [
        "",
        "a",
        "1",
        "_a",
        "a_",
        "a-b",
        "a.b",
        "k8s.rollout-undo",
        "err_high",
        "Err",
        "a b",
        "é",
        long.as_str(),
        "1.0.0",
        "1.0",
        "01.0.0",
        "1.0.0-rc.1",
        "1.0.0-01",
        "1.0.0-",
        "1.0.0+b.1",
        "1.0.0+",
        "v1.0.0",
        "1.0.0\n",
    ] {
        let (schema, rust) = check(text);
        assert_eq!(schema, rust, "{text:?}: id, name, version");
    }
    let mut runner = runner(2_000);
    let run = runner.run(&"[a-z0-9._+A-]{0,8}", |text| {
        let (schema, rust) = check(&text);
        prop_assert_eq!(schema, rust, "{:?}: id, name, version", text);
        Ok(())
    });
    run.unwrap();
}

/// Dates and moments are read more liberally by the library than they may be written: what the schema accepts is
/// readable, and the spellings below are settled.
#[test]
fn dates_and_moments_that_are_accepted_can_be_read() {
    let (date, timestamp) = (literal("date"), literal("timestamp"));
    for (text, is_date, is_moment) in [
        ("2027-03-01", true, false),
        ("2027-3-1", false, false),
        ("20270301", false, false),
        ("2027-13-01", false, false),
        ("2027-03-01T00:00:00", false, false),
        ("2027-03-01T00:00:00Z", false, true),
        ("2027-03-01T23:59:59.123456789+02:00", false, true),
        ("2027-03-01T00:00:00z", false, false),
        ("2027-03-01 00:00:00Z", false, false),
        ("2027-03-01T24:00:00Z", false, false),
        ("2027-03-01T00:00Z", false, false),
        ("2027-03-01T00:00:00+0200", false, false),
    ] {
        assert_eq!(accepts(&date, text), is_date, "{text:?}");
        assert_eq!(accepts(&timestamp, text), is_moment, "{text:?}");
        assert!(!is_date || text.parse::<Date>().is_ok(), "{text:?}");
        assert!(!is_moment || text.parse::<Timestamp>().is_ok(), "{text:?}");
    }
}

#[test]
fn the_expected_texts_are_those_of_the_rust_errors() {
    let schemas = schemas();
    let expected = |name: &str| schemas["common"]["$defs"][name]["x-expected"].clone();
    let duration = "".parse::<Duration>().unwrap_err();
    let quantity = "".parse::<Quantity>().unwrap_err();
    let percent = "".parse::<Percent>().unwrap_err();
    let rate = "".parse::<RateLimit>().unwrap_err();
    for (name, error) in [
        ("duration", duration),
        ("quantity", quantity),
        ("percent", percent),
        ("rate", rate),
    ] {
        assert_eq!(expected(name), Value::from(error.expected), "{name}");
    }
}
