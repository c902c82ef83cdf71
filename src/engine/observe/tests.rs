use super::*;
use crate::document::model::{Check, QueryResult, ResultType};

const STEP: Duration = Duration::from_secs(30);

fn now() -> Timestamp {
    "2026-11-02T10:00:00Z".parse().unwrap()
}

/// Samples every 30 s, the last one now; `None` is missing.
fn samples(values: &[Option<f64>]) -> Series {
    let last = values.len().saturating_sub(1) as u64;
    let samples = values.iter().enumerate().filter_map(|(index, value)| {
        Some(Sample {
            at: before(now(), Duration::from_secs(30 * (last - index as u64))),
            value: Scalar::Number((*value)?),
        })
    });
    Series {
        step: STEP,
        samples: samples.collect(),
    }
}

fn high(values: &[f64]) -> Series {
    samples(&values.iter().copied().map(Some).collect::<Vec<_>>())
}

fn check(yaml: Value) -> Test {
    let check: Check = serde_json::from_value(yaml).unwrap();
    let result = QueryResult {
        kind: ResultType::Number,
        unit: Unit::Ratio,
    };
    Test::of_query(check.comparison(), result).unwrap()
}

fn judge(series: &Series, hold: Option<u64>, min_samples: Option<u32>) -> CheckResult {
    judged_by(
        &check(serde_json::json!({"at_least": "5%"})),
        series,
        hold,
        min_samples,
    )
}

fn judged_by(test: &Test, data: &Series, hold: Option<u64>, min: Option<u32>) -> CheckResult {
    let rules = Rules {
        test,
        unit: Unit::Ratio,
        hold: hold.map(Duration::from_secs),
        zero_when_empty: false,
        min_samples: min,
    };
    series(data, now(), &rules).at(now())
}

#[test]
fn without_a_hold_the_latest_sample_decides() {
    assert_eq!(judge(&high(&[0.01, 0.05]), None, None).truth, Truth::Pass);
    let low = judge(&high(&[0.08, 0.049]), None, None);
    assert_eq!(
        (low.truth, low.value.as_deref()),
        (Truth::Fail, Some("4.9%"))
    );
}

#[test]
fn a_hold_needs_every_sample_and_all_of_the_window() {
    assert_eq!(judge(&high(&[0.08; 7]), Some(180), None).truth, Truth::Pass);
    assert_eq!(
        judge(&high(&[0.08; 6]), Some(180), None).truth,
        Truth::Pass,
        "half a step of jitter"
    );
    assert_eq!(
        judge(&high(&[0.08; 4]), Some(180), None).truth,
        Truth::Inconclusive
    );
    let dip = [0.08, 0.08, 0.08, 0.01, 0.08, 0.08, 0.08];
    assert_eq!(judge(&high(&dip), Some(180), None).truth, Truth::Fail);
    assert_eq!(judge(&high(&dip), Some(60), None).truth, Truth::Pass);
    let gap = [
        Some(0.08),
        Some(0.08),
        None,
        None,
        Some(0.08),
        Some(0.08),
        Some(0.08),
    ];
    assert_eq!(
        judge(&samples(&gap), Some(180), None).truth,
        Truth::Inconclusive
    );
    let low_beside_gap = [
        Some(0.08),
        Some(0.01),
        None,
        None,
        Some(0.08),
        Some(0.08),
        Some(0.08),
    ];
    let result = judge(&samples(&low_beside_gap), Some(180), None);
    assert_eq!(
        result.truth,
        Truth::Fail,
        "one sample is enough to know that it did not hold"
    );
    let ends_early = [
        Some(0.08),
        Some(0.08),
        Some(0.08),
        Some(0.08),
        Some(0.08),
        None,
        None,
    ];
    assert_eq!(
        judge(&samples(&ends_early), Some(180), None).truth,
        Truth::Inconclusive
    );
}

#[test]
fn stale_missing_and_few_samples_say_nothing() {
    let stale = [Some(0.08), None, None, None, None, None, None];
    assert_eq!(
        judge(&samples(&stale), None, None).truth,
        Truth::Inconclusive
    );
    let five_steps_old = [Some(0.08), None, None, None, None, None];
    assert_eq!(
        judge(&samples(&five_steps_old), None, None).truth,
        Truth::Pass
    );
    assert_eq!(
        judge(&Series::default(), None, None).truth,
        Truth::Inconclusive
    );
    assert_eq!(
        judge(&high(&[0.08, 0.08]), None, Some(3)).truth,
        Truth::Inconclusive
    );
    assert_eq!(
        judge(&high(&[0.08, 0.08, 0.08]), None, Some(3)).truth,
        Truth::Pass
    );
    let mut future = high(&[0.08]);
    future.samples[0].at = after_now();
    assert_eq!(
        judge(&future, None, None).truth,
        Truth::Inconclusive,
        "a sample of the future"
    );
}

fn after_now() -> Timestamp {
    crate::engine::moment::after(now(), STEP)
}

#[test]
fn no_data_is_zero_only_where_the_query_says_so() {
    let test = check(serde_json::json!({"below": "1%"}));
    let mut rules = Rules {
        test: &test,
        unit: Unit::Ratio,
        hold: Some(STEP),
        zero_when_empty: false,
        min_samples: None,
    };
    assert_eq!(
        series(&Series::default(), now(), &rules).at(now()).truth,
        Truth::Inconclusive
    );
    rules.zero_when_empty = true;
    assert_eq!(
        series(&Series::default(), now(), &rules).at(now()).truth,
        Truth::Pass
    );
}

#[test]
fn presence_is_about_the_answer_not_its_value() {
    let present = check(serde_json::json!({"present": true}));
    let absent = check(serde_json::json!({"absent": true}));
    for (data, here) in [
        (high(&[0.0]), Truth::Pass),
        (Series::default(), Truth::Fail),
    ] {
        assert_eq!(judged_by(&present, &data, None, None).truth, here);
        assert_eq!(judged_by(&absent, &data, None, None).truth, !here);
    }
}

#[test]
fn every_comparison_does_what_it_says() {
    for (comparison, holds) in [
        (serde_json::json!({"above": "5%"}), [false, false, true]),
        (serde_json::json!({"at_least": "5%"}), [false, true, true]),
        (serde_json::json!({"below": "5%"}), [true, false, false]),
        (serde_json::json!({"at_most": "5%"}), [true, true, false]),
        (serde_json::json!({"equals": "5%"}), [false, true, false]),
        (serde_json::json!({"not_equals": "5%"}), [true, false, true]),
        (
            serde_json::json!({"between": ["1%", "5%"]}),
            [true, true, false],
        ),
        (serde_json::json!({"in": ["1%", "6%"]}), [true, false, true]),
    ] {
        let test = check(comparison);
        let found = [0.01, 0.05, 0.06].map(|v| judged_by(&test, &high(&[v]), None, None).truth);
        assert_eq!(found, holds.map(Truth::from), "{test}");
    }
}

#[test]
fn a_value_of_another_type_says_nothing() {
    let mut text = high(&[0.08]);
    text.samples[0].value = Scalar::Text("8%".to_owned());
    assert_eq!(judge(&text, None, None).truth, Truth::Inconclusive);
    assert_eq!(judge(&text, Some(30), None).truth, Truth::Inconclusive);
}

#[test]
fn a_check_began_to_hold_with_the_first_uninterrupted_sample() {
    let began = |values: &[Option<f64>]| judge(&samples(values), None, None).began_at;
    let ago = |steps: u64| Some(before(now(), Duration::from_secs(30 * steps)));
    assert_eq!(began(&[Some(0.01), Some(0.08), Some(0.08)]), ago(1));
    assert_eq!(
        began(&[Some(0.08), None, None, Some(0.08), Some(0.08)]),
        ago(1)
    );
    assert_eq!(began(&[Some(0.08), Some(0.08), Some(0.01)]), None);
}

#[test]
fn lines_and_spans_are_counted() {
    let count = |least: Option<u32>, most: Option<u32>| {
        Some(Count {
            at_least: least,
            at_most: most,
            within: STEP,
        })
    };
    let truth = |n: u64, wanted| {
        let counted = LineCount {
            count: n,
            ..LineCount::default()
        };
        lines(&counted, wanted).at(now()).truth
    };
    assert_eq!([0, 1].map(|n| truth(n, None)), [Truth::Fail, Truth::Pass]);
    assert_eq!(
        [19, 20].map(|n| truth(n, count(Some(20), None))),
        [Truth::Fail, Truth::Pass]
    );
    assert_eq!(
        [0, 2, 3].map(|n| truth(n, count(None, Some(2)))),
        [Truth::Pass, Truth::Pass, Truth::Fail]
    );
    let share: Share = serde_json::from_value(serde_json::json!({"at_least": "5%"})).unwrap();
    let part = |matched, total| {
        let counted = SpanCount {
            matched,
            total,
            first_at: None,
        };
        spans(&counted, Some(share)).at(now()).truth
    };
    assert_eq!(part(5, 100), Truth::Pass);
    assert_eq!(part(4, 100), Truth::Fail);
    assert_eq!(part(0, 0), Truth::Inconclusive);
}

#[test]
fn a_fact_that_is_not_known_is_not_false() {
    let is_true = Test::of_fact(None).unwrap();
    assert_eq!(
        fact(None, "x", &is_true).at(now()).truth,
        Truth::Inconclusive
    );
    assert_eq!(
        fact(Some(Value::Null), "x", &is_true).at(now()).truth,
        Truth::Inconclusive
    );
    assert_eq!(
        fact(Some(true.into()), "x", &is_true).at(now()).truth,
        Truth::Pass
    );
    assert_eq!(
        fact(Some("yes".into()), "x", &is_true).at(now()).truth,
        Truth::Fail
    );
}
