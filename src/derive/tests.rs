//! Every postmortem of this repository gives a signature that knows its incident, and nothing else.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::*;
use crate::document::id::SignatureId;
use crate::document::model::{Document, ExpectedVerdict, Fixture, FixtureKind, Postmortem};
use crate::engine::signature::Verdict;
use crate::import::draft;
use crate::library::{Library, LoadOptions};
use crate::lint::FixtureRun;
use crate::testing::Suite;

fn own() -> Library {
    Library::load(
        Utf8Path::new(env!("CARGO_MANIFEST_DIR")),
        &LoadOptions::default(),
    )
}

fn derived(library: &Library) -> Vec<(&Document<Postmortem>, Derived)> {
    let postmortems = library.postmortems().iter();
    postmortems
        .map(|(_, postmortem)| {
            let derived = derive(library, postmortem, &Wishes::default()).unwrap();
            (
                postmortem,
                derived.unwrap_or_else(|why| panic!("{}: {why}", postmortem.metadata.id)),
            )
        })
        .collect()
}

fn with_all(library: &Library, derived: &[(&Document<Postmortem>, Derived)]) -> Library {
    let mut sources = Vec::new();
    for (_, it) in derived {
        let folder = Utf8PathBuf::from("runbooks/derived").join(&it.signature.metadata.id);
        let text = draft::text(&it.signature, &[]).unwrap();
        sources.push((folder.join("signature.yaml"), text.into_bytes()));
        for fixture in [&it.positive, &it.twin] {
            let path = folder
                .join("fixtures")
                .join(format!("{}.yaml", fixture.metadata.id));
            sources.push((path, draft::text(fixture, &[]).unwrap().into_bytes()));
        }
    }
    library.with_sources(sources)
}

#[test]
fn a_derived_signature_knows_its_incident_and_no_other() {
    let library = own();
    let all = derived(&library);
    assert_eq!(all.len(), 9);
    let library = with_all(&library, &all);
    let runs = Suite::new(&library).unwrap().observe();
    let runs: BTreeMap<&str, (&Document<Fixture>, &FixtureRun)> = runs
        .fixtures
        .iter()
        .filter_map(|run| {
            let fixture = library.entry(run.fixture)?.document::<Fixture>()?;
            Some((fixture.metadata.id.as_str(), (fixture, run)))
        })
        .collect();
    for (postmortem, it) in &all {
        let id = SignatureId::new(it.signature.metadata.id.as_str());
        let matches = |run: &FixtureRun| {
            run.verdicts
                .get(&id)
                .is_some_and(|result| result.verdict == Verdict::Match)
        };
        for (fixture, passes) in [(&it.positive, true), (&it.twin, false)] {
            let (_, run) = runs[fixture.metadata.id.as_str()];
            assert_eq!(matches(run), passes, "{}", fixture.metadata.id);
            assert!(
                run.passed,
                "{} {:?}",
                fixture.metadata.id,
                run.trace.ended()
            );
        }
        let mut recognised = 0;
        for (name, (fixture, run)) in &runs {
            let source = fixture
                .spec
                .provenance
                .as_ref()
                .and_then(|provenance| provenance.source.as_deref());
            let own = source == Some(postmortem.metadata.id.as_str());
            let kind = fixture.spec.kind;
            if !matches(run) {
                continue;
            }
            assert!(
                kind != FixtureKind::Benign,
                "{id} matches {name}, where nothing is wrong"
            );
            assert!(
                source.is_none() || own,
                "{id} matches {name}, of another postmortem"
            );
            // What it was not derived from, and is the same failure.
            let expected = postmortem.spec.signatures.iter().any(|known| {
                fixture.spec.expect.signatures.get(known) == Some(&ExpectedVerdict::Match)
            });
            recognised += u32::from(own && expected && Some(*name) != base(it));
        }
        assert!(
            recognised > 0,
            "{id} knows nothing but what it was derived from"
        );
    }
}

/// The fixture that a signature was derived from.
fn base(derived: &Derived) -> Option<&str> {
    let from = derived.cited.first()?.from.split(':').next()?;
    Some(from)
}

#[test]
fn each_condition_says_where_it_comes_from() {
    let library = own();
    for (_, it) in derived(&library) {
        let spec = &it.signature.spec;
        let parts = spec.require.keys().map(|name| format!("require.{name}"));
        let parts = parts.chain(spec.exclude.keys().map(|name| format!("exclude.{name}")));
        for part in parts {
            assert!(
                it.cited
                    .iter()
                    .any(|cited| cited.what == part && !cited.from.is_empty()),
                "{part}"
            );
        }
    }
}

#[test]
fn logs_alone_are_enough() {
    let library = own();
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let postmortem = library
        .postmortems()
        .find("2026-03-14-checkout-null-currency")
        .unwrap()
        .1;
    let mut postmortem = postmortem.clone();
    "2026-03-15-unrecorded".clone_into(&mut postmortem.metadata.id);
    let nothing = derive(&library, &postmortem, &Wishes::default())
        .map(drop)
        .unwrap_err();
    assert!(nothing.to_string().contains("--log"), "{nothing}");

    let (incident, calm) = (folder.join("incident.log"), folder.join("calm.log"));
    let lines = (0..240).map(|second| {
        format!("2026-03-14T10:{:02}:{:02}Z poll took {second} ms\n2026-03-14T10:{:02}:{:02}Z cart {second} has no currency\n",
            4 + second / 60, second % 60, 4 + second / 60, second % 60)
    });
    std::fs::write(&incident, lines.collect::<String>()).unwrap();
    std::fs::write(&calm, "2026-03-13T10:00:00Z poll took 7 ms\n".repeat(400)).unwrap();
    let wishes = Wishes {
        logs: vec![incident],
        benign: vec![calm],
        id: Some("no-currency".to_owned()),
    };
    let it = derive(&library, &postmortem, &wishes).unwrap().unwrap();
    let check = it.signature.spec.require.values().next().unwrap();
    assert_eq!(
        check.log.as_ref().unwrap().regex.as_deref(),
        Some(r"cart \d+ has no currency")
    );
    assert_eq!(check.count.unwrap().at_least, Some(120));
}
