//! How long it takes to judge landings by facts that are there already: reading and evaluation, as the publish gate does it.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot prepare what it measures has nothing to say"
)]

use std::time::Instant;

use rbk::document::model::Governance;
use rbk::governance::{Facts, Rules, evaluate};
use serde_json::Value;

/// Landings since the last release, in a run.
const LANDINGS: usize = 1_000;

fn main() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/governance/cases.json"
    );
    let file: Value =
        serde_json::from_slice(&std::fs::read(path).expect("the cases")).expect("JSON");
    let spec = file["policies"]["default"]["spec"].clone();
    let policy: Governance = serde_json::from_value(spec).expect("a policy");
    let cases = file["cases"].as_array().expect("cases");
    let facts: Vec<String> = cases.iter().map(|case| case["facts"].to_string()).collect();
    let mut took: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            let rules = Rules::new(&policy).expect("rules");
            let reasons: usize = (0..LANDINGS)
                .filter_map(|number| facts.get(number % facts.len()))
                .map(|text| Facts::from_json(text.as_bytes()).expect("facts"))
                .map(|facts| evaluate(&facts, &rules).reasons.len())
                .sum();
            assert!(reasons > 0);
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!(
        "{LANDINGS} landings: {:.1} ms least, {:.1} ms median",
        took[0], took[3]
    );
}
