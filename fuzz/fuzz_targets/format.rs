//! Bytes to canonical layout: values and comments stay, a second run changes nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::document::format::format;
use rbk::document::{Source, parse};

fuzz_target!(|data: &[u8]| {
    for path in ["fuzz.yaml", "fuzz.md"] {
        let Ok(source) = Source::from_bytes(path, data.to_vec()) else { return };
        let Ok(once) = format(&source) else { continue };
        let again = Source::from_text(path, &once).expect("a layout is no longer than a file may be");
        assert_eq!(format(&again).as_ref(), Ok(&once));
        if path == "fuzz.yaml" {
            assert_eq!(meaning(&source), meaning(&again));
        }
    }
});

fn meaning(source: &Source) -> Vec<(serde_json::Value, Vec<String>)> {
    let documents = parse(source).into_iter();
    documents
        .map(|it| {
            let comments = it.tree.comments().map(|comment| comment.text.to_owned());
            (it.tree.root().to_value(), comments.collect())
        })
        .collect()
}
