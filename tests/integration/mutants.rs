//! Every safety property of the library is watched over: each is taken away once, and lint or a test
//! notices. What noticed each is written to `target/tmp/mutants.txt`.

use std::collections::BTreeMap;
use std::fmt::Write;

use camino::Utf8Path;
use jiff::civil::date;
use rbk::library::{Library, LoadOptions};
use rbk::testing::mutation::{Trial, Trials, Verdict};

/// Mutants that nobody has to notice, and why: object, place, reason.
const EQUIVALENT: [(&str, &str, &str); 1] = [(
    "Action/config.set-version",
    "spec.preflight[5]",
    "its only caller demands corroborated(3), and P001 demands corroborated(2) of every other",
)];

#[test]
fn no_safety_property_of_the_library_can_be_removed_unnoticed() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = Library::load(root, &LoadOptions::default());
    let trials = Trials::new(&library, date(2026, 11, 15)).unwrap();
    let tried = trials.run().unwrap();
    let path = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants.txt");
    std::fs::write(&path, table(&tried)).unwrap();

    let survivors: Vec<_> = tried
        .iter()
        .filter(|trial| trial.verdict == Verdict::Survived)
        .collect();
    let unnoticed: Vec<_> = survivors
        .iter()
        .filter(|trial| !EQUIVALENT.iter().any(|known| is(trial, known)))
        .map(|trial| format!("{}: {}", trial.object, trial.name))
        .collect();
    assert!(
        unnoticed.is_empty(),
        "neither lint nor a test notices these; write a fixture or a policy test that does ({path} lists all):\n{}",
        unnoticed.join("\n")
    );
    for known in &EQUIVALENT {
        assert!(
            survivors.iter().any(|trial| is(trial, known)),
            "{} {} is noticed now: take it off the list",
            known.0,
            known.1
        );
    }
    // Losing a whole kind of mutants would look like success.
    for (kind, least) in [("Runbook", 150), ("Action", 600), ("Governance", 80)] {
        let made = tried
            .iter()
            .filter(|trial| trial.object.kind.name() == kind);
        let made = made.count();
        assert!(made >= least, "only {made} mutants of kind {kind}");
    }
}

fn is(trial: &Trial, (object, place, _): &(&str, &str, &str)) -> bool {
    trial.object.to_string() == *object && trial.route.to_string() == *place
}

/// What noticed each mutant, by document, and how many each rule and the tests noticed.
fn table(tried: &[Trial]) -> String {
    let mut text = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut object = None;
    for trial in tried {
        if object != Some(&trial.object) {
            object = Some(&trial.object);
            writeln!(text, "\n{}", trial.object).unwrap();
        }
        writeln!(text, "  {}\n      {}", trial.name, trial.verdict).unwrap();
        *counts.entry(killer(&trial.verdict)).or_default() += 1;
    }
    let mut head = format!("{} mutants\n", tried.len());
    for (killer, count) in counts {
        writeln!(head, "{count:>6}  {killer}").unwrap();
    }
    head + &text
}

fn killer(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Lint { code, .. } => code,
        Verdict::Test(_) => "tests",
        Verdict::Survived => "SURVIVED",
    }
}
