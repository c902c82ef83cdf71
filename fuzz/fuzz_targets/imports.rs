//! Foreign rules and payloads to documents: what is read can be written, and is read again as it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::import::cre::{Defaults, read, signature};
use rbk::import::draft;
use rbk::import::payload::{self, Said, Tool};
use rbk::import::prometheus::Importer;

fuzz_target!(|text: &str| {
    let defaults = Defaults {
        class: None,
        owner: "sre".to_owned(),
        service: None,
        environment: "production".to_owned(),
        licence: None,
    };
    for rule in read(text).into_iter().flatten().flatten() {
        for spanning in [false, true] {
            if let Ok(document) = signature(&rule, &defaults, spanning) {
                let _ = draft::text(&document, &[]);
            }
        }
    }
    let mut importer = Importer::new("unclassified".to_owned(), "sre".to_owned());
    for imported in importer.read(text).into_iter().flatten().flatten() {
        let _ = draft::text(
            &imported.query,
            &imported.description.into_iter().collect::<Vec<_>>(),
        );
    }
    let said = Said {
        service: Some("checkout".to_owned()),
        environment: Some("production".to_owned()),
        severity: None,
    };
    for tool in [Tool::Alertmanager, Tool::PagerDuty, Tool::CdEvents] {
        if let Ok(told) = payload::read(tool, text.as_bytes()) {
            let _ = told.context(&said);
            if let Ok(fixture) = told.fixture("told", &said) {
                let _ = draft::text(&fixture, &[]);
            }
        }
    }
});
