//! Every safety property of the library is watched over: each is taken away once, and lint or a test
//! notices.

use std::fmt::Write;

use camino::Utf8Path;
use jiff::civil::date;
use rbk::library::{Library, LoadOptions};
use rbk::testing::mutation::{Trials, Verdict};

#[test]
#[ignore = "takes minutes as yet"]
fn no_safety_property_of_the_library_can_be_removed_unnoticed() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = Library::load(root, &LoadOptions::default());
    let trials = Trials::new(&library, date(2026, 11, 15)).unwrap();
    let tried = trials.run().unwrap();
    let mut table = String::new();
    for trial in &tried {
        writeln!(table, "{}\t{}\t{}", trial.object, trial.name, trial.verdict).unwrap();
    }
    let path = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants.txt");
    std::fs::write(&path, &table).unwrap();
    let survivors: Vec<_> = tried
        .iter()
        .filter(|trial| trial.verdict == Verdict::Survived)
        .map(|trial| format!("{} {}", trial.object, trial.name))
        .collect();
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}
