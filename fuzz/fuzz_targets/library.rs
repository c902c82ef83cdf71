//! A stranger's file in a small repository: whatever it holds, the library is linted, every finding has a place in the
//! text, and the fixtures of that file, simulated to their end, either pass or say why not.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rbk::diagnostic::render::{Format, Style};
use rbk::library::{Library, starter};
use rbk::lint::{Options, TODAY, lint};
use rbk::testing::{Selection, Suite};

/// One of the fixtures of the starter library is replaced by the input.
const PATH: &str = "runbooks/error-rate-after-deploy/fixtures/rolls-back.yaml";

static STARTER: LazyLock<Library> = LazyLock::new(|| {
    let files = starter::FILES.iter();
    Library::from_sources(files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())))
});

fuzz_target!(|data: &[u8]| {
    let library = STARTER.with_sources([(PATH.into(), data.to_vec())]);
    let outcome = lint(&library, &Options::on(TODAY)).expect("the starter's configuration is sound");
    for format in [Format::Human, Format::Json, Format::Github] {
        let _ = format.render(&outcome.report, &Style::default());
    }
    let Ok(suite) = Suite::new(&library) else { return };
    for test in suite.run(&Selection::default()).map(|report| report.tests).unwrap_or_default() {
        let _ = test.outcome.passed();
    }
});
