//! JUnit XML, one suite per document under test.

use std::collections::BTreeMap;

use super::{Outcome, Report, TestResult};
use crate::diagnostic::render::xml::escaped;

pub(super) fn render(report: &Report) -> String {
    let mut suites: BTreeMap<&str, Vec<&TestResult>> = BTreeMap::new();
    for test in &report.tests {
        let suite = test.name.rsplit_once('/').map_or("", |(suite, _)| suite);
        suites.entry(suite).or_default().push(test);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (suite, tests) in suites {
        let failures = tests
            .iter()
            .filter(|test| {
                matches!(
                    test.outcome,
                    Outcome::Failed { .. } | Outcome::Vacuous { .. }
                )
            })
            .count();
        let errors = tests
            .iter()
            .filter(|test| matches!(test.outcome, Outcome::Broken { .. }))
            .count();
        xml.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">\n",
            escaped(suite),
            tests.len()
        ));
        for test in tests {
            let case = test.name.rsplit('/').next().unwrap_or_default();
            xml.push_str(&format!(
                "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"",
                escaped(suite),
                escaped(case),
                escaped(&test.path)
            ));
            match &test.outcome {
                Outcome::Passed => xml.push_str("/>\n"),
                Outcome::Failed { diff, trace, .. } => {
                    let body = format!("{diff}\n{}", trace.join("\n"));
                    xml.push_str(&format!(">\n      <failure message=\"expectations are not met\">{}</failure>\n    </testcase>\n", escaped(&body)));
                }
                Outcome::Vacuous { message } => xml.push_str(&format!(
                    ">\n      <failure message=\"vacuous\">{}</failure>\n    </testcase>\n",
                    escaped(message)
                )),
                Outcome::Broken { message } => xml.push_str(&format!(
                    ">\n      <error message=\"cannot be run\">{}</error>\n    </testcase>\n",
                    escaped(message)
                )),
            }
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}
